"""WSSE for old clients (APP-14-4): an option, with tokens made for it."""

import hashlib
import json
import subprocess
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from atompub.model import EVERYWHERE, Scope
from atompub.names import new_token
from atompub.store.opening import open_engine
from atompub.store.tokens import Tokens
from tests import sites
from tests.documents import entry
from tests.stores import START

ALL = {EVERYWHERE: Scope.WRITE}
PROFILE = 'WSSE profile="UsernameToken"'
CHALLENGES = (
    'Basic realm="atompub", charset="UTF-8", Bearer realm="atompub",'
    ' WSSE realm="atompub", profile="UsernameToken"'
)
BASIC_AND_BEARER = 'Basic realm="atompub", charset="UTF-8", Bearer realm="atompub"'
NOW = datetime.fromtimestamp(START / 1_000_000, UTC)
NONCE = bytes(range(20))
SCRIPT = Path(__file__).with_name("wsse.pl")

pytestmark = pytest.mark.covers("APP-14-4")


@pytest.fixture
def wsse(make_site, clock):
    """A site with WSSE on; alice has a WSSE token: `site.secret`."""
    site = make_site(now=clock, wsse="yes")
    site.secret = with_token(site.store, clock)
    return site


def with_token(engine, now, name="alice", scopes=ALL, **options):
    """Make a WSSE token."""
    secret = new_token()
    Tokens(engine, now).add(name, secret, scopes, wsse=True, **options)
    return secret


def fields(secret, name="alice", nonce=NONCE, created=NOW, *, hashed=None, sent=None):
    """The fields of a request; `hashed` and `sent` stand for the nonce where it is odd."""
    text = created if isinstance(created, str) else created.strftime("%Y-%m-%dT%H:%M:%SZ")
    material = (nonce if hashed is None else hashed) + f"{text}{secret}".encode()
    digest = b64encode(hashlib.sha1(material).digest()).decode()
    sent = b64encode(nonce).decode() if sent is None else sent
    token = (
        f'UsernameToken Username="{name}", PasswordDigest="{digest}", Nonce="{sent}",'
        f' Created="{text}"'
    )
    return {"Authorization": PROFILE, "X-WSSE": token.encode()}


def status(site, headers, url="/atom/diary/"):
    """The status of a GET with these fields."""
    return site.anon.get(url, headers=headers).status_code


def test_wsse(wsse):
    """With the option on, a right digest signs in."""
    answer = wsse.anon.get("/atom/diary/", headers=fields(wsse.secret))
    assert 200 == answer.status_code
    assert ["Authorization", "Accept-Encoding", "X-WSSE"] == answer.headers["Vary"].split(", ")


def test_base64_text_of_the_nonce(wsse):
    """Some clients hash the nonce as octets, some its base64 text: both are right."""
    text = b64encode(NONCE)
    assert 200 == status(wsse, fields(wsse.secret))
    assert 200 == status(wsse, fields(wsse.secret, nonce=b"n", hashed=b64encode(b"n")))
    assert 200 == status(wsse, fields(wsse.secret, hashed=b"no-base64!", sent="no-base64!"))
    assert 401 == status(wsse, fields(wsse.secret, hashed=text + b"\n", sent=text.decode()))


def test_replayed_nonce(wsse):
    """What was sent once is refused the second time, and so is its nonce in another request."""
    headers = fields(wsse.secret)
    assert [200, 401, 401] == [status(wsse, headers) for _ in range(3)]
    assert 401 == status(wsse, fields(wsse.secret, created=NOW + timedelta(seconds=1)))
    assert 200 == status(wsse, fields(wsse.secret, nonce=b"another"))


@pytest.mark.parametrize("nonce", [b"d41d8cd98f00b204", b64encode(NONCE)])
def test_replay_in_other_words(wsse, nonce):
    """A nonce that is itself base64 can be written in two ways; both are the one nonce."""
    written = b64encode(nonce).decode()
    octets, text = fields(wsse.secret, nonce=nonce), {}
    text = fields(wsse.secret, hashed=nonce, sent=nonce.decode())
    assert octets["X-WSSE"] != text["X-WSSE"]
    assert written in octets["X-WSSE"].decode()
    assert [200, 401] == [status(wsse, headers) for headers in (octets, text)]


def test_replay_on_another_node(wsse, clock):
    """A nonce that one node took is refused by all."""
    settings = sites.settings_of(Path(wsse.store._path).parent, wsse="yes")
    engine = open_engine(settings.database_url)
    app = sites.create_app(settings, engine=engine, now=clock)
    other = sites.Site(engine, sites.WSGI(app, "127.0.0.1"), now=clock)
    headers = fields(wsse.secret)
    assert [200, 401] == [status(site, headers) for site in (wsse, other)]
    other.close()
    engine.close()


