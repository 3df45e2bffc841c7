"""Replies and what they reply to (RFC 4685), as readers get them."""

import pytest
from lxml import etree

from atompub.atom import dates
from tests.documents import DRAFT, bare, canonical, entry, link, one, titles, xpath

FEED = "/blog/feed.atom"
THR = "http://purl.org/syndication/thread/1.0"
UPDATED = "2004-01-02T03:04:05Z"


def reply(title, *refs, extra=""):
    """An entry in reply to others."""
    answers = "".join(f'<t:in-reply-to xmlns:t="{THR}" ref="{ref}"/>' for ref in refs)
    return bare(f"<title>{title}</title><updated>{UPDATED}</updated>{answers}{extra}")


def shown(site, title):
    """An entry of the public feed."""
    return one(site.anon.get(FEED).content, f"/a:feed/a:entry[a:title='{title}']")


def page(entry_element):
    """The address of an entry's page."""
    return one(entry_element, "a:link[@rel='alternate'][@type='text/html']/@href")


@pytest.fixture
def parent(site):
    """The URL of an entry that can be replied to."""
    return site.made(entry("Parent", id="urn:x:parent"))


@pytest.mark.covers("THR-1", "THR-3")
def test_reply_links_its_parents(site, parent):
    """A reply keeps its references in their order, and links the pages of those that are here."""
    site.made(entry("Other", id="urn:x:other"))
    url = site.made(reply("Reply", "urn:x:other", "urn:x:nowhere", "urn:x:parent"))
    found = shown(site, "Reply")
    references = ["urn:x:other", "urn:x:nowhere", "urn:x:parent"]
    for element in (found, one(site.anon.get(url).content, "/a:entry")):
        assert references == [each.get("ref") for each in element.iter(f"{{{THR}}}in-reply-to")]
    related = xpath(found, "a:link[@rel='related']/@href")
    assert {page(shown(site, title)) for title in ("Parent", "Other")} == set(related)
    assert [] == xpath(site.alice.get(url).content, "//a:link[@rel='related']")


@pytest.mark.covers("THR-3", "THR-4")
def test_parent_links_its_replies(site, parent):
    """An entry with replies links their feed, with their number and the latest date."""
    assert [] == xpath(shown(site, "Parent"), "a:link[@rel='replies']")
    for title in ("One", "Two"):
        site.made(reply(title, "urn:x:parent"))
    found = one(shown(site, "Parent"), "a:link[@rel='replies']")
    assert ("application/atom+xml", "2") == (found.get("type"), found.get(f"{{{THR}}}count"))
    assert dates.parse(UPDATED) == dates.parse(found.get(f"{{{THR}}}updated"))
    answer = site.anon.get(found.get("href"))
    assert "application/atom+xml;charset=utf-8" == answer.headers["Content-Type"]
    assert {"One", "Two"} == set(titles(answer.content))
    assert found.get("href") == link(answer.content, "self")
    assert page(shown(site, "Parent")) == link(answer.content, "alternate")


@pytest.mark.covers("THR-3", "THR-5")
def test_parent_stays_as_it_is(site, parent):
    """A reply changes neither the parent's document, nor its dates, nor its place."""
    site.made(entry("Later"))
    before, listed = site.alice.get(parent), site.alice.get("/atom/blog/").content
    site.made(reply("Reply", "urn:x:parent"))
    after = site.alice.get(parent)
    assert (before.content, before.headers["ETag"]) == (after.content, after.headers["ETag"])
    assert ["Reply", *titles(listed)] == titles(site.alice.get("/atom/blog/").content)


@pytest.mark.covers("THR-5")
def test_hidden_replies(site, parent):
    """Drafts are counted nowhere, and a reply that goes is counted no longer."""
    url = site.made(reply("Reply", "urn:x:parent", extra=DRAFT))
    assert [] == xpath(shown(site, "Parent"), "a:link[@rel='replies']")
    site.put(url, reply("Reply", "urn:x:parent"))
    feed = one(shown(site, "Parent"), "a:link[@rel='replies']/@href")
    assert ["Reply"] == titles(site.anon.get(feed).content)
    site.alice.delete(url)
    assert [] == xpath(shown(site, "Parent"), "a:link[@rel='replies']")
    assert [] == titles(site.anon.get(feed).content)


def test_replies_of_what_is_not_there(site, parent):
    """Replies to nothing are 404, to a deleted entry 410, to a draft nobody's to read."""
    address = page(shown(site, "Parent")).replace("/blog/", "/blog/-/replies/")
    assert 200 == site.anon.get(address).status_code
    assert 404 == site.anon.get("/blog/-/replies/nothing").status_code
    site.alice.delete(parent)
    assert 410 == site.anon.get(address).status_code
    draft = site.made(entry("Draft", extra=DRAFT))
    name = draft.rpartition("/")[2]
    assert 404 == site.alice.get(f"/blog/-/replies/{name}").status_code


def test_replies_poll(site, parent):
    """The replies' feed is a 304 for who has it, until there is another."""
    site.made(reply("One", "urn:x:parent"))
    address = one(shown(site, "Parent"), "a:link[@rel='replies']/@href")
    headers = {"If-None-Match": site.anon.get(address).headers["ETag"]}
    assert 304 == site.anon.get(address, headers=headers).status_code
    site.made(reply("Two", "urn:x:parent"))
    assert 200 == site.anon.get(address, headers=headers).status_code


def test_editing_keeps_the_thread(site, parent):
    """An editor who sends back what it got changes nothing of the thread."""
    url = site.made(reply("Reply", "urn:x:parent"))
    before = shown(site, "Reply")
    assert 200 == site.put(url, site.alice.get(url).content).status_code
    assert canonical(etree.tostring(before)) == canonical(etree.tostring(shown(site, "Reply")))
