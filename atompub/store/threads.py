"""Replies (RFC 4685): what ties visible members of one collection to each other."""

from collections.abc import Sequence

from atompub.model import Member
from atompub.names import join
from atompub.readers import ALONE, Replies, Thread
from atompub.store.engine import Row, Statement, Transaction

PARENTS = """
SELECT one.stem, one.copy FROM heading JOIN member AS one
    ON one.atom_id = heading.value AND one.collection = heading.collection
WHERE heading.member = :id AND kind = 'answer' AND one.visible = 1
ORDER BY one.posted, one.id
"""

REPLIES = """
SELECT count(*), max(one.updated) FROM heading JOIN member AS one ON one.id = heading.member
WHERE heading.collection = :collection AND kind = 'answer' AND value = :atom_id
    AND one.visible = 1
"""

ANY = "SELECT 1 FROM heading WHERE collection = :collection AND kind = 'answer' LIMIT 1"


def threads_of(transaction: Transaction, members: Sequence[Member]) -> list[Thread]:
    """The thread of each member; they cost one statement where nobody ever replied."""
    collections = sorted({member.collection for member in members})
    asked: list[Statement] = [(ANY, {"collection": one}) for one in collections]
    if not any(transaction.batch(asked)):
        return [ALONE] * len(members)
    statements: list[Statement] = []
    for member in members:
        statements.append((PARENTS, {"id": member.id}))
        statements.append((REPLIES, {"collection": member.collection, "atom_id": member.atom_id}))
    rows = transaction.batch(statements)
    return [_thread(*pair) for pair in zip(rows[::2], rows[1::2], strict=True)]


def _thread(parents: list[Row], replies: list[Row]) -> Thread:
    count, updated = replies[0]
    names = tuple(join(stem, copy) for stem, copy in parents)
    return Thread(names, Replies(count, updated) if count else None)
