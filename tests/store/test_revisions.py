"""Revisions: what a member was before it was changed."""

import pytest

from atompub.store.revisions import KEPT_REVISIONS

KEPT = "SELECT number, edited, xml, control FROM revision WHERE member = :id ORDER BY number"


def revisions(store, member):
    """The revisions of a member, oldest first."""
    return store.query(KEPT, id=member.id)


def as_revision(member):
    """What is kept of a member's state."""
    return (member.number, member.edited, member.xml, member.control)


def test_a_new_member_has_no_revisions(store):
    """What was never changed was never anything else."""
    assert [] == revisions(store, store.add())


def test_an_edit_keeps_what_was_there(store):
    """The state before each edit is kept: its XML and control, and when it was written."""
    states = [store.add("a", title="One", control=b"<control/>", visible=False)]
    states += [store.edit("a", title) for title in ("Two", "Three")]
    assert list(map(as_revision, states[:-1])) == revisions(store, states[0])


def test_a_removal_keeps_what_was_there(store):
    """The last state of a deleted member is kept like the others."""
    states = [store.add("a"), store.edit("a")]
    store.remove("a")
    assert list(map(as_revision, states)) == revisions(store, states[0])


def test_a_release_keeps_nothing(store, clock):
    """The release of an entry changes no word of its author's, so there is nothing to keep."""
    member = store.add("a", release=clock() + 1)
    clock.forward(1)
    store.release()
    assert [] == revisions(store, member)


@pytest.mark.parametrize("last", ["edit", "remove"])
def test_the_newest_revisions_of_each_member_are_kept(store, last):
    """Twenty of each member are kept, and one member's edits cost no other its own."""
    other = store.add("other")
    before = as_revision(store.edit("other"))
    states = [store.add("a")]
    for number in range(KEPT_REVISIONS + 3):
        states.append(store.edit("a", f"Edit {number}"))
    if last == "edit":
        store.edit("a", "Last")
    else:
        store.remove("a")
    assert 20 == KEPT_REVISIONS
    assert list(map(as_revision, states[-20:])) == revisions(store, states[0])
    assert [as_revision(other)] == revisions(store, other)
    assert before == as_revision(store.find("other"))
