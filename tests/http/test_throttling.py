"""Failed logins, SEC-U-8: who fails too often waits, and nobody else does."""

import threading
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import argon2
import pytest
from falcon.testing import create_req

from atompub.app import create_app
from atompub.errors import TooManyRequests
from atompub.model import EVERYWHERE, Scope
from atompub.names import new_token
from atompub.store.opening import open_engine
from atompub.store.tokens import Tokens
from atompub.web.auth import PATIENCE_SECONDS, Passwords
from atompub.web.proxies import Networks, client_address, site_of
from atompub.web.throttle import ALLOWED, KEPT, PERIOD, Throttle, token_keys
from tests import sites

LOGIN, NAME, ADDRESS, TOKEN = (ALLOWED[kind] for kind in ("login", "name", "address", "token"))
PROXY = "192.0.2.1"
MINUTE = 60
pytestmark = pytest.mark.covers("SEC-U-8")


@pytest.fixture
def proxied(make_site, clock):
    """A site behind a proxy, so that a test can come from many addresses."""
    return make_site(now=clock, peer=PROXY, trusted_proxies=PROXY, allow_clear_text="yes")


def login(site, name="alice", password="wrong", address="198.51.100.1"):
    """The answer to a request with a password."""
    pair = b64encode(f"{name}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}", "X-Forwarded-For": address}
    return site.anon.get("/atom/diary/", headers=headers)


def statuses(answers):
    """The status codes of answers."""
    return [answer.status_code for answer in answers]


@pytest.mark.covers("HTTP-E-1", "HTTP-K-3")
def test_twenty_bad_logins(site):
    """Of twenty bad logins and one the last is refused by each worker, with a time to wait."""
    client = site.client(("alice", "wrong"))
    answers = [client.get("/atom/diary/") for _ in range(21)]
    assert [401] * LOGIN + [429] == statuses(answers)[:LOGIN] + statuses(answers[-1:])
    last = answers[-1]
    assert 1 <= int(last.headers["Retry-After"]) <= MINUTE
    assert "no-store" == last.headers["Cache-Control"]
    assert "WWW-Authenticate" not in last.headers
    problem = last.json()
    assert problem["type"].endswith("/too-many-requests")
    assert "too many logins failed; try again in" in problem["detail"]


def fields(answer):
    """The fields of an answer less the id of its request."""
    return [pair for pair in answer.headers.multi_items() if pair[0] != "x-request-id"]


def test_unknown_users_are_no_different(proxied):
    """A name that nobody has is answered in the same way as a wrong password, all along."""
    told = []
    for name in ("alice", "nobody"):
        answers = [login(proxied, name, address=f"198.51.100.{len(name)}") for _ in range(15)]
        told.append([(one.status_code, one.content, fields(one)) for one in answers])
    assert told[0] == told[1]
    assert [401] * LOGIN + [429] * 5 == [status for status, _, _ in told[0]]


def test_the_right_password_waits_too(proxied, clock):
    """Who guessed too often is not told when a guess was right; a while later it is taken."""
    for _ in range(LOGIN):
        login(proxied)
    refused = login(proxied, password="alice-secret")
    assert 429 == refused.status_code
    clock.forward(int(refused.headers["Retry-After"]) - 1)
    assert 429 == login(proxied, password="alice-secret").status_code
    clock.forward(1)
    assert 200 == login(proxied, password="alice-secret").status_code


def test_a_right_password_clears_nothing(proxied):
    """Who guesses from the same address as its victim gains nothing by its victim's logins."""
    answers = []
    for _ in range(LOGIN + 1):
        assert 200 == login(proxied, password="alice-secret").status_code
        answers.append(login(proxied))
    assert [401] * LOGIN + [429] == statuses(answers)


def test_failures_are_forgotten_one_by_one(proxied, clock):
    """Who waited for one more attempt has one more, and after the whole time has all."""
    for _ in range(LOGIN):
        login(proxied)
    clock.forward(MINUTE)
    assert [401, 429, 429] == statuses(login(proxied) for _ in range(3))
    clock.forward(PERIOD / 1_000_000)
    assert [401] * LOGIN + [429] == statuses(login(proxied) for _ in range(LOGIN + 1))


def test_refused_attempts_do_not_lengthen_the_wait(proxied, clock):
    """A program that never stops trying waits no longer than one that does."""
    for _ in range(LOGIN * 5):
        last = login(proxied)
    assert MINUTE == int(last.headers["Retry-After"])


