"""Pages: members in the order of their last change, walked by number in both directions."""

import pytest

from atompub.errors import NotFound
from atompub.model import EVERYTHING, FIRST, PUBLISHED, Cursor, View
from tests.store.content import ALICE, BOB, VIEWS

LAST = Cursor(last=True)
HIDDEN = {3: ALICE, 6: BOB, 9: ALICE}
SEEN = {
    EVERYTHING: [10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
    View("own", ALICE): [10, 9, 8, 7, 5, 4, 3, 2, 1],
    View("own", BOB): [10, 8, 7, 6, 5, 4, 2, 1],
    PUBLISHED: [10, 8, 7, 5, 4, 2, 1],
}


@pytest.fixture
def filled(store):
    """Ten members on pages of three; 3, 6 and 9 are drafts."""
    for number in range(1, 11):
        account = HIDDEN.get(number, (ALICE, BOB)[number % 2])
        store.add(f"m{number}x", account=account, visible=number not in HIDDEN)
    return store


def numbers(page):
    """The numbers of a page's members."""
    return [member.number for member in page.members]


def at(store, cursor, view=EVERYTHING):
    """A page of blog."""
    return store.pages.page("blog", view, cursor)


def walk_down(store, view):
    """The pages from the first to where nothing older follows."""
    pages = [at(store, FIRST, view)]
    while pages[-1].older:
        pages.append(at(store, Cursor(before=pages[-1].members[-1].number), view))
    return pages


def walk_up(store, view):
    """The pages from the last to where nothing newer follows."""
    pages = [at(store, LAST, view)]
    while pages[-1].newer:
        pages.append(at(store, Cursor(after=pages[-1].members[0].number), view))
    return pages


def in_threes(found):
    """A list cut into pages of three."""
    return [found[start : start + 3] for start in range(0, len(found), 3)]


@pytest.mark.covers("APP-10.1-1", "APP-10.1-2", "APP-10.1-3")
def test_the_walk_down_meets_every_member_once(filled):
    """From page to older page each view shows its members, newest change first, three at a time."""
    for view, seen in SEEN.items():
        pages = walk_down(filled, view)
        assert in_threes(seen) == [numbers(page) for page in pages]
        assert [False] + [True] * (len(pages) - 1) == [page.newer for page in pages]
        assert [1] == [place for place, page in enumerate(pages) if page.head]


@pytest.mark.covers("APP-10.1-4")
def test_the_walk_up_meets_every_member_once(filled):
    """From the last page up each view shows the same members, on full pages from the oldest on."""
    for view, seen in SEEN.items():
        pages = walk_up(filled, view)
        assert [part[::-1] for part in in_threes(seen[::-1])] == [numbers(page) for page in pages]
        assert [False] + [True] * (len(pages) - 1) == [page.older for page in pages]


BESIDE = {
    FIRST: ([10, 9, 8], {"older"}),
    Cursor(before=10): ([9, 8, 7], {"older", "newer", "head"}),
    Cursor(before=8): ([7, 6, 5], {"older", "newer", "head"}),
    Cursor(before=7): ([6, 5, 4], {"older", "newer"}),
    Cursor(before=4): ([3, 2, 1], {"newer"}),
    Cursor(before=3): ([2, 1], {"newer"}),
    Cursor(before=1): ([], {"newer"}),
    Cursor(before=0): ([], {"newer"}),
    Cursor(after=7): ([10, 9, 8], {"older"}),
    Cursor(after=9): ([10], {"older"}),
    Cursor(after=10): ([], {"older"}),
    Cursor(after=6): ([9, 8, 7], {"older", "newer", "head"}),
    Cursor(after=4): ([7, 6, 5], {"older", "newer", "head"}),
    Cursor(after=3): ([6, 5, 4], {"older", "newer"}),
    Cursor(after=0): ([3, 2, 1], {"newer"}),
    LAST: ([3, 2, 1], {"newer"}),
}
BESIDE_FOR_READERS = {
    Cursor(before=10): ([8, 7, 5], {"older", "newer", "head"}),
    Cursor(before=9): ([8, 7, 5], {"older", "newer", "head"}),
    Cursor(before=5): ([4, 2, 1], {"newer"}),
    Cursor(after=8): ([10], {"older"}),
    Cursor(after=2): ([7, 5, 4], {"older", "newer", "head"}),
    LAST: ([4, 2, 1], {"newer"}),
}


def beside(store, cursor, view=EVERYTHING):
    """The numbers on a page, and what it tells of the others."""
    page = at(store, cursor, view)
    return numbers(page), {name for name in ("older", "newer", "head") if getattr(page, name)}


@pytest.mark.covers("APP-10.1-4")
def test_each_page_knows_what_lies_beyond_it(filled):
    """A page tells of older and of newer members, and whether the newer ones fit one page."""
    assert BESIDE == {cursor: beside(filled, cursor) for cursor in BESIDE}


@pytest.mark.covers("APP-13.1.1-2")
def test_what_a_reader_may_not_see_counts_for_nothing(filled):
    """Drafts fill no page of the readers' and make no page seem to have more beyond it."""
    found = {cursor: beside(filled, cursor, PUBLISHED) for cursor in BESIDE_FOR_READERS}
    assert BESIDE_FOR_READERS == found


def test_an_empty_collection_has_one_empty_page(store):
    """Where there is nothing, first and last page show nothing and lead nowhere."""
    for view in VIEWS:
        for cursor in (FIRST, LAST, Cursor(after=0), Cursor(before=0)):
            assert ([], set()) == beside(store, cursor, view)


def test_beside_the_only_member_it_is_known(store):
    """An empty page next to a single member knows that it lies there."""
    store.add()
    assert ([], {"newer", "head"}) == beside(store, Cursor(before=1))
    assert ([], {"older"}) == beside(store, Cursor(after=1))


@pytest.mark.parametrize("total", [3, 6])
@pytest.mark.covers("APP-10.1-3")
def test_full_pages_are_followed_by_no_empty_one(store, total):
    """When the last page is full, nothing older follows it."""
    for _ in range(total):
        store.add()
    pages = walk_down(store, EVERYTHING)
    assert [3] * (total // 3) == [len(page.members) for page in pages]


@pytest.mark.covers("APP-10.1-6")
def test_a_number_not_come_to_is_not_found(filled):
    """A cursor that the collection never gave out is NotFound in every view."""
    for view in VIEWS:
        for number in (11, 1 << 59):
            for cursor in (Cursor(before=number), Cursor(after=number)):
                with pytest.raises(NotFound):
                    at(filled, cursor, view)


def test_pages_of_an_unknown_collection_are_not_found(store):
    """Without the collection there is no page and no change."""
    with pytest.raises(NotFound):
        store.pages.page("nowhere", EVERYTHING, FIRST)
    with pytest.raises(NotFound):
        store.pages.changes("nowhere", EVERYTHING, 0)


def test_a_page_holds_as_many_as_the_settings_say(filled):
    """The size of a page is the collection's setting, also when that changes between two pages."""
    assert 3 == len(at(filled, FIRST).members)
    for size, shown in ((1, [10]), (4, [10, 9, 8, 7]), (500, SEEN[EVERYTHING])):
        filled.settings(page_size=size)
        assert shown == numbers(at(filled, FIRST))


def test_a_page_brings_the_collections_row(filled):
    """Members and the collection they belong to come together."""
    assert filled.row() == at(filled, FIRST).collection == at(filled, LAST).collection


def test_members_on_pages_are_whole(filled):
    """A member on a page is the one that its name finds."""
    for member in at(filled, FIRST).members:
        assert filled.find(member.name) == member


@pytest.mark.covers("APP-10-2", "APP-10.1-2")
def test_a_change_moves_to_the_head(store):
    """The order is that of the last change, also within one instant of the clock."""
    for name in ("a", "b", "c"):
        store.add(name)
    store.edit("a")
    assert ["a", "c", "b"] == store.names()
    edited = [member.edited for member in at(store, FIRST).members]
    assert sorted(edited, reverse=True) == edited


@pytest.mark.covers("APP-10.1-5")
def test_writes_between_pages_hide_and_repeat_nothing(filled):
    """Added to, edited and deleted between two pages, the rest of the walk is as it was."""
    first = at(filled, FIRST)
    filled.add("new")
    filled.edit("m9x")
    filled.edit("m5x")
    for gone in ("m10x", "m8x", "m4x"):
        filled.remove(gone)
    rest = walk_from(filled, first.members[-1].number)
    assert ["m7x", "m6x", "m3x", "m2x", "m1x"] == rest
    assert ["m5x", "m9x", "new"] == filled.names()


def walk_from(store, number):
    """The names on the pages before a number, which need not be there any more."""
    page = at(store, Cursor(before=number))
    found = [member.name for member in page.members]
    while page.older:
        page = at(store, Cursor(before=page.members[-1].number))
        found += [member.name for member in page.members]
    return found


def test_pages_show_one_collection_only(filled):
    """Members of other collections are on no page."""
    filled.collection("diary")
    assert () == filled.pages.page("diary", EVERYTHING, FIRST).members
