"""What a reader in the field makes of our entries and feeds: feedparser reads them back."""

import base64
import calendar

import feedparser
import pytest

from atompub.atom import dates
from tests.documents import ATOM, bare, entry, link, one, xpath

BLOG, FEED = "/atom/blog/", "/blog/feed.atom"
XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'


def read(site, address):
    """What feedparser reads at an address, without a complaint."""
    answer = site.anon.get(address)
    assert 200 == answer.status_code
    headers = {"content-type": answer.headers["Content-Type"], "content-location": str(answer.url)}
    found = feedparser.parse(answer.content, response_headers=headers)
    assert not found.bozo, found.bozo_exception
    assert "atom10" == found.version
    return found


def read_entry(site, url):
    """What feedparser reads of an entry document; it reads feeds only, hence one around it."""
    document = site.anon.get(url).content.partition(b"?>")[2]
    head = f'<feed xmlns="{ATOM}"><id>urn:x</id><title/><updated>2003-12-13T18:30:02Z</updated>'
    found = feedparser.parse(head.encode() + document + b"</feed>")
    assert not found.bozo, found.bozo_exception
    return found.entries[0]


def everywhere(site, url):
    """An entry as feedparser reads it alone, in the collection, and in the publication."""
    return [read_entry(site, url), read(site, BLOG).entries[0], read(site, FEED).entries[0]]


def by_relation(found):
    """The links of an entry or feed by their relations."""
    return {each.rel: each for each in found.links}


TITLES = {
    "plain": ("<title>1 &lt; 2 &amp;amp; 3</title>", "text/plain", "1 < 2 &amp; 3"),
    "html": (
        '<title type="html">&lt;b>bold&lt;/b> &amp;amp;</title>',
        "text/html",
        "<b>bold</b> &amp;",
    ),
    "xhtml": (
        f'<title type="xhtml">{XHTML.format("<b>bold</b> &amp;")}</title>',
        "application/xhtml+xml",
        "<b>bold</b> &amp;",
    ),
    "beyond ASCII": ("<title>題 😀 é</title>", "text/plain", "題 😀 é"),
}


@pytest.mark.covers("ATOM-3.1-2", "ATOM-3.1-6", "ATOM-3.1-4")
@pytest.mark.parametrize("kind", TITLES)
def test_titles(site, kind):
    """A title is read with the type and the text that its author gave it."""
    markup, content_type, text = TITLES[kind]
    url = site.made(bare(f"{markup}<content>c</content>"))
    alone, listed, public = everywhere(site, url)
    for found in (alone, listed):
        assert (content_type, text) == (found.title_detail.type, found.title)
    assert text == public.title


CONTENTS = {
    "plain": ("<content>a &lt; b</content>", "text/plain", "a < b"),
    "html": (
        '<content type="html">&lt;p>a &amp;lt; b&lt;/p></content>',
        "text/html",
        "<p>a &lt; b</p>",
    ),
    "xhtml": (
        f'<content type="xhtml">{XHTML.format("<p>a &lt; b</p>")}</content>',
        "application/xhtml+xml",
        "<p>a &lt; b</p>",
    ),
    "media type": ('<content type="text/plain">a b</content>', "text/plain", "a b"),
}


@pytest.mark.covers("ATOM-4.1.3-4", "ATOM-3.1-6")
@pytest.mark.parametrize("kind", CONTENTS)
def test_content(site, kind):
    """Content is read with its type and its text."""
    markup, content_type, text = CONTENTS[kind]
    url = site.made(bare(f"<title>T</title>{markup}"))
    alone, listed, public = everywhere(site, url)
    for found in (alone, listed):
        (content,) = found.content
        assert (content_type, text) == (content.type, content.value)
    assert text == public.content[0].value


