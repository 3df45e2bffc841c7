"""A publication's history for readers: archives (RFC 5005) and tombstones (RFC 6721)."""

import re

import pytest

from atompub.atom import dates
from tests.documents import DRAFT, bare, entry, link, one, titles, xpath
from tests.sites import walk

FEED = "/blog/feed.atom"
BLOG = "/atom/blog/"
FH = "http://purl.org/syndication/history/1.0"
PAGING = ("first", "last", "previous", "next")
HISTORY = ("current", "prev-archive", "next-archive")


def published(site, count, start=1):
    """Publish numbered entries; their URLs."""
    return [site.made(entry(f"Entry {n}", id=f"urn:x:{n}")) for n in range(start, start + count)]


def archives(site):
    """The documents from the subscription on along prev-archive."""
    return [*walk(site.anon, FEED, "prev-archive")]


def marks(document):
    """The names of what a feed says of its place in history."""
    found = xpath(document, f"/a:feed/*[namespace-uri()='{FH}']")
    return [each.tag.partition("}")[2] for each in found]


def links(document, names):
    """Which of these relations a feed links."""
    return [name for name in names if link(document, name)]


def stones(document):
    """The tombstones of a feed: id and instant."""
    found = xpath(document, "/a:feed/at:deleted-entry")
    return [(each.get("ref"), each.get("when")) for each in found]


@pytest.mark.covers("PAGE-5")
def test_small_feed_is_complete(site):
    """A feed that holds every entry says so, and links no archive."""
    published(site, 3)
    document = site.anon.get(FEED).content
    assert (["complete"], []) == (marks(document), links(document, HISTORY))


@pytest.mark.covers("PAGE-2", "PAGE-3", "PAGE-5", "WS-5")
def test_walk_to_the_first_entry(make_site):
    """A walk along prev-archive meets every entry; archives link both ways and the feed."""
    site = make_site()
    site.set("blog", page_size=10)
    published(site, 205)
    documents = archives(site)
    met = {title for document in documents for title in titles(document)}
    assert {f"Entry {number}" for number in range(1, 206)} == met
    subscription, newest, oldest = documents
    assert [[], ["archive"], ["archive"]] == [marks(document) for document in documents]
    assert ["prev-archive"] == links(subscription, HISTORY)
    assert ["current", "prev-archive"] == links(newest, HISTORY)
    assert ["current", "next-archive"] == links(oldest, HISTORY)
    assert link(newest, "self") == link(oldest, "next-archive")
    assert {f"{site.base}{FEED}"} == {link(found, "current") for found in (newest, oldest)}
    assert [] == [links(found, (*PAGING, "hub")) for found in documents if links(found, PAGING)]
    assert [100, 100] == [len(titles(found)) for found in (newest, oldest)]
    (feed_id,) = {one(document, "/a:feed/a:id").text for document in documents}
    assert feed_id


@pytest.mark.covers("PAGE-1", "PAGE-2")
def test_collections_are_paged(site):
    """Each page of a collection links the pages around it, as many as there are, and no archive."""
    site.set("blog", page_size=2)
    published(site, 5)
    pages = [*walk(site.alice, BLOG)]
    assert [["first", "last", "next"], list(PAGING), ["first", "last", "previous"]] == [
        links(page, PAGING) for page in pages
    ]
    assert [] == [found for page in pages for found in (marks(page), links(page, HISTORY)) if found]


@pytest.mark.covers("PAGE-4", "PAGE-6")
def test_closed_archive(make_site):
    """An archive keeps its address, entries and bytes, whatever is published later; what is
    edited stands in the feed too, and is there at least as new."""
    site = make_site()
    urls = published(site, 100)
    address = f"{site.base}/blog/archive/1.atom"
    before = site.anon.get(address).content
    published(site, 30, 101)
    assert before == site.anon.get(address).content
    old = one(before, "/a:feed/a:entry[a:title='Entry 7']/a:updated").text
    assert 200 == site.put(urls[6], entry("Edited", id="urn:x:7")).status_code
    after = site.anon.get(address).content
    assert xpath(before, "//a:entry/a:id/text()") == xpath(after, "//a:entry/a:id/text()")
    subscribed = one(site.anon.get(FEED).content, "//a:entry[a:title='Edited']/a:updated").text
    archived = one(after, "//a:entry[a:title='Edited']/a:updated").text
    assert dates.parse(old) <= dates.parse(archived) <= dates.parse(subscribed)


