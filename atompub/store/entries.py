"""Members: found, added, edited, removed and released, each as one unit of work.

A write takes the collection's number last but for the rows that carry the number, in one batch,
so that the collection's row is held for one round trip (design idea 5).
"""

from collections.abc import Callable

from atompub.errors import EditConflict, Gone, NotFound
from atompub.model import Buried, Collection, Edition, Member
from atompub.names import split
from atompub.store import headings
from atompub.store.collections import (
    BUMP,
    COLUMNS,
    JOINED,
    WIDTH,
    as_collection,
    bump,
    find_collection,
)
from atompub.store.engine import Engine, Row, Statement, T, Transaction, Value
from atompub.store.idempotency import Idempotency, answered, remember
from atompub.store.members import (
    BURY,
    DUE,
    INSERT,
    MEMBER,
    NEXT_DUE,
    RELEASE,
    UPDATE,
    NewMember,
    as_member,
    fields_of,
    insertion,
)
from atompub.store.revisions import keep_revision

RELEASED_AT_ONCE = 100

FIND = f"""
SELECT {COLUMNS}, {", ".join(f"member.{column}" for column in MEMBER.split(", "))}
FROM {JOINED}
LEFT JOIN member ON member.collection = collection.id AND stem = :stem AND copy = :copy
WHERE collection.name = :name
"""
"""A collection and a member of it in one statement: most reads find both."""

Found = Member | Buried | None
"""What stands under a member's name: it, its tombstone, or nothing."""


class Entries:
    """The members of all collections; `changed` is called behind every change."""

    def __init__(self, engine: Engine, changed: Callable[[], None] = lambda: None) -> None:
        self._engine = engine
        self._changed = changed

    def find(self, collection: str, name: str) -> tuple[Collection, Found]:
        """The collection and what stands under the name. Raises NotFound for the collection."""
        stem, copy = split(name)
        rows = self._engine.rows(FIND, name=collection, stem=stem, copy=copy)
        if rows and rows[0][WIDTH] is not None:
            return as_collection(rows[0][:WIDTH]), as_member(rows[0][WIDTH:])
        return self._engine.read(lambda transaction: _find(transaction, collection, name))

    def add(
        self,
        collection: str,
        new: NewMember,
        now: int,
        *,
        check: Callable[[Collection], None] | None = None,
        idempotency: Idempotency | None = None,
    ) -> Member:
        """Add a member under the slug or the next free name; the member as stored.

        `check` sees the collection's state before, and may refuse by raising. The same key and
        digest within a day give the member that is there already. Raises KeyReused for another
        digest, Gone when that member was deleted, and NotFound when the collection is gone.
        """

        def work(transaction: Transaction) -> Member:
            known = _answered(transaction, new, idempotency, now)
            if known is not None:
                return known
            found = find_collection(transaction, collection)
            if check is not None:
                check(found)
            batch: list[Statement] = [
                (BUMP, _bump(found.id, now, None, new.edition)),
                (INSERT, insertion(found.id, new)),
                *headings.put(self._engine.full_text, new.id, new.edition.headings),
            ]
            if idempotency is not None:
                batch += remember(idempotency, new.account, new.id, found.id, now)
            taken, added = transaction.batch(batch)[:2]
            number, _ = _won(taken)
            if check is not None and number != found.sequence + 1:
                raise EditConflict("the collection changed at the same time; try again")
            return as_member(_won(added))

        return self._write(work)

    def edit(
        self, collection: str, name: str, now: int, revise: Callable[[Collection, Found], Edition]
    ) -> tuple[Collection, Member]:
        """Replace what stands under the name by what `revise` makes of it; the member as stored.

        `revise` sees the state that is replaced, may refuse by raising, and changes nothing.
        """

        def work(transaction: Transaction) -> tuple[Collection, Member]:
            found, current = _find(transaction, collection, name, lock=True)
            edition = revise(found, current)
            member = _expected(current)
            withdrawn = member.visible and not edition.visible
            ahead = [
                *keep_revision(member),
                (BUMP, _bump(member.collection, now, member, edition)),
                *([_bury(member, deleted=False)] if withdrawn else []),
            ]
            update = (UPDATE, {**_expecting(member), "now": now, **fields_of(edition)})
            found_by = headings.replace(self._engine.full_text, member.id, edition.headings)
            results = transaction.batch([*ahead, update, *found_by])
            return found, as_member(_won(results[len(ahead)]))

        return self._write(work)

    def remove(
        self, collection: str, name: str, now: int, check: Callable[[Collection, Found], None]
    ) -> None:
        """Delete what stands under the name, unless `check` refuses by raising."""

        def work(transaction: Transaction) -> None:
            found, current = _find(transaction, collection, name, lock=True)
            check(found, current)
            member = _expected(current)
            results = transaction.batch(
                [
                    *keep_revision(member),
                    *headings.forget(self._engine.full_text, member.id),
                    (BUMP, bump(member.collection, now, shown=member.visible, updated=now)),
                    _bury(member, deleted=True),
                    (
                        "DELETE FROM member WHERE id = :id AND number = :expected RETURNING id",
                        _expecting(member),
                    ),
                ]
            )
            _won(results[-1])

        self._write(work)

    def release(self, collection: int, now: int) -> None:
        """Make the members whose release has come visible, each as a change of its own."""

        def work(transaction: Transaction) -> int:
            due = transaction.rows(DUE, collection=collection, now=now, count=RELEASED_AT_ONCE)
            for _, number, identity, ordinal in sorted(due, key=lambda row: row[:2]):
                first = ordinal is None
                taken = (BUMP, bump(collection, now, shown=True, updated=now, first=first))
                release = (RELEASE, {"id": identity, "expected": number, "now": now})
                _won(transaction.batch([taken, release])[-1])
            # The row is held before its due is looked for, or an entry scheduled meanwhile
            # would be overlooked.
            transaction.rows("UPDATE collection SET due = due WHERE id = :id", id=collection)
            transaction.rows(NEXT_DUE, collection=collection)
            return len(due)

        while self._write(work) == RELEASED_AT_ONCE:
            pass

    def _write(self, work: Callable[[Transaction], T]) -> T:
        written = self._engine.write(work)
        self._changed()
        return written


