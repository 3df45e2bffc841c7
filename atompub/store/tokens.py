"""Tokens, which stand in for an account's password. Only those for WSSE are kept readable."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from atompub.errors import NotFound, Taken
from atompub.model import EVERYWHERE, Account, Scope, Token
from atompub.names import account_name, new_id
from atompub.store.accounts import COLUMNS, JOINED, as_account, find_account
from atompub.store.collections import find_collection
from atompub.store.engine import Engine, Row, Transaction

SELECT = (
    f"SELECT {COLUMNS}, token.id, token.scopes, token.secret"
    f" FROM {JOINED} JOIN token ON token.account = account.id"
    " WHERE (token.expires IS NULL OR token.expires > :now)"
)
TOKEN = slice(COLUMNS.count(",") + 1, None)


class Tokens:
    """The tokens of all accounts."""

    def __init__(self, engine: Engine, now: Callable[[], int]) -> None:
        self._engine = engine
        self._now = now

    def add(
        self,
        name: str,
        secret: str,
        scopes: Mapping[str, Scope],
        expires: int | None = None,
        *,
        wsse: bool = False,
    ) -> Token:
        """Make a token of an account. Raises NotFound for the account or a scope's collection."""
        identity, now = new_id(), self._now()

        def work(transaction: Transaction) -> Token:
            account = find_account(transaction, name)
            transaction.rows(
                "INSERT INTO token (id, account, digest, secret, scopes, created, expires)"
                " VALUES (:id, :account, :digest, :secret, :scopes, :now, :expires)",
                id=identity,
                account=account.id,
                digest=None if wsse else _digest(secret.encode()),
                secret=secret if wsse else None,
                scopes=json.dumps({_key(transaction, key): one for key, one in scopes.items()}),
                now=now,
                expires=expires,
            )
            return Token(identity, account.name, scopes, now, expires, wsse)

        return self._engine.write(work)

    def list(self, name: str | None = None) -> tuple[Token, ...]:
        """All tokens, or those of one account, the oldest first. Raises NotFound."""
        return tuple(self._engine.read(lambda transaction: _all(transaction, name)))

    def revoke(self, identity: str) -> Token:
        """Remove a token; what it was. Raises NotFound."""

        def work(transaction: Transaction) -> Token:
            found = [one for one in _all(transaction) if one.id == identity]
            if not found:
                raise NotFound(f"there is no token {identity!r}")
            transaction.rows("DELETE FROM nonce WHERE token = :id", id=identity)
            transaction.rows("DELETE FROM token WHERE id = :id", id=identity)
            return found[0]

        return self._engine.write(work)

    def account(self, secret: str) -> Account:
        """The account of a token, as far as the token reaches.

        Raises NotFound for one that is unknown, revoked, expired, or made for WSSE.
        """
        found = self._find(" AND token.digest = :digest", digest=_digest(secret.encode()))
        if not found:
            raise NotFound("there is no such token")
        return found[0][0]

    def for_wsse(self, name: str) -> tuple[tuple[Account, str], ...]:
        """The WSSE tokens of an account of that name, if any: what each reaches, and its secret."""
        where = " AND account.name = :name AND token.secret IS NOT NULL"
        return self._find(where, name=account_name(name))

    def spend(self, token: str, nonce: bytes, until: int) -> None:
        """Use a token's nonce, which is remembered until an instant. Raises Taken the next time."""
        now, digest = self._now(), _digest(nonce)

        def work(transaction: Transaction) -> None:
            transaction.rows("DELETE FROM nonce WHERE until < :now", now=now)
            if not transaction.rows(
                "INSERT INTO nonce (token, digest, until) VALUES (:token, :digest, :until)"
                " ON CONFLICT DO NOTHING RETURNING until",
                token=token,
                digest=digest,
                until=until,
            ):
                raise Taken("the nonce was used before")

        self._engine.write(work)

    def _find(self, where: str, **keys: str) -> tuple[tuple[Account, str], ...]:
        statement, now = SELECT + where + " ORDER BY token.id", self._now()
        rows = self._engine.rows(statement, now=now, **keys)
        return tuple(_account([*one]) for _, one in groupby(rows, itemgetter(TOKEN)))


def _account(rows: list[Row]) -> tuple[Account, str]:
    identity, scopes, secret = rows[0][TOKEN]
    allowed = {key: Scope(scope) for key, scope in json.loads(scopes).items()}
    return replace(as_account(rows), token=identity, scopes=allowed), secret


def _all(transaction: Transaction, name: str | None = None) -> list[Token]:
    only = None if name is None else find_account(transaction, name).name
    names = dict(transaction.rows("SELECT atom_id, name FROM collection")) | {EVERYWHERE: ""}
    rows = transaction.rows(
        "SELECT token.id, account.name, token.scopes, token.created, token.expires,"
        " token.secret IS NOT NULL FROM token JOIN account ON account.id = token.account"
        " ORDER BY token.created, token.id"
    )
    return [_token(row, names) for row in rows if only in {None, row[1]}]


def _token(row: Row, names: Mapping[str, str]) -> Token:
    identity, account, stored, created, expires, wsse = row
    # A collection that was removed has no name any more, and no token reaches it.
    scopes = {names[key]: Scope(one) for key, one in json.loads(stored).items() if key in names}
    return Token(identity, account, scopes, created, expires, bool(wsse))


def _key(transaction: Transaction, collection: str) -> str:
    """A collection's atom_id, which no later collection of that name will have."""
    if collection == EVERYWHERE:
        return EVERYWHERE
    return find_collection(transaction, collection).atom_id


def _digest(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()
