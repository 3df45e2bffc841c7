"""Accounts and what they are granted. Passwords arrive hashed."""

from collections.abc import Callable

from atompub.errors import NotFound, Taken
from atompub.model import Account, Role
from atompub.names import account_name, check_account_name, new_id
from atompub.store.collections import find_collection
from atompub.store.engine import Engine, Row, Statements, Transaction, Value
from atompub.store.site import touch_site

COLUMNS = (
    'account.id, account.name, account.password, account.role, "grant".collection, "grant".role'
)
JOINED = 'account LEFT JOIN "grant" ON "grant".account = account.id'
"""One row for each grant of an account, or one without; see `as_account`."""


class Accounts:
    """The accounts of a store."""

    def __init__(self, engine: Engine, now: Callable[[], int]) -> None:
        self._engine = engine
        self._now = now

    def get(self, name: str) -> Account:
        """The account of that name with its grants. Raises NotFound."""
        return find_account(self._engine, name)

    def list(self) -> tuple[tuple[Account, dict[str, Role]], ...]:
        """All accounts by name, each with its grants by collection name."""
        return self._engine.read(_all)

    def add(self, name: str, password: str, role: Role | None) -> Account:
        """Make an account. Raises Taken, and ConfigError for a name that cannot sign in."""
        name, identity, now = check_account_name(name), new_id(), self._now()

        def work(transaction: Transaction) -> Account:
            if transaction.rows("SELECT 1 FROM account WHERE name = :name", name=name):
                raise Taken(f"there is a user {name!r} already")
            transaction.rows(
                "INSERT INTO account (id, name, password, role, created)"
                " VALUES (:id, :name, :password, :role, :now)",
                id=identity,
                name=name,
                password=password,
                role=role,
                now=now,
            )
            return find_account(transaction, name)

        return self._engine.write(work)

    def set_password(self, name: str, password: str) -> None:
        """Change a password. Raises NotFound."""

        def work(transaction: Transaction) -> None:
            account = find_account(transaction, name)
            transaction.rows(
                "UPDATE account SET password = :password WHERE id = :id",
                password=password,
                id=account.id,
            )

        self._engine.write(work)

    def remove(self, name: str) -> None:
        """Remove an account with its grants and tokens; its entries stay. Raises NotFound."""

        def work(transaction: Transaction) -> None:
            removed = {"id": find_account(transaction, name).id}
            transaction.batch([(sql, removed) for sql in REMOVE])

        self._engine.write(work)

    def grant(self, name: str, collection: str, role: Role | None) -> None:
        """Set the account's role in one collection; None takes it away. Raises NotFound."""
        now = self._now()

        def work(transaction: Transaction) -> None:
            keys: dict[str, Value] = {
                "account": find_account(transaction, name).id,
                "collection": find_collection(transaction, collection).id,
            }
            transaction.rows(
                'DELETE FROM "grant" WHERE account = :account AND collection = :collection', **keys
            )
            if role is not None:
                transaction.rows(
                    'INSERT INTO "grant" (account, collection, role)'
                    " VALUES (:account, :collection, :role)",
                    role=role,
                    **keys,
                )
            touch_site(transaction, now)

        self._engine.write(work)


REMOVE = (
    "DELETE FROM nonce WHERE token IN (SELECT id FROM token WHERE account = :id)",
    "DELETE FROM token WHERE account = :id",
    'DELETE FROM "grant" WHERE account = :id',
    "DELETE FROM account WHERE id = :id",
)


def find_account(statements: Statements, name: str) -> Account:
    """The account of that name with its grants. Raises NotFound."""
    rows = statements.rows(
        f"SELECT {COLUMNS} FROM {JOINED} WHERE account.name = :name", name=account_name(name)
    )
    if not rows:
        raise NotFound(f"there is no user {name!r}")
    return as_account(rows)


def as_account(rows: list[Row]) -> Account:
    """The rows of COLUMNS of one account as an Account."""
    identity, found, password, role = rows[0][:4]
    grants = {row[4]: Role(row[5]) for row in rows if row[4] is not None}
    return Account(identity, found, password, Role(role) if role else None, grants)


def _all(transaction: Transaction) -> tuple[tuple[Account, dict[str, Role]], ...]:
    names: dict[int, str] = dict(transaction.rows("SELECT id, name FROM collection"))
    accounts = [
        find_account(transaction, name)
        for (name,) in transaction.rows("SELECT name FROM account ORDER BY name")
    ]
    return tuple(
        (account, {names[key]: role for key, role in sorted(account.grants.items())})
        for account in accounts
    )
