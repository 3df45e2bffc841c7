"""Dates in HTTP fields (RFC 9110 section 5.6.7), as whole seconds since the epoch, UTC."""

import re
import time
from datetime import date
from email.utils import formatdate
from functools import lru_cache

__all__ = ["parse", "render"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, 1)}

# The grammar is case-sensitive. The day's name has to be one, yet it is not held against the
# date: it adds nothing, and refusing a wrong one would drop an If-Unmodified-Since unenforced.
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_LONG_DAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_CLOCK = r"(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9]|60)"
_FORMS = (
    re.compile(rf"{_DAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_CLOCK} GMT"),
    re.compile(rf"{_LONG_DAY}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_CLOCK} GMT"),
    re.compile(rf"{_DAY} {_MONTH} (?P<day>[ 0-9][0-9]) {_CLOCK} (?P<year>[0-9]{{4}})"),
)

_EPOCH = date(1970, 1, 1).toordinal()
_DAY_SECONDS = 86_400
_SHORT_YEAR = 2
_YEARS_AHEAD = 50


def parse(text: str, now: float) -> int | None:
    """Seconds since the epoch of an HTTP date in any of its three forms, else None.

    `now`, in seconds since the epoch, settles the century of an RFC 850 date.
    """
    value = text.strip(" \t")
    for form in _FORMS:
        if found := form.fullmatch(value):
            return _seconds(found, now)
    return None


def _seconds(found: re.Match[str], now: float) -> int | None:
    """Seconds since the epoch of a matched form, None when the calendar has no such day."""
    month, day = _MONTH_NUMBERS[found["month"]], int(found["day"])
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    year = int(found["year"])
    if len(found["year"]) == _SHORT_YEAR:
        year = _full_year(year, (month, day, hour, minute, second), now)
    try:
        days = date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None
    return days * _DAY_SECONDS + hour * 3600 + minute * 60 + second


def _full_year(digits: int, rest: tuple[int, ...], now: float) -> int:
    """The latest year with these last two digits whose date is at most fifty years ahead.

    `rest` is month, day, hour, minute and second of that date.
    """
    today = time.gmtime(now)
    farthest = today.tm_year + _YEARS_AHEAD
    year = farthest - (farthest - digits) % 100
    if (year, *rest) > (farthest, *today[1:6]):
        year -= 100
    return year


# Readers poll the same few documents: each Last-Modified is written out many times.
@lru_cache(maxsize=512)
def render(seconds: int) -> str:
    """The IMF-fixdate of seconds since the epoch, the same in any locale."""
    return formatdate(seconds, usegmt=True)
