"""What stands at the head of every feed, and how entries stand in it (RFC 4287 section 4.1.1)."""

import re

import pytest
from lxml import etree

from atompub.app import create_app
from atompub.atom import dates
from tests import sites
from tests.documents import ATOM, DRAFT, SAMPLES, bare, entry, link, one, titles, xpath
from tests.sites import CHEAP, walk
from tests.stores import START

BLOG, FEED = "/atom/blog/", "/blog/feed.atom"
SINGLE = ("id", "title", "updated", "generator", "icon", "logo", "rights", "subtitle")


def filled(site):
    """A blog of every kind of entry, some of them drafts, one deleted; three to a page."""
    site.set("blog", page_size=3)
    for sample in SAMPLES.values():
        site.made(sample)
    url = site.made()
    assert 200 == site.alice.delete(url).status_code
    return site


def feeds(site, client):
    """Every feed that a client can reach: the pages, the changes, the publication."""
    found = [*walk(client, BLOG)]
    monitor = link(found[0], "monitor")
    assert monitor.startswith(f"{site.base}{BLOG}?since=")
    found += walk(client, re.sub(r"\d+$", "0", monitor))
    page = site.anon.get(link(found[0], "alternate"))
    assert 200 == page.status_code
    (public,) = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]*>', page.text)
    found.append(site.anon.get(re.search(r'href="([^"]*)"', public)[1]).content)
    return found


def local(element):
    """An element's name without its namespace."""
    return etree.QName(element).localname


@pytest.fixture(params=["empty", "filled"])
def documents(request, site):
    """Every feed of a blog, as its author and as readers get them."""
    if request.param == "filled":
        filled(site)
    return [(site, feed) for client in (site.alice, site.anon) for feed in feeds(site, client)]


@pytest.mark.covers("ATOM-4.1.1-1", "ATOM-4.1.1-2", "ATOM-4.2.4-1")
def test_heads(documents):
    """Each feed has one id, title and updated, an author, a generator, and nothing twice."""
    for _, feed in documents:
        counts = {name: len(xpath(feed, f"/a:feed/a:{name}")) for name in SINGLE}
        assert {"id": 1, "title": 1, "updated": 1, "generator": 1} == {
            name: count for name, count in counts.items() if count
        }
        assert xpath(feed, "/a:feed/a:author/a:name/text()")
        generator = one(feed, "/a:feed/a:generator")
        assert generator.text.strip()
        assert {} == dict(generator.attrib)


@pytest.mark.covers("ATOM-4.1.1-2", "ATOM-4.1.2-3")
def test_authors(documents):
    """Each entry of a feed has an author with a name."""
    for _, feed in documents:
        for found in xpath(feed, "/a:feed/a:entry"):
            assert 1 == len(found.findall(f"{{{ATOM}}}author"))


@pytest.mark.covers("ATOM-4.1.1-3")
def test_self(documents):
    """Each feed has one self link, to its own absolute address."""
    for site, feed in documents:
        address = link(feed, "self")
        assert address.startswith(f"{site.base}/")
        again = site.alice.get(address)
        assert 200 == again.status_code
        assert address == link(again.content, "self")


@pytest.mark.covers("ATOM-4.1.1-3")
@pytest.mark.parametrize("address", [BLOG, FEED, f"{BLOG}?since=0"])
def test_self_without_tracking(site, address):
    """Parameters that mean nothing here are no part of the self link."""
    site.made()
    query = "&" if "?" in address else "?"
    answer = site.anon.get(f"{address}{query}utm_source=mail")
    assert f"{site.base}{address}" == link(answer.content, "self")


@pytest.mark.covers("ATOM-4.1.1-4")
def test_no_two_alternates(documents):
    """Neither a feed nor an entry has two alternate links of one type and language."""
    for _, feed in documents:
        for found in xpath(feed, "/a:feed | /a:feed/a:entry"):
            kinds = [
                (each.get("type", "").lower(), each.get("hreflang", "").lower())
                for each in found.findall(f"{{{ATOM}}}link")
                if each.get("rel", "alternate") == "alternate"
            ]
            assert sorted(set(kinds)) == sorted(kinds)
            assert ("text/html", "") in kinds


@pytest.mark.covers("ATOM-4.1.1-5")
def test_head_comes_first(documents):
    """Everything about a feed stands before its first entry."""
    for _, feed in documents:
        names = [local(child) for child in one(feed, "/a:feed")]
        count = names.count("entry")
        assert ["entry"] * count == names[len(names) - count :]


@pytest.mark.covers("ATOM-4.1.1-6")
def test_ids_once(documents):
    """No id is listed twice in a document, and none is the feed's own."""
    for _, feed in documents:
        ids = xpath(feed, "/a:feed/a:id/text() | /a:feed/a:entry/a:id/text()")
        assert sorted(set(ids)) == sorted(ids)


