"""The service document (RFC 5023 sections 5.1 and 8)."""

import pytest
from click.testing import CliRunner

from atompub.cli import atompub
from atompub.model import ENTRY_RANGE
from tests.documents import APP, canonical, entry, one, xpath

SERVICE = "/atom/"
PNG = b"\x89PNG\r\n\x1a\n"


def collection_of(client, title):
    """The app:collection with this title in the service document that a client gets."""
    found = xpath(client.get(SERVICE).content, "/app:service/app:workspace/app:collection")
    (element,) = [one for one in found if xpath(one, "a:title/text()") == [title]]
    return element


def accepted(element):
    """The media ranges of an app:collection; an empty app:accept is ""."""
    return [accept.text or "" for accept in xpath(element, "app:accept")]


def add_by_command(folder, name, *options):
    """Add a collection as an operator does."""
    arguments = ["collection", "add", name, "--title", name.title(), *options]
    outcome = CliRunner().invoke(atompub, arguments, env={"ATOMPUB_DATA": str(folder)})
    assert outcome.exit_code == 0, outcome.output


@pytest.mark.covers("APP-5.1-1", "APP-8-1")
def test_service_document(site):
    """The service document has its own media type and leads to every collection."""
    answer = site.alice.get(SERVICE)
    assert "application/atomsvc+xml;charset=utf-8" == answer.headers["Content-Type"]
    assert f"{{{APP}}}service" == one(answer.content, "/*").tag
    addresses = xpath(answer.content, "//app:collection/@href")
    names = [xpath(site.alice.get(url).content, "/a:feed/a:title/text()") for url in addresses]
    assert [["Blog"], ["Diary"]] == names


@pytest.mark.covers("APP-6.1-1")
def test_service_document_is_plain_xml(site):
    """The service document has no DOCTYPE, and all its elements are Atom's or the RFC's own."""
    body = site.alice.get(SERVICE).content
    assert b"<!DOCTYPE" not in body
    assert [] == xpath(body, "//*[not(self::a:* or self::app:*)]")


@pytest.mark.covers("APP-8.3.1-1", "APP-8.3.2-1")
def test_workspace_without_collections(site):
    """A server without any collection still shows its workspace, with a title and empty."""
    site.collections.remove("blog")
    site.collections.remove("diary")
    workspace = one(site.admin.get(SERVICE).content, "/app:service/app:workspace")
    assert ["Main"] == xpath(workspace, "a:title/text()")
    assert [] == xpath(workspace, "app:collection")


@pytest.mark.covers("APP-8.3.2-1")
def test_workspaces(site):
    """Each workspace has one title and its own collections."""
    site.collections.add("film", "Films", workspace="Pictures & sound")
    site.collections.add("album", "Albums", workspace="Pictures & sound")
    workspaces = xpath(site.anon.get(SERVICE).content, "/app:service/app:workspace")
    titles = [xpath(workspace, "a:title/text()") for workspace in workspaces]
    collections = [xpath(workspace, "app:collection/a:title/text()") for workspace in workspaces]
    assert [["Main"], ["Pictures & sound"]] == titles
    assert [["Blog"], ["Films", "Albums"]] == collections


@pytest.mark.covers("APP-8.3.3-1")
def test_title_is_text(site):
    """A collection's title is written once, and as text, whatever characters it has."""
    site.collections.add("odd", 'A & <B> "C"')
    titles = xpath(collection_of(site.anon, 'A & <B> "C"'), "a:title")
    assert [('A & <B> "C"', None)] == [(title.text, title.get("type")) for title in titles]


@pytest.mark.covers("APP-8.3.3-2")
def test_addresses_answer_post(site):
    """Each address is absolute, without any xml:base, and answers POST itself with a 201."""
    body = site.alice.get(SERVICE).content
    assert [] == xpath(body, "//@xml:base")
    addresses = xpath(body, "//app:collection/@href")
    assert 2 == len(addresses)
    for url in addresses:
        assert url.startswith(f"{site.base}/")
        answer = site.alice.post(url, content=entry(), headers={"Content-Type": ENTRY_RANGE})
        assert 201 == answer.status_code


@pytest.mark.covers("APP-8.3.4-3")
@pytest.mark.parametrize(
    "configured",
    [ENTRY_RANGE, "application/atom+xml; type=entry", "Application/Atom+XML;Type=Entry"],
)
def test_entry_range(site, configured):
    """Entry collections say so in the very characters that old clients compare."""
    site.collection("notes", accept=(configured,))
    assert ["application/atom+xml;type=entry"] == accepted(collection_of(site.anon, "Notes"))


@pytest.mark.covers("APP-8.3.4-4")
def test_entry_range_is_the_default(make_site, tmp_path):
    """A collection added without ranges announces entries, takes them, and takes nothing else."""
    site = make_site(data=str(tmp_path))
    add_by_command(tmp_path, "notes")
    assert [ENTRY_RANGE] == accepted(collection_of(site.anon, "Notes"))
    assert 201 == site.post(collection="notes").status_code
    assert 415 == site.post(PNG, collection="notes", content_type="image/png").status_code


