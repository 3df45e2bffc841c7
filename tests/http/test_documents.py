"""Entry documents as the protocol serves and refuses them (RFC 4287 sections 2 to 4)."""

import re

import pytest
from lxml import etree

from tests.atom.entries import clients_part
from tests.documents import APP, ATOM, ENTRY, SAMPLES, bare, canonical, entry, link, one, xpath

BLOG, FEED = "/atom/blog/", "/blog/feed.atom"
IMAGE = '<content type="html">&lt;p>&lt;img src="/i.png">&lt;a href="b">c&lt;/a>&lt;/p></content>'
FOREIGN = (
    '<x:a xmlns:x="urn:x" xmlns:q="urn:q" x:b="q:c" d="e">t<x:f>u<!-- v --></x:f>w<?y z?>'
    '<plain xmlns="">&#13;&#9;]]&gt;😀</plain></x:a>'
)


def in_feed(site, url, feed=BLOG):
    """The element of an entry in a feed."""
    atom_id = one(site.alice.get(url).content, "/a:entry/a:id").text
    return one(site.alice.get(feed).content, f"/a:feed/a:entry[a:id='{atom_id}']")


def put_back(site, url):
    """GET an entry, PUT it back as it is, and GET it again."""
    answer = site.put(url, site.alice.get(url).content)
    assert 200 == answer.status_code, answer.text
    return site.alice.get(url).content


@pytest.mark.covers("ATOM-2-2", "ATOM-2-1", "ATOM-2-3", "ATOM-5.2-1", "APP-9.2-12")
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("body", "content_type", "status", "told"),
    [
        (b"<entry", ENTRY, 400, "line 1, column"),
        (entry().replace(b"</title>", b"</titel>"), ENTRY, 400, "line 1, column"),
        (b"\xff" + entry(), ENTRY, 400, "line 1, column 1"),
        (b"<!DOCTYPE entry>" + entry(), ENTRY, 400, "line 1, column 1"),
        (entry(), f"{ENTRY};charset=utf-7", 400, "encoding 'utf-7'"),
        (bare("<title/><title/>"), ENTRY, 422, "atom:title"),
        (b'<entry xmlns="http://purl.org/atom/ns#"/>', ENTRY, 422, ATOM),
        (b"<entry/>", ENTRY, 422, ATOM),
        (f'<feed xmlns="{ATOM}"/>'.encode(), ENTRY, 422, "atom:feed"),
        (
            b'<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/>',
            ENTRY,
            422,
            "encrypted entries are not supported",
        ),
        (entry(), "application/json", 415, "application/atom+xml;type=entry"),
        (entry(), "text/html", 415, "application/atom+xml;type=entry"),
        (entry(), "application/atom+xml;type=feed", 415, "application/atom+xml;type=entry"),
    ],
)
def test_kinds_of_refusal(site, method, body, content_type, status, told):
    """Broken XML is 400, XML that is no valid entry 422, a wrong type 415, each with its reason;
    and nothing changes."""
    url = site.made()
    before = site.alice.get(BLOG).content
    where = BLOG if method == "POST" else url
    headers = {"Content-Type": content_type}
    answer = site.alice.request(method, where, content=body, headers=headers)
    assert status == answer.status_code
    assert told in answer.json()["detail"]
    assert before == site.alice.get(BLOG).content


ACCENT = f'<entry xmlns="{ATOM}"><title>é</title></entry>'
DECLARED = '<?xml version="1.0" encoding="utf-8"?>'


@pytest.mark.covers("SEC-X-6")
@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ((DECLARED + ACCENT).encode("latin-1"), "iso-8859-1"),
        (b"\xef\xbb\xbf" + ACCENT.encode(), "iso-8859-1"),
        (ACCENT.encode("utf-16"), "utf-8"),
        (ACCENT.encode(), '"UTF-8"'),
    ],
)
def test_charset(site, body, charset):
    """A byte order mark beats the charset of the Content-Type, which beats the declaration."""
    typed = {"Content-Type": f"{ENTRY};charset={charset}"}
    created = site.post(body, **typed)
    assert "é" == one(created.content, "/a:entry/a:title").text
    edited = site.put(created.headers["Location"], body, **typed)
    assert "é" == one(edited.content, "/a:entry/a:title").text


