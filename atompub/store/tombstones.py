"""Forgetting the tombstones of members that were deleted long ago."""

from atompub.store.engine import Engine, Transaction

FORGET = """
UPDATE collection SET forgotten = coalesce(
    (SELECT max(number) FROM tombstone
     WHERE tombstone.collection = collection.id AND removed < :before), forgotten)
"""


def forget(engine: Engine, before: int) -> int:
    """Delete the tombstones of before an instant, and with them their names' reservation and the
    revisions of the members they stand for; how many there were.

    Each collection keeps the number up to which its deletions are no longer told.
    """

    def work(transaction: Transaction) -> int:
        transaction.rows(FORGET, before=before)
        transaction.rows(
            "DELETE FROM revision WHERE member IN"
            " (SELECT member FROM tombstone WHERE removed < :before AND deleted = 1)",
            before=before,
        )
        delete = "DELETE FROM tombstone WHERE removed < :before RETURNING number"
        return len(transaction.rows(delete, before=before))

    return engine.write(work)
