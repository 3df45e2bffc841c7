"""Units of work on PostgreSQL, where others come in between; and servers that do not answer."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from atompub.errors import AtomPubError, EditConflict, NotFound, StoreUnavailable
from atompub.model import Buried
from atompub.store.entries import Entries
from atompub.store.migrations import migrate
from atompub.store.opening import open_engine
from tests.sites import free_port
from tests.store.content import Store, dump, edition, key, new_member, rows, together
from tests.store.wrappers import Watched, before_statement
from tests.stores import START, Clock, fresh_schema, fresh_store

OURS = "store-under-test"


@pytest.fixture
def url(postgres):
    """The URL of an empty, migrated store."""
    with fresh_store("postgres", None, postgres) as found:
        yield found


@pytest.fixture
def store(url):
    """A store with the collection blog; its connections have a name of their own."""
    engine = open_engine(f"{url}&application_name={OURS}")
    yield Store(engine, Clock())
    engine.close()


def when(part, engine, call):
    """An engine that calls a function once, ahead of the first statement that holds `part`.

    The function runs in a thread of its own, as somebody else would.
    """
    left = [call]

    def before(sql, _):
        if part in sql and left:
            together(left.pop())

    return Watched(engine, before)


def beginning(store, use):
    """A function that starts a use in a thread, and returns when that waits for a lock or is done.

    The thread is what it returns.
    """

    def begin():
        thread = threading.Thread(target=use)
        thread.start()
        while thread.is_alive() and not store.query("SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass
        return thread

    return begin


def test_edits_of_one_member_are_made_one_after_the_other(store):
    """An edit that comes while another is decided is shown that one's outcome."""
    store.add("a", title="One")
    seen, started = [], []

    def second(_, found):
        seen.append(found.title)
        return edition("Three")

    def first(_, found):
        seen.append(found.title)
        overtaking = beginning(store, lambda: store.entries.edit("blog", "a", START, second))
        started.append(overtaking())
        return edition("Two")

    store.entries.edit("blog", "a", START, first)
    started[0].join()
    assert ["One", "Two"] == seen
    assert ("Three", 3) == (store.find("a").title, store.row().sequence)
    assert [(1,), (2,)] == store.query("SELECT number FROM revision ORDER BY number")


@pytest.mark.parametrize("use", ["edit", "remove"])
def test_a_write_to_what_is_deleted_meanwhile_finds_the_tombstone(store, use):
    """A write that comes while the member is deleted is decided on what is left."""
    store.add("a")
    seen, started = [], []

    def late(_, found):
        seen.append(type(found).__name__)
        raise LookupError

    def attempt():
        with pytest.raises(LookupError):
            getattr(store.entries, use)("blog", "a", START, late)

    def check(*_):
        started.append(beginning(store, attempt)())

    store.entries.remove("blog", "a", START, check)
    started[0].join()
    assert (["Buried"], 2) == (seen, store.row().sequence)


def test_an_add_that_lost_its_race_is_decided_again(store):
    """An add that must find a certain state is shown the one that came in between."""
    slow = Entries(when("UPDATE collection", store.engine, store.add))
    seen = []
    slow.add("blog", new_member("a"), START, check=lambda row: seen.append(row.sequence))
    assert [0, 1] == seen
    assert ["a", "entry"] == store.names()


def test_who_always_loses_is_told(store):
    """A write that others overtake again and again ends as EditConflict, and leaves nothing."""
    attempts = []

    def overtake(sql, _):
        if "UPDATE collection" in sql:
            attempts.append(together(store.add))

    with pytest.raises(EditConflict):
        Entries(Watched(store.engine, overtake)).add(
            "blog", new_member("mine"), START, check=lambda _: None
        )
    assert 2 < len(attempts) == store.row().sequence
    assert None is store.find("mine")


@pytest.mark.parametrize("deleted", [False, True])
def test_a_name_taken_in_between_is_not_given_twice(store, deleted):
    """A name that another took, and perhaps gave up, after the look gets the next number."""

    def overtake():
        store.add("a")
        if deleted:
            store.remove("a")

    slow = Entries(when("UPDATE collection", store.engine, overtake))
    assert "a-2" == slow.add("blog", new_member("a"), START).name
    assert (Buried if deleted else type(store.find("a-2"))) is type(store.find("a"))


@pytest.mark.parametrize("deleted", [False, True])
def test_an_id_taken_in_between_is_not_given_twice(store, deleted):
    """An id that another took, and perhaps gave up, after the look is replaced by the new one."""

    def overtake():
        store.add("other", atom_id="urn:x:1")
        if deleted:
            store.remove("other")

    slow = Entries(when("UPDATE collection", store.engine, overtake))
    new = new_member("a", atom_id="urn:x:1")
    assert new.minted == slow.add("blog", new, START).atom_id


