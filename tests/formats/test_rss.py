"""RSS 2.0."""

import locale
from dataclasses import replace

import pytest
from lxml import etree

from atompub.atom import dates
from atompub.formats.rss import render_rss
from atompub.readers import Found, Link
from tests.formats.readings import ALBUM, BARE, FULL, HEAD, PICTURE, PLAIN, SITE, SOUND
from tests.formats.rules import check_rss

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "c": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "i": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "m": "http://search.yahoo.com/mrss/",
    "o": "http://a9.com/-/spec/opensearch/1.1/",
}


def channel_of(*entries, head=HEAD):
    """A feed's channel; the feed keeps the rules of the suite."""
    body = render_rss(head, entries)
    check_rss(body)
    return etree.fromstring(body)[0]


def item_of(entry):
    """An entry's item."""
    return channel_of(entry).find("item")


def texts(element, path):
    """The texts of what a path finds."""
    return [found.text for found in element.findall(path, NS)]


@pytest.mark.covers("RSS-1", "RSS-2", "RSS-6")
def test_channel():
    """The channel has title, link, description and date, and links itself and its hubs."""
    channel = channel_of()
    expected = {
        "title": "Blog & <more>",
        "link": f"{SITE}/blog/",
        "description": "Blog & <more>",
        "lastBuildDate": "Fri, 02 Jan 2004 03:04:05 GMT",
        "generator": "atompub",
    }
    assert expected == {name: channel.findtext(name) for name in expected}
    links = {link.get("rel"): link.get("href") for link in channel.findall("a:link", NS)}
    assert {
        "self": f"{SITE}/blog/feed.x",
        "hub": "https://hub.example/",
        "search": f"{SITE}/opensearch.xml",
    } == links


@pytest.mark.covers("RSS-2")
@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2003-12-13T18:30:02Z", "Sat, 13 Dec 2003 18:30:02 GMT"),
        ("0800-05-04T03:02:01.9Z", "Thu, 04 May 0800 03:02:01 GMT"),
        ("9999-12-31T23:59:59-01:00", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ("0001-01-01T00:00:00+01:00", "Mon, 01 Jan 0001 00:00:00 GMT"),
    ],
)
def test_dates(instant, expected):
    """pubDate is the published date, with four digits of the year and English names."""
    item = item_of(replace(PLAIN, published=dates.parse(instant)))
    assert expected == item.findtext("pubDate")


@pytest.mark.covers("RSS-2")
def test_locale(monkeypatch):
    """Dates ask for no locale, and leave the process's alone: other threads live under it."""

    def refuse(*_):
        raise AssertionError("the locale was touched")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert "Sat, 13 Dec 2003 18:30:02 GMT" == item_of(PLAIN).findtext("pubDate")


@pytest.mark.covers("RSS-3")
@pytest.mark.parametrize(
    ("atom_id", "is_permalink"),
    [(PLAIN.atom_id, "false"), (PLAIN.url, "true"), ("https://example.com/other", "false")],
)
def test_guid(atom_id, is_permalink):
    """The guid is the entry's id, and a permalink only where it is the page's address."""
    guid = item_of(replace(PLAIN, atom_id=atom_id)).find("guid")
    assert (atom_id, is_permalink) == (guid.text, guid.get("isPermaLink"))


@pytest.mark.covers("RSS-4")
@pytest.mark.parametrize(
    ("entry", "title", "description"),
    [
        (PLAIN, "A & <B>", "<p>text &lt;</p>"),
        (replace(PLAIN, title=""), None, "<p>text &lt;</p>"),
        (replace(BARE, title="T"), "T", None),
        (BARE, None, f"{SITE}/blog/name"),
    ],
    ids=["both", "no title", "title alone", "nothing"],
)
def test_title_and_description(entry, title, description):
    """Nothing is written empty; an entry with neither title nor text has its address."""
    item = item_of(entry)
    assert (title, description) == (item.findtext("title"), item.findtext("description"))


@pytest.mark.covers("RSS-5")
def test_full_item():
    """The summary is the description, the content is content:encoded, authors are dc:creator."""
    item = item_of(FULL)
    assert "<i>s</i>" == item.findtext("description")
    assert ["<p>html</p>"] == texts(item, "c:encoded")
    assert ["alice", "bob"] == texts(item, "dc:creator")
    categories = [(one.text, one.get("domain")) for one in item.findall("category")]
    assert [("a", None), ("B", "urn:s"), ("B", "urn:s")] == categories


@pytest.mark.covers("RSS-6")
def test_enclosure():
    """Of several enclosures the first is written; a length that nobody said is 0."""
    (enclosure,) = item_of(FULL).findall("enclosure")
    assert {"url": SOUND.url, "length": "12", "type": "audio/mpeg"} == dict(enclosure.attrib)
    unsaid = replace(FULL, enclosures=(replace(SOUND, length=None),))
    assert "0" == item_of(unsaid).find("enclosure").get("length")


def test_podcast():
    """A feed with sound has a podcast's elements; any other has none."""
    channel = channel_of(FULL, PLAIN)
    assert ["Blog"] == texts(channel, "i:author")
    assert ["alice, bob", "alice"] == texts(channel, "item/i:author")
    assert ["s"] == texts(channel, "item/i:summary")
    assert b"itunes" not in render_rss(HEAD, [PLAIN, ALBUM])


def test_pictures():
    """Pictures are Media RSS too, an album's with a thumbnail; and stand in the content."""
    (content,) = item_of(FULL).findall("m:content", NS)
    assert {
        "url": PICTURE.url,
        "fileSize": "123",
        "type": "image/png",
        "medium": "image",
    } == dict(content.attrib)
    item = item_of(ALBUM)
    assert [ALBUM.thumbnail] == [one.get("url") for one in item.findall("m:thumbnail", NS)]
    assert f'<p><img src="{PICTURE.url}" alt="P"></p>' == item.findtext("c:encoded", None, NS)
    assert "PNG image" == item.findtext("description")


@pytest.mark.parametrize(
    ("entries", "language"),
    [([FULL, FULL], "de"), ([FULL, PLAIN], None), ([FULL, replace(FULL, language="fr")], None)],
)
def test_language(entries, language):
    """The channel has a language where all entries have one and the same."""
    assert language == channel_of(*entries).findtext("language")


@pytest.mark.covers("OS-2")
def test_results():
    """Results tell how many there are, where the page stands, and where the next one is."""
    links = (*HEAD.links, Link("next", f"{SITE}/blog/-/search.rss?q=a&page=3"))
    channel = channel_of(head=replace(HEAD, links=links, found=Found("<a>", 2, 51, 25, 25)))
    assert ["51", "26", "25"] == [
        channel.findtext(f"o:{name}", None, NS)
        for name in ("totalResults", "startIndex", "itemsPerPage")
    ]
    query = dict(channel.find("o:Query", NS).attrib)
    assert {"role": "request", "searchTerms": "<a>", "startPage": "2"} == query
    assert links[-1].href in [link.get("href") for link in channel.findall("a:link", NS)]


def test_same_bytes():
    """The same entries give the same bytes."""
    assert render_rss(HEAD, [FULL, PLAIN]) == render_rss(HEAD, [FULL, PLAIN])
