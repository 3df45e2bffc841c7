"""Entity tags and dates of what is sent, RFC 9110 section 8.8."""

import re
import time
from datetime import UTC, datetime

import pytest

from tests.documents import DRAFT, entry
from tests.http.addresses import FEEDS, PROTOCOL, addresses
from tests.stores import Clock

WITH_VALIDATORS = (*PROTOCOL, "home", "publication", *FEEDS, "permalink")
STRONG = re.compile(r'"[\x21\x23-\x5b\x5d-\x7e]+"')
IMF_FIXDATE = "%a, %d %b %Y %H:%M:%S GMT"


def seconds(date):
    """An IMF-fixdate as seconds since the epoch."""
    return datetime.strptime(date, IMF_FIXDATE).replace(tzinfo=UTC).timestamp()


def validators(answer):
    """ETag and Last-Modified."""
    return answer.headers.get("ETag"), answer.headers.get("Last-Modified")


@pytest.mark.covers("HTTP-C-1", "HTTP-C-2", "HTTP-C-12")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_document_has_validators(shared_site, found, method):
    """What can be polled or edited has a strong tag, in quotes and ASCII, and a fixed-form date."""
    for kind in WITH_VALIDATORS:
        tag, modified = validators(shared_site.alice.request(method, found[kind]))
        assert STRONG.fullmatch(tag), kind
        assert datetime.strptime(modified, IMF_FIXDATE).strftime(IMF_FIXDATE) == modified, kind


@pytest.mark.parametrize("address", ["/atom/blog/", "/blog/feed.atom", "/blog/"])
def test_what_a_poll_costs(timed_site, monkeypatch, address):
    """Where nothing has changed, with a tag or without, the store is asked once, and not for
    entries."""
    timed_site.made()
    tag = timed_site.anon.get(address).headers["ETag"]
    asked, rows = [], timed_site.store.rows

    def record(sql, **parameters):
        asked.append(sql)
        return rows(sql, **parameters)

    monkeypatch.setattr(timed_site.store, "rows", record)
    monkeypatch.setattr(timed_site.store, "read", None)
    polled = [timed_site.anon.get(address, headers=sent) for sent in ({}, {"If-None-Match": tag})]
    assert [200, 304] == [answer.status_code for answer in polled]
    assert 2 == len(asked)
    assert "member" not in "".join(asked)


@pytest.mark.covers("HTTP-C-1")
def test_an_entry_whose_collection_turns_private(site):
    """An entry's links tell whether its collection is private, so its tag does as well, and what
    was kept of it is not shown again."""
    url = site.made()
    open_to_all = site.alice.get(url)
    site.set("blog", private=True)
    changed = site.alice.get(url)
    assert 'type="text/html"' in open_to_all.text
    assert 'type="text/html"' not in changed.text
    assert open_to_all.headers["ETag"] != changed.headers["ETag"]


@pytest.mark.covers("HTTP-C-1")
def test_validators_of_a_creation(timed_site):
    """The answer to a creation has the validators that reading the member gives."""
    made = timed_site.post()
    assert validators(made) == validators(timed_site.alice.get(made.headers["Location"]))


@pytest.mark.covers("HTTP-C-15")
def test_no_validators_of_an_edit(site):
    """The answer to a PUT has no validators, since the server rewrote what it was sent."""
    answer = site.put(site.made(), entry("New"))
    assert (200, (None, None)) == (answer.status_code, validators(answer))


@pytest.mark.covers("HTTP-C-3")
def test_different_bytes_have_different_tags(site):
    """No tag ever stands for two sequences of octets: not by state, view, page, coding or host."""
    seen = {}

    def look(found):
        people = (site.anon, site.rita, site.alice, site.bob, site.erin, site.admin)
        hosts = ({}, {"Host": "localhost:8000"})
        for kind in WITH_VALIDATORS:
            for person in people:
                for coding in ("identity", "gzip"):
                    for host in hosts:
                        headers = {"Accept-Encoding": coding} | host
                        answer = person.get(found[kind], headers=headers)
                        sent_in = answer.headers.get("Content-Encoding", "identity")
                        octets = (sent_in, answer.content)
                        seen.setdefault(answer.headers["ETag"], set()).add(octets)

    found = addresses(site)
    site.post(entry("Of Alice", extra=DRAFT), slug="hers")
    site.post(entry("Of Bob", extra=DRAFT), by=site.bob)
    look(found)
    site.put(found["member"], entry("Edited"))
    look(found)
    site.set("blog", private=False, page_size=2)
    look(found)
    assert [] == [tag for tag, octets in seen.items() if len(octets) > 1]


