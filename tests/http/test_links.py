"""Link relations and the type parameter of what the server sends (RFC 5023 sections 11, 12)."""

from urllib.parse import urljoin, urlsplit

import pytest
from lxml import etree

from tests.documents import ENTRY, SAMPLES, entry, one, xpath
from tests.sites import walk

IANA = "http://www.iana.org/assignments/relation/"
BLOG = "/atom/blog/"


def origin(url):
    """Scheme, host and port."""
    return urlsplit(url)[:2]


@pytest.mark.covers("APP-11.1-2")
def test_relations_are_bare_words(site):
    """The server writes its relations as bare words, and those a client echoes as IRIs too."""
    site.set("blog", page_size=1)
    echo = SAMPLES["plain"].replace(
        b"</entry>",
        f'<link rel="{IANA}edit" href="urn:x:1"/><link rel="{IANA}self" href="urn:x:2"/>'
        f'<link rel="{IANA}alternate" href="urn:x:3"/></entry>'.encode(),
    )
    url = site.made(echo)
    for _ in range(2):
        site.made(entry())
    addresses = [url, f"{BLOG}?since=0", "/blog/feed.atom", "/atom/"]
    documents = [site.alice.get(address).content for address in addresses]
    documents += walk(site.alice, BLOG)
    relations = {rel for document in documents for rel in xpath(document, "//a:link/@rel")}
    assert {
        "edit",
        "self",
        "alternate",
        "first",
        "next",
        "previous",
        "last",
        "monitor",
        "search",
        "service",
    } == relations


@pytest.mark.covers("APP-11.1-3")
def test_edit_links_stay_at_home(site):
    """The edit links are of the collection's own scheme, host and port."""
    collection = xpath(site.alice.get("/atom/").content, "//app:collection/@href")[0]
    site.made()
    (edit,) = xpath(site.alice.get(collection).content, "//a:link[@rel='edit']/@href")
    assert origin(collection) == origin(edit) == origin(site.base)


@pytest.mark.covers("APP-11.1-3")
def test_edit_links_behind_a_proxy(make_site):
    """Behind a proxy all addresses are those that its clients use, whatever they ask by."""
    base = "https://example.org/feeds"
    site = make_site(base=base, base_url=base)
    # The proxy ends TLS and speaks plain HTTP to us.
    answer = site.anon.get("http://example.org/feeds/atom/")
    (collection,) = xpath(answer.content, "//app:collection/@href")
    assert f"{base}/atom/blog/" == collection
    feed = site.anon.get(collection.replace("https:", "http:")).content
    assert {("https", "example.org")} == {origin(url) for url in xpath(feed, "//@href")}


@pytest.mark.covers("APP-12.1-1")
@pytest.mark.parametrize("method", ["POST", "PUT", "GET", "HEAD"])
def test_entries_are_labelled(site, method):
    """Every answer that is an entry is labelled type=entry."""
    url = BLOG if method == "POST" else site.made()
    body = entry() if method in {"POST", "PUT"} else None
    answer = site.alice.request(method, url, content=body, headers={"Content-Type": ENTRY})
    assert answer.is_success
    assert "application/atom+xml;type=entry;charset=utf-8" == answer.headers["Content-Type"]


@pytest.mark.covers("APP-12.1-2")
def test_feeds_are_labelled(site):
    """The feed of a collection is labelled type=feed, that of a publication with the bare type."""
    site.made()
    labels = {url: site.anon.get(url).headers["Content-Type"] for url in (BLOG, "/blog/feed.atom")}
    assert {
        BLOG: "application/atom+xml;type=feed;charset=utf-8",
        "/blog/feed.atom": "application/atom+xml;charset=utf-8",
    } == labels


@pytest.mark.covers("APP-9.1-1")
def test_one_edit_link(site):
    """Whatever was sent, an entry and its copies in the feeds have one edit link, to itself."""
    site.set("blog", page_size=100)
    urls = [site.made(body) for body in SAMPLES.values()]
    entries = [one(site.alice.get(url).content, "/a:entry") for url in urls]
    entries += xpath(site.alice.get(BLOG).content, "/a:feed/a:entry")[::-1]
    entries += xpath(site.alice.get(f"{BLOG}?since=0").content, "/a:feed/a:entry")
    edits = [xpath(found, "a:link[@rel='edit']/@href") for found in entries]
    assert [[url] for url in urls * 3] == edits


@pytest.mark.covers("APP-8.3.3-2")
@pytest.mark.parametrize("sample", ["plain", "based"])
def test_addresses_are_absolute(site, sample):
    """The server's own links need no base to be understood, even below a base of the client's."""
    site.made(SAMPLES[sample])
    for address in (BLOG, "/atom/", "/blog/feed.atom"):
        root = etree.fromstring(site.anon.get(address).content)
        links = xpath(root, "//a:link[@rel!='related'] | //app:collection")
        assert links
        for found in links:
            assert found.get("href") == urljoin("http://elsewhere.example/", found.get("href"))
            assert origin(found.get("href")) == origin(site.base)
