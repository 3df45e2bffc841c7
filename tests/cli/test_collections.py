"""Collections and their settings."""

import json
import sqlite3
from dataclasses import replace

import pytest

from atompub.app import micros
from atompub.model import Categories, Category, CollectionSettings
from atompub.store.collections import Collections
from tests import sites

ENTRIES = "application/atom+xml;type=entry"
PLAIN = {
    "workspace": "Main",
    "accept": [ENTRIES],
    "categories": None,
    "private": False,
    "author": "account",
    "drafts": True,
    "page_size": 25,
    "summaries": False,
}


def described(store, name):
    """A collection as the command lists it for programs, without its random id."""
    listed = json.loads(store.done("collection", "list", "--json"))
    (found,) = [one for one in listed if one["name"] == name]
    assert found.pop("id").startswith("urn:uuid:")
    return found


def rows(store):
    """The collections as they are stored."""
    with sqlite3.connect(store.data / "atompub.db") as database:
        return list(database.execute("SELECT * FROM collection ORDER BY id"))


def offered(*terms, scheme="", fixed=False):
    """Categories as the list shows them; a term is TERM or (TERM, LABEL)."""
    pairs = [(one, "") if isinstance(one, str) else one for one in terms]
    listed = [{"term": term, "scheme": "", "label": label} for term, label in pairs]
    return {"terms": listed, "fixed": fixed, "scheme": scheme}


def test_a_collection_takes_entries_by_default(store):
    """`collection add` with a title makes a public collection of entries."""
    store.done("collection", "add", "film", "--title", "Film & more")
    assert {"name": "film", "title": "Film & more"} | PLAIN == described(store, "film")


@pytest.mark.covers("APP-8.3.4-2")
def test_a_collection_with_everything_set(store):
    """Every option of `collection add` sets what it names; ranges lose the space around them."""
    options = ["--workspace", "Home", "--accept", " image/png , image/gif", "--accept", "text/*"]
    options += ["--scheme", "urn:x", "--category", "friends=My friends", "--category", "a b"]
    options += ["--fixed", "--private", "--author", "client", "--drafts", "off"]
    options += ["--summaries", "on"]
    store.done("collection", "add", "album", "--title", "Albums", *options, "--page-size", "7")
    assert {
        "name": "album",
        "title": "Albums",
        "workspace": "Home",
        "accept": ["image/png", "image/gif", "text/*"],
        "categories": offered(("friends", "My friends"), "a b", scheme="urn:x", fixed=True),
        "private": True,
        "author": "client",
        "drafts": False,
        "page_size": 7,
        "summaries": True,
    } == described(store, "album")


def test_set_changes_what_is_named_only(store):
    """`collection set` changes the settings it names, one by one, and leaves the others."""
    noir = Categories((Category("noir"),))
    with store.opened() as engine:
        collections = Collections(engine, micros)
        expected = CollectionSettings(private=True, categories=noir)
        collections.add("film", "Film", settings=expected)
        steps = [
            (["--title", "Films"], {}),
            (["--fixed"], {"categories": replace(noir, fixed=True)}),
            (["--scheme", "urn:x"], {"categories": replace(noir, fixed=True, scheme="urn:x")}),
            (["--public", "--page-size", "500"], {"private": False, "page_size": 500}),
            (["--read-only"], {"accept": ()}),
            (["--accept", "*/*", "--drafts", "off"], {"accept": ("*/*",), "drafts": False}),
            (["--open"], {"categories": replace(noir, scheme="urn:x")}),
        ]
        for options, changes in steps:
            store.done("collection", "set", "film", *options)
            expected = replace(expected, **changes)
            found = collections.get("film")
            assert ("Films", expected) == (found.title, found.settings)


