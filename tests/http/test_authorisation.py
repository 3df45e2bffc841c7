"""Who may see and do what: every role at every kind of resource (design, section 8)."""

import pytest

from atompub.model import Role
from tests import sites
from tests.documents import DRAFT, ENTRY, entry, titles
from tests.stores import dump

# Everyone under a heading, and beneath it the status of each method at each resource. The entries
# are alice's: she is the author, bob is another one; nora has no role at all; rita may read.
MATRIX = """
                      anon  nora  rita  alice  bob  erin  admin

  public collection
    GET               200   200   200   200    200  200   200
    POST              401   403   403   201    201  201   201
    PUT               405   405   405   405    405  405   405
    DELETE            405   405   405   405    405  405   405
    OPTIONS           204   204   204   204    204  204   204
  private collection
    GET               401   404   200   200    200  200   200
    POST              401   404   403   201    201  201   201
    PUT               405   405   405   405    405  405   405
    DELETE            405   405   405   405    405  405   405
    OPTIONS           401   404   204   204    204  204   204
  missing collection
    GET               401   404   404   404    404  404   404
    POST              401   404   404   404    404  404   404
    PUT               405   405   405   405    405  405   405
    DELETE            405   405   405   405    405  405   405
    OPTIONS           401   404   404   404    404  404   404

  public entry
    GET               200   200   200   200    200  200   200
    POST              405   405   405   405    405  405   405
    PUT               401   403   403   200    403  200   200
    DELETE            401   403   403   200    403  200   200
    OPTIONS           204   204   204   204    204  204   204
  public draft
    GET               401   404   404   200    404  200   200
    POST              405   405   405   405    405  405   405
    PUT               401   404   404   200    404  200   200
    DELETE            401   404   404   200    404  200   200
    OPTIONS           204   204   204   204    204  204   204
  public scheduled
    GET               401   404   404   200    404  200   200
    POST              405   405   405   405    405  405   405
    PUT               401   404   404   200    404  200   200
    DELETE            401   404   404   200    404  200   200
    OPTIONS           204   204   204   204    204  204   204
  public deleted
    GET               410   410   410   410    410  410   410
    POST              405   405   405   405    405  405   405
    PUT               401   410   410   410    410  410   410
    DELETE            401   410   410   410    410  410   410
    OPTIONS           204   204   204   204    204  204   204
  public deleted-draft
    GET               401   404   404   410    404  410   410
    POST              405   405   405   405    405  405   405
    PUT               401   404   404   410    404  410   410
    DELETE            401   404   404   410    404  410   410
    OPTIONS           204   204   204   204    204  204   204
  public missing
    GET               401   404   404   404    404  404   404
    POST              405   405   405   405    405  405   405
    PUT               401   404   404   404    404  404   404
    DELETE            401   404   404   404    404  404   404
    OPTIONS           204   204   204   204    204  204   204

  private entry
    GET               401   404   200   200    200  200   200
    POST              405   405   405   405    405  405   405
    PUT               401   404   403   200    403  200   200
    DELETE            401   404   403   200    403  200   200
    OPTIONS           204   204   204   204    204  204   204
  private draft
    GET               401   404   404   200    404  200   200
    POST              405   405   405   405    405  405   405
    PUT               401   404   404   200    404  200   200
    DELETE            401   404   404   200    404  200   200
    OPTIONS           204   204   204   204    204  204   204
  private deleted
    GET               401   404   410   410    410  410   410
    POST              405   405   405   405    405  405   405
    PUT               401   404   410   410    410  410   410
    DELETE            401   404   410   410    410  410   410
    OPTIONS           204   204   204   204    204  204   204
  private missing
    GET               401   404   404   404    404  404   404
    POST              405   405   405   405    405  405   405
    PUT               401   404   404   404    404  404   404
    DELETE            401   404   404   404    404  404   404
    OPTIONS           204   204   204   204    204  204   204
"""
PEOPLE, *_ROWS = (line.split() for line in MATRIX.splitlines() if line.strip())
NAMES = {"public": "blog", "private": "diary", "missing": "none"}
INSIDE = {
    "draft": DRAFT,
    "deleted-draft": DRAFT,
    "scheduled": "<published>2999-01-01T00:00:00Z</published>",
}


def cases():
    """Door, kind of resource, method and the statuses of each line of the matrix; HEAD as GET."""
    for row in _ROWS:
        if len(row) == 2:
            door, kind = row
            continue
        method, *statuses = row
        expected = dict(zip(PEOPLE, map(int, statuses), strict=True))
        for verb in ("GET", "HEAD") if method == "GET" else (method,):
            yield pytest.param(door, kind, verb, expected, id=f"{door}-{kind}-{verb}")


@pytest.fixture
def site(make_site):
    """A site where rita may read both collections, and nora has an account without any role."""
    return with_everyone(make_site())


@pytest.fixture(scope="module")
def matrix_site(tmp_path_factory):
    """Such a site for all lines of the matrix."""
    site = with_everyone(sites.wsgi_site(tmp_path_factory.mktemp("matrix")))
    yield site
    site.close()
    site.store.close()


def with_everyone(site):
    """Add to a site who is missing in the matrix."""
    site.accounts.add("nora", site.accounts.get("rita").password, None)
    site.nora = site.client(("nora", "rita-secret"))
    site.accounts.grant("rita", "blog", Role.READER)
    return site


