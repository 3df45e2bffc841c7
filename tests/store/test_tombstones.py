"""Tombstones: forgotten when they are old, and what that means for names and followers."""

import pytest

from atompub.errors import NotFound
from atompub.model import EVERYTHING, Buried
from atompub.store.tombstones import forget
from tests.store.content import ALICE, VIEWS
from tests.store.history import follow


@pytest.fixture
def aged(store, clock):
    """A store with one entry deleted long ago, one just now, and three that are there."""
    for name in ("old", "new", "b", "c", "d"):
        store.add(name, atom_id=f"urn:x:{name}")
    store.edit("old")
    store.remove("old")
    clock.forward(3600)
    store.remove("new")
    return store


def test_old_deletions_are_forgotten(aged, clock):
    """What was deleted before an instant leaves nothing; what was deleted since stays known."""
    assert 1 == forget(aged.engine, clock())
    assert None is aged.find("old")
    assert Buried(ALICE, public=True, removed=clock()) == aged.find("new")
    assert [] == aged.query("SELECT 1 FROM revision WHERE xml = :xml", xml=b"<entry>Edited</entry>")
    assert 0 == forget(aged.engine, clock())


@pytest.mark.covers("HTTP-E-3")
def test_a_forgotten_name_and_id_may_be_taken_again(aged, clock):
    """With the tombstone goes the hold on name and atom:id, and no sooner."""
    forget(aged.engine, clock())
    made = [aged.add(name, atom_id=f"urn:x:{name}") for name in ("old", "new")]
    assert ["old", "new-2"] == [member.name for member in made]
    assert [True, False] == [member.atom_id == f"urn:x:{member.name}" for member in made]


def test_forgetting_takes_no_number(aged, clock):
    """No document changes when a deletion is forgotten, so no validator does."""
    before = aged.row()
    forget(aged.engine, clock())
    after = aged.row()
    kept = set(before.__slots__) - {"forgotten"}
    assert [getattr(before, name) for name in kept] == [getattr(after, name) for name in kept]


def test_forgetting_spares_what_was_only_withdrawn(aged, clock):
    """A member that readers do not see any more keeps its revisions."""
    aged.edit("b", visible=False)
    clock.forward(3600)
    forget(aged.engine, clock())
    assert 1 == len(aged.query("SELECT 1 FROM revision WHERE member = :id", id=aged.find("b").id))


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_one_who_missed_a_forgotten_deletion_has_to_start_again(aged, clock, view):
    """A position before it is NotFound; one at it or after it goes on as before."""
    forget(aged.engine, clock())
    for number in range(1, 7):
        with pytest.raises(NotFound):
            aged.pages.changes("blog", view, number)
    (tombstone,) = aged.pages.changes("blog", view, 7).tombstones
    assert "urn:x:new" == tombstone.atom_id


@pytest.mark.parametrize("size", [1, 2, 500])
def test_one_who_starts_anew_gets_through(aged, clock, size):
    """From 0 a follower comes to the present state, on however many pages."""
    aged.settings(page_size=size)
    forget(aged.engine, clock())
    state, since, more = {}, 0, True
    while more:
        changes = aged.pages.changes("blog", EVERYTHING, since)
        follow(state, changes)
        since, more = changes.upto, changes.more
    assert {"urn:x:b", "urn:x:c", "urn:x:d"} == set(state)


def test_each_collection_forgets_its_own(aged, clock):
    """Followers of a collection without old deletions go on from anywhere."""
    aged.collection("diary")
    forget(aged.engine, clock())
    assert (7, 0) == (aged.row().forgotten, aged.collections.get("diary").forgotten)
