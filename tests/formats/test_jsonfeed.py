"""JSON Feed 1.1."""

import json
from dataclasses import replace

import pytest

from atompub.formats.jsonfeed import VERSION, render_json
from atompub.readers import Link
from tests.formats.readings import ALBUM, BARE, FULL, HEAD, PICTURE, PLAIN, SITE, SOUND
from tests.formats.rules import check_json


def feed_of(*entries, head=HEAD):
    """A feed, which is valid by the schema, as values."""
    body = render_json(head, entries)
    check_json(body)
    return json.loads(body)


def item_of(entry):
    """An entry's item."""
    (item,) = feed_of(entry)["items"]
    return item


@pytest.mark.covers("JSON-1", "JSON-2")
def test_head():
    """The head has the version, the title, and the addresses of the page and of the feed."""
    feed = feed_of()
    assert {
        "version": VERSION,
        "title": "Blog & <more>",
        "home_page_url": f"{SITE}/blog/",
        "feed_url": f"{SITE}/blog/feed.x",
        "authors": [{"name": "Blog"}],
        "author": {"name": "Blog"},
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "items": [],
    } == feed


@pytest.mark.covers("JSON-2")
def test_next():
    """A page of several names the next one."""
    more = Link("next", f"{SITE}/blog/feed.x?page=2", "a/b")
    assert more.href == feed_of(head=replace(HEAD, links=(*HEAD.links, more)))["next_url"]


@pytest.mark.covers("JSON-3", "JSON-6")
def test_full_item():
    """An item has all that a reading has, under the names of JSON Feed."""
    assert {
        "id": FULL.atom_id,
        "url": f"{SITE}/blog/name",
        "external_url": "https://example.com/about",
        "title": "A & <B>",
        "content_html": "<p>html</p>",
        "summary": "s",
        "date_published": "2003-12-13T18:30:02Z",
        "date_modified": "2004-01-02T03:04:05.250000Z",
        "authors": [{"name": "alice"}, {"name": "bob"}],
        "author": {"name": "alice"},
        "tags": ["a", "B"],
        "language": "de",
        "attachments": [
            {"url": SOUND.url, "mime_type": "audio/mpeg", "size_in_bytes": 12},
            {"url": PICTURE.url, "mime_type": "image/png", "size_in_bytes": 123},
        ],
    } == item_of(FULL)


@pytest.mark.covers("JSON-4")
@pytest.mark.parametrize(
    ("entry", "name", "content"),
    [
        (PLAIN, "content_text", "text <"),
        (FULL, "content_html", "<p>html</p>"),
        (ALBUM, "content_text", "PNG image"),
        (replace(BARE, title="T"), "content_text", "T"),
        (BARE, "content_text", ""),
    ],
    ids=["text", "html", "media", "title", "nothing"],
)
def test_content(entry, name, content):
    """Plain text is text, markup is HTML, and an entry of media says what it is."""
    item = item_of(entry)
    found = {key: value for key, value in item.items() if key.startswith("content")}
    assert {name: content} == found


def test_picture():
    """The picture of an album is the item's image, and attached."""
    item = item_of(ALBUM)
    assert PICTURE.url == item["image"]
    assert [PICTURE.url] == [one["url"] for one in item["attachments"]]


def test_what_is_unknown():
    """What is not known of an attachment is left out, as are authors of nobody."""
    item = item_of(replace(PLAIN, authors=(), enclosures=(replace(SOUND, length=None),)))
    assert [{"url": SOUND.url, "mime_type": "audio/mpeg"}] == item["attachments"]
    assert not {"authors", "author", "tags", "language", "image"} & set(item)


@pytest.mark.covers("JSON-7")
def test_known_names_only():
    """All names are those of the specification: the schema refuses any other without its _."""
    for entry in (PLAIN, FULL, ALBUM, BARE):
        feed_of(entry)
