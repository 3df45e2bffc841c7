"""The pages for readers: what they show, and of what they show nothing."""

from io import BytesIO
from urllib.parse import urljoin

import pytest
from lxml import html
from PIL import Image

from tests.documents import DRAFT, bare, entry

HOSTILE = "\"'><script>alert(1)</script>&amp;{{ 7 * 7 }}"
PAGE = {"Accept": "text/html"}
LISTS = ("/", "/blog/", "/blog/archive", "/blog/-/search?q=secret", "/-/search?q=secret")


def get(site, path, status=200):
    """A page, parsed."""
    answer = site.anon.get(path, headers=PAGE)
    assert (status, "text/html;charset=utf-8") == (
        answer.status_code,
        answer.headers["Content-Type"],
    )
    return html.fromstring(answer.content)


def titles(page):
    """The titles of the entries that a page lists."""
    found = page.xpath("//*[contains(concat(' ', @class, ' '), ' h-entry ')]")
    return [
        " ".join(one.xpath("string((.//*[contains(@class, 'p-name')])[1])").split())
        for one in found
    ]


def public(title, date="2003-12-13T18:30:02Z", extra=""):
    """An entry that was published at a date."""
    return entry(title, extra=f"<published>{date}</published>{extra}")


def picture(kind="PNG", size=(900, 600)):
    """A picture's octets."""
    octets = BytesIO()
    Image.new("RGB", size, (10, 120, 200)).save(octets, kind)
    return octets.getvalue()


def upload(site, slug="a-picture", octets=None, kind="image/png", by=None):
    """Send a picture to the album; its page's path."""
    headers = {"Content-Type": kind, "Slug": slug}
    body = picture() if octets is None else octets
    answer = (by or site.alice).post("/atom/photos/", content=body, headers=headers)
    assert 201 == answer.status_code, answer.text
    return "/photos/" + answer.headers["Location"].rpartition("/")[2]


@pytest.fixture
def album(make_site):
    """A site with an album."""
    site = make_site()
    site.collection("photos", accept=("image/*",))
    return site


def test_home(album):
    """The home page shows each public collection with its latest entries, and no private one."""
    for number in range(5):
        album.made(public(f"Entry {number}", f"2003-12-1{number}T00:00:00Z"))
    album.made(entry("Hidden"), by=album.erin, collection="diary")
    upload(album)
    page = get(album, "/")
    assert ["Blog", "Photos"] == [one.text_content() for one in page.xpath("//main//h2")]
    assert ["Entry 4", "Entry 3", "Entry 2", "a-picture"] == titles(page)
    assert "Hidden" not in page.text_content()


def test_blog(site):
    """A blog lists its entries by `published`, the latest first, in pages that lead on."""
    site.set("blog", page_size=2)
    for day in (3, 1, 5, 4, 2):
        site.made(public(f"Day {day}", f"2003-12-0{day}T00:00:00Z"))
    seen, url = [], "/blog/"
    while url:
        page = get(site, url)
        seen.append(titles(page))
        assert page.xpath("//link[@rel='next']/@href") == page.xpath("//a[@rel='next']/@href")
        previous, url = url, next(iter(page.xpath("//a[@rel='next']/@href")), None)
    assert [["Day 5", "Day 4"], ["Day 3", "Day 2"], ["Day 1"]] == seen
    (newer,) = get(site, previous).xpath("//a[@rel='prev']/@href")
    assert ["Day 3", "Day 2"] == titles(get(site, newer))


def test_summaries(site):
    """With `summaries` a blog shows summaries with the way to the rest, else the whole."""
    body = entry("T", "The whole", extra="<summary>In short</summary>")
    url = site.made(body, slug="one")
    assert "The whole" in get(site, "/blog/").text_content()
    site.set("blog", summaries=True)
    page = get(site, "/blog/")
    assert "In short" in page.text_content()
    assert "The whole" not in page.text_content()
    (more,) = page.xpath("//a[normalize-space() = 'Continue reading']/@href")
    assert "The whole" in get(site, more).text_content()
    assert more.rpartition("/")[2] == url.rpartition("/")[2]


