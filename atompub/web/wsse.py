"""WSSE's UsernameToken in X-WSSE, for old clients that speak nothing else (APP-14-4)."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from atompub.atom import dates
from atompub.errors import Taken, Unauthenticated
from atompub.model import Account
from atompub.store.tokens import Tokens

WINDOW = 5 * 60 * 1_000_000
"""How far, in microseconds, a request's Created may be from our clock."""

PARAMETERS = ("username", "passworddigest", "nonce", "created")
PARAMETER = re.compile(r'([A-Za-z]+)\s*=\s*"([^"]*)"')


@dataclass(frozen=True, slots=True)
class UsernameToken:
    """An X-WSSE field; `nonces` is what may have been hashed: the nonce, or its base64 text."""

    username: str
    digest: bytes
    nonces: tuple[bytes, ...]
    created: str

    def nonce_of(self, secret: str) -> bytes | None:
        """The nonce that was hashed with the secret, None where the secret was another."""
        proven = None
        for nonce in self.nonces:
            # The scheme prescribes SHA-1; what it protects here is 256 random bits.
            told = hashlib.sha1(nonce + f"{self.created}{secret}".encode(), usedforsecurity=False)
            if hmac.compare_digest(told.digest(), self.digest):
                proven = nonce
        return proven


class Wsse:
    """Finds the account of an X-WSSE field."""

    def __init__(self, tokens: Tokens, now: Callable[[], int]) -> None:
        self._tokens = tokens
        self._now = now

    def account(self, field: str) -> Account:
        """The account that the field proves, once. Raises Unauthenticated."""
        given = _parse(field)
        created = _instant(given.created)
        if abs(self._now() - created) > WINDOW:
            raise Unauthenticated("the WSSE credentials are too old, or our clocks differ")
        for account, secret in self._tokens.for_wsse(given.username):
            nonce = given.nonce_of(secret)
            if nonce is not None:
                self._spend(account, nonce, created)
                return account
        raise Unauthenticated("the WSSE credentials are wrong")

    def _spend(self, account: Account, nonce: bytes, created: int) -> None:
        # The bytes that were hashed, not the field's: one nonce may be written in several ways.
        # Twice the window, since the clocks of nodes may differ.
        try:
            self._tokens.spend(account.token, nonce, created + 2 * WINDOW)
        except Taken:
            raise Unauthenticated("the WSSE credentials were used before") from None


def _parse(field: str) -> UsernameToken:
    """Raises Unauthenticated for a field that is no UsernameToken."""
    scheme, _, parameters = _text(field).strip().partition(" ")
    found = {name.lower(): value for name, value in PARAMETER.findall(parameters)}
    username, digest, nonce, created = (found.get(name, "") for name in PARAMETERS)
    if scheme.lower() != "usernametoken" or not (_decoded(digest) and nonce):
        raise Unauthenticated(
            "X-WSSE is not UsernameToken with Username, PasswordDigest, Nonce and Created"
        )
    nonces = tuple(filter(None, (nonce.encode(), _decoded(nonce))))
    return UsernameToken(username, _decoded(digest), nonces, created)


def _text(field: str) -> str:
    """A field as WSGI has it, one character for each octet: UTF-8, or Latin-1 when it is not."""
    octets = field.encode("latin-1")
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return field


def _decoded(text: str) -> bytes:
    """The octets of base64, empty where it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _instant(created: str) -> int:
    try:
        return dates.parse(created)
    except ValueError as error:
        raise Unauthenticated(f"Created of X-WSSE is {error}") from None
