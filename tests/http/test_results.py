"""Feeds of search results: paged, in every form, with what was asked (OpenSearch 1.1)."""

import json

import pytest
from lxml import etree

from tests.documents import DRAFT, bare, entry, link, one, titles, xpath
from tests.sites import walk

OS = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
FORMS = ("atom", "rss", "json")


def counts(document):
    """What results tell of themselves: how many, where this page starts, how many on a page."""
    names = ("totalResults", "startIndex", "itemsPerPage")
    root = etree.fromstring(document)
    return [int(root.find(f".//o:{name}", OS).text) for name in names]


def found(site, form, at, words):
    """The titles of what is found."""
    answer = site.anon.get(f"{at}/-/search.{form}", params={"q": words})
    assert 200 == answer.status_code
    if form == "json":
        return [item["title"] for item in json.loads(answer.content)["items"]]
    if form == "rss":
        return etree.fromstring(answer.content).xpath("//item/title/text()")
    return titles(answer.content)


@pytest.mark.covers("OS-3")
@pytest.mark.parametrize("at", ["", "/blog"])
@pytest.mark.parametrize("form", FORMS)
def test_found(site, form, at):
    """Entries are found by their words, in one publication and in all; nobody finds drafts or
    private entries."""
    site.made(entry("Whale", "a white whale"))
    site.made(entry("Boat", "a small boat"))
    site.made(entry("Secret whale", "draft", extra=DRAFT))
    site.made(entry("Private whale"), collection="diary", by=site.alice)
    assert ["Whale"] == found(site, form, at, "whale")
    assert ["Boat", "Whale"] == found(site, form, at, "a")
    assert [] == found(site, form, at, "draft")


@pytest.mark.covers("PAGE-1", "OS-2")
@pytest.mark.parametrize("at", ["", "/blog"])
def test_pages(make_site, at):
    """Results are paged: each page tells its place and links those around it."""
    site = make_site()
    for number in range(45):
        site.made(entry(f"Whale {number}"))
    pages = [*walk(site.anon, f"{at}/-/search.atom?q=whale")]
    assert [[45, 1, 20], [45, 21, 20], [45, 41, 20]] == [counts(page) for page in pages]
    assert 45 == len({title for page in pages for title in titles(page)})
    assert [["1", "2", "3"], [None, *map(link, pages[:2], ["self"] * 2)]] == [
        [one(page, "//*[local-name()='Query']/@startPage") for page in pages],
        [link(page, "previous") for page in pages],
    ]
    assert {link(pages[0], "self")} == {link(page, "first") for page in pages}
    assert {link(pages[2], "self")} == {link(page, "last") for page in pages}


@pytest.mark.covers("JSON-2")
def test_next_url(make_site):
    """The chain of next_url meets every result once and ends."""
    site = make_site()
    for number in range(45):
        site.made(entry(f"Whale {number}"))
    address, met, seen = f"{site.base}/-/search.json?q=whale", [], set()
    while address:
        assert address not in seen
        seen.add(address)
        feed = site.anon.get(address).json()
        assert address == feed["feed_url"]
        met += [item["title"] for item in feed["items"]]
        address = feed.get("next_url")
    assert 45 == len(met) == len(set(met))


@pytest.mark.covers("OS-2", "OS-3")
@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", "a\x01b\ud7ff\ufffe", '"', "x" * 999]
)
@pytest.mark.parametrize("form", FORMS)
def test_odd_words(site, form, words):
    """Whatever the words are, they are repeated escaped, less what no document can hold."""
    answer = site.anon.get(f"/-/search.{form}", params={"q": words})
    assert 200 == answer.status_code
    assert b"<script" not in answer.content or form == "json"
    if form != "json":
        query = etree.fromstring(answer.content).find(".//o:Query", OS)
        assert ("request", "1") == (query.get("role"), query.get("startPage"))
        assert query.get("searchTerms") in words.replace("\x01", " ").replace("\ufffe", " ")


@pytest.mark.parametrize("form", FORMS)
def test_no_words(site, form):
    """Nothing is found by no words."""
    site.made()
    for address in (f"/-/search.{form}", f"/blog/-/search.{form}?q=&page="):
        answer = site.anon.get(address)
        assert 200 == answer.status_code
        if form == "atom":
            assert (0, []) == (counts(answer.content)[0], titles(answer.content))


@pytest.mark.parametrize("page", ["0", "-1", "x", "51", "1e3", "9" * 40])
def test_no_such_page(site, page):
    """A page that cannot be is a 404."""
    assert 404 == site.anon.get(f"/-/search.atom?q=a&page={page}").status_code


def test_private_search(site):
    """There is no search in a private collection."""
    assert 404 == site.alice.get("/diary/-/search.atom?q=a").status_code


@pytest.mark.covers("ATOM-4.2.11-2")
def test_source(site):
    """In results of several collections an entry tells which it is from; of one it does not."""
    site.made(entry("Whale"))
    copied = "<source><id>urn:x:f</id><title>F</title></source>"
    site.made(bare(f"<title>Whale of others</title>{copied}"))
    feed = one(site.anon.get("/blog/feed.atom").content, "/a:feed/a:id").text
    everywhere = site.anon.get("/-/search.atom?q=whale").content
    assert {"Whale": feed, "Whale of others": "urn:x:f"} == {
        one(each, "a:title").text: one(each, "a:source/a:id").text
        for each in xpath(everywhere, "/a:feed/a:entry")
    }
    here = site.anon.get("/blog/-/search.atom?q=whale").content
    assert ["urn:x:f"] == xpath(here, "/a:feed/a:entry/a:source/a:id/text()")


@pytest.mark.parametrize("address", ["/-/search.atom?q=whale", "/blog/-/search.atom?q=whale"])
def test_polling(site, address):
    """Results are a 304 for who has them, until a publication changes."""
    site.made(entry("Whale"))
    first = site.anon.get(address)
    headers = {"If-None-Match": first.headers["ETag"]}
    assert 304 == site.anon.get(address, headers=headers).status_code
    assert "public, max-age=60" == first.headers["Cache-Control"]
    site.made(entry("Another whale"))
    again = site.anon.get(address, headers=headers)
    assert ["Another whale", "Whale"] == titles(again.content)


def test_results_differ_by_words(site):
    """Results for one search are not served for another."""
    site.made(entry("Whale"))
    site.made(entry("Boat"))
    for _ in range(2):
        assert ["Whale"] == found(site, "atom", "/blog", "whale")
        assert ["Boat"] == found(site, "atom", "/blog", "boat")
