"""Requests that may come again: their keys, and what they made, for a day."""

from dataclasses import dataclass

from atompub.errors import KeyReused
from atompub.store.engine import Statement, Transaction

DAY = 24 * 3600 * 1_000_000
"""In microseconds."""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A request's Idempotency-Key, and a digest that tells whether the request is the same."""

    key: str
    digest: str


def answered(
    transaction: Transaction, account: str, idempotency: Idempotency | None, now: int
) -> str | None:
    """The id of the member that the same request made before. Raises KeyReused for another."""
    if idempotency is None:
        return None
    rows = transaction.rows(
        "SELECT digest, member FROM idempotency"
        " WHERE account = :account AND key = :key AND created > :oldest",
        account=account,
        key=idempotency.key,
        oldest=now - DAY,
    )
    if rows and rows[0][0] != idempotency.digest:
        raise KeyReused("this Idempotency-Key was used for another request")
    return rows[0][1] if rows else None


def remember(
    idempotency: Idempotency, account: str, member: str, collection: int, now: int
) -> list[Statement]:
    """The statements that keep a key, and forget those of more than a day ago."""
    forget = "DELETE FROM idempotency WHERE created <= :oldest"
    insert = (
        "INSERT INTO idempotency (account, key, digest, collection, member, created)"
        " VALUES (:account, :key, :digest, :collection, :member, :now)"
    )
    return [
        (forget, {"oldest": now - DAY}),
        (
            insert,
            {
                "account": account,
                "key": idempotency.key,
                "digest": idempotency.digest,
                "collection": collection,
                "member": member,
                "now": now,
            },
        ),
    ]
