"""Hosts, prefixes and paths: what a request is for, and where our own URLs come from."""

import re
from urllib.parse import quote, urlsplit

import pytest

from tests.documents import entry, link, one, xpath
from tests.stores import dump

ORIGIN = "https://example.org"
BASE = f"{ORIGIN}/service/atompub"
URL = re.compile(rb"https?://[^\s\"'<>]+")
OURS = ("http://www.w3.org/", "http://purl.org/")


@pytest.fixture
def prefixed(make_site):
    """A site under a path prefix, behind TLS."""
    return make_site(base=BASE, base_url=BASE)


def published(site):
    """What is served of a new entry, at every door."""
    made = site.post(entry("Title"), slug="one")
    url = made.headers["Location"]
    feed = site.anon.get(url.rpartition("/")[0] + "/")
    permalink = one(feed.content, "//a:entry/a:link[@rel='alternate']/@href")
    service = url.partition("/atom/")[0] + "/atom/"
    publication = link(feed.content, "alternate")
    return [made, feed, *map(site.anon.get, (url, permalink, service, publication))]


def hosts(answer):
    """The origins of all URLs in an answer's headers and body, but those of namespaces."""
    text = repr(answer.headers.items()).encode() + answer.content
    urls = {url.decode() for url in URL.findall(text) if not url.decode().startswith(OURS)}
    return {"{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in urls}


@pytest.mark.covers("SEC-U-5", "HTTP-B-6")
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.0.2.1",
        "[2001:db8::1]",
        "0.0.0.0",
        "127.0.0.1:8000.evil.example",
    ],
)
@pytest.mark.parametrize("url", ["/", "/atom/", "/none"])
def test_unknown_host(shared_site, host, url):
    """A host that is not ours is a 421 or 400, whatever is asked, and appears nowhere."""
    answer = shared_site.admin.get(url, headers={"Host": host})
    assert (400 if host.startswith("127.0.0.1:8000.") else 421) == answer.status_code
    assert host not in answer.text + repr(answer.headers)


@pytest.mark.covers("SEC-U-5")
@pytest.mark.parametrize(
    "host", ["localhost:1", "127.0.0.1:1", "127.8.9.1:1", "[::1]:1", "LOCALHOST"]
)
def test_loopback(shared_site, host):
    """Without a base URL every host on loopback is ours, and our URLs are under it."""
    answer = shared_site.anon.get("/atom/", headers={"Host": host})
    assert (200, {f"http://{host}"}) == (answer.status_code, hosts(answer))


@pytest.mark.covers("HTTP-B-6")
@pytest.mark.parametrize(
    "host",
    ["", "a b", "a,b", "127.0.0.1:port", "u@127.0.0.1", "127.0.0.1/x", "[::1", "a\\b", "a?b",
     "127.0.0.1:999999", b"caf\xe9", "<b>"],
)  # fmt: skip
def test_invalid_host(shared_site, host):
    """A Host that can be no host is a 400."""
    answer = shared_site.anon.get("/atom/", headers={"Host": host})
    assert (400, True) == (answer.status_code, "Host" in answer.json()["detail"])


@pytest.mark.covers("SEC-U-5")
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("example.org", 200),
        ("example.org:443", 200),
        ("EXAMPLE.ORG", 200),
        ("example.org:80", 421),
        ("example.org:8000", 421),
        ("example.org.evil.example", 421),
        ("127.0.0.1:8000", 421),
        ("localhost", 421),
    ],
)
def test_host_of_the_base_url(prefixed, host, status):
    """With a base URL its host is the only one, and all our URLs are under the base."""
    answer = prefixed.anon.get("/atom/", headers={"Host": host})
    assert status == answer.status_code
    assert (set() if status == 421 else {ORIGIN}) == hosts(answer)


