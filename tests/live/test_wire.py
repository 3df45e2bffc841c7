"""Requests as octets on a connection, RFC 9112: bodies and what comes after them."""

import time

import pytest

from tests.documents import one
from tests.live.wire import (
    ALICE,
    BODY,
    CHUNKED,
    LENGTH,
    SMUGGLED,
    TYPE,
    check_refusal,
    chunks,
    post,
    request,
)
from tests.stores import dump


@pytest.mark.covers("HTTP-B-1")
@pytest.mark.parametrize(
    "body",
    [
        chunks(BODY),
        chunks(BODY[:1], BODY[1:50], BODY[50:]),
        chunks(*(BODY[i : i + 1] for i in range(len(BODY)))),
        b"%X;name=value\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY),
        b"000%x\r\n%b\r\n000\r\nX-Sum: 1\r\n\r\n" % (len(BODY), BODY),
    ],
    ids=["one", "three", "octets", "extension", "trailer"],
)
def test_chunked_body(wire, body):
    """A chunked body is taken whole, however it is cut, with extensions and trailers."""
    made = post(wire, CHUNKED, body=body)
    assert (201, "Sent") == (made.status, one(made.content, "/a:entry/a:title").text)
    assert 200 == wire.ask("GET /atom/ HTTP/1.1", wire.host).status


@pytest.mark.covers("HTTP-B-4")
@pytest.mark.parametrize(
    ("framing", "body"),
    [
        (f"Content-Length: {len(BODY) + 1}", BODY),
        (f"Content-Length: {len(BODY)}", BODY[:50]),
        (f"Content-Length: {len(BODY)}", b""),
        (CHUNKED, chunks(BODY)[:-1]),
        (CHUNKED, chunks(BODY)[:-5]),
        (CHUNKED, chunks(BODY)[:50]),
        (CHUNKED, b""),
        (CHUNKED, b"zz\r\n" + BODY + b"\r\n0\r\n\r\n"),
        (CHUNKED, b"-1\r\n" + BODY + b"\r\n0\r\n\r\n"),
        (CHUNKED, b"%x\r\n%bxx0\r\n\r\n" % (len(BODY), BODY)),
        (CHUNKED, b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY) - 1, BODY)),
        (CHUNKED, b"%x\r\n%b\r\nX\r\n\r\n" % (len(BODY), BODY)),
        (CHUNKED, b"f" * 30 + b"\r\n" + BODY),
    ],
)
def test_broken_body(shared_live, wire, framing, body):
    """A body that ends early or is chunked wrongly is a 400 or a close, and nothing is stored."""
    before = dump(shared_live.store)
    wire.send(request("POST /atom/blog/ HTTP/1.1", wire.host, ALICE, TYPE, framing, body=body))
    wire.end()
    answer = wire.answer()
    if answer is not None:
        check_refusal(answer, 400)
    assert wire.is_closed()
    assert before == dump(shared_live.store)


@pytest.mark.covers("HTTP-B-3")
def test_declared_too_large(shared_live, wire):
    """A body of ten gibibytes is a 413 by its declaration, before an octet of it is sent."""
    before, start = dump(shared_live.store), time.monotonic()
    check_refusal(post(wire, "Content-Length: 10737418240", body=b""), 413)
    assert time.monotonic() - start < 1
    assert before == dump(shared_live.store)


@pytest.mark.covers("HTTP-B-3")
def test_endless_chunks(shared_live, wire):
    """A chunked body without an end is a 413 when it passes the limit; it is not read for ever."""
    before, chunk, sent = dump(shared_live.store), b"10000\r\n" + b" " * 65536 + b"\r\n", 0
    wire.send(request("POST /atom/blog/ HTTP/1.1", wire.host, ALICE, TYPE, CHUNKED))
    while wire.send(chunk) and sent < 64 * 2**20:
        sent += len(chunk)
    assert sent < 64 * 2**20
    answer = wire.answer()
    if answer is not None:  # what was on its way may have cost the answer
        check_refusal(answer, 413)
    assert before == dump(shared_live.store)


