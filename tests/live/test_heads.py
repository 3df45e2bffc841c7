"""Requests as octets on a connection, RFC 9112: the request line and the header fields."""

import pytest

from tests.live.wire import ALICE, LENGTH, check_refusal, post
from tests.stores import dump


@pytest.mark.covers("HTTP-B-6")
@pytest.mark.parametrize(
    "fields", [(), ("{own}", "{own}"), ("{own}", "Host: evil.example"), ("Host:",)]
)
def test_hosts(wire, fields):
    """A request without exactly one Host is a 400."""
    own = wire.host
    answer = wire.ask("GET /atom/ HTTP/1.1", *(field.format(own=own) for field in fields))
    check_refusal(answer, 400)


@pytest.mark.covers("HTTP-B-6")
@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        ("http://{own}/atom/", "evil.example", 200),
        ("HTTP://{own}/atom/", "evil.example", 200),
        ("http://evil.example/atom/", "{own}", 421),
        ("http://{own}/atom/blog/%2e%2e/", "{own}", 404),
        ("http://user@{own}/atom/", "{own}", 400),
        ("http://{own}:x/atom/", "{own}", 400),
        ("http://{own}/atom/", "a b", 400),
        ("http:///atom/", "{own}", 400),
    ],
)
def test_absolute_target(wire, target, host, status):
    """A target that names a host counts before the Host field."""
    own = wire.host.removeprefix("Host: ")
    answer = wire.ask(f"GET {target.format(own=own)} HTTP/1.1", f"Host: {host.format(own=own)}")
    assert status == answer.status
    if status == 200:
        assert f"http://{own}/atom/blog/".encode() in answer.content
    assert b"evil" not in answer.content


@pytest.mark.covers("HTTP-B-7")
@pytest.mark.parametrize(
    "field",
    ["Slug : x", "Slug\t: x", " Slug: x", "Slug", ": x", "Slu g: x", "Slug: a\0b", "Slug: a\rb",
     "Slug: a\nb", "Slug: a\x01b", "Slug: a\x7fb", "Sl\xfcg: x", "Slug(: x"],
    ids=repr,
)  # fmt: skip
def test_broken_field(shared_live, wire, field):
    """A field with a space before its colon or with stray controls is a 400."""
    before = dump(shared_live.store)
    check_refusal(post(wire, LENGTH, field), 400)
    assert wire.is_closed()
    assert before == dump(shared_live.store)


@pytest.mark.covers("HTTP-B-7")
@pytest.mark.parametrize("space", [" ", "\t", "   "])
def test_folded_field(wire, space):
    """A field that goes on in the next line is refused, or read as if there were spaces."""
    answer = post(wire, LENGTH, "Slug: one", f"{space}two")
    if answer.status == 201:
        assert "/one-two" in answer.headers["location"]
    else:
        check_refusal(answer, 400)


@pytest.mark.covers("HTTP-B-8")
@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/atom/?" + "a" * 7993, 200),
        ("/atom/blog/" + "a" * 7989, 404),
        ("/atom/" + "a" * 65536, 414),
        ("/atom/?" + "a" * 2**20, 414),
    ],
    ids=["query of 8000", "path of 8000", "64 KiB", "1 MiB"],
)
def test_long_target(wire, target, status):
    """A target of 8000 octets is handled, one beyond the limit is a 414."""
    answer = wire.ask(f"GET {target} HTTP/1.1", wire.host, ALICE)
    if status == 200:
        assert 200 == answer.status
    else:
        check_refusal(answer, status)


@pytest.mark.covers("HTTP-B-8", "HTTP-K-3")
@pytest.mark.parametrize(
    "fields",
    [["X: " + "a" * 2**20], ["X: " + "a" * 9000], [f"X-{number}: a" for number in range(500)]],
    ids=["1 MiB", "9 kB", "500 fields"],
)
def test_large_head(wire, fields):
    """Header fields that are too large or too many are a 431, which no cache may keep."""
    check_refusal(wire.ask("GET /atom/ HTTP/1.1", wire.host, *fields), 431)
    assert wire.is_closed()


@pytest.mark.covers("HTTP-M-3")
@pytest.mark.parametrize("method", ["get", "Get", "G@T", "", "CONNECT"])
def test_methods(wire, method):
    """Names of methods are exact: another case is another method, which nobody offers."""
    check_refusal(wire.ask(f"{method} /atom/ HTTP/1.1", wire.host), 400, 501)


@pytest.mark.covers("HTTP-M-4")
def test_options_of_the_server(wire):
    """`OPTIONS *` is a 204 with all methods, and the connection goes on."""
    answer = wire.ask("OPTIONS * HTTP/1.1", wire.host)
    assert (204, "GET, HEAD, POST, PUT, DELETE, OPTIONS") == (
        answer.status,
        answer.headers["allow"],
    )
    assert 200 == wire.ask("GET /atom/ HTTP/1.1", wire.host).status


@pytest.mark.covers("HTTP-B-5")
@pytest.mark.parametrize(
    "octets",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\0" * 100,
        b"\r\n" * 5000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /atom/\r\n\r\n",
        b"GET /atom/ HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET  /atom/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["TLS", "NUL", "empty lines", "HTTP/2", "HTTP/0.9", "HTTP/9.9", "two spaces"],
)
def test_no_request_at_all(wire, octets):
    """What is no HTTP/1.1 is refused or dropped, and the connection closed."""
    wire.send(octets)
    wire.end()
    answer = wire.answer()
    if answer is not None:
        check_refusal(answer, 400)
    assert wire.is_closed()
