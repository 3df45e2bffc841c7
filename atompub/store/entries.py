"""Members: found, added, edited, removed and released, each as one unit of work.

A write takes the collection's number last but for the rows that carry the number, in one batch,
so that the collection's row is held for one round trip (design idea 5).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from atompub.errors import EditConflict, Gone, KeyReused, NotFound
from atompub.model import Buried, Collection, Edition, Member
from atompub.names import join, next_name, split
from atompub.store.collections import BUMP, find_collection
from atompub.store.engine import Engine, Row, Statement, Transaction, Value

KEPT_REVISIONS = 20
IDEMPOTENCY_MICROSECONDS = 24 * 3600 * 1_000_000
RELEASED_AT_ONCE = 100

MEMBER = (
    "id, collection, stem, copy, atom_id, number, created, edited, modified, updated, published,"
    " release, draft, visible, account, author, title, summary, based, control, xml"
)

EDITION = tuple(field.name for field in fields(Edition))

Found = Member | Buried | None
"""What stands under a member's name: it, its tombstone, or nothing."""


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member to add: `slug` is the name it would like, `atom_id` the id, "" for `minted`."""

    id: str
    slug: str
    atom_id: str
    minted: str
    account: str
    edition: Edition


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A request's Idempotency-Key, and a digest that tells whether the request is the same."""

    key: str
    digest: str


class Entries:
    """The members of all collections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, collection: str, name: str) -> tuple[Collection, Found]:
        """The collection and what stands under the name. Raises NotFound for the collection."""
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
                (BUMP, _bump(found.id, now, new.edition.visible, new.edition.release)),
                (INSERT, _insertion(transaction, found.id, new)),
            ]
            if idempotency is not None:
                batch += _remember(found.id, new, idempotency, now)
            taken, added = transaction.batch(batch)[:2]
            if check is not None and taken != [(found.sequence + 1, taken[0][1])]:
                raise EditConflict("the collection changed at the same time; try again")
            return as_member(_won(added))

        return self._engine.write(work)

    def edit(
        self, collection: str, name: str, now: int, revise: Callable[[Collection, Found], Edition]
    ) -> tuple[Collection, Member]:
        """Replace what stands under the name by what `revise` makes of it; the member as stored.

        `revise` sees the state that is replaced, may refuse by raising, and changes nothing.
        """

        def work(transaction: Transaction) -> tuple[Collection, Member]:
            found, current = _find(transaction, collection, name)
            edition = revise(found, current)
            member = _expected(current)
            shown = member.visible or edition.visible
            withdrawn = member.visible and not edition.visible
            results = transaction.batch(
                [
                    *_keep_revision(member),
                    (BUMP, _bump(member.collection, now, shown, edition.release)),
                    *([_bury(member, deleted=False)] if withdrawn else []),
                    (UPDATE, {"id": member.id, "expected": member.number, **_fields(edition)}),
                ]
            )
            return found, as_member(_won(results[-1]))

        return self._engine.write(work)

    def remove(
        self, collection: str, name: str, now: int, check: Callable[[Collection, Found], None]
    ) -> None:
        """Delete what stands under the name, unless `check` refuses by raising."""

        def work(transaction: Transaction) -> None:
            found, current = _find(transaction, collection, name)
            check(found, current)
            member = _expected(current)
            results = transaction.batch(
                [
                    *_keep_revision(member),
                    (BUMP, _bump(member.collection, now, member.visible, None)),
                    _bury(member, deleted=True),
                    (
                        "DELETE FROM member WHERE id = :id AND number = :expected RETURNING id",
                        {"id": member.id, "expected": member.number},
                    ),
                ]
            )
            _won(results[-1])

        self._engine.write(work)

    def release(self, collection: int, now: int) -> None:
        """Make the members whose release has come visible, each as a change of its own."""

        def work(transaction: Transaction) -> int:
            due = transaction.rows(DUE, collection=collection, now=now, count=RELEASED_AT_ONCE)
            for identity, number in due:
                bump: Statement = (BUMP, _bump(collection, now, True, None))
                release = (RELEASE, {"id": identity, "expected": number})
                _won(transaction.batch([bump, release])[-1])
            transaction.rows(NEXT_DUE, collection=collection)
            return len(due)

        while self._engine.write(work) == RELEASED_AT_ONCE:
            pass


NUMBERED = """
    number = (SELECT sequence FROM collection WHERE id = member.collection),
    edited = (SELECT edited FROM collection WHERE id = member.collection),
    modified = (
        SELECT CASE WHEN member.modified < collection.edited / 1000000
            THEN collection.edited / 1000000 ELSE collection.edited / 1000000 + 1 END
        FROM collection WHERE id = member.collection)
