"""Collections as feeds, whole and in pages (RFC 5023 section 10)."""

import pytest
from lxml import etree

from tests.documents import DRAFT, NS, SAMPLES, bare, entry, link, one, titles, xpath
from tests.sites import walk

BLOG = "/atom/blog/"
LINKS = ("first", "previous", "next", "last")


def fill(site, count, **options):
    """Make members titled 1 to count; their URLs."""
    return [site.made(entry(str(number)), **options) for number in range(1, count + 1)]


def numbers(*pages):
    """The titles of pages, as the numbers they are."""
    return [int(title) for page in pages for title in titles(page)]


def exclusive(element):
    """An element in canonical form, without the namespaces that only its surroundings need."""
    element.tail = None
    return etree.tostring(element, method="c14n", exclusive=True)


@pytest.mark.covers("APP-10-1", "APP-12.1-2")
def test_feed(site):
    """A collection is a feed, labelled as one, whose entries lead to the members."""
    made = fill(site, 3)
    answer = site.alice.get(BLOG)
    assert "application/atom+xml;type=feed;charset=utf-8" == answer.headers["Content-Type"]
    assert ["Blog"] == xpath(answer.content, "/a:feed/a:title/text()")
    edits = xpath(answer.content, "/a:feed/a:entry/a:link[@rel='edit']/@href")
    assert made[::-1] == edits
    assert [200] * 3 == [site.alice.get(url).status_code for url in edits]


@pytest.mark.covers("APP-10-2")
def test_order(site):
    """The member edited last comes first, whatever its updated says."""
    urls = fill(site, 3)
    assert [3, 2, 1] == numbers(site.alice.get(BLOG).content)
    site.put(urls[0], entry("1", updated="1999-01-01T00:00:00Z"))
    feed = site.alice.get(BLOG).content
    assert [1, 3, 2] == numbers(feed)
    edited = xpath(feed, "/a:feed/a:entry/app:edited/text()")
    assert sorted(edited, reverse=True) == edited


@pytest.mark.covers("APP-10-2")
def test_order_within_one_instant(timed_site):
    """Members made while the clock stands are listed in the order in which they were made."""
    fill(timed_site, 5)
    assert [[5, 4, 3, 2, 1]] * 2 == [numbers(timed_site.alice.get(BLOG).content) for _ in range(2)]


@pytest.mark.covers("APP-10-3")
@pytest.mark.parametrize("who", ["alice", "anon"])
def test_deletion_changes_the_validators(site, who):
    """Deleting the newest member makes another feed: no 304 by the old tag or the old date."""
    client, urls = getattr(site, who), fill(site, 2)
    before = client.get(BLOG)
    site.alice.delete(urls[1])
    for condition, validator in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        after = client.get(BLOG, headers={condition: before.headers[validator]})
        assert (200, [1]) == (after.status_code, numbers(after.content))
        assert before.headers["ETag"] != after.headers["ETag"]


@pytest.mark.covers("APP-10-3")
def test_every_state_has_its_own_validators(timed_site, clock):
    """An edit, a deletion and other settings each give the feed another tag and date."""
    (url,) = fill(timed_site, 1)
    answers = [timed_site.alice.get(BLOG)]
    for change in (
        lambda: timed_site.put(url, entry("2")),
        lambda: timed_site.alice.delete(url),
        lambda: timed_site.set("blog", page_size=3),
    ):
        clock.forward(1)
        change()
        answers.append(timed_site.alice.get(BLOG))
    for validator in ("ETag", "Last-Modified"):
        assert 4 == len({answer.headers[validator] for answer in answers})


@pytest.mark.covers("APP-10-4")
def test_whole_entries(site):
    """The entries of the feed are those that stand at the members' own addresses."""
    site.set("blog", page_size=100)
    for sample in SAMPLES.values():
        site.made(sample)
    entries = etree.fromstring(site.alice.get(BLOG).content).findall("a:entry", NS)
    assert len(SAMPLES) == len(entries)
    for found in entries:
        member = site.alice.get(one(found, "a:link[@rel='edit']/@href")).content
        assert exclusive(etree.fromstring(member)) == exclusive(found)


@pytest.mark.covers("APP-10-5")
def test_readers_of_a_collection(site):
    """Without credentials a public collection shows what is published, also to reading accounts;
    caches may not mix the two up."""
    site.made(entry("1"))
    site.made(entry("2", extra=DRAFT))
    for client, seen in ((site.alice, [2, 1]), (site.anon, [1]), (site.rita, [1])):
        answer = client.get(BLOG)
        assert seen == numbers(answer.content)
        assert "Authorization" in answer.headers["Vary"].split(", ")
    assert [1] == numbers(site.anon.get("/blog/feed.atom").content)