def address(site, door, kind):
    """The address of a new resource of alice's of this kind."""
    collection = NAMES[door]
    if kind in {"collection", "missing"}:
        return f"/atom/{collection}/" + ("none" if kind == "missing" else "")
    url = site.made(entry(extra=INSIDE.get(kind, "")), collection=collection)
    if "deleted" in kind:
        assert 200 == site.alice.delete(url).status_code
    return url


@pytest.mark.covers("HTTP-A-1", "HTTP-A-3", "HTTP-A-4", "APP-14-2", "APP-14-3")
@pytest.mark.parametrize(("door", "kind", "method", "expected"), [*cases()])
def test_matrix(matrix_site, door, kind, method, expected):
    """Each person gets what the matrix says, and whatever is refused changes nothing."""
    got = {}
    for person in PEOPLE:
        url = address(matrix_site, door, kind)
        body = entry("By " + person) if method in {"PUT", "POST"} else None
        before = dump(matrix_site.store)
        answer = getattr(matrix_site, person).request(
            method, url, content=body, headers={"Content-Type": ENTRY}
        )
        got[person] = answer.status_code
        assert answer.is_success or before == dump(matrix_site.store)
        assert (answer.status_code == 401) == ("WWW-Authenticate" in answer.headers)
    assert expected == got


@pytest.mark.covers("HTTP-A-4")
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_hidden_is_as_missing(site, method):
    """What an account may not see is answered just as what never was."""
    draft, private = address(site, "public", "draft"), address(site, "private", "entry")

    def told(url):
        """The whole answer, less its id and the name of the collection."""
        answer = site.nora.request(method, url, content=entry(), headers={"Content-Type": ENTRY})
        del answer.headers["X-Request-ID"]
        return (
            answer.status_code,
            answer.headers.items(),
            answer.content.replace(b"diary", b"night"),
        )

    assert told("/atom/blog/none") == told(draft)
    assert told("/atom/night/none") == told("/atom/diary/none") == told(private)
    assert 404 == told(draft)[0] == told(private)[0]


SEEN = {
    "anon": {"Public"},
    "nora": {"Public"},
    "rita": {"Public"},
    "alice": {"Public", "Draft of alice", "Later of alice"},
    "bob": {"Public", "Draft of bob", "Later of bob"},
    "erin": {"Public", "Draft of alice", "Later of alice", "Draft of bob", "Later of bob"},
}
SEEN["admin"] = SEEN["erin"]


@pytest.mark.covers("HTTP-A-4")
@pytest.mark.parametrize("url", ["/atom/blog/", "/atom/blog/?since=0"])
def test_feeds_show_what_may_be_read(site, url):
    """A collection shows each person the members that they may read, and no more."""
    site.made(entry("Public"))
    for person in ("alice", "bob"):
        by = getattr(site, person)
        site.made(entry(f"Draft of {person}", extra=INSIDE["draft"]), by=by)
        site.made(entry(f"Later of {person}", extra=INSIDE["scheduled"]), by=by)
    assert SEEN == {
        person: set(titles(getattr(site, person).get(url).content)) for person in PEOPLE
    }


@pytest.mark.covers("HTTP-A-4")
def test_roles_of_one_collection(site):
    """A role granted in one collection holds in that one only."""
    site.accounts.grant("nora", "diary", Role.EDITOR)
    theirs, others = address(site, "private", "draft"), address(site, "public", "entry")
    edited = [site.put(url, entry("Edited"), by=site.nora).status_code for url in (theirs, others)]
    posted = [site.post(by=site.nora, collection=name).status_code for name in ("diary", "blog")]
    assert [200, 403] == edited
    assert [201, 403] == posted


@pytest.mark.covers("HTTP-A-4")
@pytest.mark.parametrize("role", [Role.READER, None])
def test_former_authors(site, role):
    """Who was an author and is one no more sees and does what everyone else may."""
    site.accounts.grant("nora", "blog", Role.AUTHOR)
    shown = site.made(entry("Shown", extra=DRAFT.replace("yes", "no")), by=site.nora)
    draft = site.made(entry("Draft", extra=DRAFT), by=site.nora)
    site.accounts.grant("nora", "blog", role)
    assert [200, 404] == [site.nora.get(url).status_code for url in (shown, draft)]
    assert [403, 404] == [site.nora.delete(url).status_code for url in (shown, draft)]
    assert "app:draft" not in site.nora.get(shown).text
    assert ["Shown"] == titles(site.nora.get("/atom/blog/").content)


@pytest.mark.covers("SEC-U-7")
@pytest.mark.parametrize("by", ["bob", "erin"])
@pytest.mark.parametrize("whose", ["entry", "draft", "deleted"])
def test_ids_of_others(site, by, whose):
    """Who posts the id of another member, even of a hidden or deleted one, gets a new id."""
    url = address(site, "public", whose)
    id_ = "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6"
    before = site.erin.get(url).content
    made = site.post(entry(id=id_), by=getattr(site, by), collection="diary")
    assert 201 == made.status_code
    assert id_ not in made.text
    assert before == site.erin.get(url).content


@pytest.mark.covers("SEC-U-7")
def test_ids_in_edits(site):
    """An edit with the id of another's member changes neither that one nor the member's own id."""
    theirs = site.made(entry("Hers", id="urn:x:hers"))
    mine = site.made(entry("His", id="urn:x:his"), by=site.bob)
    before = site.alice.get(theirs).content
    assert 403 == site.put(theirs, entry(id="urn:x:his"), by=site.bob).status_code
    edited = site.put(mine, entry("Edited", id="urn:x:hers"), by=site.bob)
    assert (200, True) == (edited.status_code, "<id>urn:x:his</id>" in edited.text)
    assert before == site.alice.get(theirs).content
