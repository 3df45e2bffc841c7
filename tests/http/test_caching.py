"""What caches may keep, RFC 9111, and what stays of deleted members."""

import pytest

from tests.documents import ENTRY, entry
from tests.http.addresses import PROTOCOL


def directives(answer):
    """The directives of Cache-Control."""
    return set(answer.headers.get("Cache-Control", "").split(", "))


@pytest.mark.covers("HTTP-K-1")
@pytest.mark.parametrize("name", ["anon", "rita", "alice", "admin"])
def test_what_depends_on_the_caller(shared_site, found, name):
    """What is served under /atom/ depends on the caller: private, and asked for anew each time."""
    client = getattr(shared_site, name)
    answers = {kind: client.get(found[kind]) for kind in PROTOCOL}
    assert dict.fromkeys(PROTOCOL, (200, {"private", "no-cache"})) == {
        kind: (answer.status_code, directives(answer)) for kind, answer in answers.items()
    }


@pytest.mark.covers("HTTP-K-1")
def test_answers_to_writes(site):
    """The answers to writes are for the writer alone."""
    made = site.post()
    edited = site.put(made.headers["Location"], entry("New"))
    assert [201, 200] == [made.status_code, edited.status_code]
    assert [{"private", "no-cache"}] * 2 == [directives(made), directives(edited)]


def refusals(site):
    """One refusal of each kind; the status that it should have, and the answer."""
    url, gone = site.made(), site.made()
    site.alice.delete(gone, headers={"If-Match": "*"})
    stale = {"If-Match": '"stale"', "Content-Type": ENTRY}
    matching = {"If-Match": "*", "Content-Type": ENTRY}
    return {
        400: site.post(b"<entry"),
        401: site.anon.get("/atom/diary/"),
        403: site.post(by=site.rita),
        404: site.anon.get("/none"),
        405: site.alice.put("/atom/blog/", content=entry(), headers={"Content-Type": ENTRY}),
        410: site.anon.get(gone),
        412: site.alice.put(url, content=entry(), headers=stale),
        413: site.post(entry("x" * 10_000)),
        415: site.alice.put(url, content=b"GIF", headers=matching | {"Content-Type": "image/gif"}),
        417: site.anon.get("/", headers={"Expect": "miracles"}),
        421: site.anon.get("/", headers={"Host": "elsewhere.example"}),
        422: site.post(b"<html/>"),
        428: site.put(url, entry()),
        501: site.alice.patch(url),
    }


@pytest.mark.covers("HTTP-K-3")
def test_refusals_are_not_kept(make_site):
    """No cache may keep a refusal."""
    found = refusals(make_site(require_conditional="yes", max_entry_bytes="2000"))
    assert {status: (status, {"no-store"}) for status in found} == {
        status: (answer.status_code, directives(answer)) for status, answer in found.items()
    }
    assert not any(
        {"ETag", "Last-Modified", "Expires"} & set(answer.headers) for answer in found.values()
    )


@pytest.mark.covers("HTTP-K-3", "HTTP-E-1")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_store_out_of_reach_is_not_kept(make_site, tmp_path, method):
    """While the store is out of reach answers are 503, with a reason and when to try again."""
    site, data = make_site(), tmp_path / "site-0"
    data.rename(tmp_path / "away")
    answer = site.alice.request(method, "/atom/blog/", content=entry())
    assert (503, {"no-store"}) == (answer.status_code, directives(answer))
    assert int(answer.headers["Retry-After"]) > 0
    assert "atompub.db cannot be opened" in answer.json()["detail"]
    assert str(tmp_path) not in answer.text
    (tmp_path / "away").rename(data)
    assert 200 == site.alice.get("/atom/blog/").status_code


@pytest.mark.covers("HTTP-E-3")
def test_deleted_for_a_year(timed_site, clock):
    """A deleted member is a 410 for a year, and then a 404, for its editors and its readers."""
    url = timed_site.made()
    permalink = url.replace("/atom/", "/")
    timed_site.alice.delete(url)
    seen = []
    for days in (0, 364, 2):
        clock.forward(days * 86_400)
        seen.append([timed_site.alice.get(one).status_code for one in (url, permalink)])
    assert [[410, 410], [410, 410], [404, 404]] == seen
