"""Workspaces and collections."""

import json
from dataclasses import replace

import pytest

from atompub.errors import ConfigError, NotFound, Taken
from atompub.model import Categories, Category, CollectionSettings, Role
from tests.store.content import key, new_member, together
from tests.stores import START

FULL = CollectionSettings(
    accept=("image/png", "application/*"),
    categories=Categories(
        (Category("a", "urn:s", "Ä"), Category("日本"), Category("%s :id")), True, "urn:scheme"
    ),
    private=True,
    author="client",
    drafts=False,
    page_size=500,
)
BARE = CollectionSettings(accept=(), categories=Categories(), page_size=1)
CHANGES = {
    "add": lambda store: store.collection("other"),
    "set": lambda store: store.settings(private=True),
    "remove": lambda store: store.collections.remove("blog"),
    "grant": lambda store: store.accounts.grant("rita", "blog", Role.READER),
    "ungrant": lambda store: store.accounts.grant("rita", "blog", None),
}


def names(store):
    """The titles of the workspaces with the names of their collections."""
    _, workspaces = store.collections.overview()
    return {found.title: [one.name for one in found.collections] for found in workspaces}


@pytest.mark.parametrize("settings", [None, FULL, BARE], ids=["default", "full", "bare"])
def test_a_collection_is_stored_as_it_was_made(store, clock, settings):
    """Name, title and settings come back as they were; it is empty and counts from nothing."""
    made = store.collections.add("photos", "Photos “日本” :name %s", "Mine", settings)
    assert made == store.collections.get("photos")
    assert ("Mine", "photos", "Photos “日本” :name %s") == (made.workspace, made.name, made.title)
    assert (settings or CollectionSettings()) == made.settings
    assert (0, 0, None) == (made.sequence, made.public, made.due)
    assert [clock()] * 3 == [made.edited, made.updated, made.public_updated]
    assert [clock() // 10**6] * 2 == [made.modified, made.public_modified]


def test_collections_take_entries_unless_told_otherwise():
    """With nothing said a collection takes Atom entries, in the RFC's spelling."""
    assert ("application/atom+xml;type=entry",) == CollectionSettings().accept


def test_no_two_collections_are_alike(store):
    """Ids, atom:ids and epochs of collections are their own."""
    made = [store.blog, *(store.collection(f"c{number}") for number in range(5))]
    assert [6] * 3 == [len({*found}) for found in zip(*map(identities, made), strict=True)]


def identities(collection):
    """What tells collections apart."""
    return collection.id, collection.atom_id, collection.epoch


def test_a_taken_name_is_refused(store):
    """A second collection of one name is Taken and changes nothing."""
    before = store.dump()
    with pytest.raises(Taken):
        store.collections.add("blog", "Another", "Elsewhere")
    assert before == store.dump()


def test_a_name_that_no_collection_may_have_is_refused(store):
    """Names that are reserved or not one plain segment are ConfigErrors."""
    before = store.dump()
    for name in ("", "-", "atom", "a.b", "a/b", "Blog", "日本", "a" * 65):
        with pytest.raises(ConfigError):
            store.collection(name)
    assert before == store.dump()


def test_settings_that_do_not_fit_are_refused(store):
    """Neither a new nor an old collection takes a setting outside its range."""
    before = store.dump()
    for wrong in ({"author": "anybody"}, {"page_size": 0}, {"page_size": 501}):
        with pytest.raises(ConfigError):
            store.collection("new", **wrong)
        with pytest.raises(ConfigError):
            store.settings(**wrong)
    assert before == store.dump()


def test_what_is_not_there_is_not_found(store):
    """Unknown collections cannot be looked at, set or removed."""
    uses = [
        lambda: store.collections.get("nowhere"),
        lambda: store.collections.set("nowhere", "Title", CollectionSettings()),
        lambda: store.collections.remove("nowhere"),
    ]
    before = store.dump()
    for use in uses:
        with pytest.raises(NotFound):
            use()
    assert before == store.dump()


def test_workspaces_are_made_when_they_are_named(store):
    """A workspace comes with its first collection; all are listed, oldest first."""
    for name, workspace in (("z", "Main"), ("b", "Team"), ("a", "Main"), ("c", "Team")):
        store.collections.add(name, name, workspace)
    assert {"Main": ["blog", "z", "a"], "Team": ["b", "c"]} == names(store)
    assert ["Main", "Team"] == list(names(store))


def test_a_workspace_may_be_empty(store):
    """A workspace whose collections went is listed without any."""
    store.collections.add("photos", "Photos", "Team")
    store.collections.remove("photos")
    assert {"Main": ["blog"], "Team": []} == names(store)


def test_an_overview_brings_whole_collections(store):
    """What the overview lists is what a look at each finds."""
    store.collection("photos", private=True)
    _, (main,) = store.collections.overview()
    assert tuple(map(store.collections.get, ("blog", "photos"))) == main.collections


def test_settings_replace_title_and_settings_only(store):
    """What a collection is and holds stays, whatever is set."""
    store.add("a")
    before = store.row()
    after = store.collections.set("blog", "New", FULL)
    assert after == store.row()
    moved = {name: getattr(after, name) for name in ("sequence", "public", *MOVING)}
    assert replace(before, title="New", settings=FULL, **moved) == after
    assert ["a"] == store.names()


MOVING = ("edited", "updated", "public_updated", "modified", "public_modified")


def test_a_collection_with_members_is_not_removed_by_mistake(store):
    """Removing what holds entries is Taken unless the entries are to go too."""
    store.add("a")
    before = store.dump()
    with pytest.raises(Taken):
        store.collections.remove("blog")
    assert before == store.dump()
    store.collections.remove("blog", with_members=True)
    assert {"Main": []} == names(store)


def test_a_removed_collection_leaves_nothing(store):
    """With its members go their revisions, tombstones, keys and the grants, and no one else's."""
    store.accounts.add("rita", "hash", None)
    fill(store, store.collection("photos").name)
    before = without_site(store)
    store.collection("diary")
    fill(store, "diary")
    store.collections.remove("diary", with_members=True)
    assert before == without_site(store)


def fill(store, collection):
    """Put something into every table that knows of the collection."""
    for name in ("a", "b", "c"):
        new = new_member(name, account=collection)
        store.entries.add(collection, new, store.now(), idempotency=key(name))
    store.entries.edit(collection, "a", store.now(), lambda *_: new.edition)
    store.entries.remove(collection, "a", store.now(), lambda *_: None)
    store.entries.edit(collection, "b", store.now(), lambda *_: new.edition)
    store.accounts.grant("rita", collection, Role.AUTHOR)


def without_site(store):
    """Every row but the one that counts changes."""
    return {table: rows for table, rows in store.dump().items() if table != "site"}


def test_a_collection_made_again_starts_anew(store):
    """The same name later is another collection: other epoch and id, free names, no numbers."""
    store.add("a", atom_id="urn:x:a")
    store.collections.remove("blog", with_members=True)
    again = store.collection("blog")
    assert {store.blog.epoch, store.blog.atom_id}.isdisjoint({again.epoch, again.atom_id})
    member = store.add("a", atom_id="urn:x:a")
    assert ("a", "urn:x:a", 1) == (member.name, member.atom_id, member.number)


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_service_document_shows_has_a_number(store, clock, change):
    """Each change to collections and grants takes the site's next number and a later date."""
    store.accounts.add("rita", "hash", None)
    before, _ = store.collections.overview()
    CHANGES[change](store)
    after, _ = store.collections.overview()
    assert (before.epoch, before.sequence + 1) == (after.epoch, after.sequence)
    assert before.modified < after.modified


def test_entries_do_not_touch_the_service_document(store):
    """What happens inside a collection leaves the service document's validators as they are."""
    before, _ = store.collections.overview()
    store.add("a")
    store.edit("a")
    store.remove("a")
    assert before == store.collections.overview()[0]


def test_collections_made_at_the_same_time_do_not_collide(store):
    """Several programs that make collections and a workspace at once all succeed, once each."""
    makers = [lambda n=n: store.collections.add(f"c{n}", "Title", "New") for n in range(6)]
    made = together(*makers)
    assert 6 == len({collection.id for collection in made})
    assert {"c0", "c1", "c2", "c3", "c4", "c5"} == set(names(store)["New"])


def test_of_makers_of_one_name_one_makes_it(store):
    """Made at the same time by several, a collection is there once; the others find it Taken."""

    def make(*_):
        try:
            store.collection("one")
        except Taken:
            return "taken"
        return "made"

    assert ["made"] + ["taken"] * 5 == sorted(together(*[make] * 6))
    assert ["blog", "one"] == names(store)["Main"]


def test_settings_of_older_versions_are_read(store):
    """A row that lacks a setting, as a version before it wrote it, has the setting's default."""
    ((text,),) = store.query("SELECT settings FROM collection WHERE name = 'blog'")
    stored = json.loads(text)
    del stored["drafts"]

    def work(transaction):
        transaction.rows("UPDATE collection SET settings = :text", text=json.dumps(stored))

    store.engine.write(work)
    assert store.blog.settings == store.row().settings
    assert START < store.now()