@pytest.mark.covers("ATOM-2-4", "ATOM-4.2.6-2")
def test_id_beyond_ascii(site):
    """An id is the same characters in the entry, the collection, the publication, after edits."""
    atom_id = "http://例え.jp/%7Ea/é?B"
    url = site.made(entry(id=atom_id))
    put_back(site, url)
    site.put(url, entry("Other", id="urn:x:other"))
    for address in (url, BLOG, FEED):
        found = xpath(site.anon.get(address).content, "//a:id/text()")
        assert atom_id in found


@pytest.mark.covers("ATOM-4.2.6-3", "ATOM-4.1.1-6")
def test_ids_by_letter(site):
    """Ids that differ in a letter's case only are different ids; one that is taken is replaced."""
    ids = ["http://a.example/%7e", "http://a.example/%7E", "http://A.example/%7e"]
    urls = [site.made(entry(id=atom_id)) for atom_id in (*ids, ids[0])]
    found = [one(site.alice.get(url).content, "/a:entry/a:id").text for url in urls]
    assert ids == found[:3]
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found[3])
    listed = xpath(site.alice.get(BLOG).content, "/a:feed/a:entry/a:id/text()")
    assert sorted(found) == sorted(listed)


@pytest.mark.covers("ATOM-2-5", "SEC-X-13")
def test_base_and_language(site):
    """Base and language of an entry stand in each document that shows it, and bend no link of
    the feed or of the server."""
    body = (
        f'<entry xmlns="{ATOM}" xml:base="http://evil.example/a/" xml:lang="de">'
        f'<title xml:lang="ja">T</title><link rel="related" href="b"/>{IMAGE}</entry>'
    )
    url = site.made(body.encode())
    for shown in (one(site.alice.get(url).content, "/a:entry"), in_feed(site, url)):
        assert ["http://evil.example/a/"] == shown.xpath("@xml:base")
        assert ["de"] == shown.xpath("@xml:lang")
        assert url == shown.xpath("a:link[@rel='edit']/@href", namespaces={"a": ATOM})[0]
    public = in_feed(site, url, FEED)
    assert ["de"] == public.xpath("@xml:lang")
    assert ["ja"] == public.xpath("a:title/@xml:lang", namespaces={"a": ATOM})
    for address in (BLOG, FEED):
        feed = site.anon.get(address).content
        assert [] == xpath(feed, "/a:feed/@xml:base | /a:feed/@xml:lang")
        links = xpath(feed, "/a:feed/a:link/@href | /a:feed/a:entry/a:link[@rel!='related']/@href")
        assert [] == [href for href in links if not href.startswith(f"{site.base}/")]


@pytest.mark.covers("ATOM-2-6")
@pytest.mark.parametrize("kind", ["html", "xhtml"])
def test_relative_references(site, kind):
    """References without a base are anchored at the entry's page; readers get them absolute."""
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><img src="/i.png"/><a href="b">c</a></div>'
    xhtml = f'<content type="xhtml">{div}</content>'
    url = site.made(bare(IMAGE if kind == "html" else xhtml))
    document = site.anon.get(url).content
    page = link(document, "alternate")
    assert [page] == xpath(document, "/a:entry/@xml:base")
    public = one(in_feed(site, url, FEED), "a:content").text
    assert f'src="{site.base}/i.png"' in public
    assert f'href="{page.rpartition("/")[0]}/b"' in public


@pytest.mark.covers("ATOM-3.1-6", "APP-9.3-9")
def test_html_is_escaped_once(site):
    """HTML text is the same after any number of edits."""
    markup = "<b>1 &lt; 2</b> &amp;amp; ]]> \"'"
    escaped = markup.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    body = bare(f'<title type="html">{escaped}</title><content type="html">{escaped}</content>')
    url = site.made(body)
    for _ in range(3):
        document = put_back(site, url)
        assert markup == one(document, "/a:entry/a:title").text
        assert markup == one(document, "/a:entry/a:content").text


