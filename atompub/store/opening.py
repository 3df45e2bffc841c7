"""Which engine a database URL names, and which place for blobs a media URL."""

from atompub.errors import ConfigError
from atompub.store.blobs import Blobs
from atompub.store.engine import Engine


def open_engine(url: str, *, create: bool = False) -> Engine:
    """The engine of a database URL: `sqlite:///absolute/path` or `postgresql://…`.

    With `create` an SQLite file that is not there is made. Raises ConfigError for another scheme
    or a missing driver; whether the database answers shows at its first use.
    """
    scheme, _, path = url.partition("://")
    if scheme == "sqlite":
        from atompub.store.sqlite import SQLiteEngine  # noqa: PLC0415 - only the driver in use

        return SQLiteEngine(path, create)
    if scheme in {"postgresql", "postgres"}:
        try:
            from atompub.store.postgres import PostgresEngine  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ConfigError(
                "PostgreSQL needs its driver: pip install 'atompub[postgres]'"
            ) from error
        return PostgresEngine(url)
    raise ConfigError(f"DATABASE is {url!r}; expected sqlite:///absolute/path or postgresql://…")


def open_blobs(url: str) -> Blobs:
    """The place that a media URL names: `file:///absolute/path`. Raises ConfigError."""
    scheme, _, path = url.partition("://")
    if scheme == "file":
        from atompub.store.local import LocalBlobs  # noqa: PLC0415 - only the one in use

        return LocalBlobs(path)
    raise ConfigError(f"MEDIA is {url!r}; expected file:///absolute/path")
