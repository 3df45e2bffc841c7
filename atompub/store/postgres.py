"""PostgreSQL through psycopg 3 and its pool, opened by each process for itself."""

import logging
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, LiteralString

import psycopg
from psycopg import errors
from psycopg_pool import ConnectionPool, PoolTimeout

from atompub.errors import AtomPubError, EditConflict, StoreUnavailable
from atompub.store.engine import Row, Statement, T, Transaction, Value
from atompub.store.fulltext import TSVECTOR

ATTEMPTS = 20
"""How often a unit of work runs before its lost races are told to the client."""

CONNECT_SECONDS = 5

SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # failures are raised

LOST_RACE = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.UniqueViolation,
    errors.DuplicateTable,
)
LOCK_TIMEOUT = "SET lock_timeout = '1500ms'"
"""Our own writers hold a row for one round trip; who waits longer waits for another program."""


class PostgresEngine:
    """A pool of connections to one database."""

    tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    full_text = TSVECTOR

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._pool: ConnectionPool[psycopg.Connection[Row]] | None = None
        self._process = 0

    def rows(self, sql: str, **parameters: Value) -> list[Row]:
        """See `Engine`."""
        return self._again("", lambda transaction: transaction.rows(sql, **parameters))

    def read(self, work: Callable[[Transaction], T]) -> T:
        """See `Engine.read`."""
        return self._again(SNAPSHOT, work)

    def write(self, work: Callable[[Transaction], T]) -> T:
        """See `Engine.write`; a lost race runs `work` again, raises EditConflict in the end."""
        return self._again("BEGIN", work)

    def _again(self, begin: LiteralString, work: Callable[[Transaction], T]) -> T:
        """Run a transaction, or with no `begin` one statement, and again after a lost race or a
        connection that was cut."""
        for _ in range(ATTEMPTS):
            try:
                with _translated(), self._opened().connection() as connection:
                    return _run(connection, begin, work)
            except (EditConflict, *LOST_RACE):
                failure: AtomPubError = EditConflict("others changed the same; try again")
            except _LostConnectionError:
                failure = StoreUnavailable("the database does not answer")
        raise failure

    def close(self) -> None:
        """Close the pool."""
        if self._pool is not None and self._process == os.getpid():
            self._pool.close()
        self._pool = None

    def _opened(self) -> ConnectionPool[psycopg.Connection[Row]]:
        with self._lock:
            if self._pool is None or self._process != os.getpid():
                # A server that is not there says so at once; the pool would go on trying.
                _probe(self._url)
                self._process = os.getpid()
                self._pool = ConnectionPool(
                    self._url,
                    min_size=1,
                    max_size=16,
                    timeout=CONNECT_SECONDS,
                    open=True,
                    configure=_configure,
                    kwargs={"autocommit": True},
                )
            return self._pool


def _configure(connection: psycopg.Connection[Row]) -> None:
    connection.execute(LOCK_TIMEOUT)


def _probe(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.ProgrammingError as error:
        raise StoreUnavailable("DATABASE is no PostgreSQL URL") from error


class _LostConnectionError(Exception):
    """The connection was cut; another one may do."""


class _Statements:
    """The statements of one transaction."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def rows(self, sql: str, **parameters: Value) -> list[Row]:
        return _fetched(self._connection.execute(_translate(sql), parameters))

    def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        with self._connection.pipeline():
            cursors = [self._connection.execute(_translate(sql), ps) for sql, ps in statements]
        return [_fetched(cursor) for cursor in cursors]


def _fetched(cursor: psycopg.Cursor[Row]) -> list[Row]:
    return cursor.fetchall() if cursor.description else []


def _run(
    connection: psycopg.Connection[Row], begin: LiteralString, work: Callable[[Transaction], T]
) -> T:
    try:
        if not begin:
            return work(_Statements(connection))
        connection.execute(begin)
        result = work(_Statements(connection))
        connection.execute("COMMIT")
    except BaseException as error:
        if connection.closed:
            raise _LostConnectionError from error
        connection.rollback()
        raise
    return result


@lru_cache(maxsize=256)
def _translate(sql: str) -> Any:
    """Our `:name` parameters as psycopg's."""
    return re.sub(r":([a-z_][a-z_0-9]*)", r"%(\1)s", sql.replace("%", "%%"))


@contextmanager
def _translated() -> Iterator[None]:
    """What the server or the network does to us is StoreUnavailable; our own bugs come out."""
    try:
        yield
    except LOST_RACE:
        raise
    except errors.ReadOnlySqlTransaction as error:
        raise StoreUnavailable("the database may not be written") from error
    except (psycopg.OperationalError, PoolTimeout) as error:
        raise StoreUnavailable("the database does not answer") from error
