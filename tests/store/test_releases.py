"""Entries published in the future: released as changes of their own when their time comes."""

import pytest

from atompub.model import EVERYTHING, FIRST, PUBLISHED, View
from atompub.store.entries import RELEASED_AT_ONCE, Entries
from tests.store.content import ALICE, BOB, together

pytestmark = pytest.mark.covers("APP-13.1.1-6")


def schedule(store, *seconds):
    """Add an entry for each of these seconds from now."""
    return [store.add(f"at-{after}-s", release=store.now() + after * 10**6) for after in seconds]


def dues(store, *writes):
    """What the collection's row tells about the next release, after each write."""
    seen = []
    for write in writes:
        write()
        due = store.row().due
        seen.append(None if due is None else (due - store.now()) // 10**6)
    return seen


def test_the_row_keeps_the_earliest_release(store):
    """The collection knows when the next entry is due, in whatever order they come."""
    writes = [lambda after=after: schedule(store, after) for after in (50, 80, 20, 30)]
    assert [50, 50, 20, 20] == dues(store, store.add, *writes)[1:]


def test_an_edit_may_schedule_and_move_a_release(store):
    """A draft or a shown entry may be scheduled; an earlier release wins at once."""
    store.add("draft", visible=False)
    store.add("shown")
    assert [90, 40] == dues(
        store,
        lambda: store.edit("draft", release=store.now() + 90 * 10**6),
        lambda: store.edit("shown", release=store.now() + 40 * 10**6),
    )


def test_what_is_due_is_released_in_its_order(store, clock):
    """Each due entry takes a number and an instant, the earliest first; the others wait on."""
    schedule(store, 30, 10, 20, 99)
    clock.forward(30)
    store.release()
    released = [store.find(f"at-{after}-s") for after in (10, 20, 30)]
    assert [5, 6, 7] == [member.number for member in released]
    assert [clock(), clock() + 1, clock() + 2] == [member.edited for member in released]
    assert ["at-30-s", "at-20-s", "at-10-s"] == store.names(PUBLISHED)
    waiting = store.find("at-99-s")
    assert (False, 4) == (waiting.visible, waiting.number)
    assert waiting.release == store.row().due


def test_what_is_due_at_one_instant_is_released_in_the_order_of_its_writing(store, clock):
    """Entries planned for the same instant keep the order in which they came."""
    store.settings(page_size=20)
    for name in "abcdefgh":
        store.add(name, release=clock() + 1)
    clock.forward(1)
    store.release()
    assert list("hgfedcba") == store.names(PUBLISHED)


def test_a_release_changes_nothing_else(store, clock):
    """Released, an entry is shown and waits no more; all else is what its author wrote."""
    (before,) = schedule(store, 10)
    clock.forward(10)
    store.release()
    after = store.find(before.name)
    changed = {name for name in before.__slots__ if getattr(before, name) != getattr(after, name)}
    assert {"number", "edited", "modified", "visible", "release", "ordinal"} == changed
    assert (True, None, before.release) == (after.visible, after.release, after.published)
    assert after == store.pages.page("blog", PUBLISHED, FIRST).members[0]


@pytest.mark.parametrize("end", ["edited", "removed", "released"])
def test_nothing_due_takes_no_number(store, clock, end):
    """An entry that was published, deleted or released by others is not released again."""
    schedule(store, 10)
    clock.forward(10)
    {
        "edited": lambda: store.edit("at-10-s"),
        "removed": lambda: store.remove("at-10-s"),
        "released": store.release,
    }[end]()
    before = store.row()
    store.release()
    after = store.row()
    assert (before.sequence, None) == (after.sequence, after.due)


def test_an_entry_is_not_released_before_its_instant(store, clock):
    """A microsecond too early nothing happens; at its instant it is shown."""
    schedule(store, 10)
    clock.now += 10 * 10**6 - 1
    store.release()
    assert [] == store.names(PUBLISHED)
    clock.now += 1
    store.release()
    assert ["at-10-s"] == store.names(PUBLISHED)


def test_each_release_is_found_by_followers_and_drafts_are_not(store, clock):
    """Readers learn of a release as a change; a draft with a date behind it stays a draft."""
    schedule(store, 10)
    store.add("draft", visible=False, published=store.now())
    before = store.row()
    clock.forward(10)
    store.release()
    changes = store.pages.changes("blog", PUBLISHED, before.sequence)
    assert ["at-10-s"] == [member.name for member in changes.members]
    assert store.row().sequence == changes.upto == store.row().public


def test_many_are_released_at_once(store, clock):
    """One call releases everything that is due, however much it is."""
    total = RELEASED_AT_ONCE + 3
    for number in range(total):
        store.add(f"entry-{number}-x", release=clock() + number + 1)
    clock.forward(1)
    store.release()
    row = store.row()
    assert (2 * total, None) == (row.sequence, row.due)
    store.settings(page_size=500)
    shown = store.names(PUBLISHED)
    assert [f"entry-{number}-x" for number in reversed(range(total))] == shown


def test_a_release_is_of_one_collection(store, clock):
    """What is due elsewhere waits until somebody asks there."""
    store.collection("diary")
    schedule(store, 10)
    clock.forward(10)
    store.entries.release(store.collections.get("diary").id, clock())
    assert ["at-10-s"] == store.names(EVERYTHING)
    assert [] == store.names(PUBLISHED)


def test_several_readers_release_each_entry_once(store, clock, open_another):
    """Readers who meet a due entry at the same time release it once, with one number."""
    schedule(store, *range(1, 9))
    clock.forward(10)
    together(*[lambda: Entries(open_another()).release(store.blog.id, clock())] * 6)
    row = store.row()
    assert (16, 16, None) == (row.sequence, row.public, row.due)


def test_a_scheduled_entry_belongs_to_its_author(store):
    """Until its release an entry is seen by its author and by who sees everything."""
    store.add("planned", account=BOB, release=store.now() + 10**6)
    views = (EVERYTHING, View("own", BOB), View("own", ALICE), PUBLISHED)
    assert [["planned"], ["planned"], [], []] == [store.names(view) for view in views]
