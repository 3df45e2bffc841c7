"""Changes after a number: oldest first, with tombstones, missing nothing."""

import pytest

from atompub.errors import NotFound
from atompub.model import EVERYTHING, PUBLISHED, View
from tests.store.content import ALICE, BOB, VIEWS

ALICES, BOBS = View("own", ALICE), View("own", BOB)


def since(store, number, view=EVERYTHING):
    """The changes of blog after a number: names, ids of tombstones, upto and more."""
    changes = store.pages.changes("blog", view, number)
    return (
        [member.name for member in changes.members],
        [tombstone.atom_id for tombstone in changes.tombstones],
        changes.upto,
        changes.more,
    )


def buried(store, view):
    """The numbers of the tombstones that a view shows."""
    store.settings(page_size=500)
    return [tombstone.number for tombstone in store.pages.changes("blog", view, 0).tombstones]


def test_nothing_follows_the_last_change(store):
    """From where a view stands there is nothing to come, and it stays where it is."""
    store.add("a")
    assert [([], [], 1, False)] * 4 == [since(store, 1, view) for view in VIEWS]


def test_changes_come_oldest_first(store):
    """Members are in the order of their last change, each once and as it is now."""
    for name in ("a", "b", "c"):
        store.add(name)
    edited = store.edit("a")
    assert (["b", "c", "a"], [], 4, False) == since(store, 0)
    assert edited == store.pages.changes("blog", EVERYTHING, 3).members[0]
    assert (["c", "a"], [], 4, False) == since(store, 2)


def test_a_change_can_be_of_nothing_that_is_listed(store):
    """A number that settings took moves a follower on without a member."""
    store.add("a")
    store.settings(page_size=5)
    assert ([], [], 2, False) == since(store, 1)


def test_a_deletion_leaves_a_tombstone(store, clock):
    """Deleted, a member comes as its id, the number and the instant of its removal."""
    store.add("a", atom_id="urn:x:a")
    clock.forward(5)
    store.remove("a")
    (tombstone,) = store.pages.changes("blog", EVERYTHING, 1).tombstones
    assert (2, "urn:x:a", clock()) == (tombstone.number, tombstone.atom_id, tombstone.removed)
    assert ([], ["urn:x:a"], 2, False) == since(store, 0)


@pytest.mark.parametrize(
    ("life", "seen"),
    [
        (["shown", "gone"], {EVERYTHING: [2], ALICES: [2], BOBS: [2], PUBLISHED: [2]}),
        (["hidden", "gone"], {EVERYTHING: [2], ALICES: [2], BOBS: [], PUBLISHED: []}),
        (["shown", "hidden"], {EVERYTHING: [], ALICES: [], BOBS: [2], PUBLISHED: [2]}),
        (["shown", "planned"], {EVERYTHING: [], ALICES: [], BOBS: [2], PUBLISHED: [2]}),
        (["hidden", "shown"], {EVERYTHING: [], ALICES: [], BOBS: [], PUBLISHED: []}),
        (["shown", "hidden", "gone"], {EVERYTHING: [3], ALICES: [3], BOBS: [2], PUBLISHED: [2]}),
        (["shown", "hidden", "shown"], {EVERYTHING: [], ALICES: [], BOBS: [2], PUBLISHED: [2]}),
        (
            ["shown", "hidden", "shown", "gone"],
            {EVERYTHING: [4], ALICES: [4], BOBS: [2, 4], PUBLISHED: [2, 4]},
        ),
        (["shown", "hidden", "hidden"], {EVERYTHING: [], ALICES: [], BOBS: [2], PUBLISHED: [2]}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.covers("APP-13.1.1-2")
def test_each_view_buries_what_it_showed(store, life, seen):
    """Tombstones stand for what a view showed and shows no more, and for nothing else."""
    step(store, store.add, life[0])
    for state in life[1:]:
        step(store, store.edit, state)
    assert seen == {view: buried(store, view) for view in seen}


def step(store, write, state):
    """Bring alice's entry into a state."""
    if state == "gone":
        store.remove("entry")
    else:
        release = store.now() + 10**9 if state == "planned" else None
        extra = {"account": ALICE} if write == store.add else {}
        write("entry", visible=state == "shown", release=release, **extra)


def test_shown_again_an_entry_comes_after_its_tombstone(store):
    """A follower that applies tombstones first ends with the entry, on one page or on two."""
    store.add("a", atom_id="urn:x:a")
    store.edit("a", visible=False)
    store.edit("a")
    assert (["a"], ["urn:x:a"], 3, False) == since(store, 0, PUBLISHED)
    store.settings(page_size=1)
    assert ([], ["urn:x:a"], 2, True) == since(store, 0, PUBLISHED)
    assert (["a"], [], 4, False) == since(store, 2, PUBLISHED)


def test_pages_of_changes_meet_each_number_once(store):
    """Members and tombstones together fill a page; `upto` leads on until nothing more follows."""
    for number in range(1, 8):
        store.add(f"m{number}x", atom_id=f"urn:x:{number}")
    for number in (2, 3, 7):
        store.remove(f"m{number}x")
    expected = [
        (["m1x", "m4x", "m5x"], [], 5, True),
        (["m6x"], ["urn:x:2", "urn:x:3"], 9, True),
        ([], ["urn:x:7"], 10, False),
    ]
    for view in VIEWS:
        position, pages = 0, []
        for _ in expected:
            pages.append(since(store, position, view))
            position = pages[-1][2]
        assert expected == pages


def test_a_full_page_of_changes_is_followed_by_no_empty_one(store):
    """When what is left fits a page exactly, nothing more follows it."""
    for _ in range(6):
        store.add()
    assert [(6, False), (5, True), (3, True)] == [since(store, one)[2:] for one in (3, 2, 0)]


@pytest.mark.covers("APP-13.1.1-2")
def test_drafts_move_no_reader_on(store):
    """Readers come as far as the last change that they can see."""
    store.add("a")
    store.add("draft", visible=False, account=BOB)
    store.edit("draft", visible=False)
    assert (["a"], [], 1, False) == since(store, 0, PUBLISHED)
    assert (["a", "draft"], [], 3, False) == since(store, 0, BOBS)


def test_readers_go_on_from_where_others_stopped(store):
    """A number beyond what a view shows, but taken, is no fault; nothing comes until a change."""
    store.add("a")
    store.add("draft", visible=False, account=BOB)
    assert [[]] * 4 == [since(store, 2, view)[0] for view in VIEWS]
    store.add("b")
    assert [["b"]] * 4 == [since(store, 2, view)[0] for view in VIEWS]


@pytest.mark.covers("APP-10.1-6")
def test_changes_after_a_number_not_come_to_are_not_found(store):
    """A position ahead of the collection is NotFound: it belongs to another time or place."""
    store.add("a")
    for view in VIEWS:
        with pytest.raises(NotFound):
            since(store, 2, view)


def test_changes_bring_the_collections_row(store):
    """The row that comes with the changes is the one of their snapshot."""
    store.add("a")
    assert store.row() == store.pages.changes("blog", EVERYTHING, 0).collection


def test_changes_are_of_one_collection(store):
    """Tombstones and members of other collections do not come."""
    store.add("a")
    store.remove("a")
    store.collection("diary")
    changes = store.pages.changes("diary", EVERYTHING, 0)
    assert ((), (), 0) == (changes.members, changes.tombstones, changes.upto)
