"""Following a collection by its changes: ?since=, with the links next and monitor."""

import pytest

from tests.documents import DRAFT, bare, entry, link, titles, xpath
from tests.sites import walk

BLOG = "/atom/blog/"


def monitor(client):
    """The address at which the changes from now on will be."""
    return link(client.get(BLOG).content, "monitor")


def removed(document):
    """The ids of the entries that a document says are gone, in its order."""
    return xpath(document, "/a:feed/at:deleted-entry/@ref")


def made(site, number, **options):
    """Make the member with this number as title and id; its URL."""
    return site.made(numbered(number), **options)


def numbered(number, extra=""):
    """An entry with this number as title and id."""
    return entry(str(number), id=f"urn:x:{number}", extra=extra)


def entries(*documents):
    """Titles by id of the entries in documents; the last one of an id counts."""
    found = {}
    for document in documents:
        ids = xpath(document, "/a:feed/a:entry/a:id/text()")
        found |= dict(zip(ids, titles(document), strict=True))
    return found


class Replica:
    """A copy of a collection, kept as docs/following.md says."""

    def __init__(self, client, url=f"{BLOG}?since=0"):
        self.client, self.url, self.entries = client, url, {}

    def follow(self):
        """Apply what changed."""
        for document in walk(self.client, self.url):
            for atom_id in removed(document):
                self.entries.pop(atom_id, None)
            self.entries |= entries(document)
        self.url = link(document, "monitor")


def test_oldest_change_first(site):
    """The changes after a number are listed from the oldest on, those up to it are not."""
    made(site, 1)
    since = monitor(site.alice)
    for number in (2, 3, 4):
        made(site, number)
    assert ["2", "3", "4"] == titles(site.alice.get(since).content)
    assert ["1", "2", "3", "4"] == titles(site.alice.get(f"{BLOG}?since=0").content)


def test_document_of_changes(site):
    """The changes are a feed that links itself and the collection, and comes with validators."""
    made(site, 1)
    since = monitor(site.alice)
    answer = site.alice.get(since)
    assert "application/atom+xml;type=feed;charset=utf-8" == answer.headers["Content-Type"]
    assert {"etag", "last-modified"} <= set(answer.headers)
    assert (since, f"{site.base}{BLOG}") == tuple(
        link(answer.content, rel) for rel in ("self", "first")
    )


def test_pages_of_changes(site):
    """Many changes come in pages along "next"; the last one has "monitor" in its place."""
    site.set("blog", page_size=3)
    for number in range(1, 8):
        made(site, number)
    pages = list(walk(site.alice, f"{BLOG}?since=0"))
    assert [["1", "2", "3"], ["4", "5", "6"], ["7"]] == list(map(titles, pages))
    assert [False, False, True] == [link(page, "monitor") is not None for page in pages]


def test_exactly_a_page_of_changes(site):
    """When the changes fill a page exactly, it is the last one."""
    site.set("blog", page_size=3)
    since = monitor(site.alice)
    for number in range(3):
        made(site, number)
    page = site.alice.get(since).content
    assert (3, None) == (len(titles(page)), link(page, "next"))
    assert [] == titles(site.alice.get(link(page, "monitor")).content)


def test_nothing_new(site):
    """Until something changes the monitor answers 304; then it lists the change."""
    made(site, 1)
    answer = site.alice.get(monitor(site.alice))
    assert [] == titles(answer.content)
    seen = {"If-None-Match": answer.headers["ETag"]}
    assert 304 == site.alice.get(str(answer.url), headers=seen).status_code
    made(site, 2)
    assert ["2"] == titles(site.alice.get(str(answer.url), headers=seen).content)


def test_monitor_is_on_the_first_page(site):
    """The collection's first page links the monitor of its own state, older pages do not."""
    site.set("blog", page_size=2)
    for number in range(5):
        made(site, number)
    pages = list(walk(site.alice, BLOG))
    assert [True, False, False] == [link(page, "monitor") is not None for page in pages]
    assert [] == titles(site.alice.get(link(pages[0], "monitor")).content)


def test_several_changes_of_one_member(site):
    """A member that changed several times is listed once, where its last change stands."""
    url = made(site, 1)
    made(site, 2)
    for title in ("1a", "1b"):
        site.put(url, entry(title))
    assert ["2", "1b"] == titles(site.alice.get(f"{BLOG}?since=0").content)


def test_deletion(site):
    """A deletion is listed with the id of the entry that is gone, before the members."""
    urls = [made(site, number) for number in (1, 2)]
    since = monitor(site.alice)
    site.alice.delete(urls[0])
    made(site, 3)
    for client in (site.alice, site.erin, site.anon):
        document = client.get(since).content
        assert (["urn:x:1"], ["3"]) == (removed(document), titles(document))
        (element, *_) = xpath(document, "/a:feed/at:deleted-entry | /a:feed/a:entry")
        assert element.tag.endswith("}deleted-entry")


