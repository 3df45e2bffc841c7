"""What is not published is in no feed for readers: not by title, text, category, count or date."""

import re

import pytest

from atompub.readers import Selection
from atompub.urls import Urls
from tests.documents import DRAFT, bare, entry, titles, xpath

FORMS = ("atom", "rss", "json")
WORD = "zanzibar"
REPLY = '<t:in-reply-to xmlns:t="http://purl.org/syndication/thread/1.0" ref="urn:x:0"/>'


def secret(extra="", title=WORD):
    """An entry with the word everywhere, in reply to the first entry of the blog."""
    return bare(
        f'<title>{title}</title><category term="{WORD}"/><content>{WORD}</content>{REPLY}{extra}'
    )


@pytest.fixture
def hiding(make_site):
    """A blog with a closed archive, and the word in a draft, in an entry ahead, in one that was
    withdrawn, in one that was deleted, and in a private collection."""
    site = make_site()
    for number in range(100):
        site.made(entry(f"Entry {number}", id=f"urn:x:{number}"))
    site.made(secret(DRAFT))
    site.made(secret("<published>2999-01-01T00:00:00Z</published>"))
    withdrawn = site.made(secret())
    site.put(withdrawn, secret(DRAFT))
    site.alice.delete(site.made(secret()))
    site.made(secret(), collection="diary")
    return site


def addresses(site):
    """Every feed of the blog, of the category and of a search for the word."""
    urls, category = Urls(site.base), Selection(category=WORD)
    for form in FORMS:
        yield urls.feed("blog", form=form)
        yield urls.feed("blog", category, form)
        yield urls.search("blog", WORD, form)
        yield urls.search("", WORD, form)
    yield urls.negotiated_feed("blog")
    yield urls.archive("blog", 1)
    yield urls.replies("blog", "entry-0")
    yield f"{site.base}/atom/blog/"


@pytest.mark.covers("APP-13.1.1-3", "OS-3", "THR-5", "APP-10-5")
def test_nowhere(hiding):
    """No feed has an entry that readers may not see, or counts it."""
    for address in addresses(hiding):
        answer = hiding.anon.get(address)
        assert 200 == answer.status_code
        assert f"<title>{WORD}" not in answer.text
        assert f'"title": "{WORD}"' not in answer.text
        assert f">{WORD}<" not in answer.text.replace("&lt;", "<").replace("&gt;", ">")
    first = hiding.anon.get(f"{hiding.base}/blog/archive/1.atom").content
    feed = hiding.anon.get(f"{hiding.base}/blog/feed.atom").content
    assert [] == xpath(first, "//a:link[@rel='replies']")
    assert [] == xpath(feed, "//a:link[@rel='replies']")
    results = hiding.anon.get(Urls(hiding.base).search("", WORD, "atom")).content
    assert "0" == xpath(results, "string(//*[local-name()='totalResults'])")
    assert [] == titles(results)


def test_seen_once_published(hiding):
    """The same feeds have it once it is published: the test above looks in the right places."""
    hiding.made(secret())
    for address in addresses(hiding):
        if "archive" not in address:
            assert WORD in hiding.anon.get(address).text.replace(f"q={WORD}", "")


@pytest.fixture
def small(make_site):
    """A site with an entry, a picture and a page of replies, and the word in all that is hidden."""
    site = make_site()
    site.collection("photos", accept=("image/*",))
    site.made(entry("Shown", id="urn:x:0", published="2003-12-13T18:30:02Z"))
    site.made(secret(DRAFT))
    site.made(secret("<published>2999-01-01T00:00:00Z</published>"))
    site.put(site.made(secret()), secret(DRAFT))
    site.alice.delete(site.made(secret()))
    site.made(secret(), collection="diary")
    for title in ("Seen", WORD):
        headers = {"Content-Type": "image/png", "Slug": title}
        made = site.alice.post("/atom/photos/", content=PICTURE, headers=headers)
        assert 201 == made.status_code
    site.put(made.headers["Location"], bare(f"<title>{WORD}</title>{DRAFT}"))
    return site


def walk(site):
    """All that links lead readers to from the home page: each answer by its address."""
    found, waiting = {}, [f"{site.base}/", f"{site.base}/rsd.xml", f"{site.base}/opensearch.xml"]
    while waiting:
        url = waiting.pop()
        if url in found or not url.startswith(site.base):
            continue
        found[url] = site.anon.get(url)
        waiting += LINK.findall(found[url].text.replace("&amp;", "&"))
    return found


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
LINK = re.compile(r"https?://[^\s\"'<>,)]+")


@pytest.mark.covers("APP-13.1.1-3", "APP-10-5", "OS-3")
def test_no_way_leads_there(small):
    """From the home page along every address in every page, feed, archive, search and picture,
    readers come to all that is shown, and nowhere is the word that stands in all that is hidden."""
    found = walk(small)
    kinds = {answer.headers.get("Content-Type", "").partition(";")[0] for answer in found.values()}
    assert {"text/html", "application/atom+xml", "application/rss+xml", "image/png"} <= kinds
    assert {f"{small.base}/blog/shown", f"{small.base}/photos/seen"} <= found.keys()
    shown = {url for url, answer in found.items() if answer.status_code == 200}
    assert len(shown) > 20
    for url, answer in found.items():
        assert WORD not in url
        assert WORD not in answer.text