def test_list_for_people(store):
    """`collection list` prints one line for each: name, title, workspace and what it takes."""
    store.done("collection", "remove", "photos")
    store.done("collection", "add", "log", "--title", "日記", "--read-only", "--private")
    assert [
        f"blog\tBlog\tMain\t{ENTRIES}",
        "log\t日記\tMain\tread-only\tprivate",
    ] == store.done("collection", "list").splitlines()


def test_remove_asks_for_force_where_entries_are(store):
    """`collection remove` takes an empty collection; one with entries needs --force."""
    store.done("init", "--demo")
    assert "--force" in store.refused("collection", "remove", "blog")
    store.done("collection", "remove", "blog", "--force")
    store.done("collection", "remove", "photos", "--force")
    assert "[]\n" == store.done("collection", "list", "--json")
    with sqlite3.connect(store.data / "atompub.db") as database:
        assert [] == list(database.execute("SELECT atom_id FROM member"))


ADD = ["collection", "add", "film", "--title", "Film"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["collection", "add", "blog", "--title", "B"], "there is a collection 'blog' already"),
        (["collection", "set", "film", "--title", "F"], "there is no collection 'film'"),
        (["collection", "remove", "film"], "there is no collection 'film'"),
        ([*ADD, "--accept", "image"], "'image' is no media range"),
        ([*ADD, "--accept", "image/png;q=0.5"], "'image/png;q=0.5' is no media range"),
        ([*ADD, "--accept", "image/png,*"], "'*' is no media range"),
        ([*ADD, "--accept", "*/*", "--read-only"], "read-only or accepts something, not both"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refusals_name_what_is_wrong(store, command, message):
    """A name that is taken or unknown and a bad media range are refused, and nothing changes."""
    before = rows(store)
    assert message in store.refused(*command)
    assert before == rows(store)


@pytest.mark.parametrize("name", ["", "Film", "atom", b"\xff"])
def test_names_that_no_url_can_have_are_refused(store, name):
    """A collection's name is one plain URL segment that the server needs for nothing else."""
    message = store.refused("collection", "add", name, "--title", "Film")
    assert "cannot be a collection's name" in message


@pytest.mark.parametrize(
    ("option", "bad"),
    [
        ("--title", ""),
        ("--title", "a\x01b"),
        ("--title", b"a\xff"),
        ("--workspace", "a\x1fb"),
        ("--category", "=Label"),
        ("--category", "a=\x01"),
        ("--scheme", "a\x01b"),
    ],
)
def test_text_that_no_document_can_hold_is_refused(store, option, bad):
    """Nothing empty, no control character and no broken UTF-8 gets into the service document."""
    given = {"--title": "Film"} | {option: bad}
    store.refused("collection", "add", "film", *(part for pair in given.items() for part in pair))
    assert ["blog", "photos"] == [row[2] for row in rows(store)]


@pytest.mark.covers("APP-10.1-1")
@pytest.mark.parametrize("size", ["0", "501", "-1", "ten"])
def test_page_size_outside_its_range_is_misuse(store, size):
    """A page holds 1 to 500 entries; another number is wrong usage."""
    assert "--page-size" in store.misused(*ADD, "--page-size", size)


def test_a_served_site_shows_a_change_at_once(store):
    """What a command changes shows in the next request of a server that runs already."""
    running = sites.wsgi_site(store.folder)
    settings = ["--data", str(store.folder)]
    store.done(*settings, "collection", "add", "film", "--title", "Film", "--page-size", "3")
    assert CollectionSettings(page_size=3) == running.collections.get("film").settings
    assert "Film" in running.anon.get("/atom/").text
    store.done(*settings, "user", "add", "carol", "--password-stdin", stdin=b"carol-1\n")
    store.done(*settings, "grant", "carol", "author", "--collection", "film")
    carol = running.client(("carol", "carol-1"))
    assert 201 == running.post(by=carol, collection="film").status_code
    store.done(*settings, "user", "passwd", "carol", "--password-stdin", stdin=b"carol-2\n")
    assert 401 == carol.get("/atom/film/").status_code
    running.close()
    running.store.close()