def _find(
    transaction: Transaction, collection: str, name: str, *, lock: bool = False
) -> tuple[Collection, Found]:
    """What stands under a name; with `lock` nobody else changes it before we are done, so that
    writers of one member queue and all win."""
    found = find_collection(transaction, collection)
    stem, copy = split(name)
    keys: dict[str, Value] = {"collection": found.id, "stem": stem, "copy": copy}
    named = " WHERE collection = :collection AND stem = :stem AND copy = :copy"
    select = f"SELECT {MEMBER} FROM member{named}"
    held = f"UPDATE member SET number = number{named} RETURNING {MEMBER}"
    rows = transaction.rows(held if lock else select, **keys)
    if rows:
        return found, as_member(rows[0])
    buried = transaction.rows(
        f"SELECT account, public, removed FROM tombstone{named} AND deleted = 1", **keys
    )
    if not buried:
        return found, None
    account, public, removed = buried[0]
    return found, Buried(account, bool(public), removed)


def _expected(found: Found) -> Member:
    if not isinstance(found, Member):
        raise NotFound("there is no such entry")
    return found


def _won(rows: list[Row]) -> Row:
    """The row of a compare-and-swap; raises EditConflict when there was nothing to swap."""
    if not rows:
        raise EditConflict("the entry changed at the same time; try again")
    return rows[0]


def _answered(
    transaction: Transaction, new: NewMember, idempotency: Idempotency | None, now: int
) -> Member | None:
    """The member that an earlier run of this request made, if there was one."""
    identity = answered(transaction, new.account, idempotency, now) or new.id
    rows = transaction.rows(f"SELECT {MEMBER} FROM member WHERE id = :id", id=identity)
    if not rows and identity != new.id:
        raise Gone("the entry that this Idempotency-Key made was deleted")
    return as_member(rows[0]) if rows else None


def _bump(collection: int, now: int, before: Member | None, edition: Edition) -> dict[str, Value]:
    """BUMP's parameters for an edition of a member, None for a new one."""
    was_visible = before is not None and before.visible
    is_first = edition.visible and (before is None or before.ordinal is None)
    return bump(
        collection,
        now,
        shown=was_visible or edition.visible,
        updated=_feed_date(was_visible, edition, now),
        release=edition.release,
        first=is_first,
    )


def _feed_date(before: bool, edition: Edition, now: int) -> int:
    """What a write says to the feed's date: publishing and withdrawing count as now."""
    if before == edition.visible:
        return edition.updated
    return max(edition.updated, now) if edition.visible else now


def _bury(member: Member, *, deleted: bool) -> Statement:
    stem, copy = split(member.name)
    return BURY, {
        "collection": member.collection,
        "member": member.id,
        "stem": stem,
        "copy": copy,
        "atom_id": member.atom_id,
        "account": member.account,
        "deleted": int(deleted),
        "public": int(member.visible),
        "ordinal": member.ordinal,
    }


def _expecting(member: Member) -> dict[str, Value]:
    return {"id": member.id, "expected": member.number}
