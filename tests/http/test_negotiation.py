"""What is sent in which form: types, codings and languages, RFC 9110 sections 8 and 12."""

import gzip

import pytest

from tests.documents import ENTRY, entry
from tests.http.addresses import ALLOW, PROTOCOL, READERS
from tests.stores import dump

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
OLD_CLIENT = "application/atom+xml, application/atomsvc+xml, application/atomcat+xml, text/xml"

TYPES = {
    "service": "application/atomsvc+xml;charset=utf-8",
    "categories": "application/atomcat+xml;charset=utf-8",
    "collection": "application/atom+xml;type=feed;charset=utf-8",
    "page": "application/atom+xml;type=feed;charset=utf-8",
    "changes": "application/atom+xml;type=feed;charset=utf-8",
    "member": "application/atom+xml;type=entry;charset=utf-8",
    "home": "text/html;charset=utf-8",
    "publication": "text/html;charset=utf-8",
    "feed": "application/atom+xml;charset=utf-8",
    "rss": "application/rss+xml;charset=utf-8",
    "json": "application/feed+json;charset=utf-8",
    "negotiated": "application/atom+xml;charset=utf-8",
    "results": "application/atom+xml;charset=utf-8",
    "rsd": "application/rsd+xml;charset=utf-8",
    "search": "application/opensearchdescription+xml;charset=utf-8",
    "permalink": "text/html;charset=utf-8",
    "stylesheet": "text/css;charset=utf-8",
    "problem": "text/html;charset=utf-8",
}


@pytest.mark.covers("HTTP-N-1")
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"Content-Type": "text/csv"}, {"accept": ENTRY}),
        ({"Content-Type": ENTRY, "Content-Encoding": "br"}, {"accept-encoding": "identity"}),
    ],
    ids=["type", "coding"],
)
def test_what_a_415_tells(shared_site, found, method, headers, told):
    """A 415 for the type tells the types that are taken, one for the coding the codings."""
    url = "/atom/blog/" if method == "POST" else found["member"]
    refused = shared_site.alice.request(method, url, content=entry(), headers=headers)
    names = ("accept", "accept-encoding")
    assert 415 == refused.status_code
    assert told == {name: refused.headers[name] for name in names if name in refused.headers}


@pytest.mark.covers("HTTP-N-2")
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "x-unknown", "identity, gzip", "GZIP"])
def test_encoded_bodies(shared_site, found, method, coding):
    """A body in a content coding is a 415, even if it could be read, and nothing is stored."""
    url = "/atom/blog/" if method == "POST" else found["member"]
    before = dump(shared_site.store)
    headers = {"Content-Type": ENTRY, "Content-Encoding": coding}
    refused = shared_site.alice.request(
        method, url, content=gzip.compress(entry()), headers=headers
    )
    assert (415, "identity") == (refused.status_code, refused.headers["Accept-Encoding"])
    assert before == dump(shared_site.store)


@pytest.mark.covers("HTTP-N-2")
def test_identity_is_no_coding(shared_site):
    """A body that says it is in no coding is taken."""
    assert 201 == shared_site.post(Content_Encoding="identity").status_code


@pytest.mark.covers("HTTP-N-4")
@pytest.mark.parametrize("accept", [OLD_CLIENT, "application/atom+xml", ENTRY])
def test_entries_are_atom(shared_site, found, accept):
    """Who asks for `application/atom+xml` gets the entry, with the parameters of its type."""
    answer = shared_site.alice.get(found["member"], headers={"Accept": accept})
    assert (200, TYPES["member"]) == (answer.status_code, answer.headers["Content-Type"])