def test_wrong_digests_spend_nothing(wsse):
    """Who does not know the secret cannot use up somebody's nonce."""
    assert 401 == status(wsse, fields("wrong"))
    assert 200 == status(wsse, fields(wsse.secret))


@pytest.mark.parametrize(
    ("seconds", "expected"), [(300, 200), (-300, 200), (301, 401), (-301, 401), (-86400, 401)]
)
def test_age(wsse, seconds, expected):
    """Created is within five minutes of the server's clock, either way."""
    assert expected == status(wsse, fields(wsse.secret, created=NOW + timedelta(seconds=seconds)))


def test_a_nonce_stays_spent(wsse, clock):
    """As long as a request is young enough its nonce is remembered, whatever came meanwhile."""
    ahead = fields(wsse.secret, created=NOW + timedelta(seconds=300))
    assert 200 == status(wsse, ahead)
    clock.forward(599)
    assert 200 == status(wsse, fields(wsse.secret, nonce=b"2", created=NOW + timedelta(0, 599)))
    assert 401 == status(wsse, ahead)


@pytest.mark.parametrize(
    "created",
    ["2023-11-14T22:13:20.5Z", "2023-11-14T23:13:20+01:00", "2023-11-14T22:13:20-00:00"],
)
def test_forms_of_created(wsse, created):
    """Created is any RFC 3339 date-time."""
    assert 200 == status(wsse, fields(wsse.secret, created=created))


@pytest.mark.parametrize("created", ["", "now", "2023-11-14", "2023-11-14T22:13:20", "12023"])
def test_unreadable_created(wsse, created):
    """A Created that is no date-time is refused."""
    assert 401 == status(wsse, fields(wsse.secret, created=created))


@pytest.mark.parametrize("name", ["bob", "Alice", "", "nobody"])
def test_another_name(wsse, name):
    """A secret is good with its own user's name only."""
    assert 401 == status(wsse, fields(wsse.secret, name=name))


def test_names_of_all_scripts(wsse, clock):
    """A user's name comes as UTF-8, composed or not, or as Latin-1."""
    wsse.accounts.add("ren\u00e9", "hash", None)
    secret = with_token(wsse.store, clock, "ren\u00e9")
    for nonce, name in ((b"1", "ren\u00e9"), (b"2", "rene\u0301")):
        assert 200 == status(wsse, fields(secret, name, nonce), "/atom/")
    headers = fields(secret, "ren\u00e9", b"3")
    headers["X-WSSE"] = headers["X-WSSE"].decode().encode("latin-1")
    assert 200 == status(wsse, headers, "/atom/")


def test_several_tokens(wsse, clock):
    """A user may have several WSSE tokens; each gives what its scopes allow."""
    secret = with_token(wsse.store, clock, scopes={"diary": Scope.READ})
    headers = {"Content-Type": "application/atom+xml;type=entry"}
    told = []
    for one, nonce in ((wsse.secret, b"1"), (secret, b"2")):
        signed = headers | fields(one, nonce=nonce)
        told.append(wsse.anon.post("/atom/diary/", content=entry(), headers=signed).status_code)
    assert [201, 403] == told


def test_revoked_tokens(wsse, clock):
    """A revoked token fails at the next request."""
    tokens = Tokens(wsse.store, clock)
    tokens.revoke(tokens.list()[0].id)
    assert 401 == status(wsse, fields(wsse.secret))


def test_expired_tokens(wsse, clock):
    """An expired token fails."""
    secret = with_token(wsse.store, clock, expires=clock.now + 1_000_000)
    assert 200 == status(wsse, fields(secret))
    clock.forward(1)
    assert 401 == status(wsse, fields(secret, nonce=b"2"))


def test_only_tokens_made_for_it(wsse, clock):
    """Neither a password nor another token is good for WSSE."""
    token = new_token()
    Tokens(wsse.store, clock).add("alice", token, ALL)
    for secret in ("alice-secret", token, ""):
        assert 401 == status(wsse, fields(secret))