@pytest.mark.covers("APP-10-5")
def test_private_collection(site):
    """A private collection asks for credentials, and has no publication for anyone."""
    site.made(entry("1"), collection="diary")
    answer = site.anon.get("/atom/diary/")
    assert 401 == answer.status_code
    assert "WWW-Authenticate" in answer.headers
    assert [1] == numbers(site.rita.get("/atom/diary/").content)
    assert {404} == {
        client.get(url).status_code
        for client in (site.anon, site.alice)
        for url in ("/diary/", "/diary/feed.atom", "/diary/1")
    }


@pytest.mark.covers("APP-10-5")
def test_publication(site):
    """The publication is another feed than the collection: the newest updated first, no paging."""
    for year in (2003, 2001, 2002):
        site.made(entry(str(year), updated=f"{year}-01-01T00:00:00Z"))
    feed = site.anon.get("/blog/feed.atom").content
    assert [2003, 2002, 2001] == numbers(feed)
    assert [2002, 2001, 2003] == numbers(site.anon.get(BLOG).content)
    assert [None] * 4 == [link(feed, rel) for rel in LINKS]


@pytest.mark.covers("APP-10-6")
def test_empty_collection(site):
    """A collection without members is a valid feed with an author and a date."""
    for client in (site.alice, site.anon):
        answer = client.get(BLOG)
        assert 200 == answer.status_code
        assert [] == xpath(answer.content, "//a:entry")
        assert ["Blog"] == xpath(answer.content, "/a:feed/a:author/a:name/text()")
        assert 1 == len(xpath(answer.content, "/a:feed/a:updated"))


@pytest.mark.covers("APP-10.1-1")
def test_default_page_size(site):
    """Sixty members are pages of 25, 25 and 10."""
    fill(site, 60)
    assert [25, 25, 10] == [len(titles(page)) for page in walk(site.alice, BLOG)]


@pytest.mark.covers("APP-10.1-1")
@pytest.mark.parametrize(("size", "expected"), [(1, [1] * 5), (4, [4, 1]), (500, [5])])
def test_page_size(site, size, expected):
    """A collection's own page size counts."""
    site.set("blog", page_size=size)
    fill(site, 5)
    assert expected == [len(titles(page)) for page in walk(site.alice, BLOG)]


