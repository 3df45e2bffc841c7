"""Pages and thumbnails as caches keep them, and the site's own templates."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from types import SimpleNamespace

import pytest
from PIL import Image

from atompub import pictures
from atompub.errors import ConfigError
from atompub.html.pages import Pages
from atompub.store.thumbnails import Thumbnails
from atompub.web import answers
from tests.documents import DRAFT, bare, entry
from tests.http.test_pages import PAGE, get, picture, public, upload
from tests.sites import settings_of

SHOWN = (
    *("/", "/blog/", "/blog/one", "/blog/archive", "/blog/-/category/tea/", "/blog/-/2003/12/"),
    *("/blog/-/author/alice/", "/blog/-/search?q=one", "/-/search?q=one"),
)
THUMBNAIL = "/photos/-/thumbnail/a-picture/640.jpg"


@pytest.fixture
def one(timed_site):
    """A site with one entry."""
    timed_site.made(public("One", extra='<category term="tea"/>'), slug="one")
    return timed_site


@pytest.fixture
def album(make_site):
    """A site with an album and a picture in it."""
    site = make_site()
    site.collection("photos", accept=("image/*",))
    upload(site)
    return site


@pytest.fixture
def making(monkeypatch):
    """Counts the thumbnails that are made."""
    made = []

    def count(file, width):
        made.append(width)
        return smaller(file, width)

    smaller = pictures.smaller
    monkeypatch.setattr(pictures, "smaller", count)
    return made


@pytest.mark.covers("HTTP-K-2")
@pytest.mark.parametrize("path", SHOWN)
def test_pages_are_kept(one, path):
    """Caches keep a page for a minute, then ask whether it changed, at no cost of rendering."""
    full = one.anon.get(path)
    assert (200, "public, max-age=60") == (full.status_code, full.headers["Cache-Control"])
    head = one.anon.head(path)
    assert (b"", full.headers["ETag"]) == (head.content, head.headers["ETag"])
    again = one.anon.get(path, headers={"If-None-Match": full.headers["ETag"]})
    assert (304, b"") == (again.status_code, again.content)
    small = one.anon.get(path, headers={"Accept-Encoding": "gzip"})
    assert ("gzip", full.content) == (small.headers["Content-Encoding"], small.content)


@pytest.mark.parametrize("path", SHOWN)
def test_pages_change(one, clock, path):
    """A page is a new one after each change that readers can see, and after no other."""
    before = one.anon.get(path)
    clock.forward(10)
    one.made(entry("Hidden", extra=DRAFT))
    assert before.headers["ETag"] == one.anon.get(path).headers["ETag"]
    clock.forward(10)
    one.made(public("Another one", extra='<category term="tea"/>'))
    after = one.anon.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert 200 == after.status_code
    # The entry's own page has changed too: it leads to the newer one.
    assert "another-one" in after.text or path == "/blog/archive"
    assert before.headers["Last-Modified"] != after.headers["Last-Modified"] or path == "/"


@pytest.mark.covers("HTTP-C-3")
def test_changes_within_a_second(timed_site, clock, monkeypatch):
    """Two publications that change within one second make no two home pages of the same date."""
    monkeypatch.setattr(answers, "time", SimpleNamespace(time=lambda: clock() / 1_000_000))
    timed_site.collection("second")
    clock.forward(100)
    for number, name in enumerate(("blog", "second")):
        before = timed_site.anon.get("/").headers["Last-Modified"]
        timed_site.made(entry(f"Number {number}"), collection=name)
        after = timed_site.anon.get("/", headers={"If-Modified-Since": before})
        assert 200 == after.status_code
        assert f"Number {number}" in after.text
    clock.forward(10)
    last = timed_site.anon.get("/").headers["Last-Modified"]
    assert 304 == timed_site.anon.get("/", headers={"If-Modified-Since": last}).status_code


def test_titles_and_settings_change_pages(one, clock):
    """A page changes with what the operator sets."""
    before = one.anon.get("/blog/one")
    clock.forward(10)
    found = one.collections.get("blog")
    one.collections.set("blog", "The new title", found.settings)
    after = one.anon.get("/blog/one", headers={"If-None-Match": before.headers["ETag"]})
    assert "The new title" in after.text


def test_static_files(one):
    """The stylesheet and the icon have an address for each version, and are kept for a year."""
    page = get(one, "/")
    for address in page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href"):
        versioned, bare_one = one.anon.get(address), one.anon.get(address.partition("?")[0])
        assert versioned.content == bare_one.content
        assert "immutable" in versioned.headers["Cache-Control"]
        assert "public, max-age=60" == bare_one.headers["Cache-Control"]


def test_pages_run_nothing(one):
    """Browsers are told to load styles from the site and pictures, and to run nothing."""
    for path in (*SHOWN, "/none/"):
        policy = one.anon.get(path, headers=PAGE).headers["Content-Security-Policy"]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert ("'none'", "'self'") == (rules["default-src"], rules["style-src"])
        assert not any("unsafe" in value for value in rules.values())
        assert not {"script-src", "frame-src", "object-src"} & rules.keys()


def test_thumbnails(album, making):
    """A thumbnail is made once, and kept for all who come after."""
    first, second = album.anon.get(THUMBNAIL), album.anon.get(THUMBNAIL)
    assert (200, "image/jpeg", [640]) == (first.status_code, first.headers["Content-Type"], making)
    assert first.content == second.content
    assert (640, 427) == Image.open(BytesIO(first.content)).size
    head = album.anon.head(THUMBNAIL)
    assert (b"", str(len(first.content))) == (head.content, head.headers["Content-Length"])
    again = album.anon.get(THUMBNAIL, headers={"If-None-Match": first.headers["ETag"]})
    assert 304 == again.status_code


def test_many_look_at_once(album, monkeypatch):
    """Those who ask for one thumbnail at the same time get the same one, made once."""
    made, smaller = [], pictures.smaller

    def slowly(file, width):
        made.append(width)
        asked.wait(10)
        return smaller(file, width)

    looked, thumbnail = threading.Semaphore(0), Thumbnails.thumbnail

    def looking(*about):
        looked.release()
        return thumbnail(*about)

    monkeypatch.setattr(pictures, "smaller", slowly)
    monkeypatch.setattr(Thumbnails, "thumbnail", looking)
    clients, asked = [album.client() for _ in range(3)], threading.Event()
    with ThreadPoolExecutor() as people:
        first = people.submit(clients[0].get, THUMBNAIL)
        # The first one looks twice, before its turn and in it; the others once, and find nothing.
        assert looked.acquire(timeout=10)
        assert looked.acquire(timeout=10)
        others = [people.submit(client.get, THUMBNAIL) for client in clients[1:]]
        for _ in others:
            assert looked.acquire(timeout=10)
        asked.set()
        contents = {one.result().content for one in (first, *others)}
    assert (1, [640]) == (len(contents), made)


def test_thumbnail_of_another_picture(album):
    """When the picture is replaced there is another thumbnail, and another tag."""
    before = album.anon.get(THUMBNAIL)
    headers = {"Content-Type": "image/png", "If-Match": "*"}
    url = "/atom/photos/a-picture/media"
    assert album.alice.put(url, content=picture(size=(300, 300)), headers=headers).is_success
    after = album.anon.get(THUMBNAIL, headers={"If-None-Match": before.headers["ETag"]})
    assert (200, (300, 300)) == (after.status_code, Image.open(BytesIO(after.content)).size)


@pytest.mark.parametrize("width", [0, 1, 319, 480, 2560, 99999999999])
def test_other_widths(album, making, width):
    """There are three widths and no others, or anybody could have any number made."""
    address = f"/photos/-/thumbnail/a-picture/{width}.jpg"
    assert (404, []) == (album.anon.get(address).status_code, making)


def test_thumbnail_of_a_draft(album):
    """A picture that is taken back from readers takes its thumbnails along."""
    assert 200 == album.anon.get(THUMBNAIL).status_code
    album.put("/atom/photos/a-picture", bare(f"<title>T</title>{DRAFT}"), If_Match="*")
    assert 404 == album.anon.get(THUMBNAIL).status_code
    album.put("/atom/photos/a-picture", bare("<title>T</title>"), If_Match="*")
    assert 200 == album.anon.get(THUMBNAIL).status_code
    album.set("photos", private=True)
    assert 404 == album.anon.get(THUMBNAIL).status_code


@pytest.mark.parametrize("octets", [picture()[:60], b"\x89PNG\r\n\x1a\n and no more"])
def test_pictures_that_are_broken(album, octets):
    """A picture that cannot be made smaller is to be had as it is."""
    path = upload(album, "broken", octets)
    answer = album.anon.get("/photos/-/thumbnail/broken/640.jpg")
    assert 302 == answer.status_code
    assert octets == album.anon.get(answer.headers["Location"]).content
    assert not {"ETag", "Last-Modified"} & set(answer.headers)
    assert 200 == album.anon.get(path).status_code


@pytest.mark.covers("SEC-H-5")
def test_what_is_no_picture_has_no_thumbnail(album):
    """What only calls itself a picture is not even looked at."""
    upload(album, "false", b"<html><script>alert(1)</script></html>")
    assert 404 == album.anon.get("/photos/-/thumbnail/false/640.jpg").status_code


def test_without_pillow(make_site, monkeypatch):
    """Without Pillow the pictures themselves are shown."""
    monkeypatch.setattr(pictures, "INSTALLED", False)
    site = make_site()
    site.collection("photos", accept=("image/*",))
    path = upload(site)
    for where in ("/photos/", path):
        (shown,) = get(site, where).xpath("//img/@src")
        assert picture() == site.anon.get(shown).content
    assert 302 == site.anon.get(THUMBNAIL).status_code


@pytest.fixture
def theme(tmp_path):
    """A folder for templates."""
    folder = tmp_path / "theme"
    folder.mkdir()
    return folder


def test_own_templates(make_site, theme):
    """Files of the operator's folder win over the built-in ones, which they may extend."""
    (theme / "style.css").write_text("body { color: teal }")
    (theme / "blog.html").write_text(
        '{% extends "layout.html" %}{% block title %}Mine{% endblock %}'
        "{% block main %}<h2>{{ items[0].entry.title }}</h2>{% endblock %}"
    )
    plain, own = make_site(), make_site(templates=str(theme))
    for site in (plain, own):
        site.made(entry("A & B"))
    page = get(own, "/blog/")
    assert ["Mine"] == page.xpath("//title/text()")
    assert ["A & B"] == page.xpath("//main/h2/text()")
    (address,) = page.xpath("//link[@rel='stylesheet']/@href")
    assert "body { color: teal }" == own.anon.get(address).text
    assert address not in plain.anon.get("/blog/").text
    assert Pages().fingerprint != Pages(theme).fingerprint