"""
"""The number and instants that BUMP has just taken, for a member that is there."""

INSERT = f"""
INSERT INTO member ({MEMBER})
SELECT :id, id, :stem, :copy, :atom_id, sequence, edited, edited, edited / 1000000, :updated,
    CAST(:published AS BIGINT), CAST(:release AS BIGINT), :draft, :visible, :account,
    :author, :title, :summary, :based, :control, :xml
FROM collection WHERE id = :collection
RETURNING {MEMBER}
"""

UPDATE = f"""
UPDATE member SET {NUMBERED},
    updated = :updated, published = CAST(:published AS BIGINT),
    release = CAST(:release AS BIGINT),
    draft = :draft, visible = :visible, author = :author, title = :title, summary = :summary,
    based = :based, control = :control, xml = :xml
WHERE id = :id AND number = :expected
RETURNING {MEMBER}
"""

RELEASE = f"""
UPDATE member SET {NUMBERED}, visible = 1, release = NULL
WHERE id = :id AND number = :expected AND release IS NOT NULL
RETURNING id
"""

DUE = """
SELECT id, number FROM member
WHERE collection = :collection AND release IS NOT NULL AND release <= :now
ORDER BY release, number LIMIT :count
"""

NEXT_DUE = """
UPDATE collection SET due = (
    SELECT min(release) FROM member
    WHERE member.collection = collection.id AND release IS NOT NULL)
WHERE id = :collection
"""

BURY = """
INSERT INTO tombstone
    (collection, number, member, stem, copy, atom_id, account, removed, deleted, public)
SELECT id, sequence, :member, :stem, :copy, :atom_id, :account, edited, :deleted, :public
FROM collection WHERE id = :collection
"""

FREE = """
SELECT
    (SELECT count(*) FROM (
        SELECT 1 FROM member
        WHERE collection = :collection AND stem = :stem AND copy = :copy
        UNION ALL
        SELECT 1 FROM tombstone
        WHERE collection = :collection AND stem = :stem AND copy = :copy AND deleted = 1
    ) AS named),
    (SELECT coalesce(max(copy), 0) FROM (
        SELECT max(copy) AS copy FROM member WHERE collection = :collection AND stem = :slug
        UNION ALL
        SELECT max(copy) AS copy FROM tombstone
        WHERE collection = :collection AND stem = :slug AND deleted = 1
    ) AS numbered),
    (SELECT count(*) FROM (
        SELECT 1 FROM member WHERE atom_id = :atom_id
        UNION ALL
        SELECT 1 FROM tombstone WHERE atom_id = :atom_id AND deleted = 1
        UNION ALL
        SELECT 1 FROM collection WHERE atom_id = :atom_id
    ) AS identified)
