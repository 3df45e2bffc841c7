"""The history of a publication in documents (RFC 5005): what changed last, and closed archives.

An archive holds the members of a hundred ordinals for good, with tombstones in place of those
that went. What is in no closed archive yet stands in the feed that readers subscribe to, beside
what changed last, so that who follows `prev-archive` from there meets every entry.
"""

from atompub.errors import NotFound
from atompub.model import Collection, Tombstone
from atompub.readers import History, Listed
from atompub.store.collections import find_collection
from atompub.store.engine import Engine, Row, Transaction
from atompub.store.members import MEMBER, as_member
from atompub.store.threads import threads_of

ARCHIVED = 100
MOST_TOMBSTONES = 500


class Histories:
    """Reads the documents of publications' histories."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def subscription(self, collection: str) -> History:
        """The feed of what changed last. Raises NotFound."""

        def work(transaction: Transaction) -> History:
            found, closed = _find(transaction, collection)
            size, archived = found.settings.page_size, closed * ARCHIVED
            latest = transaction.rows(LATEST, collection=found.id, count=size)
            unarchived = transaction.rows(UNARCHIVED, collection=found.id, archived=archived)
            rows = {row[NUMBER]: row for row in (*latest, *unarchived)}
            entries = _listed(transaction, found, [rows[one] for one in sorted(rows, reverse=True)])
            since = latest[-1][NUMBER] if len(latest) == size else 0
            about = {"collection": found.id, "count": MOST_TOMBSTONES}
            buried = transaction.rows(BURIED, **about, since=since)
            earlier = transaction.rows(BURIED_UNARCHIVED, **about, since=since, archived=archived)
            tombstones = _tombstones((buried + earlier)[:MOST_TOMBSTONES])
            return History(found, 0, entries, tombstones, closed, whole=closed == 0)

        return self._engine.read(work)

    def archive(self, collection: str, number: int) -> History:
        """A closed archive, counted from 1. Raises NotFound."""

        def work(transaction: Transaction) -> History:
            found, closed = _find(transaction, collection)
            if not 1 <= number <= closed:
                raise NotFound("there is no such archive")
            held = {
                "collection": found.id,
                "first": (number - 1) * ARCHIVED + 1,
                "last": number * ARCHIVED,
            }
            entries = _listed(transaction, found, transaction.rows(ARCHIVE, **held))
            buried = transaction.rows(ARCHIVE_BURIED, **held)
            return History(found, number, entries, _tombstones(buried), closed, whole=False)

        return self._engine.read(work)


NUMBER = MEMBER.split(", ").index("number")

LATEST = f"""
SELECT {MEMBER} FROM member WHERE collection = :collection AND visible = 1
ORDER BY number DESC LIMIT :count
"""

UNARCHIVED = f"""
SELECT {MEMBER} FROM member
WHERE collection = :collection AND ordinal > :archived AND visible = 1
"""

BURIED = """
SELECT number, atom_id, removed FROM tombstone
WHERE collection = :collection AND public = 1 AND number > :since
ORDER BY number DESC LIMIT :count
"""

BURIED_UNARCHIVED = """
SELECT number, atom_id, removed FROM tombstone
WHERE collection = :collection AND ordinal > :archived AND public = 1 AND number <= :since
LIMIT :count
"""

ARCHIVE = f"""
SELECT {MEMBER} FROM member
WHERE collection = :collection AND ordinal >= :first AND ordinal <= :last AND visible = 1
ORDER BY ordinal
"""

ARCHIVE_BURIED = """
SELECT number, atom_id, removed FROM tombstone
WHERE collection = :collection AND ordinal >= :first AND ordinal <= :last AND public = 1
    AND NOT EXISTS (
        SELECT 1 FROM member
        WHERE member.id = tombstone.member AND member.visible = 1)
    AND NOT EXISTS (
        SELECT 1 FROM tombstone AS later
        WHERE later.collection = tombstone.collection AND later.ordinal = tombstone.ordinal
            AND later.public = 1 AND later.number > tombstone.number)
ORDER BY ordinal
"""


def _find(transaction: Transaction, name: str) -> tuple[Collection, int]:
    """The collection, and how many of its archives are closed."""
    found = find_collection(transaction, name)
    rows = transaction.rows("SELECT ordinals FROM collection WHERE id = :id", id=found.id)
    return found, int(rows[0][0]) // ARCHIVED


def _listed(
    transaction: Transaction, collection: Collection, rows: list[Row]
) -> tuple[Listed, ...]:
    members = [as_member(row) for row in rows]
    threads = threads_of(transaction, members)
    return tuple(
        Listed(collection, member, member.posted, thread)
        for member, thread in zip(members, threads, strict=True)
    )


def _tombstones(rows: list[Row]) -> tuple[Tombstone, ...]:
    return tuple(Tombstone(*row) for row in rows)