@pytest.mark.covers("APP-10.1-2", "APP-10.1-3")
@pytest.mark.parametrize("count", [0, 1, 3, 4, 6, 7])
@pytest.mark.parametrize("who", ["alice", "anon"])
def test_next(site, count, who):
    """The pages along "next" hold every member once, the latest first; the last has no next."""
    site.set("blog", page_size=3)
    fill(site, count)
    pages = list(walk(getattr(site, who), BLOG))
    assert list(range(count, 0, -1)) == numbers(*pages)
    assert max(1, -(-count // 3)) == len(pages)


@pytest.mark.covers("APP-10.1-2")
def test_first_page_after_an_edit(site):
    """The first page holds the members edited last."""
    site.set("blog", page_size=2)
    urls = fill(site, 5)
    site.put(urls[1], entry("2"))
    assert [2, 5] == numbers(site.alice.get(BLOG).content)


@pytest.mark.covers("APP-10.1-4")
def test_page_links(site):
    """Each page links first and last, and previous and next as far as there are such pages."""
    site.set("blog", page_size=3)
    fill(site, 8)
    first, second, third = walk(site.alice, BLOG)
    blog = f"{site.base}{BLOG}"
    for page in (first, second, third):
        assert blog == link(page, "first")
        assert link(page, "prev") is None
    assert [None, blog] == [link(page, "previous") for page in (first, second)]
    assert numbers(second) == numbers(site.alice.get(link(third, "previous")).content)
    assert link(third, "next") is None
    assert 1 == len({link(page, "last") for page in (first, second, third)})


@pytest.mark.covers("APP-10.1-4")
def test_single_page(site):
    """The only page is the first and the last, and has no neighbours."""
    fill(site, 2)
    page, blog = site.alice.get(BLOG).content, f"{site.base}{BLOG}"
    assert [blog, None, None, blog] == [link(page, rel) for rel in LINKS]


@pytest.mark.covers("APP-10.1-3", "APP-10.1-4")
@pytest.mark.parametrize("count", [4, 6, 7])
def test_from_the_last_page_back(site, count):
    """From "last" the pages along "previous" hold every member, up to the collection itself."""
    site.set("blog", page_size=3)
    fill(site, count)
    *pages, top = walk(site.alice, link(site.alice.get(BLOG).content, "last"), "previous")
    assert link(pages[0], "next") is None
    met = numbers(*reversed(pages))
    assert list(range(len(met), 0, -1)) == met
    assert site.alice.get(BLOG).content == top
    assert set(range(1, count + 1)) == {*met, *numbers(top)}


@pytest.mark.covers("APP-10.1-5")
@pytest.mark.parametrize("who", ["alice", "anon"])
def test_writes_between_two_pages(site, who):
    """Members made, deleted or edited between two pages hide no other one and repeat none."""
    site.set("blog", page_size=3)
    urls = fill(site, 9)
    pages = walk(getattr(site, who), BLOG)
    met = numbers(next(pages))
    site.made(entry("10"))
    site.alice.delete(urls[8])
    site.alice.delete(urls[3])
    site.put(urls[1], entry("2"))
    met += numbers(*pages)
    assert [9, 8, 7, 6, 5, 3, 1] == met
    assert [2, 10, 8] == numbers(getattr(site, who).get(BLOG).content)


@pytest.mark.covers("APP-10.1-5")
def test_address_of_a_page(site):
    """A page's address leads on from the same place after any writes before it."""
    site.set("blog", page_size=3)
    fill(site, 9)
    url = link(site.alice.get(BLOG).content, "next")
    before = numbers(site.alice.get(url).content)
    site.made(entry("10"))
    assert [6, 5, 4] == before == numbers(site.alice.get(url).content)


@pytest.mark.covers("APP-10.1-3")
def test_pages_of_an_author(site):
    """An author's pages hold what is published and their own drafts, each member once."""
    site.set("blog", page_size=2)
    for number in range(1, 10):
        extra = DRAFT if number % 3 == 0 else ""
        site.made(entry(str(number), extra=extra), by=(site.alice, site.bob)[number % 2])
    expected = {"alice": {6}, "bob": {3, 9}, "erin": {3, 6, 9}, "anon": set()}
    for who, drafts in expected.items():
        met = numbers(*walk(getattr(site, who), BLOG))
        assert sorted({1, 2, 4, 5, 7, 8} | drafts, reverse=True) == met


@pytest.mark.covers("APP-10.1-6")
@pytest.mark.parametrize(
    "query",
    [
        "cursor=xyz",
        "cursor=-1",
        "cursor=1e9",
        "cursor=1000000000",
        "cursor=",
        "cursor=after-",
        "cursor=after-x",
        "cursor=after-1000000000",
        "cursor=LAST",
        "cursor=%00",
        "cursor=1&cursor=2",
        "cursor=1&since=0",
        "since=x",
        "since=-1",
        "since=1000000000",
        "since=99999999999999999999999",
        "since=%D9%A1",
    ],
)
def test_garbled_address(site, query):
    """A page that the server never linked to is 404."""
    fill(site, 1)
    assert 404 == site.alice.get(f"{BLOG}?{query}").status_code


@pytest.mark.covers("APP-10.1-6")
@pytest.mark.parametrize("query", ["utm_source=x", "page=2", "q", "&", "Cursor=xyz"])
def test_unknown_parameters(site, query):
    """Query parameters that mean nothing here change nothing."""
    fill(site, 1)
    plain, other = (site.alice.get(url) for url in (BLOG, f"{BLOG}?{query}"))
    assert (plain.content, plain.headers["ETag"]) == (other.content, other.headers["ETag"])


@pytest.mark.covers("APP-9.1-1", "APP-10.2-1")
@pytest.mark.parametrize("sample", ["nothing", "echo", "draft", "prefixed"])
def test_one_edit_link_and_one_edited(site, sample):
    """Every member has one edit link and one app:edited: after POST, alone and in the feed."""
    created = site.post(SAMPLES[sample])
    url = created.headers["Location"]
    changed = site.put(url, SAMPLES[sample])
    documents = [created, changed, site.alice.get(url), site.alice.get(BLOG)]
    for answer in documents:
        for path in ("a:link[@rel='edit']", "app:edited"):
            assert 1 == len(xpath(answer.content, f"//a:entry/{path}"))


@pytest.mark.covers("APP-10.2-2")
def test_edited_of_a_new_member(timed_site, clock):
    """app:edited of a member that was never edited is the instant of its creation, also later."""
    clock.forward(5)
    url = timed_site.made(bare())
    clock.forward(3600)
    for document in (timed_site.alice.get(url).content, timed_site.alice.get(BLOG).content):
        assert one(document, "//a:entry/app:edited").text.startswith("2023-11-14T22:13:25")