def test_others_are_not_slowed(proxied):
    """Other users at that address and that user at others sign in as always."""
    for _ in range(LOGIN * 2):
        last = login(proxied)
    assert 429 == last.status_code
    assert 200 == login(proxied, "bob", "bob-secret").status_code
    assert 200 == login(proxied, password="alice-secret", address="198.51.100.2").status_code


def test_who_is_signed_in_stays_so(proxied):
    """A password that was right a while ago is taken, whatever others do with that name."""
    assert 200 == login(proxied, password="alice-secret").status_code
    for number in range(NAME):
        login(proxied, address=f"203.0.113.{number // LOGIN}")
        login(proxied)
    assert 429 == login(proxied, address="203.0.113.99").status_code
    assert 200 == login(proxied, password="alice-secret").status_code


def test_one_name_from_many_addresses(proxied):
    """A name is guarded also where each address tries it a few times only."""
    answers = [login(proxied, address=f"203.0.113.{number}") for number in range(NAME + 1)]
    assert [401] * NAME + [429] == statuses(answers)
    assert 200 == login(proxied, "bob", "bob-secret", "203.0.113.9").status_code


def test_many_names_from_one_address(proxied):
    """An address that tries one password with many names is stopped, and no other."""
    answers = [login(proxied, f"user-{number}") for number in range(ADDRESS + 1)]
    assert [401] * ADDRESS + [429] == statuses(answers)
    assert 200 == login(proxied, "bob", "bob-secret", "203.0.113.9").status_code


def test_names_in_other_forms_count_as_one(proxied):
    """A name is one name, composed or not."""
    forms = ("ren\u00e9", "rene\u0301") * LOGIN
    assert [401] * LOGIN + [429] * LOGIN == statuses(login(proxied, form) for form in forms)


def test_wrong_tokens(proxied, clock):
    """Wrong tokens are refused after a while too; neither right tokens nor passwords wait then."""
    token = new_token()
    Tokens(proxied.store, clock).add("alice", token, {EVERYWHERE: Scope.WRITE})
    wrong = [login(proxied, password=new_token()) for _ in range(TOKEN + 1)]
    assert [401] * TOKEN + [429] == statuses(wrong)
    assert 200 == login(proxied, password=token).status_code
    assert 200 == login(proxied, password="alice-secret").status_code
    headers = {"X-Forwarded-For": "198.51.100.1"}
    bearer = [
        proxied.anon.get("/atom/diary/", headers=headers | {"Authorization": f"Bearer {one}"})
        for one in (new_token(), token)
    ]
    assert [429, 200] == statuses(bearer)


def test_tokens_pass_where_passwords_wait(proxied, clock):
    """A program with a token of its own goes on while somebody guesses its user's password."""
    token = new_token()
    Tokens(proxied.store, clock).add("alice", token, {EVERYWHERE: Scope.WRITE})
    for _ in range(LOGIN + 1):
        last = login(proxied)
    assert 429 == last.status_code
    assert 200 == login(proxied, password=token).status_code


def test_unreadable_credentials_do_not_count(proxied):
    """What names no user guesses nothing."""
    headers = {"Authorization": "Basic !", "X-Forwarded-For": "198.51.100.1"}
    assert [401] * 60 == statuses(proxied.anon.get("/atom/", headers=headers) for _ in range(60))


def test_a_forged_address_is_no_way_round(make_site):
    """Who is no proxy of ours is counted by its own address, whatever it says of another."""
    site = make_site(peer=PROXY, allow_clear_text="yes")
    answers = [login(site, address=f"203.0.113.{number}") for number in range(LOGIN + 1)]
    assert 429 == answers[-1].status_code


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.1", "", "198.51.100.1"),
        ("198.51.100.1", "203.0.113.1", "198.51.100.1"),
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.1", "203.0.113.1"),
        ("192.0.2.1", "forged, 203.0.113.1", "203.0.113.1"),
        ("192.0.2.1", "203.0.113.2,203.0.113.1", "203.0.113.1"),
        ("192.0.2.1", "203.0.113.1, 192.0.2.2 , 192.0.2.3", "203.0.113.1"),
        ("192.0.2.1", "192.0.2.2", "192.0.2.2"),
        ("192.0.2.1", "unknown", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.1, unknown, 192.0.2.3", "192.0.2.3"),
        ("192.0.2.1", "203.0.113.1:4711", "192.0.2.1"),
        ("192.0.2.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("192.0.2.1", "::ffff:203.0.113.1", "203.0.113.1"),
        ("2001:db8::1", "", "2001:db8::/64"),
        ("2001:db8:ff::1", "203.0.113.1", "203.0.113.1"),
        ("", "203.0.113.1", ""),
    ],
)
def test_addresses(peer, forwarded, client):
    """The client is the peer, or the last hop before our proxies; of IPv6 its whole network."""
    proxies = Networks(("192.0.2.0/28", "2001:db8:ff::/48"))
    request = create_req(headers={"X-Forwarded-For": forwarded})
    request.env["REMOTE_ADDR"] = peer
    assert client == site_of(client_address(request, proxies))