@pytest.mark.covers("HTTP-B-5")
@pytest.mark.parametrize(
    ("fields", "body", "line"),
    [
        ((LENGTH, "Content-Length: 5"), BODY, "HTTP/1.1"),
        ((f"{LENGTH}, 5",), BODY, "HTTP/1.1"),
        (("Content-Length: -5",), BODY, "HTTP/1.1"),
        (("Content-Length: +5",), BODY, "HTTP/1.1"),
        (("Content-Length: 5_0",), BODY, "HTTP/1.1"),
        (("Content-Length: 0x5",), BODY, "HTTP/1.1"),
        ((LENGTH, CHUNKED), chunks(BODY), "HTTP/1.1"),
        ((CHUNKED, LENGTH), chunks(BODY), "HTTP/1.1"),
        ((CHUNKED, CHUNKED), chunks(BODY), "HTTP/1.1"),
        (("Transfer-Encoding: gzip", LENGTH), BODY, "HTTP/1.1"),
        (("Transfer-Encoding: gzip",), BODY, "HTTP/1.1"),
        (("Transfer-Encoding: identity",), BODY, "HTTP/1.1"),
        (("Transfer-Encoding: chunked, gzip",), chunks(BODY), "HTTP/1.1"),
        (("Transfer-Encoding: xchunked", LENGTH), BODY, "HTTP/1.1"),
        (("Transfer-Encoding: \x0bchunked", LENGTH), chunks(BODY), "HTTP/1.1"),
        (("Transfer-Encoding : chunked", LENGTH), chunks(BODY), "HTTP/1.1"),
        ((CHUNKED,), chunks(BODY), "HTTP/1.0"),
    ],
    ids=repr,
)
def test_ambiguous_framing(shared_live, wire, fields, body, line):
    """A request whose end is not clear is refused, and nothing after it is served."""
    before = dump(shared_live.store)
    answer = post(wire, *fields, body=body + SMUGGLED, line=f"POST /atom/blog/ {line}")
    check_refusal(answer, 400, 501)
    assert wire.is_closed()
    assert before == dump(shared_live.store)


