"""How many logins may fail: counted by each worker, in bounded memory, and forgotten in time."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from atompub.errors import TooManyRequests

Key = tuple[str, ...]

PERIOD = 600 * 1_000_000
"""Microseconds in which as many failures are forgotten as are allowed."""

ALLOWED = {"login": 10, "name": 100, "address": 50, "token": 10, "everyone": 100}
"""Failures in a row by kind of key: a name from one address, a name from anywhere, passwords from
an address, tokens from an address, all passwords."""

EVERYONE: Key = ("everyone",)
KEPT = 10_000


def password_keys(name: str, address: str) -> tuple[Key, ...]:
    """What may fail too often where a password is wrong."""
    return (("login", name, address), ("name", name), ("address", address))


def token_keys(address: str) -> tuple[Key, ...]:
    """What may fail too often where a token is wrong."""
    return (("token", address),)


class Throttle:
    """Counts failures by key. Each is forgotten as time goes by, one after the other."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._forgotten: OrderedDict[Key, int] = OrderedDict()  # when all failures will be
        self._lock = threading.Lock()

    def check(self, keys: tuple[Key, ...]) -> None:
        """Raise TooManyRequests when one of the keys failed too often."""
        with self._lock:
            wait = ceil(max(self._wait(key) for key in keys) / 1_000_000)
        if wait > 0:
            raise TooManyRequests(f"too many logins failed; try again in {wait} seconds", wait)

    def count(self, keys: tuple[Key, ...]) -> None:
        """Count a failure."""
        with self._lock:
            for key in keys:
                self._forgotten[key] = self._now() + min(self._debt(key) + _step(key), PERIOD)
                self._forgotten.move_to_end(key)
            while len(self._forgotten) > KEPT:
                self._forgotten.popitem(last=False)

    def is_used_up(self, key: Key) -> bool:
        """Whether a key failed as often as is allowed."""
        with self._lock:
            return self._wait(key) > 0

    def _wait(self, key: Key) -> int:
        """Microseconds until a key may fail once more."""
        return max(self._debt(key) + _step(key) - PERIOD, 0)

    def _debt(self, key: Key) -> int:
        """Microseconds until all failures are forgotten, also after the clock was set back."""
        return min(max(self._forgotten.get(key, 0) - self._now(), 0), PERIOD)


def _step(key: Key) -> int:
    return PERIOD // ALLOWED[key[0]]