@pytest.mark.covers("ATOM-6.4-2", "ATOM-4.1.3-7", "APP-9.3-5", "SEC-X-10")
def test_extensions(site):
    """Markup of others is the same in entry and feed, after any number of edits."""
    body = bare(f'<title>T</title>{FOREIGN}<content type="application/xml">{FOREIGN}</content>')
    sent = clients_part(body)
    url = site.made(body)
    filled = ["updated"]
    for _ in range(2):
        document = put_back(site, url)
        page = link(document, "alternate")
        assert sent == clients_part(document, permalink=page, without=filled)
    listed = document.partition(b"?>")[2].strip()
    assert listed in site.alice.get(BLOG).content


@pytest.mark.covers("ATOM-4.1.2-3", "ATOM-4.1.1-2")
@pytest.mark.parametrize("policy", ["account", "client"])
@pytest.mark.parametrize("sample", ["nothing", "people", "source", "plain"])
def test_author_of_each_entry(site, policy, sample):
    """Every entry has an author of its own, wherever it stands."""
    site.set("blog", author=policy)
    url = site.made(SAMPLES[sample])
    put_back(site, url)
    shown = [
        one(site.anon.get(url).content, "/a:entry"),
        in_feed(site, url),
        in_feed(site, url, FEED),
    ]
    for found in shown:
        assert found.xpath("a:author/a:name/text()", namespaces={"a": ATOM})


@pytest.mark.covers("ATOM-4.1.2-4")
def test_entry_without_content(site):
    """An entry without content has an alternate link, and it leads to the entry's page."""
    url = site.made(bare("<title>Just a title</title>"))
    page = link(site.anon.get(url).content, "alternate")
    answer = site.anon.get(page)
    assert 200 == answer.status_code
    assert "Just a title" in answer.text


@pytest.mark.covers("ATOM-4.1.2-5", "ATOM-4.1.3-3")
@pytest.mark.parametrize("sample", ["picture", "elsewhere"])
def test_summary_is_written(site, sample):
    """Content that is base64 or elsewhere is served with a summary, in feeds too, and through
    edits; an address elsewhere stays the client's."""
    url = site.made(SAMPLES[sample])
    first = site.anon.get(url).content
    summary = one(first, "/a:entry/a:summary").text
    assert "PNG image" in summary
    again = put_back(site, url)
    assert summary == one(again, "/a:entry/a:summary").text
    for feed in (BLOG, FEED):
        assert summary == one(in_feed(site, url, feed), "a:summary").text
    sources = xpath(again, "/a:entry/a:content/@src")
    assert (["http://example.org/a.png"] if sample == "elsewhere" else []) == sources


@pytest.mark.covers("ATOM-4.1.1-4")
@pytest.mark.parametrize(
    "links",
    [
        '<link href="http://example.org/"/>',
        '<link type="Text/HTML" href="http://example.org/"/>',
        '<link type="text/html" hreflang="de" href="http://example.org/"/>',
        '<link hreflang="de" href="http://example.org/"/>',
        '<link rel="alternate" type="application/pdf" href="http://example.org/"/>',
    ],
)
def test_alternates(site, links):
    """No document has two alternate links of one type and language, whatever the client links."""
    url = site.made(bare(f"<title>T</title>{links}"))
    put_back(site, url)
    shown = [
        one(site.anon.get(url).content, "/a:entry"),
        in_feed(site, url),
        in_feed(site, url, FEED),
    ]
    for found in shown:
        alternates = [
            (each.get("type", "").lower(), each.get("hreflang", "").lower())
            for each in found.iterchildren(f"{{{ATOM}}}link")
            if each.get("rel", "alternate") == "alternate"
        ]
        assert len(set(alternates)) == len(alternates)
        assert ("text/html", "") in alternates


