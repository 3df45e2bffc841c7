"""Browsers on other sites: refused, unless the operator lists their origin."""

import pytest

from tests.documents import ENTRY, entry

EDITOR, EVIL = "https://editor.example", "https://evil.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "authorization, content-type, if-match",
}


@pytest.fixture
def open_site(make_site):
    """A site that lets one origin in."""
    return make_site(cors_origins=EDITOR)


def allowed(answer):
    """What an answer tells browsers of who may read it."""
    return {
        name: value
        for name, value in answer.headers.items()
        if name.startswith("access-control-allow-")
    }


def posted(site, **headers):
    """The answer to a POST by alice, with these fields."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"Content-Type": ENTRY} | named
    return site.alice.post("/atom/blog/", content=entry(), headers=named)


@pytest.mark.covers("SEC-H-7")
@pytest.mark.parametrize(
    "fields",
    [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8001"},
        {"Origin": "https://127.0.0.1:8000"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": EVIL, "Sec_Fetch_Site": "same-origin"},
    ],
)
def test_writes_from_other_sites(make_site, fields):
    """A write that a page of another site makes a browser send, with its user's credentials, is
    403 and changes nothing, whatever it is; reading stays free."""
    site = make_site()
    before = site.store.read(lambda one: one.rows("SELECT sequence FROM collection"))
    url = site.made()
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    assert 403 == posted(site, **fields).status_code
    assert 403 == site.alice.put(url, content=entry(), headers=named).status_code
    assert 403 == site.alice.delete(url, headers=named).status_code
    answer = site.alice.get(url, headers=named)
    assert (200, {}) == (answer.status_code, allowed(answer))
    assert before != site.store.read(lambda one: one.rows("SELECT sequence FROM collection"))
    assert 1 == site.collections.get("blog").sequence


@pytest.mark.covers("SEC-H-7")
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"Origin": "http://127.0.0.1:8000"},
        {"Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
    ],
)
def test_writes_from_the_site_itself(make_site, fields):
    """Programs, which name no origin, and the site's own pages write as ever."""
    assert 201 == posted(make_site(), **fields).status_code


@pytest.mark.covers("SEC-H-8")
def test_no_origin_is_let_in_by_default(make_site):
    """Without the setting no answer tells a browser that another site may read it."""
    site = make_site()
    for path in ("/atom/", "/atom/blog/", "/", "/blog/feed.atom"):
        answer = site.anon.get(path, headers={"Origin": EDITOR})
        assert {} == allowed(answer)
        assert "Origin" not in answer.headers.get("Vary", "")
        asked = site.anon.options(path, headers={"Origin": EDITOR} | PREFLIGHT)
        assert {} == allowed(asked)


@pytest.mark.covers("SEC-H-8")
@pytest.mark.parametrize("path", ["/atom/", "/atom/blog/", "/atom/diary/", "/atom/blog/none", "/"])
def test_preflight(open_site, path):
    """A browser that asks for the listed origin may send what the protocol needs, everywhere and
    without signing in, since it asks without credentials."""
    asked = open_site.anon.options(path, headers={"Origin": EDITOR} | PREFLIGHT)
    assert 204 == asked.status_code
    assert EDITOR == asked.headers["Access-Control-Allow-Origin"]
    assert "true" == asked.headers["Access-Control-Allow-Credentials"]
    methods = asked.headers["Access-Control-Allow-Methods"].split(", ")
    assert {"GET", "POST", "PUT", "DELETE"} <= set(methods)
    fields = asked.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "if-match", "slug"} <= set(fields)
    assert "Origin" in asked.headers["Vary"]


@pytest.mark.covers("SEC-H-8")
@pytest.mark.parametrize("origin", [EVIL, "null", "*", f"{EDITOR}.evil.example", f"{EDITOR}:444"])
def test_preflight_of_others(open_site, origin):
    """Who is not listed is told nothing, and may not write."""
    asked = open_site.anon.options("/atom/blog/", headers={"Origin": origin} | PREFLIGHT)
    assert {} == allowed(asked)
    assert 403 == posted(open_site, Origin=origin).status_code


@pytest.mark.covers("SEC-H-8")
def test_the_listed_origin_reads_and_writes(open_site):
    """The listed origin may send writes and read all answers, refusals too, with the fields that
    an editor needs; caches tell origins apart."""
    made = posted(open_site, Origin=EDITOR, Sec_Fetch_Site="cross-site")
    assert 201 == made.status_code
    refused = open_site.anon.post("/atom/blog/", headers={"Origin": EDITOR})
    assert 401 == refused.status_code
    for answer in (made, refused, open_site.anon.get("/blog/", headers={"Origin": EDITOR})):
        assert EDITOR == answer.headers["Access-Control-Allow-Origin"]
        assert "Origin" in answer.headers["Vary"]
        readable = answer.headers["Access-Control-Expose-Headers"]
        assert {"Location", "ETag", "Link"} <= set(readable.split(", "))
    assert "Origin" in open_site.anon.get("/blog/").headers["Vary"]
