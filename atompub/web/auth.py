"""Who is asking: HTTP Basic (RFC 7617) with a password or a token, Bearer (RFC 6750), WSSE."""

import base64
import binascii
import hashlib
import re
import secrets
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import argon2

from atompub.errors import (
    ConfigError,
    InsufficientScope,
    InvalidToken,
    NotFound,
    TooManyRequests,
    Unauthenticated,
)
from atompub.model import Account
from atompub.names import TOKEN_PREFIX, account_name
from atompub.store.accounts import Accounts
from atompub.store.tokens import Tokens
from atompub.web.throttle import EVERYONE, Throttle, password_keys, token_keys
from atompub.web.wsse import Wsse

REALM = "atompub"
REMEMBERED_SECONDS = 600
REMEMBERED = 1024

VERIFIED_AT_ONCE = 2
PATIENCE_SECONDS = 1.0

CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def challenges(*, wsse: bool, invalid_token: bool = False) -> str:
    """The value of WWW-Authenticate in a 401: what this server takes, Basic first."""
    offered = [f'Basic realm="{REALM}", charset="UTF-8"', f'Bearer realm="{REALM}"']
    if invalid_token:
        offered.append('error="invalid_token"')
    if wsse:
        offered.append(f'WSSE realm="{REALM}", profile="UsernameToken"')
    return ", ".join(offered)


def scope_challenge(error: InsufficientScope) -> str:
    """The value of WWW-Authenticate in a 403 that another token would not get."""
    return f'Bearer realm="{REALM}", error="insufficient_scope", scope="{error.scope}"'


class Passwords:
    """Hashes and checks passwords, and remembers for some minutes which ones were right.

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
        """The argon2id hash to store. Raises ConfigError for what looks like a token."""
        if password.startswith(TOKEN_PREFIX):
            raise ConfigError(f"a password may not begin with {TOKEN_PREFIX}, as tokens do")
        return self._hasher.hash(_normalised(password))

    def is_right(self, stored: str | None, password: str) -> bool:
        """Whether a password is the stored one; None, for nobody, costs the same and is wrong."""
        if stored is not None and self.remembers(stored, password):
            return True
        right = self._verifies(stored or self._nobody, _normalised(password))
        if stored is None or not right:
            return False
        self._remember(self._digest(stored, password))
        return True

    def remembers(self, stored: str, password: str) -> bool:
        """Whether a password was the stored one a while ago, and then goes on to be remembered."""
        digest = self._digest(stored, password)
        with self._lock:
            known = self._right.get(digest, 0) > self._clock()
        if known:
            self._remember(digest)
        return known

    def _verifies(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def _digest(self, stored: str, password: str) -> bytes:
        seen = f"{stored}\0{password}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(seen, key=self._key, digest_size=32).digest()

    def _remember(self, digest: bytes) -> None:
        with self._lock:
            self._right[digest] = self._clock() + REMEMBERED_SECONDS
            self._right.move_to_end(digest)
            while len(self._right) > REMEMBERED:
                self._right.popitem(last=False)


class Authentication:
    """Finds the account that a request's credentials prove.

    What was found right before is never slowed down, nor is a token: only passwords that must be
    verified wait for their turn, and only they are refused unseen after too many failures.
    """

    def __init__(
        self,
        accounts: Accounts,
        tokens: Tokens,
        passwords: Passwords,
        throttle: Throttle,
        wsse: Wsse | None = None,
    ) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._passwords = passwords
        self._throttle = throttle
        self._wsse = wsse
        self._turns = threading.BoundedSemaphore(VERIFIED_AT_ONCE)

    def account(self, authorization: str, x_wsse: str, address: str) -> Account:
        """The account of the fields Authorization and X-WSSE, sent from an address.

        Raises Unauthenticated, InvalidToken and TooManyRequests.
        """
        scheme, _, credentials = authorization.strip().partition(" ")
        match scheme.lower():
            case "basic":
                return self._basic(credentials.strip(), address)
            case "bearer":
                return self._bearer(credentials.strip(), address)
            case "wsse" if self._wsse is not None:
                # Not counted: some clients try WSSE with a password, each time, before Basic.
                return self._wsse.account(x_wsse)
        raise Unauthenticated("HTTP Basic and Bearer credentials are understood, no others")

    def _basic(self, credentials: str, address: str) -> Account:
        name, password = _name_and_password(credentials)
        if not password.startswith(TOKEN_PREFIX):
            return self._by_password(name, password, address)
        with self._counted(address):
            account = self._by_token(password)
            if account is None or account.name != name:
                raise Unauthenticated(WRONG)
            return account

    def _bearer(self, token: str, address: str) -> Account:
        with self._counted(address):
            account = self._by_token(token)
            if account is None:
                raise InvalidToken("the token is unknown, expired or revoked")
            return account

    def _by_token(self, token: str) -> Account | None:
        try:
            return self._tokens.account(token)
        except NotFound:
            return None

    def _by_password(self, name: str, password: str, address: str) -> Account:
        account, keys = self._named(name), password_keys(name, address)
        if account is not None and self._passwords.remembers(account.password, password):
            return account
        self._throttle.check(keys)
        with self._turn():
            right = self._passwords.is_right(account.password if account else None, password)
        if account is None or not right:
            self._throttle.count((*keys, EVERYONE))
            raise Unauthenticated(WRONG)
        return account

    def _named(self, name: str) -> Account | None:
        try:
            return self._accounts.get(name)
        except NotFound:
            return None

    @contextmanager
    def _counted(self, address: str) -> Iterator[None]:
        """Count what fails, of credentials that nobody can guess."""
        try:
            yield
        except Unauthenticated:
            self._throttle.check(token_keys(address))
            self._throttle.count(token_keys(address))
            raise

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait to verify a password; while failures pour in nobody waits, as threads are few."""
        patience = 0 if self._throttle.is_used_up(EVERYONE) else PATIENCE_SECONDS
        if not self._turns.acquire(timeout=patience):
            raise TooManyRequests("too many users sign in at once; try again", 1)
        try:
            yield
        finally:
            self._turns.release()


WRONG = "the user name or the password is wrong"


def _name_and_password(credentials: str) -> tuple[str, str]:
    """Name and password, split at the first colon; UTF-8, or Latin-1 when they are not."""
    try:
        octets = base64.b64decode(credentials, validate=True)
    except (binascii.Error, ValueError):
        raise Unauthenticated("the Basic credentials are not base64") from None
    try:
        pair = octets.decode()
    except UnicodeDecodeError:
        pair = octets.decode("latin-1")
    name, colon, password = pair.partition(":")
    if not colon or CONTROL.search(pair):
        raise Unauthenticated("the Basic credentials are not a name, a colon and a password")
    return account_name(name), password


def _normalised(password: str) -> str:
    """RFC 8265 asks for NFC, so that a password typed on another keyboard is the same."""
    return unicodedata.normalize("NFC", password)
