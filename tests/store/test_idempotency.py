"""Idempotency keys: the same request twice makes one member."""

import pytest

from atompub.errors import Gone, KeyReused, NotFound
from atompub.store.entries import Entries
from tests.store.content import BOB, key, new_member, together

DAY = 24 * 3600


@pytest.mark.covers("APP-15.2-1")
def test_the_same_request_gets_the_same_member(store, clock):
    """Key and digest that were seen give the member they made, and nothing is written."""
    first = store.add("a", idempotency=key())
    before = store.dump()
    clock.forward(DAY - 1)
    assert first == store.add("a", idempotency=key())
    assert before == store.dump()


def test_the_same_request_gets_the_member_as_it_is_now(store):
    """Edited in between, the member is answered as it stands."""
    store.add("a", idempotency=key())
    edited = store.edit("a")
    assert edited == store.add("a", idempotency=key())


@pytest.mark.covers("APP-15.2-1")
def test_another_request_under_the_key_is_refused(store):
    """A key that comes back with another digest is KeyReused and makes nothing."""
    store.add("a", idempotency=key(digest="one"))
    before = store.dump()
    with pytest.raises(KeyReused):
        store.add("b", idempotency=key(digest="two"))
    assert before == store.dump()


def test_the_same_request_after_a_removal_is_gone(store):
    """A member that was deleted is not made again by a request that was answered already."""
    store.add("a", idempotency=key())
    store.remove("a")
    before = store.dump()
    with pytest.raises(Gone):
        store.add("a", idempotency=key())
    assert before == store.dump()


def test_keys_belong_to_accounts(store):
    """Two accounts that use one key make a member each."""
    store.add("a", idempotency=key())
    assert "a-2" == store.add("a", idempotency=key(), account=BOB).name


def test_other_keys_make_other_members(store):
    """The same request under another key, or without one, is another request."""
    made = [store.add("a", idempotency=one) for one in (key(), key("other"), None, None)]
    assert 4 == len({member.id for member in made})


@pytest.mark.covers("APP-15.2-1")
def test_a_key_is_forgotten_after_a_day(store, clock):
    """Twenty-four hours later the key makes a new member, whatever its digest, and counts anew."""
    store.add("a", idempotency=key(digest="one"))
    clock.forward(DAY)
    second = store.add("a", idempotency=key(digest="two"))
    clock.forward(DAY - 1)
    assert "a-2" == second.name
    assert second == store.add("a", idempotency=key(digest="two"))


def test_old_keys_are_thrown_away(store, clock):
    """The next key clears those of more than a day ago, so that they never pile up."""
    for number in range(3):
        store.add(idempotency=key(f"key {number}"))
    clock.forward(DAY)
    store.add(idempotency=key("new"))
    assert [("new",)] == store.query("SELECT key FROM idempotency")


def test_a_refused_add_remembers_no_key(store):
    """A key whose request failed is free for the request that succeeds."""
    with pytest.raises(NotFound):
        store.entries.add("nowhere", new_member("a"), store.now(), idempotency=key(digest="one"))
    assert "a" == store.add("a", idempotency=key(digest="two")).name


@pytest.mark.covers("APP-15.2-1")
def test_one_request_sent_many_times_at_once_makes_one_member(store, open_another):
    """A client that retries while its first attempt still runs gets one member."""

    def write():
        new = new_member("a")
        return Entries(open_another()).add("blog", new, store.now(), idempotency=key())

    made = together(*[write] * 6)
    assert 1 == len(set(made))
    assert (1, ["a"]) == (store.row().sequence, store.names())
