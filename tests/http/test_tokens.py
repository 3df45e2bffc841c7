"""Tokens in place of a password: as Bearer (RFC 6750) and as the password of HTTP Basic."""

import argon2
import httpx
import pytest

from atompub.app import create_app
from atompub.model import EVERYWHERE, Role, Scope
from atompub.names import new_token
from atompub.store.opening import open_engine
from atompub.store.tokens import Tokens
from atompub.web.auth import Passwords
from tests import sites
from tests.documents import DRAFT, entry, link, titles, xpath
from tests.stores import dump

DAY = 24 * 3600
ALL = {EVERYWHERE: Scope.WRITE}
READ = {EVERYWHERE: Scope.READ}
BASIC = 'Basic realm="atompub", charset="UTF-8"'
GIF = {"Content-Type": "image/gif"}
PLAIN = f'{BASIC}, Bearer realm="atompub"'


class Bearer(httpx.Auth):
    """Signs requests with a token."""

    def __init__(self, token):
        self.token = token

    def auth_flow(self, request):
        """Add the token."""
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


def as_bearer(name, token):
    """A token as Bearer."""
    return Bearer(token)


def as_password(name, token):
    """A token as the password of HTTP Basic."""
    return (name, token)


@pytest.fixture(params=[as_bearer, as_password], ids=["bearer", "basic"])
def sign_in(request, site):
    """Makes a token and a client that signs in with it, once in each way."""

    def make(name="alice", scopes=ALL, **options):
        token = new_token()
        Tokens(site.store, options.pop("now", sites.micros)).add(name, token, scopes, **options)
        return site.client(request.param(name, token))

    return make


def collections(client):
    """The titles of the collections that a client finds."""
    return xpath(client.get("/atom/").content, "//app:collection/a:title/text()")


def challenge(answer):
    """The status of an answer and how it asks for credentials."""
    return answer.status_code, answer.headers.get("WWW-Authenticate")


def test_all_that_the_account_may_do(site, sign_in):
    """A token without limits reads, creates, edits and deletes as its account."""
    client = sign_in()
    url = site.made(entry("One", extra=DRAFT), by=client)
    assert 200 == site.put(url, entry("Two"), by=client).status_code
    assert "Two" in client.get(url).text
    assert 200 == client.delete(url).status_code
    assert collections(site.alice) == collections(client)


def test_no_more_than_the_account_may_do(site, sign_in):
    """A token gives no right that its account lacks, now or later."""
    client, url = sign_in("rita"), site.made()
    refused = site.post(by=client), site.put(url, entry(), by=client), client.delete(url)
    assert [(403, None)] * 3 == [challenge(answer) for answer in refused]
    assert 200 == client.get("/atom/diary/").status_code
    site.accounts.grant("rita", "diary", None)
    assert 404 == client.get("/atom/diary/").status_code


def test_read_scope(site, sign_in):
    """A token to read sees what its account sees, own drafts too, and writes nothing."""
    client = sign_in(scopes=READ)
    draft = site.made(entry("Kept", extra=DRAFT))
    private = site.made(entry("Private"), collection="diary")
    for url in (draft, private, "/atom/", "/atom/blog/", "/atom/diary/"):
        assert site.alice.get(url).content == client.get(url).content
    before = dump(site.store)
    refused = [
        site.post(by=client),
        site.post(by=client, collection="diary"),
        site.put(draft, entry(), by=client),
        client.delete(private),
    ]
    asked = 'Bearer realm="atompub", error="insufficient_scope", scope="write"'
    assert [(403, asked)] * 4 == [challenge(answer) for answer in refused]
    assert "may not write in blog" in refused[0].json()["detail"]
    assert refused[0].json()["type"].endswith("/insufficient-scope")
    assert before == dump(site.store)