@pytest.mark.covers("SEC-U-5")
def test_urls_of_the_base_url(prefixed):
    """Every URL we write is under the base URL, not under what the request names."""
    for answer in published(prefixed):
        assert answer.is_success
        urls = {url.decode() for url in URL.findall(answer.content)}
        ours = {url for url in urls if not url.startswith(OURS)}
        assert {True} == {url == BASE or url.startswith(BASE + "/") for url in ours}


@pytest.mark.covers("SEC-U-5")
def test_same_bytes_by_any_spelling(prefixed):
    """The spelling of the host changes no byte of an answer."""
    plain, spelt = (
        prefixed.anon.get("/atom/blog/", headers={"Host": host})
        for host in ("example.org", "Example.ORG:443")
    )
    assert (plain.content, plain.headers["ETag"]) == (spelt.content, spelt.headers["ETag"])


@pytest.mark.covers("SEC-U-5")
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Ssl": "on", "X-Forwarded-Protocol": "ssl"},
        {"X-Forwarded-Port": "444", "X-Forwarded-Prefix": "/evil"},
        {"Forwarded": "for=1.2.3.4;host=evil.example;proto=https"},
        {"X-Original-URL": "/diary/", "X-Rewrite-URL": "/diary/"},
        {"Script-Name": "/evil", "X-Script-Name": "/evil"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_forwarded_fields(shared_site, headers):
    """What a client says it was forwarded from changes neither our URLs nor what is asked for."""
    url = shared_site.made()
    for address in (url, "/atom/", "/atom/blog/", "/"):
        plain, told = shared_site.anon.get(address), shared_site.anon.get(address, headers=headers)
        assert (200, plain.content) == (told.status_code, told.content)


@pytest.mark.covers("SEC-U-5")
def test_nothing_stored_names_the_host(make_site):
    """What is stored names no host of ours."""
    site = make_site(base=BASE, base_url=BASE)
    published(site)
    assert "example.org" not in repr(dump(site.store))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/service/atompub/", 200),
        ("/service/atompub", 200),
        ("/service/atompub/atom/", 200),
        ("/service/atompub/atom", 200),
        ("/service/atompub/atom/blog", 200),
        ("/", 404),
        ("/atom/", 404),
        ("/service/", 404),
        ("/service/atompubx/atom/", 404),
        ("/SERVICE/atompub/atom/", 404),
        ("/service/atompub/service/atompub/atom/", 404),
    ],
)
def test_prefix(prefixed, path, status):
    """The site lives under its prefix, and nothing of it outside."""
    assert status == prefixed.anon.get(ORIGIN + path).status_code


@pytest.mark.covers("PROB-1", "PROB-2")
@pytest.mark.parametrize("path", ["/service/atompub/atom/blog/none", "/service/atompub/atom/a%2fb"])
def test_errors_under_a_prefix(prefixed, path):
    """Errors name the site under its prefix, and come as pages outside its /atom/ only."""
    headers = {"Accept": "text/html, */*;q=0.1"}
    outside = prefixed.admin.get(f"{ORIGIN}/none/", headers=headers)
    inside = prefixed.admin.get("/", headers=headers, extensions={"target": path.encode()})
    assert (404, "text/html;charset=utf-8") == (
        outside.status_code,
        outside.headers["Content-Type"],
    )
    assert (404, f"{BASE}/-/problems/not-found") == (inside.status_code, inside.json()["type"])


@pytest.mark.covers("APP-4.1-2")
@pytest.mark.parametrize("url", ["/atom", "/atom/blog"])
def test_forgotten_slash(shared_site, url):
    """Where a client may forget the slash, both addresses give the same document."""
    bare, full = shared_site.alice.get(url), shared_site.alice.get(url + "/")
    assert (200, full.content) == (bare.status_code, bare.content)
    assert bare.headers["ETag"] == full.headers["ETag"]


