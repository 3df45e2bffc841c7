"""Writers of one process that wait while one commits share the next commit."""

import threading

import apsw
import pytest

from atompub.errors import NotFound, StoreUnavailable
from atompub.store.opening import open_engine
from tests.store.content import Store, new_member, rows
from tests.stores import Clock, fresh_store

WRITERS = 8


@pytest.fixture
def store(tmp_path):
    """A store on a file, with the collection blog."""
    with fresh_store("sqlite", tmp_path) as url:
        engine = open_engine(url)
        yield Store(engine, Clock())
        engine.close()


@pytest.fixture
def crowd(store):
    """Runs works at once behind one that holds the turn until all of them wait; what each
    returned or raised, and how many commits it took."""

    def run(works):
        commits, outcomes = [], [None] * len(works)
        held = threading.Event()

        def hold(_):
            held.set()
            while len(store.engine._queue._waiting) < len(works):
                pass

        def write(number):
            try:
                outcomes[number] = store.engine.write(works[number])
            except Exception as error:
                outcomes[number] = error

        first = threading.Thread(target=store.engine.write, args=(hold,))
        others = [threading.Thread(target=write, args=(number,)) for number in range(len(works))]
        apsw.connection_hooks.append(
            lambda connection: connection.set_commit_hook(lambda: bool(commits.append(1)))
        )
        first.start()
        assert held.wait(20)
        for other in others:
            other.start()
        for thread in (first, *others):
            thread.join(20)
        apsw.connection_hooks.pop()
        return outcomes, len(commits)

    return run


def adding(name):
    """A work that adds a collection's row by hand, so that it shows what was kept."""

    def work(transaction):
        transaction.rows("INSERT INTO workspace (id, title) VALUES (:id, :title)", **name)
        return name["id"]

    return work


def numbered(count):
    """Works that add workspaces numbered from 10."""
    return [adding({"id": 10 + number, "title": f"W {number}"}) for number in range(count)]


def kept(store):
    """The numbers of the workspaces that were added."""
    found = rows(store.engine, "SELECT id FROM workspace WHERE id >= 10 ORDER BY id")
    return [identity for (identity,) in found]


def test_who_waits_shares_a_commit(store, crowd):
    """Many that wait are committed in far fewer commits, and each gets what its work returned."""
    outcomes, commits = crowd(numbered(WRITERS))
    assert list(range(10, 10 + WRITERS)) == outcomes == kept(store)
    assert commits <= WRITERS // 2


def test_a_failure_is_its_own(store, crowd):
    """What one work raises comes out of its own write, undoes its own changes, and no other's."""

    def failing(transaction):
        adding({"id": 99, "title": "never"})(transaction)
        raise NotFound("as told")

    works = [*numbered(3), failing, *[adding({"id": 50, "title": "last"})]]
    outcomes, _ = crowd(works)
    assert isinstance(outcomes[3], NotFound)
    assert [10, 11, 12, 50] == kept(store) == [one for one in outcomes if isinstance(one, int)]


def test_a_statement_that_fails_is_its_own(store, crowd):
    """A statement that the database refuses fails its own work only."""
    works = [*numbered(2), adding({"id": 10, "title": "taken"}), adding({"id": 20, "title": "x"})]
    outcomes, _ = crowd(works)
    failed = [one for one in outcomes if isinstance(one, apsw.ConstraintError)]
    assert 1 == len(failed)
    assert [11, 20] == kept(store)[1:]


def test_a_commit_that_fails_fails_all(store, crowd, monkeypatch):
    """When what was done together cannot be committed, nobody is told that it was."""

    class Full:
        """A disk that is full at the commit."""

        def __init__(self, connection):
            self._connection = connection

        def __getattr__(self, name):
            return getattr(self._connection, name)

        def execute(self, sql, *values):
            if sql == "COMMIT" and self._connection.execute(
                "SELECT count(*) FROM workspace WHERE id >= 10"
            ).fetchall() > [(1,)]:
                raise apsw.FullError("the fault of this test")
            return self._connection.execute(sql, *values)

    plain = type(store.engine)._connection

    def connection(engine):
        found = plain(engine)
        if not isinstance(found.connection, Full):
            found.connection = Full(found.connection)
        return found

    monkeypatch.setattr(type(store.engine), "_connection", connection)
    outcomes, _ = crowd(numbered(WRITERS))
    monkeypatch.undo()
    assert kept(store) == [one for one in outcomes if isinstance(one, int)]
    failed = [one for one in outcomes if isinstance(one, StoreUnavailable)]
    assert len(failed) >= WRITERS - 1


def test_numbers_stay_without_gaps(store):
    """Entries that are added in one commit take their numbers one after the other."""
    names = [f"e{number}x" for number in range(20)]

    def add(name):
        store.entries.add("blog", new_member(name), store.now())

    threads = [threading.Thread(target=add, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    taken = rows(store.engine, "SELECT number FROM member ORDER BY number")
    assert [(number,) for number in range(1, 21)] == taken
