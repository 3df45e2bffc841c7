"""Members in the order of the collection's numbers: pages from the newest change down, and the
changes after a number, oldest first. All by keyset: the millionth page costs what the first does.
"""

from functools import lru_cache

from atompub.errors import NotFound
from atompub.model import Changes, Collection, Cursor, Page, Tombstone, View
from atompub.store.collections import find_collection
from atompub.store.engine import Engine, Row, Transaction, Value
from atompub.store.members import MEMBER, as_member

SEEN = {
    "all": ("1 = 1",),
    "published": ("visible = 1",),
    "own": ("visible = 1", "visible = 0 AND account = :account"),
}
"""By view, conditions whose members together make it; each has an index in number order."""

BURIED = {
    "all": "deleted = 1",
    "published": "public = 1",
    "own": "((public = 1 AND account <> :account) OR (deleted = 1 AND account = :account))",
}
"""By view, the tombstones of what it showed before. The author of a withdrawn entry still sees
it, so to its author only a deleted one is gone."""

NUMBER = MEMBER.split(", ").index("number")


class Pages:
    """Reads the members of a collection in order."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, collection: str, view: View, cursor: Cursor) -> Page:
        """The page at `cursor`. Raises NotFound for the collection or a number it never took."""

        def work(transaction: Transaction) -> Page:
            found = find_collection(transaction, collection)
            for number in (cursor.before, cursor.after):
                _check_number(found, number)
            if cursor.last or cursor.after is not None:
                return _page_up(transaction, found, view, cursor.after or 0)
            return _page_down(transaction, found, view, cursor.before)

        return self._engine.read(work)

    def changes(self, collection: str, view: View, since: int) -> Changes:
        """What changed after `since`, a page of it. Raises NotFound as `page` does."""

        def work(transaction: Transaction) -> Changes:
            found = find_collection(transaction, collection)
            _check_number(found, since)
            count = found.settings.page_size + 1
            members = _up(transaction, found, view, since, count)
            keys: dict[str, Value] = {"collection": found.id, "after": since, "count": count}
            if view.kind == "own":
                keys["account"] = view.account
            buried = transaction.rows(_tombstones(view.kind), **keys)
            return _changes(found, view, members, buried)

        return self._engine.read(work)


def _check_number(collection: Collection, number: int | None) -> None:
    if number is not None and number > collection.sequence:
        raise NotFound(f"{collection.name} has not come to change {number} yet")


def _page_down(
    transaction: Transaction, collection: Collection, view: View, before: int | None
) -> Page:
    size = collection.settings.page_size
    bound = collection.sequence + 1 if before is None else before
    rows = _query(transaction, _members(view.kind, "<", "DESC"), collection, view, bound, size + 1)
    # One row more than fits tells whether another page follows.
    members, older = rows[:size], len(rows) > size
    if before is None:
        return _page(collection, members, older=older, newer=False, head=False)
    newer = _newer(transaction, collection, view, members[0][NUMBER] if members else before - 1)
    return _page(collection, members, older=older, newer=newer > 0, head=0 < newer <= size)


def _page_up(transaction: Transaction, collection: Collection, view: View, after: int) -> Page:
    size = collection.settings.page_size
    members = _up(transaction, collection, view, after, size)[::-1]
    bottom = members[-1][NUMBER] if members else after + 1
    top = members[0][NUMBER] if members else after
    down = _members(view.kind, "<", "DESC")
    older = bool(_query(transaction, down, collection, view, bottom, 1))
    newer = _newer(transaction, collection, view, top)
    return _page(collection, members, older=older, newer=newer > 0, head=0 < newer <= size)


def _page(collection: Collection, rows: list[Row], *, older: bool, newer: bool, head: bool) -> Page:
    members = tuple(as_member(row) for row in rows)
    return Page(collection, members, older=older, newer=newer, head=head)


def _newer(transaction: Transaction, collection: Collection, view: View, number: int) -> int:
    """How many members changed after `number`, counted up to one more than a page holds."""
    return len(_up(transaction, collection, view, number, collection.settings.page_size + 1))


def _up(
    transaction: Transaction, collection: Collection, view: View, after: int, count: int
) -> list[Row]:
    return _query(transaction, _members(view.kind, ">", "ASC"), collection, view, after, count)


def _query(
    transaction: Transaction, sql: str, collection: Collection, view: View, bound: int, count: int
) -> list[Row]:
    keys: dict[str, Value] = {"collection": collection.id, "bound": bound, "count": count}
    if view.kind == "own":
        keys["account"] = view.account
    return transaction.rows(sql, **keys)


@lru_cache
def _members(kind: str, comparison: str, order: str) -> str:
    """A union of arms that each walk one index: with OR, the whole collection would be sorted."""
    arms = [
        f"SELECT * FROM (SELECT {MEMBER} FROM member"
        f" WHERE collection = :collection AND {condition} AND number {comparison} :bound"
        f" ORDER BY number {order} LIMIT :count) AS arm{position}"
        for position, condition in enumerate(SEEN[kind])
    ]
    return f"{' UNION ALL '.join(arms)} ORDER BY number {order} LIMIT :count"


@lru_cache
def _tombstones(kind: str) -> str:
    return (
        "SELECT number, atom_id, removed FROM tombstone"
        f" WHERE collection = :collection AND number > :after AND {BURIED[kind]}"
        " ORDER BY number LIMIT :count"
    )


def _changes(collection: Collection, view: View, rows: list[Row], buried: list[Row]) -> Changes:
    size = collection.settings.page_size
    members = [as_member(row) for row in rows]
    tombstones = [Tombstone(*row) for row in buried]
    numbers = sorted([*(one.number for one in members), *(one.number for one in tombstones)])
    more = len(numbers) > size
    state = collection.public if view.kind == "published" else collection.sequence
    upto = numbers[size - 1] if more else max([state, *numbers])
    return Changes(
        collection,
        tuple(member for member in members if member.number <= upto),
        tuple(tombstone for tombstone in tombstones if tombstone.number <= upto),
        upto,
        more,
    )