def test_read_scope_of_media(site, sign_in):
    """A token to read gets media and neither adds, replaces nor deletes any."""
    site.collection("album", accept=("image/*",), private=True)
    client, image = sign_in(scopes=READ), {"content": b"GIF89a", "headers": GIF}
    edit = site.alice.post("/atom/album/", **image).headers["Location"]
    media = link(site.alice.get(edit).content, "edit-media")
    before = dump(site.store)
    assert b"GIF89a" == client.get(media).content
    refused = client.post("/atom/album/", **image), client.put(media, **image), client.delete(media)
    assert [403] * 3 == [answer.status_code for answer in refused]
    assert before == dump(site.store)


def test_scope_of_one_collection(site, sign_in):
    """A token for one collection writes there, and elsewhere is a reader of what is public."""
    client = sign_in(scopes={"diary": Scope.WRITE})
    draft, shown = site.made(entry("Kept", extra=DRAFT)), site.made(entry("Shown"))
    assert ["Shown"] == titles(client.get("/atom/blog/").content)
    assert [404, 200] == [client.get(url).status_code for url in (draft, shown)]
    assert 404 == site.put(draft, entry(), by=client).status_code
    refused = site.post(by=client), site.put(shown, entry(), by=client), client.delete(shown)
    assert [403] * 3 == [answer.status_code for answer in refused]
    assert all("insufficient_scope" in answer.headers["WWW-Authenticate"] for answer in refused)
    site.made(by=client, collection="diary")


def test_private_collections_out_of_scope(site, sign_in):
    """What a token does not reach is not there: it is not told apart from what does not exist."""
    client = sign_in("erin", {"blog": Scope.WRITE})
    hidden = site.made(collection="diary")
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert 404 == client.request(method, hidden).status_code
    answers = [site.post(by=client, collection=name) for name in ("diary", "none")]
    assert [404, 404] == [answer.status_code for answer in answers]
    assert ["Blog"] == collections(client)


def test_service_documents_of_one_account_differ(site, sign_in):
    """Two credentials that see different collections have different validators."""
    answers = [site.erin.get("/atom/"), sign_in("erin", {"blog": Scope.READ}).get("/atom/")]
    assert 2 == len({answer.headers["ETag"] for answer in answers})
    assert 2 == len({answer.content for answer in answers})


def test_unknown_tokens(site):
    """A Bearer token that is none is a 401 that says so, and challenges with Basic first."""
    expected = f'{PLAIN}, error="invalid_token"'
    for token in (new_token(), "alice-secret", "atp_", "x", "="):
        answer = site.client(Bearer(token)).get("/atom/")
        assert (401, expected) == challenge(answer)
        assert answer.json()["type"].endswith("/invalid-token")
    assert (401, PLAIN) == challenge(site.client(("alice", new_token())).get("/atom/"))


@pytest.mark.covers("APP-14-4", "HTTP-A-1", "HTTP-A-2")
def test_basic_comes_first(site):
    """A challenge offers Basic first, then Bearer, and WSSE only where it is on."""
    for client in (site.anon, site.client(("alice", "wrong"))):
        assert (401, PLAIN) == challenge(client.get("/atom/diary/"))


def test_a_token_belongs_to_its_user(site):
    """As a password, a token is good with the name of its own account only."""
    token = new_token()
    Tokens(site.store, sites.micros).add("alice", token, ALL)
    for name in ("bob", "Alice", "", "nobody"):
        assert 401 == site.client((name, token)).get("/atom/").status_code
    assert 200 == site.client(("alice", token)).get("/atom/").status_code


def test_names_in_other_forms(site):
    """The name before a token may be composed or not, as before a password."""
    site.accounts.add("ren\u00e9", Passwords(sites.CHEAP).hash("x"), None)
    token = new_token()
    Tokens(site.store, sites.micros).add("ren\u00e9", token, ALL)
    assert 200 == site.client(("rene\u0301", token)).get("/atom/").status_code


