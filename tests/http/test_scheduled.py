"""Entries whose published lies ahead (APP-13.1.1-6)."""

from datetime import UTC, datetime

import pytest

from tests.documents import DRAFT, bare, entry, link, one, titles, xpath
from tests.stores import START

BLOG, FEED = "/atom/blog/", "/blog/feed.atom"
PUBLIC = (BLOG, FEED, "/blog/", "/atom/blog/?since=0")

pytestmark = pytest.mark.covers("APP-13.1.1-6")


def at(seconds):
    """An instant, in seconds from where the clock starts, as RFC 3339 writes it."""
    return datetime.fromtimestamp(START // 1_000_000 + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def scheduled(seconds, title="Later", extra=""):
    """An entry to be published that many seconds from the start."""
    return bare(f"<title>{title}</title><published>{at(seconds)}</published>{extra}")


def is_public(site, url, title="Later"):
    """Whether readers see the entry; everywhere or nowhere."""
    page = url.replace("/atom/", "/")
    shown = {title.encode() in site.anon.get(address).content for address in PUBLIC}
    shown |= {site.anon.get(address).is_success for address in (url, page)}
    (public,) = shown
    return public


def test_hidden_until_then(timed_site, clock):
    """It is hidden from readers until its instant, and public from that instant on."""
    url = timed_site.made(scheduled(60))
    found = []
    for seconds in (0, 59, 1):
        clock.forward(seconds)
        found.append(is_public(timed_site, url))
    assert [False, False, True] == found


def test_polls(timed_site, clock):
    """Until then polls are answered with 304; the next one after it has the entry, without any
    write in between."""
    timed_site.made(entry("Now"))
    before = {url: timed_site.anon.get(url).headers["ETag"] for url in PUBLIC}
    timed_site.made(scheduled(60))
    for seconds, expected in ((30, 304), (29, 304), (2, 200), (1, 200)):
        clock.forward(seconds)
        for url, tag in before.items():
            answer = timed_site.anon.get(url, headers={"If-None-Match": tag})
            assert expected == answer.status_code
            assert (expected == 200) == (b"Later" in answer.content)


def test_last_modified(timed_site, clock):
    """The release moves Last-Modified, so that polls by date notice it."""
    timed_site.made(scheduled(60))
    before = timed_site.anon.get(FEED).headers["Last-Modified"]
    clock.forward(30)
    seen = {"If-Modified-Since": before}
    assert 304 == timed_site.anon.get(FEED, headers=seen).status_code
    clock.forward(30)
    assert 200 == timed_site.anon.get(FEED, headers=seen).status_code


@pytest.mark.parametrize("url", PUBLIC)
def test_any_read_releases(timed_site, clock, url):
    """Whichever public address is read first after the instant, it shows the entry."""
    timed_site.made(scheduled(60))
    clock.forward(60)
    assert b"Later" in timed_site.anon.get(url).content


def test_its_own_addresses_release(timed_site, clock):
    """So do the entry's own addresses, for readers and with credentials."""
    for number, client in enumerate((timed_site.anon, timed_site.bob)):
        url = timed_site.made(scheduled(60 * (number + 1), str(number)))
        assert not client.get(url).is_success
        clock.forward(60)
        assert 200 == client.get(url).status_code


def test_its_author_sees_it(timed_site):
    """Its author and the editors see it before that, and it is no draft."""
    url = timed_site.made(scheduled(60))
    for client in (timed_site.alice, timed_site.erin):
        assert ["Later"] == titles(client.get(BLOG).content)
        assert [] == xpath(client.get(url).content, "//app:draft")
        assert at(60) == one(client.get(url).content, "/a:entry/a:published").text
    assert 404 == timed_site.bob.get(url).status_code


def test_release_is_a_change(timed_site, clock):
    """Its release gives the entry a new number, tag and app:edited, and puts it at the head."""
    url = timed_site.made(scheduled(60))
    timed_site.made(entry("Now"))
    before = timed_site.alice.get(url)
    since = link(timed_site.alice.get(BLOG).content, "monitor")
    clock.forward(90)
    assert ["Later"] == titles(timed_site.alice.get(since).content)
    assert ["Later", "Now"] == titles(timed_site.alice.get(BLOG).content)
    after = timed_site.alice.get(url)
    assert before.headers["ETag"] != after.headers["ETag"]
    assert one(after.content, "/a:entry/app:edited").text.startswith(at(90).rstrip("Z"))
    stale = timed_site.put(url, entry("Other"), if_match=before.headers["ETag"])
    assert 412 == stale.status_code


def test_released_once(timed_site, clock):
    """After the release the state stands still again."""
    timed_site.made(scheduled(60))
    clock.forward(60)
    tag = timed_site.anon.get(FEED).headers["ETag"]
    clock.forward(3600)
    assert 304 == timed_site.anon.get(FEED, headers={"If-None-Match": tag}).status_code


def test_several(timed_site, clock):
    """Each is released at its own instant, those due together in the order of their instants."""
    for seconds in (40, 10, 30, 20):
        timed_site.made(scheduled(seconds, str(seconds)))
    seen = []
    for seconds in (10, 25, 5):
        clock.forward(seconds)
        seen.append(titles(timed_site.anon.get(BLOG).content))
    assert [["10"], ["30", "20", "10"], ["40", "30", "20", "10"]] == seen


def test_many_at_once(timed_site, clock):
    """Releases that come due together are all done by the read that finds them."""
    timed_site.set("blog", page_size=500)
    for number in range(120):
        timed_site.made(scheduled(10, str(number)))
    clock.forward(10)
    assert 120 == len(titles(timed_site.anon.get(BLOG).content))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (scheduled(120), [False, False, True]),
        (scheduled(30), [False, True, True]),
        (scheduled(-60), [True, True, True]),
        (bare("<title>Later</title>"), [False, True, True]),
        (scheduled(60, extra=DRAFT), [False, False, False]),
    ],
    ids=["later", "earlier", "past", "kept", "draft"],
)
def test_rescheduled(timed_site, clock, body, expected):
    """An edit before the release sets another instant, publishes, or makes it a draft."""
    url = timed_site.made(scheduled(60))
    assert 200 == timed_site.put(url, body).status_code
    found = [is_public(timed_site, url)]
    for _ in range(2):
        clock.forward(60)
        found.append(is_public(timed_site, url))
    assert expected == found


