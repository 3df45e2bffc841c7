"""Idempotency-Key on POST (APP-15.2-1)."""

import pytest

from tests.documents import bare, canonical, entry, one, titles

BLOG = "/atom/blog/"

pytestmark = pytest.mark.covers("APP-15.2-1")


def count(site):
    """How many members the blog has."""
    return len(titles(site.erin.get(BLOG).content))


def test_repeated_post(site):
    """The same request under the same key gets the same 201, and makes nothing more."""
    first, *others = [site.post(slug="once", idempotency_key="k1") for _ in range(3)]
    assert 201 == first.status_code
    for answer in others:
        assert 201 == answer.status_code
        assert canonical(first.content) == canonical(answer.content)
        for name in ("Location", "Content-Location", "ETag"):
            assert first.headers[name] == answer.headers[name]
    assert 1 == count(site)


def test_without_a_key(site):
    """Without a key, or under another one, the same bytes make another member."""
    urls = {
        site.made(),
        site.made(),
        site.made(idempotency_key="a"),
        site.made(idempotency_key="b"),
    }
    assert (4, 4) == (len(urls), count(site))


@pytest.mark.parametrize(
    "other",
    [
        {"body": entry("Other")},
        {"body": entry() + b"\n"},
        {"slug": "other"},
        {"content_type": "application/atom+xml"},
        {"collection": "diary"},
    ],
    ids=["body", "white space", "slug", "type", "collection"],
)
def test_other_request(site, other):
    """Another request under a used key is refused with 422 and makes nothing."""
    site.made(entry(), slug="once", idempotency_key="k1")
    request = {"body": entry(), "slug": "once", "idempotency_key": "k1"} | other
    answer = site.post(**request)
    assert 422 == answer.status_code
    assert "Idempotency-Key" in answer.json()["detail"]
    assert 1 == count(site)
    assert [] == titles(site.erin.get("/atom/diary/").content)


def test_other_account(site):
    """A key belongs to the account that used it: another one's is another key."""
    urls = {site.made(idempotency_key="k1", by=client) for client in (site.alice, site.bob)}
    assert (2, 2) == (len(urls), count(site))


def test_refused_request(site):
    """A request that was refused does not use its key up."""
    assert 422 == site.post(bare("<link/>"), idempotency_key="k1").status_code
    assert 201 == site.post(entry(), idempotency_key="k1").status_code
    assert 1 == count(site)


def test_edited_meanwhile(site):
    """A repetition after an edit gets the member as it is now, and changes nothing."""
    url = site.made(idempotency_key="k1")
    site.put(url, entry("Edited"))
    answer = site.post(idempotency_key="k1")
    assert (201, url) == (answer.status_code, answer.headers["Location"])
    assert "Edited" == one(answer.content, "/a:entry/a:title").text
    assert answer.headers["ETag"] == site.alice.get(url).headers["ETag"]


def test_deleted_meanwhile(site):
    """A repetition after a deletion does not bring the member back: it is gone."""
    site.alice.delete(site.made(idempotency_key="k1"))
    assert 410 == site.post(idempotency_key="k1").status_code
    assert 0 == count(site)


def test_for_a_day(timed_site, clock):
    """A key is remembered for 24 hours, and free again after them."""
    url = timed_site.made(idempotency_key="k1")
    clock.forward(24 * 3600 - 1)
    assert url == timed_site.made(idempotency_key="k1")
    clock.forward(2)
    assert url != timed_site.made(entry("Other"), idempotency_key="k1")
    assert 2 == count(timed_site)


@pytest.mark.parametrize("key", ["x" * 256, "two words", "a\tb", "\xe9".encode("latin-1"), ""])
def test_unusable_key(site, key):
    """A key that is empty, long or no visible ASCII is refused with 400; nothing is stored."""
    answer = site.post(idempotency_key=key)
    assert 400 == answer.status_code
    assert "Idempotency-Key" in answer.json()["detail"]
    assert 0 == count(site)


@pytest.mark.parametrize("key", ["x" * 255, "!", '"8e03978e-40d5-43dd-bc93-6894a57f9324"'])
def test_usable_key(site, key):
    """Any other key serves, quoted as its draft standard asks or not."""
    assert site.made(idempotency_key=key) == site.made(idempotency_key=key)
