"""The pages in a real browser: on a phone and on a desk, by eye, by keyboard and by machine.

Screenshots are left in build/screenshots.
"""

import json
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import sync_playwright

from tests.documents import ENTRY, bare
from tests.sites import Server

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "build/screenshots"
AXE = "build/npm/node_modules/axe-core/axe.min.js"
CHECKER = "build/npm/node_modules/vnu-jar/build/dist/vnu.jar"
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PHONE, DESK = 390, 1440
PAGES = {
    "home": "/",
    "blog": "/blog/",
    "blog-older": "",  # found by its link
    "album": "/photos/",
    "photograph": "/photos/still-water",
    "entry": "/blog/writing-in-markdown",
    "picture-entry": "/blog/a-picture-is-an-entry-too",
    "podcast": "/blog/an-episode",
    "hostile": "/blog/hostile",
    "category": "/blog/-/category/How-to/",
    "album-category": "/photos/-/category/Mountains/",
    "author": "/blog/-/author/Atompub/",
    "archive": "/blog/archive",
    "month": "",  # found by its link
    "search": "/-/search?q=entry",
    "search-form": "/blog/-/search",
    "nothing-found": "/blog/-/search?q=nowhere",
    "empty": "/notes/",
    "error": "/nowhere/",
}
LINKS = {
    "blog-older": ("/blog/", '<link rel="next" href="'),
    "month": ("/blog/archive", '<ul class="months">\n<li><a href="'),
}
LOADED = """async () => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const images = [...document.images];
  for (const one of images) one.loading = "eager";
  await frame(); await frame();
  await Promise.all(images.map(one => one.decode().catch(() => one.decode())));
}"""
"""Waits for all pictures. In another width another picture of a set is taken, not before the next
frame; one that changes while it is waited for is waited for again, a broken one is an error."""
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
EPISODE = bare(
    "<title>An episode</title><content>Forty minutes about feeds.</content><link rel='enclosure' "
    "type='audio/mpeg' length='31000000' href='https://media.example/episode.mp3'/><link "
    "rel='license' href='https://creativecommons.org/licenses/by/4.0/'/><category term='Atom'/>"
)
HOSTILE = bare(
    f"<title>&lt;script&gt;alert(1)&lt;/script&gt; {LONG}</title><content type='html'>"
    "&lt;script&gt;alert(1)&lt;/script&gt;&lt;p onclick='alert(2)' "
    f"style='position:fixed'&gt;{LONG}&lt;/p&gt;&lt;table&gt;&lt;tr&gt;&lt;td&gt;{LONG}&lt;/td&gt;"
    "&lt;/tr&gt;&lt;/table&gt;</content><category term='&lt;b&gt;/../x' "
    "label='&quot;&gt;&lt;i&gt;'/><published>2001-02-03T04:05:06Z</published>"
)
REPLY = (
    "<title>I beg to differ</title><content>Forty-one.</content><thr:in-reply-to "
    "xmlns:thr='http://purl.org/syndication/thread/1.0' ref='{}'/>"
)


def atompub(folder, *arguments, text=None):
    """Run a command on the store in a folder."""
    command = [sys.executable, "-m", "atompub", "--data", str(folder), *arguments]
    subprocess.run(command, check=True, input=text, text=True, capture_output=True)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The address of a server with the demo content, and with entries that are harder to show."""
    folder = tmp_path_factory.mktemp("browser") / "data"
    atompub(folder, "init", "--demo")
    atompub(folder, "user", "add", "ann", "--role", "editor", "--password-stdin", text="secret\n")
    atompub(folder, "collection", "add", "notes", "--title", "Notes")
    atompub(folder, "collection", "set", "blog", "--page-size", "6")
    running = Server(folder)
    with httpx.Client(base_url=running.base, auth=("ann", "secret")) as client:

        def post(slug, body):
            headers = {"Content-Type": ENTRY, "Slug": slug}
            made = client.post("/atom/blog/", content=body, headers=headers)
            assert 201 == made.status_code, made.text
            return made.text

        post("hostile", HOSTILE)
        episode = post("an-episode", EPISODE)
        atom_id = episode.partition("<id>")[2].partition("</id>")[0]
        post("a-reply", bare(REPLY.format(atom_id)))
    yield running.base
    running.stop()


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*QUIET]
        )
        yield running
        running.close()


@pytest.fixture(scope="module")
def address(base):
    """The address of a kind of page."""

    def find(kind):
        if PAGES[kind]:
            return base + PAGES[kind]
        start, mark = LINKS[kind]
        return httpx.get(base + start).text.partition(mark)[2].partition('"')[0]

    return find


@pytest.fixture
def view(browser, base):
    """Opens an address in a window of a width; the page, with `complaints` and `requests`."""
    contexts = []

    def visit(url, width=DESK):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
        page = contexts[-1].new_page()
        page.complaints, page.requests = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: page.complaints.append(dialog.message))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(url, wait_until="load")
        return page

    yield visit
    for one in contexts:
        one.close()


pytestmark = pytest.mark.foreign("chromium")


def is_wide(page):
    """Whether one has to scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.covers("SEC-H-1")
