"""The mission's own example: collections `album` and `film` of a site under a path."""

import pytest

from atompub.app import create_app
from atompub.model import Categories, Category, CollectionSettings
from atompub.web.auth import Passwords
from tests import sites
from tests.documents import SAMPLES, bare, canonical, entry, link, one, titles, xpath

BASE = "http://127.0.0.1:8000/service/atompub"
ELSEWHERE = "https://feeds.example.org"
FIXED = Categories((Category("friends"), Category("family")), fixed=True)
FRIENDS = bare('<title>At the beach</title><category term="friends"/><content>Sunny.</content>')


def add_collections(site):
    """The collections of the example."""
    site.collections.add("album", "Albums", settings=CollectionSettings(categories=FIXED))
    site.collections.add("film", "Films")
    return site


@pytest.fixture
def mission(make_site):
    """The site of the example."""
    return add_collections(make_site(base=BASE, base_url=BASE, allow_clear_text="yes"))


def listed(site, title, service="/atom/"):
    """The app:collection with this title."""
    return one(site.anon.get(service).content, f"//app:collection[a:title='{title}']")


def post(site, url, body):
    """POST an entry to the address of a collection."""
    return site.alice.post(url, content=body, headers={"Content-Type": "application/atom+xml"})


@pytest.mark.covers("APP-5.1-1", "APP-8.3.3-2")
@pytest.mark.parametrize("service", ["/atom/", "/atom"])
def test_service_document(mission, service):
    """The service document lists the collections below the prefix, album with its categories."""
    album, film = (listed(mission, title, service) for title in ("Albums", "Films"))
    assert [f"{BASE}/atom/album/", f"{BASE}/atom/film/"] == [album.get("href"), film.get("href")]
    assert "yes" == one(album, "app:categories").get("fixed")
    assert ["friends", "family"] == xpath(album, "app:categories/a:category/@term")
    assert [] == xpath(film, "app:categories")


@pytest.mark.covers("APP-9.2-1", "APP-9.1-2", "APP-9.3-2", "APP-9.4-1")
@pytest.mark.parametrize("slash", ["/", ""])
def test_session(mission, slash):
    """An entry is created (201, Location, Content-Location), read, edited (200 with the entry) and
    deleted (200 with nothing), with the collection's last slash and without."""
    collection = listed(mission, "Albums").get("href").rstrip("/") + slash
    created = post(mission, collection, FRIENDS)
    url = created.headers["Location"]
    assert (201, f"{BASE}/atom/album/at-the-beach") == (created.status_code, url)
    assert url == created.headers["Content-Location"] == link(created.content, "edit")
    read = mission.alice.get(url)
    assert (200, canonical(created.content)) == (read.status_code, canonical(read.content))
    edited = mission.put(url, read.content.replace(b"Sunny", b"Rainy"))
    assert (200, ["Rainy."]) == (edited.status_code, xpath(edited.content, "//a:content/text()"))
    assert ["At the beach"] == titles(mission.anon.get(collection).content)
    deleted = mission.alice.delete(url)
    assert (200, b"") == (deleted.status_code, deleted.content)
    assert 410 == mission.alice.get(url).status_code


@pytest.mark.covers("APP-8.3.6-1")
def test_categories_are_fixed(mission):
    """A category that albums do not have is refused with the ones they have; films have any."""
    enemies = bare('<category term="enemies"/>')
    refused = post(mission, listed(mission, "Albums").get("href"), enemies)
    assert 422 == refused.status_code
    assert {"friends", "family"} <= set(refused.json()["detail"].replace(",", " ").split())
    assert 201 == post(mission, listed(mission, "Films").get("href"), enemies).status_code


def test_readers_forget_the_slash(mission):
    """The publication without its last slash leads to the one with it, below the prefix."""
    answer = mission.anon.get("/album")
    assert (308, f"{BASE}/album/") == (answer.status_code, answer.headers["Location"])
    assert 200 == mission.anon.get(answer.headers["Location"]).status_code


