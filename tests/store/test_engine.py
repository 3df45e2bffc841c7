"""Engines: units of work, snapshots, threads, processes and forks."""

import multiprocessing
import os
import signal

import pytest

from atompub.store.entries import Entries
from atompub.store.opening import open_engine
from tests.store.content import new_member, rows, together
from tests.stores import START

SPAWN = multiprocessing.get_context("spawn")
FORK = multiprocessing.get_context("fork")
PROCESSES, THREADS, EACH = 2, 3, 10


class OurOwn(Exception):
    """What the work raises."""


def insert(transaction, number):
    """Put a workspace into the store."""
    transaction.rows(
        "INSERT INTO workspace (id, title) VALUES (:id, :title)", id=number, title=f"{number}"
    )


def workspaces(engine):
    """The ids of the workspaces."""
    return [number for (number,) in rows(engine, "SELECT id FROM workspace ORDER BY id")]


def run_in(context, target, *args):
    """Run a function in another process; its exit code."""
    process = context.Process(target=target, args=args)
    process.start()
    process.join(60)
    return process.exitcode


@pytest.mark.parametrize("error", [OurOwn, KeyboardInterrupt, SystemExit])
def test_what_the_work_raises_undoes_everything_and_comes_out(engine, error):
    """A unit of work that raises leaves nothing behind, and the engine works on."""

    def work(transaction):
        insert(transaction, 1)
        transaction.batch([("DELETE FROM site", {})])
        raise error

    with pytest.raises(error):
        engine.write(work)
    assert ([], 1) == (workspaces(engine), len(rows(engine, "SELECT 1 FROM site")))
    engine.write(lambda transaction: insert(transaction, 2))
    assert [2] == workspaces(engine)


def test_what_a_read_raises_comes_out(engine):
    """A read that raises leaves the engine as usable as it was."""

    def work(transaction):
        transaction.rows("SELECT 1 FROM site")
        raise OurOwn

    for _ in range(20):
        with pytest.raises(OurOwn):
            engine.read(work)
    assert [] == workspaces(engine)


@pytest.mark.parametrize("how", ["rows", "batch"])
def test_a_statement_that_fails_undoes_everything_and_comes_out(engine, how):
    """A fault of ours is no fault of the store's: it comes out as it is, and nothing stays."""

    def work(transaction):
        insert(transaction, 1)
        if how == "rows":
            transaction.rows("SELECT no_such_column FROM site")
        transaction.batch([("DELETE FROM site", {}), ("SELECT no_such_column FROM site", {})])

    with pytest.raises(Exception, match="no_such_column") as caught:
        engine.write(work)
    assert not type(caught.value).__module__.startswith("atompub")
    assert ([], 1) == (workspaces(engine), len(rows(engine, "SELECT 1 FROM site")))


def test_a_batch_gives_the_rows_of_each_statement(engine):
    """Statements of a batch run in order and see each other; each has its rows, or none."""

    def work(transaction):
        return transaction.batch(
            [
                ("INSERT INTO workspace (id, title) VALUES (:id, 'A') RETURNING title", {"id": 1}),
                ("SELECT id, title FROM workspace", {}),
                ("DELETE FROM workspace WHERE id = :id", {"id": 7}),
                ("UPDATE workspace SET title = :title", {"title": "B"}),
                ("SELECT title FROM workspace WHERE id = :id", {"id": 1}),
            ]
        )

    assert [[("A",)], [(1, "A")], [], [], [("B",)]] == [
        list(map(tuple, found)) for found in engine.write(work)
    ]


@pytest.mark.parametrize("value", [None, 0, -1, (1 << 63) - 1, -(1 << 63), "", "é🦊", "%s :x ''"])
def test_values_come_back_as_they_were(engine, value):
    """Numbers, texts and null are the same on both sides of a database."""
    column = "role" if value is None or isinstance(value, int) else "password"
    given = {"role": None, "password": ""} | {column: value}

    def work(transaction):
        transaction.rows(
            "INSERT INTO account (id, name, password, role, created)"
            " VALUES ('1', 'n', :password, CAST(:role AS BIGINT), 0)",
            **given,
        )
        return transaction.rows(f"SELECT {column} FROM account")

    assert [(value,)] == engine.write(work)


