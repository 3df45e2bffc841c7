"""Creating members with POST (RFC 5023 section 9.2)."""

import re

import pytest

from tests.documents import ENTRY, NS, SAMPLES, bare, canonical, entry, link, one, titles, xpath

NOW = "2023-11-14T22:13:20Z"
"""Where the fake clock stands at first."""

MINTED = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

INVALID = (
    bare("<title>T</title><title>T</title>"),
    bare("<updated>yesterday</updated>"),
    b"<entry",
    b'<feed xmlns="http://www.w3.org/2005/Atom"/>',
)


def text(document, path):
    """The text of the only element that an XPath finds."""
    return one(document, path).text or ""


@pytest.mark.covers("APP-9.2-1", "APP-9.2-3", "APP-9.1-2")
def test_location(site):
    """A POST is answered with 201 and one absolute Location, which Content-Location and the edit
    link repeat letter by letter."""
    answer = site.post()
    assert 201 == answer.status_code
    (location,) = answer.headers.get_list("Location")
    assert location.startswith(f"{site.base}/")
    assert location == answer.headers["Content-Location"]
    assert location == link(answer.content, "edit")
    assert location == link(site.alice.get(location).content, "edit")


@pytest.mark.covers("APP-9.2-2", "APP-9.2-4", "APP-4.4-2")
@pytest.mark.parametrize("sample", SAMPLES)
def test_body_is_the_member(site, sample):
    """The 201 holds the whole new member, labelled as an entry: what a GET would bring."""
    answer = site.post(SAMPLES[sample])
    assert 201 == answer.status_code
    assert f"{ENTRY};charset=utf-8" == answer.headers["Content-Type"]
    assert f"{{{NS['a']}}}entry" == one(answer.content, "/*").tag
    got = site.alice.get(answer.headers["Content-Location"])
    assert canonical(got.content) == canonical(answer.content)


@pytest.mark.covers("APP-9.2-5")
def test_validators_of_the_answer(site):
    """ETag and Last-Modified of the 201 are the member's: a GET with them is 304 at once."""
    answer = site.post()
    location = answer.headers["Location"]
    tagged = {"If-None-Match": answer.headers["ETag"]}
    assert 304 == site.alice.get(location, headers=tagged).status_code
    assert {} == {
        name: value
        for name, value in site.alice.get(location).headers.items()
        if name in ("etag", "last-modified") and value != answer.headers[name]
    }


@pytest.mark.covers("APP-9.2-5")
def test_edit_with_the_etag_of_the_answer(site):
    """The ETag of the 201 serves for a first conditional PUT."""
    answer = site.post()
    tagged = {"If-Match": answer.headers["ETag"]}
    assert 200 == site.put(answer.headers["Location"], entry("Other"), **tagged).status_code


@pytest.mark.covers("APP-9.2-6")
@pytest.mark.parametrize("missing", ["id", "title", "updated", "author"])
def test_missing_element(timed_site, missing):
    """An id, a title, a date or an author that is missing is filled in, the rest is kept."""
    complete = entry().decode()
    body = re.sub(rf"<{missing}>.*?</{missing}>", "", complete)
    assert complete != body
    answer = timed_site.post(body.encode())
    assert 201 == answer.status_code
    found = {
        name: text(answer.content, f"/a:entry/a:{name}") for name in ("id", "title", "updated")
    }
    found["author"] = text(answer.content, "/a:entry/a:author/a:name")
    assert MINTED.fullmatch(found["id"])
    sent = {
        "id": "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6",
        "title": "Title",
        "updated": "2003-12-13T18:30:02Z",
        "author": "alice",
    }
    filled = {"id": found["id"], "title": "", "updated": NOW, "author": "alice"}
    assert sent | {missing: filled[missing]} == found


@pytest.mark.covers("APP-9.2-6")
def test_smallest_entry(site):
    """One element with nothing but content becomes a valid member."""
    answer = site.post(bare("<content>x</content>"))
    assert 201 == answer.status_code
    assert ["x"] == xpath(answer.content, "/a:entry/a:content/text()")
    for path in ("a:id", "a:title", "a:updated", "a:author/a:name"):
        assert 1 == len(xpath(answer.content, f"/a:entry/{path}"))


@pytest.mark.covers("APP-9.2-7")
@pytest.mark.parametrize(
    "atom_id",
    ["urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", "tag:example.org,2003:3", "urn:x:日本"],
)
def test_client_id(site, atom_id):
    """An absolute IRI that nothing else has is kept as the id, letter by letter."""
    answer = site.post(bare(f"<id>{atom_id}</id>"))
    assert atom_id == text(answer.content, "/a:entry/a:id")


@pytest.mark.covers("APP-9.2-7")
@pytest.mark.parametrize("atom_id", ["", " ", "7", "/relative", "urn:", "a b", "urn:x:{y}"])
def test_unusable_id(site, atom_id):
    """An id that is no absolute IRI is replaced by a new one, without an error."""
    answer = site.post(bare(f"<id>{atom_id}</id>"))
    assert 201 == answer.status_code
    assert MINTED.fullmatch(text(answer.content, "/a:entry/a:id"))


