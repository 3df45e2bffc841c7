"""What is kept of the pages that were shown."""

from atompub.web.answers import KEPT_BESIDE, Kept, PageCache
from atompub.web.conditional import Validators

ROOM = 3 * (KEPT_BESIDE + 10)


def shown(cache, key, state="1", octets=10):
    """Ask for a page; whether it had to be made."""
    made = []

    def make():
        made.append(key)
        return Kept(Validators(state, "", 0), b"x" * octets)

    kept = cache.get((key,), Validators(state, "", 0), make)
    assert state == kept.validators.state
    return bool(made)


def test_a_page_is_made_once_for_a_state():
    """A page is made when it is asked for first, and again when its state has changed."""
    cache = PageCache(ROOM)
    assert [True, False, True, False] == [shown(cache, "a", state) for state in "1122"]


def test_what_was_shown_longest_ago_makes_room():
    """The cache never holds more than its size, and keeps what was asked for last."""
    cache = PageCache(ROOM)
    assert [True] * 3 == [shown(cache, key) for key in "abc"]
    assert not shown(cache, "a")
    assert shown(cache, "d")
    assert [False, True] == [shown(cache, key) for key in "ab"]


def test_a_page_larger_than_the_room_is_not_kept():
    """What does not fit is shown and not kept, and the room is there again for others."""
    cache = PageCache(ROOM)
    assert [True, True] == [shown(cache, "a", octets=ROOM) for _ in range(2)]
    assert [True] * 3 + [False] * 3 == [shown(cache, key) for key in "bcdbcd"]


def test_many_small_pages_count_for_more_than_their_octets():
    """Pages without octets take room as well."""
    cache = PageCache(ROOM)
    assert [True] * 4 == [shown(cache, key, octets=0) for key in "abcd"]
    assert shown(cache, "a", octets=0)
