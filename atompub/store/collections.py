"""Workspaces and collections."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from atompub.errors import ConfigError, NotFound, Taken
from atompub.model import Categories, Category, Collection, CollectionSettings
from atompub.names import check_collection_name, check_line, new_atom_id, new_epoch
from atompub.store.engine import Engine, Row, Statements, Transaction, Value
from atompub.store.instants import EDITED, modified
from atompub.store.site import Site, find_site, touch_site

COLUMNS = (
    "collection.id, workspace.title, collection.name, collection.title, collection.atom_id,"
    " collection.settings, collection.epoch, collection.sequence, collection.public,"
    " collection.edited, collection.updated, collection.public_updated, collection.modified,"
    " collection.public_modified, collection.due"
)
JOINED = "collection JOIN workspace ON workspace.id = collection.workspace"
SELECT = f"SELECT {COLUMNS} FROM {JOINED}"
NAMED = f"{SELECT} WHERE collection.name = :name"
WIDTH = COLUMNS.count(",") + 1


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace and its collections, by name."""

    title: str
    collections: tuple[Collection, ...]


class Collections:
    """The workspaces and collections of a store."""

    def __init__(self, engine: Engine, now: Callable[[], int]) -> None:
        self._engine = engine
        self._now = now

    def get(self, name: str) -> Collection:
        """The collection of that name. Raises NotFound."""
        return find_collection(self._engine, name)

    def overview(self) -> tuple[Site, tuple[Workspace, ...]]:
        """The site's row and all workspaces, with their collections; oldest first."""
        return self._engine.read(
            lambda transaction: (find_site(transaction), _workspaces(transaction))
        )

    def add(
        self,
        name: str,
        title: str,
        workspace: str = "Main",
        settings: CollectionSettings | None = None,
    ) -> Collection:
        """Make an empty collection, and its workspace if that is new.

        Raises Taken when a collection has that name, ConfigError when no collection may.
        """
        check_collection_name(name)
        check_line("title", title)
        check_line("workspace", workspace)
        chosen = _checked(settings or CollectionSettings())
        identity, epoch, now = new_atom_id(), new_epoch(), self._now()

        def work(transaction: Transaction) -> Collection:
            if transaction.rows("SELECT 1 FROM collection WHERE name = :name", name=name):
                raise Taken(f"there is a collection {name!r} already")
            transaction.rows(
                "INSERT INTO collection (id, workspace, name, title, atom_id, settings, epoch,"
                " sequence, public, edited, updated, public_updated, modified, public_modified)"
                " SELECT coalesce(max(id), 0) + 1, :workspace, :name, :title, :atom_id, :settings,"
                " :epoch, 0, 0, :now, :now, :now, :now / 1000000, :now / 1000000"
                " FROM collection",
                workspace=_workspace_id(transaction, workspace),
                name=name,
                title=title,
                atom_id=identity,
                settings=_dump(chosen),
                epoch=epoch,
                now=now,
            )
            touch_site(transaction, now)
            return find_collection(transaction, name)

        return self._engine.write(work)

    def set(self, name: str, title: str, settings: CollectionSettings) -> Collection:
        """Change a collection's title and settings, as a change readers see. Raises NotFound."""
        chosen, now = _checked(settings), self._now()
        check_line("title", title)

        def work(transaction: Transaction) -> Collection:
            found = find_collection(transaction, name)
            transaction.rows(BUMP, **bump(found.id, now, shown=True, updated=now))
            transaction.rows(
                "UPDATE collection SET title = :title, settings = :settings WHERE id = :id",
                title=title,
                settings=_dump(chosen),
                id=found.id,
            )
            touch_site(transaction, now)
            return find_collection(transaction, name)

        return self._engine.write(work)

    def remove(self, name: str, *, with_members: bool = False) -> None:
        """Remove a collection for good. Raises NotFound, and Taken when it holds members."""
        now = self._now()

        def work(transaction: Transaction) -> None:
            found = find_collection(transaction, name)
            held = {"collection": found.id}
            if not with_members and transaction.rows(
                "SELECT 1 FROM member WHERE collection = :collection LIMIT 1", **held
            ):
                raise Taken(f"{name} still holds entries; --force removes them with it")
            words = self._engine.full_text.remove(MEMBERS)
            transaction.batch([(sql, held) for sql in (*words, *REMOVE)])
            touch_site(transaction, now)

        self._engine.write(work)


