"""Names of members: taken, numbered, never given twice."""

import pytest

from atompub.store.entries import Entries
from tests.store.content import new_member, together
from tests.store.wrappers import Recorder

WRITERS, EACH = 8, 5


def add_all(store, slugs):
    """The names that members with these slugs get."""
    return [store.add(slug).name for slug in slugs]


@pytest.mark.parametrize(
    ("slugs", "names"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a-2", "a-3"]),
        (["a-2", "a", "a"], ["a-2", "a", "a-3"]),
        (["a", "a", "a-2", "a-2"], ["a", "a-2", "a-2-2", "a-2-3"]),
        (["a-7", "a", "a"], ["a-7", "a", "a-8"]),
        (["a", "a-1", "a-01", "a"], ["a", "a-1", "a-01", "a-2"]),
        (["日本", "日本", "日本-2"], ["日本", "日本-2", "日本-2-2"]),
        (["2024-10", "2024-10"], ["2024-10", "2024-10-2"]),
        (["%", "_", "a%", "%"], ["%", "_", "a%", "%-2"]),
    ],
)
@pytest.mark.covers("APP-9.7-6")
def test_a_taken_name_gets_the_next_number(store, slugs, names):
    """A free slug is the name; a taken one is numbered after its highest copy."""
    assert names == add_all(store, slugs)
    assert names[::-1] == [name for name in every_name(store) if name in names]


def every_name(store):
    """All names of blog, newest first, whatever the size of a page."""
    store.settings(page_size=500)
    return store.names()


def test_a_slug_is_taken_in_one_collection_only(store):
    """Two collections may hold members of one name."""
    store.collection("diary")
    store.add("a")
    assert "a" == store.entries.add("diary", new_member("a"), store.now()).name


def test_without_a_slug_the_id_is_the_name(store):
    """A member that would like no name in particular is called by its id."""
    member = store.add("")
    assert (member.id, member) == (member.name, store.find(member.id))


@pytest.mark.parametrize("visible", [True, False])
@pytest.mark.covers("APP-9.7-6")
def test_the_name_of_a_deleted_member_stays_taken(store, visible):
    """A name is not given again while its tombstone lives, so that an old link misleads nobody."""
    add_all(store, ["a", "a"])
    store.edit("a", visible=visible)
    for name in ("a", "a-2"):
        store.remove(name)
    assert ["a-3", "a-2-2"] == add_all(store, ["a", "a-2"])


def test_a_withdrawn_member_takes_one_name(store):
    """Hidden from readers and shown again, a member is in nobody's way but under its name."""
    store.add("a")
    for visible in (False, True, False):
        assert "a" == store.edit("a", visible=visible).name
    assert "a-2" == store.add("a").name


@pytest.mark.covers("APP-9.3-12")
def test_an_edit_keeps_the_name_and_takes_no_other(store):
    """Whatever the title becomes, the name stays, and the next member's number is not used up."""
    store.add("a", title="A")
    assert "a" == store.edit("a", title="B").name
    assert ["b", "a-2"] == add_all(store, ["b", "a"])


def test_past_the_highest_number_the_id_makes_the_name(store):
    """Where no number is left the member's id is put behind the slug."""
    add_all(store, ["a-999999", "a"])
    member = store.add("a")
    assert f"a-{member.id}" == member.name
    assert member == store.find(member.name)


@pytest.mark.covers("APP-9.7-6")
def test_the_thousandth_copy_is_named_as_quickly_as_the_first(store):
    """However many copies there are, a name takes the same few statements and no attempts."""
    recorder = Recorder(store.engine)
    entries = Entries(recorder)

    def add():
        recorder.seen.clear()
        name = entries.add("blog", new_member("untitled"), store.now()).name
        return name, len(recorder.seen)

    (_, statements), (second, again) = add(), add()
    store.add("untitled-999")
    assert [("untitled-2", statements), ("untitled-1000", statements)] == [(second, again), add()]


@pytest.mark.covers("APP-9.7-6")
def test_writers_who_like_one_name_get_one_each(store, open_another):
    """Posts of one slug at the same time, from several processes, get a number each, no gaps."""

    def write():
        entries = Entries(open_another())
        return [entries.add("blog", new_member("a"), store.now()).name for _ in range(EACH)]

    names = [name for made in together(*[write] * WRITERS) for name in made]
    numbers = ["a", *(f"a-{number}" for number in range(2, WRITERS * EACH + 1))]
    assert sorted(numbers) == sorted(names)
    assert WRITERS * EACH == store.row().sequence