@pytest.mark.covers("HTTP-N-3", "HTTP-N-5")
@pytest.mark.parametrize(
    "accept", ["text/html", BROWSER, "image/png;q=1, */*;q=0", "*/*;q=0", "a/b/c;;q=x", ""]
)
def test_documents_ignore_accept(shared_site, found, accept):
    """What is served under /atom/ has one form, whatever Accept asks for."""
    for kind in PROTOCOL:
        plain = shared_site.alice.get(found[kind])
        asked = shared_site.alice.get(found[kind], headers={"Accept": accept})
        assert (200, TYPES[kind]) == (asked.status_code, asked.headers["Content-Type"])
        assert (plain.headers["ETag"], plain.content) == (asked.headers["ETag"], asked.content)


@pytest.mark.covers("HTTP-N-9", "HTTP-N-10")
def test_types(shared_site, found):
    """Every document has its content type, with the charset, and is UTF-8 without a mark."""
    answers = {kind: shared_site.alice.get(url) for kind, url in found.items()}
    assert TYPES == {kind: answer.headers["Content-Type"] for kind, answer in answers.items()}
    for answer in answers.values():
        assert not answer.content.startswith(b"\xef\xbb\xbf")
        assert answer.content.decode("utf-8")


@pytest.mark.covers("HTTP-N-9", "HTTP-N-10")
@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "application/problem+json"),
        ("application/xml", "application/problem+xml;charset=utf-8"),
        ("text/html", "text/html;charset=utf-8"),
    ],
)
def test_types_of_errors(shared_site, accept, content_type):
    """Errors have a content type, too."""
    answer = shared_site.anon.get("/none/", headers={"Accept": accept})
    assert (404, content_type) == (answer.status_code, answer.headers["Content-Type"])


@pytest.mark.covers("HTTP-N-10")
def test_answers_without_content(shared_site, found):
    """A 204 has neither content nor a type, nor a length."""
    for url in found.values():
        answer = shared_site.alice.options(url)
        assert (204, b"") == (answer.status_code, answer.content)
        assert not {"content-type", "content-length"} & set(answer.headers)


@pytest.mark.covers("HTTP-N-7")
def test_vary(shared_site, found):
    """Vary names what chose the answer: the coding, and under /atom/ who asks."""
    expected = {kind: {"Accept-Encoding"} for kind in READERS}
    expected["negotiated"] = {"Accept", "Accept-Encoding"}
    expected |= {kind: {"Authorization", "Accept-Encoding"} for kind in PROTOCOL}
    assert expected == {
        kind: set(shared_site.anon.get(url).headers["Vary"].split(", "))
        for kind, url in found.items()
    }


@pytest.mark.covers("HTTP-N-8")
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate, zstd", "zstd"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0, zstd;q=0, *", "gzip"),
        ("x-gzip", "gzip"),
        ("*", "br"),
        ("gzip;q=0.5, identity;q=0.1", "gzip"),
        ("GZip", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0, br;q=0, zstd;q=0, *", None),
        ("identity", None),
        ("identity, gzip;q=0.5", None),
        ("deflate", None),
        ("nonsense; ;", None),
        ("", None),
        (None, None),
    ],
)
def test_codings(shared_site, found, accepted, coding):
    """Documents are compressed with the best that a client accepts, and for nobody else."""
    for kind in ALLOW:
        plain = shared_site.alice.get(found[kind])
        asked = shared_site.alice.build_request("GET", found[kind])
        del asked.headers["Accept-Encoding"]
        if accepted is not None:
            asked.headers["Accept-Encoding"] = accepted
        answer = shared_site.alice.send(asked)
        assert (200, coding) == (answer.status_code, answer.headers.get("Content-Encoding"))
        assert plain.content == answer.content


@pytest.mark.covers("HTTP-N-8")
def test_compression_is_worth_it(site):
    """The compressed form of a feed is the smaller one."""
    for number in range(5):
        site.made(entry(f"Entry {number}", "words " * 100))
    lengths = []
    for coding in ("br", "zstd", "gzip", "identity"):
        answer = site.anon.get("/atom/blog/", headers={"Accept-Encoding": coding})
        lengths.append(int(answer.headers["Content-Length"]))
    assert all(length * 5 < lengths[-1] for length in lengths[:-1])