def test_entry(site):
    """An entry's page has its authors, dates, categories, files, licence and its neighbours."""
    site.made(public("Before", "2003-01-01T00:00:00Z"), slug="before")
    extra = (
        "<category term='tea' label='Tea and more'/><link rel='enclosure' type='audio/mpeg' "
        "length='2500000' href='http://example.org/a.mp3'/><link rel='enclosure' title='The data' "
        "type='text/csv' href='http://example.org/b.csv'/><link rel='license' "
        "href='http://example.org/licence'/>"
    )
    site.made(public("Now", "2003-02-01T00:00:00Z", extra), slug="now")
    site.made(public("After", "2003-03-01T00:00:00Z"), slug="after")
    page = get(site, "/blog/now")
    said = page.xpath("//main")[0].text_content()
    for words in ("by alice", "1 February 2003", "Tea and more", "2.5 MB", "The data", "Updated"):
        assert words in " ".join(said.split())
    assert ["http://example.org/a.mp3"] == page.xpath("//audio[@controls]/@src")
    assert [f"{site.base}/blog/before"] == page.xpath("//a[@rel='next']/@href")
    assert [f"{site.base}/blog/after"] == page.xpath("//a[@rel='prev']/@href")
    assert ["http://example.org/licence"] == page.xpath("//a[@rel='license']/@href")
    (tag,) = page.xpath("//a[@rel='tag']/@href")
    assert ["Now"] == titles(get(site, tag))


@pytest.mark.covers("THR-3")
def test_replies(site):
    """Parent and reply show each other."""
    thread = "xmlns:thr='http://purl.org/syndication/thread/1.0'"
    parent = site.post(entry("Parent", id="urn:x:parent"), slug="parent")
    body = bare(f"<title>Answer</title><thr:in-reply-to {thread} ref='urn:x:parent'/>")
    site.made(body, slug="answer")
    assert 201 == parent.status_code
    page = get(site, "/blog/parent")
    assert [f"{site.base}/blog/answer"] == page.xpath("//*[@class='replies']//h3/a/@href")
    (up,) = get(site, "/blog/answer").xpath("//a[@class='u-in-reply-to']/@href")
    assert f"{site.base}/blog/parent" == up


TERMS = [
    "tea",
    "tea time",
    "日本",
    "a/b",
    "http://example.org/x//y?z#f",
    "..",
    ".",
    "%2F",
    "100 %",
    "é\\",
    "+&;=",
]


@pytest.mark.parametrize("term", TERMS)
def test_categories(site, term):
    """Every category of an entry has a page under an address that no proxy reads differently."""
    attribute = term.replace("&", "&amp;")
    site.made(entry("In it", extra=f'<category term="{attribute}"/>'))
    site.made(entry("Elsewhere", extra='<category term="other"/>'))
    (address,) = get(site, "/blog/in-it").xpath("//a[@rel='tag']/@href")
    page = get(site, address)
    assert (["In it"], term) == (titles(page), page.xpath("//main//h1")[0].text)
    feeds = page.xpath("//link[@rel='alternate']/@href")
    assert 6 == len(feeds)
    assert [200] * 6 == [site.anon.get(one).status_code for one in feeds]


def test_authors(site):
    """Every author has a page."""
    site.made(entry("Of Alice"), slug="a")
    site.made(entry("Of Bob"), by=site.bob)
    (address,) = get(site, "/blog/a").xpath("//a[@rel='author']/@href")
    assert ["Of Alice"] == titles(get(site, address))


def test_archive(site):
    """The archive leads to the months and years in which something was published."""
    dates = ("2003-12-31T23:59:59Z", "2004-01-01T00:00:00Z", "2004-01-31T10:00:00Z")
    for number, date in enumerate(dates):
        site.made(public(f"Entry {number}", date))
    page = get(site, "/blog/archive")
    months = page.xpath("//ul[@class='months']/li")
    assert ["January 2", "December 1"] == [" ".join(one.text_content().split()) for one in months]
    january, december = page.xpath("//ul[@class='months']/li/a/@href")
    assert ["Entry 2", "Entry 1"] == titles(get(site, january))
    assert ["Entry 0"] == titles(get(site, december))
    (year,) = [one for one in page.xpath("//h2/a/@href") if "2004" in one]
    assert ["Entry 2", "Entry 1"] == titles(get(site, year))


@pytest.mark.parametrize(
    "path",
    [
        *("/blog/-/2003/00/", "/blog/-/2003/13/", "/blog/-/2001/", "/blog/-/2001/01/"),
        *("/blog/-/0000/", "/blog/-/category/none/", "/blog/-/author/nobody/", "/blog/-/203/"),
        *("/blog/?before=x", "/blog/?after=1-", "/blog/?before=0-a", "/blog/-/search?page=0"),
        *("/blog/-/search?q=secret&page=2", "/blog/-/search?q=x&page=x", "/diary/", "/none/"),
        *("/diary/archive", "/diary/-/search?q=x", "/blog/-/thumbnail/one/640.jpg"),
        *("/-/static/none.css", "/-/static/layout.html", "/blog/-/2003/1/"),
    ],
)
def test_nothing_there(shared_site, path):
    """What no page links is 404, in the style of the site."""
    shared_site.made(slug="one")
    page = get(shared_site, path, status=404)
    assert ["Not found"] == page.xpath("//h1/text()")
    assert page.xpath("//link[@rel='stylesheet']")


