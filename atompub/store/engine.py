"""What an engine is: it reads in one snapshot and writes units of work (design idea 5)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from atompub.store.fulltext import FullText

T = TypeVar("T")
Value = str | bytes | int | None
Row = tuple[Any, ...]
Statement = tuple[str, Mapping[str, Value]]


class Statements(Protocol):
    """What runs statements, with `:name` parameters."""

    def rows(self, sql: str, **parameters: Value) -> list[Row]:
        """Run a statement; its rows, [] where it has none."""
        ...


class Transaction(Statements, Protocol):
    """Statements of one snapshot or one unit of work."""

    def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Run statements in order, in one round trip where there is a trip; the rows of each."""
        ...


class Engine(Statements, Protocol):
    """A database. Its methods raise StoreUnavailable when it cannot do it now.

    `rows` is for one statement that reads: it is a snapshot by itself, and half as dear as `read`.
    """

    tables: str
    """The SQL that lists the names of the tables there are."""

    full_text: FullText
    """How it finds members by the words in them."""

    def read(self, work: Callable[[Transaction], T]) -> T:
        """What `work` returns; all its statements see one state of the database."""
        ...

    def write(self, work: Callable[[Transaction], T]) -> T:
        """What `work` returns, once its changes are durable.

        `work` may run more than once and shares its transaction with nobody; it changes nothing
        but through the transaction. What it raises undoes everything and comes out.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