def test_deletion_at_its_instant(timed_site, clock):
    """A deletion is dated with its own instant."""
    url = made(timed_site, 1)
    clock.forward(60)
    timed_site.alice.delete(url)
    changes = timed_site.alice.get(f"{BLOG}?since=0").content
    (when,) = xpath(changes, "//at:deleted-entry/@when")
    assert when.startswith("2023-11-14T22:14:20")


def test_drafts_are_no_changes_to_readers(site):
    """Making, editing and deleting a draft reveals nothing at the readers' door, not even a tag."""
    made(site, 1)
    answer = site.anon.get(monitor(site.anon))
    seen = {"If-None-Match": answer.headers["ETag"]}
    url = site.made(numbered(2, DRAFT))
    site.put(url, numbered(3, DRAFT))
    site.alice.delete(url)
    assert 304 == site.anon.get(str(answer.url), headers=seen).status_code
    assert monitor(site.anon) == str(answer.url)


@pytest.mark.parametrize(
    ("who", "expected"),
    [("anon", ["urn:x:1"]), ("bob", ["urn:x:1"]), ("alice", []), ("erin", [])],
)
def test_withdrawn_entry(site, who, expected):
    """An entry withdrawn to a draft is gone for readers, and a change for who still sees it."""
    url = made(site, 1)
    client = getattr(site, who)
    since = monitor(client)
    site.put(url, numbered(1, DRAFT))
    changes = client.get(since).content
    assert (expected, [] if expected else ["1"]) == (removed(changes), titles(changes))


def test_published_again(site):
    """An entry that was withdrawn and published again is there for whoever follows."""
    url = made(site, 1)
    replica = Replica(site.anon)
    replica.follow()
    for extra in (DRAFT, ""):
        site.put(url, numbered(1, extra))
    replica.follow()
    assert {"urn:x:1": "1"} == replica.entries


def test_no_deletion_of_what_was_never_seen(site):
    """Another's draft that is deleted concerns nobody who never saw it."""
    url = site.made(numbered(1, DRAFT))
    site.alice.delete(url)
    for client, expected in (
        (site.alice, ["urn:x:1"]),
        (site.erin, ["urn:x:1"]),
        (site.bob, []),
        (site.anon, []),
    ):
        assert expected == removed(client.get(f"{BLOG}?since=0").content)


def test_settings_are_a_change(site):
    """New settings of the collection are a change without a member: the follower asks again."""
    made(site, 1)
    answer = site.alice.get(monitor(site.alice))
    site.set("blog", page_size=7)
    seen = {"If-None-Match": answer.headers["ETag"]}
    after = site.alice.get(str(answer.url), headers=seen)
    assert (200, []) == (after.status_code, titles(after.content))
    assert link(after.content, "monitor") != link(answer.content, "monitor")


def test_private_changes(site):
    """The changes of a private collection are for those who may read it."""
    made(site, 1, collection="diary")
    url = "/atom/diary/?since=0"
    assert 401 == site.anon.get(url).status_code
    assert ["1"] == titles(site.rita.get(url).content)


@pytest.mark.covers("APP-10.1-5")
@pytest.mark.parametrize("size", [1, 2, 25])
def test_replica(site, size):
    """Whoever follows the changes has what the pages show, whatever was written between."""
    site.set("blog", page_size=size)
    replicas = {who: Replica(getattr(site, who)) for who in ("erin", "alice", "bob", "anon")}
    urls = {}
    for number in range(12):
        author = (site.alice, site.bob)[number % 2]
        extra = DRAFT if number % 3 == 0 else ""
        urls[number] = site.made(numbered(number, extra), by=author)
        if number % 4 == 3:
            site.erin.delete(urls.pop(number - 2))
            site.put(urls[number - 3], numbered(number - 3), by=site.erin)
            site.put(urls[number - 1], numbered(number - 1, DRAFT), by=site.erin)
        if number % 5 == 4:
            for replica in replicas.values():
                replica.follow()
    for who, replica in replicas.items():
        replica.follow()
        assert entries(*walk(getattr(site, who), BLOG)) == replica.entries


def test_replica_from_a_copy(site):
    """A copy read page by page becomes complete by the monitor of its first page."""
    site.set("blog", page_size=2)
    urls = [made(site, number) for number in range(6)]
    pages = walk(site.alice, BLOG)
    first = next(pages)
    replica = Replica(site.alice, link(first, "monitor"))
    site.put(urls[0], bare("<title>edited</title>"))
    site.alice.delete(urls[5])
    made(site, 6)
    replica.entries = entries(first, *pages)
    replica.follow()
    assert entries(*walk(site.alice, BLOG)) == replica.entries
    assert "edited" == replica.entries["urn:x:0"]