def test_empty(album):
    """A site without entries says so, and leads on."""
    for path in ("/", "/blog/", "/photos/", "/blog/archive", "/-/search", "/blog/-/search"):
        assert 1 == len(get(album, path).xpath("//h1"))


@pytest.mark.covers("OS-3")
def test_search(site):
    """What is searched for is found in titles and text, newest first, in pages."""
    for number in range(25):
        site.made(public(f"Number {number}", f"2003-12-{number + 1:02}T00:00:00Z"))
    first = get(site, "/blog/-/search?q=number")
    assert [f"Number {number}" for number in range(24, 4, -1)] == titles(first)
    assert "25 entries, 1 to 20" in first.text_content()
    (older,) = first.xpath("//a[@rel='next']/@href")
    second = get(site, older)
    assert [f"Number {number}" for number in range(4, -1, -1)] == titles(second)
    (newer,) = second.xpath("//a[@rel='prev']/@href")
    assert titles(first) == titles(get(site, newer))
    assert 20 == len(titles(get(site, "/-/search?q=number")))
    assert [] == titles(get(site, "/-/search?q=nothing"))


@pytest.mark.covers("OS-3", "SEC-H-1")
def test_hostile_words(site):
    """Whatever is searched for stands on the page as text."""
    page = site.anon.get("/-/search", params={"q": HOSTILE}, headers=PAGE)
    assert "<script>alert" not in page.text
    shown = html.fromstring(page.content)
    assert [HOSTILE] == shown.xpath("//input[@name='q']/@value")
    assert HOSTILE in shown.xpath("string(//main)")


@pytest.mark.covers("SEC-H-1")
def test_hostile_values(site):
    """Titles, names, terms and labels of authors are text on every page, never markup."""
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    site.set("blog", author="client")
    body = bare(
        f"<title>{escaped}</title><author><name>{escaped}</name></author><content>c</content>"
        f'<category term="{escaped}" label="{escaped}"/><published>2003-12-13T18:30:02Z</published>'
        f"<link rel='enclosure' type='audio/mpeg' title=\"{escaped}\" href='http://example.org/a'/>"
    )
    site.made(body, slug="one")
    entry_page = get(site, "/blog/one")
    (term,) = entry_page.xpath("//a[@rel='tag']/@href")
    (author,) = entry_page.xpath("//a[@rel='author']/@href")
    for path in ("/", "/blog/", "/blog/one", term, author, "/blog/-/2003/12/", "/-/search?q=alert"):
        page = get(site, path)
        assert HOSTILE in page.text_content()
        assert [] == page.xpath("//script")
        assert "49" not in page.xpath("string(//main)")


@pytest.mark.covers("APP-10-5", "OS-3")
def test_nothing_hidden(timed_site, clock):
    """Drafts, private and future entries are on no page, in no count, and in no picture."""
    site = timed_site
    site.collection("photos", accept=("image/*",))
    site.made(public("Seen", "2003-12-01T00:00:00Z"))
    extra = '<category term="secret"/>'
    site.made(entry("Secret draft", extra=f"{DRAFT}{extra}"), slug="draft")
    site.made(public("Secret future", "2999-01-01T00:00:00Z", extra), slug="future")
    site.made(entry("Secret private"), by=site.erin, collection="diary", slug="private")
    path = upload(site)
    drafted = bare(f"<title>Secret picture</title>{DRAFT}")
    assert 200 == site.put(f"/atom{path}", drafted, If_Match="*").status_code
    for where in (*LISTS, "/blog/seen", "/photos/", "/blog/-/author/alice/"):
        said = site.anon.get(where, headers=PAGE).text.replace('value="secret"', "")
        assert "Secret" not in said, where
    months = get(site, "/blog/archive").xpath("//ul[@class='months']/li")
    assert ["December 1"] == [" ".join(one.text_content().split()) for one in months]
    hidden = ("/blog/draft", "/blog/future", "/diary/private", "/blog/-/category/secret/", path)
    for where in (*hidden, "/blog/-/2999/", "/photos/-/thumbnail/a-picture/640.jpg"):
        get(site, where, status=404)


