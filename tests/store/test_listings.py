"""Listings: what readers find of a collection, the latest posted first, in both directions."""

import pytest

from atompub.errors import NotFound
from atompub.model import Headings
from atompub.readers import ALL, Place, Selection
from tests.stores import START

DAY = 86_400_000_000


def names(listing):
    """The names of a page's members."""
    return [listed.member.name for listed in listing.entries]


def page(store, selection=ALL, place=None):
    """A page of blog, three entries long."""
    return store.listings.page("blog", selection, place)[1]


def walk(store, selection=ALL):
    """The names on the pages from the latest to the earliest."""
    found, place = [], None
    while True:
        listing = page(store, selection, place)
        found.append(names(listing))
        place = listing.older
        if place is None:
            return found


@pytest.fixture
def filled(store, clock):
    """Eight entries, a day apart; the third is a draft, the eighth says it is the oldest."""
    for number in range(1, 9):
        headings = Headings(("odd" if number % 2 else "even",), (f"author {number % 3}",))
        published = START - DAY if number == 8 else None
        store.add(f"e{number}x", headings=headings, visible=number != 3, published=published)
        clock.forward(86_400)
    return store


def test_all_by_the_instant_posted(filled):
    """Pages go from the latest posted to the earliest; drafts are on none."""
    assert [["e7x", "e6x", "e5x"], ["e4x", "e2x", "e1x"], ["e8x"]] == walk(filled)


def test_the_way_back(filled):
    """From the earliest page on, `newer` leads over the same pages to the latest."""
    first = page(filled)
    second = page(filled, place=first.older)
    third = page(filled, place=second.older)
    assert (None, None) == (first.newer, third.older)
    back = page(filled, place=third.newer)
    assert names(second) == names(back)
    assert back.newer is not None
    last = page(filled, place=back.newer)
    assert names(first) == names(last)
    assert last.newer is None


def test_equal_instants_are_each_met_once(store):
    """Entries posted at one instant are told apart by their ids: none is lost between pages."""
    for number in range(7):
        store.add(f"e{number}x", published=START)
    met = [name for found in walk(store) for name in found]
    assert 7 == len(met) == len(set(met))


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(category="odd"), [["e7x", "e5x", "e1x"]]),
        (Selection(category="even"), [["e6x", "e4x", "e2x"], ["e8x"]]),
        (Selection(category="none"), [[]]),
        (Selection(author="author 1"), [["e7x", "e4x", "e1x"]]),
        (Selection(author="odd"), [[]]),
    ],
)
def test_under_a_heading(filled, selection, expected):
    """A category or an author has its own pages."""
    assert expected == walk(filled, selection)


def test_headings_follow_an_edit(filled):
    """An edit replaces what an entry stands under, and moves it when its date moves; the dates of
    an entry that keeps its headings stay."""
    filled.edit("e7x", headings=Headings(("new",)), published=START - 9 * DAY)
    assert [["e7x"]] == walk(filled, Selection(category="new"))
    assert [["e5x", "e1x"]] == walk(filled, Selection(category="odd"))
    assert "e7x" == walk(filled)[-1][-1]
    filled.edit("e7x")
    assert [["e7x"]] == walk(filled, Selection(category="new"))


def test_withdrawn_and_deleted_entries_are_listed_nowhere(filled):
    """Who takes an entry back, or deletes it, takes it from all listings; a draft that is
    published enters them."""
    filled.edit("e7x", headings=Headings(("odd",)), visible=False)
    filled.remove("e5x")
    filled.edit("e3x", headings=Headings(("odd",)))
    assert [["e3x", "e1x"]] == walk(filled, Selection(category="odd"))
    assert [] == filled.query("SELECT member FROM heading WHERE member = 'e5x'")


def test_months(store):
    """A month begins and ends at midnight UTC; a year is all its months."""
    at = {
        "end": 1_704_067_199_999_999,  # 2023-12-31T23:59:59.999999Z
        "new": 1_704_067_200_000_000,  # 2024-01-01T00:00:00Z
        "leap": 1_709_251_199_000_000,  # 2024-02-29T23:59:59Z
        "march": 1_709_251_200_000_000,
    }
    for name, instant in at.items():
        store.add(name, published=instant)
    store.add("draft", published=at["march"], visible=False)
    expected = [(2024, 3, 1), (2024, 2, 1), (2024, 1, 1), (2023, 12, 1)]
    assert expected == store.listings.months(store.blog)
    assert [["leap"]] == walk(store, Selection(month=(2024, 2)))
    assert [["march", "leap", "new"]] == walk(store, Selection(month=(2024, 0)))
    assert [["end"]] == walk(store, Selection(month=(2023, 0)))


def test_months_before_1970(store):
    """Entries of any age have a month."""
    store.add("old", published=-DAY)
    assert [(1969, 12, 1)] == store.listings.months(store.blog)
    assert [["old"]] == walk(store, Selection(month=(1969, 12)))


