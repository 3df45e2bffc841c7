"""Editing members with PUT (RFC 5023 section 9.3)."""

import pytest
from lxml import etree

from tests.documents import ENTRY, NS, SAMPLES, bare, canonical, entry, link, one, xpath

EXTENSIONS = (
    '<dc:subject xmlns:dc="http://purl.org/dc/elements/1.1/">s</dc:subject>'
    '<x:a xmlns:x="urn:x" x:b="1"><x:c><x:d/></x:c>t</x:a>'
)
FOREIGN = {"dc": "http://purl.org/dc/elements/1.1/", "x": "urn:x"}
UNMINTED = "/atom/blog/not-there"
FEED = b'<feed xmlns="http://www.w3.org/2005/Atom"/>'
IGNORED = ("/a:entry/app:edited",)


def text(document, path):
    """The text of the only element that an XPath finds."""
    return one(document, path).text or ""


def edited(document):
    """The app:edited of an entry."""
    return text(document, "/a:entry/app:edited")


def subtree(document, path):
    """The only element that an XPath finds, as names, attributes and texts."""
    (found,) = etree.fromstring(document).xpath(path, namespaces=NS | FOREIGN)
    return [(one.tag, dict(one.attrib), (one.text or "").strip()) for one in found.iter()]


@pytest.mark.covers("APP-9.3-1")
def test_edit(site):
    """What a client reads, changes and PUTs back is what the next GET shows."""
    url = site.made(entry("Old", "content"))
    current = site.alice.get(url)
    changed = current.content.replace(b">Old<", b">New<")
    assert 200 == site.put(url, changed).status_code
    after = site.alice.get(url)
    assert current.headers["ETag"] != after.headers["ETag"]
    assert canonical(changed, without=IGNORED) == canonical(after.content, without=IGNORED)


@pytest.mark.covers("APP-9.3-2", "APP-4.4-2", "APP-12.1-1")
@pytest.mark.parametrize("sample", SAMPLES)
def test_answer(site, sample):
    """PUT is answered with 200 and the whole new entry, without validators, as GET shows it."""
    url = site.made()
    answer = site.put(url, SAMPLES[sample])
    assert 200 == answer.status_code
    assert f"{ENTRY};charset=utf-8" == answer.headers["Content-Type"]
    assert url == answer.headers["Content-Location"]
    assert {"etag", "last-modified"}.isdisjoint(answer.headers)
    assert canonical(site.alice.get(url).content) == canonical(answer.content)


@pytest.mark.covers("APP-9.3-3")
@pytest.mark.parametrize("sent", ["<id>urn:x:other</id>", "", "<id>no IRI</id>"])
def test_id_stays(site, sent):
    """Another id in a PUT, an unusable one or none at all changes nothing of the member's id."""
    url = site.made(bare("<id>urn:x:first</id>"))
    assert "urn:x:first" == text(site.put(url, bare(sent)).content, "/a:entry/a:id")
    assert "urn:x:first" == text(site.alice.get(url).content, "/a:entry/a:id")


@pytest.mark.covers("APP-9.3-4")
def test_edited_increases(timed_site, clock):
    """Each edit has an app:edited later than all before, even while the clock stands or falls."""
    urls = [timed_site.made(), timed_site.made()]
    seen = [edited(timed_site.alice.get(url).content) for url in urls]
    for url in urls * 3:
        clock.forward(-10)
        seen.append(edited(timed_site.put(url, entry("Again")).content))
    assert sorted(set(seen)) == seen


@pytest.mark.covers("APP-9.3-4")
def test_edited_is_now(timed_site, clock):
    """app:edited is the instant of the edit."""
    url = timed_site.made()
    clock.forward(3600)
    assert edited(timed_site.put(url, entry()).content).startswith("2023-11-14T23:13:20")


@pytest.mark.covers("APP-9.3-5")
def test_extensions_survive(site):
    """Extensions that a client sends back are kept through any number of edits."""
    url = site.made(bare(f"<title>0</title>{EXTENSIONS}"))
    for number in range(3):
        body = site.alice.get(url).content
        changed = body.replace(f">{number}<".encode(), f">{number + 1}<".encode())
        assert 200 == site.put(url, changed).status_code
    after = site.alice.get(url).content
    assert "3" == text(after, "/a:entry/a:title")
    for path in ("/a:entry/dc:subject", "/a:entry/x:a"):
        assert subtree(bare(EXTENSIONS), path) == subtree(after, path)


@pytest.mark.covers("APP-9.3-6")
def test_omitted_elements_are_gone(site):
    """What a PUT leaves out of the client's own is gone; what is the server's stays."""
    url = site.made(
        bare(
            f"<title>T</title><summary>s</summary><category term='c'/><rights>r</rights>"
            f"<link rel='related' href='http://example.org/'/><content>x</content>{EXTENSIONS}"
        )
    )
    before = site.alice.get(url).content
    after = site.put(url, bare()).content
    left = {"id", "title", "updated", "author", "edited", "link"}
    assert left == {found.tag.rpartition("}")[2] for found in xpath(after, "/a:entry/*")}
    assert ["edit", "self", "alternate"] == xpath(after, "/a:entry/a:link/@rel")
    for path in ("a:id", "a:author/a:name"):
        assert text(before, f"/a:entry/{path}") == text(after, f"/a:entry/{path}")


@pytest.mark.covers("APP-9.3-7")
def test_published_is_kept(site):
    """A PUT without published keeps the old one, a PUT with one replaces it."""
    url = site.made(bare("<published>2001-02-03T04:05:06+01:00</published>"))
    kept = text(site.put(url, bare()).content, "/a:entry/a:published")
    assert "2001-02-03T03:05:06Z" == kept
    replaced = site.put(url, bare("<published>2002-01-01T00:00:00Z</published>"))
    assert "2002-01-01T00:00:00Z" == text(replaced.content, "/a:entry/a:published")


