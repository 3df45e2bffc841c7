"""Making a store and keeping its schema up to date."""

import time
from collections.abc import Callable
from pathlib import Path

import click

from atompub.cli.demo import add_demo
from atompub.config import Settings
from atompub.errors import ConfigError
from atompub.model import ENTRY_RANGE, CollectionSettings
from atompub.store.accounts import Accounts
from atompub.store.collections import Collections
from atompub.store.engine import Engine
from atompub.store.migrations import check_schema, is_empty
from atompub.store.migrations import migrate as migrate_schema
from atompub.store.opening import open_blobs, open_engine

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/*")


def micros() -> int:
    """The clock: microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def open_store(settings: Settings) -> Engine:
    """The engine of a store that is there and up to date. Raises ConfigError."""
    _check_is_there(settings)
    engine = open_engine(settings.database_url)
    check_schema(engine)
    return engine


def make_store(settings: Settings, *, demo: bool = False) -> bool:
    """Make what is missing of a store; whether it was empty. Raises ConfigError."""
    _make_folder(settings)
    engine = open_engine(settings.database_url, create=True)
    is_new = is_empty(engine)
    migrate_schema(engine, micros())
    if is_new:
        collections = Collections(engine, micros)
        collections.add("blog", "Blog", settings=CollectionSettings(accept=(ENTRY_RANGE,)))
        collections.add("photos", "Photos", settings=CollectionSettings(accept=PICTURES))
    if demo:
        add_demo(engine, open_blobs(settings.media_url), micros)
    engine.close()
    return is_new


def with_store(use: Callable[[Engine], None], settings: Settings) -> None:
    """Call a function with the engine of a store, and let go of it."""
    engine = open_store(settings)
    try:
        use(engine)
    finally:
        engine.close()


@click.command()
@click.option(
    "--demo", is_flag=True, help="Add a few entries and pictures to an empty blog and album."
)
@click.pass_obj
def init(settings: Settings, demo: bool) -> None:
    """Create the store, with the collections blog and photos.

    What is there already stays as it is.
    """
    if make_store(settings, demo=demo):
        click.echo(f"made the store {_where(settings)} with the collections blog and photos")
    else:
        click.echo(f"the store {_where(settings)} is ready")


@click.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the schema of a store up to date."""
    _check_is_there(settings)
    engine = open_engine(settings.database_url)
    if is_empty(engine):
        raise ConfigError("the store is empty: run 'atompub init' first")
    taken = migrate_schema(engine, micros())
    engine.close()
    click.echo(f"{taken} steps taken; the schema is up to date")


def needs_making(settings: Settings) -> bool:
    """Whether there is no store, or one that nothing was ever put into."""
    if not settings.database and not (settings.data / "atompub.db").exists():
        return True
    engine = open_engine(settings.database_url)
    empty = is_empty(engine)
    engine.close()
    return empty


def has_accounts(settings: Settings) -> bool:
    """Whether anybody can sign in."""
    engine = open_store(settings)
    found = bool(Accounts(engine, micros).list())
    engine.close()
    return found


def _where(settings: Settings) -> str:
    return settings.database or f"in {settings.data}"


def _make_folder(settings: Settings) -> None:
    if settings.database and settings.media:
        return
    try:
        Path(settings.data).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"the data directory {settings.data} cannot be made: {error.strerror}"
        ) from error


def _check_is_there(settings: Settings) -> None:
    if not settings.database and not (settings.data / "atompub.db").exists():
        raise ConfigError(f"there is no store in {settings.data}: run 'atompub init' first")
