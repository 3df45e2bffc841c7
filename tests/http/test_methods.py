"""Methods, RFC 9110 section 9."""

import pytest

from atompub.model import ENTRY_RANGE
from tests.documents import DRAFT, ENTRY, entry
from tests.http.addresses import ALLOW, addresses
from tests.stores import dump

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
ALL_METHODS = ", ".join(METHODS)
LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"
BODY = {"content": entry(), "headers": {"Content-Type": ENTRY}}


def answers(client, method, found, **options):
    """What a method gets from each kind of resource."""
    return {kind: client.request(method, url, **options) for kind, url in found.items()}


def fields(answer):
    """The header fields, without what differs from answer to answer: the request's id, and the
    dates, since a Last-Modified is never later than the clock."""
    own = ("date", "last-modified", "x-request-id")
    return {name: name in own or value for name, value in answer.headers.items()}


@pytest.mark.covers("HTTP-M-1")
def test_head(shared_site, found):
    """HEAD has the status and the headers of GET, on every resource, and no content."""
    got, headed = (answers(shared_site.alice, method, found) for method in ("GET", "HEAD"))
    assert dict.fromkeys(found, (200, b"")) == {
        kind: (answer.status_code, answer.content) for kind, answer in headed.items()
    }
    assert {kind: fields(answer) for kind, answer in got.items()} == {
        kind: fields(answer) for kind, answer in headed.items()
    }


@pytest.mark.covers("HTTP-M-1")
def test_head_of_nothing(shared_site):
    """HEAD has the status and the headers of GET where there is nothing, too."""
    none = "/atom/blog/none"
    got, headed = (shared_site.alice.request(method, none) for method in ("GET", "HEAD"))
    assert (404, b"") == (headed.status_code, headed.content)
    assert fields(got) == fields(headed)


@pytest.mark.covers("HTTP-M-2")
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_method_of_another_resource(shared_site, found, method):
    """A method that other resources offer is a 405 with the exact list of those offered here."""
    others = {kind: url for kind, url in found.items() if method not in ALLOW[kind]}
    refused = answers(shared_site.admin, method, others, **BODY)
    assert {kind: (405, ALLOW[kind]) for kind in others} == {
        kind: (answer.status_code, answer.headers["Allow"]) for kind, answer in refused.items()
    }


@pytest.mark.covers("HTTP-M-2")
def test_read_only_collection(make_site):
    """A collection that takes nothing offers no POST, and says so to OPTIONS as well."""
    site = make_site()
    site.collection("frozen", accept=())
    refused, told = site.post(collection="frozen"), site.alice.options("/atom/frozen/")
    assert (405, "GET, HEAD, OPTIONS") == (refused.status_code, refused.headers["Allow"])
    assert (204, "GET, HEAD, OPTIONS") == (told.status_code, told.headers["Allow"])
    assert "Accept-Post" not in told.headers


@pytest.mark.covers("HTTP-M-3")
@pytest.mark.parametrize("method", ["FOO", "PROPFIND", "PATCH", "TRACE"])
def test_method_of_no_resource(shared_site, found, method):
    """A method that no resource offers is a 501 with the list of all methods."""
    anywhere = found | {"nothing": "/no/such/address"}
    refused = answers(shared_site.admin, method, anywhere)
    assert dict.fromkeys(anywhere, (501, ALL_METHODS)) == {
        kind: (answer.status_code, answer.headers["Allow"]) for kind, answer in refused.items()
    }


@pytest.mark.covers("HTTP-M-4")
@pytest.mark.parametrize(
    "headers",
    [{}, {"If-Match": '"stale"'}, {"If-None-Match": "*"}, {"If-Unmodified-Since": LONG_AGO}],
    ids=["plain", "if-match", "if-none-match", "if-unmodified-since"],
)
def test_options(shared_site, found, headers):
    """OPTIONS is a 204 with the methods of the resource, whatever the preconditions."""
    told = answers(shared_site.alice, "OPTIONS", found, headers=headers)
    assert {kind: (204, ALLOW[kind], b"") for kind in found} == {
        kind: (answer.status_code, answer.headers["Allow"], answer.content)
        for kind, answer in told.items()
    }


@pytest.mark.covers("HTTP-M-4")
@pytest.mark.parametrize("accept", [(ENTRY_RANGE,), ("image/png", ENTRY_RANGE)])
def test_accept_post(make_site, accept):
    """OPTIONS of a collection tells what may be posted."""
    site = make_site()
    site.collection("pictures", accept=accept)
    told = site.alice.options("/atom/pictures/")
    assert ", ".join(accept) == told.headers["Accept-Post"]


@pytest.mark.covers("HTTP-M-4")
def test_options_of_the_server(shared_site):
    """`OPTIONS *` is a 204 with all methods."""
    told = shared_site.anon.options("/", extensions={"target": b"*"})
    assert (204, ALL_METHODS) == (told.status_code, told.headers["Allow"])


@pytest.mark.covers("HTTP-M-5")
def test_reading_changes_nothing(site):
    """Reading again and again, by anyone, leaves the store and every answer as they were."""
    found = addresses(site)
    site.made(entry(extra=DRAFT))
    before, first = dump(site.store), answers(site.alice, "GET", found)
    for _ in range(3):
        for client in (site.anon, site.alice, site.admin):
            for method in ("GET", "HEAD", "OPTIONS"):
                answers(client, method, found)
    after = answers(site.alice, "GET", found)
    assert before == dump(site.store)
    assert {kind: (fields(answer), answer.content) for kind, answer in first.items()} == {
        kind: (fields(answer), answer.content) for kind, answer in after.items()
    }


@pytest.mark.covers("HTTP-M-6")
@pytest.mark.parametrize(
    "name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"]
)
def test_no_other_method_than_the_requests(site, name):
    """What asks for another method, in a header or in the query, is ignored."""
    member = site.made(slug="kept")
    asked = {"params": {name: "DELETE"}} if name == "_method" else {"headers": {name: "DELETE"}}
    headers = {"Content-Type": ENTRY} | asked.get("headers", {})
    posted = [
        site.admin.request(
            method, url, content=entry(), params=asked.get("params"), headers=headers
        )
        for method, url in (("GET", member), ("POST", member), ("POST", "/atom/blog/"))
    ]
    assert [200, 405, 201] == [answer.status_code for answer in posted]
    assert 200 == site.anon.get(member).status_code


@pytest.mark.covers("HTTP-X-1")
def test_writes_are_never_redirected(shared_site):
    """A write to an address without its slash is done or refused there, and never sent on."""
    written = {
        (method, url): shared_site.admin.request(method, url, **BODY).status_code
        for url in ("/atom", "/atom/blog", "/blog")
        for method in ("POST", "PUT", "DELETE")
    }
    assert dict.fromkeys(written, 405) | {("POST", "/atom/blog"): 201} == written


@pytest.mark.covers("HTTP-X-1")
def test_readers_are_redirected_with_their_method(shared_site):
    """The only redirect, to a publication's slash, is one that keeps the method."""
    sent_on = [shared_site.anon.request(method, "/blog") for method in ("GET", "HEAD")]
    assert [(308, f"{shared_site.base}/blog/")] * 2 == [
        (answer.status_code, answer.headers["Location"]) for answer in sent_on
    ]
