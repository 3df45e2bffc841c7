"""The forms of a publication's feed: Atom, RSS, JSON Feed, at their addresses and negotiated."""

import gzip
import json
import re
import time

import feedparser
import pytest
from lxml import etree

from atompub.app import create_app
from atompub.model import ENTRY_RANGE
from atompub.readers import Selection
from atompub.urls import Urls
from tests import sites
from tests.documents import DRAFT, SAMPLES, bare, entry, titles, xpath
from tests.stores import START

FORMS = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
LINK = re.compile(r'<([^<>"\s]*)>; rel="([a-z-]+)"((?:; [a-z*]+=(?:"[^"\\]*"|[!-~]+))*)(?:, |\Z)')
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def links(answer):
    """The links of an answer's Link field: relation and address with parameters, strictly read."""
    field, found, position = answer.headers["Link"], [], 0
    while position < len(field):
        one = LINK.match(field, position)
        assert one, field[position:]
        found.append((one[2], one[1], one[3]))
        position = one.end()
    return found


def addresses(answer, rel):
    """The addresses of the links of a relation."""
    return [address for found, address, _ in links(answer) if found == rel]


def parsed(site, form, at="/blog/feed."):
    """What feedparser reads of a form."""
    answer = site.anon.get(f"{at}{form}")
    assert 200 == answer.status_code
    found = feedparser.parse(
        answer.content, response_headers={"content-type": answer.headers["Content-Type"]}
    )
    assert not found.bozo, found.bozo_exception
    return found


def json_items(site, at="/blog/feed.json"):
    """The items of a JSON Feed, which feedparser reads only in part."""
    return site.anon.get(at).json()["items"]


def text_of(title):
    """A title that was read as HTML, without its markup."""
    return re.sub("<[^>]*>", "", title)


@pytest.mark.covers("RSS-1", "JSON-1", "HTTP-N-6", "HTTP-N-9")
@pytest.mark.parametrize("form", FORMS)
def test_addresses(site, form):
    """Each form is at an address of its own, with its type and UTF-8."""
    answer = site.anon.get(f"/blog/feed.{form}")
    assert f"{FORMS[form]};charset=utf-8" == answer.headers["Content-Type"]
    assert "public, max-age=60" == answer.headers["Cache-Control"]
    assert "Accept-Encoding" == answer.headers["Vary"]


@pytest.mark.covers("RSS-3", "RSS-5", "JSON-3", "JSON-6")
def test_same_entries(site):
    """A reader gets the same entries from each form: ids, pages, titles, authors, dates."""
    for sample in SAMPLES.values():
        site.made(sample)
    atom, rss = parsed(site, "atom"), parsed(site, "rss")
    assert len(atom.entries) > 20
    items = json_items(site)
    assert [e.id for e in atom.entries] == [e.id for e in rss.entries] == [e["id"] for e in items]
    assert [e["url"] for e in items] == [e.link for e in rss.entries]
    alternates = [[one.href for one in e.links if one.rel == "alternate"] for e in atom.entries]
    assert [e["url"] for e in items] == [found[0] for found in alternates]
    assert [e.get("title", "") for e in items] == [e.get("title", "") for e in rss.entries]
    assert [e.get("title", "") for e in items] == [text_of(e.title) for e in atom.entries]
    authors = [", ".join(one["name"] for one in e["authors"]) for e in items]
    assert authors == [e.author for e in rss.entries]
    posted = [e["date_published"][:19] for e in items]
    assert posted == [time.strftime("%Y-%m-%dT%H:%M:%S", e.published_parsed) for e in rss.entries]
    changed = [e["date_modified"][:19] for e in items]
    assert changed == [time.strftime("%Y-%m-%dT%H:%M:%S", e.updated_parsed) for e in atom.entries]


@pytest.mark.covers("RSS-6", "JSON-2")
@pytest.mark.parametrize("form", FORMS)
def test_self(site, form):
    """Each form names its own address."""
    address = f"{site.base}/blog/feed.{form}"
    if form == "json":
        assert address == site.anon.get(address).json()["feed_url"]
    else:
        (own,) = [each.href for each in parsed(site, form).feed.links if each.rel == "self"]
        assert address == own


@pytest.mark.parametrize("form", FORMS)
def test_enclosures_and_pictures(site, form):
    """Media are attached in every form, with type and length."""
    site.collection("album", accept=("image/*", ENTRY_RANGE))
    made = site.alice.post("/atom/album/", content=PNG, headers={"Content-Type": "image/png"})
    assert 201 == made.status_code
    at = "/album/feed."
    if form == "json":
        (item,) = json_items(site, f"{at}json")
        (found,) = item["attachments"]
        assert ("image/png", len(PNG)) == (found["mime_type"], found["size_in_bytes"])
        address = found["url"]
    else:
        (one,) = parsed(site, form, at).entries
        (found,) = one.enclosures
        assert ("image/png", str(len(PNG))) == (found.type, found.length)
        address = found.href
    assert PNG == site.anon.get(address).content