"""
"""Whether the name is taken, the highest copy of the slug, whether the id is taken: one
statement, so that a member cannot turn into a tombstone between two looks."""


def as_member(row: Row) -> Member:
    """A row of MEMBER as a Member."""
    values: list[Any] = list(row)
    values[2:4] = [join(values[2], values[3])]
    for flag in (11, 12, 17):  # draft, visible, based
        values[flag] = bool(values[flag])
    return Member(*values)


def _find(transaction: Transaction, collection: str, name: str) -> tuple[Collection, Found]:
    found = find_collection(transaction, collection)
    stem, copy = split(name)
    keys: dict[str, Value] = {"collection": found.id, "stem": stem, "copy": copy}
    named = " WHERE collection = :collection AND stem = :stem AND copy = :copy"
    rows = transaction.rows(f"SELECT {MEMBER} FROM member{named}", **keys)
    if rows:
        return found, as_member(rows[0])
    buried = transaction.rows(
        f"SELECT account, public FROM tombstone{named} AND deleted = 1", **keys
    )
    return found, Buried(buried[0][0], bool(buried[0][1])) if buried else None


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
    identity = new.id
    if idempotency is not None:
        rows = transaction.rows(
            "SELECT digest, member FROM idempotency"
            " WHERE account = :account AND key = :key AND created > :oldest",
            account=new.account,
            key=idempotency.key,
            oldest=now - IDEMPOTENCY_MICROSECONDS,
        )
        if rows and rows[0][0] != idempotency.digest:
            raise KeyReused("this Idempotency-Key was used for another request")
        identity = rows[0][1] if rows else identity
    rows = transaction.rows(f"SELECT {MEMBER} FROM member WHERE id = :id", id=identity)
    if not rows and identity != new.id:
        raise Gone("the entry that this Idempotency-Key made was deleted")
    return as_member(rows[0]) if rows else None


def _remember(
    collection: int, new: NewMember, idempotency: Idempotency, now: int
) -> list[Statement]:
    forget = "DELETE FROM idempotency WHERE created <= :oldest"
    insert = (
        "INSERT INTO idempotency (account, key, digest, collection, member, created)"
        " VALUES (:account, :key, :digest, :collection, :member, :now)"
    )
    row: dict[str, Value] = {
        "account": new.account,
        "member": new.id,
        "collection": collection,
        "now": now,
    }
    return [
        (forget, {"oldest": now - IDEMPOTENCY_MICROSECONDS}),
        (insert, {**row, "key": idempotency.key, "digest": idempotency.digest}),
    ]


def _insertion(transaction: Transaction, collection: int, new: NewMember) -> dict[str, Value]:
    slug = new.slug or new.id
    stem, copy = split(slug)
    ((taken, highest, known),) = transaction.rows(
        FREE, collection=collection, stem=stem, copy=copy, slug=slug, atom_id=new.atom_id
    )
    if taken:
        stem, copy = split(next_name(slug, highest, new.id))
    return {
        "id": new.id,
        "collection": collection,
        "stem": stem,
        "copy": copy,
        "atom_id": new.minted if known or not new.atom_id else new.atom_id,
        "account": new.account,
        **_fields(new.edition),
    }


def _fields(edition: Edition) -> dict[str, Value]:
    values = {name: getattr(edition, name) for name in EDITION}
    return values | {flag: int(values[flag]) for flag in ("draft", "visible", "based")}


def _bump(collection: int, now: int, shown: bool, release: int | None) -> dict[str, Value]:
    return {"collection": collection, "now": now, "shown": int(shown), "release": release}


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
    }


def _keep_revision(member: Member) -> list[Statement]:
    insert = (
        "INSERT INTO revision (member, number, edited, control, xml)"
        " SELECT id, number, edited, control, xml FROM member"
        " WHERE id = :id AND number = :expected"
    )
    prune = (
        "DELETE FROM revision WHERE member = :id AND number <"
        " (SELECT number FROM revision WHERE member = :id ORDER BY number DESC"
        f" LIMIT 1 OFFSET {KEPT_REVISIONS - 1})"
    )
    keys: dict[str, Value] = {"id": member.id, "expected": member.number}
    return [(insert, keys), (prune, {"id": member.id})]