def test_templates_change_tags(tmp_path, theme):
    """Another template or stylesheet gives every page another tag."""
    (theme / "style.css").write_text("a { color: red }")
    first = Pages(theme).fingerprint
    (theme / "style.css").write_text("a { color: tan }")
    second = Pages(theme).fingerprint
    (theme / "problem.html").write_text("x")
    assert 3 == len({first, second, Pages(theme).fingerprint})
    assert Pages().fingerprint != Pages(thumbnails=True).fingerprint


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("{% extends 'layout.html' %}\n{% block main %}{{ nothing }}{% endblock %}", "nothing"),
        ("{% block main %}", "line 1"),
        ("<p>\n{{ 1 / 0 }}", "division by zero"),
        ("{% extends 'none.html' %}", "none.html"),
        ("{{ collection | unheard_of }}", "unheard_of"),
    ],
)
def test_broken_templates(make_site, theme, caplog, template, fault):
    """A broken template is a plain page for readers, and a line in the log that says where."""
    (theme / "blog.html").write_text(template)
    site = make_site(templates=str(theme))
    with caplog.at_level(logging.ERROR, "atompub"):
        answer = site.anon.get("/blog/", headers=PAGE)
    assert (500, "no-store") == (answer.status_code, answer.headers["Cache-Control"])
    assert "Page not available" in answer.text
    assert fault not in answer.text
    (line,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert (None, True) == (line.exc_info, fault in line.getMessage())
    assert "blog.html" in line.getMessage()


def test_the_frame_is_broken(make_site, theme):
    """Even when the frame of all pages is broken, errors are pages without anything of it."""
    (theme / "layout.html").write_text("{{ nothing }}")
    site = make_site(templates=str(theme))
    for path, status in (("/blog/", 500), ("/none/", 404)):
        page = get(site, path, status=status)
        assert 1 == len(page.xpath("//h1"))
        assert not page.xpath("//link")


def test_a_folder_that_is_not_there(tmp_path):
    """A server does not start without the templates it is told to use."""
    with pytest.raises(ConfigError, match=r"TEMPLATES is '.*none', which is no folder"):
        settings_of(tmp_path, templates=str(tmp_path / "none"))
    with pytest.raises(ConfigError, match=r"TEMPLATES: .*none cannot be read"):
        Pages(tmp_path / "none")
    assert settings_of(tmp_path, templates="").templates is None