@pytest.mark.covers("HTTP-B-13", "HTTP-M-7")
@pytest.mark.parametrize(
    ("line", "fields", "status"),
    [
        ("POST /atom/blog/", [TYPE], 401),
        ("POST /atom/blog/", [ALICE, TYPE, "Content-Encoding: gzip"], 415),
        ("PUT /atom/blog/none", [ALICE, TYPE], 404),
        ("DELETE /atom/blog/none", [ALICE], 404),
        ("GET /atom/blog/", [ALICE], 200),
        ("PATCH /atom/blog/", [ALICE], 501),
    ],
)
@pytest.mark.parametrize("framing", ["length", "chunks"])
@pytest.mark.parametrize("size", [len(SMUGGLED), 100_000, 1_000_000])
def test_after_an_unread_body(wire, line, fields, status, framing, size):
    """After a body that nobody read the next request is served, or the answer said: no more."""
    body = (SMUGGLED * (size // len(SMUGGLED) + 1))[:size]
    framed = f"Content-Length: {size}" if framing == "length" else CHUNKED
    sent = body if framing == "length" else chunks(body)
    first = wire.ask(f"{line} HTTP/1.1", wire.host, *fields, framed, body=sent)
    assert status == first.status
    if first.headers["connection"] == "close":
        assert wire.is_closed()
    else:
        second = wire.ask("GET /atom/blog/second HTTP/1.1", wire.host, ALICE)
        assert second is not None
        assert 404 == second.status


@pytest.mark.covers("HTTP-B-9")
@pytest.mark.parametrize("framing", [LENGTH, CHUNKED])
def test_expectation(wire, framing):
    """A client that waits for 100 Continue gets it, and then the answer to what it sends."""
    head = ("POST /atom/blog/ HTTP/1.1", wire.host, ALICE, TYPE, framing, "Expect: 100-Continue")
    assert 100 == wire.ask(*head).status
    wire.send(BODY if framing == LENGTH else chunks(BODY))
    assert 201 == wire.answer().status
    assert 200 == wire.ask("GET /atom/ HTTP/1.1", wire.host).status


@pytest.mark.covers("HTTP-B-9", "HTTP-A-6", "HTTP-C-11")
@pytest.mark.parametrize(
    ("line", "fields", "status"),
    [
        ("POST /atom/blog/", [TYPE, LENGTH], 401),
        ("POST /atom/blog/", [TYPE, CHUNKED], 401),
        ("POST /atom/blog/", [ALICE, TYPE, "Content-Length: 5000000"], 413),
        ("POST /atom/blog/", [ALICE, "Content-Type: text/csv", LENGTH], 415),
        ("POST /atom/blog/", [ALICE, TYPE, LENGTH, 'If-Match: "stale"'], 412),
        ("POST /atom/blog/", [ALICE, TYPE, LENGTH, "Content-Encoding: gzip"], 415),
        ("PUT /atom/blog/none", [ALICE, TYPE, LENGTH], 404),
        ("PUT /atom/blog/", [ALICE, TYPE, LENGTH], 405),
        ("PATCH /atom/blog/", [ALICE, TYPE, LENGTH], 501),
    ],
)
def test_refusal_before_the_body(wire, line, fields, status):
    """What the head decides is answered at once, and the body is not asked for."""
    answer = wire.ask(f"{line} HTTP/1.1", wire.host, *fields, "Expect: 100-continue")
    check_refusal(answer, status)


@pytest.mark.covers("HTTP-B-9")
def test_expectation_of_an_old_client(wire):
    """HTTP/1.0 knows no 100 Continue, and does not get it."""
    assert (
        201 == post(wire, LENGTH, "Expect: 100-continue", line="POST /atom/blog/ HTTP/1.0").status
    )


@pytest.mark.covers("HTTP-B-9")
def test_unknown_expectation(shared_live, wire):
    """An expectation that nobody knows is a 417."""
    before = dump(shared_live.store)
    check_refusal(post(wire, LENGTH, "Expect: miracles"), 417)
    assert before == dump(shared_live.store)


@pytest.mark.covers("HTTP-B-12")
def test_old_client(wire):
    """HTTP/1.0 gets a whole answer without chunks, and the connection is closed after it."""
    answer = wire.ask("GET /atom/blog/ HTTP/1.0", wire.host)
    assert (200, "Blog") == (answer.status, one(answer.content, "/a:feed/a:title").text)
    assert wire.is_closed()


@pytest.mark.covers("HTTP-B-12")
@pytest.mark.parametrize("target", ["/", "/atom/", "/atom/blog/", "/none", "/blog"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH"])
def test_dates_and_lengths(wire, method, target):
    """Every answer below 500 is dated; a 204 has neither content nor a length."""
    answer = wire.ask(f"{method} {target} HTTP/1.1", wire.host)
    if answer.status < 500:
        assert "date" in answer.headers
    if answer.status == 204:
        assert not {"content-length", "transfer-encoding"} & set(answer.headers)
    assert 200 == wire.ask("GET /atom/ HTTP/1.1", wire.host).status


@pytest.mark.covers("HTTP-M-1")
def test_head(wire):
    """HEAD sends the length of what GET would send, and not an octet of it."""
    got = wire.ask("GET /atom/blog/ HTTP/1.1", wire.host)
    headed = wire.ask("HEAD /atom/blog/ HTTP/1.1", wire.host)
    assert str(len(got.content)) == headed.headers["content-length"]
    assert 200 == wire.ask("GET /atom/ HTTP/1.1", wire.host).status
