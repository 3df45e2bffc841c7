"""Date constructs: what holds for every instant."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from atompub.atom import dates

FIRST = dates.parse("0001-01-01T00:00:00Z")
LAST = dates.parse("9999-12-31T23:59:59.999999Z")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = 60_000_000

instants = st.integers(FIRST, LAST)
offsets = st.integers(-1_439, 1_439)


def zone(minutes: int) -> str:
    """An offset from UTC as RFC 3339 writes it."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


@given(instants)
def test_parse_undoes_render(micros: int) -> None:
    """What is written is read as the same instant, or as its second without the fraction."""
    assert micros == dates.parse(dates.render(micros))
    assert micros - micros % 1_000_000 == dates.parse(dates.render_seconds(micros))


@given(instants)
def test_render_agrees_with_the_calendar(micros: int) -> None:
    """The fields written are those that `datetime` computes."""
    moment = EPOCH + timedelta(microseconds=micros)
    expected = moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert expected == dates.render(micros)


@given(instants, instants)
def test_text_sorts_as_time(one: int, other: int) -> None:
    """Two instants written sort as the instants do."""
    assert (one < other) == (dates.render(one) < dates.render(other))


@given(st.integers(), st.integers())
def test_render_is_total_and_keeps_order(one: int, other: int) -> None:
    """No instant fails to be written in four digits of year, and none is out of order."""
    earlier, later = map(dates.render, sorted((one, other)))
    assert earlier <= later
    assert len("0001-01-01T00:00:00.000000Z") == len(earlier) == len(later)


@given(instants, offsets)
def test_parse_takes_local_time_off(micros: int, minutes: int) -> None:
    """Local time with its offset is the instant that UTC would give without it, or the nearest."""
    local = dates.render(micros).removesuffix("Z")
    expected = min(max(micros - minutes * MINUTE, FIRST), LAST)
    assert expected == dates.parse(local + zone(minutes))


@given(st.from_regex(r"[0-9]{1,30}", fullmatch=True))
def test_parse_reads_any_fraction(digits: str) -> None:
    """A fraction of any length counts to the microsecond, and what is beyond is cut off."""
    expected = int(digits) * 1_000_000 // 10 ** len(digits)
    assert expected == dates.parse(f"1970-01-01T00:00:00.{digits}Z")


@given(st.integers(1972, 9_998), st.sampled_from(["06-30", "12-31"]), offsets)
def test_leap_second_lies_between_its_neighbours(year: int, day: str, minutes: int) -> None:
    """In no offset does a leap second sort before second 59 or after the next second."""
    start = dates.parse(f"{year}-{day}T23:59:00Z")
    local = dates.render_seconds(start + minutes * MINUTE).removesuffix("00Z")
    assert start + MINUTE - 1 == dates.parse(f"{local}60.5{zone(minutes)}")


@given(
    st.text() | st.from_regex(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d(:[0-6]\d){2}(Z|[+-][0-2]\d:[0-6]\d)")
)
def test_parse_gives_an_instant_or_value_error(text: str) -> None:
    """Whatever the text, nothing but ValueError comes of it when it is no date construct."""
    with suppress(ValueError):
        assert isinstance(dates.parse(text), int)
