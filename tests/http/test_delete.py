"""Deleting members, and keeping caches out of editing (RFC 5023 sections 9.4 and 9.5)."""

import pytest

from tests.documents import DRAFT, bare, entry, link, one, titles, xpath
from tests.sites import walk


@pytest.mark.covers("APP-9.4-1")
def test_delete(site):
    """DELETE is answered with 200, with nothing in it, and says so."""
    answer = site.alice.delete(site.made())
    assert (200, b"") == (answer.status_code, answer.content)
    assert "0" == answer.headers["Content-Length"]
    # Atompub::Client fails on an answer without a type.
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.covers("APP-9.4-2")
def test_deleted_member_is_gone(site):
    """A deleted member is 410 for its author, editors and readers, whatever the method."""
    url = site.made()
    page = link(site.alice.get(url).content, "alternate")
    site.alice.delete(url)
    for client in (site.alice, site.erin, site.anon):
        assert 410 == client.get(url).status_code
        assert 410 == client.head(url).status_code
    assert 410 == site.put(url, entry()).status_code
    assert 410 == site.alice.delete(url).status_code
    assert 410 == site.anon.get(page).status_code


@pytest.mark.covers("APP-9.4-2")
def test_deleted_member_is_listed_nowhere(site):
    """A deleted member is missing from every page of the collection and from the publication."""
    site.set("blog", page_size=2)
    urls = [site.made(entry(f"Title {number}")) for number in range(5)]
    site.alice.delete(urls[2])
    left = [f"Title {number}" for number in (4, 3, 1, 0)]
    for client in (site.alice, site.erin, site.anon):
        assert left == [title for page in walk(client, "/atom/blog/") for title in titles(page)]
    assert "Title 2" not in titles(site.anon.get("/blog/feed.atom").content)
    assert "Title 2" not in site.anon.get("/blog/").text


@pytest.mark.covers("APP-9.4-2")
def test_deleted_draft(site):
    """Of a draft that was deleted nobody learns but those who could see it."""
    url = site.made(entry(extra=DRAFT))
    site.alice.delete(url)
    answers = [c.get(url).status_code for c in (site.alice, site.erin, site.bob, site.anon)]
    assert [410, 410, 404, 401] == answers


@pytest.mark.covers("APP-9.4-2")
def test_name_of_a_deleted_member(site):
    """The address of a deleted member never becomes that of another one."""
    url = site.made(slug="name")
    site.alice.delete(url)
    assert f"{url}-2" == site.made(slug="name")
    assert 410 == site.alice.get(url).status_code


def test_delete_needs_rights(site):
    """Another author may not delete a member; an editor may."""
    url = site.made()
    assert [403, 401] == [c.delete(url).status_code for c in (site.bob, site.anon)]
    assert 200 == site.alice.get(url).status_code
    assert 200 == site.erin.delete(url).status_code


def test_conditional_delete(site):
    """A DELETE with an outdated If-Match is 412 and deletes nothing."""
    answer = site.post()
    url = answer.headers["Location"]
    site.put(url, entry("Other"))
    stale = {"If-Match": answer.headers["ETag"]}
    assert 412 == site.alice.delete(url, headers=stale).status_code
    assert "Other" == one(site.alice.get(url).content, "/a:entry/a:title").text


def test_delete_what_was_never_there(site):
    """DELETE of an address that never had a member is 404."""
    assert 404 == site.alice.delete("/atom/blog/never").status_code


@pytest.mark.covers("APP-9.5-1")
@pytest.mark.parametrize("who", ["alice", "anon"])
def test_caches_keep_out(site, who):
    """Collections and members come with validators and may be kept by nobody without asking."""
    member = site.made()
    for url in (member, "/atom/blog/", "/atom/blog/?since=0"):
        answer = getattr(site, who).get(url)
        assert "private, no-cache" == answer.headers["Cache-Control"]
        assert {"etag", "last-modified"} <= set(answer.headers)
        assert "Authorization" in answer.headers["Vary"]


@pytest.mark.covers("APP-9.5-1")
def test_caches_keep_out_of_writes(site):
    """The answers to writes may not be kept by shared caches either."""
    created = site.post()
    changed = site.put(created.headers["Location"], bare("<title>T</title>"))
    assert ["private, no-cache"] * 2 == [a.headers["Cache-Control"] for a in (created, changed)]
    assert ["T"] == xpath(changed.content, "/a:entry/a:title/text()")