@pytest.mark.covers("SEC-U-4")
@pytest.mark.parametrize(
    "target",
    [
        "/atom/blog/%2e%2e/diary/",
        "/atom/blog/../diary/",
        "/atom/blog/..%2fdiary/",
        "/atom/blog/.%2E/diary/",
        "/atom/./blog/",
        "/atom/%2e/blog/",
        "/atom/blog/..",
        "/atom/blog/.",
        "/atom/blog%2fone",
        "/atom%2fblog/one",
        "/atom%2Fblog%2Fone",
        "/atom/blog/one%2f",
        "/atom/blog%5cone",
        "/atom\\blog\\one",
        "/atom/blog/one%00",
        "/atom/blog/%00one",
        "/atom/blog/one/",
        "/atom/blog/one//",
        "/atom/blog//one",
        "/atom//blog/",
        "//atom/blog/",
        "/atom/blog/on%e9",
        "/atom/blog/%c0%ae%c0%ae/",
        "/atom/blog/one%ff",
        "/atom/blog/one%20",
        "/atom/blog/one;x=1",
        "/atom/blog/one.xml",
        "/atom/blog/ONE",
        "/atom/BLOG/",
        "/Atom/blog/",
        "/blog/%2e%2e/diary/",
        "/blog%2fone",
        "/blog/one/",
        "//blog/one",
    ],
)
def test_tricky_target(shared_site, target):
    """An address that proxies and servers may read in two ways leads to nothing."""
    shared_site.made(slug="one")
    answer = shared_site.admin.get("/", extensions={"target": target.encode()})
    assert 404 == answer.status_code


@pytest.mark.covers("SEC-U-4")
@pytest.mark.parametrize("target", ["/atom/blog/%6fne", "/%61tom/blog/one", "/atom/bl%6Fg/one"])
def test_escaped_target(shared_site, target):
    """Letters may be escaped: that is the same address."""
    shared_site.made(slug="one")
    plain = shared_site.alice.get("/atom/blog/one")
    answer = shared_site.alice.get("/", extensions={"target": target.encode()})
    assert (200, plain.content) == (answer.status_code, answer.content)


@pytest.mark.covers("SEC-U-4")
@pytest.mark.parametrize("query", ["?..", "?/../x", "?a=%2f%5c%00", "?x=//", "?", "?%"])
def test_queries_are_no_paths(shared_site, query):
    """What would be refused in a path means nothing in a query that nobody reads."""
    answer = shared_site.alice.get("/", extensions={"target": b"/atom/blog/" + query.encode()})
    assert 200 == answer.status_code


@pytest.mark.covers("HTTP-M-3")
@pytest.mark.parametrize("target", ["/atom/blog%2fone", "/none/such", "//"])
def test_method_of_no_resource_anywhere(shared_site, target):
    """A method that no resource offers is a 501, even where there is no resource."""
    answer = shared_site.anon.request("PROPFIND", "/", extensions={"target": target.encode()})
    assert 501 == answer.status_code


@pytest.mark.covers("SEC-U-4")
def test_names_of_other_scripts(site):
    """An address that is not UTF-8 is told from one that is, and only the latter is a member's."""
    url = site.made(slug="café")
    assert url.endswith("/caf%C3%A9")
    found = {
        target: site.anon.get("/", extensions={"target": b"/atom/blog/" + target}).status_code
        for target in (b"caf%C3%A9", b"caf%c3%a9", b"caf%E9", b"caf%C3")
    }
    assert [200, 200, 404, 404] == list(found.values())
    assert 1 == len(xpath(site.anon.get("/atom/blog/").content, "//a:entry"))


@pytest.mark.covers("SEC-U-3")
@pytest.mark.parametrize(
    "twin", ["cafe\u0301", "CAF\u00c9", "\uff43\uff41\uff46\u00e9", "/caf\u00e9/.."]
)
def test_twins_meet(site, twin):
    """Names that normalise to the same one meet: the second gets a number, and its own address."""
    first, second = (site.made(slug=quote(name)) for name in ("caf\u00e9", twin))
    assert (f"{site.base}/atom/blog/caf%C3%A9", f"{first}-2") == (first, second)
