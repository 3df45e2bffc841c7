"""Users and what they are granted."""

import json
import os
import sqlite3

import pytest

from atompub.app import micros
from atompub.model import Role
from atompub.store.accounts import Accounts
from atompub.web.auth import Passwords


def users(store):
    """The users as the command lists them for programs, by name."""
    return {one.pop("name"): one for one in json.loads(store.done("user", "list", "--json"))}


def is_password(store, name, password):
    """Whether a user of the store has this password."""
    with sqlite3.connect(store.data / "atompub.db") as database:
        ((stored,),) = database.execute("SELECT password FROM account WHERE name = ?", [name])
    return Passwords().is_right(stored, password)


def printed_password(output):
    """The password in a command's output, which shows it once."""
    (line,) = [line for line in output.splitlines() if line.startswith("password: ")]
    return line.removeprefix("password: ")


@pytest.mark.parametrize("role", ["author", "editor", "admin"])
def test_user_with_a_role(store, role):
    """`user add --role` gives the role everywhere, and prints the password it made."""
    output = store.done("user", "add", "alice", "--role", role)
    assert {"alice": {"role": role, "grants": {}}} == users(store)
    password = printed_password(output)
    assert len(password) >= 16
    assert is_password(store, "alice", password)


def test_user_without_a_role_is_told_how_to_get_one(store):
    """`user add` alone makes a user who may do nothing yet, and says what to call next."""
    assert "atompub grant" in store.done("user", "add", "alice")
    assert {"alice": {"role": None, "grants": {}}} == users(store)


@pytest.mark.parametrize(
    ("stdin", "password"),
    [
        (b"s3cret\n", "s3cret"),
        (b"s3cret", "s3cret"),
        (b"s3cret\r\nmore\n", "s3cret"),
        (b" a b \n", " a b "),
        ("pässwörd\n".encode(), "pässwörd"),
    ],
)
def test_password_from_standard_input(store, stdin, password):
    """`--password-stdin` takes the first line, spaces and all, and prints no password."""
    output = store.done("user", "add", "alice", "--password-stdin", stdin=stdin)
    assert "password" not in output
    assert is_password(store, "alice", password)


def test_passwd_changes_the_password(store):
    """`user passwd` gives a user another password, read or made; the old one is void."""
    first = printed_password(store.done("user", "add", "alice"))
    second = printed_password(store.done("user", "passwd", "alice"))
    assert not is_password(store, "alice", first)
    assert is_password(store, "alice", second)
    assert "password:" not in store.done(
        "user", "passwd", "alice", "--password-stdin", stdin=b"third\n"
    )
    assert is_password(store, "alice", "third")


@pytest.mark.parametrize(
    ("command", "stdin"),
    [
        (["add", "bob"], b""),
        (["add", "bob"], b"\n"),
        (["add", "bob"], b"\xff\xfe\n"),
        (["add", "bob"], None),
        (["passwd", "alice"], b""),
    ],
)
def test_no_readable_password_on_standard_input(with_alice, command, stdin):
    """Standard input that is empty, closed or not UTF-8 is refused, and changes nothing."""
    closed = {"preexec_fn": lambda: os.close(0)} if stdin is None else {}
    before = dump(with_alice)
    message = with_alice.refused("user", *command, "--password-stdin", stdin=stdin, **closed)
    assert "standard input" in message
    assert before == dump(with_alice)


def dump(store):
    """Every row that tells who may sign in."""
    with sqlite3.connect(store.data / "atompub.db") as database:
        return list(database.execute("SELECT * FROM account ORDER BY id"))


def test_remove_takes_user_and_grants(with_alice):
    """`user remove` takes the user away; a user of the same name starts anew."""
    with_alice.done("grant", "alice", "author", "--collection", "blog")
    with_alice.done("user", "remove", "alice")
    assert [] == dump(with_alice)
    with_alice.done("user", "add", "alice")
    assert {"alice": {"role": None, "grants": {}}} == users(with_alice)


def test_grant_and_ungrant(with_alice):
    """`grant` sets the one role a user has in a collection, `ungrant` takes it away."""
    with_alice.done("grant", "alice", "editor", "--collection", "blog")
    with_alice.done("grant", "alice", "reader", "--collection", "photos")
    with_alice.done("grant", "alice", "author", "--collection", "photos")
    assert {"blog": "editor", "photos": "author"} == users(with_alice)["alice"]["grants"]
    assert "alice\teditor\tblog:editor photos:author\n" == with_alice.done("user", "list")
    with_alice.done("ungrant", "alice", "--collection", "blog")
    with_alice.done("ungrant", "alice", "--collection", "blog")
    assert {"role": "editor", "grants": {"photos": "author"}} == users(with_alice)["alice"]


def test_names_of_all_scripts(store):
    """A user's name may hold spaces and letters of all scripts; composed or not, it is the same."""
    store.done("user", "add", "Ju\u0308rgen 日記")
    assert {"J\u00fcrgen 日記"} == users(store).keys()
    assert "already" in store.refused("user", "add", "J\u00fcrgen 日記")
    store.done("user", "remove", "Ju\u0308rgen 日記")


@pytest.mark.parametrize("name", ["", "a:b", b"a\xff"], ids=repr)
def test_names_that_cannot_sign_in_are_refused(store, name):
    """A name that HTTP Basic cannot carry, or no UTF-8, is refused in one line."""
    assert "cannot be an account's name" in store.refused("user", "add", name)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["user", "add", "alice"], "there is a user 'alice' already"),
        (["user", "passwd", "nobody"], "there is no user 'nobody'"),
        (["user", "remove", "nobody"], "there is no user 'nobody'"),
        (["grant", "nobody", "author", "--collection", "blog"], "there is no user 'nobody'"),
        (["grant", "alice", "author", "--collection", "film"], "there is no collection 'film'"),
        (["ungrant", "nobody", "--collection", "blog"], "there is no user 'nobody'"),
        (["ungrant", "alice", "--collection", "film"], "there is no collection 'film'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refusals_name_what_is_wrong(with_alice, command, message):
    """A name that is taken or unknown is refused by name, and nothing changes."""
    before = dump(with_alice)
    assert message == with_alice.refused(*command)
    assert before == dump(with_alice)


@pytest.fixture
def with_alice(store):
    """A store with the user alice."""
    with store.opened() as engine:
        Accounts(engine, micros).add("alice", "no hash of a password", Role.EDITOR)
    return store
