"""The schema: made, brought up to date, and refused when it does not fit."""

import pytest

from atompub.errors import ConfigError
from atompub.store import migrations
from atompub.store.migrations import MIGRATIONS, check_schema, migrate
from atompub.store.opening import open_engine
from tests.store.content import Store, dump, rows, together
from tests.stores import START, fresh_schema

NEXT = (
    *MIGRATIONS,
    "CREATE TABLE shelf (id BIGINT PRIMARY KEY); -- a comment; with a semicolon\n"
    "INSERT INTO shelf (id) VALUES (7)",
)
BROKEN = (*MIGRATIONS, "CREATE TABLE shelf (id BIGINT PRIMARY KEY); DROP TABLE no_such_table")


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request, tmp_path, postgres):
    """An engine of a database in which there is nothing."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite://{tmp_path / 'empty.db'}", create=True)
        yield engine
        engine.close()
        return
    with fresh_schema(postgres()) as url:
        engine = open_engine(url)
        yield engine
        engine.close()


def set_version(engine, version):
    """Make the store look as if another version had made it."""
    engine.write(lambda transaction: transaction.rows(f"UPDATE site SET version = {version}"))


def test_an_empty_store_takes_every_step(empty):
    """Migrating nothing makes everything; the store works and counts from nothing."""
    assert len(MIGRATIONS) == migrate(empty, START)
    check_schema(empty)
    assert [(len(MIGRATIONS), 0, START)] == rows(
        empty, "SELECT version, sequence, edited FROM site"
    )
    Store(empty, lambda: START).add("a")


def test_an_empty_store_is_refused_until_it_is_made(empty):
    """Using nothing names the command that makes it, and leaves nothing behind."""
    with pytest.raises(ConfigError, match="atompub init"):
        check_schema(empty)
    assert {} == dump(empty)


def test_migrating_again_changes_nothing(store):
    """An up-to-date store takes no step and stays as it is, contents included."""
    store.add("a")
    before = store.dump()
    assert 0 == migrate(store.engine, START + 10**6)
    assert before == store.dump()


def test_a_newer_schema_is_refused(engine):
    """What a newer version made is neither used nor touched."""
    set_version(engine, len(MIGRATIONS) + 1)
    before = dump(engine)
    for use in (check_schema, lambda found: migrate(found, START)):
        with pytest.raises(ConfigError, match="newer version"):
            use(engine)
    assert before == dump(engine)


def test_an_older_schema_is_refused_until_it_is_migrated(store, monkeypatch):
    """What an older version made names the command that brings it up to date."""
    store.add("a")
    monkeypatch.setattr(migrations, "MIGRATIONS", NEXT)
    with pytest.raises(ConfigError, match="atompub migrate"):
        check_schema(store.engine)
    assert 1 == migrate(store.engine, START)
    check_schema(store.engine)
    assert [(7,)] == store.query("SELECT id FROM shelf")
    assert ["a"] == store.names()


def test_a_step_that_fails_leaves_nothing(engine, monkeypatch):
    """The steps are one transaction: half of a migration is none."""
    before = dump(engine)
    monkeypatch.setattr(migrations, "MIGRATIONS", BROKEN)
    with pytest.raises(Exception, match="no_such_table"):
        migrate(engine, START)
    assert before == dump(engine)


def test_several_may_migrate_at_the_same_time(empty):
    """Nodes that start together on an empty store make it once, and all go on."""
    taken = together(*[lambda: migrate(empty, START)] * 6)
    assert [0] * 5 + [len(MIGRATIONS)] == sorted(taken)
    assert 1 == len(rows(empty, "SELECT * FROM site"))
