"""Where passwords may travel (APP-14-5)."""

import pytest

from tests.documents import ENTRY, entry
from tests.stores import dump

SITE = "https://example.org"
PROXY, STRANGER = "192.0.2.7", "192.0.2.8"
FORWARDED = {"X-Forwarded-Proto": "https"}

pytestmark = pytest.mark.covers("APP-14-5")


def read(site, **headers):
    """The answer to a GET of the service document with credentials."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.alice.get("/atom/", headers=named)


def assert_refused(answer):
    """It is a 403 that explains itself and does not ask for the password again."""
    assert 403 == answer.status_code
    assert "WWW-Authenticate" not in answer.headers
    assert "TLS" in answer.json()["detail"]


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:80"])
@pytest.mark.parametrize("peer", ["127.0.0.1", "::1"])
def test_loopback(make_site, base, peer):
    """Without BASE_URL passwords pass between programs of one machine."""
    assert 200 == read(make_site(base=base, peer=peer)).status_code


def test_another_machine(make_site):
    """Without BASE_URL passwords from another machine are refused, right ones and wrong ones."""
    site = make_site(peer=STRANGER)
    assert_refused(read(site))
    assert_refused(site.client(("alice", "wrong")).get("/atom/"))


def test_another_host(make_site):
    """Without BASE_URL a request that names another host than this machine is not for us."""
    assert 421 == read(make_site(base="http://example.org")).status_code


def test_loopback_with_base_url(make_site):
    """With BASE_URL a peer on loopback may be a proxy, whose own side may be in clear text."""
    base = "http://127.0.0.1:8000"
    assert_refused(read(make_site(base_url=base, base=base)))


def test_own_tls(make_site):
    """With BASE_URL passwords pass on the server's own TLS."""
    assert 200 == read(make_site(base_url=SITE, base=SITE, peer=STRANGER)).status_code


@pytest.mark.parametrize(
    ("peer", "trusted", "declared", "passes"),
    [
        (PROXY, PROXY, "https", True),
        (PROXY, "192.0.2.0/29", "HTTPS", True),
        (PROXY, f"198.51.100.1, {PROXY}", "https", True),
        (PROXY, PROXY, "http", False),
        (PROXY, PROXY, "https, http", False),
        (STRANGER, PROXY, "https", False),
        (STRANGER, "192.0.2.0/29", "https", False),
        (PROXY, "", "https", False),
        ("127.0.0.1", "", "https", False),
        ("127.0.0.1", "127.0.0.1", "https", True),
    ],
)
def test_proxies(make_site, peer, trusted, declared, passes):
    """With BASE_URL a trusted proxy, and nobody else, may declare that its side was secure."""
    site = make_site(
        base_url=SITE, base="http://example.org:443", peer=peer, trusted_proxies=trusted
    )
    answer = read(site, X_Forwarded_Proto=declared)
    if passes:
        assert 200 == answer.status_code
    else:
        assert_refused(answer)


@pytest.mark.parametrize("field", ["X-Forwarded-Ssl", "X-Forwarded-Protocol"])
def test_other_fields(make_site, field):
    """No other field declares it, though the server below may believe it and say https."""
    site = make_site(base_url=SITE, base=SITE, peer=STRANGER)
    assert_refused(read(site, **{field: "on" if field.endswith("Ssl") else "ssl"}))


@pytest.mark.parametrize(
    "headers", [{}, {"X-Forwarded-Ssl": "on"}, {"Forwarded": "proto=https"}], ids=str
)
def test_silent_proxy(make_site, headers):
    """A trusted proxy that does not declare it in the one way is taken for clear text."""
    site = make_site(base_url=SITE, base="http://example.org", peer=PROXY, trusted_proxies=PROXY)
    assert_refused(site.alice.get("/atom/", headers=headers))


def test_unknown_peer(make_site):
    """Where nobody knows the peer's address, as on a socket of files, nothing is assumed."""
    assert_refused(read(make_site(peer="")))


def test_refused_writes(make_site):
    """A write that is refused for its clear text changes nothing."""
    site = make_site(peer=STRANGER)
    before = dump(site.store)
    headers = {"Content-Type": ENTRY}
    assert_refused(site.alice.post("/atom/blog/", content=entry(), headers=headers))
    assert before == dump(site.store)


def test_the_server_believes_nobody(site):
    """The server below takes no field of a request for TLS, not even from loopback."""
    for name, value in (("Proto", "https"), ("Protocol", "ssl"), ("Ssl", "on")):
        answer = site.alice.get("/atom/", headers={f"X-Forwarded-{name}": value})
        assert (200, False) == (answer.status_code, "https://" in answer.text)


@pytest.mark.parametrize("base_url", ["", "http://127.0.0.1:8000"])
def test_allow_clear_text(make_site, base_url):
    """ALLOW_CLEAR_TEXT lets passwords pass, wherever they come from."""
    site = make_site(base_url=base_url, peer=STRANGER, allow_clear_text="yes")
    assert 200 == read(site).status_code


def test_readers_pass(make_site):
    """Who sends no password may read in clear text."""
    site = make_site(peer=STRANGER)
    for address in ("/atom/", "/atom/blog/", "/", "/blog/", "/blog/feed.atom"):
        assert 200 == site.anon.get(address).status_code


@pytest.mark.parametrize(("method", "url"), [("POST", "/atom/blog/"), ("GET", "/atom/diary/")])
def test_no_challenge(make_site, method, url):
    """Where no password may travel, none is asked for."""
    site = make_site(peer=STRANGER)
    body = entry() if method == "POST" else None
    assert_refused(site.anon.request(method, url, content=body))