@pytest.mark.covers("APP-9.3-7")
def test_no_published(site):
    """An entry that never had a published gets none by an edit."""
    url = site.made(bare())
    assert [] == xpath(site.put(url, bare("<title>T</title>")).content, "//a:published")


def test_updated_is_kept(site):
    """A PUT without updated keeps the instant of the old one: its significance is not known."""
    url = site.made(bare("<updated>2001-02-03T04:05:06Z</updated>"))
    answer = site.put(url, bare("<title>T</title>"))
    assert "2001-02-03T04:05:06Z" == text(answer.content, "/a:entry/a:updated")


@pytest.mark.covers("APP-9.3-8")
@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n", 415),
        ("application/atom+xml;type=feed", FEED, 415),
        ("application/xml", entry(), 415),
        ("application/atom+xml", FEED, 422),
        ("application/atom+xml;type=entry", FEED, 422),
        ("application/atom+xml", b'<entry xmlns="urn:x"/>', 422),
    ],
)
def test_no_entry(site, content_type, body, expected):
    """A PUT that is no entry is refused by its type or by its root, and changes nothing."""
    url = site.made()
    before = site.alice.get(url)
    assert expected == site.put(url, body, content_type=content_type).status_code
    assert before.headers["ETag"] == site.alice.get(url).headers["ETag"]


@pytest.mark.covers("APP-9.3-9")
@pytest.mark.parametrize("sample", SAMPLES)
def test_fixpoint(site, sample):
    """The very bytes of a GET may be PUT back: only app:edited moves."""
    url = site.made(SAMPLES[sample])
    before = site.alice.get(url).content
    assert 200 == site.put(url, before).status_code
    after = site.alice.get(url).content
    assert edited(before) < edited(after)
    assert before == after.replace(edited(after).encode(), edited(before).encode())


@pytest.mark.covers("APP-9.3-10")
def test_lost_update(site):
    """Of two who edit the same state the second gets 412, and the first one's words stay."""
    url = site.made()
    tags = [site.alice.get(url).headers["ETag"], site.erin.get(url).headers["ETag"]]
    first = site.put(url, entry("First"), if_match=tags[0])
    second = site.put(url, entry("Second"), by=site.erin, if_match=tags[1])
    assert [200, 412] == [first.status_code, second.status_code]
    assert "First" == text(site.erin.get(url).content, "/a:entry/a:title")
    current = site.erin.get(url).headers["ETag"]
    assert 200 == site.put(url, entry("Third"), by=site.erin, if_match=current).status_code


@pytest.mark.covers("APP-9.3-11")
def test_unconditional(site):
    """Writes that name no state are taken by default."""
    url = site.made()
    assert 200 == site.put(url, entry("Other")).status_code
    assert 200 == site.alice.delete(url).status_code


@pytest.mark.covers("APP-9.3-11")
def test_require_conditional(make_site):
    """With REQUIRE_CONDITIONAL such writes get 428 with an explanation, conditional ones pass."""
    site = make_site(require_conditional="yes")
    url = site.made()
    for answer in (site.put(url, entry("Other")), site.alice.delete(url)):
        assert 428 == answer.status_code
        assert "If-Match" in answer.json()["detail"]
    current = site.alice.get(url)
    assert "Title" == text(current.content, "/a:entry/a:title")
    tag = current.headers["ETag"]
    assert 200 == site.put(url, entry("Other"), if_match=tag).status_code
    assert 412 == site.alice.delete(url, headers={"If-Match": tag}).status_code
    tag = site.alice.get(url).headers["ETag"]
    assert 200 == site.alice.delete(url, headers={"If-Match": tag}).status_code


@pytest.mark.covers("APP-9.3-12")
def test_address_is_stable(site):
    """A new title, and a Slug on PUT, change nothing of a member's addresses."""
    url = site.made(entry("First title"))
    before = site.alice.get(url).content
    answer = site.put(url, entry("Second title"), slug="third-title")
    assert 200 == answer.status_code
    after = site.alice.get(url).content
    for rel in ("edit", "alternate"):
        assert link(before, rel) == link(after, rel)
    assert 404 == site.alice.get(url.replace("first-title", "third-title")).status_code


@pytest.mark.covers("APP-4.3-1")
@pytest.mark.parametrize("condition", [{}, {"if_match": "*"}, {"if_none_match": "*"}])
def test_put_creates_nothing(site, condition):
    """PUT to an address that no member has is 404, and no member appears."""
    before = site.alice.get("/atom/blog/").headers["ETag"]
    assert 404 == site.put(UNMINTED, entry(), **condition).status_code
    assert 404 == site.alice.get(UNMINTED).status_code
    assert before == site.alice.get("/atom/blog/").headers["ETag"]


@pytest.mark.covers("APP-4.4-1")
@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("/atom/", "GET, HEAD, OPTIONS"),
        ("/atom/blog/", "GET, HEAD, POST, OPTIONS"),
        ("/atom/-/categories/blog", "GET, HEAD, OPTIONS"),
    ],
)
def test_only_members_are_edited(site, url, allowed):
    """Service document, collections and category documents refuse PUT and DELETE, and stay."""
    before = site.admin.get(url)
    for method in ("PUT", "DELETE"):
        answer = site.admin.request(method, url, content=entry(), headers={"Content-Type": ENTRY})
        assert 405 == answer.status_code
        assert allowed == answer.headers["Allow"]
    after = site.admin.get(url)
    assert (before.status_code, before.content) == (after.status_code, after.content)
