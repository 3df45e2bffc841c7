"""Who is asking: HTTP Basic, RFC 7617 and RFC 9110 section 11."""

import re
import time
from base64 import b64encode
from itertools import pairwise

import argon2
import pytest

from atompub.web.auth import Passwords
from tests.documents import DRAFT, ENTRY, entry, titles
from tests.sites import CHEAP
from tests.stores import Clock, dump

CHALLENGE = re.compile(
    r'Basic realm="([^"]+)", charset="UTF-8", Bearer realm="\1"(, error="invalid_token")?'
)
LAUGHS = (
    '<!DOCTYPE entry [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghij"))
    + "]><entry>&j;</entry>"
).encode()


def basic(octets):
    """An Authorization header of these octets."""
    return {"Authorization": f"Basic {b64encode(octets).decode()}"}


def challenges(answer):
    """The realms of an answer's challenges; asserts that each is of the one form."""
    fields = answer.headers.get_list("WWW-Authenticate")
    return [CHALLENGE.fullmatch(field)[1] for field in fields]


@pytest.mark.covers("APP-14-2", "APP-14-3", "HTTP-A-1", "HTTP-A-2")
def test_writes_need_a_name(shared_site):
    """Whatever an anonymous client would write is a 401 with a challenge, and no redirect."""
    url = shared_site.made()
    before = dump(shared_site.store)
    headers = {"Content-Type": ENTRY}
    answers = [
        shared_site.anon.post("/atom/blog/", content=entry(), headers=headers),
        shared_site.anon.post("/atom/blog", content=entry(), headers=headers),
        shared_site.anon.post("/atom/diary/", content=entry(), headers=headers),
        shared_site.anon.post("/atom/none/", content=entry(), headers=headers),
        shared_site.anon.put(url, content=entry(), headers=headers),
        shared_site.anon.put("/atom/blog/none", content=entry(), headers=headers),
        shared_site.anon.delete(url),
        shared_site.anon.delete("/atom/blog/none"),
    ]
    assert [(401, 1)] * 8 == [(one.status_code, len(challenges(one))) for one in answers]
    assert 1 == len({realm for one in answers for realm in challenges(one)})
    assert before == dump(shared_site.store)


@pytest.mark.covers("HTTP-A-1", "HTTP-A-2", "HTTP-A-3")
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("url", ["/atom/", "/atom/blog/", "/atom/diary/", "/atom/blog/none"])
def test_wrong_password(site, method, url):
    """A wrong password is a 401 with a challenge, also where none would have been needed."""
    answer = site.client(("alice", "wrong")).request(method, url)
    assert (401, 1) == (answer.status_code, len(challenges(answer)))


@pytest.mark.covers("HTTP-A-3", "HTTP-A-5", "HTTP-A-1")
@pytest.mark.parametrize(
    "authorization",
    [
        basic(b"nobody:alice-secret"),
        basic(b"Alice:alice-secret"),
        basic(b"alice:"),
        basic(b":alice-secret"),
        basic(b":"),
        basic(b"alice"),
        basic(b"alice:alice-secret\n"),
        basic(b"alice:alice\0secret"),
        basic(b"al\x7fice:alice-secret"),
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!!"},
        {"Authorization": "Basic YWxpY2U6YWxpY2Utc2VjcmV"},
        {"Authorization": b"Basic \xe9\xe9\xe9\xe9"},
        {"Authorization": ""},
        {"Authorization": "Bearer alice-secret"},
        {"Authorization": 'WSSE profile="UsernameToken"'},
        {"Authorization": 'Digest username="alice", realm="atompub"'},
        {"Authorization": "Negotiate YWxpY2U6YWxpY2Utc2VjcmV0"},
    ],
    ids=lambda headers: repr(headers["Authorization"]),
)
def test_useless_credentials(site, authorization):
    """Unknown names, other schemes and unreadable credentials are a 401 with a challenge."""
    answer = site.anon.get("/atom/blog/", headers=authorization)
    assert (401, 1) == (answer.status_code, len(challenges(answer)))


@pytest.mark.covers("HTTP-A-3", "APP-14-3")
def test_known_but_not_allowed(shared_site):
    """A known account without the right is a 403, and is not asked for a password again."""
    answer = shared_site.post(by=shared_site.rita)
    assert (403, []) == (answer.status_code, challenges(answer))


@pytest.mark.covers("HTTP-A-5")
@pytest.mark.parametrize(
    ("name", "password", "octets"),
    [
        ("carl", "a:b£", "carl:a:b£".encode()),
        ("carl", "a:b£", "carl:a:b£".encode("latin-1")),
        ("carl", ":", b"carl::"),
        ("carl", "tr\u00e9s", "carl:tre\u0301s".encode()),
        ("carl", "日記", "carl:日記".encode()),
        ("ren\u00e9", "secret", "rene\u0301:secret".encode()),
        ("ren\u00e9", "secret", "ren\u00e9:secret".encode("latin-1")),
    ],
)
def test_credentials(site, name, password, octets):
    """Credentials part at the first colon and are UTF-8, else Latin-1, composed or not."""
    site.accounts.add(name, Passwords(CHEAP).hash(password), None)
    assert 200 == site.anon.get("/atom/", headers=basic(octets)).status_code


@pytest.mark.covers("HTTP-A-5")
@pytest.mark.parametrize("password", ["se\ncret", "secret\0", "\x7fsecret", "secret\r"])
def test_control_characters(make_site, password):
    """Credentials with control characters are refused, even where they are the right ones."""
    site = make_site()
    site.accounts.add("carl", Passwords(CHEAP).hash(password), None)
    answer = site.anon.get("/atom/", headers=basic(f"carl:{password}".encode()))
    assert 401 == answer.status_code


