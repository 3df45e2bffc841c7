"""SQLite through apsw: WAL, every commit on the disk, writers queueing fairly.

Units of work that wait in one process share the next commit, each in a savepoint of its own: the
thread whose turn it is runs them all.

Each thread keeps one connection and one descriptor of the lock file, both opened by itself after
any fork: a descriptor shared by threads or inherited over a fork would exclude nobody.
"""

import fcntl
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import apsw

from atompub.errors import StoreUnavailable
from atompub.store.engine import Row, Statement, T, Transaction, Value
from atompub.store.fulltext import FTS5
from atompub.store.queue import Queue, Task

BUSY_MILLISECONDS = 800
"""How long a writer waits for a program that locked the file without our queue."""
LEAST_MILLISECONDS = 50
"""How long it does when it waited as long in the queue."""

GONE = "{} cannot be opened in its data directory"
DAMAGED = "{} is damaged or no database of ours"
REASONS: dict[type[Exception], str] = {
    apsw.BusyError: "the database is locked by another program",
    apsw.FullError: "the disk that holds the database is full",
    apsw.ReadOnlyError: "the database may not be written",
    apsw.NotADBError: DAMAGED,
    apsw.CorruptError: DAMAGED,
    apsw.CantOpenError: GONE,
    apsw.IOError: GONE,
    FileNotFoundError: GONE,
    PermissionError: "no permission to use {}",
}
"""What the disk or another program does to us is StoreUnavailable; our own bugs come out."""
FAILURES = tuple(REASONS)


class SQLiteEngine:
    """The embedded database in one file."""

    tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    full_text = FTS5

    def __init__(self, path: str, create: bool = False) -> None:
        self._path = path
        self._create = create
        self._kept = threading.local()
        self._queue = Queue()
        # In a child SQLite would believe that it holds the locks of a connection open here.
        engine = weakref.ref(self)
        os.register_at_fork(
            before=lambda: _close(engine()), after_in_child=lambda: _queue_anew(engine())
        )

    def rows(self, sql: str, **parameters: Value) -> list[Row]:
        """See `Engine`."""
        try:
            return self._connection().rows(sql, **parameters)
        except FAILURES as error:
            raise self._unavailable(error) from error

    def read(self, work: Callable[[Transaction], T]) -> T:
        """See `Engine.read`."""
        try:
            return _run(self._connection(), "BEGIN", work)
        except FAILURES as error:
            raise self._unavailable(error) from error

    def write(self, work: Callable[[Transaction], T]) -> T:
        """See `Engine.write`."""
        task = Task(work)
        self._queue.pass_through(task, self._write)
        try:
            result: T = task.outcome()
        except FAILURES as error:
            raise self._unavailable(error) from error
        return result

    def _write(self, tasks: list[Task[Any]]) -> None:
        """Run tasks and commit them together."""
        kept = self._connection()
        queued = time.monotonic()
        # busy_timeout alone lets one process starve the others: see the design, section 6.
        with _exclusive(kept.lock):
            kept.be_patient(1000 * (time.monotonic() - queued))
            if len(tasks) == 1:
                tasks[0].run(lambda work: _run(kept, "BEGIN IMMEDIATE", work))
            else:
                _run(kept, "BEGIN IMMEDIATE", lambda _: _run_all(kept, tasks))

    def close(self) -> None:
        """Close this thread's connection."""
        kept: _Kept | None = getattr(self._kept, "value", None)
        self._kept.value = None
        if kept is not None:
            kept.close()

    def _connection(self) -> "_Kept":
        kept: _Kept | None = getattr(self._kept, "value", None)
        if kept is None or kept.identity != _identity(self._path, self._create):
            # The first use in this thread or process, or the file is not the one we opened.
            self._kept.value = None
            if kept is not None and kept.identity[0] == os.getpid():
                kept.close()
            kept = self._kept.value = _Kept(self._path, self._create)
        return kept

    def _unavailable(self, error: Exception) -> StoreUnavailable:
        reason = next(reason for kind, reason in REASONS.items() if isinstance(error, kind))
        return StoreUnavailable(reason.format(os.path.basename(self._path)))


class _Kept:
    """A thread's connection with its lock file, and what tells that it is still the right one."""

    def __init__(self, path: str, create: bool) -> None:
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
        self.connection = apsw.Connection(path, flags=flags)
        # Else SQLite plans most statements anew for each value, which costs more than they do.
        self.connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        self._patience = BUSY_MILLISECONDS
        self.connection.set_busy_timeout(self._patience)
        self.connection.execute("PRAGMA page_size = 4096")
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.lock = os.open(f"{path}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.identity = _identity(path)

    def be_patient(self, waited: float) -> None:
        """Let what is left of a writer's patience, in milliseconds, be for a locked file."""
        patience = BUSY_MILLISECONDS - int(waited)
        if patience < BUSY_MILLISECONDS or self._patience < BUSY_MILLISECONDS:
            self._patience = max(patience, LEAST_MILLISECONDS)
            self.connection.set_busy_timeout(self._patience)

    def rows(self, sql: str, **parameters: Value) -> list[Row]:
        return self.connection.execute(sql, parameters).fetchall()

    def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        execute = self.connection.execute
        return [execute(sql, dict(parameters)).fetchall() for sql, parameters in statements]

    def close(self) -> None:
        self.connection.close()
        os.close(self.lock)


def _close(engine: SQLiteEngine | None) -> None:
    if engine is not None:
        engine.close()


def _queue_anew(engine: SQLiteEngine | None) -> None:
    """In a child nobody is left of those who waited."""
    if engine is not None:
        engine._queue = Queue()


def _identity(path: str, may_be_missing: bool = False) -> tuple[int, int, int]:
    """Process and file; raises FileNotFoundError where there is no file."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        if may_be_missing:
            return (os.getpid(), 0, 0)
        raise
    return (os.getpid(), found.st_dev, found.st_ino)


def _run(kept: _Kept, begin: str, work: Callable[[Transaction], T]) -> T:
    execute = kept.connection.execute
    execute(begin)
    try:
        result = work(kept)
        execute("COMMIT")
    except BaseException:
        # Some failures (a full disk among them) have rolled back already.
        if not kept.connection.get_autocommit():
            execute("ROLLBACK")
        raise
    return result


def _run_all(kept: _Kept, tasks: list[Task[Any]]) -> None:
    """Run each task in a savepoint: what one raises undoes its own changes alone.

    Raises where a failure has undone the whole transaction.
    """
    execute = kept.connection.execute

    def apart(work: Callable[[Transaction], T]) -> T:
        execute("SAVEPOINT task")
        try:
            return work(kept)
        except BaseException:
            if not kept.connection.get_autocommit():
                execute("ROLLBACK TO task")
            raise
        finally:
            if not kept.connection.get_autocommit():
                execute("RELEASE task")

    for task in tasks:
        task.run(apart)
        if kept.connection.get_autocommit():
            task.outcome()


@contextmanager
def _exclusive(descriptor: int) -> Iterator[None]:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