def test_memory_is_bounded(clock):
    """However many names and addresses fail, a bounded number is remembered, the latest ones."""
    throttle, first, last = Throttle(clock), token_keys("first"), token_keys("last")
    for keys in (first, last):
        for _ in range(TOKEN):
            throttle.count(keys)
    for number in range(KEPT - 1):
        throttle.count(token_keys(str(number)))
    throttle.check(first)
    with pytest.raises(TooManyRequests):
        throttle.check(last)


def test_long_names_are_cut(proxied):
    """A name of any length takes no more memory than the longest that a user can have."""
    assert [401] * LOGIN + [429] == statuses(
        login(proxied, "x" * (66 + number)) for number in range(LOGIN + 1)
    )


def test_a_clock_that_was_set_back(clock):
    """After the clock went back nobody waits longer than before."""
    throttle = Throttle(clock)
    keys = token_keys("198.51.100.1")
    for _ in range(TOKEN):
        throttle.count(keys)
    clock.forward(-365 * 24 * 3600)
    with pytest.raises(TooManyRequests) as refused:
        throttle.check(keys)
    assert MINUTE == refused.value.retry_after
    throttle.count(keys)
    with pytest.raises(TooManyRequests) as refused:
        throttle.check(keys)
    assert MINUTE == refused.value.retry_after


class Gated(argon2.PasswordHasher):
    """A hasher that verifies when its gate is open, and tells who waits there."""

    def __init__(self):
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.open, self.arrived = threading.Event(), threading.Semaphore(0)

    def verify(self, *arguments):
        """As usual, once the gate is open."""
        self.arrived.release()
        assert self.open.wait(20)
        return super().verify(*arguments)


@pytest.fixture
def gated(tmp_path, clock):
    """A site like `proxied`, whose passwords are verified at `site.gate`."""
    options = {"trusted_proxies": PROXY, "allow_clear_text": "yes"}
    settings, gate = sites.settings_of(tmp_path, **options), Gated()
    engine = open_engine(settings.database_url, create=True)
    sites.fill(engine, clock)
    app = create_app(settings, engine=engine, passwords=Passwords(gate), now=clock)
    site = sites.Site(engine, sites.WSGI(app, PROXY), now=clock)
    site.gate = gate
    yield site
    site.close()
    engine.close()


@contextmanager
def two_at_the_gate(site):
    """While alice and bob are being verified; both are right in the end."""
    site.gate.open.clear()
    with ThreadPoolExecutor() as pool:
        first = [pool.submit(login, site, name, f"{name}-secret") for name in ("alice", "bob")]
        try:
            assert [site.gate.arrived.acquire(timeout=20) for _ in first] == [True, True]
            yield
        finally:
            site.gate.open.set()
        assert [200, 200] == [one.result(20).status_code for one in first]


@pytest.mark.covers("HTTP-E-1")
def test_few_passwords_are_verified_at_once(gated):
    """Two passwords are verified at once; a third waits for a moment, then it may come again.
    Who needs no verification goes on meanwhile."""
    with two_at_the_gate(gated):
        assert 200 == gated.anon.get("/atom/blog/").status_code
        refused = login(gated, "erin", "erin-secret")
    assert (429, "1") == (refused.status_code, refused.headers["Retry-After"])
    assert 200 == login(gated, "erin", "erin-secret").status_code


def test_a_turn_comes(gated):
    """Who waits for a verification to end is verified next."""
    with ThreadPoolExecutor() as pool:
        with two_at_the_gate(gated):
            third = pool.submit(login, gated, "erin", "erin-secret")
        assert 200 == third.result(20).status_code


def test_nobody_waits_in_a_flood(gated):
    """Where very many logins fail, from anywhere, none waits for its turn and blocks a thread."""
    gated.gate.open.set()
    for number in range(ALLOWED["everyone"]):
        answer = login(gated, f"user-{number}", address=f"203.0.113.{number}")
        assert 401 == answer.status_code
        assert gated.gate.arrived.acquire(timeout=20)
    with two_at_the_gate(gated):
        start = time.monotonic()
        assert 429 == login(gated, "erin", "erin-secret").status_code
        assert time.monotonic() - start < PATIENCE_SECONDS / 2