@pytest.mark.parametrize("kind", PAGES)
def test_page(view, base, address, kind):
    """Each page is shown without a complaint of the browser, with nothing loaded from elsewhere,
    with all its pictures and one main heading, and never wider than the window."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page = view(address(kind), PHONE)
    for width, scheme in product((PHONE, DESK), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(LOADED)
        page.screenshot(path=SHOTS / f"{kind}-{width}-{scheme}.png", full_page=True)
        assert not is_wide(page)
    for width in (320, 2000):
        page.set_viewport_size({"width": width, "height": 800})
        assert not is_wide(page)
    assert [] == [one for one in page.complaints if kind != "error" or "404" not in one]
    assert [] == [one for one in page.requests if not one.startswith(f"{base}/")]
    assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
    assert 1 == page.locator("h1").count()


@pytest.mark.foreign(AXE)
@pytest.mark.parametrize("kind", PAGES)
def test_accessibility(view, address, kind):
    """axe-core finds nothing serious on any page, in light and in dark."""
    page = view(address(kind))
    page.evaluate((ROOT / AXE).read_text("utf-8"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("axe.run().then(result => result.violations)")
        serious = [one for one in found if one["impact"] in {"serious", "critical"}]
        nodes = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in serious]
        assert [] == nodes


@pytest.mark.foreign("java")
@pytest.mark.foreign(CHECKER)
def test_valid_html(address, tmp_path):
    """The Nu HTML checker finds no error on any kind of page."""
    for kind in PAGES:
        answer = httpx.get(address(kind), headers={"Accept": "text/html"})
        (tmp_path / f"{kind}.html").write_bytes(answer.content)
    command = ["java", "-jar", str(ROOT / CHECKER), "--errors-only", "--format", "json"]
    checked = subprocess.run(
        [*command, *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    messages = json.loads(checked.stderr)["messages"]
    assert [] == [(Path(one["url"]).name, one["message"], one.get("extract")) for one in messages]


def test_keyboard(view, address):
    """The first key leads past the masthead, each stop shows where one is, and none is lost."""
    page = view(address("blog"), PHONE)
    page.keyboard.press("Tab")
    assert "Skip to the content" == page.evaluate("document.activeElement.innerText")
    box = page.locator(".skip").bounding_box()
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert "solid" == page.evaluate(outline)


def test_search_by_hand(view, address, base):
    """Words typed into the form and sent with the Enter key are found."""
    page = view(address("search-form"))
    page.get_by_label("Words in Blog").fill("curl <b>")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/blog/-/search?q=curl*")
    page.get_by_label("Words in Blog").fill("curl")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(f"{base}/blog/-/search?q=curl")
    assert "Publishing with one command" in page.locator("main").inner_text()
    assert [] == page.complaints


def test_through_an_album(view, address):
    """From picture to picture by their links, to the last one."""
    page, seen = view(address("album")), []
    with page.expect_navigation():
        page.locator(".album a").first.click()
    while True:
        seen.append(page.locator("h1").inner_text())
        older = page.locator(".turn .older")
        if not older.count():
            break
        with page.expect_navigation():
            older.click()
    assert 6 == len(set(seen)) == len(seen)


def test_print(view, address, tmp_path):
    """On paper there is the text, and nothing to click."""
    page = view(address("entry"))
    page.emulate_media(media="print")
    assert not page.locator("nav").first.is_visible()
    assert page.locator("article h1").is_visible()
    assert "rgb(255, 255, 255)" == page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert not is_wide(page)
