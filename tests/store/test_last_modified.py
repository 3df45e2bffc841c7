"""`modified`: the date that tells states apart as exactly as a tag does."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atompub.store.site import find_site
from tests.store.content import Store
from tests.stores import START, Clock

SECOND = 1_000_000
CHANGES = {
    "edit": lambda store: store.edit("entry"),
    "hide": lambda store: store.edit("entry", visible=False),
    "add": lambda store: store.add("other"),
    "settings": lambda store: store.settings(page_size=5),
}

changes = st.sampled_from(sorted(CHANGES))
pauses = st.sampled_from([1, 300_000, 700_000, SECOND, 3 * SECOND])
steps = st.lists(changes | pauses, max_size=14)
back = st.just(-3600 * SECOND)
steps_back = st.lists(changes | pauses | back, max_size=14)
often = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def states(store):
    """The number and date of each state that has a Last-Modified."""
    row, member = store.row(), store.find("entry")
    site = store.engine.read(find_site)
    return {
        "collection": (row.sequence, row.modified),
        "publication": (row.public, row.public_modified),
        "member": (member.number, member.modified),
        "site": (site.sequence, site.modified),
    }


def take(store, clock, step):
    """Let time pass, or change something."""
    if isinstance(step, int):
        clock.now += step
    else:
        CHANGES[step](store)


def play(engine, taken):
    """The faults of a run in which everything is read after each step.

    A date is sent cut to the clock (RFC 9110 section 8.8.2.1). It is a fault when a client that
    got it for one state would be told with it that a later state is the same.
    """
    clock = Clock(START + 900_000)
    with_clock = Store(engine, clock)
    with_clock.add("entry")
    sent, faults = {}, []
    for step in [0, *taken]:
        take(with_clock, clock, step)
        for what, (number, modified) in states(with_clock).items():
            seen = sent.setdefault(what, {})
            faults += [
                (what, step) for old, date in seen.items() if old != number and date >= modified
            ]
            date = min(modified, clock() // SECOND)
            seen[number] = max(date, seen.get(number, 0))
    with_clock.collections.remove("blog", with_members=True)
    return faults


@often
@given(steps)
@pytest.mark.covers("HTTP-C-17")
def test_no_date_stands_for_two_states(engine, taken):
    """However quickly changes follow, a date that was sent never comes back for a later state."""
    assert [] == play(engine, taken)


@often
@given(steps_back)
@pytest.mark.covers("HTTP-C-17")
def test_no_date_stands_for_two_states_when_the_clock_was_set_back(engine, taken):
    """The same holds while the clock is behind what it showed at the last change."""
    assert [] == play(engine, taken)


@pytest.mark.covers("HTTP-C-17")
def test_a_change_in_a_new_second_is_dated_with_it(store, clock):
    """When nothing changed in this second yet, its date is this second, and no later one."""
    store.add("entry")
    clock.forward(2)
    store.edit("entry")
    row = store.row()
    second = clock() // SECOND
    assert [second] * 3 == [row.modified, row.public_modified, store.find("entry").modified]


def test_a_burst_stays_within_a_second_of_the_clock(store, clock):
    """Hundreds of changes in one second do not push the date into the far future."""
    store.add("entry")
    for _ in range(30):
        clock.now += 1
        store.edit("entry")
    assert clock() // SECOND + 1 >= store.row().modified


def test_hidden_changes_leave_the_readers_date(store, clock):
    """What readers cannot see does not touch the date of what they see."""
    before = store.row().public_modified
    clock.forward(60)
    store.add("hidden", visible=False)
    store.edit("hidden", visible=False)
    store.remove("hidden")
    assert before == store.row().public_modified
