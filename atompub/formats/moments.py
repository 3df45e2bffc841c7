"""Instants as `datetime` values, for formats that want other dates than Atom's."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(micros: int) -> datetime:
    """An instant in UTC."""
    return EPOCH + timedelta(microseconds=micros)
