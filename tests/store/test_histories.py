"""Histories: the feed of what changed last, archives that close, and threads."""

import pytest

from atompub.errors import NotFound
from atompub.model import Headings
from atompub.readers import ALONE, Replies
from atompub.store import histories

SIZE = 4


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Archives of four entries."""
    monkeypatch.setattr(histories, "ARCHIVED", SIZE)


@pytest.fixture
def many(store, clock):
    """Ten entries on pages of three, so two closed archives and two entries beside them."""
    for number in range(1, 11):
        clock.forward(1)
        store.add(f"e{number}x")
    return store


def names(history):
    """The names of a document's members."""
    return [listed.member.name for listed in history.entries]


def ids(history):
    """The atom:ids of a document's tombstones."""
    return [tombstone.atom_id for tombstone in history.tombstones]


@pytest.mark.covers("PAGE-3")
def test_every_entry_is_met(many):
    """The subscription and all archives together hold every visible entry, also when old ones
    were edited and the page is short."""
    many.edit("e1x")
    many.edit("e2x")
    many.edit("e3x")
    subscription = many.histories.subscription("blog")
    assert (2, False) == (subscription.closed, subscription.whole)
    assert ["e3x", "e2x", "e1x", "e10x", "e9x"] == names(subscription)
    archives = [names(many.histories.archive("blog", number)) for number in (1, 2)]
    assert [["e1x", "e2x", "e3x", "e4x"], ["e5x", "e6x", "e7x", "e8x"]] == archives


@pytest.mark.covers("PAGE-5")
def test_without_archives_the_document_is_whole(store):
    """Until an archive closes, the subscription holds everything, however short a page is."""
    for number in range(SIZE - 1):
        store.add(f"e{number}x")
    store.settings(page_size=1)
    history = store.histories.subscription("blog")
    assert (True, 0, SIZE - 1) == (history.whole, history.closed, len(history.entries))


@pytest.mark.covers("PAGE-4")
def test_a_closed_archive_keeps_its_entries(many):
    """Whatever comes later, an archive holds the same entries: edited ones as they are now, a
    tombstone in place of each that went, and an entry that came back."""
    gone = many.find("e1x").atom_id
    many.edit("e2x", "Edited")
    many.edit("e3x", visible=False)
    withdrawn = many.find("e3x").atom_id
    many.remove("e1x")
    many.add("later")
    archive = many.histories.archive("blog", 1)
    assert (["e2x", "e4x"], [gone, withdrawn]) == (names(archive), ids(archive))
    assert "Edited" == archive.entries[0].member.title
    many.edit("e3x")
    archive = many.histories.archive("blog", 1)
    assert (["e2x", "e3x", "e4x"], [gone]) == (names(archive), ids(archive))


def test_ordinals_count_first_publications(store, clock):
    """Drafts have no place in history until they are published, scheduled entries until their
    release; who is withdrawn and published again keeps the place."""
    draft = store.add("draft", visible=False)
    store.add("later", release=store.now() + 5_000_000)
    store.add("first")
    assert None is draft.ordinal
    assert 2 == store.edit("draft").ordinal
    clock.forward(5)
    store.release()
    assert 3 == store.find("later").ordinal
    store.edit("draft", visible=False)
    store.add("fourth")
    assert 2 == store.edit("draft").ordinal
    assert [1, 4] == [store.find(name).ordinal for name in ("first", "fourth")]


@pytest.mark.covers("TOMB-1")
def test_tombstones_among_the_changes(many):
    """The subscription tells which public entries went among the changes it covers, not which
    drafts did, nor what went before."""
    many.add("draft", visible=False)
    old = many.find("e5x").atom_id
    many.remove("e5x")
    many.remove("draft")
    assert [old] == ids(many.histories.subscription("blog"))
    for number in range(4):
        many.edit(f"e{number + 6}x")
    assert [] == ids(many.histories.subscription("blog"))


def test_tombstones_of_what_no_archive_holds(many):
    """What went before an archive could tell of it stays told of, so that nobody misses it."""
    many.remove("e9x")
    for number in range(4):
        many.edit(f"e{number + 1}x")
    assert 1 == len(ids(many.histories.subscription("blog")))


@pytest.mark.parametrize("number", [0, -1, 3, 10**30])
def test_archives_that_are_not_closed(many, number):
    """An archive that has not closed is not there."""
    with pytest.raises(NotFound):
        many.histories.archive("blog", number)


@pytest.fixture
def replied(store, clock):
    """A parent with two replies and a draft of one."""
    parent = store.add("parent")
    for name, visible in (("first", True), ("second", True), ("draft", False)):
        clock.forward(1)
        answers = Headings(answers=(parent.atom_id,))
        store.add(name, headings=answers, visible=visible, updated=store.now())
    return store


def thread(store, name, collection="blog"):
    """What ties a member to others."""
    found = store.entries.find(collection, name)[1]
    return store.listings.leaf(collection, found.id).entry.thread


@pytest.mark.covers("THR-3", "THR-5")
def test_threads(replied):
    """A parent knows how many visible replies it has and the latest date of them; a reply knows
    its parent while readers see it."""
    second = replied.find("second")
    assert Replies(2, second.updated) == thread(replied, "parent").replies
    assert ("parent",) == thread(replied, "second").parents
    replied.edit("parent", visible=False)
    assert () == thread(replied, "second").parents
    replied.edit("parent")
    replied.remove("first")
    assert 1 == thread(replied, "parent").replies.count


def test_threads_stay_in_a_collection(replied):
    """A reply in another collection counts for nothing here, and an entry of no thread is alone."""
    replied.collection("other")
    new = replied.new("reply", headings=Headings(answers=(replied.find("parent").atom_id,)))
    replied.entries.add("other", new, replied.now())
    assert ALONE == thread(replied, "reply", "other")
    assert 2 == thread(replied, "parent").replies.count
