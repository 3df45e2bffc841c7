"""Date constructs: RFC 3339 as RFC 4287 section 3.3 narrows it, as integer microseconds."""

import pytest

from atompub.atom import dates

SECOND = 1_000_000
HOUR = 3_600 * SECOND


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2003-12-13T18:30:02Z", 1_071_340_202 * SECOND),
        ("2000-02-29T23:59:59Z", 951_868_799 * SECOND),
        ("1969-12-31T23:59:59Z", -SECOND),
        ("0001-01-01T00:00:00Z", -62_135_596_800 * SECOND),
        ("9999-12-31T23:59:59Z", 253_402_300_799 * SECOND),
    ],
)
def test_parse_gives_microseconds_since_1970(text: str, expected: int) -> None:
    """A date-time is the number of microseconds from 1970, before it below zero."""
    assert expected == dates.parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00.5Z", 500_000),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1970-01-01T00:00:00.123456789Z", 123_456),
        ("1970-01-01T00:00:00." + "9" * 5_000 + "Z", 999_999),
        ("1969-12-31T23:59:59.9999999Z", -1),
    ],
)
def test_parse_cuts_fractions_at_microseconds(text: str, expected: int) -> None:
    """A fraction may have any length; what it has beyond microseconds is cut off."""
    assert expected == dates.parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T14:00:00+14:00", 0),
        ("1969-12-31T19:00:00-05:00", 0),
        ("1970-01-01T00:00:00-00:00", 0),
        ("1970-01-01T00:00:00+23:59", -24 * HOUR + 60 * SECOND),
        ("1970-01-01T00:00:00-23:59", 24 * HOUR - 60 * SECOND),
        ("0001-01-01T00:00:00+01:00", -62_135_596_800 * SECOND),
        ("9999-12-31T23:59:59-01:00", 253_402_300_800 * SECOND - 1),
    ],
)
def test_parse_applies_the_offset(text: str, expected: int) -> None:
    """Any offset up to 23:59 is subtracted; beyond the years 0001 to 9999 stands the nearest."""
    assert expected == dates.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2003-12-13",
        "2003-12-13T18:30Z",
        "2003-12-13T18Z",
        "2003-12-13T18:30:02",
        "2003-12-13 18:30:02Z",
        "2003-12-13t18:30:02Z",
        "2003-12-13T18:30:02z",
        "2003-12-13T18:30:02+0100",
        "2003-12-13T18:30:02+01",
        "2003-12-13T18:30:02+01:00:00",
        "2003-12-13T18:30:02\u221201:00",
        "20031213T183002Z",
        "2003-W50-6T18:30:02Z",
        "2003-347T18:30:02Z",
        "2003-12-13T18:30:02,25Z",
        "2003-12-13T18:30:02.Z",
        "2003-12-13T18:30.5Z",
        "2007-02-123T17:09:02Z",
        "12003-12-13T18:30:02Z",
        "-003-12-13T18:30:02Z",
        "2003-1-13T18:30:02Z",
        " 2003-12-13T18:30:02Z",
        "2003-12-13T18:30:02Z\n",
        "\u0662\u0660\u0660\u0663-12-13T18:30:02Z",
        "Sat, 13 Dec 2003 18:30:02 GMT",
    ],
)
def test_parse_refuses_other_forms(text: str) -> None:
    """Only the one form of RFC 3339 with T, Z or ±hh:mm is a date construct."""
    with pytest.raises(ValueError, match=r"^not a date-time such as"):
        dates.parse(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2007-02-30T00:00:00Z", "the calendar has no day 2007-02-30"),
        ("2007-02-29T00:00:00Z", "the calendar has no day 2007-02-29"),
        ("1900-02-29T00:00:00Z", "the calendar has no day 1900-02-29"),
        ("2007-13-01T00:00:00Z", "the calendar has no day 2007-13-01"),
        ("2007-00-01T00:00:00Z", "the calendar has no day 2007-00-01"),
        ("2007-01-00T00:00:00Z", "the calendar has no day 2007-01-00"),
        ("0000-01-01T00:00:00Z", "the calendar has no day 0000-01-01"),
        ("2007-01-01T24:00:00Z", "no clock shows 24:00"),
        ("2007-01-01T23:60:00Z", "no clock shows 23:60"),
        ("2007-01-01T00:00:61Z", "no minute has a second 61"),
        ("2007-01-01T00:00:00+24:00", "no clock shows 24:00"),
        ("2007-01-01T00:00:00-12:60", "no clock shows 12:60"),
    ],
)
def test_parse_refuses_impossible_values(text: str, reason: str) -> None:
    """What no calendar and no clock shows is refused, and the reason names it."""
    with pytest.raises(ValueError, match=r"^the calendar|^no ") as caught:
        dates.parse(text)
    assert reason == str(caught.value)


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("1972-06-30T23:59:60Z", "1972-07-01T00:00:00Z"),
        ("1998-12-31T23:59:60Z", "1999-01-01T00:00:00Z"),
        ("1998-12-31T23:59:60.75Z", "1999-01-01T00:00:00Z"),
        ("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00Z"),
        ("2017-01-01T05:29:60+05:30", "2017-01-01T00:00:00Z"),
    ],
)
def test_leap_second_is_the_last_microsecond_of_its_day(text: str, following: str) -> None:
    """A leap second sorts neither before the second 59 nor after the second that follows it."""
    assert dates.parse(following) - 1 == dates.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "1971-12-31T23:59:60Z",
        "1998-12-30T23:59:60Z",
        "1998-03-31T23:59:60Z",
        "1998-12-31T23:58:60Z",
        "1998-12-31T22:59:60Z",
        "1998-12-31T23:59:60+01:00",
        "9999-12-31T23:59:60-00:01",
        "0001-01-01T00:00:60+00:01",
        "0001-01-01T00:00:60+00:02",
    ],
)
def test_leap_second_is_refused_elsewhere(text: str) -> None:
    """Second 60 ends only the last minute, in UTC, of a June or December from 1972 on."""
    with pytest.raises(ValueError, match="a second 60 ends only a June or a December"):
        dates.parse(text)