@pytest.mark.parametrize("form", FORMS)
def test_hidden(timed_site, clock, form):
    """No form shows a draft, or an entry before its release; each shows it at its release."""
    timed_site.made(entry("Draft", extra=DRAFT))
    timed_site.made(bare("<title>Ahead</title><published>2033-05-18T03:33:20Z</published>"))
    before = timed_site.anon.get(f"/blog/feed.{form}")
    assert not {"Draft", "Ahead"} & set(re.findall(r"\w+", before.text))
    clock.forward((2_000_000_000 * 1_000_000 - START) // 1_000_000 + 1)
    after = timed_site.anon.get(f"/blog/feed.{form}")
    assert {"Ahead"} == {"Draft", "Ahead"} & set(re.findall(r"\w+", after.text))
    assert before.headers["ETag"] != after.headers["ETag"]


@pytest.mark.parametrize("form", [*FORMS, "atom?x", "txt"])
def test_private(site, form):
    """A private collection has no feeds."""
    assert 404 == site.alice.get(f"/diary/feed.{form}").status_code


ACCEPTS = [
    (None, "atom"),
    ("*/*", "atom"),
    ("application/rss+xml", "rss"),
    ("application/feed+json", "json"),
    ("application/json", "json"),
    ("application/atom+xml;q=0.5, application/rss+xml;q=0.6", "rss"),
    ("application/*;q=0.2, application/feed+json;q=0.3", "json"),
    ("text/html, */*;q=0.1", "atom"),
    ("application/atom+xml;q=0, */*", "rss"),
    ("nonsense;;;", "atom"),
]


@pytest.mark.covers("HTTP-N-3", "HTTP-N-6", "HTTP-N-7", "WS-2")
@pytest.mark.parametrize(("accept", "form"), ACCEPTS)
def test_negotiated(site, accept, form):
    """The negotiated address gives the form that Accept prefers, and says where that one is."""
    site.made(entry("One"))
    headers = {} if accept is None else {"Accept": accept}
    answer = site.client().get("/blog/feed", headers={"Accept": "*/*"} | headers)
    address = f"{site.base}/blog/feed.{form}"
    assert (200, f"{FORMS[form]};charset=utf-8") == (
        answer.status_code,
        answer.headers["Content-Type"],
    )
    assert "Accept, Accept-Encoding" == answer.headers["Vary"]
    assert address == answer.headers["Content-Location"]
    assert [address] == addresses(answer, "self")
    typed = site.anon.get(address)
    assert (typed.content, typed.headers["ETag"]) == (answer.content, answer.headers["ETag"])


@pytest.mark.covers("HTTP-N-6")
def test_nothing_acceptable(site):
    """A 406 comes only where Accept rules out all forms; it lists them."""
    answer = site.anon.get("/blog/feed", headers={"Accept": "image/png;q=1, */*;q=0"})
    assert 406 == answer.status_code
    for kind in FORMS.values():
        assert kind in answer.json()["detail"]
    assert [f"{site.base}/blog/feed.{form}" for form in FORMS] == addresses(answer, "alternate")
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.covers("LINK-1", "LINK-2", "LINK-3")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("form", FORMS)
def test_link_fields(site, form, method):
    """A feed's Link field has the service document, itself, its page and its other forms."""
    answer = site.anon.request(method, f"/blog/feed.{form}")
    base = site.base
    assert [f"{base}/blog/feed.{form}"] == addresses(answer, "self")
    assert [f"{base}/atom/"] == addresses(answer, "service")
    assert [f"{base}/opensearch.xml"] == addresses(answer, "search")
    others = [f"{base}/blog/feed.{other}" for other in FORMS if other != form]
    assert [f"{base}/blog/", *others] == addresses(answer, "alternate")
    assert f'; type="{FORMS[form]}"' in [more for rel, _, more in links(answer) if rel == "self"]


HUBS = ("https://hub.example/", "https://other.example/hub?a=b&c")


@pytest.mark.covers("WS-1")
@pytest.mark.parametrize("form", FORMS)
def test_hubs(make_site, form):
    """Each form names the hubs that are set, in its Link field and in its body."""
    base = "https://blog.example"
    site = make_site(base=base, base_url=base, hubs=",".join(HUBS))
    answer = site.anon.get(f"/blog/feed.{form}")
    assert [*HUBS] == addresses(answer, "hub")
    assert [f"{base}/blog/feed.{form}"] == addresses(answer, "self")
    if form == "json":
        assert [{"type": "WebSub", "url": hub} for hub in HUBS] == answer.json()["hubs"]
    else:
        assert [*HUBS] == xpath(answer.content, "//a:link[@rel='hub']/@href")


@pytest.mark.covers("WS-1", "HTTP-C-3")
def test_another_hub(make_site, tmp_path):
    """A feed that names other hubs than before has another tag."""
    base = "https://blog.example"
    site = make_site(base=base, base_url=base)
    before = site.anon.get("/blog/feed.atom").headers["ETag"]
    settings = sites.settings_of(tmp_path / "site-0", base_url=base, hubs=HUBS[0])
    app = create_app(settings, passwords=sites.Passwords(sites.CHEAP))
    again = sites.Site(site.store, sites.WSGI(app, "127.0.0.1"), base)
    assert before != again.anon.get("/blog/feed.atom").headers["ETag"]
    again.close()


@pytest.mark.covers("WS-5")
def test_no_hub(make_site):
    """No hub is named by what is no topic: results, replies, categories, archives, collections."""
    base = "https://blog.example"
    site = make_site(base=base, base_url=base, hubs=",".join(HUBS))
    urls = [site.made(entry(f"Entry {number}", id=f"urn:x:{number}")) for number in range(100)]
    name = urls[0].rpartition("/")[2]
    for address in (
        "/-/search.atom?q=entry",
        f"/blog/-/replies/{name}",
        "/blog/-/category/a/feed.atom",
        "/blog/archive/1.atom",
        "/atom/blog/",
    ):
        answer = site.anon.get(address)
        assert 200 == answer.status_code
        assert [] == addresses(answer, "hub")
        assert b"hub" not in answer.content


@pytest.mark.covers("LINK-1")
def test_link_field_of_a_collection(site):
    """A collection's Link field has the service document, for whoever may see the collection."""
    for client in (site.anon, site.alice):
        assert [f"{site.base}/atom/"] == addresses(client.get("/atom/blog/"), "service")


@pytest.mark.covers("LINK-2")
@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Blog", '; title="Blog (RSS)"'),
        ("日本", "; title*=UTF-8''%E6%97%A5%E6%9C%AC%20%28RSS%29"),
        ('A "B" \\ c', "; title*=UTF-8''A%20%22B%22%20%5C%20c%20%28RSS%29"),
    ],
)
def test_titles_of_links(site, title, written):
    """A title stands between quotes where it can, and else encoded; the field is ASCII."""
    site.collections.set("blog", title, site.collections.get("blog").settings)
    answer = site.anon.get("/blog/feed.atom")
    assert f'; type="application/rss+xml"{written}' in [more for _, _, more in links(answer)]