@pytest.mark.covers("HTTP-A-5")
@pytest.mark.parametrize("scheme", ["basic ", "BASIC ", "Basic   "])
def test_scheme(shared_site, scheme):
    """The name of the scheme may be in any case, with any spaces after it."""
    credentials = basic(b"alice:alice-secret")["Authorization"].removeprefix("Basic ")
    answer = shared_site.anon.get("/atom/diary/", headers={"Authorization": scheme + credentials})
    assert 200 == answer.status_code


@pytest.mark.covers("HTTP-A-6")
@pytest.mark.parametrize("url", ["/atom/blog/", "/atom/diary/", "/atom/none/"])
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (LAUGHS, {"Content-Type": ENTRY}),
        (b"x" * 3_000_000, {"Content-Type": ENTRY}),
        (b"", {}),
        (b"GIF", {"Content-Type": "image/gif"}),
        (b"\x1f\x8b", {"Content-Type": ENTRY, "Content-Encoding": "gzip"}),
        (entry(), {"Content-Type": ENTRY, "Idempotency-Key": "no key" * 50}),
    ],
    ids=["bomb", "huge", "none", "type", "coding", "key"],
)
def test_names_before_bodies(shared_site, url, body, headers):
    """An anonymous write is a 401 whatever its body is, at once and the same everywhere."""
    start = time.monotonic()
    answer = shared_site.anon.post(url, content=body, headers=headers)
    assert (401, "sign in") == (answer.status_code, answer.json()["detail"][:7])
    assert time.monotonic() - start < 0.5


@pytest.mark.covers("HTTP-A-6")
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_what_is_there_is_no_secret_told(shared_site, method):
    """An anonymous client cannot tell what is hidden from what is not there at all."""
    shared_site.made(collection="diary", slug="hidden")
    shared_site.made(entry(extra=DRAFT), slug="draft")
    urls = ("/atom/blog/none", "/atom/blog/draft", "/atom/diary/hidden", "/atom/none/hidden")
    answers = [shared_site.anon.request(method, url) for url in urls]
    told = {(one.status_code, one.content, one.headers["WWW-Authenticate"]) for one in answers}
    assert 1 == len(told)
    assert 401 == answers[0].status_code


@pytest.mark.covers("HTTP-A-7")
@pytest.mark.parametrize("change", ["password", "removal"])
def test_revocation(site, change):
    """A password that was changed, or an account removed, fails at the very next request."""
    assert 200 == site.bob.get("/atom/diary/").status_code
    if change == "password":
        site.accounts.set_password("bob", Passwords(CHEAP).hash("another"))
    else:
        site.accounts.remove("bob")
    assert [401] * 5 == [site.bob.get("/atom/diary/").status_code for _ in range(5)]


@pytest.mark.covers("HTTP-A-7")
def test_changed_grants(site):
    """A role that was given or taken away holds at the very next request."""
    assert 200 == site.rita.get("/atom/diary/").status_code
    site.accounts.grant("rita", "diary", None)
    assert [404] * 5 == [site.rita.get("/atom/diary/").status_code for _ in range(5)]


class Counting(argon2.PasswordHasher):
    """A hasher that counts how often it verified."""

    def __init__(self):
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0

    def verify(self, *arguments):
        """As usual, counted."""
        self.verified += 1
        return super().verify(*arguments)


@pytest.fixture
def hasher():
    """A hasher that counts."""
    return Counting()


@pytest.mark.covers("HTTP-A-7")
def test_right_passwords_are_remembered(hasher):
    """A right password is verified once, and again when it was not used for ten minutes."""
    clock = Clock(0)
    passwords = Passwords(hasher, lambda: clock() / 1_000_000)
    stored = passwords.hash("right")
    worked = []
    for seconds in (0, 599, 599, 600):
        clock.forward(seconds)
        assert passwords.is_right(stored, "right")
        worked.append(hasher.verified)
    assert [1, 1, 1, 2] == worked


@pytest.mark.covers("HTTP-A-7")
@pytest.mark.parametrize("stored", ["known", None])
def test_wrong_passwords_cost_the_same(hasher, stored):
    """A wrong password and an unknown name cost one verification each time."""
    passwords = Passwords(hasher)
    hashed = stored and passwords.hash("right")
    assert [False] * 3 == [passwords.is_right(hashed, "wrong") for _ in range(3)]
    assert 3 == hasher.verified


@pytest.mark.covers("HTTP-A-7")
def test_hashes():
    """Passwords are kept as argon2id, salted, and slow enough to guess."""
    passwords = Passwords()
    one, other = passwords.hash("secret"), passwords.hash("secret")
    assert one != other
    assert [argon2.Type.ID] * 2 == [argon2.extract_parameters(one).type for one in (one, other)]
    assert argon2.extract_parameters(one).memory_cost >= 19 * 1024


@pytest.mark.covers("HTTP-K-1")
@pytest.mark.parametrize("authorization", [basic(b"admin:admin-secret"), basic(b"admin:wrong")])
def test_readers_door_knows_nobody(site, authorization):
    """What readers get is the same with and without a password, even a wrong one."""
    site.collection("atomic")
    site.made(entry("Shown"), collection="atomic", slug="shown")
    site.made(entry("Kept", extra=DRAFT), collection="atomic")
    for url in ("/", "/atomic/", "/atomic/feed.atom", "/atomic/shown", "/diary/", "/none"):
        plain, named = site.anon.get(url), site.anon.get(url, headers=authorization)
        assert (plain.status_code, plain.content) == (named.status_code, named.content)
    assert ["Shown"] == titles(site.anon.get("/atomic/feed.atom", headers=authorization).content)