BUMP = f"""
UPDATE collection SET
    sequence = sequence + 1,
    edited = {EDITED},
    modified = {modified("modified")},
    ordinals = ordinals + :first,
    public = CASE WHEN :shown = 1 THEN sequence + 1 ELSE public END,
    updated = CASE WHEN :updated > updated THEN :updated ELSE updated END,
    public_updated =
        CASE WHEN :shown = 1 AND :updated > public_updated THEN :updated ELSE public_updated END,
    public_modified =
        CASE WHEN :shown = 1 THEN {modified("public_modified")} ELSE public_modified END,
    due = CASE
        WHEN CAST(:release AS BIGINT) IS NULL THEN due
        WHEN due IS NULL OR due > CAST(:release AS BIGINT) THEN CAST(:release AS BIGINT)
        ELSE due END
WHERE id = :collection
RETURNING sequence, edited
"""
"""Take the collection's next number (design idea 2), with the parameters of `bump`."""

MEMBERS = "SELECT id FROM member WHERE collection = :collection"
REMOVE = (
    f"DELETE FROM revision WHERE member IN ({MEMBERS})",
    "DELETE FROM ping WHERE collection = :collection",
    "DELETE FROM heading WHERE collection = :collection",
    "DELETE FROM revision WHERE member IN"
    " (SELECT member FROM tombstone WHERE collection = :collection)",
    "DELETE FROM member WHERE collection = :collection",
    "DELETE FROM tombstone WHERE collection = :collection",
    "DELETE FROM idempotency WHERE collection = :collection",
    'DELETE FROM "grant" WHERE collection = :collection',
    "DELETE FROM collection WHERE id = :collection",
)


def bump(
    collection: int,
    now: int,
    *,
    shown: bool,
    updated: int,
    release: int | None = None,
    first: bool = False,
) -> dict[str, Value]:
    """The parameters of BUMP: `shown` when readers can see the change, `updated` for the feed's
    date, `release` the instant of a release that lies ahead, `first` when readers see the member
    for the first time."""
    return {
        "first": int(first),
        "collection": collection,
        "now": now,
        "shown": int(shown),
        "updated": updated,
        "release": release,
    }


def find_collection(statements: Statements, name: str) -> Collection:
    """The collection of that name. Raises NotFound."""
    rows = statements.rows(NAMED, name=name)
    if not rows:
        raise NotFound(f"there is no collection {name!r}")
    return as_collection(rows[0])


@lru_cache(maxsize=256)
def as_collection(row: Row) -> Collection:
    """A row of COLUMNS as a Collection."""
    values: list[Any] = [*row[:5], _load(row[5]), *row[6:]]
    return Collection(*values)


def _workspaces(transaction: Transaction) -> tuple[Workspace, ...]:
    titles = transaction.rows("SELECT title FROM workspace ORDER BY id")
    found = [as_collection(row) for row in transaction.rows(SELECT + " ORDER BY collection.id")]
    return tuple(
        Workspace(title, tuple(one for one in found if one.workspace == title))
        for (title,) in titles
    )


def _workspace_id(transaction: Transaction, title: str) -> int:
    rows = transaction.rows("SELECT id FROM workspace WHERE title = :title", title=title)
    return int(rows[0][0]) if rows else add_workspace(transaction, title)


def add_workspace(transaction: Transaction, title: str) -> int:
    """Make a workspace; its id."""
    return int(
        transaction.rows(
            "INSERT INTO workspace (id, title) SELECT coalesce(max(id), 0) + 1, :title"
            " FROM workspace RETURNING id",
            title=title,
        )[0][0]
    )


def _checked(settings: CollectionSettings) -> CollectionSettings:
    if settings.author not in {"account", "client"}:
        raise ConfigError("the author policy is 'account' or 'client'")
    if not 1 <= settings.page_size <= 500:
        raise ConfigError("a page holds 1 to 500 entries")
    offered = settings.categories or Categories()
    for category in (*offered.terms, Category(term="-", scheme=offered.scheme)):
        check_line("term of a category", category.term)
        check_line("label of a category", category.label or "-")
        check_line("scheme of a category", category.scheme or "-")
    return settings


def _dump(settings: CollectionSettings) -> str:
    return json.dumps(asdict(settings), ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=1024)
def _load(text: str) -> CollectionSettings:
    stored = json.loads(text)
    offered = stored.pop("categories")
    if offered is not None:
        terms = tuple(Category(**term) for term in offered.pop("terms"))
        offered = Categories(terms=terms, **offered)
    return CollectionSettings(accept=tuple(stored.pop("accept")), categories=offered, **stored)
