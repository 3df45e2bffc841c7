"""Namespaces, extensions, bases and languages through the protocol (RFC 5023 sections 2 and 6)."""

from urllib.parse import urljoin

import pytest

from atompub.atom.namespaces import OLD_APP, SIGNATURE
from tests.documents import APP, ATOM, DRAFT, SAMPLES, bare, one, titles, xpath

BLOG, FEED = "/atom/blog/", "/blog/feed.atom"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
SIGNED = (
    f'<ds:Signature xmlns:ds="{SIGNATURE}"><ds:SignedInfo/><ds:SignatureValue>c2lnbmVk'
    "</ds:SignatureValue></ds:Signature>"
)


def resolved(document, path):
    """Where the href of the only element found leads, by the bases in force."""
    element = one(document, path)
    return urljoin(element.base, element.get("href"))


@pytest.mark.covers("APP-2.1-1")
@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("http://x.example/a/", "", "http://x.example/a/b"),
        ("http://x.example/a/", "c/", "http://x.example/a/c/b"),
        ("http://x.example/a/", "/d/", "http://x.example/d/b"),
        ("http://x.example/a/", "http://y.example/", "http://y.example/b"),
    ],
)
def test_bases(site, outer, inner, expected):
    """A relative reference means the same to readers of the member, the feed and the publication
    as it meant to its author, through nested bases too."""
    based = f' xml:base="{inner}"' if inner else ""
    body = f'<entry xmlns="{ATOM}" xml:base="{outer}"><link rel="related"{based} href="b"/></entry>'
    url = site.made(body.encode())
    for address in (url, BLOG, FEED):
        assert expected == resolved(site.anon.get(address).content, "//a:link[@rel='related']")


@pytest.mark.covers("APP-2.1-1")
def test_base_through_an_edit(site):
    """The author's bases survive that the entry is read and sent back."""
    url = site.made(SAMPLES["based"])
    changed = site.put(url, site.alice.get(url).content)
    assert "http://example.org/a/b" == resolved(changed.content, "/a:entry/a:link[@rel='related']")


@pytest.mark.covers("APP-2.1-2")
def test_languages(site):
    """xml:lang is kept where a client put it, the empty one too, in member and feeds."""
    body = bare('<title xml:lang="ja">題</title><content xml:lang="">x</content>')
    url = site.made(body.replace(b"<entry ", b'<entry xml:lang="de-AT" '))
    for address in (url, BLOG, FEED):
        found = one(site.anon.get(address).content, "//a:entry")
        elements = (found, one(found, "a:title"), one(found, "a:content"))
        assert ["de-AT", "ja", ""] == [element.get(LANGUAGE) for element in elements]
        assert found.getparent() is None or found.getparent().get(LANGUAGE) is None


@pytest.mark.covers("APP-6.1-2")
def test_prefixes(site):
    """Elements are known by their namespace: with any prefix a draft is a draft."""
    body = (
        f'<a:entry xmlns:a="{ATOM}" xmlns:p="{APP}"><a:title>T</a:title>'
        "<p:control><p:draft>yes</p:draft></p:control></a:entry>"
    )
    answer = site.post(body.encode())
    assert 201 == answer.status_code
    assert ["yes"] == xpath(answer.content, "/a:entry/app:control/app:draft/text()")
    assert [] == titles(site.anon.get(BLOG).content)


@pytest.mark.covers("APP-6.1-2")
def test_familiar_prefixes_of_others(site):
    """Nor does a familiar prefix mean anything: bound to another namespace it is an extension."""
    control = DRAFT.replace("<app:control>", '<app:control xmlns:app="urn:x">')
    answer = site.post(bare(f"<title>T</title>{control}"))
    assert ["T"] == titles(site.anon.get(BLOG).content)
    assert 1 == len(xpath(answer.content, "/a:entry/*[namespace-uri()='urn:x']"))
    (edited,) = xpath(answer.content, "/a:entry/app:edited")
    assert f"{{{APP}}}edited" == edited.tag


@pytest.mark.covers("APP-6.1-3")
@pytest.mark.parametrize("draft", [APP, OLD_APP])
def test_namespace_of_the_drafts(site, draft):
    """Control in the namespace from before the RFC is understood, and answered in the RFC's."""
    control = (
        f'<c:control xmlns:c="{OLD_APP}"><d:draft xmlns:d="{draft}">yes</d:draft></c:control>'
        f'<c:edited xmlns:c="{OLD_APP}">1999-01-01T00:00:00Z</c:edited>'
    )
    answer = site.post(bare(control))
    assert ["yes"] == xpath(answer.content, "/a:entry/app:control/app:draft/text()")
    assert [] == xpath(answer.content, f"//*[namespace-uri()='{OLD_APP}']")
    assert [] == titles(site.anon.get(BLOG).content)


@pytest.mark.covers("APP-6.2-1", "APP-6.2-2")
@pytest.mark.parametrize(
    "markup",
    [
        '<x:foo xmlns:x="urn:x"><x:bar a="1"/></x:foo>',
        '<foo xmlns=""><bar/>text</foo>',
        "<app:fancy><app:more/></app:fancy>",
        '<app:service><app:workspace href="http://x.example/"/></app:service>',
        '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>',
    ],
    ids=["foreign", "no namespace", "unknown", "misplaced", "svg"],
)
def test_foreign_markup(site, markup):
    """Markup that the server does not know is no reason to refuse an entry, and is kept."""
    answer = site.post(bare(f"<title>T</title>{markup}"))
    assert 201 == answer.status_code
    (sent,) = xpath(bare(markup), "/a:entry/*")
    kept = xpath(site.alice.get(answer.headers["Location"]).content, "/a:entry/*")
    assert described(sent) in [described(found) for found in kept]


def described(element):
    """An element with all that it holds."""
    return [(found.tag, dict(found.attrib), found.text) for found in element.iter()]


@pytest.mark.covers("APP-6.2-1")
def test_foreign_attributes(site):
    """Unknown attributes are kept as well."""
    body = bare('<title x:a="1" xmlns:x="urn:x">T</title>').replace(b"<entry ", b'<entry b="2" ')
    found = one(site.post(body).content, "/a:entry")
    assert ("2", "1") == (found.get("b"), one(found, "a:title").get("{urn:x}a"))


@pytest.mark.covers("APP-8.3.5-2")
def test_collection_in_a_source(site):
    """An app:collection inside a posted source is kept there and changes no collection."""
    source = (
        '<source><id>urn:x:f</id><title>F</title><app:collection href="http://evil.example/">'
        "<title>Evil</title><app:accept>*/*</app:accept></app:collection></source>"
    )
    before = site.anon.get("/atom/").content
    answer = site.post(bare(source))
    assert 201 == answer.status_code
    (collection,) = xpath(answer.content, "/a:entry/a:source/app:collection")
    assert "http://evil.example/" == collection.get("href")
    assert before == site.anon.get("/atom/").content
    (own,) = xpath(site.anon.get(BLOG).content, "/a:feed/app:collection/@href")
    assert f"{site.base}{BLOG}" == own


@pytest.mark.covers("APP-15.5-1", "APP-9.2-10")
def test_signature(site):
    """A signed entry is taken without its signature, which the server's changes would break."""
    url = site.made(bare(f"<title>T</title>{SIGNED}"))
    for client, address in ((site.alice, url), (site.alice, BLOG), (site.anon, FEED)):
        body = client.get(address).content
        assert ["T"] == xpath(body, "//a:entry/a:title/text()")
        assert b"SignatureValue" not in body
    assert b"SignatureValue" not in site.put(url, bare(SIGNED)).content
