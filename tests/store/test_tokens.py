"""Tokens: what they allow, how long, and what the store knows of them."""

import hashlib

import pytest

from atompub.errors import NotFound, Taken
from atompub.model import EVERYWHERE, Role, Scope
from atompub.names import new_token
from atompub.store.tokens import Tokens
from tests.store.content import together

DAY = 24 * 3600
ALL = {EVERYWHERE: Scope.WRITE}
SECRET = "atp_secret"


@pytest.fixture
def tokens(store):
    """The tokens of a store with the users alice, an author, and bob, who has a role in blog."""
    store.accounts.add("alice", "hash", Role.AUTHOR)
    store.accounts.add("bob", "hash", None)
    store.accounts.grant("bob", "blog", Role.READER)
    return Tokens(store.engine, store.now)


def test_new_tokens():
    """A token is recognisable, random, and holds 256 bits."""
    made = {new_token() for _ in range(100)}
    assert 100 == len(made)
    assert {("atp_", 43)} == {(one[:4], len(one) - 4) for one in made}


def test_a_token_finds_its_account(store, tokens):
    """A token gives the account with its roles and grants, and its own id and scopes."""
    store.collection("film")
    store.accounts.grant("bob", "film", Role.EDITOR)
    for name in ("alice", "bob"):
        made = tokens.add(name, f"{SECRET} of {name}", ALL)
        account, found = store.accounts.get(name), tokens.account(f"{SECRET} of {name}")
        assert (made.id, ALL) == (found.token, found.scopes)
        whole = (account.id, account.name, account.role, account.grants)
        assert whole == (found.id, found.name, found.role, found.grants)


def test_only_a_digest_is_kept(store, tokens):
    """No row of the store holds the token; what it holds is its SHA-256."""
    tokens.add("alice", SECRET, ALL)
    rows = repr(store.dump())
    assert SECRET not in rows
    assert hashlib.sha256(SECRET.encode()).hexdigest() in rows


@pytest.mark.parametrize("secret", ["", "atp_", "atp_secre", "ATP_SECRET", "secret", "é\0"])
def test_unknown_tokens(tokens, secret):
    """What is no token of anybody is NotFound."""
    tokens.add("alice", SECRET, ALL)
    with pytest.raises(NotFound):
        tokens.account(secret)


def test_expiry(clock, tokens):
    """A token holds until the instant it expires at, and is listed after that too."""
    made = tokens.add("alice", SECRET, ALL, clock.now + DAY * 1_000_000)
    clock.forward(DAY - 0.000_001)
    assert "alice" == tokens.account(SECRET).name
    clock.forward(0.000_001)
    with pytest.raises(NotFound):
        tokens.account(SECRET)
    assert (made,) == tokens.list()


@pytest.mark.parametrize("wsse", [False, True])
def test_revoked_tokens_fail_on_every_node(tokens, open_another, clock, wsse):
    """Whoever revokes a token, from then on no node finds it."""
    other = Tokens(open_another(), clock)
    made, kept = (tokens.add("alice", f"{SECRET} {n}", ALL, wsse=wsse) for n in range(2))
    assert made == other.revoke(made.id)
    assert (kept,) == tokens.list()
    found = [secret for _, secret in tokens.for_wsse("alice")]
    assert ([f"{SECRET} 1"] if wsse else []) == found
    with pytest.raises(NotFound):
        tokens.account(f"{SECRET} 0")
    with pytest.raises(NotFound):
        tokens.revoke(made.id)


@pytest.mark.parametrize("wsse", [False, True])
def test_tokens_go_with_their_account(store, tokens, wsse):
    """A removed account takes its tokens along, and a new one of its name has none."""
    made = tokens.add("alice", SECRET, ALL, wsse=wsse)
    tokens.spend(made.id, b"nonce", store.now())
    kept = tokens.add("bob", f"{SECRET} of bob", ALL)
    store.accounts.remove("alice")
    assert ([], [(kept.id,)]) == (
        store.query("SELECT * FROM nonce"),
        store.query("SELECT id FROM token"),
    )
    store.accounts.add("alice", "hash", Role.ADMIN)
    assert () == tokens.list("alice") == tokens.for_wsse("alice")
    with pytest.raises(NotFound):
        tokens.account(SECRET)