@pytest.mark.covers("HTTP-C-3")
def test_same_bytes_have_the_same_tag(shared_site, found):
    """A tag stays while nothing changes, from one worker of the server to the other."""
    tags = {
        kind: {shared_site.anon.get(found[kind]).headers["ETag"] for _ in range(10)}
        for kind in WITH_VALIDATORS
    }
    assert dict.fromkeys(WITH_VALIDATORS, 1) == {kind: len(seen) for kind, seen in tags.items()}


@pytest.mark.covers("HTTP-C-3")
def test_tags_of_a_collection_made_anew(make_site):
    """A collection of the same name and numbers as one that was removed has other tags."""
    site = make_site(now=Clock())

    def tags():
        """A collection of one entry: its tag, and the entry's."""
        site.collection("album")
        member = site.made(collection="album", slug="one")
        return [site.anon.get(url).headers["ETag"] for url in ("/atom/album/", member)]

    first = tags()
    site.collections.remove("album", with_members=True)
    assert not set(first) & set(tags())


@pytest.mark.covers("HTTP-C-3")
@pytest.mark.parametrize("change", ["edit", "add", "delete", "settings"])
def test_every_change_changes_the_tag(timed_site, clock, change):
    """Whatever changes a collection gives it another tag and a later date."""
    site, url = timed_site, timed_site.made()
    before = validators(site.anon.get("/atom/blog/"))
    clock.forward(1)
    match change:
        case "edit":
            site.put(url, entry("Edited"))
        case "add":
            site.made()
        case "delete":
            site.alice.delete(url)
        case "settings":
            site.set("blog", page_size=7)
    after = validators(site.anon.get("/atom/blog/"))
    assert before[0] != after[0]
    assert seconds(before[1]) < seconds(after[1])


@pytest.mark.covers("HTTP-C-5")
def test_no_date_is_later_than_the_answer(site):
    """Last-Modified is no later than the Date beside it, even after several changes at once."""
    url = site.made()
    for number in range(3):
        site.put(url, entry(f"Edit {number}"))
        for address in (url, "/atom/blog/", "/blog/feed.atom", "/blog/"):
            answer = site.anon.get(address)
            sent = answer.headers.get("Date")  # which a server adds, and bare WSGI does not
            clock = seconds(sent) if sent else time.time()
            assert seconds(answer.headers["Last-Modified"]) <= clock


@pytest.mark.covers("HTTP-C-5")
def test_dates_when_the_clock_was_ahead(make_site):
    """What changed while the clock was a century ahead is dated no later than now."""
    clock = Clock(int(time.time() * 1_000_000) + 100 * 365 * 86_400 * 1_000_000)
    site = make_site(now=clock)
    made = site.post()
    clock.now = int(time.time() * 1_000_000)
    site.put(made.headers["Location"], entry("Edited"))
    read = [made, *(site.anon.get(url) for url in (made.headers["Location"], "/atom/blog/"))]
    assert [True] * 3 == [
        seconds(answer.headers["Last-Modified"]) <= time.time() for answer in read
    ]


@pytest.mark.covers("HTTP-C-5", "HTTP-C-17")
def test_dates_when_the_clock_goes_back(make_site, clock):
    """A change made by a clock that was set back is dated later than the one before it."""
    site = make_site(now=clock)
    url = site.made()
    first = site.anon.get(url).headers["Last-Modified"]
    clock.forward(-3600)
    site.put(url, entry("Edited"))
    assert seconds(first) < seconds(site.anon.get(url).headers["Last-Modified"])
