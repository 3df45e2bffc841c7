"""The file-backed store when the disk or another program gets in its way."""

import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

import apsw
import pytest

from atompub.errors import StoreUnavailable
from atompub.store.entries import Entries
from atompub.store.migrations import migrate
from atompub.store.opening import open_engine
from tests.store.content import Store, dump, new_member, rows, together
from tests.stores import START, fresh_store

FORK = multiprocessing.get_context("fork")
BIG = b"<entry>" + b"x" * 100_000 + b"</entry>"


@pytest.fixture
def file(tmp_path):
    """The file of a store with the collection blog, which holds the entry first."""
    with fresh_store("sqlite", tmp_path):
        file = tmp_path / "atompub.db"
        engine = opened(file)
        Store(engine, lambda: START).add("first")
        engine.close()
        yield file


def opened(file, **options):
    """An engine of a file."""
    return open_engine(f"sqlite://{file}", **options)


def add(engine, name="entry", **fields):
    """Add a member to blog."""
    return Entries(engine).add("blog", new_member(name, **fields), START)


def names(engine):
    """The names in blog."""
    return [name for (name,) in rows(engine, "SELECT stem FROM member ORDER BY number")]


def parts(file):
    """The files of a store: the one that was named, and those beside it."""
    return sorted(file.parent.glob(f"{file.name}*"))


def apart(target, *args):
    """Run a function in a child that may spoil its own process; whether all was well."""

    def run():
        target(*args)

    process = FORK.Process(target=run)
    process.start()
    process.join(60)
    assert 0 == process.exitcode


def test_a_removed_file_is_unavailable(file):
    """While the file is gone nothing works and nothing is made; once it is back, all does."""
    engine = opened(file)
    add(engine)
    engine.close()
    shutil.copy(file, file.parent / "kept")
    assert ["first", "entry"] == names(engine)
    for part in parts(file):
        part.unlink()
    for use in (names, add, lambda engine: engine.rows("SELECT 1 FROM site")):
        with pytest.raises(StoreUnavailable):
            use(engine)
    assert [] == parts(file)
    shutil.copy(file.parent / "kept", file)
    assert ["first", "entry"] == names(engine)
    assert 3 == add(engine).number


def test_a_replaced_file_is_the_new_one(file):
    """Another store put in the place of the file is read and written from then on."""
    engine = opened(file)
    assert ["first"] == names(engine)
    together(lambda: add(engine, "second"))
    for part in parts(file):
        part.unlink()
    with fresh_store("sqlite", file.parent):
        Store(opened(file), lambda: START).add("new")
    assert ["new"] == names(engine)
    together(lambda: add(engine, "newer"))
    add(engine, "newest")
    assert ["new", "newer", "newest"] == names(engine) == names(opened(file))


def test_a_locked_database_is_unavailable_for_writers(file):
    """While another program holds the file, a write fails within a second or so; reads go on."""
    engine = opened(file)
    other = apsw.Connection(str(file))
    other.execute("BEGIN IMMEDIATE")
    before, start = dump(engine), time.monotonic()
    with pytest.raises(StoreUnavailable, match="locked"):
        add(engine)
    assert 2 > time.monotonic() - start
    assert before == dump(engine)
    other.execute("ROLLBACK")
    assert 2 == add(engine).number


def test_many_writers_of_a_locked_database_fail_soon(file):
    """A writer that queues behind others who find the file locked waits for none of them."""
    engine = opened(file)
    other = apsw.Connection(str(file))
    other.execute("BEGIN IMMEDIATE")

    def write():
        start = time.monotonic()
        with pytest.raises(StoreUnavailable):
            add(engine)
        return time.monotonic() - start

    assert 2.5 > max(together(*[write] * 6))
    other.execute("ROLLBACK")
    assert 2 == add(engine).number


def test_a_database_locked_for_all_is_unavailable(file):
    """A program that keeps the whole file to itself makes reads fail as well, and soon."""
    other = apsw.Connection(str(file))
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")
    start = time.monotonic()
    for use in (names, add):
        with pytest.raises(StoreUnavailable):
            use(opened(file))
    assert 4 > time.monotonic() - start
    other.close()
    assert ["first"] == names(opened(file))


@pytest.mark.parametrize("make", [False, True])
def test_a_missing_folder_is_unavailable(tmp_path, make):
    """Without its folder a store can be neither used nor made, and no folder appears."""
    engine = opened(tmp_path / "nowhere" / "atompub.db", create=make)
    for use in (names, lambda found: migrate(found, START)):
        with pytest.raises(StoreUnavailable):
            use(engine)
    assert [] == list(tmp_path.iterdir())