@pytest.mark.covers("PAGE-4", "TOMB-1")
def test_deletion_in_an_archive(make_site):
    """A deleted entry leaves a tombstone in its archive, before the first entry, and in the
    feed; the next archive appears as a link alone."""
    site = make_site()
    urls = published(site, 100)
    address = f"{site.base}/blog/archive/1.atom"
    site.alice.delete(urls[41])
    found = site.anon.get(address).content
    assert (99, ["urn:x:42"]) == (len(titles(found)), [ref for ref, _ in stones(found)])
    assert stones(found) == stones(site.anon.get(FEED).content)
    published(site, 100, 101)
    closed = site.anon.get(address).content
    following = f'<link href="{site.base}/blog/archive/2.atom" rel="next-archive"'
    assert following in closed.decode()
    line = re.compile(rf"\s*{re.escape(following)}[^>]*>")
    assert found.decode() == line.sub("", closed.decode())


@pytest.mark.parametrize("number", ["0", "1", "2", "-1", "x", "01", "9" * 30])
def test_no_such_archive(site, number):
    """An archive that is not closed is not there, nor is one that has no such number."""
    published(site, 3)
    assert 404 == site.anon.get(f"/blog/archive/{number}.atom").status_code


def test_private_archive(make_site):
    """Archives of a private collection are nobody's to read."""
    site = make_site()
    published(site, 100)
    assert 200 == site.anon.get("/blog/archive/1.atom").status_code
    site.set("blog", private=True)
    assert 404 == site.alice.get("/blog/archive/1.atom").status_code


def test_archive_polls(make_site):
    """An archive that a reader has is a 304, until one of its own entries changes."""
    site = make_site()
    urls = published(site, 100)
    first = site.anon.get("/blog/archive/1.atom")
    assert "public, max-age=60" == first.headers["Cache-Control"]
    headers = {"If-None-Match": first.headers["ETag"]}
    published(site, 1, 101)
    assert 304 == site.anon.get("/blog/archive/1.atom", headers=headers).status_code
    site.put(urls[6], entry("Edited", id="urn:x:7"))
    assert 200 == site.anon.get("/blog/archive/1.atom", headers=headers).status_code


@pytest.mark.covers("TOMB-1", "TOMB-2", "TOMB-3")
def test_tombstones(timed_site, clock):
    """What was public and is removed stands before the first entry, with its id, the instant, and
    nobody's name; what never was public leaves nothing."""
    seen = timed_site.made(entry(id="urn:x:é&amp;a"))
    hidden = timed_site.made(entry(id="urn:x:hidden", extra=DRAFT))
    timed_site.made(entry(id="urn:x:stays"))
    for url in (seen, hidden):
        clock.forward(60)
        timed_site.alice.delete(url)
    document = timed_site.anon.get(FEED).content
    ((ref, when),) = stones(document)
    assert "urn:x:é&a" == ref
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", when)
    children = [child.tag.partition("}")[2] for child in one(document, "/a:feed")]
    assert ["deleted-entry", "entry"] == children[-2:]
    assert 0 == len(one(document, "/a:feed/at:deleted-entry"))


@pytest.mark.covers("TOMB-2", "TOMB-4")
def test_withdrawn_and_published_again(timed_site, clock):
    """Withdrawing is a removal; published again, an entry is newer than its removal, and each
    removal stands once."""
    url = timed_site.made(entry(id="urn:x:1"))
    for _ in range(2):
        clock.forward(60)
        timed_site.put(url, entry(id="urn:x:1", extra=DRAFT))
        document = timed_site.anon.get(FEED).content
        assert [] == titles(document)
        assert "urn:x:1" == stones(document)[-1][0]
        clock.forward(60)
        timed_site.put(url, entry(id="urn:x:1"))
    document = timed_site.anon.get(FEED).content
    found = stones(document)
    assert len(set(found)) == len(found)
    updated = one(document, "/a:feed/a:entry/a:updated").text
    assert all(dates.parse(when) < dates.parse(updated) for _, when in found)


@pytest.mark.covers("TOMB-6")
def test_posted_tombstone(site):
    """A removal cannot be posted: it is a 415, and nothing is removed."""
    site.made(entry(id="urn:x:1"))
    stone = (
        '<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="urn:x:1"'
        ' when="2003-12-13T18:30:02Z"/>'
    )
    headers = {"Content-Type": "application/atomdeleted+xml"}
    answer = site.alice.post(BLOG, content=stone, headers=headers)
    assert 415 == answer.status_code
    assert ["Title"] == titles(site.anon.get(FEED).content)


@pytest.mark.covers("ATOM-3.1-5")
def test_div_is_a_wrapper(site):
    """The div around XHTML is in no form for readers."""
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>a</p></div>'
    site.made(bare(f'<title type="xhtml">{div}</title><content type="xhtml">{div}</content>'))
    for form in ("atom", "rss", "json"):
        text = site.anon.get(f"/blog/feed.{form}").text
        assert "div" not in text
        assert re.search("<p>a</p>|&lt;p&gt;a&lt;/p&gt;", text)
