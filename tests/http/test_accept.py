"""What a collection takes: media types, the type parameter, and bodies without a type
(RFC 5023 sections 8.3.4, 9.2 and 12.1)."""

import pytest

from atompub.model import ENTRY_RANGE
from tests.documents import ATOM, ENTRY, bare, entry, titles, xpath

FEED = f'<feed xmlns="{ATOM}"><title>F</title></feed>'.encode()
PNG = b"\x89PNG\r\n\x1a\n"
FORM = "application/x-www-form-urlencoded"
XML_TYPES = ("application/xml", "text/xml", "application/x.atom+xml")


def untyped(site, body):
    """POST a body without a Content-Type."""
    request = site.alice.build_request("POST", "/atom/blog/", content=body)
    assert "Content-Type" not in request.headers
    return site.alice.send(request)


def count(site, collection="blog"):
    """How many members there are."""
    return len(titles(site.admin.get(f"/atom/{collection}/").content))


@pytest.mark.covers("APP-8.3.4-8", "APP-12.1-3", "APP-12.1-4")
@pytest.mark.parametrize(
    "content_type",
    [
        "application/atom+xml;type=entry",
        "application/atom+xml; type=entry",
        "application/atom+xml;type=entry;charset=utf-8",
        "Application/Atom+XML; charset=utf-8; Type=ENTRY",
        'application/atom+xml; TYPE="Entry"',
        "application/atom+xml",
        "application/atom+xml; charset=UTF-8",
        "application/atom+xml; profile=x; type=entry",
    ],
)
def test_entry_types(site, content_type):
    """An entry is taken under every spelling of its type, and under Atom's type alone."""
    assert 201 == site.post(content_type=content_type).status_code


@pytest.mark.covers("APP-12.1-4", "APP-12.1-5")
@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/atom+xml", 422),
        ("application/atom+xml;type=entry", 422),
        ("application/atom+xml;type=feed", 415),
        ("application/atom+xml;type=foo", 415),
    ],
)
def test_feed_document(site, content_type, expected):
    """A feed is never taken: 415 where its type says so, else 422 naming root and entry."""
    answer = site.post(FEED, content_type=content_type)
    assert expected == answer.status_code
    assert "entry" in answer.json()["detail"]
    assert (expected == 422) == ("atom:feed" in answer.json()["detail"])
    assert 0 == count(site)


@pytest.mark.covers("APP-9.2-11")
@pytest.mark.parametrize(
    "content_type", ["text/csv", "image/png", "multipart/form-data; boundary=x", "nonsense", "*/*"]
)
def test_other_type(site, content_type):
    """Any other type is answered with 415 and the accepted ranges; nothing is stored."""
    answer = site.post(b"a,b", content_type=content_type)
    assert 415 == answer.status_code
    assert ENTRY_RANGE == answer.headers["Accept"]
    assert 0 == count(site)


@pytest.mark.covers("APP-9.2-11")
def test_entry_where_none_is_taken(site):
    """A collection that takes pictures only refuses an entry with the ranges it has."""
    site.collection("photos", accept=("image/png", "image/gif"))
    for client_type in (ENTRY, "application/atom+xml"):
        answer = site.post(collection="photos", content_type=client_type)
        assert 415 == answer.status_code
        assert "image/png, image/gif" == answer.headers["Accept"]
    assert 0 == count(site, "photos")


@pytest.mark.covers("APP-8.3.4-9")
@pytest.mark.parametrize("content_type", [ENTRY, "application/atom+xml"])
def test_entry_where_all_is_taken(site, content_type):
    """Under */* a body declared as an Atom entry becomes an entry, without a media resource."""
    site.collection("all", accept=("*/*",))
    answer = site.post(entry("T"), collection="all", content_type=content_type)
    assert 201 == answer.status_code
    assert ["T"] == xpath(answer.content, "/a:entry/a:title/text()")
    assert [] == xpath(answer.content, "/a:entry/a:link[@rel='edit-media']")
    assert [] == xpath(answer.content, "/a:entry/a:content/@src")


@pytest.mark.covers("APP-9.2-15")
def test_untyped_entry(site):
    """A body without a Content-Type is an entry when its bytes are one."""
    answer = untyped(site, b'<?xml version="1.0"?>\n<!-- c -->' + bare("<title>T</title>"))
    assert 201 == answer.status_code
    assert ["T"] == xpath(answer.content, "/a:entry/a:title/text()")


@pytest.mark.covers("APP-9.2-15")
@pytest.mark.parametrize(
    "body",
    [PNG, FEED, b"plain text", b"<entry>no namespace</entry>", bare()[:-1], b"{}"],
    ids=["picture", "feed", "text", "no namespace", "cut short", "json"],
)
def test_untyped_other(site, body):
    """Without a Content-Type whatever is no entry is an unknown type: 415, nothing stored."""
    answer = untyped(site, body)
    assert 415 == answer.status_code
    assert ENTRY_RANGE == answer.headers["Accept"]
    assert 0 == count(site)


@pytest.mark.covers("APP-9.2-16")
@pytest.mark.parametrize("content_type", [*XML_TYPES, FORM])
def test_mislabelled_entry(site, content_type):
    """An entry under a general or obsolete type is refused with a hint at the right one."""
    answer = site.post(content_type=content_type)
    assert 415 == answer.status_code
    assert "application/atom+xml;type=entry" in answer.json()["detail"]
    assert 0 == count(site)


@pytest.mark.covers("APP-9.2-16")
def test_lenient_types(make_site):
    """LENIENT_XML_TYPES takes entries under the XML types, on POST and PUT, and no other type."""
    site = make_site(lenient_xml_types="yes")
    for content_type in XML_TYPES:
        url = site.made(content_type=content_type)
        assert 200 == site.put(url, entry("Other"), content_type=content_type).status_code
        assert 422 == site.post(FEED, content_type=content_type).status_code
    assert 415 == site.post(content_type=FORM).status_code
    assert 415 == site.post(content_type="application/rss+xml").status_code
    assert len(XML_TYPES) == count(site)
