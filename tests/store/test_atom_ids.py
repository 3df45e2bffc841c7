"""atom:ids of members: the client's own where nobody has it."""

import pytest

from atompub.store.entries import Entries
from tests.store.content import new_member, together


@pytest.mark.covers("APP-9.2-7")
def test_a_free_id_is_kept(store):
    """The id that a client sent is the member's, letter for letter."""
    for wanted in ("urn:x:1", "urn:x:1/", "URN:x:1", "tag:é.example,2024:1"):
        assert wanted == store.add(atom_id=wanted).atom_id


def test_without_an_id_the_minted_one_is_taken(store):
    """A member whose client sent none gets the server's."""
    new = new_member()
    assert new.minted == store.entries.add("blog", new, store.now()).atom_id


@pytest.mark.parametrize("taker", ["member", "hidden", "deleted", "elsewhere", "collection"])
@pytest.mark.covers("APP-9.2-7", "SEC-U-7")
def test_a_taken_id_is_replaced(store, taker):
    """An id of any member, tombstone or collection of the store is not given again, ever."""
    taken = "urn:x:taken"
    other = store.collection("diary")
    if taker == "collection":
        taken = other.atom_id
    elif taker == "elsewhere":
        store.entries.add("diary", new_member(atom_id=taken), store.now())
    else:
        store.add("first", atom_id=taken, visible=taker != "hidden")
    if taker == "deleted":
        store.remove("first")
    new = new_member(atom_id=taken)
    assert new.minted == store.entries.add("blog", new, store.now()).atom_id


@pytest.mark.covers("APP-9.3-3")
def test_hiding_and_showing_keep_the_id(store):
    """Withdrawn from readers, shown again and edited, a member has the id it had."""
    store.add("a", atom_id="urn:x:1")
    kept = [store.edit("a", visible=visible).atom_id for visible in (False, True, True)]
    assert ["urn:x:1"] * 3 == kept


@pytest.mark.covers("SEC-U-7")
def test_of_writers_with_one_id_one_keeps_it(store, open_another):
    """Posts of one id at the same time all succeed, one with the id, the others with new ones."""

    def write():
        new = new_member(atom_id="urn:x:1")
        return Entries(open_another()).add("blog", new, store.now()).atom_id

    made = together(*[write] * 6)
    assert (6, 1) == (len(set(made)), made.count("urn:x:1"))