@pytest.mark.covers("LINK-1", "LINK-4")
@pytest.mark.parametrize(
    "path", ["/", "/blog/", "/blog/one", "/blog/archive", "/blog/-/author/alice/", "/-/search"]
)
def test_links_for_programs(shared_site, path):
    """Each page names the service document, the search and, Atom first, the feeds; none where
    entries are edited."""
    shared_site.made(slug="one")
    answer = shared_site.anon.get(path, headers=PAGE)
    page = html.fromstring(answer.content)
    service = f"{shared_site.base}/atom/"
    assert [service] == page.xpath("//link[@rel='service']/@href")
    assert f'<{service}>; rel="service"' in answer.headers["Link"]
    assert 1 == len(page.xpath("//link[@rel='EditURI'][@type='application/rsd+xml']"))
    search = "//link[@rel='search'][@type='application/opensearchdescription+xml']/@href"
    assert 200 == shared_site.anon.get(page.xpath(search)[0]).status_code
    feeds = page.xpath("//link[@rel='alternate']")
    forms = ["application/atom+xml", "application/rss+xml", "application/feed+json"]
    assert ([] if path == "/-/search" else forms) == [one.get("type") for one in feeds]
    assert len(feeds) == len({one.get("title") for one in feeds})
    addresses = page.xpath("//@href | //@src | //@action")
    inside = [one for one in addresses if urljoin(shared_site.base, one).startswith(service)]
    assert {service} == set(inside)


def test_meaning_for_programs(site):
    """Pages carry microformats and Open Graph."""
    site.made(public("Title", extra="<summary>In short</summary>"), slug="one")
    page = get(site, "/blog/one")
    (article,) = page.xpath("//article[@class='h-entry']")
    for name in ("p-name", "u-url", "dt-published", "e-content", "p-author h-card"):
        assert 1 == len(article.xpath(f".//*[starts-with(@class, '{name}')]")), name
    graph = {one.get("property"): one.get("content") for one in page.xpath("//meta[@property]")}
    assert {
        "og:type": "article",
        "og:title": "Title",
        "og:url": f"{site.base}/blog/one",
        "og:site_name": "Blog",
        "og:description": "In short",
    } == graph
    assert [f"{site.base}/blog/one"] == page.xpath("//link[@rel='canonical']/@href")


def test_language(site):
    """An entry in a language says so to those who read it aloud."""
    site.made(
        bare("<title>Titel</title>").replace(b"<entry ", b'<entry xml:lang="de-AT" '), slug="a"
    )
    for path in ("/", "/blog/", "/blog/a"):
        assert ["de-AT"] == get(site, path).xpath("//*[contains(@class, 'h-entry')]/@lang")


@pytest.mark.parametrize(
    ("path", "full"),
    [
        ("/blog", "/blog/"),
        ("/blog/archive/", "/blog/archive"),
        ("/blog/-/author/alice", "/blog/-/author/alice/"),
        ("/blog/-/2003", "/blog/-/2003/"),
        ("/blog/-/2003/12", "/blog/-/2003/12/"),
    ],
)
def test_forgotten_slash(shared_site, path, full):
    """Where a reader forgets a slash, or types one too many, the way is shown."""
    answer = shared_site.anon.get(path)
    assert (308, shared_site.base + full) == (answer.status_code, answer.headers["Location"])


def test_pictures(album):
    """An album shows thumbnails; each picture has a page with the picture and its neighbours."""
    paths = [upload(album, f"picture-{number}") for number in range(3)]
    page = get(album, "/photos/")
    assert 3 == len(page.xpath("//ul[@class='album']/li"))
    for address in page.xpath("//img/@src"):
        assert 200 == album.anon.get(address).status_code
    sizes = page.xpath("//img/@srcset")[0].split(", ")
    assert ["320w", "640w", "1280w"] == [one.split()[1] for one in sizes]
    middle = get(album, paths[1])
    assert [album.base + paths[0]] == middle.xpath("//a[@rel='next']/@href")
    assert [album.base + paths[2]] == middle.xpath("//a[@rel='prev']/@href")
    assert "PNG image" not in middle.text_content()
    (original,) = middle.xpath("//figure/a/@href")
    assert picture() == album.anon.get(original).content


def test_under_a_prefix(make_site):
    """A site under a path has all its pages under it, and leads nowhere else."""
    base = "https://example.org/service/atompub"
    site = make_site(base=base, base_url=base)
    site.made(public("One", extra='<category term="tea"/>'), slug="one")
    assert f"{base}/blog/" == site.anon.get("/blog").headers["Location"]
    seen, waiting = set(), [f"{base}/"]
    while waiting:
        url = waiting.pop()
        seen.add(url)
        page = html.fromstring(site.anon.get(url, headers=PAGE).content)
        found = page.xpath("//a/@href | //img/@src | //link/@href | //form/@action")
        assert [] == [one for one in found if not one.startswith((base, "#"))]
        pages = {one for one in page.xpath("//a/@href") if "feed." not in one and one[0] != "#"}
        waiting += pages - seen - set(waiting)
    assert len(seen) >= 8
