"""What is not published is in no feed for readers: not by title, text, category, count or date."""

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