@pytest.mark.covers("ATOM-4.2.15-1", "APP-9.3-4")
def test_updated_is_the_clients(timed_site, clock):
    """An edit that leaves updated alone moves app:edited and nothing else."""
    url = timed_site.made(entry(updated="2003-12-13T18:30:02.250+01:00"))
    first = timed_site.alice.get(url).content
    clock.forward(60)
    second = put_back(timed_site, url)
    assert ["2003-12-13T18:30:02.250+01:00"] == xpath(second, "/a:entry/a:updated/text()")
    assert one(first, "/*/app:edited").text < one(second, "/*/app:edited").text
    moving = ["/*/app:edited"]
    assert canonical(first, without=moving) == canonical(second, without=moving)


EVIL = (
    f'<a:entry xmlns:a="{ATOM}" xmlns="urn:evil" xmlns:app="urn:evil"',
    f'<entry xmlns="{ATOM}" xmlns:app="urn:evil" xmlns:at="urn:evil" xmlns:atom="urn:evil"',
    f'<a:entry xmlns:a="{ATOM}"',
    f'<feed:entry xmlns:feed="{ATOM}" xmlns=""',
)


@pytest.mark.covers("SEC-X-11")
@pytest.mark.parametrize("start", EVIL)
def test_prefixes(site, start):
    """A client's prefixes bend no element of the server's, alone, in feeds and through edits."""
    name = start[1:].split()[0]
    url = site.made(f"{start}></{name}>".encode())
    put_back(site, url)
    shown = [one(site.alice.get(url).content, "/a:entry"), in_feed(site, url)]
    for found in shown:
        assert 1 == len(found.findall(f"{{{APP}}}edited"))
        assert 3 == len(found.findall(f"{{{ATOM}}}link"))
        assert [] == found.findall("{urn:evil}*")


@pytest.mark.covers("SEC-X-11", "ATOM-6.4-1", "ATOM-2-5")
@pytest.mark.parametrize("start", [*EVIL[:1], *EVIL[2:]])
def test_names_of_others(site, start):
    """No declaration of a feed bends a client's elements: what is no Atom alone is none in it."""
    name = start[1:].split()[0]
    url = site.made(f"{start}><updated/><title/><link/><x><id/></x></{name}>".encode())
    names = {etree.QName(child).namespace for child in one(site.anon.get(url).content, "/a:entry")}
    for feed in (BLOG, FEED):
        found = in_feed(site, url, feed)
        assert 1 == len(found.findall(f"{{{ATOM}}}title"))
        assert {etree.QName(child).namespace for child in found} <= names
        assert 4 == sum(etree.QName(child).namespace in (None, "urn:evil") for child in found)


@pytest.mark.covers("SEC-X-14")
def test_instructions(site):
    """Instructions of a client's reach no document, save inside content and extensions."""
    sheet = b'<?xml-stylesheet href="http://evil.example/"?>'
    url = site.made(sheet + bare(f"{sheet.decode()}<title>T</title>") + sheet)
    for address in (url, BLOG, FEED):
        assert b"xml-stylesheet" not in site.anon.get(address).content


XML_IDS = {
    "entry": bare('<title xml:id="a">T</title>'),
    "extension": bare('<x:y xmlns:x="urn:x" xml:id="a"/>'),
    "content": bare(
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml" xml:id="a"/></content>'
    ),
    "control": bare('<app:control xml:id="a"><app:draft>yes</app:draft></app:control>'),
}


@pytest.mark.covers("ATOM-6.4-1")
@pytest.mark.parametrize("kind", XML_IDS)
def test_equal_xml_ids_do_not_break_the_collection(site, kind):
    """Feeds of entries with one xml:id can be read by those who want such ids to be unique."""
    urls = [site.made(XML_IDS[kind]) for _ in range(2)]
    for address in (BLOG, FEED):
        etree.fromstring(site.alice.get(address).content)
    assert 2 == len(xpath(site.alice.get(BLOG).content, "/a:feed/a:entry"))
    assert 200 == site.put(urls[0], site.alice.get(urls[0]).content).status_code
