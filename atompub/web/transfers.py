"""How long one client may keep a thread waiting, and how many may at once."""

import select
import threading
import time

from atompub.errors import Busy

SLICE = 0.25
"""Seconds that any client may keep a thread waiting in all; after them it needs a permit."""


class Transfers:
    """Permits for the slow transfers of a process: as many threads as may wait for clients."""

    def __init__(self, limit: int) -> None:
        self._free = threading.Semaphore(limit)

    def acquire(self) -> None:
        """Take a permit. Raises Busy when all are taken."""
        if not self._free.acquire(blocking=False):
            raise Busy("too many slow transfers are under way")

    def release(self) -> None:
        """Give a permit back."""
        self._free.release()


class Patience:
    """The patience of a thread with the client of one request.

    It is `seconds` at first, grows with each octet that moves, at `rate` octets for a second, and
    is never more than it was at first: a steady trickle above the rate may last for days, a
    client that stalls is given up.
    """

    def __init__(self, transfers: Transfers, seconds: float, rate: int) -> None:
        self._transfers, self._seconds, self._rate = transfers, seconds, rate
        self._left, self._waited, self._has_permit = seconds, 0.0, False

    def earn(self, octets: int) -> None:
        """Octets have moved."""
        self._left = min(self._seconds, self._left + octets / self._rate)

    def wait(self, descriptor: int, event: int) -> None:
        """Wait a moment for a socket to become ready, which it may not.

        Raises TimeoutError when the patience ends, and Busy when the client turns out to be slow
        and too many others are.
        """
        ready = select.poll()
        ready.register(descriptor, event)
        started = time.monotonic()
        ready.poll(1000 * min(self._left, SLICE))
        spent = time.monotonic() - started
        self._left -= spent
        self._waited += spent
        if self._left <= 0:
            raise TimeoutError("the client is too slow")
        if self._waited > SLICE and not self._has_permit:
            self._transfers.acquire()
            self._has_permit = True

    def end(self) -> None:
        """The request is over: give the permit back, and be patient again with the next one."""
        if self._has_permit:
            self._transfers.release()
        self._left, self._waited, self._has_permit = self._seconds, 0.0, False
