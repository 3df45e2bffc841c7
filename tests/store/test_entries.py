"""Members: added, found, edited and removed."""

from dataclasses import replace

import pytest

from atompub.errors import NotFound, PreconditionFailed
from atompub.model import EVERYTHING, FIRST, Buried, Edition, Media
from atompub.store.entries import Entries
from atompub.store.pages import Pages
from tests.store.content import ALICE, BOB, edition, key, new_member, together
from tests.stores import START

FULL = edition(
    "Titel “日本語” 🦊 %s :name",
    xml=b"<entry>\xc3\xa9 \xf0\x9f\xa6\x8a % :id ' \"</entry>",
    control=b"<app:control>\xc3\xa9</app:control>",
    based=True,
    summary="First\nsecond line",
    author="Ælfrēd",
    updated=-62_135_596_800_000_000,  # the year 1
    published=253_402_300_799_999_999,  # the last microsecond of the year 9999
    visible=False,
    media=Media("key", 'image/png; name="é"', 1 << 40, "0" * 64, genuine=False),
)
BARE = edition("", xml=b"<entry/>", author="")


def written(member):
    """The part of a member that a write gives it."""
    kept = Edition.__dataclass_fields__.keys() - {"headings"}
    return Edition(**{name: getattr(member, name) for name in kept})


def agree(*_):
    """A check that any state passes."""


def refuse(*_):
    """A check that no state passes."""
    raise PreconditionFailed("not this state")


@pytest.mark.parametrize("content", [FULL, BARE], ids=["full", "bare"])
def test_a_member_is_stored_as_it_was_written(store, clock, content):
    """Adding gives back what a later look finds: every field, to the byte."""
    new = replace(new_member("a-name", BOB, "urn:x:1"), edition=content)
    member = store.entries.add("blog", new, store.now())
    assert content == written(member)
    assert (new.id, store.blog.id, "a-name", "urn:x:1", BOB) == (
        member.id,
        member.collection,
        member.name,
        member.atom_id,
        member.account,
    )
    assert (1, clock(), clock()) == (member.number, member.created, member.edited)
    assert (store.row(), member) == store.entries.find("blog", "a-name")


def test_nothing_stands_under_a_name_that_was_never_taken(store):
    """A name without a member finds nothing; so does one of another collection."""
    store.collection("diary")
    store.add("there")
    assert None is store.find("elsewhere")
    assert None is store.entries.find("diary", "there")[1]


def test_a_name_is_found_in_one_spelling_only(store):
    """What looks like a member's name with another number or case is another name."""
    for _ in range(2):
        store.add("a")
    for name in ("a-1", "a-02", "a-2-1", "A", "a ", "", "-", "a-1000000"):
        assert None is store.find(name)


def test_a_collection_that_is_not_there_is_not_found(store):
    """Every use of a member's name says so when its collection is unknown."""
    uses = [
        lambda: store.entries.find("nowhere", "a"),
        lambda: store.entries.edit("nowhere", "a", START, refuse),
        lambda: store.entries.remove("nowhere", "a", START, refuse),
        lambda: store.entries.add("nowhere", new_member(), START),
    ]
    for use in uses:
        with pytest.raises(NotFound):
            use()


def test_adding_to_a_removed_collection_stores_nothing(store):
    """A member whose collection went in between leaves nothing behind, and no key either."""
    store.collections.remove("blog")
    before = store.dump()
    with pytest.raises(NotFound):
        store.add(idempotency=key())
    assert before == store.dump()


@pytest.mark.covers("APP-9.2-13")
def test_two_identical_adds_are_two_members(store):
    """Adding the same thing twice makes two members with names and ids of their own."""
    first, second = (store.add("same", atom_id="urn:x:same") for _ in range(2))
    assert 2 == len({first.id, second.id})
    assert 2 == len({first.name, second.name})
    assert 2 == len({first.atom_id, second.atom_id})
    assert [second.name, first.name] == store.names()


def test_the_same_unit_of_work_adds_one_member(store):
    """Work that runs again after its commit was answered finds its own member and adds no other."""
    new = new_member("once")
    first = store.entries.add("blog", new, store.now())
    assert first == store.entries.add("blog", new, store.now())
    assert (1, ["once"]) == (store.row().sequence, store.names())


@pytest.mark.covers("APP-9.3-3", "APP-9.3-12")
def test_an_edit_replaces_what_was_written_and_keeps_who_it_is(store, clock):
    """Id, name, atom:id, creation and account stay; all else is what the edit says."""
    before = store.add("entry", account=BOB)
    clock.forward(60)
    collection, after = store.entries.edit("blog", "entry", clock(), lambda *_: FULL)
    assert "blog" == collection.name
    assert FULL == written(after)
    assert BARE == written(store.entries.edit("blog", "entry", clock(), lambda *_: BARE)[1])
    kept = ("id", "collection", "name", "atom_id", "account", "created")
    assert [getattr(before, name) for name in kept] == [getattr(after, name) for name in kept]
    assert (2, clock()) == (after.number, after.edited)
    assert BARE == written(store.find("entry"))


