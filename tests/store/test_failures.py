"""A store that fails at any statement of any method is left as it was."""

import importlib
import inspect
import pkgutil
from itertools import count

import pytest

import atompub.store
from atompub.errors import StoreUnavailable
from atompub.model import (
    EVERYTHING,
    EVERYWHERE,
    CollectionSettings,
    Cursor,
    Headings,
    Media,
    Role,
    Scope,
    View,
)
from atompub.readers import Selection
from atompub.store import histories
from atompub.store.accounts import Accounts
from atompub.store.collections import Collections
from atompub.store.entries import Entries
from atompub.store.histories import Histories
from atompub.store.listings import Listings
from atompub.store.migrations import check_schema, is_empty, migrate
from atompub.store.pages import Pages
from atompub.store.pings import Ping, Pings
from atompub.store.thumbnails import Thumbnails
from atompub.store.tokens import Tokens
from tests.store.content import ALICE, Store, edition, key, new_member
from tests.store.wrappers import Watched

MOST = 60
ELSEWHERE = {"collect"}
"""What deletes files and reads rows: its failures are files that stay."""


HEADINGS = Headings(("term",), ("author",), ("urn:x:parent",), "some words")
PICTURE = Media("key", "image/png", 3, "00", genuine=True)


def agree(*_):
    """A check that any state passes."""


CALLS = {
    "Collections.get": lambda at: at.collections.get("blog"),
    "Collections.overview": lambda at: at.collections.overview(),
    "Collections.add": lambda at: at.collections.add("new", "New", "Workspace"),
    "Collections.set": lambda at: at.collections.set("blog", "T", CollectionSettings(private=True)),
    "Collections.remove": lambda at: at.collections.remove("blog", with_members=True),
    "Entries.find": lambda at: at.entries.find("blog", "gone"),
    "Entries.add": lambda at: at.entries.add(
        "blog",
        new_member("shown", headings=HEADINGS),
        at.now(),
        check=agree,
        idempotency=key("new"),
    ),
    "Entries.edit": lambda at: at.entries.edit(
        "blog", "shown", at.now(), lambda *_: edition(visible=False, headings=HEADINGS)
    ),
    "Entries.remove": lambda at: at.entries.remove("blog", "shown", at.now(), agree),
    "Entries.release": lambda at: at.entries.release(at.blog, at.now()),
    "Pages.page": lambda at: at.pages.page("blog", View("own", ALICE), Cursor(after=1)),
    "Pages.changes": lambda at: at.pages.changes("blog", EVERYTHING, 0),
    "Listings.page": lambda at: at.listings.page("blog", Selection(category="a"), None),
    "Listings.leaf": lambda at: at.listings.leaf("blog", at.find("shown").id),
    "Listings.latest": lambda at: at.listings.latest(["blog"], 3),
    "Listings.months": lambda at: at.listings.months(at.row()),
    "Listings.search": lambda at: at.listings.search(["blog"], "word", 1, 10),
    "Histories.subscription": lambda at: at.histories.subscription("blog"),
    "Histories.archive": lambda at: at.archive(1),
    "Thumbnails.thumbnail": lambda at: at.thumbnails.thumbnail("key", 320),
    "Thumbnails.keep_thumbnail": lambda at: at.thumbnails.keep_thumbnail("key", 640, b"JPEG"),
    "Thumbnails.forget_orphans": lambda at: at.thumbnails.forget_orphans(),
    "Pings.waiting": lambda at: at.pings.waiting("hub"),
    "Pings.take": lambda at: at.pings.take("hub"),
    "Pings.done": lambda at: at.pings.done(Ping("known", at.blog, "blog", 10**6, 0)),
    "Pings.failed": lambda at: at.pings.failed(Ping("known", at.blog, "blog", 1, 0)),
    "Accounts.get": lambda at: at.accounts.get("rita"),
    "Accounts.list": lambda at: at.accounts.list(),
    "Accounts.add": lambda at: at.accounts.add("sam", "hash", Role.EDITOR),
    "Accounts.set_password": lambda at: at.accounts.set_password("rita", "new hash"),
    "Accounts.remove": lambda at: at.accounts.remove("rita"),
    "Accounts.grant": lambda at: at.accounts.grant("rita", "blog", Role.EDITOR),
    "Tokens.add": lambda at: at.tokens.add("rita", "other", {EVERYWHERE: Scope.READ}),
    "Tokens.list": lambda at: at.tokens.list("rita"),
    "Tokens.revoke": lambda at: at.tokens.revoke(at.token),
    "Tokens.account": lambda at: at.tokens.account("secret"),
    "Tokens.for_wsse": lambda at: at.tokens.for_wsse("rita"),
    "Tokens.spend": lambda at: at.tokens.spend(at.token, b"nonce", at.now()),
    "migrate": lambda at: migrate(at.engine, at.now()),
    "check_schema": lambda at: check_schema(at.engine),
    "is_empty": lambda at: is_empty(at.engine),
}
CHANGES = {
    *("Pings.take", "Pings.done", "Pings.failed"),
    *("Collections.add", "Collections.set", "Collections.remove"),
    *("Entries.add", "Entries.edit", "Entries.remove", "Entries.release"),
    *("Accounts.add", "Accounts.set_password", "Accounts.remove", "Accounts.grant"),
    *("Thumbnails.keep_thumbnail", "Thumbnails.forget_orphans"),
    *("Tokens.add", "Tokens.revoke", "Tokens.spend"),
}


