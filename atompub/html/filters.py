"""What templates do with values: dates, sizes and addresses for people and for machines."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby

from markupsafe import Markup

from atompub.readers import Attachment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MADE_SMALLER = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"}
UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
DESCRIPTION_LENGTH = 200


def day(micros: int) -> str:
    """A date for people, in UTC: 13 December 2003."""
    date = EPOCH + timedelta(microseconds=micros)
    return f"{date.day} {month(date.month)} {date.year}"


def instant(micros: int) -> str:
    """A date for machines."""
    date = EPOCH + timedelta(seconds=micros // 1_000_000)
    return f"{date.isoformat().removesuffix('+00:00')}Z"  # strftime drops zeros of early years


def month(number: int) -> str:
    """A month's name; they are counted from 1."""
    return MONTHS[number - 1]


def years(months: Iterable[tuple[int, int, int]]) -> list[tuple[int, list[tuple[int, int]]]]:
    """Months with their counts, put under their years."""
    groups = groupby(months, key=lambda one: one[0])
    return [(year, [(number, count) for _, number, count in one]) for year, one in groups]


def size(octets: int) -> str:
    """A length for people: 2.4 MB."""
    for octets_in_unit, unit in UNITS:
        if octets >= octets_in_unit:
            amount = octets / octets_in_unit
            return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:.0f} {unit}"
    return f"{octets} bytes"


def kind(attachment: Attachment) -> str:
    """What a page shows an attachment as: image, audio, video, or "" for a file to load."""
    major = attachment.type.partition("/")[0].strip().lower()
    return major if major in {"image", "audio", "video"} else ""


def is_made_smaller(attachment: Attachment) -> bool:
    """Whether there are thumbnails of it."""
    return attachment.type.partition(";")[0].strip().lower() in MADE_SMALLER


def file_of(address: str) -> str:
    """The last part of an address, which mostly is a file's name."""
    return address.partition("?")[0].rstrip("/").rpartition("/")[2] or address


def bare(address: str) -> str:
    """An address as people write it: without its scheme and the slash at its end."""
    return address.partition("://")[2].rstrip("/") or address


def brief(text: str) -> str:
    """The beginning of a text, cut between words, on one line."""
    line = " ".join(text[: DESCRIPTION_LENGTH * 2].split())
    if len(line) <= DESCRIPTION_LENGTH:
        return line
    cut = line[:DESCRIPTION_LENGTH]
    return (cut.rpartition(" ")[0] or cut).rstrip(",.;:") + "\N{HORIZONTAL ELLIPSIS}"


FILTERS = {
    "bare": bare,
    "brief": brief,
    "day": day,
    "file_of": file_of,
    "instant": instant,
    "is_made_smaller": is_made_smaller,
    "kind": kind,
    "month": month,
    "safe_html": Markup,
    "size": size,
    "years": years,
}