@pytest.mark.covers("APP-8.3.4-1", "APP-8.3.4-2")
@pytest.mark.parametrize(
    ("given", "announced"),
    [
        (["image/png,image/gif"], ["image/png", "image/gif"]),
        ([" image/png , image/gif "], ["image/png", "image/gif"]),
        (["image/png", "\timage/gif "], ["image/png", "image/gif"]),
        (["  application/atom+xml ; type=entry "], [ENTRY_RANGE]),
    ],
)
def test_one_range_an_element(make_site, tmp_path, given, announced):
    """Each range has an app:accept of its own, without the commas and spaces it was given with."""
    site = make_site(data=str(tmp_path))
    add_by_command(tmp_path, "notes", *(f"--accept={ranges}" for ranges in given))
    assert announced == accepted(collection_of(site.anon, "Notes"))


@pytest.mark.covers("APP-8.3.4-2")
def test_range_with_spaces_is_honoured(make_site, tmp_path):
    """A range given with white space accepts what it says."""
    site = make_site(data=str(tmp_path))
    add_by_command(tmp_path, "notes", "--accept=  application/atom+xml ; type=entry ")
    assert 201 == site.post(collection="notes").status_code


@pytest.mark.covers("APP-8.3.4-5")
def test_read_only(site):
    """A read-only collection shows one empty app:accept; POST is 405 and Allow lacks POST."""
    site.collection("old", accept=())
    element = collection_of(site.alice, "Old")
    assert [""] == accepted(element)
    answer = site.alice.post(
        element.get("href"), content=entry(), headers={"Content-Type": ENTRY_RANGE}
    )
    assert 405 == answer.status_code
    assert "GET, HEAD, OPTIONS" == answer.headers["Allow"]
    assert "GET, HEAD, OPTIONS" == site.alice.options(element.get("href")).headers["Allow"]


@pytest.mark.covers("APP-8.3.4-5")
def test_read_only_members_stay_editable(site):
    """Closing a collection for new members leaves the present ones readable and editable."""
    url = site.made()
    site.set("blog", accept=())
    current = site.alice.get(url)
    assert 200 == current.status_code
    assert 200 == site.put(url, current.content).status_code


@pytest.mark.covers("APP-8.3.5-1")
def test_collection_in_its_feed(site):
    """A collection's feed holds the app:collection of the service document, once."""
    listed = collection_of(site.alice, "Blog")
    feed = site.alice.get(listed.get("href")).content
    announced = one(feed, "/a:feed/app:collection")
    assert listed.get("href") == announced.get("href")
    assert ["Blog"] == xpath(announced, "a:title/text()")
    assert accepted(listed) == accepted(announced)


@pytest.mark.covers("APP-5.1-2")
@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("anon", ["Blog"]),
        ("alice", ["Blog", "Diary"]),
        ("rita", ["Blog", "Diary"]),
        ("admin", ["Blog", "Diary"]),
    ],
)
def test_each_sees_their_own(site, who, seen):
    """The service document lists what its reader may see, and no shared cache may keep it."""
    answer = getattr(site, who).get(SERVICE)
    assert seen == xpath(answer.content, "//app:collection/a:title/text()")
    assert "private, no-cache" == answer.headers["Cache-Control"]
    assert "Authorization" in answer.headers["Vary"].split(", ")


@pytest.mark.covers("APP-5.1-2")
def test_tags_of_others(site):
    """What one caller has of the service document is never taken for what another one sees."""
    tags = {who: getattr(site, who).get(SERVICE).headers["ETag"] for who in ("anon", "alice")}
    for who, other in (("anon", "alice"), ("alice", "anon")):
        answer = getattr(site, who).get(SERVICE, headers={"If-None-Match": tags[other]})
        assert 200 == answer.status_code


@pytest.mark.covers("APP-5.1-2")
def test_account_without_roles(site):
    """Whoever signs in and has no role anywhere sees the public collections, and no 401."""
    site.accounts.grant("rita", "diary", None)
    assert ["Blog"] == xpath(site.rita.get(SERVICE).content, "//app:collection/a:title/text()")
    site.set("blog", private=True)
    answer = site.rita.get(SERVICE)
    assert (200, []) == (answer.status_code, xpath(answer.content, "//app:collection"))


@pytest.mark.covers("APP-5.1-2")
def test_nothing_for_anonymous(site):
    """Without credentials and without a public collection the answer is a challenge."""
    site.set("blog", private=True)
    answer = site.anon.get(SERVICE)
    assert 401 == answer.status_code
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert "no-store" == answer.headers["Cache-Control"]
    assert 200 == site.alice.get(SERVICE).status_code


@pytest.mark.covers("APP-5.1-2")
def test_service_document_is_renewed(site):
    """A collection added, changed or removed shows in the next service document and its ETag."""
    seen = []
    for change in (
        lambda: site.collection("notes"),
        lambda: site.set("notes", accept=()),
        lambda: site.collections.remove("notes"),
    ):
        before = site.anon.get(SERVICE)
        change()
        after = site.anon.get(SERVICE, headers={"If-None-Match": before.headers["ETag"]})
        assert 200 == after.status_code
        seen.append(canonical(before.content) != canonical(after.content))
    assert [True, True, True] == seen


def test_service_document_without_the_slash(site):
    """The service document answers where a client forgot the slash at its end."""
    assert site.anon.get(SERVICE).content == site.anon.get(SERVICE.rstrip("/")).content