def test_draft_with_a_date(timed_site, clock):
    """A draft is not released by its date; published after it, it is public at once."""
    url = timed_site.made(scheduled(60, extra=DRAFT))
    clock.forward(120)
    assert not is_public(timed_site, url)
    timed_site.put(url, scheduled(60))
    assert is_public(timed_site, url)


def test_postponed_after_the_release(timed_site, clock):
    """A public entry that gets a date ahead is withdrawn until then."""
    url = timed_site.made(scheduled(-60))
    assert is_public(timed_site, url)
    timed_site.put(url, scheduled(60))
    assert not is_public(timed_site, url)
    clock.forward(60)
    assert is_public(timed_site, url)


def test_deleted_before_the_release(timed_site, clock):
    """Of one that was deleted before its instant readers never learn."""
    tag = timed_site.anon.get(FEED).headers["ETag"]
    url = timed_site.made(scheduled(60))
    timed_site.alice.delete(url)
    clock.forward(61)
    assert 304 == timed_site.anon.get(FEED, headers={"If-None-Match": tag}).status_code
    assert 401 == timed_site.anon.get(url).status_code


def test_release_next_to_a_write(timed_site, clock):
    """A write after the instant and before any read takes nothing away from the release."""
    url = timed_site.made(scheduled(60))
    clock.forward(61)
    timed_site.made(entry("Now"))
    assert is_public(timed_site, url)


def test_write_to_what_is_due(timed_site, clock):
    """An edit of an entry whose instant has passed keeps it public."""
    url = timed_site.made(scheduled(60))
    clock.forward(61)
    assert 200 == timed_site.put(url, bare("<title>Later, edited</title>")).status_code
    assert is_public(timed_site, url)
