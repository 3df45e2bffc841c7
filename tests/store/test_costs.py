"""What reading and writing cost: an index each, however much the collection holds."""

import re
from collections import Counter
from contextlib import ExitStack

import apsw
import pytest

from atompub.model import EVERYTHING, FIRST, Cursor, Headings
from atompub.readers import ALL, Place, Selection
from atompub.store.opening import open_engine
from tests.store.content import ALICE, BOB, VIEWS, Store, key, memory_folder
from tests.store.wrappers import Recorder
from tests.stores import START, Clock, fresh_store

EVERY = 10  # steps of the machine to a count
TABLE = re.compile(r"(SCAN|SEARCH) (member|tombstone|revision|idempotency|collection)\b")
CURSORS = (FIRST, Cursor(before=21), Cursor(after=21), Cursor(last=True))
READS = {"find": lambda store: [store.find(name) for name in ("a-2", "a-999", "b")]} | {
    f"{cursor} {view}": lambda store, cursor=cursor, view=view: store.pages.page(
        "blog", view, cursor
    )
    for cursor in CURSORS
    for view in VIEWS
}
FOLLOWING = {
    f"since {view}": lambda store, view=view: store.pages.changes(
        "blog", view, store.row().sequence - 9
    )
    for view in VIEWS
}
LISTED = {
    f"{name} {way}": lambda store, selection=selection, place=place: store.listings.page(
        "blog", selection, place
    )
    for name, selection in {
        "all": ALL,
        "category": Selection(category="t"),
        "month": Selection(month=(2023, 11)),
    }.items()
    for way, place in {
        "first": None,
        "older": Place(START + 10**12, "x"),
        "newer": Place(START - 1, "x", newer=True),
    }.items()
}
HISTORIES = {
    "subscription": lambda store: store.histories.subscription("blog"),
    "leaf": lambda store: store.listings.leaf("blog", store.find("a-9").id),
    "latest": lambda store: store.listings.latest(["blog"], 3),
}
WRITES = {
    "add": lambda store: store.add("a", atom_id="urn:x:new"),
    "add with a key": lambda store: store.add("a", idempotency=key("new")),
    "edit": lambda store: store.edit("a"),
    "remove": lambda store: store.remove("a-2"),
}
USES = READS | FOLLOWING | LISTED | HISTORIES | WRITES


@pytest.fixture
def open_store():
    """Opens stores of their own that hold some members, through a recording engine."""
    with ExitStack() as stack:

        def make(size):
            url = stack.enter_context(fresh_store("sqlite", stack.enter_context(memory_folder())))
            engine = Recorder(open_engine(url))
            stack.callback(engine.close)
            store = Store(engine, Clock(), page_size=5)
            fill(store, size)
            return store

        yield make


def fill(store, size):
    """Names of one stem; shown, drafts of two authors, deleted and withdrawn in turn."""
    for number in range(size):
        kind = number % 8
        headings = Headings(("t",), text="word")
        account = (ALICE, BOB)[kind % 2]
        member = store.add("a", account=account, visible=kind != 3, headings=headings)
        if kind == 5:
            store.remove(member.name)
        elif kind == 6:
            store.edit(member.name, visible=False)


def plans(store, use):
    """The query plans of the statements that a use runs."""
    store.engine.seen.clear()
    use(store)
    seen = {sql: parameters for sql, parameters in store.engine.seen if "collection" in sql}
    for sql, parameters in seen.items():
        yield sql, store.query(f"EXPLAIN QUERY PLAN {sql}", **parameters)


def faults(plan):
    """Where a plan goes through a whole table or sorts what it finds there."""
    for _, parent, _, step in plan:
        beside = [other for _, same, _, other in plan if same == parent]
        if TABLE.match(step) and not step.startswith("SEARCH"):
            yield step
        if "TEMP B-TREE" in step and any(map(TABLE.match, beside)):
            yield step


@pytest.mark.covers("APP-9.7-6", "APP-10.1-5")
def test_every_statement_uses_an_index(open_store):
    """No read and no write goes through all of a collection, or sorts it."""
    store = open_store(40)
    found = {
        (name, sql, fault)
        for name, use in USES.items()
        for sql, plan in plans(store, use)
        for fault in faults(plan)
    }
    assert set() == found


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM member WHERE title = 'a'", 1),
        ("SELECT * FROM member WHERE collection = 1 ORDER BY title", 1),
        ("SELECT * FROM tombstone ORDER BY removed", 2),
        ("SELECT * FROM member WHERE collection = 1 ORDER BY number", 0),
    ],
)
def test_a_statement_without_an_index_would_be_found(open_store, sql, expected):
    """The check above tells scans and sorts from what an index answers."""
    assert expected == len(list(faults(open_store(8).query(f"EXPLAIN QUERY PLAN {sql}"))))


@pytest.fixture
def counting():
    """Counts what SQLite's machine does while a function runs, on connections made from now."""
    steps = Counter()

    def count():
        steps["taken"] += 1
        return False

    def hook(connection):
        connection.set_progress_handler(count, EVERY)

    apsw.connection_hooks.append(hook)

    def counted(call):
        steps.clear()
        call()
        return steps["taken"]

    yield counted
    apsw.connection_hooks.remove(hook)


@pytest.mark.covers("APP-9.7-6", "APP-10.1-5")
def test_nothing_costs_more_where_there_is_more(open_store, counting):
    """A page, a name and a write take as many steps among eight hundred entries as among sixty."""
    small, large = open_store(60), open_store(800)
    dearer = {}
    for name, use in USES.items():
        few, many = (counting(lambda store=store, use=use: use(store)) for store in (small, large))
        if many > few * 1.1 + 10:
            dearer[name] = (few, many)
    assert {} == dearer


def test_a_walk_that_counted_would_be_found(open_store, counting):
    """The steps tell a statement that walks the collection from one that does not."""
    small, large = open_store(20), open_store(400)
    walk = "SELECT count(*) FROM member WHERE collection = 1"
    few, many = (counting(lambda store=store: store.query(walk)) for store in (small, large))
    assert many > 4 * few


def test_the_number_of_statements_stays_small(open_store):
    """A page takes a handful of statements, which is what it costs on a database far away."""
    store = open_store(8)
    store.engine.seen.clear()
    store.pages.page("blog", EVERYTHING, Cursor(after=3))
    assert 4 >= len(store.engine.seen)
