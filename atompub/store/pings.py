"""What hubs have yet to hear of (WebSub): an outbox that is the difference of two numbers.

A publication's row holds the number of its last public change, `ping` the number that a hub was
told. So a write costs nothing, changes that come together are one ping, and none is forgotten.
"""

from collections.abc import Callable
from dataclasses import dataclass

from atompub.store.collections import COLUMNS, WIDTH, as_collection
from atompub.store.engine import Engine, Row, Transaction

SECOND = 1_000_000
LEASE = 60 * SECOND
"""How long somebody may take to tell a hub before somebody else does."""
FIRST_WAIT, LONGEST_WAIT = 30 * SECOND, 6 * 3600 * SECOND


@dataclass(frozen=True, slots=True)
class Ping:
    """Tell a hub that a publication came to a change. `attempts` failed before."""

    hub: str
    collection: int
    name: str
    number: int
    attempts: int


class Pings:
    """The outbox; `now` gives microseconds."""

    def __init__(self, engine: Engine, now: Callable[[], int]) -> None:
        self._engine, self._now = engine, now

    def waiting(self, hub: str) -> bool:
        """Whether there is something to tell a hub now."""
        now = self._now()
        return bool(self._engine.read(lambda transaction: _due(transaction, hub, now)))

    def take(self, hub: str) -> list[Ping]:
        """What to tell a hub now; nobody else is given the same before a minute has passed."""
        now = self._now()

        def work(transaction: Transaction) -> list[Ping]:
            found = _due(transaction, hub, now)
            for one in found:
                transaction.rows(TAKE, hub=hub, collection=one.collection, due=now + LEASE)
            return found

        return self._engine.write(work)

    def done(self, ping: Ping) -> None:
        """The hub knows."""
        self._engine.write(
            lambda transaction: transaction.rows(
                DONE, hub=ping.hub, collection=ping.collection, number=ping.number
            )
        )

    def failed(self, ping: Ping) -> None:
        """The hub did not answer; the next attempt waits twice as long as this one did."""
        wait = min(FIRST_WAIT << min(ping.attempts, 20), LONGEST_WAIT)
        due = self._now() + wait
        self._engine.write(
            lambda transaction: transaction.rows(
                FAILED, hub=ping.hub, collection=ping.collection, due=due
            )
        )


DUE = f"""
SELECT {COLUMNS}, coalesce(ping.attempts, 0)
FROM collection JOIN workspace ON workspace.id = collection.workspace
LEFT JOIN ping ON ping.collection = collection.id AND ping.hub = :hub
WHERE public > coalesce(ping.number, 0) AND coalesce(ping.due, 0) <= :now
ORDER BY collection.id
"""

TAKE = """
INSERT INTO ping (hub, collection, number, attempts, due) VALUES (:hub, :collection, 0, 0, :due)
ON CONFLICT (hub, collection) DO UPDATE SET due = excluded.due
"""

DONE = """
UPDATE ping SET number = :number, attempts = 0, due = 0
WHERE hub = :hub AND collection = :collection AND number < :number
"""

FAILED = """
UPDATE ping SET attempts = attempts + 1, due = :due
WHERE hub = :hub AND collection = :collection
"""


def _due(transaction: Transaction, hub: str, now: int) -> list[Ping]:
    found = [_ping(hub, row) for row in transaction.rows(DUE, hub=hub, now=now)]
    return [one for one in found if one is not None]


def _ping(hub: str, row: Row) -> Ping | None:
    """None for a private collection, which has no publication."""
    collection = as_collection(row[:WIDTH])
    if collection.settings.private:
        return None
    return Ping(hub, collection.id, collection.name, collection.public, int(row[WIDTH]))
