"""Tokens: made, listed and revoked."""

import json
import re
import sqlite3
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests import sites

MINUTE = timedelta(minutes=1)


@pytest.fixture
def with_users(store):
    """A store with the users alice, an author, and bob."""
    store.done("user", "add", "alice", "--role", "author")
    store.done("user", "add", "bob")
    return store


def made(store, *arguments, **options):
    """Create a token; its id and what it is, which the output tells once."""
    first, second = store.done("token", "create", *arguments, **options).splitlines()[:2]
    return re.fullmatch(r"created the token (\w+) of .+", first)[1], second.removeprefix("token: ")


def listed(store, *arguments):
    """The tokens as the command lists them for programs, by id."""
    found = json.loads(store.done("token", "list", *arguments, "--json"))
    return {one.pop("id"): one for one in found}


def test_a_token_is_shown_once(with_users):
    """`token create` prints a token of the user, which nothing shows again."""
    identity, token = made(with_users, "alice")
    assert re.fullmatch(r"atp_[A-Za-z0-9_-]{43}", token)
    (row,) = listed(with_users).items()
    created = datetime.fromisoformat(row[1].pop("created"))
    assert abs(datetime.now(UTC) - created) < MINUTE
    expected = {"user": "alice", "scopes": ["write"], "expires": None, "wsse": False}
    assert (identity, expected) == row
    assert token not in with_users.done("token", "list")
    with sqlite3.connect(with_users.data / "atompub.db") as database:
        assert token not in "\n".join(database.iterdump())


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (["read"], ["read"]),
        (["write"], ["write"]),
        (["read:blog"], ["read:blog"]),
        (["read", "write:blog", "read:photos"], ["read", "write:blog", "read:photos"]),
        (["write:blog", "read:blog", "write:blog"], ["write:blog"]),
    ],
)
def test_scopes(with_users, scopes, expected):
    """`--scope` says what a token allows, in one collection or everywhere, the wider one."""
    options = [word for scope in scopes for word in ("--scope", scope)]
    identity, _ = made(with_users, "alice", *options)
    assert expected == listed(with_users)[identity]["scopes"]


@pytest.mark.parametrize(
    ("expires", "span"), [("90d", timedelta(days=90)), ("12h", timedelta(hours=12))]
)
def test_expiry_from_now(with_users, expires, span):
    """`--expires` takes days and hours from now."""
    identity, _ = made(with_users, "alice", "--expires", expires)
    ends = datetime.fromisoformat(listed(with_users)[identity]["expires"])
    assert abs(datetime.now(UTC) + span - ends) < MINUTE


def test_expiry_on_a_day(with_users):
    """`--expires` takes a day, at whose beginning in UTC the token ends."""
    identity, _ = made(with_users, "alice", "--expires", "2999-12-31")
    assert "2999-12-31T00:00:00Z" == listed(with_users)[identity]["expires"]


@pytest.mark.parametrize(
    "options",
    [
        ["--scope", "admin"],
        ["--scope", "read:"],
        ["--scope", "Read"],
        ["--scope", ""],
        ["--expires", "soon"],
        ["--expires", "0d"],
        ["--expires", "90"],
        ["--expires", "-1d"],
        ["--expires", "1000000d"],
        ["--expires", "2999-02-30"],
        ["--expires", "2999-12-31T00:00:00Z"],
        ["--expires", ""],
    ],
    ids=" ".join,
)
def test_wrong_usage(with_users, options):
    """A scope or an expiry that is none is wrong usage, and makes no token."""
    with_users.misused("token", "create", "alice", *options)
    assert {} == listed(with_users)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["create", "carol"], "there is no user 'carol'"),
        (["create", "alice", "--scope", "read:film"], "there is no collection 'film'"),
        (["create", "alice", "--expires", "2020-01-01"], "a token that ends in the past"),
        (["list", "carol"], "there is no user 'carol'"),
        (["revoke", "nothing"], "there is no token 'nothing'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refusals_name_what_is_wrong(with_users, command, message):
    """A user, a collection or a token that is not there is refused by name."""
    identity, _ = made(with_users, "bob")
    assert message in with_users.refused("token", *command)
    assert {identity} == listed(with_users).keys()


def test_list(with_users):
    """`token list` shows all tokens, the oldest first, or those of one user, a line each."""
    ids = [
        made(with_users, "bob", "--expires", "2999-12-31")[0],
        made(with_users, "alice", "--scope", "write:blog", "--scope", "read")[0],
        made(with_users, "bob", "--wsse")[0],
    ]
    lines = [
        f"{ids[0]}\tbob\twrite\t2999-12-31T00:00:00Z",
        f"{ids[1]}\talice\tread write:blog\tnever",
        f"{ids[2]}\tbob\twrite\tnever\tWSSE",
    ]
    assert lines == with_users.done("token", "list").splitlines()
    assert lines[::2] == with_users.done("token", "list", "bob").splitlines()
    assert [ids[1]] == [*listed(with_users, "alice")]
    with_users.done("collection", "remove", "blog")
    assert "\tread\t" in with_users.done("token", "list", "alice")


def test_revoke(with_users):
    """`token revoke` takes one token away."""
    (first, _), (second, _) = made(with_users, "bob"), made(with_users, "bob")
    assert f"revoked the token {first} of bob\n" == with_users.done("token", "revoke", first)
    assert {second} == listed(with_users).keys()


def test_tokens_go_with_their_user(with_users):
    """`user remove` takes the user's tokens along."""
    made(with_users, "alice")
    with_users.done("user", "remove", "alice")
    assert {} == listed(with_users)


def test_wsse(with_users):
    """`--wsse` makes a token for WSSE, and says so where that is off."""
    output = with_users.done("token", "create", "alice", "--wsse")
    assert "ATOMPUB_WSSE" in output
    env = {"ATOMPUB_WSSE": "yes"}
    identity, _ = made(with_users, "alice", "--wsse", env=env)
    assert "ATOMPUB_WSSE" not in with_users.done("token", "create", "alice", "--wsse", env=env)
    assert listed(with_users)[identity]["wsse"]


@pytest.mark.parametrize("command", ["add", "passwd"])
def test_passwords_that_look_like_tokens(with_users, command):
    """A password that begins as tokens do would never be tried, so it is refused."""
    name = "alice" if command == "passwd" else "carol"
    message = with_users.refused("user", command, name, "--password-stdin", stdin=b"atp_me\n")
    assert "may not begin with atp_" in message


def test_revoked_while_serving(with_users):
    """A server that runs takes a token once it is made, and no longer once it is revoked."""
    running = sites.Server(with_users.data)
    identity, token = made(with_users, "alice")
    seen = []
    for _ in range(2):
        for auth in (("alice", token), None):
            headers = {} if auth else {"Authorization": f"Bearer {token}"}
            answer = httpx.get(f"{running.base}/atom/", auth=auth, headers=headers)
            seen.append(answer.status_code)
        if len(seen) == 2:
            with_users.done("token", "revoke", identity)
    running.stop()
    assert [200, 200, 401, 401] == seen
