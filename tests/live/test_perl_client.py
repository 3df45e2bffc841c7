"""A whole session of a foreign client: Atompub::Client of Debian's libatompub-perl."""

import json
import subprocess
from pathlib import Path

import pytest

from atompub.model import Categories, Category
from tests import sites

SCRIPT = Path(__file__).with_name("session.pl")
PEOPLE = "urn:x-test:people"

pytestmark = pytest.mark.foreign("perl", module="Atompub::Client")


@pytest.fixture(scope="module")
def session(server):
    """What happened in a session in a private collection with fixed categories, pages of 3."""
    store = sites.renew(server.folder)
    live = sites.Site(store, base=server.base)
    offered = Categories((Category("friends"), Category("family")), fixed=True, scheme=PEOPLE)
    live.collection("album", private=True, page_size=3, categories=offered)
    live.collection("pictures", accept=("image/*",))
    arguments = [f"{live.base}/atom/", "Album", "alice", "alice-secret"]
    done = subprocess.run(["perl", SCRIPT, *arguments], check=False, capture_output=True)
    live.close()
    store.close()
    # The client warns about wrong statuses and media types.
    assert "" == done.stderr.decode()
    assert 0 == done.returncode
    return json.loads(done.stdout) | {"base": live.base}


def told(session, step, *names):
    """What the client told of a step."""
    return tuple(session[step][name] for name in names)


@pytest.mark.covers("APP-8.3.4-1", "APP-7.2-5", "APP-8.3.3-2")
def test_service_document(session):
    """The client finds the collection with its one accept range and its inline categories."""
    assert ["Blog", "Diary", "Album", "Pictures"] == session["collections"]
    assert f"{session['base']}/atom/album/" == session["collection"]
    assert ["application/atom+xml;type=entry"] == session["accept"]
    assert ["friends", "family"] == session["categories"]


@pytest.mark.covers("APP-9.1-2", "APP-9.7-2")
def test_create(session):
    """A POST with a Slug gives 201, the entry, and one address in Location and edit link."""
    expected = ("POST", 201, "application/atom+xml;type=entry;charset=utf-8", True)
    assert expected == told(session, "create", "method", "status", "type", "done")
    (location,) = told(session, "create", "location")
    assert f"{session['base']}/atom/album/erste-gr%C3%BC%C3%9Fe" == location
    assert location == session["edit_link"]
    assert "Grüße" == session["created_title"]


@pytest.mark.covers("APP-9.2-5", "HTTP-N-4")
def test_read_after_create_finds_nothing_new(session):
    """The validators of the 201 are good: a GET right after it is 304."""
    expected = (304, ["If-None-Match", "If-Modified-Since"], True)
    assert expected == told(session, "read_after_create", "status", "sent", "done")


@pytest.mark.covers("APP-9.3-2", "HTTP-C-9")
def test_update_with_the_validators_of_the_create(session):
    """PUT with If-Match and If-Unmodified-Since of the 201 gives 200 and the new entry."""
    expected = (200, ["If-Match", "If-Unmodified-Since"], True)
    assert expected == told(session, "update", "status", "sent", "done")
    assert "Zweite Grüße" == session["updated_title"]


@pytest.mark.covers("APP-9.3-2")
def test_update_after_update(session):
    """The answer to a PUT clears the client's validators, so that its next PUT works."""
    assert (200, [], True) == told(session, "update_again", "status", "sent", "done")
    assert (200, [], True) == told(session, "read", "status", "sent", "done")
    assert "Dritte Grüße" == session["read_title"]


def test_read_and_update_after_read(session):
    """A second GET is 304, and a PUT after it carries validators that hold."""
    assert (304, True) == told(session, "read_again", "status", "done")
    expected = (200, ["If-Match", "If-Unmodified-Since"], True)
    assert expected == told(session, "update_after_read", "status", "sent", "done")


@pytest.mark.covers("APP-9.3-10")
def test_update_after_somebody_else(session):
    """When somebody else was faster the client is told so: 412, and what to do."""
    assert 200 == session["faster"]
    assert (412, False) == told(session, "update_too_late", "status", "done")
    assert "If-Match" in session["update_too_late"]["error"]


def test_fixed_categories_reach_the_client(session):
    """The client knows the fixed list and refuses another category by itself."""
    assert "Forbidden category" == session["refused_category"]


@pytest.mark.covers("APP-10.1-3")
def test_pages(session):
    """Along `next` the client meets every entry once, the latest edit first."""
    assert [["No. 4", "No. 3", "No. 2"], ["No. 1", "Schneller"]] == session["pages"]


@pytest.mark.covers("APP-9.4-1", "APP-9.4-2")
def test_delete(session):
    """DELETE gives 200 with a type and without content; after it the entry is gone."""
    expected = ("DELETE", 200, 0, True)
    assert expected == told(session, "delete", "method", "status", "length", "done")
    assert session["delete"]["type"].startswith("text/plain")
    assert (410, False) == told(session, "read_after_delete", "status", "done")


@pytest.mark.covers("APP-9.6-1", "APP-9.6-2", "APP-9.6-3")
def test_create_media(session):
    """A POST of octets gives 201 and a media link entry, whose edit-media link leads to them."""
    expected = ("POST", 201, "application/atom+xml;type=entry;charset=utf-8", True)
    assert expected == told(session, "create_media", "method", "status", "type", "done")
    assert f"{session['base']}/atom/pictures/mein-bild" == session["create_media"]["location"]
    assert {"type": "image/png"} == session["media_content"]
    assert (200, "image/png", True) == told(session, "read_media", "status", "type", "done")
    assert session["same_octets"]


@pytest.mark.covers("APP-9.6-7")
def test_update_media(session):
    """A PUT to the edit-media address replaces the octets; its entry takes another title."""
    assert session["update_media"]["status"] in {200, 204}
    assert session["update_media"]["done"]
    assert session["updated_octets"]
    assert (200, True) == told(session, "update_link_entry", "status", "done")
    assert "Umbenannt" == session["link_entry_title"]


@pytest.mark.covers("APP-9.4-2")
def test_delete_media(session):
    """DELETE of the media resource removes its entry with it."""
    assert ("DELETE", 200, True) == told(session, "delete_media", "method", "status", "done")
    assert (410, False) == told(session, "entry_after_delete_media", "status", "done")


@pytest.mark.covers("HTTP-A-3")
def test_wrong_password(session):
    """A wrong password is 401, which the client shows as its error."""
    assert (401, False) == told(session, "wrong_password", "status", "done")
    assert session["wrong_password"]["error"].startswith("401 Unauthorized")
