"""Bad input: told apart, told why, told at once, and never stored, not even in part."""

import time

import pytest

from tests.documents import ATOM, DRAFT, ENTRY, bare, entry
from tests.stores import dump

DEEP = b"<x>" * 150 + b"</x>" * 150
MANY = b"<x/>" * 10_001
WIDE = b"<x " + b" ".join(b'a%d=""' % number for number in range(300)) + b"/>"

# What is sent, the status, and what the reason says.
NOT_WELL_FORMED = {
    "no XML": (b"hello", "line 1, column 1"),
    "only a declaration": (b'<?xml version="1.0"?>\n', "line 2, column 1"),
    "cut off": (entry()[:-3], "line 1, column"),
    "another end tag": (bare("\n <title></titel>"), "line 2, column"),
    "two roots": (entry() + b"\n" + entry(), "line 2, column 1"),
    "text after the end": (entry() + b"\n\n!", "line 3, column 1"),
    "no such prefix": (bare("\n<x:y/>"), "line 2, column"),
    "no such entity": (bare("\n<title>&nbsp;</title>"), "line 2, column"),
    "raw ampersand": (bare("<title>\n\na & b</title>"), "line 3, column"),
    "one attribute twice": (bare('\n<link href="a" href="b"/>'), "line 2, column"),
    "a control character": (bare("\n<title>\x01</title>"), "line 2, column 8"),
    "a reference to one": (bare("\n<title>&#1;</title>"), "line 2, column"),
    "broken UTF-8": (bare("\n<title>?</title>").replace(b"?", b"\xff"), "line 2, column 8"),
    "UTF-16 without a mark": (entry().decode().encode("utf-16-le"), "line 1, column"),
    "UTF-32": (b"\xff\xfe\0\0" + entry().decode().encode("utf-32-le"), "UTF-32"),
    "an unknown encoding": (b'<?xml version="1.0" encoding="rot13"?>' + entry(), "rot13"),
    "XML 1.1": (b'<?xml version="1.1"?>' + entry(), "XML 1.0"),
    "a DOCTYPE": (b"<!DOCTYPE entry>\n" + entry(), "DOCTYPE"),
    "a DOCTYPE of another": (b'\n<!DOCTYPE entry SYSTEM "file:///etc/passwd">' + entry(), "line 2"),
    "an entity of a file": (
        b'<!DOCTYPE entry [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + bare("<title>&x;</title>"),
        "DOCTYPE",
    ),
    "too deep": (bare().replace(b"></entry>", b">" + DEEP + b"</entry>"), "deep"),
    "too many attributes": (bare(WIDE.decode()), "attributes"),
}

INVALID = {
    "another root": (b"<html/>", "html"),
    "a feed": (f'<feed xmlns="{ATOM}"/>'.encode(), "atom:feed"),
    "no namespace": (b"<entry><title/></entry>", "entry"),
    "two ids": (bare("<id>urn:a</id><id>urn:b</id>"), "atom:id"),
    "two titles": (bare("<title/><title/>"), "atom:title"),
    "no date": (bare("<updated/>"), "atom:updated"),
    "a date in words": (bare("<updated>yesterday</updated>"), "atom:updated"),
    "a day that never was": (bare("<updated>2023-02-29T00:00:00Z</updated>"), "atom:updated"),
    "a date without a zone": (bare("<published>2023-01-01T00:00:00</published>"), "atom:published"),
    "an author without a name": (bare("<author/>"), "atom:author"),
    "a link to nothing": (bare("<link/>"), "atom:link"),
    "a category without a term": (bare("<category/>"), "atom:category"),
    "an unknown type of text": (bare('<title type="a/b"/>'), "atom:title"),
    "content in two places": (bare('<content src="http://a/" type="a/b">x</content>'), "content"),
    "maybe a draft": (bare(DRAFT.replace("yes", "maybe")), "app:draft"),
    "two drafts": (bare(DRAFT.replace("yes", "yes</app:draft><app:draft>no")), "app:draft"),
    "two controls": (bare(DRAFT * 2), "app:control"),
    "an entry in the source": (bare("<source><entry/></source>"), "atom:entry"),
    "text between": (bare("text"), "text"),
}  # fmt: skip

HEADERS = {
    "another type": (415, {"Content-Type": "text/csv"}, "text/csv"),
    "a feed's type": (415, {"Content-Type": "application/atom+xml;type=feed"}, "type=feed"),
    "a broken type": (415, {"Content-Type": "atom"}, "atom"),
    "a range for a type": (415, {"Content-Type": "application/*"}, "application/*"),
    "XML as such": (415, {"Content-Type": "application/xml"}, "application/xml"),
    "a form": (415, {"Content-Type": "application/x-www-form-urlencoded"}, "urlencoded"),
    "an unknown charset": (400, {"Content-Type": f"{ENTRY};charset=klingon"}, "klingon"),
    "a charset it is not in": (400, {"Content-Type": f"{ENTRY};charset=us-ascii"}, "ASCII"),
    "a coding": (415, {"Content-Type": ENTRY, "Content-Encoding": "gzip"}, "Content-Encoding"),
    "a part": (400, {"Content-Type": ENTRY, "Content-Range": "bytes 0-1/2"}, "Content-Range"),
    "an expectation": (417, {"Content-Type": ENTRY, "Expect": "miracles"}, "Expect"),
    "another site's page": (403, {"Content-Type": ENTRY, "Origin": "http://evil.example"}, "site"),
    "a stale tag": (412, {"Content-Type": ENTRY, "If-Match": '"stale"'}, "If-Match"),
    "another host": (421, {"Content-Type": ENTRY, "Host": "evil.example"}, "host"),
}


