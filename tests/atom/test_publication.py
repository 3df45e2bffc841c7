"""Public Atom feeds: entries made safe and absolute, threads, media, tombstones, history."""

from dataclasses import replace

import pytest

from atompub.atom import dates
from atompub.atom.feed import FEED_TYPE
from atompub.model import CollectionSettings, Media, Tombstone
from atompub.readers import Found, Link, Replies, Thread
from tests.atom.entries import BLOG, HEAD, PERMALINK, URLS, listed, made, public, shown
from tests.documents import APP, ATOM, DRAFT, bare, check_strict, one, xpath
from tests.stores import START

THR = "http://purl.org/syndication/thread/1.0"
MEDIA = {"m": "http://search.yahoo.com/mrss/"}
OS = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
BASE = "{http://www.w3.org/XML/1998/namespace}base"
PARENT = URLS.permalink("blog", "parent")
REPLY = f'<t:in-reply-to xmlns:t="{THR}" ref="urn:x:1" href="parent" source="feed"/>'


def strict(document):
    """The document, which is valid by the strict schema."""
    check_strict("application/atom+xml", document)
    return document


def entry_of(inside, *, root="", **options):
    """The entry element in a public feed of an entry with this inside."""
    body = bare(inside).replace(b"<entry ", f"<entry{root} ".encode())
    return one(strict(public(listed(made(body), **options))), "/a:feed/a:entry")


def links(entry, rel):
    """The addresses of an entry's links of a relation."""
    return [link.get("href") for link in entry.findall(f"{{{ATOM}}}link[@rel='{rel}']")]


@pytest.mark.covers("SEC-H-2")
def test_markup():
    """Markup is sanitised in title, summary, content and rights, of a source too; the editors'
    document has it as it was sent."""
    bad = "&lt;b onclick='x()'>a&lt;/b>&lt;script>x()&lt;/script>"
    texts = "".join(f'<{name} type="html">{bad}</{name}>' for name in ("title", "rights"))
    source = f'<source><subtitle type="html">{bad}</subtitle>{texts}</source>'
    body = bare(
        f'{texts}{source}<summary type="html">{bad}</summary><content type="html">{bad}</content>'
    )
    entry = one(strict(public(listed(made(body)))), "//a:entry")
    found = xpath(entry, ".//*[@type='html']")
    assert 7 == len(found)
    assert {"<b>a</b>"} == {element.text for element in found}
    assert 7 == shown(made(body)).count(b"onclick")


@pytest.mark.parametrize(
    "markup",
    [
        '<content type="image/svg+xml"><svg xmlns="http://www.w3.org/2000/svg"/></content>',
        '<h:p xmlns:h="http://www.w3.org/1999/xhtml">x</h:p>',
        '<x:a xmlns:x="urn:x"><p xmlns="http://www.w3.org/1999/xhtml">x</p></x:a>',
        DRAFT.replace("yes", "no"),
        "<!-- a remark -->",
    ],
)
def test_left_out(markup):
    """Markup in the open, comments and app:control are left out."""
    entry = entry_of(f"<title>T</title>{markup}")
    assert [f"{{{ATOM}}}{name}" for name in ("link", "title", "updated", "id", "author")] == [
        child.tag for child in entry
    ]


def test_markdown():
    """Feed readers get Markdown as sanitised HTML: few of them could render it."""
    entry = entry_of('<content type="text/markdown">*a* &lt;script>x&lt;/script> [b](c)</content>')
    content = one(entry, "a:content")
    address = "https://example.org/site/blog/c"
    link = f'<a href="{address}" rel="noopener noreferrer">b</a>'
    assert ("html", f"<p><em>a</em>  {link}</p>\n") == (content.get("type"), content.text)


def test_references():
    """What Atom's elements refer to is absolute, by the bases that were in force."""
    entry = entry_of(
        '<link rel="related" href="b"/><link rel="via" xml:base="c/" href="d"/>'
        '<contributor><name>C</name><uri>e</uri></contributor><content src="f" type="a/b"/>'
        "<source><icon>g</icon><logo>h</logo>"
        '<generator uri="i">j</generator></source>',
        root=' xml:base="http://x.example/a/"',
    )
    at = "http://x.example/a/"
    assert [f"{at}b"] == links(entry, "related")
    assert [f"{at}c/d"] == links(entry, "via")
    texts = "a:contributor/a:uri | a:source/a:icon | a:source/a:logo"
    assert [f"{at}{name}" for name in "egh"] == [each.text for each in xpath(entry, texts)]
    assert f"{at}f" == one(entry, "a:content").get("src")
    assert f"{at}i" == one(entry, "a:source/a:generator").get("uri")
    assert entry.get(BASE) is None


def test_references_of_extensions():
    """Where there is markup of others, what its references resolve against is told."""
    extension = '<x:a xmlns:x="urn:x" href="b"/>'
    assert PERMALINK == entry_of(extension).get(BASE)
    based = entry_of(extension, root=' xml:base="c/"')
    assert "https://example.org/site/blog/c/" == based.get(BASE)


def test_dangerous_references():
    """Elements that refer to what nobody may follow are left out."""
    entry = entry_of(
        '<link rel="related" href="javascript:x()"/><content src="data:text/html,x"/>'
        "<contributor><name>C</name><uri>vbscript:x</uri></contributor>"
    )
    assert [] == links(entry, "related")
    assert [] == xpath(entry, "a:content | a:contributor/a:uri")


