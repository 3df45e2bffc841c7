"""The collection's number, `app:edited`, and what of it readers can see."""

import pytest

from atompub.model import CollectionSettings
from tests.store.content import new_member

JUMPS = {"standing": 0, "a microsecond": 1e-6, "forward": 60, "back": -3600}

CHANGES = {
    "add": lambda store: store.add("new"),
    "add a draft": lambda store: store.add("new", visible=False),
    "schedule": lambda store: store.add("new", release=store.now() + 10**12),
    "edit": lambda store: store.edit("shown"),
    "withdraw": lambda store: store.edit("shown", visible=False),
    "publish": lambda store: store.edit("hidden"),
    "edit a draft": lambda store: store.edit("hidden", visible=False),
    "remove": lambda store: store.remove("shown"),
    "remove a draft": lambda store: store.remove("hidden"),
    "release": lambda store: store.release(),
    "settings": lambda store: store.settings(page_size=7),
    "title": lambda store: store.collections.set("blog", "New title", CollectionSettings()),
}
UNSEEN = {"add a draft", "schedule", "edit a draft", "remove a draft"}


@pytest.fixture
def filled(store, clock):
    """A store whose blog holds a shown, a hidden and a due entry."""
    store.add("shown")
    store.add("hidden", visible=False)
    store.add("due", release=1)
    clock.forward(60)
    return store


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.covers("APP-10-3", "APP-13.1.1-2")
def test_each_change_takes_the_next_number(filled, change):
    """Whatever alters a document takes one number; readers' number moves if they can see it."""
    before = filled.row()
    CHANGES[change](filled)
    after = filled.row()
    assert before.sequence + 1 == after.sequence
    assert (before.public if change in UNSEEN else after.sequence) == after.public


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.covers("APP-9.3-4")
def test_edited_always_moves_on(filled, clock, jump):
    """Each change has a later instant than the one before, also when the clock does not."""
    last = filled.row().edited
    for change in CHANGES.values():
        clock.forward(JUMPS[jump])
        change(filled)
        expected = max(clock(), last + 1)
        last = filled.row().edited
        assert expected == last


def test_a_member_carries_the_collections_number_and_instant(filled):
    """The number and instant that a change takes are the ones its member shows."""
    for change in ("add", "edit", "publish", "withdraw"):
        member = CHANGES[change](filled)
        row = filled.row()
        assert (row.sequence, row.edited) == (member.number, member.edited)


def test_a_new_member_was_edited_when_it_was_created(filled):
    """Never changed, a member's instants are one and the same."""
    member = filled.add()
    assert member.created == member.edited


def test_collections_are_numbered_apart(filled):
    """A change of one collection moves no other collection."""
    filled.collection("diary")
    before = filled.collections.get("diary")
    for change in ("add", "edit", "publish", "release", "settings", "remove"):
        CHANGES[change](filled)
    assert before == filled.collections.get("diary")
    filled.entries.add("diary", new_member(), filled.now())
    assert 1 == filled.collections.get("diary").sequence


@pytest.mark.covers("APP-9.2-12")
def test_no_number_is_lost(filled):
    """Refused writes and looks take no number, so that the numbers have no gaps."""
    before = filled.row()
    for page in (lambda: filled.find("shown"), filled.names, filled.collections.overview):
        page()
    for name in ("free", "also-free"):
        with pytest.raises(LookupError):
            filled.entries.edit("blog", name, filled.now(), refuse)
    assert before == filled.row()


def refuse(*_):
    """A check that refuses in a way of its own."""
    raise LookupError


def test_settings_are_a_change_that_readers_see(filled):
    """What settings alter is on the readers' pages too, so both numbers move."""
    filled.settings(private=True)
    row = filled.row()
    assert row.sequence == row.public
    assert (row.updated, row.modified) == (row.public_updated, row.public_modified)


LATER, EARLIER = 500, -500
DATES = [
    ("add", {"updated": LATER}, LATER, LATER),
    ("add", {"updated": EARLIER}, 0, 0),
    ("add", {"updated": LATER, "visible": False}, LATER, None),
    ("add", {"updated": EARLIER, "visible": False}, None, None),
    ("shown", {"updated": LATER}, LATER, LATER),
    ("shown", {"updated": EARLIER}, None, None),
    ("shown", {"updated": LATER, "visible": False}, 0, 0),
    ("hidden", {"updated": LATER, "visible": False}, LATER, None),
    ("hidden", {"updated": LATER}, LATER, LATER),
    ("hidden", {"updated": EARLIER}, 0, 0),
]


@pytest.mark.parametrize(("what", "fields", "updated", "public"), DATES)
@pytest.mark.covers("ATOM-4.2.15-1")
def test_the_date_of_a_feed_is_its_latest_entry_or_event(
    filled, clock, what, fields, updated, public
):
    """An entry's own date counts, and when one was published or withdrawn; it never goes back.

    Dates are seconds from now, None for the date that the feed had.
    """
    before, now = filled.row(), clock()
    given = fields | {"updated": now + fields["updated"] * 10**6}
    filled.add("new", **given) if what == "add" else filled.edit(what, **given)
    after = filled.row()
    expected = [
        old if moved is None else now + moved * 10**6
        for old, moved in ((before.updated, updated), (before.public_updated, public))
    ]
    assert expected == [after.updated, after.public_updated]


@pytest.mark.parametrize("change", ["remove", "remove a draft", "release", "settings"])
def test_events_without_an_entry_date_the_feed(filled, clock, change):
    """What goes, is released or set dates the feed with now, the readers' one if they see it."""
    before = filled.row()
    CHANGES[change](filled)
    after = filled.row()
    assert clock() == after.updated
    assert (before.public_updated if change in UNSEEN else clock()) == after.public_updated