def test_leap_second_may_end_the_last_year() -> None:
    """The last day of the calendar has no day after it, and may still have a leap second."""
    last = dates.parse("9999-12-31T23:59:59.999999Z")
    assert last == dates.parse("9999-12-31T23:59:60Z")


@pytest.mark.parametrize(
    ("micros", "expected"),
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (1_071_340_202_000_123, "2003-12-13T18:30:02.000123Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (-62_135_596_800 * SECOND, "0001-01-01T00:00:00.000000Z"),
        (253_402_300_800 * SECOND - 1, "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_render_has_six_digits_of_fraction(micros: int, expected: str) -> None:
    """An instant is written in UTC, always with microseconds and a year of four digits."""
    assert expected == dates.render(micros)


@pytest.mark.parametrize(
    ("micros", "expected"),
    [
        (1_071_340_202_999_999, "2003-12-13T18:30:02Z"),
        (-1, "1969-12-31T23:59:59Z"),
    ],
)
def test_render_seconds_cuts_the_fraction_off(micros: int, expected: str) -> None:
    """Without its fraction an instant is the start of its second, before 1970 as well."""
    assert expected == dates.render_seconds(micros)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_render_stays_within_four_digit_years(text: str, expected: str) -> None:
    """An instant that its offset moved out of the calendar is written as the nearest within."""
    assert expected == dates.render(dates.parse(text))
    assert expected[:19] + "Z" == dates.render_seconds(dates.parse(text))


def test_render_follows_no_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dates are written without strftime, which follows the locale."""
    monkeypatch.setattr("time.strftime", None)
    expected = "2003-12-13T18:30:02Z"
    assert expected == dates.render_seconds(1_071_340_202 * SECOND)
