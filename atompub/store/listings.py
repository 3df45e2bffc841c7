"""What readers list: visible members by the instant they were posted, the latest first.

All of a publication, or those under a heading or of a month, by keyset in both directions; or
those with some words in them, in numbered pages.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, datetime

from atompub.errors import NotFound
from atompub.model import Collection
from atompub.readers import ALL, Leaf, Listed, Listing, Place, Selection
from atompub.store.collections import find_collection
from atompub.store.engine import Engine, Row, Transaction, Value
from atompub.store.fulltext import words_of
from atompub.store.headings import ANSWER, AUTHOR, CATEGORY
from atompub.store.members import MEMBER, as_member
from atompub.store.site import Site, find_site
from atompub.store.threads import threads_of

REACHED = 1000
"""How many results of a search can be paged through; it finds and counts more."""
FARTHEST = 1 << 62
"""Later than any instant, in microseconds."""


class Listings:
    """Reads the visible members of collections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(
        self, collection: str, selection: Selection, place: Place | None
    ) -> tuple[Collection, Listing]:
        """A page of a selection, with the collection's row. Raises NotFound for the collection."""

        def work(transaction: Transaction) -> tuple[Collection, Listing]:
            found = find_collection(transaction, collection)
            return found, _page(transaction, found, selection, place)

        return self._engine.read(work)

    def latest(
        self, names: Iterable[str], count: int
    ) -> tuple[Site, list[tuple[Collection, tuple[Listed, ...]]]]:
        """The site's row, and the publications of these names with their latest entries.

        Private collections are left out. Raises NotFound for one that is not there.
        """

        def work(
            transaction: Transaction,
        ) -> tuple[Site, list[tuple[Collection, tuple[Listed, ...]]]]:
            found = [find_collection(transaction, name) for name in names]
            shown = [
                (one, _listed(transaction, {one.id: one}, _latest(transaction, one, count)))
                for one in found
                if not one.settings.private
            ]
            return find_site(transaction), shown

        return self._engine.read(work)

    def leaf(self, collection: str, identity: str) -> Leaf:
        """The visible member of an id, with what stands around it. Raises NotFound."""

        def work(transaction: Transaction) -> Leaf:
            found = find_collection(transaction, collection)
            rows = transaction.rows(VISIBLE, id=identity, collection=found.id)
            if not rows:
                raise NotFound("there is no such page")
            (entry,) = _listed(transaction, {found.id: found}, rows)
            at = Place(entry.posted, identity)
            before = _rows(transaction, found, ALL, at, 1, newer=False)
            after = _rows(transaction, found, ALL, at, 1, newer=True)
            older, newer = (_only(transaction, found, one) for one in (before, after))
            replies = _page(transaction, found, Selection(replies_to=entry.member.atom_id), None)
            return Leaf(found, entry, replies.entries, older, newer)

        return self._engine.read(work)

    def months(self, collection: Collection) -> list[tuple[int, int, int]]:
        """The months in which something was posted, the latest first: year, month, how many."""

        def work(transaction: Transaction) -> list[tuple[int, int, int]]:
            found, before = [], FARTHEST
            while (latest := _latest_before(transaction, collection, before)) is not None:
                day = datetime.fromtimestamp(latest // 1_000_000, UTC)
                before, until = _span((day.year, day.month))
                rows = transaction.rows(COUNT, collection=collection.id, start=before, end=until)
                found.append((day.year, day.month, int(rows[0][0])))
            return found

        return self._engine.read(work)

    def search(
        self, names: Iterable[str], words: str, page: int, size: int
    ) -> tuple[tuple[Collection, ...], Listing]:
        """The entries of some publications in which all the words are, the last as a beginning.

        `page` counts from 1; private collections are left out. Raises NotFound for a collection
        that is not there, and for a page too far down.
        """
        start, asked = (page - 1) * size, words_of(words)
        if page < 1 or start >= REACHED:
            raise NotFound("there is no such page of results")

        def work(transaction: Transaction) -> tuple[tuple[Collection, ...], Listing]:
            found = (find_collection(transaction, name) for name in names)
            collections = tuple(one for one in found if not one.settings.private)
            if not asked or not collections:
                return collections, Listing((), None, None)
            query = self._engine.full_text.query(asked)
            where = _where_found(collections, self._engine.full_text.found)
            total = int(transaction.rows(f"SELECT count(*) {where}", query=query)[0][0])
            rows = transaction.rows(
                f"SELECT {MEMBER} {where} ORDER BY posted DESC, id DESC LIMIT :count OFFSET :start",
                query=query,
                count=size,
                start=start,
            )
            by_id = {one.id: one for one in collections}
            return collections, Listing(
                _listed(transaction, by_id, rows), None, None, total=total, start=start
            )

        return self._engine.read(work)


VISIBLE = f"""
SELECT {MEMBER} FROM member WHERE id = :id AND collection = :collection AND visible = 1
"""

COUNT = """
SELECT count(*) FROM member
WHERE collection = :collection AND visible = 1 AND posted >= :start AND posted < :end
"""

POSTED = MEMBER.split(", ").index("posted")
HEADINGS = ((CATEGORY, "category"), (AUTHOR, "author"), (ANSWER, "replies_to"))


def _page(
    transaction: Transaction, collection: Collection, selection: Selection, place: Place | None
) -> Listing:
    size = collection.settings.page_size
    newer = place is not None and place.newer
    rows = _rows(transaction, collection, selection, place, size + 1, newer=newer)
    beyond, rows = len(rows) > size, rows[:size]
    if newer:
        rows.reverse()
    entries = _listed(transaction, {collection.id: collection}, rows)
    # Where a page starts at a place, that entry itself stands on the other side.
    has_older, has_newer = (True, beyond) if newer else (beyond, place is not None)
    if not entries:
        return Listing(entries, None, None)
    top, bottom = entries[0], entries[-1]
    return Listing(
        entries,
        older=Place(bottom.posted, bottom.member.id) if has_older else None,
        newer=Place(top.posted, top.member.id, newer=True) if has_newer else None,
    )


def _rows(
    transaction: Transaction,
    collection: Collection,
    selection: Selection,
    place: Place | None,
    count: int,
    *,
    newer: bool,
) -> list[Row]:
    """Up to `count` rows of MEMBER beyond a place, the nearest first."""
    start, end = _span(selection.month) if selection.month else (-FARTHEST, FARTHEST)
    values: dict[str, Value] = {"collection": collection.id, "count": count}
    if place is None:
        values |= {"instant": end, "id": ""}
    else:
        values |= {"instant": place.instant, "id": place.id}
    for kind, name in HEADINGS:
        if value := getattr(selection, name):
            values |= {"kind": kind, "value": value}
            rows = transaction.rows(_under_heading(newer=newer), **values)
            return sorted(rows, key=lambda row: (row[POSTED], row[0]), reverse=not newer)
    limit: dict[str, Value] = {"end": end} if newer else {"start": start}
    return transaction.rows(_in_span(newer=newer), **values, **limit)


def _latest(transaction: Transaction, collection: Collection, count: int) -> list[Row]:
    return _rows(transaction, collection, ALL, None, count, newer=False)


def _in_span(*, newer: bool) -> str:
    """Both ends of the walk are told by `posted` alone: SQLite begins an index there."""
    comparison, order = (">", "ASC") if newer else ("<", "DESC")
    ends = (
        "posted >= :instant AND posted < :end"
        if newer
        else "posted >= :start AND posted <= :instant"
    )
    return (
        f"SELECT {MEMBER} FROM member WHERE collection = :collection AND visible = 1"
        f" AND {ends} AND (posted, id) {comparison} (:instant, :id)"
        f" ORDER BY posted {order}, id {order} LIMIT :count"
    )


def _under_heading(*, newer: bool) -> str:
    """Rows in no order: what was found by the index is sorted by who asks."""
    comparison, order = (">", "ASC") if newer else ("<", "DESC")
    return (
        f"SELECT {MEMBER} FROM member WHERE id IN ("
        "SELECT heading.member FROM heading JOIN member AS one ON one.id = heading.member"
        " WHERE heading.collection = :collection AND kind = :kind AND value = :value"
        f" AND one.visible = 1 AND (heading.posted, heading.member) {comparison} (:instant, :id)"
        f" ORDER BY heading.posted {order}, heading.member {order} LIMIT :count)"
    )


def _where_found(collections: Iterable[Collection], found: str) -> str:
    ids = ", ".join(str(one.id) for one in collections)
    return f"FROM member WHERE visible = 1 AND collection IN ({ids}) AND id IN ({found})"


def _latest_before(transaction: Transaction, collection: Collection, before: int) -> int | None:
    rows = transaction.rows(
        "SELECT posted FROM member WHERE collection = :collection AND visible = 1"
        " AND posted < :before ORDER BY posted DESC LIMIT 1",
        collection=collection.id,
        before=before,
    )
    return int(rows[0][0]) if rows else None


def _span(month: tuple[int, int]) -> tuple[int, int]:
    """The instants at which a month, or with month 0 a year, begins and has ended."""
    year, number = month
    begin = datetime(year, number or 1, 1, tzinfo=UTC)
    days = monthrange(year, number)[1] if number else 337 + monthrange(year, 2)[1]
    start = int(begin.timestamp()) * 1_000_000
    return start, start + days * 86_400_000_000


def _listed(
    transaction: Transaction, collections: dict[int, Collection], rows: list[Row]
) -> tuple[Listed, ...]:
    members = [as_member(row) for row in rows]
    threads = threads_of(transaction, members)
    return tuple(
        Listed(collections[member.collection], member, member.posted, thread)
        for member, thread in zip(members, threads, strict=True)
    )


def _only(transaction: Transaction, collection: Collection, rows: list[Row]) -> Listed | None:
    found = _listed(transaction, {collection.id: collection}, rows)
    return found[0] if found else None