@pytest.mark.covers("HTTP-K-2")
@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("address", ["/blog/feed", *(f"/blog/feed.{form}" for form in FORMS)])
def test_polling(site, address, coding):
    """The second poll is a 304 without content, in either coding, until something changes."""
    site.made()
    headers = {"Accept-Encoding": coding}
    first = site.anon.get(address, headers=headers)
    assert "public, max-age=60" == first.headers["Cache-Control"]
    headers["If-None-Match"] = first.headers["ETag"]
    again = site.anon.get(address, headers=headers)
    assert (304, b"", first.headers["ETag"]) == (
        again.status_code,
        again.content,
        again.headers["ETag"],
    )
    site.made()
    assert 200 == site.anon.get(address, headers=headers).status_code


@pytest.mark.parametrize("form", FORMS)
def test_head_and_codings(site, form):
    """HEAD tells what GET would; gzip holds the same document."""
    site.made()
    address = f"/blog/feed.{form}"
    plain, head = site.anon.get(address), site.anon.head(address)
    assert b"" == head.content
    same = ("ETag", "Content-Type", "Content-Length", "Link", "Cache-Control", "Last-Modified")
    assert [plain.headers[name] for name in same] == [head.headers[name] for name in same]
    request = site.anon.build_request("GET", address, headers={"Accept-Encoding": "gzip"})
    zipped = site.anon.send(request, stream=False)
    assert "gzip" == zipped.headers["Content-Encoding"]
    assert plain.content == zipped.content
    assert gzip.compress(plain.content) != plain.content


@pytest.mark.parametrize("form", FORMS)
def test_stable(site, form):
    """The same state gives the same bytes; what readers cannot see changes none."""
    site.made()
    address = f"/blog/feed.{form}"
    first = site.anon.get(address)
    url = site.made(entry("Hidden", extra=DRAFT))
    site.alice.delete(url)
    again = site.anon.get(address)
    assert (first.content, first.headers["ETag"]) == (again.content, again.headers["ETag"])
    site.made(entry("Seen"))
    assert first.headers["ETag"] != site.anon.get(address).headers["ETag"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("term", ["plain", "a/b", "..", "50% off", "日本", "http://x.example/?a#b"])
def test_category(site, form, term):
    """A category has its feed, whatever its term is, with an id of its own."""
    attribute = term.replace("&", "&amp;").replace('"', "&quot;")
    site.made(bare(f'<title>In</title><category term="{attribute}"/>'))
    site.made(bare('<title>Out</title><category term="other"/>'))
    whole = etree.fromstring(site.anon.get("/blog/feed.atom").content)
    address = Urls(site.base).feed("blog", Selection(category=term), form)
    answer = site.anon.get(address)
    assert 200 == answer.status_code
    assert [address] == addresses(answer, "self")
    if form == "json":
        feed = json.loads(answer.content)
        assert (f"Blog: {term}", ["In"]) == (feed["title"], [e["title"] for e in feed["items"]])
    elif form == "rss":
        assert ["In"] == etree.fromstring(answer.content).xpath("//item/title/text()")
    else:
        assert ["In"] == titles(answer.content)
        assert xpath(answer.content, "/a:feed/a:id/text()") != xpath(whole, "/a:feed/a:id/text()")
