"""WebSub: hubs hear of every public change, and of nothing else; no write waits for them."""

import time

import pytest

from atompub.hubs import Hubs
from atompub.publications import Publications
from atompub.publishing import Publishing, Store
from atompub.store.pages import Pages
from atompub.store.pings import Pings
from atompub.urls import FORMS, Urls
from tests import sites
from tests.documents import DRAFT, ENTRY, bare, entry
from tests.live.hub import Hub

BASE = "https://example.org"


@pytest.fixture
def hub():
    """A hub."""
    opened = Hub()
    yield opened
    opened.close()


@pytest.fixture
def told(timed_site, clock, hub):
    """Tells the hub what it does not know; the feeds it heard of."""
    site = timed_site
    store = Store(site.collections, site.entries, Pages(site.store))
    publications = Publications(Publishing(store, clock), site.store)
    pings = Pings(site.store, clock)
    hubs = Hubs((hub.url,), pings, publications, Urls(BASE), pause=lambda _: None)

    def tell():
        hubs.tell()
        return hub.topics()

    return tell


def topics(*names):
    """The addresses of the feeds of publications."""
    return [f"{BASE}/{name}/feed.{form}" for name in names for form in FORMS]


@pytest.mark.covers("WS-3")
def test_changes_that_come_together_are_one_ping(timed_site, told):
    """However much changed, a hub hears of each feed once, and of nothing twice."""
    for _ in range(5):
        timed_site.made()
    assert topics("blog") == told()
    assert [] == told()


@pytest.mark.covers("WS-4")
def test_what_is_told(timed_site, told):
    """Publishing, editing, withdrawing and deleting are told; drafts and private collections are
    not, nor is what happens to them."""
    url = timed_site.made(entry("Title"))
    assert topics("blog") == told()
    timed_site.put(url, entry("Other"))
    assert topics("blog") == told()
    timed_site.put(url, bare(DRAFT))
    assert topics("blog") == told()
    timed_site.put(url, bare(DRAFT))
    timed_site.alice.delete(timed_site.made(bare(DRAFT)))
    timed_site.made(collection="diary")
    assert [] == told()
    timed_site.put(url, entry("Again"))
    assert topics("blog") == told()
    timed_site.alice.delete(url)
    assert topics("blog") == told()


@pytest.mark.covers("WS-4")
def test_a_release_is_told(timed_site, told, clock):
    """A scheduled entry is told of when it is released, though nobody read anything."""
    ahead = "<published>2023-11-15T00:00:00Z</published>"
    timed_site.made(bare(f"<title>T</title>{ahead}"))
    assert [] == told()
    clock.forward(86_400)
    assert topics("blog") == told()


@pytest.mark.covers("WS-3")
@pytest.mark.parametrize("status", [500, 404, 302, 307])
def test_a_hub_that_fails_is_told_again(timed_site, told, clock, hub, status):
    """A hub that does not take a ping hears of it again, after a time that doubles; then of the
    state as it is then, once."""
    hub.status = status
    timed_site.made()
    for wait in (30, 60, 120):
        assert topics("blog")[:1] == told()
        clock.forward(wait - 1)
        assert [] == told()
        clock.forward(1)
    hub.status = 202
    timed_site.made()
    assert topics("blog") == told()
    assert [] == told()


def test_two_tellers_tell_once(timed_site, clock, hub):
    """What one process has taken nobody else is given, until it had a minute for it."""
    timed_site.made()
    one, other = Pings(timed_site.store, clock), Pings(timed_site.store, clock)
    (taken,) = one.take(hub.url)
    assert ([], False) == (other.take(hub.url), other.waiting(hub.url))
    clock.forward(60)
    assert [taken] == other.take(hub.url)
    other.done(taken)
    clock.forward(60)
    assert [] == one.take(hub.url)


@pytest.fixture
def serving(tmp_path, hub):
    """A live site that tells the hub."""
    folder = tmp_path / "data"
    folder.mkdir()
    store = sites.renew(folder)
    env = {"ATOMPUB_BASE_URL": "http://127.0.0.1:1", "ATOMPUB_HUBS": hub.url}
    env |= {"ATOMPUB_ALLOW_CLEAR_TEXT": "yes"}
    running = sites.Server(folder, env=env)
    site = sites.Site(store, base=running.base)
    yield site
    hub.open.set()
    site.close()
    running.stop()
    store.close()


@pytest.mark.covers("WS-3")
def test_no_write_waits_for_a_hub(serving, hub):
    """Writes are answered while the hub keeps a ping waiting, and it hears of them soon."""
    hub.open.clear()
    headers = {"Content-Type": ENTRY, "Host": "127.0.0.1:1"}
    assert 201 == serving.alice.post("/atom/blog/", content=entry(), headers=headers).status_code
    heard = hub.told.get(timeout=20)
    assert ["http://127.0.0.1:1/blog/feed.atom"] == heard["hub.topic"]
    began = time.monotonic()
    answer = serving.alice.post("/atom/blog/", content=entry(), headers=headers)
    assert 201 == answer.status_code
    assert time.monotonic() - began < 5
    hub.open.set()
    assert ["publish"] == hub.told.get(timeout=20)["hub.mode"]
