"""The documentation says what there is, and its examples work as printed."""

import re
import subprocess
import sys
from dataclasses import fields
from itertools import chain
from pathlib import Path

import click
import httpx
import pytest
from lxml import etree

from atompub.cli import atompub as command_line
from atompub.config import PREFIX, Settings
from atompub.web.errors import STATUS
from tests.documents import APP, ATOM, xpath
from tests.sites import Server

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "127.0.0.1:8000"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def page(name):
    """The text of a page of docs/."""
    return (ROOT / "docs" / f"{name}.md").read_text("utf-8")


def fenced(text, language):
    """The first fenced block of a language."""
    return re.search(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1]


def shown(default):
    """A default as the table of settings shows it."""
    if isinstance(default, bool):
        return "yes" if default else "no"
    return ",".join(default) if isinstance(default, tuple) else str(default or "")


def test_every_setting_is_documented():
    """docs/settings.md lists exactly the settings there are, each with its default."""
    rows = re.findall(r"^\| `(ATOMPUB_\w+)` \| (?:`(.*?)` )?\| \S.*\|$", page("settings"), re.M)
    there = [(PREFIX + one.name.upper(), shown(one.default)) for one in fields(Settings)]
    assert there == rows


def commands(command=command_line, path=()):
    """Every command that does something, with the words that call it."""
    if not isinstance(command, click.Group):
        yield " ".join(("atompub", *path)), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        yield from commands(command.get_command(context, name), (*path, name))


def options_of(command):
    """The long names of a command's options, --help aside."""
    names = [name for one in command.params for name in (*one.opts, *one.secondary_opts)]
    return {name for name in names if name.startswith("--")} - {"--help"}


def sections():
    """The text of docs/commands.md in parts: before the first heading, and under each."""
    return re.split(r"^## ", page("commands"), flags=re.MULTILINE)


def section_of(call):
    """The part of docs/commands.md that describes a command."""
    (found,) = [part for part in sections()[1:] if re.search(rf"`{call}[ `]", part)]
    return found


CALLS = dict(commands())


@pytest.mark.parametrize("call", CALLS)
def test_every_command_is_documented(call):
    """docs/commands.md describes every command, and in the same part every option of it."""
    told = section_of(call)
    assert set() == {name for name in options_of(CALLS[call]) if name not in told}


def test_global_options_are_documented():
    """What holds for all commands stands before the first of them."""
    told = sections()[0]
    assert set() == {name for name in options_of(command_line) if f"`{name}" not in told}


def test_no_command_is_made_up():
    """Every command and option that docs/commands.md names is there."""
    named = {call.strip() for call in re.findall(r"`(atompub(?: [a-z]+)+)", page("commands"))}
    assert CALLS.keys() == named
    there = options_of(command_line).union({"--help"}, *map(options_of, CALLS.values()))
    assert set() == set(re.findall(r"--[a-z][a-z-]*", page("commands"))) - there


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_between_pages(path):
    """What a page of the documentation links within the repository is there."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    assert [] == [link for link in links if not (path.parent / link).is_file()]


@pytest.mark.covers("PROB-4")
def test_every_kind_of_problem_has_its_page(make_site):
    """The page of each kind of problem says its title and its status; other kinds are 404."""
    site = make_site()
    for status in STATUS.values():
        answer = site.anon.get(f"/-/problems/{status.kind}")
        assert 200 == answer.status_code
        assert status.title in answer.text
        assert str(status.code) in answer.text
    assert 404 == site.anon.get("/-/problems/nonsense").status_code


@pytest.mark.covers("PROB-2", "PROB-4")
def test_kinds_of_problems_are_told_apart():
    """Each kind of problem has one title and one status."""
    described = {(status.kind, status.title, status.code) for status in STATUS.values()}
    assert len(described) == len({kind for kind, _, _ in described})
    assert len(described) == len({title for _, title, _ in described})


def atompub(*arguments, folder):
    """Run a command in a folder."""
    subprocess.run([sys.executable, "-m", "atompub", *arguments], cwd=folder, check=True)


@pytest.fixture
def newcomer(tmp_path):
    """What `make run` serves: a server on a store with demo content, and its folder."""
    atompub("init", "--demo", folder=tmp_path)
    running = Server(tmp_path / "data")
    yield running, tmp_path
    running.stop()


def steps():
    """README's session in its paragraphs: what the comment says, and the lines to paste."""
    text = (ROOT / "README.md").read_text("utf-8").partition("\n## A session\n")[2]
    paragraphs = fenced(text, "sh").strip().split("\n\n")
    return [(" ".join(re.findall("^# (.*)", one, re.MULTILINE)), one) for one in paragraphs]


def promised(comment):
    """The statuses that a comment promises; after "or" stands what comes otherwise."""
    return [int(number) for number in re.findall(r"(?<!\bor )\b([1-5][0-9]{2})\b", comment)]


@pytest.mark.foreign("curl")
def test_the_session_of_the_readme(newcomer):
    """README's session runs as it is printed, but for the one line that holds the password, and
    gives the statuses that it promises."""
    running, folder = newcomer
    (password,) = re.findall(r"^password: (\S+)", running.log.read_text(), re.MULTILINE)
    lines = "\necho ====\n".join(paragraph for _, paragraph in steps()) + "\n"
    script, replaced = re.subn(r"^AUTH=.*", f"AUTH=admin:{password}", lines, flags=re.MULTILINE)
    assert (1, True) == (replaced, lines.startswith("AUTH="))
    script = script.replace(ADDRESS, running.base.removeprefix("http://"))
    pasted = subprocess.run(
        ["bash", "-e"], input=script, cwd=folder, capture_output=True, text=True, check=False
    )
    assert (0, "") == (pasted.returncode, pasted.stderr)
    outputs = pasted.stdout.split("====\n")
    expected = [promised(comment) for comment, _ in steps()]
    printed = [[int(n) for n in re.findall(r"HTTP/1\.1 ([0-9]{3})", one)] for one in outputs]
    assert expected == printed
    assert [201, 304, 200, 200, 410] == list(chain(*printed))
    both = outputs[-2]
    assert 2 == both.count("Hello again from curl"), both


def test_the_example_of_a_site_under_a_path(tmp_path):
    """docs/example.md makes the site whose service document it shows."""
    exported, *lines = fenced(page("example"), "sh").splitlines()
    env = dict(pair.split("=", 1) for pair in exported.removeprefix("export ").split())
    script = "\n".join(line for line in lines if line != "atompub serve")
    script = script.replace("atompub ", f"{sys.executable} -m atompub ")
    subprocess.run(["bash", "-ec", script], cwd=tmp_path, env=env, check=True)
    data = tmp_path / env.pop("ATOMPUB_DATA")
    running = Server(data, env=env)
    (path,) = re.findall("^The service document, `GET (.*)`", page("example"), re.MULTILINE)
    host = {"Host": ADDRESS}
    served = httpx.get(running.base + path, headers=host, auth=("alice", "wonderful"))
    running.stop()
    assert 200 == served.status_code
    printed = fenced(page("example"), "xml")
    root = etree.fromstring(f'<service xmlns="{APP}" xmlns:atom="{ATOM}">{printed}</service>')
    found = xpath(served.content, "//app:collection[atom:title = 'Albums']".replace("atom:", "a:"))
    assert [plain(root[0])] == [plain(one) for one in found]


def plain(element):
    """An element as canonical XML, without the white space between elements."""
    for one in element.iter():
        one.text, one.tail = (one.text or "").strip() or None, None
    return etree.tostring(element, method="c14n", exclusive=True)
