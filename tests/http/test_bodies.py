"""Bodies of requests: their size, their end, and what is said beside them."""

import pytest

from tests.documents import ENTRY, entry, xpath
from tests.stores import dump

LIMIT = 1000
WRITES = pytest.mark.parametrize("method", ["POST", "PUT"])


def sized(octets):
    """An entry of exactly so many octets."""
    return entry(content="x" * (octets - len(entry(content=""))))


def address(site, method):
    """Where to send a body by POST or PUT."""
    return "/atom/blog/" if method == "POST" else site.made(slug="kept")


def in_chunks(body, size=100):
    """The parts of a body that is sent without its length."""
    return (body[start : start + size] for start in range(0, len(body), size))


@pytest.mark.covers("HTTP-B-3")
@WRITES
@pytest.mark.parametrize("framing", ["length", "chunks"])
@pytest.mark.parametrize("over", [0, 1, 100 * LIMIT])
def test_limit(make_site, method, framing, over):
    """A body at the limit is taken, one octet more is a 413, with its length declared or not."""
    site = make_site(max_entry_bytes=str(LIMIT))
    url, body = address(site, method), sized(LIMIT + over)
    before = dump(site.store)
    content = body if framing == "length" else in_chunks(body)
    answer = site.alice.request(method, url, content=content, headers={"Content-Type": ENTRY})
    done = 201 if method == "POST" else 200
    assert (413 if over else done) == answer.status_code
    if over:
        assert str(LIMIT) in answer.json()["detail"]
        assert before == dump(site.store)


@pytest.mark.covers("HTTP-B-1", "HTTP-B-3")
@WRITES
def test_chunks(shared_site, method):
    """A chunked body is read to its end, however large, and never asked for its length."""
    body = entry("Chunked", "é" * 500_000)
    headers = {"Content-Type": ENTRY}
    answer = shared_site.alice.request(
        method, address(shared_site, method), content=in_chunks(body, 5000), headers=headers
    )
    assert answer.is_success
    stored = shared_site.alice.get(answer.headers["Content-Location"]).content
    assert ["é" * 500_000] == xpath(stored, "/a:entry/a:content/text()")


@pytest.mark.covers("HTTP-B-3")
def test_length_that_lies(make_site):
    """A declared length over the limit is a 413 although little is sent."""
    site = make_site(max_entry_bytes=str(LIMIT))
    answer = site.post(Content_Length=str(10 * 2**30))
    assert 413 == answer.status_code


@pytest.mark.covers("HTTP-B-4")
@WRITES
@pytest.mark.parametrize("missing", [1, 100])
def test_cut_short(make_site, method, missing):
    """A body that ends before its declared length is a 400, and nothing is stored."""
    site = make_site()
    url, body = address(site, method), entry("New")
    before = dump(site.store)
    headers = {"Content-Type": ENTRY, "Content-Length": str(len(body) + missing)}
    answer = site.alice.request(method, url, content=body, headers=headers)
    assert 400 == answer.status_code
    assert f"{len(body)} of {len(body) + missing} octets" in answer.json()["detail"]
    assert before == dump(site.store)


@pytest.mark.covers("HTTP-B-10")
@WRITES
def test_part_of_an_entry(shared_site, method):
    """A body with a Content-Range is a 400: no part of an entry can be written."""
    url = address(shared_site, method)
    before = dump(shared_site.store)
    headers = {"Content-Type": ENTRY, "Content-Range": "bytes 0-99/200"}
    answer = shared_site.alice.request(method, url, content=entry("New"), headers=headers)
    assert 400 == answer.status_code
    assert "Content-Range" in answer.json()["detail"]
    assert before == dump(shared_site.store)


@pytest.mark.covers("HTTP-B-11")
@WRITES
@pytest.mark.parametrize("where", ["/atom/blog/other", "https://elsewhere.example/x"])
def test_content_location_of_a_request(shared_site, method, where):
    """Where a client says its body is from decides nothing and is not kept."""
    url = address(shared_site, method)
    other = shared_site.made(entry("Other"), slug="other")
    before = shared_site.alice.get(other).content
    headers = {"Content-Type": ENTRY, "Content-Location": where}
    answer = shared_site.alice.request(method, url, content=entry("New", "new"), headers=headers)
    assert answer.is_success
    assert other != answer.headers["Content-Location"]
    assert before == shared_site.alice.get(other).content
    assert "elsewhere.example" not in repr(dump(shared_site.store))


@pytest.mark.covers("HTTP-B-14")
@WRITES
@pytest.mark.parametrize("content_type", [None, ENTRY, "application/atom+xml"])
@pytest.mark.parametrize("framing", ["none", "length", "chunks"])
def test_no_body(shared_site, method, content_type, framing):
    """A write without a body is a 400 that says so."""
    url = address(shared_site, method)
    before = dump(shared_site.store)
    headers = {} if content_type is None else {"Content-Type": content_type}
    request = shared_site.alice.build_request(method, url, headers=headers)
    if framing == "chunks":
        request = shared_site.alice.build_request(method, url, content=iter(()), headers=headers)
    elif framing == "none":
        del request.headers["Content-Length"]
    answer = shared_site.alice.send(request)
    assert (400, "the request has no body") == (answer.status_code, answer.json()["detail"])
    assert before == dump(shared_site.store)


@pytest.mark.covers("HTTP-M-7")
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "body", [b"x" * 50, entry("Never"), b"DELETE /atom/blog/kept HTTP/1.1\r\n\r\n"]
)
def test_body_without_a_use(shared_site, method, body):
    """A body that comes with a reading or a deletion changes nothing of the answer."""
    kept, url = shared_site.made(slug="kept"), shared_site.made(slug="other")
    plain = shared_site.alice.request(method, shared_site.made(slug="third")).status_code
    answer = shared_site.alice.request(method, url, content=body, headers={"Content-Type": ENTRY})
    assert plain == answer.status_code
    assert 200 == shared_site.alice.get(kept).status_code