def test_an_edit_sees_the_state_it_replaces(store):
    """What decides about an edit is shown the collection's row and the member before it."""
    before, row = store.add("entry"), store.row()
    seen = []

    def revise(collection, found):
        seen.append((collection, found))
        return edition("Edited")

    store.entries.edit("blog", "entry", store.now(), revise)
    assert [(row, before)] == seen


@pytest.mark.parametrize("use", ["edit", "remove"])
@pytest.mark.covers("APP-9.2-12")
def test_a_refused_write_changes_nothing(store, use):
    """What the check raises comes out, and every table stays as it was."""
    store.add("entry")
    before = store.dump()
    with pytest.raises(PreconditionFailed, match="not this state"):
        getattr(store.entries, use)("blog", "entry", store.now(), refuse)
    assert before == store.dump()


@pytest.mark.parametrize("use", ["edit", "remove"])
def test_what_is_not_there_cannot_be_changed(store, use):
    """Writing to a free or a deleted name is NotFound, changes nothing, and shows what stands."""
    store.add("gone", account=BOB)
    store.remove("gone")
    before, seen = store.dump(), []

    def look(_, found):
        seen.append(found)
        return edition()

    for name in ("free", "gone"):
        with pytest.raises(NotFound):
            getattr(store.entries, use)("blog", name, store.now(), look)
    assert [None, Buried(BOB, public=True, removed=store.row().edited)] == seen
    assert before == store.dump()


@pytest.mark.parametrize("visible", [True, False])
@pytest.mark.covers("APP-9.4-2")
def test_a_removed_member_is_buried(store, visible):
    """Under its name stands whose it was and whether readers had seen it; no page shows it."""
    store.add("entry", account=BOB, visible=visible)
    store.remove("entry")
    assert Buried(BOB, public=visible, removed=store.row().edited) == store.find("entry")
    assert [] == store.names()
    assert 2 == store.row().sequence


def test_a_withdrawn_member_stands_under_its_name(store):
    """Hiding an entry from readers buries nothing for those who may see it."""
    store.add("entry")
    hidden = store.edit("entry", visible=False)
    assert hidden == store.find("entry")
    store.remove("entry")
    assert Buried(ALICE, public=False, removed=store.row().edited) == store.find("entry")


@pytest.mark.covers("HTTP-C-14")
def test_of_many_editors_who_saw_one_state_one_wins(store, open_another):
    """The check and the edit are one step: all but one find another state than they saw."""
    seen = store.add("entry").number

    def edit():
        def revise(_, found):
            return edition("Edited") if found.number == seen else refuse()

        Entries(open_another()).edit("blog", "entry", START, revise)

    assert ["refused"] * 7 + ["won"] == sorted(together(*[outcome_of(edit)] * 8))
    assert 2 == store.row().sequence


@pytest.mark.covers("HTTP-C-14")
def test_of_many_adders_who_saw_one_state_one_wins(store, open_another):
    """The check of a collection's state and the add are one step as well."""
    seen = store.row().sequence

    def add():
        def check(collection):
            return agree() if collection.sequence == seen else refuse()

        Entries(open_another()).add("blog", new_member(), START, check=check)

    assert ["refused"] * 7 + ["won"] == sorted(together(*[outcome_of(add)] * 8))
    assert (1, ["entry"]) == (store.row().sequence, store.names())


def outcome_of(write):
    """A function that tells how a write ended."""

    def run():
        try:
            write()
        except PreconditionFailed:
            return "refused"
        return "won"

    return run


def test_an_add_is_checked_against_the_collection(store):
    """What decides about an add is shown the collection's row, and what it raises comes out."""
    store.add()
    before, row, seen = store.dump(), store.row(), []

    def look(collection):
        seen.append(collection)
        refuse()

    with pytest.raises(PreconditionFailed):
        store.entries.add("blog", new_member(), store.now(), check=look)
    assert [row] == seen
    assert before == store.dump()


def test_an_edit_and_a_removal_at_the_same_time_lose_nothing(store, open_another):
    """Of edits and removals of one member the removal is the last, whoever comes when."""
    for _ in range(5):
        name = store.add("entry").name
        other = Entries(open_another())

        def edit(name=name, other=other):
            try:
                other.edit("blog", name, START, lambda *_: edition("Edited"))
            except NotFound:
                return 0
            return 1

        before = store.row().sequence
        edits, _ = together(edit, lambda name=name: store.remove(name))
        assert Buried(ALICE, public=True, removed=store.row().edited) == store.find(name)
        assert before + edits + 1 == store.row().sequence


@pytest.mark.covers("APP-9.2-14")
def test_a_write_is_read_at_once(store, open_another):
    """Another process sees a member on the first page as soon as its write has returned."""
    there = Pages(open_another())
    for _ in range(5):
        member = store.add()
        assert member == there.page("blog", EVERYTHING, FIRST).members[0]