SINGLE = {"Thumbnails.keep_thumbnail", "Thumbnails.forget_orphans", "Pings.done", "Pings.failed"}
"""What runs one statement only."""


def users_of_engines():
    """The names of all that the store offers and that works on an engine."""
    for module in pkgutil.iter_modules(atompub.store.__path__):
        found = importlib.import_module(f"atompub.store.{module.name}")
        for name, offered in inspect.getmembers(found):
            if name.startswith("_") or getattr(offered, "__module__", "") != found.__name__:
                continue
            if inspect.isfunction(offered) and takes_engine(offered):
                yield name
            elif inspect.isclass(offered) and takes_engine(offered.__init__):
                methods = inspect.getmembers(offered, inspect.isfunction)
                yield from (f"{name}.{one}" for one, _ in methods if not one.startswith("_"))


def takes_engine(function):
    """Whether a function has to be given an engine."""
    return "engine" in inspect.signature(function).parameters


def test_all_that_uses_the_database_is_tried():
    """What is new in the store has to be in the list of this file."""
    assert set(users_of_engines()) - ELSEWHERE == set(CALLS)


@pytest.fixture
def filled(store, clock):
    """A store with something in every table: edited, deleted, withdrawn, due and keyed entries."""
    store.accounts.add("rita", "hash", None)
    store.accounts.grant("rita", "blog", Role.AUTHOR)
    for name in ("shown", "gone", "hidden"):
        store.add(name, idempotency=key(name), headings=HEADINGS)
    store.add("picture", media=PICTURE)
    thumbnails = Thumbnails(store.engine)
    thumbnails.keep_thumbnail("key", 320, b"JPEG")
    store.engine.write(
        lambda transaction: transaction.rows("UPDATE thumbnail SET media_key = 'orphan'")
    )
    store.edit("shown")
    store.edit("hidden", visible=False)
    store.remove("gone")
    Pings(store.engine, clock).take("known")
    tokens = Tokens(store.engine, clock)
    tokens.add("rita", "secret", {EVERYWHERE: Scope.WRITE})
    tokens.spend(tokens.list()[0].id, b"earlier nonce", clock() + 10**12)
    for name in ("due", "due-too", "later"):
        store.add(name, release=clock() + 1 + 10**9 * (name == "later"))
    clock.forward(1)
    return store


class Failing(Store):
    """The parts of a store, on an engine that fails at its n-th statement or at the commit."""

    def __init__(self, store, number):
        self.reached = 0
        self.number, self.now, self.blog = number, store.now, store.blog.id
        self.token = Tokens(store.engine, self.now).list()[0].id
        self.engine = engine = Watched(store.engine, self._count)
        self.collections, self.accounts = Collections(engine, self.now), Accounts(engine, self.now)
        self.entries, self.pages = Entries(engine), Pages(engine)
        self.listings, self.histories = Listings(engine), Histories(engine)
        self.thumbnails, self.pings = Thumbnails(engine), Pings(engine, self.now)
        self.tokens = Tokens(engine, self.now)

    def archive(self, number):
        """An archive of one entry."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(histories, "ARCHIVED", 1)
            return self.histories.archive("blog", number)

    def _count(self, *_):
        self.reached += 1
        if self.reached == self.number:
            raise StoreUnavailable("the fault of this test")


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.covers("APP-9.2-12")
def test_a_failure_at_any_statement_changes_nothing(filled, name):
    """Whichever statement fails, it comes out as StoreUnavailable and no table has changed."""
    before = filled.dump()
    for number in count(1):
        failing = Failing(filled, number)
        try:
            CALLS[name](failing)
        except StoreUnavailable:
            assert before == filled.dump(), f"statement {number}"
        else:
            break
    assert 1 < number < MOST
    assert (name in CHANGES) == (before != filled.dump())


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_failure_of_the_commit_changes_nothing(filled, name):
    """When all statements went well and the commit does not, no table has changed."""
    before, plain = filled.dump(), filled.engine.write

    def write(work):
        def failing(transaction):
            work(transaction)
            raise StoreUnavailable("the fault of this test")

        return plain(failing)

    failing = Failing(filled, MOST)
    filled.engine.write = write
    with pytest.raises(StoreUnavailable):
        CALLS[name](failing)
    filled.engine.write = plain
    assert before == filled.dump()


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_method_that_failed_succeeds_when_it_is_tried_again(filled, name):
    """A failure leaves nothing that would be in the way of the next attempt."""
    with pytest.raises(StoreUnavailable):
        CALLS[name](Failing(filled, 1 if name in SINGLE else 2))
    before = filled.dump()
    CALLS[name](Failing(filled, MOST))
    assert before != filled.dump()