@pytest.mark.covers("ATOM-4.1.3-6", "ATOM-4.1.2-5")
def test_base64(site):
    """A picture within an entry is read octet by octet, and has a summary."""
    octets = bytes(range(256))
    encoded = base64.encodebytes(octets).decode()
    url = site.made(bare(f'<content type="image/png">{encoded}</content>'))
    for found in everywhere(site, url)[:2]:
        assert octets == base64.b64decode(found.content[0].value)
        assert "PNG image, 256 bytes" == found.summary


@pytest.mark.covers("ATOM-4.1.3-3")
def test_content_elsewhere(site):
    """Content elsewhere is read as an address."""
    url = site.made(bare('<content type="image/png" src="http://example.org/a.png"/>'))
    for found in everywhere(site, url):
        assert "http://example.org/a.png" == found.content[0].src
        assert "PNG image at http://example.org/a.png" == found.summary


@pytest.mark.covers("ATOM-4.1.2-4", "APP-9.1-1")
def test_links(site):
    """The links are read with relation, type and absolute address; the first one is the page."""
    url = site.made(
        bare(
            '<title>T</title><link rel="related" type="text/html" href="/r" title="a &amp; b"/>'
            '<link rel="enclosure" type="audio/mpeg" length="5" href="http://example.org/a.mp3"/>'
        )
    )
    page = link(site.anon.get(url).content, "alternate")
    for found in everywhere(site, url):
        links = by_relation(found)
        assert page == found.link == links["alternate"].href
        assert (f"{site.base}/r", "a & b") == (links["related"].href, links["related"].title)
        assert ("5", "audio/mpeg") == (links["enclosure"].length, links["enclosure"].type)
    for found in everywhere(site, url)[:2]:
        assert url == by_relation(found)["edit"].href


@pytest.mark.covers("ATOM-4.2.2-1")
def test_categories(site):
    """Categories are read with term, scheme and label."""
    url = site.made(
        bare('<title>T</title><category term="a"/><category term="b" scheme="urn:s" label="é"/>')
    )
    for found in everywhere(site, url):
        assert [("a", None, None), ("b", "urn:s", "é")] == [
            (tag.term, tag.scheme, tag.label) for tag in found.tags
        ]


@pytest.mark.covers("ATOM-3.3-2")
@pytest.mark.parametrize(
    "date", ["2003-12-13T18:30:02Z", "2003-12-13T18:30:02.25+01:00", "2003-12-14T08:30:02+14:00"]
)
def test_dates(site, date):
    """Dates are read as the instants they are."""
    url = site.made(bare(f"<title>T</title><updated>{date}</updated><published>{date}</published>"))
    seconds = dates.parse(date) // 1_000_000
    for found in everywhere(site, url):
        assert seconds == calendar.timegm(found.updated_parsed)
        assert seconds == calendar.timegm(found.published_parsed)


@pytest.mark.covers("ATOM-4.1.2-3", "ATOM-4.2.6-2")
def test_author_and_id(site):
    """Author and id are read as they stand."""
    url = site.made(entry(id="http://例え.jp/é"))
    for found in everywhere(site, url):
        assert ("alice", "http://例え.jp/é") == (found.author, found.id)


@pytest.mark.covers("ATOM-4.1.1-1", "ATOM-4.2.4-1", "ATOM-4.1.1-3")
@pytest.mark.parametrize("address", [BLOG, FEED])
def test_feed(site, address):
    """The head of a feed is read: title, id, date, author, generator, and its own address."""
    for title in ("one", "two"):
        site.made(entry(title))
    found = read(site, address)
    document = site.anon.get(address).content
    assert "Blog" == found.feed.title
    assert one(document, "/a:feed/a:id").text == found.feed.id
    assert "atompub" == found.feed.generator
    assert found.feed.author
    updated = dates.parse(one(document, "/a:feed/a:updated").text) // 1_000_000
    assert updated == calendar.timegm(found.feed.updated_parsed)
    assert f"{site.base}{address}" == by_relation(found.feed)["self"].href
    assert f"{site.base}/blog/" == found.feed.link
    assert xpath(document, "/a:feed/a:entry/a:title/text()") == [e.title for e in found.entries]