@pytest.mark.covers("HTTP-A-7")
@pytest.mark.parametrize("ended", ["revoked", "removed"])
def test_revocation(site, sign_in, ended):
    """A token that was revoked, or whose account is gone, fails at the very next request."""
    client = sign_in()
    assert 200 == client.get("/atom/diary/").status_code
    if ended == "removed":
        site.accounts.remove("alice")
    else:
        tokens = Tokens(site.store, sites.micros)
        tokens.revoke(tokens.list("alice")[0].id)
    assert [401] * 5 == [client.get("/atom/diary/").status_code for _ in range(5)]


def test_tokens_outlive_a_password(site, sign_in):
    """A changed password leaves tokens as they are: each is revoked by itself."""
    client = sign_in()
    site.accounts.set_password("alice", Passwords(sites.CHEAP).hash("another"))
    assert [200, 401] == [one.get("/atom/diary/").status_code for one in (client, site.alice)]


def test_expiry(timed_site, clock):
    """A token is good until it expires."""
    token = new_token()
    expires = clock.now + DAY * 1_000_000
    Tokens(timed_site.store, clock).add("alice", token, ALL, expires)
    client = timed_site.client(Bearer(token))
    clock.forward(DAY - 1)
    assert 200 == client.get("/atom/diary/").status_code
    clock.forward(1)
    assert 401 == client.get("/atom/diary/").status_code


def test_wsse_tokens_are_no_others(site):
    """A token made for WSSE is good neither as Bearer nor as a password."""
    token = new_token()
    Tokens(site.store, sites.micros).add("alice", token, ALL, wsse=True)
    for auth in (Bearer(token), ("alice", token)):
        assert 401 == site.client(auth).get("/atom/").status_code


class Refusing(argon2.PasswordHasher):
    """A hasher that must not be asked to verify anything."""

    def verify(self, *arguments):
        """Fail."""
        raise AssertionError("a token was tried as a password")


def test_tokens_are_never_tried_as_passwords(tmp_path):
    """Neither a right nor a wrong token costs a verification of a password."""
    settings = sites.settings_of(tmp_path)
    engine = open_engine(settings.database_url, create=True)
    sites.fill(engine)
    app = create_app(settings, engine=engine, passwords=Passwords(Refusing()))
    site = sites.Site(engine, sites.WSGI(app, "127.0.0.1"))
    token = new_token()
    Tokens(engine, sites.micros).add("alice", token, ALL)
    for auth, status in (
        (("alice", token), 200),
        (("alice", new_token()), 401),
        (("alice", "atp_x"), 401),
        (("nobody", new_token()), 401),
        (Bearer(token), 200),
        (Bearer(new_token()), 401),
    ):
        assert status == site.client(auth).get("/atom/").status_code
    site.close()
    engine.close()


@pytest.mark.covers("APP-14-5")
def test_tokens_in_clear_text(make_site):
    """Where a password may not travel, no token may."""
    site = make_site(peer="192.0.2.8")
    token = new_token()
    Tokens(site.store, sites.micros).add("alice", token, ALL)
    for auth in (Bearer(token), ("alice", token)):
        assert 403 == site.client(auth).get("/atom/").status_code


def test_authors_of_entries(site, sign_in):
    """What is published with a token is the account's: named so, and its own to edit later."""
    url = site.made(by=sign_in("bob"))
    assert ["bob"] == xpath(site.anon.get(url).content, "/a:entry/a:author/a:name/text()")
    assert 200 == site.put(url, entry("By hand"), by=site.bob).status_code
    assert 200 == site.put(url, entry("By token"), by=sign_in("erin")).status_code


def test_roles_that_changed(site, sign_in):
    """A token follows the roles of its account, up and down, within its scopes."""
    client = sign_in("rita", {"diary": Scope.WRITE})
    assert 403 == site.post(by=client, collection="diary").status_code
    site.accounts.grant("rita", "diary", Role.AUTHOR)
    assert 201 == site.post(by=client, collection="diary").status_code