@pytest.mark.parametrize("check", [None, lambda _: None], ids=["plain", "checked"])
def test_a_collection_removed_in_between_is_not_found(store, check):
    """An add whose collection goes after the look finds none, and leaves nothing."""
    slow = Entries(
        when("UPDATE collection", store.engine, lambda: store.collections.remove("blog"))
    )
    with pytest.raises(NotFound):
        slow.add("blog", new_member(), START, check=check, idempotency=key())
    assert [] == store.query("SELECT 1 FROM member") + store.query("SELECT 1 FROM idempotency")


def test_an_entry_scheduled_while_others_release_is_not_forgotten(store):
    """The next release is right also when somebody schedules while a release looks for it."""
    store.add("gone", release=START + 1)
    store.remove("gone")
    plain, started = store.engine.write, []
    release = beginning(store, lambda: store.entries.release(store.blog.id, START + 2))

    def write(work):
        def slow(transaction):
            result = work(transaction)
            started.append(release())
            return result

        return plain(slow)

    scheduler = Watched(store.engine, lambda *_: None)
    scheduler.write = write
    Entries(scheduler).add("blog", new_member("soon", release=START + 5), START)
    started[0].join()
    assert START + 5 == store.row().due


def test_works_that_wait_for_each_other_both_end(store):
    """Of two units of work in a deadlock one runs again, and both are done."""
    store.collection("diary")
    both, runs = threading.Barrier(2, timeout=10), []

    def title(first, second):
        def work(transaction):
            runs.append(first)
            transaction.rows("UPDATE collection SET title = 'One' WHERE name = :name", name=first)
            if len(runs) <= 2:
                both.wait()
            transaction.rows("UPDATE collection SET due = 7 WHERE name = :name", name=second)

        return lambda: store.engine.write(work)

    together(title("blog", "diary"), title("diary", "blog"))
    assert 3 <= len(runs)
    assert [("One", 7)] * 2 == store.query("SELECT title, due FROM collection")


def test_one_who_comes_late_finds_the_store_made(postgres):
    """A store that another node makes after our look at it is fine as it is."""
    with fresh_schema(postgres()) as url:
        engine = open_engine(url)
        late = before_statement(2, engine, lambda: migrate(engine, START))
        assert 0 == migrate(late, START)
        assert 1 == len(rows(engine, "SELECT * FROM site"))
        engine.close()


@pytest.fixture
def cut(postgres):
    """Ends the server's side of the store's connections, as a restart does."""

    def end():
        with psycopg.connect(postgres(), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE application_name = %s",
                [OURS],
            )

    return end


def test_connections_that_were_cut_are_replaced(store, cut):
    """After the server was started again, reads and writes go on as if nothing had been."""
    together(store.row, store.row, store.row)
    cut()
    assert 1 == store.add().number
    cut()
    assert 1 == store.row().sequence


def test_a_write_whose_connection_is_cut_runs_again(store, cut):
    """Work that loses its connection before the commit is done once on another one."""
    assert (
        1
        == Entries(when("UPDATE collection", store.engine, cut))
        .add("blog", new_member(), START)
        .number
    )
    assert (1, ["entry"]) == (store.row().sequence, store.names())


def test_a_write_that_loses_every_connection_leaves_nothing(store, cut):
    """While connections go on being cut a write is unavailable, and nothing of it stays."""
    broken = Entries(Watched(store.engine, lambda sql, _: "UPDATE" in sql and cut()))
    with pytest.raises(StoreUnavailable):
        broken.add("blog", new_member(), START)
    assert (0, []) == (store.row().sequence, store.names())


def test_a_server_that_is_not_there_is_unavailable(url):
    """Reading and writing fail soon when nobody listens."""
    engine = open_engine(f"postgresql://127.0.0.1:{free_port()}/nobody")
    start = time.monotonic()
    for use in (engine.read, engine.write):
        with pytest.raises(StoreUnavailable):
            use(lambda transaction: transaction.rows("SELECT 1"))
    assert 4 > time.monotonic() - start
    engine.close()


def test_a_database_that_may_only_be_read_is_unavailable_for_writers(store, url):
    """On a standby, or where writing was switched off, reads go on and writes are refused."""
    store.add("a")
    engine = open_engine(f"{url}%20-cdefault_transaction_read_only%3Don")
    with pytest.raises(StoreUnavailable):
        Entries(engine).add("blog", new_member(), START)
    assert dump(store.engine) == dump(engine)
    engine.close()


def test_a_locked_database_is_unavailable_for_writers(store, postgres, url):
    """While another program keeps a collection's row locked, a write fails within seconds."""
    with psycopg.connect(url) as other:
        other.execute("SELECT * FROM collection FOR UPDATE")
        writer = ThreadPoolExecutor(1)
        attempt = writer.submit(store.add)
        try:
            error = attempt.exception(timeout=6)
        finally:
            other.rollback()
            writer.shutdown()
    assert isinstance(error, StoreUnavailable)
    assert [] == store.names()


def test_a_url_that_names_nothing_is_unavailable_or_refused():
    """An address that cannot be one is told in a sentence."""
    engine = open_engine("postgresql://127.0.0.1:port/x")
    with pytest.raises(AtomPubError):
        engine.read(lambda transaction: transaction.rows("SELECT 1"))