def body_cases():
    """Every faulty body with its status, its type and words of the reason."""
    for status, faults in ((400, NOT_WELL_FORMED), (422, INVALID)):
        for name, (body, words) in faults.items():
            yield pytest.param(status, body, words, id=name)


@pytest.fixture
def refuses(shared_site):
    """Sends what has to be refused; checks what holds for every refusal, and gives the answer."""

    def send(client, method, url, **options):
        before, start = dump(shared_site.store), time.monotonic()
        answer = client.request(method, url, **options)
        took = time.monotonic() - start
        assert answer.is_client_error
        assert before == dump(shared_site.store)
        assert took < 1
        return answer

    return send


def target(site, method):
    """Where to write by POST or PUT."""
    return "/atom/blog/" if method == "POST" else site.made(entry("Kept"), slug="kept")


@pytest.mark.covers("APP-5.5-1")
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(("status", "body", "words"), [*body_cases()])
def test_faulty_body(shared_site, refuses, method, status, body, words):
    """A body that is no entry is a 400 with line and column, or a 422 that names the element."""
    url = target(shared_site, method)
    answer = refuses(shared_site.alice, method, url, content=body, headers={"Content-Type": ENTRY})
    assert (status, True) == (answer.status_code, words in answer.json()["detail"])


@pytest.mark.covers("APP-5.5-1", "HTTP-N-1")
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(("status", "headers", "words"), HEADERS.values(), ids=HEADERS.keys())
def test_faulty_headers(shared_site, refuses, method, status, headers, words):
    """What the headers rule out is refused for its own reason; a 415 tells the types taken."""
    url = target(shared_site, method)
    answer = refuses(shared_site.alice, method, url, content=entry("é"), headers=headers)
    assert status == answer.status_code
    assert words in answer.text
    is_of_the_type = status == 415 and "Content-Encoding" not in headers
    assert (ENTRY if is_of_the_type else None) == answer.headers.get("Accept")


@pytest.mark.covers("APP-5.5-1", "HTTP-B-3")
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("body", "words"),
    [(entry("x" * 2**21), "2097152 octets"), (bare(MANY.decode()), "10000 elements")],
    ids=["octets", "elements"],
)
def test_too_large(shared_site, refuses, method, body, words):
    """An entry of too many octets or elements is a 413 that tells the limit."""
    url = target(shared_site, method)
    answer = refuses(shared_site.alice, method, url, content=body, headers={"Content-Type": ENTRY})
    assert (413, True) == (answer.status_code, words in answer.json()["detail"])


@pytest.mark.covers("APP-5.5-1")
@pytest.mark.parametrize(
    "query",
    ["cursor=abc", "cursor=-1", "cursor=1.5", "cursor=", "cursor=after-", "cursor=last&cursor=last",
     "cursor=1&since=1", "cursor=" + "9" * 30, "cursor=%F0%9D%9F%99", "since=abc", "since=-1",
     "since=", "since=1&since=2", "since=" + "9" * 18, "since=%00"],
)  # fmt: skip
def test_unknown_cursor(shared_site, refuses, query):
    """A cursor, or a number to follow from, that was never given out is a 404."""
    answer = refuses(shared_site.alice, "GET", f"/atom/blog/?{query}")
    assert (404, True) == (answer.status_code, bool(answer.json()["detail"]))


@pytest.mark.covers("APP-5.5-1")
@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "caf\xe9".encode("latin-1")])
def test_faulty_key(shared_site, refuses, key):
    """An Idempotency-Key that is no key is a 400 that names the header."""
    headers = {"Content-Type": ENTRY, "Idempotency-Key": key}
    answer = refuses(shared_site.alice, "POST", "/atom/blog/", content=entry(), headers=headers)
    assert (400, True) == (answer.status_code, "Idempotency-Key" in answer.json()["detail"])


@pytest.mark.covers("APP-5.5-1")
@pytest.mark.parametrize(
    ("name", "method", "url", "status"),
    [
        ("anon", "POST", "/atom/blog/", 401),
        ("anon", "PUT", "/atom/blog/kept", 401),
        ("anon", "DELETE", "/atom/blog/kept", 401),
        ("rita", "POST", "/atom/blog/", 403),
        ("bob", "PUT", "/atom/blog/kept", 403),
        ("bob", "DELETE", "/atom/blog/kept", 403),
        ("alice", "POST", "/atom/none/", 404),
        ("alice", "PUT", "/atom/blog/none", 404),
        ("alice", "DELETE", "/atom/blog/none", 404),
        ("alice", "PUT", "/atom/blog/gone", 410),
        ("alice", "DELETE", "/atom/blog/gone", 410),
        ("admin", "POST", "/atom/blog/kept", 405),
        ("admin", "PUT", "/atom/blog/", 405),
        ("admin", "DELETE", "/atom/blog/", 405),
        ("admin", "DELETE", "/atom/", 405),
        ("admin", "POST", "/blog/", 405),
        ("admin", "PATCH", "/atom/blog/kept", 501),
    ],
)
def test_writes_that_may_not_be(shared_site, name, method, url, status):
    """A write by the wrong person, or to the wrong address, changes nothing."""
    shared_site.made(slug="kept")
    shared_site.alice.delete(shared_site.made(slug="gone"))
    before = dump(shared_site.store)
    client = getattr(shared_site, name)
    answer = client.request(method, url, content=entry("New"), headers={"Content-Type": ENTRY})
    assert (status, True) == (answer.status_code, bool(answer.json()["detail"]))
    assert before == dump(shared_site.store)


@pytest.mark.covers("APP-5.5-1")
def test_good_input_after_bad(shared_site):
    """After a hundred refusals the next entry is taken as ever."""
    for _ in range(50):
        assert 400 == shared_site.post(b"<entry").status_code
        assert 422 == shared_site.post(b"<html/>").status_code
    assert 201 == shared_site.post().status_code
