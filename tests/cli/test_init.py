"""Making a store: init and migrate, and stores that are missing or do not fit."""

import ctypes
import json
import os
import sqlite3
import time
from io import BytesIO

import pytest
from PIL import Image

from atompub.cli.landscapes import PICTURES, png
from tests.stores import fresh_schema

DROP_FROM_BOUNDING_SET, OVERRIDE_PERMISSIONS = 24, 1
"""PR_CAPBSET_DROP of prctl(2), and the capability that lets root write everywhere."""


def collections(commands, **options):
    """The collections of a store, as the command lists them for programs."""
    return json.loads(commands.done("collection", "list", "--json", **options))


def titles(commands):
    """The titles of the entries in a store."""
    with sqlite3.connect(commands.data / "atompub.db") as database:
        return sorted(title for (title,) in database.execute("SELECT title FROM member"))


def without_override():
    """Make root obey permissions too, from the next exec on."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(DROP_FROM_BOUNDING_SET, OVERRIDE_PERMISSIONS, 0, 0, 0)


def test_init_makes_a_store_in_the_data_directory(atompub):
    """`init` makes ./data with the workspace Main and the collections blog and photos."""
    assert "made the store" in atompub.done("init")
    assert (atompub.data / "atompub.db").is_file()
    found = [(one["name"], one["workspace"], one["accept"]) for one in collections(atompub)]
    pictures = ["image/png", "image/jpeg", "image/gif", "image/*"]
    assert [
        ("blog", "Main", ["application/atom+xml;type=entry"]),
        ("photos", "Main", pictures),
    ] == found
    assert [] == titles(atompub)


def test_init_leaves_what_is_there(store):
    """A second `init` changes nothing: not the ids, not what the operator set or removed."""
    store.done("collection", "set", "blog", "--title", "Notes")
    store.done("collection", "remove", "photos")
    before = collections(store)
    assert "ready" in store.done("init")
    assert before == collections(store)


def test_init_with_demo_adds_entries_once(store):
    """`init --demo` fills an empty blog, also of a store that is there, and never twice."""
    store.done("init", "--demo")
    first = titles(store)
    assert "Welcome" in first
    store.done("init", "--demo")
    assert first == titles(store)


def test_demo_is_worth_a_look(store):
    """`init --demo` makes entries of several months, and pictures that are all different."""
    store.done("init", "--demo")
    with sqlite3.connect(store.data / "atompub.db") as database:
        posted = [at for (at,) in database.execute("SELECT posted FROM member")]
        (pictures,) = database.execute("SELECT count(DISTINCT media_sha256) FROM member").fetchone()
    assert 6 == pictures
    assert len({at // (30 * 24 * 3600 * 1_000_000) for at in posted}) >= 5
    assert max(posted) < time.time() * 1_000_000


@pytest.mark.parametrize("number", [0, 5])
def test_pictures_of_the_demo(number):
    """A landscape is a PNG, and the same one each time."""
    drawn = png(PICTURES[number].landscape)
    with Image.open(BytesIO(drawn)) as picture:
        picture.load()
        assert ("PNG", "RGB") == (picture.format, picture.mode)
    assert drawn == png(PICTURES[number].landscape)
    assert len(drawn) < 250_000


def test_init_with_demo_passes_over_a_blog_that_was_removed(store):
    """`init --demo`, which `make run` calls at each start, does not fail without its blog."""
    store.done("collection", "remove", "blog")
    store.done("init", "--demo")
    assert ["photos"] == [one["name"] for one in collections(store)]


def test_init_makes_missing_folders(atompub):
    """`init` makes the data directory with the folders above it."""
    atompub.done("--data", "deep/down/here", "init")
    assert (atompub.folder / "deep/down/here/atompub.db").is_file()


def test_init_finishes_what_was_begun(atompub):
    """After a `migrate` of an empty database, `init` still makes the collections."""
    atompub.data.mkdir()
    (atompub.data / "atompub.db").touch()
    atompub.run("migrate")
    atompub.done("init")
    assert ["blog", "photos"] == [one["name"] for one in collections(atompub)]


def test_migrate_of_a_current_store_changes_nothing(store):
    """`migrate` says that the schema is up to date and leaves the store as it was."""
    before = collections(store)
    assert "up to date" in store.done("migrate")
    assert before == collections(store)


def test_commands_work_on_postgres(atompub, postgres):
    """With DATABASE the same commands keep a store in PostgreSQL, and no file of a database."""
    with fresh_schema(postgres()) as url:
        env = {"ATOMPUB_DATABASE": url}
        assert "empty" in atompub.refused("user", "list", env=env)
        atompub.done("init", env=env)
        assert ["blog", "photos"] == [one["name"] for one in collections(atompub, env=env)]
        atompub.done("user", "add", "alice", env=env)
        assert "alice\t-\n" == atompub.done("user", "list", env=env)
        assert "already" in atompub.refused("user", "add", "alice", env=env)
    assert not (atompub.data / "atompub.db").exists()


@pytest.mark.parametrize(
    "command",
    [["migrate"], ["gc"], ["user", "list"], ["user", "add", "alice"], ["collection", "list"]],
    ids=" ".join,
)
def test_a_command_without_a_store_names_the_one_that_makes_it(atompub, command):
    """Where there is no store, a command says to run `atompub init` and makes nothing."""
    assert "atompub init" in atompub.refused(*command)
    assert not atompub.data.exists()


@pytest.mark.parametrize("command", [["init"], ["user", "list"], ["serve"]], ids=" ".join)
def test_data_path_that_is_a_file_is_refused(atompub, command):
    """A data path that is a file is refused, and the file stays."""
    atompub.data.write_text("mine")
    assert "data" in atompub.refused(*command)
    assert "mine" == atompub.data.read_text()


def test_data_directory_that_cannot_be_made_is_refused(atompub):
    """Where the data directory may not be made, `init` says so."""
    atompub.folder.chmod(0o555)
    message = atompub.refused("init", preexec_fn=without_override)
    assert "data directory data cannot be made: Permission denied" in message


@pytest.mark.parametrize("command", [["init"], ["user", "list"], ["serve"]], ids=" ".join)
def test_data_directory_that_cannot_be_written_is_refused(store, command):
    """A store that may not be written is refused with that reason."""
    (store.data / "atompub.db").chmod(0o444)
    store.data.chmod(0o555)
    assert "may not be written" in store.refused(*command, preexec_fn=without_override)


@pytest.mark.parametrize(
    "command", [["init"], ["migrate"], ["user", "list"], ["serve"]], ids=" ".join
)
def test_newer_schema_is_refused(store, command):
    """A store of a newer version is refused by every command, in a sentence that says so."""
    with sqlite3.connect(store.data / "atompub.db") as database:
        database.execute("UPDATE site SET version = 1000000")
    assert "newer version" in store.refused(*command)


@pytest.mark.parametrize("command", [["init"], ["user", "list"], ["serve"]], ids=" ".join)
def test_file_that_is_no_database_is_refused(store, command):
    """A file of another kind in the database's place is refused and not overwritten."""
    path = store.data / "atompub.db"
    path.write_text("This is no database, it is a letter. " * 20)
    before = path.read_bytes()
    assert "atompub.db" in store.refused(*command)
    assert before == path.read_bytes()