@pytest.mark.covers("THR-3")
def test_reply():
    """A reply keeps what it says it is a reply to, and links its parent's page as related."""
    found = entry_of(f"<title>T</title>{REPLY}", thread=Thread(("parent",)))
    reply = found.find(f"{{{THR}}}in-reply-to")
    assert ("urn:x:1", PARENT, "https://example.org/site/blog/feed") == (
        reply.get("ref"),
        reply.get("href"),
        reply.get("source"),
    )
    assert [PARENT] == links(found, "related")


@pytest.mark.covers("THR-3")
def test_reply_that_links_its_parent():
    """A parent that the author links already is not linked again."""
    author = '<link rel="related" href="parent"/>'
    assert [PARENT] == links(entry_of(author, thread=Thread(("parent",))), "related")


@pytest.mark.covers("THR-3", "THR-4")
def test_parent():
    """An entry with replies links their feed, with count and date."""
    entry = entry_of("<title>T</title>", thread=Thread((), Replies(12, START)))
    link = one(entry, "a:link[@rel='replies']")
    assert {
        "rel": "replies",
        "type": "application/atom+xml",
        "href": URLS.replies("blog", "name"),
        f"{{{THR}}}count": "12",
        f"{{{THR}}}updated": dates.render(START),
    } == dict(link.attrib)


@pytest.mark.parametrize("is_album", [True, False])
def test_media(is_album):
    """A media link entry has its content, an enclosure and Media RSS at the public address, and
    in an album a thumbnail."""
    settings = CollectionSettings(accept=("image/*",) if is_album else ("*/*",))
    picture = Media("key", "image/png", 123, "0" * 64, genuine=True)
    member = replace(made(bare("<title>T</title>")), media=picture, summary="PNG image, 123 bytes")
    document = strict(public(listed(member, replace(BLOG, settings=settings))))
    entry = one(document, "//a:entry")
    address = "https://example.org/site/blog/name/name.png"
    assert {"type": "image/png", "src": address} == dict(one(entry, "a:content").attrib)
    enclosure = dict(one(entry, "a:link[@rel='enclosure']").attrib)
    assert {"rel": "enclosure", "type": "image/png", "href": address, "length": "123"} == enclosure
    content = dict(entry.find("m:content", MEDIA).attrib)
    assert {"url": address, "type": "image/png", "fileSize": "123"} == content
    small = {"url": URLS.thumbnail("blog", "name", 640), "width": "640"}
    thumbnails = [dict(one.attrib) for one in entry.findall("m:thumbnail", MEDIA)]
    assert ([small] if is_album else []) == thumbnails


@pytest.mark.covers("TOMB-1", "TOMB-2")
def test_tombstones():
    """Tombstones stand before the first entry, with exact id and instant, and name nobody."""
    stones = (Tombstone(7, "urn:x:é?a&b", START), Tombstone(8, "urn:x:2", START + 1))
    document = strict(public(listed(made(bare())), tombstones=stones))
    names = [child.tag.partition("}")[2] for child in one(document, "/a:feed")]
    assert ["deleted-entry", "deleted-entry", "entry"] == names[-3:]
    found = xpath(document, "/a:feed/at:deleted-entry")
    assert ["urn:x:é?a&b", "urn:x:2"] == [each.get("ref") for each in found]
    assert found[0].get("when") < found[1].get("when")
    assert [0, 0] == [len(each) for each in found]


@pytest.mark.covers("PAGE-5", "ATOM-4.1.1-1")
@pytest.mark.parametrize("history", ["archive", "complete", ""])
def test_history(history):
    """A document tells in its head that it is an archive, or that it is complete."""
    document = strict(public(listed(made(bare())), head=replace(HEAD, history=history)))
    found = xpath(document, "/a:feed/*[namespace-uri()='http://purl.org/syndication/history/1.0']")
    assert [history] * bool(history) == [each.tag.partition("}")[2] for each in found]


@pytest.mark.covers("OS-2", "OS-3")
def test_results():
    """Results tell how many there are, where the page stands, and the words, escaped."""
    found = Found('"<script>&\n', 2, 51, 25, 25)
    document = strict(public(head=replace(HEAD, found=found)))
    root = one(document, "/a:feed")
    counts = [root.findtext(f"o:{n}", None, OS) for n in ("totalResults", "startIndex")]
    assert ["51", "26", "25"] == [*counts, root.findtext("o:itemsPerPage", None, OS)]
    query = dict(root.find("o:Query", OS).attrib)
    assert {"role": "request", "searchTerms": found.words, "startPage": "2"} == query


def test_links_of_the_head():
    """The head has the links it is given, in their order, with types and titles."""
    more = (Link("hub", "https://hub.example/"), Link("next", "https://x.example/", "a/b", "<N>"))
    document = strict(public(head=replace(HEAD, links=HEAD.links + more)))
    found = [dict(each.attrib) for each in xpath(document, "/a:feed/a:link")]
    assert [
        {"rel": "hub", "href": "https://hub.example/"},
        {"rel": "next", "href": "https://x.example/", "type": "a/b", "title": "<N>"},
    ] == found[-2:]


def test_same_bytes():
    """The same entries give the same bytes."""
    entries = [listed(made(bare("<title>T</title>")))]
    assert public(*entries) == public(*entries)


def test_no_protocol():
    """Nothing of the protocol stands in a public feed but the way to the service document."""
    document = public(listed(made(bare())))
    assert f"{{{APP}}}" not in document.decode()
    assert FEED_TYPE.encode() not in document
    assert [] == xpath(document, "//app:* | //a:link[@rel='edit']")
