"""Entries of every make go in and come out again: nothing of the client's is lost or bent."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from atompub.atom.feed import render_page
from atompub.atom.parse import parse
from atompub.atom.reading import read
from atompub.formats.jsonfeed import JSON_TYPE, render_json
from atompub.formats.rss import RSS_TYPE, render_rss
from atompub.model import EVERYTHING, FIRST, Page
from tests import sites
from tests.atom.entries import (
    BLOG,
    HEAD,
    URLS,
    clients_part,
    control_of,
    listed,
    made,
    public,
    shown,
)
from tests.documents import APP, ATOM, ENTRY, canonical, check_strict, link, xpath
from tests.property.effort import examples
from tests.property.markup import entries

FEED = "application/atom+xml"
FILLED = ("title", "updated", "summary", "author")


def filled(body):
    """The names of what the server writes for the client who did not."""
    root = parse(body)
    return [name for name in FILLED if root.find(f"{{{ATOM}}}{name}") is None]


def control_sent(body):
    """The canonical form of the control that was sent."""
    found = parse(body).find(f"{{{APP}}}control")
    if found is None:
        return b""
    return etree.tostring(found, method="c14n", exclusive=True, with_tail=False)


@pytest.mark.covers("ATOM-6.4-2", "ATOM-4.1.3-7", "SEC-X-10", "SEC-X-11", "APP-13.1-2")
@given(entries(), st.booleans())
def test_nothing_is_lost(body, keep_authors):
    """An entry is shown as it was sent, but for what the server owns."""
    document = shown(made(body, keep_authors=keep_authors))
    without = filled(body)
    sent = clients_part(body, keep_authors=keep_authors, without=without)
    assert sent == clients_part(document, keep_authors=keep_authors, without=without)
    assert control_sent(body) == control_of(document)


@pytest.mark.covers("APP-9.3-9", "APP-9.3-5")
@given(entries(), st.booleans())
def test_fixpoint(body, keep_authors):
    """What was shown can be PUT back any number of times, and the same is shown again."""
    member = made(body, keep_authors=keep_authors)
    first = canonical(shown(member))
    for _ in range(2):
        member = made(shown(member), before=member, keep_authors=keep_authors)
        assert first == canonical(shown(member))


@pytest.mark.covers("SEC-X-10")
@given(entries(), st.booleans())
def test_valid(body, editing):
    """What is shown is valid by the strict schema, for editors and for readers."""
    check_strict(ENTRY, shown(made(body), editing=editing))


@pytest.mark.covers("APP-10-4", "ATOM-2-5")
@given(st.lists(entries(), min_size=1, max_size=3), st.booleans())
def test_in_the_feed(bodies, whole):
    """In a feed of its collection an entry is what it is alone, and the feed is valid."""
    members = tuple(made(body) for body in bodies)
    page = Page(BLOG, members, older=not whole, newer=not whole, head=False)
    feed = render_page(page, FIRST, EVERYTHING, URLS)
    check_strict(f"{FEED};type=feed", feed)
    listed = xpath(feed, "/a:feed/a:entry")
    for member, found in zip(members, listed, strict=True):
        alone = etree.fromstring(shown(member))
        assert etree.tostring(alone, method="c14n", exclusive=True) == etree.tostring(
            found, method="c14n", exclusive=True, with_tail=False
        )
        assert alone.nsmap.items() <= (found.nsmap | alone.nsmap).items()


@given(entries())
def test_for_readers(body):
    """Whatever is accepted can be shown to readers, in a valid feed of each form."""
    member = made(body)
    check_strict(FEED, public(listed(member)))
    reading = read(listed(member), URLS)
    check_strict(RSS_TYPE, render_rss(HEAD, [reading]))
    check_strict(JSON_TYPE, render_json(HEAD, [reading]))


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory):
    """One site over WSGI for all examples."""
    made_site = sites.wsgi_site(tmp_path_factory.mktemp("roundtrip"))
    yield made_site
    made_site.close()
    made_site.store.close()


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries())
def test_over_http(shared_site, body):
    """POST, GET, PUT and GET again bring the client's part back, alone and in the feed."""
    url = shared_site.made(body)
    first = shared_site.alice.get(url).content
    without = [*filled(body), "author"]
    page = link(first, "alternate")
    assert clients_part(body, without=without) == clients_part(
        first, permalink=page, without=without
    )
    assert 200 == shared_site.put(url, first).status_code
    second = shared_site.alice.get(url).content
    moving = ["/*/app:edited"]
    assert canonical(first, without=moving) == canonical(second, without=moving)
    assert second.partition(b"?>")[2].strip() in shared_site.alice.get("/atom/blog/").content
    shared_site.alice.delete(url)
