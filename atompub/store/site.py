"""The site's own row: what the service document's validators are made of."""

from dataclasses import dataclass

from atompub.store.engine import Transaction
from atompub.store.instants import EDITED, modified


@dataclass(frozen=True, slots=True)
class Site:
    """`sequence` numbers the last change to workspaces, collections, accounts and grants."""

    epoch: str
    sequence: int
    modified: int


def find_site(transaction: Transaction) -> Site:
    """The site's row."""
    return Site(*transaction.rows("SELECT epoch, sequence, modified FROM site")[0])


def touch_site(transaction: Transaction, now: int) -> None:
    """Count a change; see `instants` for what moves."""
    transaction.rows(
        f"UPDATE site SET sequence = sequence + 1, edited = {EDITED},"
        f" modified = {modified('modified')}",
        now=now,
    )
