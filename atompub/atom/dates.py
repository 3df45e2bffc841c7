"""Date constructs (RFC 4287 section 3.3) and instants: integer microseconds since 1970 in UTC.

`datetime.fromisoformat` takes dates that RFC 3339 does not and refuses leap seconds, and
`strftime` follows the locale. Hence the grammar is here; only the calendar is `datetime.date`.
"""

import re
from datetime import date

__all__ = ["parse", "render", "render_seconds"]

_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)

_SECOND = 1_000_000  # in microseconds
_DAY = 86_400  # in seconds
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_LEAP = date(1972, 6, 30).toordinal()
_LEAP_DAYS = ((6, 30), (12, 31))
_EARLIEST = (date.min.toordinal() - _EPOCH) * _DAY * _SECOND
_LATEST = (date.max.toordinal() - _EPOCH + 1) * _DAY * _SECOND - 1


def parse(text: str) -> int:
    """The instant of an RFC 3339 date-time with upper-case T and Z, without white space around.

    What a fraction has beyond microseconds is cut off. An instant that lies outside the years 0001
    to 9999, through its offset, becomes the nearest within. A leap second is one at the end of a
    June or December (UTC) from 1972 on: a list of those announced would be out of date in a server
    installed long ago. As instants have no room for it, all of it is the microsecond before the
    next day begins, so that later dates never sort before earlier ones. Raises ValueError with
    a reason for a person.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError(
            "not a date-time such as 2003-12-13T18:30:02Z or 2003-12-13T18:30:02+01:00"
        )
    year, month, day, hour, minute, second, fraction, zone = match.groups("0")
    start = _days(year, month, day) * _DAY + _clock(hour, minute) - _offset(zone)
    if second == "60":
        return _leap_second(start)
    if second > "60":
        raise ValueError(f"no minute has a second {second}")
    return _clamp((start + int(second)) * _SECOND + int(fraction[:6].ljust(6, "0")))


def _days(year: str, month: str, day: str) -> int:
    """Days since 1970-01-01. Raises ValueError."""
    try:
        return date(int(year), int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        raise ValueError(f"the calendar has no day {year}-{month}-{day}") from None


def _clock(hour: str, minute: str) -> int:
    """Seconds since midnight. Raises ValueError."""
    if hour > "23" or minute > "59":
        raise ValueError(f"no clock shows {hour}:{minute}")
    return int(hour) * 3600 + int(minute) * 60


def _offset(zone: str) -> int:
    """Seconds that local time is ahead of UTC; "-00:00" is UTC too. Raises ValueError."""
    if zone == "Z":
        return 0
    ahead = _clock(zone[1:3], zone[4:6])
    return ahead if zone[0] == "+" else -ahead


def _leap_second(start: int) -> int:
    """The instant of second 60 of the minute at `start`, in seconds. Raises ValueError."""
    days, rest = divmod(start, _DAY)
    if rest != _DAY - 60 or not _may_leap(days + _EPOCH):
        raise ValueError("a second 60 ends only a June or a December, in UTC, from 1972 on")
    return (start + 60) * _SECOND - 1


def _may_leap(ordinal: int) -> bool:
    """Whether the day may end with a leap second (RFC 3339 section 5.7)."""
    if ordinal < _FIRST_LEAP:
        return False
    day = date.fromordinal(ordinal)
    return (day.month, day.day) in _LEAP_DAYS


def render(micros: int) -> str:
    """The instant as "2003-12-13T18:30:02.000123Z": always six digits, so text sorts as time.

    RFC 3339 has no instants outside the years 0001 to 9999: they become the nearest within.
    """
    seconds, fraction = divmod(_clamp(micros), _SECOND)
    return f"{_date_time(seconds)}.{fraction:06d}Z"


def render_seconds(micros: int) -> str:
    """As `render`, with the fraction cut off: "2003-12-13T18:30:02Z"."""
    return f"{_date_time(_clamp(micros) // _SECOND)}Z"


def _clamp(micros: int) -> int:
    return min(max(micros, _EARLIEST), _LATEST)


def _date_time(seconds: int) -> str:
    """Date and time of day in UTC, to the second."""
    days, rest = divmod(seconds, _DAY)
    hour, rest = divmod(rest, 3600)
    minute, second = divmod(rest, 60)
    day = date.fromordinal(days + _EPOCH).isoformat()
    return f"{day}T{hour:02d}:{minute:02d}:{second:02d}"