@pytest.mark.covers("ATOM-4.2.10-1")
def test_rights_are_not_copied(site):
    """An entry has the rights that its author gave it, or none."""
    site.made(bare("<title>without</title>"))
    site.made(bare("<title>with</title><rights>mine</rights>"))
    for address in (BLOG, FEED):
        feed = site.anon.get(address).content
        rights = {
            title: xpath(feed, f"/a:feed/a:entry[a:title='{title}']/a:rights/text()")
            for title in titles(feed)
        }
        assert {"without": [], "with": ["mine"]} == rights


@pytest.mark.covers("ATOM-4.1.1-7")
def test_one_id(documents):
    """All pages and formats of a collection are one feed, by its id."""
    (atom_id,) = {one(feed, "/a:feed/a:id").text for _, feed in documents}
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}|tag:.+", atom_id)


@pytest.mark.covers("ATOM-4.1.1-7", "ATOM-4.2.6-2")
def test_id_through_everything(make_site, tmp_path):
    """Ids of feeds and entries stay through writes, a rename, a restart and another host."""
    site = make_site()
    url = site.made(entry(id="http://here.example/1"))
    site.made(bare())
    before = ids(site)
    put = site.put(url, entry("Other", id="urn:x:other"))
    assert 200 == put.status_code
    settings = site.collections.get("blog").settings
    site.collections.set("blog", "Renamed", settings)
    assert before == ids(site)
    base = "https://other.example/under/a/path"
    chosen = sites.settings_of(tmp_path / "site-0", base_url=base)
    app = create_app(chosen, passwords=sites.Passwords(CHEAP))
    moved = sites.Site(site.store, sites.WSGI(app, "127.0.0.1"), base)
    assert before == ids(moved)
    moved.close()


def ids(site):
    """The ids in the collection's feed and in the publication's."""
    return [
        sorted(xpath(site.anon.get(address.lstrip("/")).content, "//a:id/text()"))
        for address in (BLOG, FEED)
    ]


SENT = "2003-12-13T18:30:02Z"
MINUTE = 60_000_000


def updated(site, address):
    """The instant at which a feed says it was updated."""
    return dates.parse(one(site.anon.get(address).content, "/a:feed/a:updated").text)


@pytest.mark.covers("ATOM-4.1.1-8", "APP-10-6")
@pytest.mark.parametrize("address", [BLOG, FEED])
def test_updated_of_an_empty_feed(timed_site, address):
    """An empty feed is dated by the instant its collection was made."""
    assert START == updated(timed_site, address)


@pytest.mark.covers("ATOM-4.1.1-8")
@pytest.mark.parametrize("address", [BLOG, FEED])
def test_updated_moves_with_publishing(timed_site, clock, address):
    """A feed is dated by the latest publishing or withdrawal of an entry."""
    url = None
    for minutes, change in enumerate(("create", "withdraw", "publish", "delete"), 1):
        clock.forward(60)
        match change:
            case "create":
                url = timed_site.made(entry(updated=SENT))
            case "withdraw":
                timed_site.put(url, entry(updated=SENT, extra=DRAFT))
            case "publish":
                timed_site.put(url, entry(updated=SENT))
            case "delete":
                timed_site.alice.delete(url)
        assert START + minutes * MINUTE == updated(timed_site, address)


@pytest.mark.covers("ATOM-4.1.1-8")
@pytest.mark.parametrize("address", [BLOG, FEED])
def test_updated_of_an_entry_ahead(timed_site, address):
    """A feed is not dated before the newest updated of its entries."""
    timed_site.made(entry(updated="2033-01-01T00:00:00+01:00"))
    timed_site.made(entry(updated=SENT))
    assert dates.parse("2032-12-31T23:00:00Z") == updated(timed_site, address)


@pytest.mark.covers("ATOM-4.1.1-8")
@pytest.mark.parametrize("address", [BLOG, FEED])
def test_updated_stays(timed_site, clock, address):
    """An edit whose author calls it no update leaves the feed's date alone."""
    url = timed_site.made(entry(updated=SENT))
    before = updated(timed_site, address)
    clock.forward(60)
    timed_site.put(url, entry("A comma", updated=SENT))
    assert before == updated(timed_site, address)


@pytest.mark.covers("SEC-X-10")
def test_characters_of_html_alone(site):
    """Characters that HTML can name and XML cannot hold keep nobody from the feed."""
    named = "&lt;b title='&amp;#1;'>a&amp;#8;b&amp;#xFFFF;&lt;/b>"
    site.made(bare(f'<title type="html">{named}</title><content type="html">{named}</content>'))
    for address in (FEED, "/blog/"):
        assert 200 == site.anon.get(address).status_code
    assert ["ab"] == [one(site.anon.get(FEED).content, "//a:entry/a:title").text[12:14]]
