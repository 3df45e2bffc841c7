"""Calling the command: help, wrong usage, and how output ends."""

import os
import re

import click
import pytest

from atompub import __version__
from atompub.cli import COMMANDS
from atompub.cli import atompub as command_line

HEAVY = ("falcon", "lxml", "gunicorn", "apsw", "jinja2", "argon2", "psycopg", "feedgen")
"""What only commands that work need; importing it is what makes a start slow."""

SECONDS_FOR_HELP = 0.15


def test_help_is_quick(atompub):
    """`atompub --help` takes less than 150 ms of processor time; the best of a few times counts,
    since others may use the machine."""
    spent = []
    while len(spent) < 10 and min(spent, default=1) > SECONDS_FOR_HELP:
        before = os.times()
        atompub.done("--help")
        after = os.times()
        user = after.children_user - before.children_user
        spent.append(user + after.children_system - before.children_system)
    assert min(spent) < SECONDS_FOR_HELP, spent


def test_help_loads_nothing_heavy(atompub):
    """`atompub --help` imports no web, XML or database library."""
    told = atompub.run("--help", env={"PYTHONPROFILEIMPORTTIME": "1"}).err
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in told.splitlines()}
    assert "click" in imported
    assert set() == imported.intersection(HEAVY)


def test_help_lists_every_command(atompub):
    """`atompub --help` lists the commands, each with the first sentence of its own help."""
    context = click.Context(command_line)
    listed = atompub.done("--help").partition("Commands:\n")[2]
    shown = {
        name: " ".join(text.split())
        for name, text in re.findall(r"^  (\w+) +(.*(?:\n {3,}.*)*)", listed, re.MULTILINE)
    }
    own = {name: command_line.get_command(context, name).help for name in COMMANDS}
    assert {name: " ".join(text.split("\n\n")[0].split()) for name, text in own.items()} == shown


def test_version(atompub):
    """`--version` names program and version."""
    assert f"atompub, version {__version__}\n" == atompub.done("--version")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["--data"],
        ["user", "add"],
        ["user", "add", "alice", "--role", "reader"],
        ["grant", "alice", "admin", "--collection", "blog"],
        ["grant", "alice", "author"],
        ["collection", "add", "film"],
        ["collection", "set", "blog", "--drafts", "maybe"],
        ["serve", "--workers", "0"],
        ["serve", "--certfile", "/dev/null"],
        ["serve", "--certfile", "missing", "--keyfile", "missing"],
    ],
    ids=" ".join,
)
def test_wrong_usage(atompub, arguments):
    """Wrong usage is exit code 2 with the reason, and makes no store."""
    atompub.misused(*arguments)
    assert not atompub.data.exists()


@pytest.mark.parametrize("group", [[], ["user"], ["collection"]], ids=repr)
def test_a_group_alone_shows_its_help(atompub, group):
    """A group of commands without a command shows its help, as wrong usage."""
    result = atompub.run(*group)
    assert 2 == result.code
    assert "Commands:" in result.err + result.out


def test_reader_of_the_output_that_has_gone(store):
    """A reader that stops reading, as `head` does, makes no stack trace."""
    reading, writing = os.pipe()
    os.close(reading)
    result = store.run("collection", "list", stdout=writing)
    os.close(writing)
    assert "" == result.err