@pytest.mark.parametrize(
    "path", ["", "/atom/", "/atom/album/", "/servicex", "/service/", "/album/"]
)
def test_outside_the_prefix(mission, path):
    """What lies beside the prefix is no part of the site."""
    assert 404 == mission.anon.get(f"http://127.0.0.1:8000{path}").status_code


@pytest.mark.parametrize("path", ["", "/"])
def test_the_prefix_itself(mission, path):
    """The prefix with and without a slash is the home page, whose links stay below it."""
    answer = mission.anon.get(f"{BASE}{path}")
    assert 200 == answer.status_code
    assert f'href="{BASE}/album/"' in answer.text


def stored(site):
    """Every row of every table, by table."""

    def read(transaction):
        names = transaction.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name: transaction.rows(f'SELECT * FROM "{name}"') for (name,) in names}

    return site.store.read(read)


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_address_of_the_site_is_stored(mission, sample):
    """Nothing that is stored of an entry holds an address of the site: not as it was posted, and
    not after the whole served entry, with all addresses, was sent back."""
    url = mission.made(SAMPLES[sample], collection="film", idempotency_key="k")
    assert 200 == mission.put(url, mission.alice.get(url).content).status_code
    rows = stored(mission)
    assert (1, 1) == (len(rows["member"]), len(rows["revision"]))
    assert {} == {name: found for name, found in rows.items() if "127.0.0.1" in repr(found)}


def moved(site, base):
    """The same store, served at another address."""
    settings = sites.settings_of(".", base_url=base, allow_clear_text="yes")
    app = create_app(settings, engine=site.store, passwords=Passwords(sites.CHEAP))
    return sites.Site(site.store, sites.WSGI(app, "127.0.0.1"), base)


@pytest.fixture
def pair(mission):
    """The site of the example, and its store served at another address, in another path."""
    other = moved(mission, ELSEWHERE)
    yield mission, other
    other.close()


@pytest.mark.parametrize("sample", SAMPLES)
def test_another_address(pair, sample):
    """At another address the same entry has its id, its dates and its markup, and new links."""
    path = pair[0].made(SAMPLES[sample], collection="film").removeprefix(BASE)
    before, after = (site.alice.get(path).content for site in pair)
    assert BASE in before.decode()
    assert before.replace(BASE.encode(), ELSEWHERE.encode()) == after
    assert link(after, "edit").startswith(f"{ELSEWHERE}/atom/film/")


def test_another_address_stores_nothing(pair):
    """Serving the store at another address changes nothing in it."""
    here, there = pair
    here.made(collection="film")
    before = stored(here)
    for url in ("/atom/", "/atom/film/", "/film/feed.atom", "/film/"):
        assert 200 == there.anon.get(url).status_code
    assert before == stored(here)


def test_state_at_another_address(pair):
    """A tag read at one address names the same state at the other: an edit may use it, while a
    reader gets the document anew, for its links are others."""
    here, there = pair
    created = here.post(collection="film")
    path = created.headers["Location"].removeprefix(BASE)
    tag = created.headers["ETag"]
    assert tag != there.alice.get(path).headers["ETag"]
    assert 200 == there.alice.get(path, headers={"If-None-Match": tag}).status_code
    assert 200 == there.put(path, entry("Edited there"), if_match=tag).status_code
    assert 412 == here.put(path, entry("Edited here"), if_match=tag).status_code


def test_feeds_at_another_address(pair):
    """The feeds too keep their ids and differ in nothing but the address."""
    here, there = pair
    for title in ("One", "Two"):
        here.made(entry(title), collection="film")
    for url in ("/atom/film/", "/film/feed.atom", "/atom/"):
        before, after = (site.anon.get(url).content for site in (here, there))
        assert before.replace(BASE.encode(), ELSEWHERE.encode()) == after
