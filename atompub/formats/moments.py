"""Instants as `datetime` values, for formats that want other dates than Atom's."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


def moment(micros: int) -> datetime:
    """An instant in UTC; one outside the years 1 to 9999 becomes the nearest within.

    Entries may name such instants by their offset from UTC.
    """
    try:
        return EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return EARLIEST if micros < 0 else LATEST