def test_neighbours(filled):
    """An entry's neighbours are those posted before and after it, drafts left out."""
    leaf = filled.listings.leaf("blog", filled.find("e4x").id)
    assert ("e2x", "e5x") == (leaf.older.member.name, leaf.newer.member.name)
    leaf = filled.listings.leaf("blog", filled.find("e8x").id)
    assert (None, "e1x") == (leaf.older, leaf.newer.member.name)


def test_what_is_hidden_is_no_leaf(filled):
    """A draft, and what is gone, is nothing that readers could look at."""
    identity = filled.find("e4x").id
    filled.remove("e4x")
    for hidden in (filled.find("e3x").id, identity):
        with pytest.raises(NotFound):
            filled.listings.leaf("blog", hidden)


def test_latest_of_each(filled):
    """The latest entries of each publication come with their collections, private ones left out."""
    filled.collection("empty")
    filled.collection("secret", private=True)
    _, found = filled.listings.latest(["empty", "secret", "blog"], 2)
    shown = {one.name: [listed.member.name for listed in entries] for one, entries in found}
    assert {"empty": [], "blog": ["e7x", "e6x"]} == shown


def test_a_page_beyond_the_end_is_empty(filled):
    """A place after which nothing stands gives an empty page that leads nowhere."""
    listing = page(filled, place=Place(0, "x"))
    assert ((), None, None) == (listing.entries, listing.older, listing.newer)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("coffee", ["two", "one"]),
        ("COFFÉE", ["two", "one"]),
        ("cof", ["two", "one"]),
        ("coffee milk", ["one"]),
        ("milk-coffee!", ["one"]),
        ("cof milk", []),
        ("tee", []),
        ("strasse", ["three"]),
        ("東", ["three"]),
        ("京東", ["three"]),
        ("draft", []),
        ("OR", []),
        ('"coffee', ["two", "one"]),
        ("coffee*", ["two", "one"]),
        ("'; DROP TABLE member; --", []),
        ("", []),
        ("!?", []),
        ("\x00", []),
    ],
)
def test_search(store, clock, words, expected):
    """All words must be there, the last as a beginning, whatever their case and accents; what is
    no word means nothing; drafts are not found."""
    texts = {"one": "Coffee with milk", "two": "coffee, black", "three": "Straße nach 東京"}
    for name, text in texts.items():
        clock.forward(1)
        store.add(name, headings=Headings(text=text))
    store.add("four", headings=Headings(text="draft coffee"), visible=False)
    _, found = store.listings.search(["blog"], words, 1, 10)
    assert expected == names(found)
    assert len(expected) == found.total


def test_search_in_pages(store, clock):
    """Results come in pages with the total, the latest posted first; beyond a thousand are none."""
    for number in range(5):
        clock.forward(1)
        store.add(f"e{number}x", headings=Headings(text="word"))
    _, found = store.listings.search(["blog"], "word", 2, 2)
    assert (["e2x", "e1x"], 5, 2) == (names(found), found.total, found.start)
    for wrong in (0, -1, 501):
        with pytest.raises(NotFound):
            store.listings.search(["blog"], "word", wrong, 2)


def test_search_in_several_collections(store, clock):
    """Several publications are searched at once; what is private is never found."""
    store.collection("other")
    store.collection("secret", private=True)
    for name in ("other", "secret", "blog"):
        clock.forward(1)
        new = store.new("word", headings=Headings(text="word"))
        store.entries.add(name, new, store.now())
    collections, found = store.listings.search(["blog", "other", "secret"], "word", 1, 10)
    assert ["blog", "other"] == [one.name for one in collections]
    assert ["blog", "other"] == [listed.collection.name for listed in found.entries]


def test_words_follow_edits_and_deletions(store):
    """An edit replaces the words of an entry; a deletion forgets them, as does the end of a
    collection."""

    def found(words):
        return names(store.listings.search(["blog"], words, 1, 10)[1])

    store.add("one", headings=Headings(text="before"))
    store.edit("one", headings=Headings(text="after"))
    assert ([], ["one"]) == (found("before"), found("after"))
    store.edit("one")
    assert ["one"] == found("after")
    store.remove("one")
    assert [] == found("after")
    store.add("two", headings=Headings(text="after"))
    assert ["two"] == found("after")
    store.collections.remove("blog", with_members=True)
    for table in ("wording", "heading"):
        assert [] == store.query(f"SELECT * FROM {table}")


def test_a_text_without_end_is_found(store):
    """Of a text longer than a database indexes, what fits is found."""
    store.add("long", headings=Headings(text=" ".join(f"w{n:07}" for n in range(200_000))))
    _, found = store.listings.search(["blog"], "w0000007", 1, 10)
    assert ["long"] == names(found)
