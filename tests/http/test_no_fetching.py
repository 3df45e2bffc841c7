"""The server never fetches an address that a client sent (APP-15.4-1)."""

import select
import socket

import pytest

from tests.documents import ATOM, bare, one

PAGE = "/a:entry/a:link[@rel='alternate'][@type='text/html']/@href"

pytestmark = pytest.mark.covers("APP-15.4-1")


class Canary:
    """A port of this machine; `heard` tells whether anybody ever came."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    @property
    def heard(self):
        """Whether a connection waits."""
        readable, _, _ = select.select([self._socket], [], [], 0)
        return bool(readable)

    def close(self):
        """Let go of the port."""
        self._socket.close()


@pytest.fixture
def canary():
    """A port that nobody may connect to."""
    port = Canary()
    yield port
    port.close()


def everywhere(url):
    """An entry with the URL at every place that takes one."""
    relations = ("related", "enclosure", "via", "alternate", "license", "edit", "self", "hub")
    links = "".join(f'<link rel="{rel}" type="a/b" href="{url}{rel}"/>' for rel in relations)
    return bare(
        f'{links}<id>{url}id</id><category term="t" scheme="{url}scheme"/>'
        f"<author><name>A</name><uri>{url}author</uri></author>"
        f'<source xml:base="{url}base/"><id>{url}feed</id><icon>{url}icon</icon>'
        f'<logo>{url}logo</logo><generator uri="{url}generator">G</generator>'
        f'<link rel="self" href="{url}source"/></source>'
        f'<thr:in-reply-to xmlns:thr="http://purl.org/syndication/thread/1.0" ref="{url}ref"'
        f' href="{url}reply" source="{url}thread"/>'
        f'<x:a xmlns:x="{url}namespace" xmlns:xi="http://www.w3.org/2001/XInclude"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="{url}namespace {url}schema.xsd">'
        f'<xi:include href="{url}include"/></x:a>'
        f'<title type="html">&lt;img src="{url}title"></title>'
    )


def content(url):
    """Entries whose content leads to the URL, each in another way."""
    xhtml = "http://www.w3.org/1999/xhtml"
    return (
        bare(f'<content type="image/png" src="{url}picture"/>'),
        bare(f'<content type="html">&lt;img src="{url}a">&lt;script src="{url}b"></content>'),
        bare(
            f'<content type="xhtml"><div xmlns="{xhtml}"><img src="{url}c"/><a href="{url}d">'
            "d</a></div></content>"
        ),
        bare(
            f'<content type="application/xslt+xml"><t:stylesheet version="1.0"'
            f' xmlns:t="http://www.w3.org/1999/XSL/Transform"><t:import href="{url}e"/>'
            "</t:stylesheet></content>"
        ),
        f'<?xml-stylesheet href="{url}style"?><entry xmlns="{ATOM}" xml:base="{url}"/>'.encode(),
    )


def test_canary(canary):
    """The canary hears who connects."""
    assert not canary.heard
    with socket.create_connection(canary.url.removeprefix("http://").rstrip("/").split(":")):
        assert canary.heard


def test_no_connection(site, canary):
    """Neither creating nor showing nor editing an entry opens a connection to what it names."""
    for body in (everywhere(canary.url), *content(canary.url)):
        answer = site.post(body)
        assert 201 == answer.status_code
        url = answer.headers["Location"]
        assert 200 == site.anon.get(one(answer.content, PAGE)).status_code
        assert 200 == site.put(url, site.alice.get(url).content).status_code
        assert 200 == site.anon.get("/blog/feed.atom").status_code
        assert 200 == site.alice.delete(url).status_code
    assert not canary.heard


def test_no_connection_for_headers(site, canary):
    """Nor does an address in a header."""
    fields = {"Slug": canary.url, "Referer": canary.url, "Link": f"<{canary.url}>; rel=related"}
    assert 201 == site.post(**fields).status_code
    assert not canary.heard


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE entry SYSTEM "{url}entry.dtd">',
        '<!DOCTYPE entry PUBLIC "-//x//y" "{url}entry.dtd">',
        '<!DOCTYPE entry [<!ENTITY e SYSTEM "{url}entity">]>',
        '<!DOCTYPE entry [<!ENTITY % p SYSTEM "{url}parameter">%p;]>',
    ],
)
def test_no_connection_for_a_doctype(site, canary, doctype):
    """A document type is refused before anything it names is looked for."""
    body = doctype.format(url=canary.url).encode() + bare("<title>&e;</title>")
    assert 400 == site.post(body).status_code
    assert not canary.heard
