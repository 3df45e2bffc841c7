"""Where the octets of media resources are: immutable blobs, each under a key used once.

A blob is put before the row that names it is written, so a crash leaves at most a blob that no
row names; `collect` finds these (design idea 4).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Protocol

from atompub.store.engine import Engine


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob that was put: its key, its length, its SHA-256 in hexadecimal, its first octets."""

    key: str
    length: int
    sha256: str
    head: bytes


class Blobs(Protocol):
    """A place for blobs. All methods raise StoreUnavailable when it cannot do it now."""

    def put(self, chunks: Iterable[bytes]) -> Blob:
        """Keep the octets under a new key; durable on return. What `chunks` raises comes out,
        and then nothing is kept."""
        ...

    def open(self, key: str) -> IO[bytes]:
        """The blob as a seekable file. Raises NotFound."""
        ...

    def delete(self, key: str) -> None:
        """Remove a blob, if it is there."""
        ...

    def older_than(self, instant: float) -> Iterator[str]:
        """The keys of the blobs put before an instant, in seconds since the epoch."""
        ...


def collect(engine: Engine, blobs: Blobs, before: float) -> int:
    """Delete the blobs put before an instant that no row names; how many there were.

    A key is named by at most one row and never again once it is not, so nothing is locked.
    """
    count = 0
    for key in blobs.older_than(before):
        if not _is_named(engine, key):
            blobs.delete(key)
            count += 1
    return count


def _is_named(engine: Engine, key: str) -> bool:
    select = "SELECT 1 FROM member WHERE media_key = :key"
    return bool(engine.read(lambda transaction: transaction.rows(select, key=key)))
