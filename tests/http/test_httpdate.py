"""Dates in HTTP fields."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atompub.web import httpdate

IN_2026 = datetime(2026, 7, 1, tzinfo=UTC).timestamp()
LAST_SECOND = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


def seconds(*parts: int) -> int:
    """Seconds since the epoch of a date and time in UTC."""
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


@pytest.mark.covers("HTTP-C-12")
@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ],
)
def test_three_forms(text):
    """The three forms of RFC 9110 5.6.7 name the same instant, asctime in GMT."""
    assert seconds(1994, 11, 6, 8, 49, 37) == httpdate.parse(text, IN_2026)


@pytest.mark.covers("HTTP-C-12")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Friday, 01-Jan-27 00:00:00 GMT", seconds(2027, 1, 1)),
        ("Wednesday, 01-Jul-76 00:00:00 GMT", seconds(2076, 7, 1)),
        ("Thursday, 01-Jul-76 00:00:01 GMT", seconds(1976, 7, 1, 0, 0, 1)),
        ("Saturday, 01-Jan-77 00:00:00 GMT", seconds(1977, 1, 1)),
        ("Friday, 31-Dec-99 23:59:59 GMT", seconds(1999, 12, 31, 23, 59, 59)),
        ("Tuesday, 29-Feb-00 00:00:00 GMT", seconds(2000, 2, 29)),
    ],
)
def test_short_year(text, expected):
    """A two-digit year more than fifty years ahead of now lies in the past."""
    assert expected == httpdate.parse(text, IN_2026)


@pytest.mark.covers("HTTP-C-12")
def test_short_year_at_the_end_of_a_century():
    """A two-digit year that is near in the next century belongs to that century."""
    in_2099 = float(seconds(2099, 12, 31))
    assert seconds(2100, 1, 1) == httpdate.parse("Friday, 01-Jan-00 00:00:00 GMT", in_2099)


def test_leap_second():
    """A leap second is a valid time, the first second of the next minute."""
    assert seconds(2017, 1, 1) == httpdate.parse("Sat, 31 Dec 2016 23:59:60 GMT", IN_2026)


def test_before_the_epoch():
    """Dates before 1970 are negative."""
    assert seconds(1969, 12, 31, 23, 59, 59) == httpdate.parse(
        "Wed, 31 Dec 1969 23:59:59 GMT", IN_2026
    )


def test_surrounding_space():
    """Space and tabs around a date are not part of it."""
    assert seconds(1994, 11, 6, 8, 49, 37) == httpdate.parse(
        " \tSun, 06 Nov 1994 08:49:37 GMT ", IN_2026
    )


def test_wrong_day_name():
    """The day's name is not held against the date."""
    assert seconds(1994, 11, 6, 8, 49, 37) == httpdate.parse(
        "Mon, 06 Nov 1994 08:49:37 GMT", IN_2026
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "784111777",
        "1994-11-06T08:49:37Z",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 06 NOV 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun,06 Nov 1994 08:49:37 GMT",
        "Sun,  06 Nov 1994 08:49:37 GMT",
        "Sonntag, 06-Nov-94 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT",
        "06 Nov 1994 08:49:37 GMT",
        "Fri, 30 Feb 2007 12:00:00 GMT",
        "Thu, 29 Feb 2007 12:00:00 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, \u0660\u0666 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT\n",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    ],
)
def test_not_a_date(text):
    """Anything else is no date: other case, other shape, no such day, or two dates."""
    assert None is httpdate.parse(text, IN_2026)


@pytest.mark.covers("HTTP-C-12")
def test_render():
    """Only IMF-fixdate is sent."""
    expected = "Sun, 06 Nov 1994 08:49:37 GMT"
    assert expected == httpdate.render(784_111_777)


@given(st.integers(0, LAST_SECOND))
def test_round_trip(instant):
    """What is sent is read back as the same second, so all names are the English ones."""
    assert instant == httpdate.parse(httpdate.render(instant), IN_2026)


@given(st.integers(0, LAST_SECOND))
def test_round_trip_of_asctime(instant):
    """Each asctime date is read, days below ten with a space before them."""
    moment = datetime.fromtimestamp(instant, UTC)
    text = moment.strftime(f"%a %b {moment.day:2d} %H:%M:%S %Y")
    assert instant == httpdate.parse(text, IN_2026)


@given(st.integers(-(49 * 365 * 86_400), 49 * 365 * 86_400))
def test_round_trip_of_rfc_850(offset):
    """Each RFC 850 date within 49 years of now is read in the right century."""
    instant = int(IN_2026) + offset
    text = datetime.fromtimestamp(instant, UTC).strftime("%A, %d-%b-%y %H:%M:%S GMT")
    assert instant == httpdate.parse(text, IN_2026)


@given(st.text(), st.floats(0, 4e9))
def test_any_text(text, now):
    """No text raises."""
    assert isinstance(httpdate.parse(text, now), int | None)


@given(
    st.from_regex(
        r"(Sun, [0-9]{2} (Nov|Feb) [0-9]{4}|Sunday, [0-9]{2}-Feb-[0-9]{2}) [0-9]{2}:59:60 GMT",
        fullmatch=True,
    ),
    st.floats(0, 4e9),
)
def test_any_date(text, now):
    """No number in a date raises."""
    assert isinstance(httpdate.parse(text, now), int | None)
