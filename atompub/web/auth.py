"""Who is asking: HTTP Basic (RFC 7617), passwords as argon2id hashes."""

import base64
import binascii
import hashlib
import re
import secrets
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable

import argon2

from atompub.errors import NotFound, Unauthenticated
from atompub.model import Account
from atompub.store.accounts import Accounts

REALM = "atompub"
CHALLENGE = f'Basic realm="{REALM}", charset="UTF-8"'
REMEMBERED_SECONDS = 60
REMEMBERED = 1024

CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Passwords:
    """Hashes and checks passwords, and remembers for a minute which ones were right.

    What is remembered is a keyed digest of hash and password; the hash comes from the database
    with each request, so a changed or removed account fails at once, in every process.
    """

    def __init__(
        self,
        hasher: argon2.PasswordHasher | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hasher = hasher or argon2.PasswordHasher(
            time_cost=2, memory_cost=19456, parallelism=1
        )
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def hash(self, password: str) -> str:
        """The argon2id hash to store."""
        return self._hasher.hash(_normalised(password))

    def is_right(self, stored: str | None, password: str) -> bool:
        """Whether a password is the stored one; None, for nobody, costs the same and is wrong."""
        password = _normalised(password)
        digest = self._digest(stored or "", password)
        if self._is_remembered(digest):
            return True
        if not self._verifies(stored or self._nobody, password) or stored is None:
            return False
        self._remember(digest)
        return True

    def _verifies(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def _digest(self, stored: str, password: str) -> bytes:
        seen = f"{stored}\0{password}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(seen, key=self._key, digest_size=32).digest()

    def _is_remembered(self, digest: bytes) -> bool:
        with self._lock:
            return self._right.get(digest, 0) > self._clock()

    def _remember(self, digest: bytes) -> None:
        with self._lock:
            self._right[digest] = self._clock() + REMEMBERED_SECONDS
            self._right.move_to_end(digest)
            while len(self._right) > REMEMBERED:
                self._right.popitem(last=False)


class Authentication:
    """Finds the account of an Authorization field."""

    def __init__(self, accounts: Accounts, passwords: Passwords) -> None:
        self._accounts = accounts
        self._passwords = passwords

    def account(self, authorization: str) -> Account:
        """The account whose name and password the field holds. Raises Unauthenticated."""
        name, password = _credentials(authorization)
        try:
            account = self._accounts.get(name)
        except NotFound:
            account = None
        if not self._passwords.is_right(account.password if account else None, password):
            account = None
        if account is None:
            raise Unauthenticated("the user name or the password is wrong")
        return account


def _credentials(authorization: str) -> tuple[str, str]:
    """Name and password, split at the first colon; UTF-8, or Latin-1 when they are not."""
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        raise Unauthenticated("only HTTP Basic credentials are understood")
    try:
        octets = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise Unauthenticated("the Basic credentials are not base64") from None
    try:
        pair = octets.decode()
    except UnicodeDecodeError:
        pair = octets.decode("latin-1")
    name, colon, password = pair.partition(":")
    if not colon or CONTROL.search(pair):
        raise Unauthenticated("the Basic credentials are not a name, a colon and a password")
    return name, password


def _normalised(password: str) -> str:
    """RFC 8265 asks for NFC, so that a password typed on another keyboard is the same."""
    return unicodedata.normalize("NFC", password)