def test_a_missing_file_is_not_made_by_its_use(tmp_path):
    """Only `init` makes a store: using one that is not there leaves no file."""
    with pytest.raises(StoreUnavailable):
        names(opened(tmp_path / "atompub.db"))
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("make", [False, True])
def test_a_file_in_the_place_of_the_folder_is_unavailable(tmp_path, make):
    """A data directory that is a file is told like one that is missing."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreUnavailable):
        names(opened(tmp_path / "data" / "atompub.db", create=make))


def test_a_folder_in_the_place_of_the_file_is_unavailable(tmp_path):
    """A folder of the database's name is no database."""
    (tmp_path / "atompub.db").mkdir()
    with pytest.raises(StoreUnavailable):
        names(opened(tmp_path / "atompub.db"))


@pytest.mark.parametrize("content", [b"no database at all " * 500, b"SQLite format 3\0" * 600])
def test_a_file_that_is_no_database_is_unavailable(tmp_path, content):
    """Somebody else's file is refused and left as it is."""
    file = tmp_path / "atompub.db"
    file.write_bytes(content)
    for use in (names, add):
        with pytest.raises(StoreUnavailable):
            use(opened(file))
    assert content == file.read_bytes()


def test_a_damaged_file_is_unavailable(file):
    """Where pages of the database were overwritten, what needs them says so."""
    kept = file.read_bytes()
    file.write_bytes(kept[:8192] + b"\xff" * (len(kept) - 8192))
    with pytest.raises(StoreUnavailable):
        names(opened(file))


@pytest.mark.parametrize("locked", ["file", "folder", "both"])
def test_what_may_not_be_written_is_unavailable(locked):
    """Where file or folder may only be read, a write is refused and the file stays as it was."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "atompub.db"
        with fresh_store("sqlite", file.parent):
            Store(opened(file), lambda: START).add("first")
        for part in parts(file):
            part.chmod(0o666 if locked == "folder" else 0o444)
        file.parent.chmod(0o777 if locked == "file" else 0o555)
        before = file.read_bytes()
        apart(refused_as_nobody, file)
        assert before == file.read_bytes()
        file.parent.chmod(0o777)


def refused_as_nobody(file):
    """A write by somebody without rights of their own is refused, before and after a read."""
    if os.geteuid() == 0:
        os.setuid(65534)
    engine = opened(file)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            add(engine)


@pytest.mark.parametrize("limit", ["pages", "file", "descriptors"])
def test_what_runs_out_stores_nothing_by_halves(file, limit):
    """A write that the disk or the system refuses is unavailable and leaves nothing behind."""
    apart(fill_up, file, limit)
    engine = opened(file)
    assert [("ok",)] == rows(engine, "PRAGMA integrity_check")
    members = names(engine)
    assert [(len(members),)] == rows(engine, "SELECT sequence FROM collection")
    assert len(members) + 1 == add(engine, "after").number


def fill_up(file, limit):
    """Write until nothing more fits; the write that does not leaves the store as it was."""
    engine = opened(file)
    before = dump(engine)
    LIMITS[limit](engine, file)
    for _ in range(20):
        if not fits(engine):
            break
        before = dump(engine)
    else:
        pytest.fail("everything fits")
    assert before == dump(engine)


def fits(engine):
    """Whether a big entry could be added by a new thread."""
    try:
        together(lambda: add(engine, xml=BIG))
    except StoreUnavailable:
        return False
    return True


def limit_pages(engine, _):
    """Have SQLite say that the disk is full."""
    plain = engine.write

    def write(work):
        rows(engine, "PRAGMA max_page_count = 60")
        return plain(work)

    engine.write = write


def limit_file(_, file):
    """Have the system refuse to let a file grow."""
    largest = max(part.stat().st_size for part in parts(file)) + 300_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))


def limit_descriptors(*_):
    """Have the system refuse to open another file."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 4096))


LIMITS = {"pages": limit_pages, "file": limit_file, "descriptors": limit_descriptors}


def test_a_child_loses_nothing_when_its_parent_closes(file):
    """What a forked child was told is written stays, also when its parent lets go of the store."""
    engine = opened(file)
    assert ["first"] == names(engine)
    written, closed = FORK.Event(), FORK.Event()
    child = FORK.Process(target=write_around, args=(engine, written, closed))
    child.start()
    assert written.wait(20)
    engine.close()
    closed.set()
    child.join(20)
    assert (0, ["first", "before", "after"]) == (child.exitcode, names(opened(file)))


def write_around(engine, written, closed):
    """Write before and after the parent closes its connection."""
    add(engine, "before")
    written.set()
    assert closed.wait(20)
    add(engine, "after")


def test_a_commit_is_flushed_to_the_disk(file):
    """Each connection syncs every commit: an acknowledged write survives a power cut."""
    engine = opened(file)
    assert [(2,)] == rows(engine, "PRAGMA synchronous")
    assert [("wal",)] == rows(engine, "PRAGMA journal_mode")


def test_a_store_can_be_copied_like_any_folder(file, tmp_path):
    """The folder of a store at rest, copied elsewhere, is the same store."""
    target = tmp_path / "copy"
    target.mkdir()
    for part in parts(file):
        shutil.copy(part, target)
    assert dump(opened(file)) == dump(opened(target / file.name))