@pytest.mark.parametrize(
    "field",
    [
        None,
        "",
        "UsernameToken",
        "UsernameToken Username=alice",
        'UsernameToken Username="alice"',
        'UsernameToken Username="alice", PasswordDigest="", Nonce="", Created=""',
        'UsernameToken Username="alice", PasswordDigest="!", Nonce="bg==", Created="x"',
        'Basic Username="alice", PasswordDigest="bg==", Nonce="bg==", Created="x"',
        b'UsernameToken Username="\xff", PasswordDigest="\xff", Nonce="\xff", Created="\xff"',
    ],
)
def test_broken_fields(wsse, field):
    """An X-WSSE that is none, or not there, is a 401 that says what it should be."""
    headers = {"Authorization": PROFILE} | ({} if field is None else {"X-WSSE": field})
    answer = wsse.anon.get("/atom/diary/", headers=headers)
    assert (401, CHALLENGES) == (answer.status_code, answer.headers["WWW-Authenticate"])
    assert "X-WSSE is not UsernameToken" in answer.json()["detail"]


def test_parts_in_other_order_and_case(wsse):
    """The parts of X-WSSE come in any order, with any spaces, their names in any case."""
    headers = fields(wsse.secret)
    parts = headers["X-WSSE"].decode().removeprefix("UsernameToken ").split(", ")
    other = " ,".join(part.replace("Nonce=", "nonce = ") for part in reversed(parts))
    headers["X-WSSE"] = f"usernametoken   {other}"
    assert 200 == status(wsse, headers)


def test_challenges(wsse):
    """With the option on a 401 offers WSSE too, after Basic and Bearer."""
    answer = wsse.anon.get("/atom/diary/")
    assert (401, CHALLENGES) == (answer.status_code, answer.headers["WWW-Authenticate"])


@pytest.mark.covers("HTTP-A-3")
def test_off_by_default(make_site, clock):
    """Without the option WSSE is a scheme that is not known: 401, with Basic first."""
    site = make_site(now=clock)
    answer = site.anon.get("/atom/blog/", headers=fields(with_token(site.store, clock)))
    expected = (401, BASIC_AND_BEARER)
    assert expected == (answer.status_code, answer.headers["WWW-Authenticate"])
    assert "X-WSSE" not in site.anon.get("/atom/blog/").headers["Vary"]


def test_x_wsse_alone_is_nobody(wsse):
    """X-WSSE counts together with `Authorization: WSSE` only; beside Basic, Basic counts."""
    headers = fields(wsse.secret)
    del headers["Authorization"]
    assert 401 == status(wsse, headers)
    assert 200 == wsse.bob.get("/atom/diary/", headers=headers).status_code


def test_failures_do_not_lock_out(wsse):
    """A client that tries WSSE with its password, each time, and then Basic, goes on for ever."""
    for _ in range(30):
        assert 401 == status(wsse, fields("alice-secret"))
        assert 200 == wsse.alice.get("/atom/diary/").status_code


@pytest.mark.covers("APP-14-5")
def test_clear_text(make_site, clock):
    """WSSE is no way round TLS."""
    site = make_site(now=clock, wsse="yes", peer="192.0.2.8")
    assert 403 == status(site, fields(with_token(site.store, clock)))


@pytest.fixture(scope="module", params=["yes", "no"])
def perl(request, tmp_path_factory):
    """What happened in sessions of Atompub::Client, with a WSSE token and with a password, on a
    server with WSSE on and on one without it."""
    folder = tmp_path_factory.mktemp("wsse") / "data"
    folder.mkdir()
    engine = sites.renew(folder)
    running = sites.Server(folder, env={"ATOMPUB_WSSE": request.param})
    secret = with_token(engine, sites.micros)
    done = {}
    for kind, password in (("token", secret), ("password", "alice-secret")):
        command = ["perl", SCRIPT, f"{running.base}/atom/", "Diary", "alice", password]
        ran = subprocess.run(command, check=False, capture_output=True, timeout=60)
        assert (0, "") == (ran.returncode, ran.stderr.decode())
        done[kind] = json.loads(ran.stdout)
    running.stop()
    engine.close()
    return request.param, done


@pytest.mark.foreign("perl", module="Atompub::Client")
def test_atompub_client(perl):
    """Debian's Atompub::Client, which speaks WSSE by itself, reads, creates, edits and deletes with
    a WSSE token where WSSE is on; with a password it does so everywhere, by Basic."""
    setting, done = perl
    signed_in = {"service": 200, "create": 201, "get": 200, "update": 200, "delete": 200}
    by_wsse = signed_in | {"scheme": "WSSE"}
    by_basic = signed_in | {"scheme": "Basic"}
    assert by_basic == done["password"]
    if setting == "yes":
        assert by_wsse == done["token"]
    else:
        assert 401 == done["token"]["service"]