@pytest.mark.parametrize(
    ("scopes", "blog", "film"),
    [
        (ALL, Scope.WRITE, Scope.WRITE),
        ({EVERYWHERE: Scope.READ}, Scope.READ, Scope.READ),
        ({"blog": Scope.WRITE}, Scope.WRITE, None),
        ({"blog": Scope.READ, "film": Scope.WRITE}, Scope.READ, Scope.WRITE),
        ({EVERYWHERE: Scope.READ, "film": Scope.WRITE}, Scope.READ, Scope.WRITE),
        ({EVERYWHERE: Scope.WRITE, "film": Scope.READ}, Scope.WRITE, Scope.WRITE),
    ],
)
def test_scopes(store, tokens, scopes, blog, film):
    """In each collection the widest scope that names it holds, and without one there is no role."""
    film_row = store.collection("film")
    tokens.add("alice", SECRET, scopes)
    account = tokens.account(SECRET)
    assert (blog, film) == (account.scope_in(store.blog), account.scope_in(film_row))
    roles = account.role_in(store.blog), account.role_in(film_row)
    assert roles == (blog and Role.AUTHOR, film and Role.AUTHOR)
    assert scopes == tokens.list()[0].scopes


def test_scopes_do_not_reach_a_later_collection(store, tokens):
    """A scope ends with its collection: one that is made anew under its name is another."""
    made = tokens.add("alice", SECRET, {"blog": Scope.WRITE})
    store.collections.remove("blog")
    renewed = store.collection("blog")
    account = tokens.account(SECRET)
    assert (None, None) == (account.scope_in(renewed), account.role_in(renewed))
    assert [(made.id, {})] == [(one.id, one.scopes) for one in tokens.list()]


@pytest.mark.parametrize(
    ("name", "scopes", "message"),
    [("carol", ALL, "no user 'carol'"), ("alice", {"film": Scope.READ}, "no collection 'film'")],
)
def test_refused_tokens(store, tokens, name, scopes, message):
    """A user or a collection that is not there is NotFound, and no token is made."""
    before = store.dump()
    with pytest.raises(NotFound, match=message):
        tokens.add(name, SECRET, scopes)
    assert before == store.dump()


def test_listing(store, tokens, clock):
    """Tokens are listed the oldest first, of all users or of one, whose name may be decomposed."""
    store.accounts.add("ren\u00e9", "hash", None)
    made = []
    for name in ("bob", "ren\u00e9", "alice", "bob"):
        clock.forward(1)
        made.append(tokens.add(name, new_token(), ALL))
    assert tuple(made) == tokens.list()
    assert (made[0], made[3]) == tokens.list("bob")
    assert (made[1],) == tokens.list("rene\u0301")
    with pytest.raises(NotFound):
        tokens.list("carol")


def test_wsse_tokens_are_for_wsse_only(tokens, clock):
    """A WSSE token is readable and no other is; nobody signs in with it as a token."""
    tokens.add("alice", SECRET, ALL)
    tokens.add("alice", f"{SECRET} ended", ALL, clock.now + 1, wsse=True)
    made = tokens.add("alice", f"{SECRET} for WSSE", {"blog": Scope.READ}, wsse=True)
    tokens.add("bob", f"{SECRET} of bob", ALL, wsse=True)
    clock.forward(1)
    ((account, secret),) = tokens.for_wsse("alice")
    assert f"{SECRET} for WSSE" == secret
    assert ("alice", made.id, [Scope.READ]) == (
        account.name,
        account.token,
        list(account.scopes.values()),
    )
    assert () == tokens.for_wsse("carol")
    with pytest.raises(NotFound):
        tokens.account(f"{SECRET} for WSSE")


def test_a_nonce_is_good_once(tokens, clock, open_another):
    """A nonce of a token is spent once, on whichever node; another's nonce is another one."""
    other = Tokens(open_another(), clock)
    until = clock.now + 1_000_000
    tokens.spend("one", b"nonce", until)
    tokens.spend("one", b"another", until)
    other.spend("two", b"nonce", until)
    for node in (tokens, other):
        with pytest.raises(Taken):
            node.spend("one", b"nonce", until)


def test_one_nonce_from_many_sides(clock, tokens, open_another):
    """Of many who spend one nonce at the same time one succeeds."""

    def spend():
        try:
            Tokens(open_another(), clock).spend("one", b"nonce", clock.now)
        except Taken:
            return False
        return True

    assert [False] * 7 + [True] == sorted(together(*[spend] * 8))


def test_nonces_are_thrown_away(store, tokens, clock):
    """The next nonce clears those whose time is over, so that they never pile up."""
    for number in range(3):
        tokens.spend("one", b"%d" % number, clock.now + number)
    clock.now += 2
    tokens.spend("one", b"new", clock.now)
    digests = {hashlib.sha256(one).hexdigest() for one in (b"2", b"new")}
    assert digests == {digest for (digest,) in store.query("SELECT digest FROM nonce")}
