"""Who is named as the author of an entry (APP-9.2-9)."""

import pytest

from tests.documents import bare, xpath

EVE = "<author><name>Eve</name><email>eve@example.org</email></author>"
BYLINE = "<source><title>F</title><author><name>Eve</name></author></source>"


def names(document):
    """The names of an entry's own authors."""
    return xpath(document, "/a:entry/a:author/a:name/text()")


@pytest.mark.covers("APP-9.2-9")
@pytest.mark.parametrize(
    "sent",
    [EVE, "", EVE + EVE, EVE + BYLINE, BYLINE],
    ids=["one", "none", "two", "one and source", "source"],
)
def test_account_is_the_author(site, sent):
    """By default the account's name is the one author, whatever the client says."""
    answer = site.post(bare(sent), by=site.bob)
    assert ["bob"] == names(answer.content)
    assert b"eve@example.org" not in answer.content


@pytest.mark.covers("APP-9.2-9")
def test_author_of_readers(site):
    """Readers see the same author in the collection and in the publication."""
    site.post(bare(EVE), by=site.bob)
    for url in ("/atom/blog/", "/blog/feed.atom"):
        found = xpath(site.anon.get(url).content, "/a:feed/a:entry/a:author/a:name/text()")
        assert ["bob"] == found


@pytest.mark.covers("APP-9.2-9")
def test_author_stays(site):
    """Whoever edits an entry, its author remains the account that made it."""
    url = site.made(bare(EVE), by=site.bob)
    for client, sent in ((site.erin, EVE), (site.erin, ""), (site.bob, "")):
        assert ["bob"] == names(site.put(url, bare(sent), by=client).content)


@pytest.mark.covers("APP-9.2-9")
@pytest.mark.parametrize(
    ("sent", "expected"),
    [(EVE, ["Eve"]), ("", ["bob"]), (EVE + EVE, ["Eve", "Eve"])],
    ids=["one", "none", "two"],
)
def test_client_is_the_author(site, sent, expected):
    """With the policy "client" its authors are kept as sent; the account stands in for none."""
    site.collection("news", author="client")
    answer = site.post(bare(sent), by=site.bob, collection="news")
    assert expected == names(answer.content)
    assert sent.count("eve@example.org") == answer.text.count("eve@example.org")


@pytest.mark.covers("APP-9.2-9")
def test_client_changes_the_author(site):
    """With the policy "client" an edit may replace the authors, and take them away."""
    site.collection("news", author="client")
    url = site.made(bare(EVE), by=site.bob, collection="news")
    other = "<author><name>Mallory</name></author>"
    assert ["Mallory"] == names(site.put(url, bare(other), by=site.bob).content)
    assert ["bob"] == names(site.put(url, bare(), by=site.bob).content)


@pytest.mark.covers("APP-9.2-9")
def test_echoed_author(site):
    """An author that merely echoes what the server wrote is not the client's own from then on."""
    site.collection("news", author="client")
    url = site.made(bare(), by=site.bob, collection="news")
    assert ["bob"] == names(site.put(url, site.erin.get(url).content, by=site.erin).content)
    assert ["bob"] == names(site.put(url, bare(), by=site.erin).content)


def test_other_people_are_kept(site):
    """Contributors are the client's to name under either policy."""
    contributor = "<contributor><name>Carol</name></contributor>"
    answer = site.post(bare(contributor), by=site.bob)
    assert ["Carol"] == xpath(answer.content, "/a:entry/a:contributor/a:name/text()")