@pytest.mark.covers("APP-9.2-7")
@pytest.mark.parametrize("taken", ["member", "elsewhere", "deleted", "collection"])
def test_taken_id(site, taken):
    """An id that a member, here or elsewhere, a deleted one or a collection has is replaced."""
    if taken == "collection":
        atom_id = text(site.alice.get("/atom/blog/").content, "/a:feed/a:id")
    else:
        atom_id = "urn:x:1"
        collection = "diary" if taken == "elsewhere" else "blog"
        url = site.made(bare(f"<id>{atom_id}</id>"), by=site.bob, collection=collection)
        if taken == "deleted":
            site.bob.delete(url)
    answer = site.post(bare(f"<id>{atom_id}</id>"))
    assert 201 == answer.status_code
    minted = text(answer.content, "/a:entry/a:id")
    assert MINTED.fullmatch(minted)
    assert atom_id != minted


@pytest.mark.covers("APP-9.2-8", "APP-10.2-2")
def test_client_dates(timed_site, clock):
    """Valid dates of the client are kept as written; app:edited is the server's own, in UTC."""
    clock.forward(60)
    answer = timed_site.post(SAMPLES["dated"])
    assert "2003-12-13T18:30:02.25+01:00" == text(answer.content, "/a:entry/a:updated")
    assert "2001-02-03T04:05:06Z" == text(answer.content, "/a:entry/a:published")
    edited = text(answer.content, "/a:entry/app:edited")
    assert re.fullmatch(r"2023-11-14T22:14:20(\.0+)?Z", edited)


@pytest.mark.covers("APP-9.2-10")
def test_echoes_are_dropped(timed_site):
    """What clients echo of the server's own is dropped, and the server's values stand there."""
    echo = bare(
        "<title>T</title><app:edited>1999-01-01T00:00:00Z</app:edited>"
        '<link rel="edit" href="http://example.org/1"/><link rel="edit" href="http://example.org/2"/>'
        '<link rel="edit-media" href="http://example.org/3"/>'
        '<link rel="self" href="http://example.org/4"/>'
        '<link rel="http://www.iana.org/assignments/relation/edit" href="http://example.org/5"/>'
    )
    answer = timed_site.post(echo)
    assert 201 == answer.status_code
    assert b"example.org" not in answer.content
    assert answer.headers["Location"] == link(answer.content, "edit")
    assert answer.headers["Location"] == link(answer.content, "self")
    assert link(answer.content, "edit-media") is None
    assert text(answer.content, "/a:entry/app:edited").startswith("2023-")


@pytest.mark.covers("APP-9.2-12")
def test_refused_post_leaves_nothing(site):
    """Refused POSTs take no name, no id and no number; the next valid one is the first."""
    before = site.alice.get("/atom/blog/")
    for body in INVALID:
        assert 400 <= site.post(body, slug="first").status_code < 500
    assert 415 == site.post(slug="first", content_type="text/plain").status_code
    assert 401 == site.post(by=site.anon, slug="first").status_code
    assert before.headers["ETag"] == site.alice.get("/atom/blog/").headers["ETag"]
    answer = site.post(slug="first")
    assert answer.headers["Location"].endswith("/first")
    assert "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6" == text(answer.content, "/a:entry/a:id")
    assert ["Title"] == titles(site.alice.get("/atom/blog/").content)


@pytest.mark.covers("APP-9.2-13")
def test_twins(site):
    """Two identical POSTs make two members, each with its own address and id."""
    one_of_two, other = (site.post(slug="twin") for _ in range(2))
    assert (201, 201) == (one_of_two.status_code, other.status_code)
    assert one_of_two.headers["Location"] != other.headers["Location"]
    assert text(one_of_two.content, "/a:entry/a:id") != text(other.content, "/a:entry/a:id")
    assert 2 == len(titles(site.alice.get("/atom/blog/").content))


@pytest.mark.covers("APP-9.2-14")
def test_new_member_heads_the_list(site):
    """From its 201 on a member is the first of the collection, for its author and for readers."""
    for number in range(3):
        answer = site.post(entry(f"Title {number}"))
        for client in (site.alice, site.anon):
            feed = client.get("/atom/blog/").content
            first = xpath(feed, "/a:feed/a:entry[1]/a:link[@rel='edit']/@href")
            assert [answer.headers["Location"]] == first


def test_collection_without_the_slash(site):
    """A collection takes a POST, and is listed, where a client forgot the slash at its end."""
    answer = site.alice.post("/atom/blog", content=entry(), headers={"Content-Type": ENTRY})
    assert 201 == answer.status_code
    assert ["Title"] == titles(site.alice.get("/atom/blog").content)


def test_unknown_collection(site):
    """There is no POST to a collection that is not there."""
    assert 404 == site.post(collection="nowhere").status_code