def test_a_read_sees_one_state(engine, open_another):
    """What others commit while a read runs is not in it; the next read has it."""
    other = open_another()

    def work(transaction):
        before = transaction.rows("SELECT count(*) FROM workspace")
        other.write(lambda theirs: insert(theirs, 1))
        return before, transaction.rows("SELECT count(*) FROM workspace")

    assert ([(0,)], [(0,)]) == engine.read(work)
    assert [1] == workspaces(engine)


def test_a_statement_by_itself_sees_the_last_commit(engine, open_another):
    """One statement needs no transaction: it shows what was committed before it, and its own
    faults come out."""
    counted, other = "SELECT count(*) FROM workspace", open_another()
    for number in range(3):
        assert [(number,)] == engine.rows(counted)
        other.write(lambda theirs, number=number: insert(theirs, number))
    with pytest.raises(Exception, match="no_such_column"):
        engine.rows("SELECT no_such_column FROM site")
    assert [(1,)] == engine.rows("SELECT id FROM workspace WHERE title = :title", title="1")


def test_a_read_is_not_held_up_by_a_writer(engine, open_another):
    """While others write, reading goes on and shows what was committed last."""
    other = open_another()

    def work(transaction):
        insert(transaction, 1)
        return workspaces(other)

    assert [] == engine.write(work)
    assert [1] == workspaces(other)


def test_an_engine_may_be_used_again_after_it_was_closed(engine):
    """Closing lets go of connections; the next use opens them again, and closing twice is fine."""
    engine.write(lambda transaction: insert(transaction, 1))
    engine.close()
    engine.close()
    assert [1] == workspaces(engine)


def test_threads_share_an_engine(store):
    """Threads that write through one engine at the same time lose nothing."""

    def write():
        return [store.add().number for _ in range(EACH)]

    numbers = [number for made in together(*[write] * THREADS) for number in made]
    assert list(range(1, THREADS * EACH + 1)) == sorted(numbers)


def test_processes_with_threads_take_every_number_once(store, store_url):
    """Writers of several processes, of several threads each, take 1 to n without a gap."""
    processes = [
        SPAWN.Process(target=write_in_threads, args=(store_url,)) for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    total = PROCESSES * THREADS * EACH
    assert [0] * PROCESSES == [process.exitcode for process in processes]
    assert list(range(1, total + 1)) == [
        number for (number,) in store.query("SELECT number FROM member ORDER BY number")
    ]
    assert total == store.row().sequence == store.row().public


def write_in_threads(url):
    """Add members from several threads."""
    entries = Entries(open_engine(url))

    def write():
        for _ in range(EACH):
            entries.add("blog", new_member("same"), START)

    together(*[write] * THREADS)


def test_a_forked_child_uses_connections_of_its_own(store):
    """Before and after a fork, parent and child write and read without disturbing each other."""
    store.add("parent")
    assert 0 == run_in(FORK, add_and_look, store, "child", ["child", "parent"])
    assert "parent-2" == store.add("parent").name
    assert 0 == run_in(FORK, add_and_look, store, "second", ["second", "parent-2", "child"])
    assert ["second", "parent-2", "child"] == store.names()


def add_and_look(store, name, expected):
    """Add a member, in threads of this process too, and check what stands on the first page."""
    store.add(name)
    (seen,) = together(store.names)
    assert expected == seen == store.names()


@pytest.mark.parametrize("after_commit", [True, False])
def test_a_write_is_there_when_it_has_returned(store, store_url, after_commit):
    """A process killed after a write leaves it whole, one killed within it leaves nothing."""
    before = store.dump()
    assert -signal.SIGKILL == run_in(SPAWN, add_and_die, store_url, after_commit)
    if not after_commit:
        assert before == store.dump()
    assert (["entry"] if after_commit else []) == store.names()
    assert (int(after_commit), "next") == (store.row().sequence, store.add("next").name)


def add_and_die(url, after_commit):
    """Add a member and be killed, or be killed at the last moment before the commit."""
    engine = open_engine(url)
    plain = engine.write

    def write(work):
        def killed(transaction):
            work(transaction)
            os.kill(os.getpid(), signal.SIGKILL)

        return plain(work if after_commit else killed)

    engine.write = write
    Entries(engine).add("blog", new_member(), START)
    os.kill(os.getpid(), signal.SIGKILL)
