"""What is read from entries, and what the server writes into them: authors, summaries, dates."""

import time

import pytest
from lxml import etree

from atompub.atom.parse import parse
from atompub.atom.submission import Ownership, take_apart
from atompub.model import Category
from tests.atom.entries import made, shown
from tests.documents import ATOM, bare, canonical, one, xpath
from tests.stores import START

NAMES = "/a:entry/a:author/a:name/text()"
XHTML = "http://www.w3.org/1999/xhtml"


def author(*names):
    """Authors with just these names."""
    return "".join(f"<author><name>{name}</name></author>" for name in names)


@pytest.mark.covers("APP-9.2-9")
@pytest.mark.parametrize(
    "sent",
    [
        "",
        author("alice"),
        author("Client"),
        author("Client", "alice"),
        "<source><author><name>Feed</name></author></source>",
    ],
)
def test_author_of_the_account(sent):
    """The account's name is the author, whoever the client says it is."""
    member = made(bare(sent))
    assert b"Client" not in member.xml
    assert ["alice"] == xpath(shown(member), NAMES)


@pytest.mark.covers("APP-9.2-9")
@pytest.mark.parametrize("names", [["Client"], ["Client", "alice"], ["alice", "alice"], [" alice"]])
def test_authors_of_the_client(names):
    """Where the client's authors stand, the server adds none."""
    member = made(bare(author(*names)), keep_authors=True)
    assert names == xpath(shown(member), NAMES)


@pytest.mark.covers("APP-9.2-6")
def test_missing_author():
    """Where the client sends no author, the account's name stands in."""
    assert ["alice"] == xpath(shown(made(bare(), keep_authors=True)), NAMES)


def test_generated_author():
    """An author that says just what the server would write is dropped, and moves with the name."""
    member = made(bare(author("alice")), keep_authors=True)
    assert b"author" not in member.xml
    assert ["alice"] == xpath(shown(member), NAMES)


@pytest.mark.covers("ATOM-6.4-1", "ATOM-6.4-3")
@pytest.mark.parametrize(
    "sent",
    [
        "<author><name>alice</name><uri>http://example.org/</uri></author>",
        "<author><name>alice</name><x xmlns='urn:x'/></author>",
        "<author a='b'><name>alice</name></author>",
        "<author><name xml:lang='en'>alice</name></author>",
        "<author><name>al<!-- -->ice</name></author>",
        "<author><!-- me --><name>alice</name></author>",
    ],
)
def test_more_than_generated_author(sent):
    """An author who says more than the server would is the client's, and kept whole."""
    document = shown(made(bare(sent), keep_authors=True))
    expected = canonical(bare(sent), without=[])
    assert 1 == len(xpath(document, "/a:entry/a:author"))
    assert canonical_of(one(expected, "/a:entry/a:author")) == canonical_of(
        one(document, "/a:entry/a:author")
    )


def canonical_of(element):
    """An element by itself in canonical form."""
    return etree.tostring(element, method="c14n", exclusive=True, with_tail=False)


def test_markup_in_names():
    """What the server writes into an entry is escaped."""
    member = made(bare("<id>urn:x?a&amp;b</id>"), author="A & <B> ]]>")
    assert ["A & <B> ]]>"] == xpath(shown(member), NAMES)
    assert ["urn:x?a&b"] == xpath(shown(member), "/a:entry/a:id/text()")


def test_many_authors_are_quick():
    """Thousands of authors cost no more than a moment."""
    body = bare(author("a") * 4_990)
    began = time.process_time()
    made(body, keep_authors=True)
    assert 0.5 > time.process_time() - began


SUMMARIES = {
    '<content type="image/png">iVBORw0KGgo=</content>': "PNG image, 8 bytes",
    '<content type="application/pdf"/>': "PDF document, 0 bytes",
    '<content type="Image/x-icon; a=b">QUJD</content>': "ICON image, 3 bytes",
    '<content type="model/gltf">QUJD</content>': "GLTF model, 3 bytes",
    '<content type="image/png" src="http://example.org/a?b&amp;c"/>': (
        "PNG image at http://example.org/a?b&c"
    ),
    '<content src="a.mp3"/>': "Content at a.mp3",
    '<content type="image/svg+xml" src="a"/>': "SVG image at a",
}


@pytest.mark.covers("ATOM-4.1.2-5")
@pytest.mark.parametrize("content", SUMMARIES)
def test_summary_is_generated(content):
    """Content that is elsewhere or in base64 gets a summary, which is not stored."""
    member = made(bare(content))
    assert [SUMMARIES[content]] == xpath(shown(member), "/a:entry/a:summary/text()")
    assert b"summary" not in member.xml


@pytest.mark.covers("ATOM-4.1.2-5")
@pytest.mark.parametrize("content", SUMMARIES)
def test_summary_of_the_client(content):
    """A summary of the client's stands instead, and no other."""
    member = made(bare(f"<summary>Mine</summary>{content}"))
    assert ["Mine"] == xpath(shown(member), "/a:entry/a:summary/text()")


@pytest.mark.parametrize(
    "content",
    [
        "<content>a</content>",
        '<content type="html">a</content>',
        f'<content type="xhtml"><div xmlns="{XHTML}"/></content>',
        '<content type="text/plain">a</content>',
        '<content type="text/xml"/>',
        '<content type="Image/SVG+XML"/>',
        "",
    ],
)
def test_no_summary(content):
    """Content that can be read here needs no summary and gets none."""
    assert [] == xpath(shown(made(bare(content))), "/a:entry/a:summary")


@pytest.mark.parametrize(
    "summary",
    [
        "<summary type='text'>PNG image, 8 bytes</summary>",
        "<summary xml:lang='en'>PNG image, 8 bytes</summary>",
        "<summary>PNG image, <!-- -->8 bytes</summary>",
        "<summary> PNG image, 8 bytes</summary>",
        "<summary/>",
    ],
)
def test_summary_that_says_more(summary):
    """Only a summary that says exactly what the server would say is the server's."""
    body = bare(f'{summary}<content type="image/png">iVBORw0KGgo=</content>')
    assert b"summary" in made(body).xml
    assert 1 == len(xpath(shown(made(body)), "/a:entry/a:summary"))


@pytest.mark.covers("ATOM-4.1.2-5")
def test_summary_follows_the_content():
    """When the content is no longer one that needs it, the generated summary goes."""
    first = made(bare('<content src="a"/>'))
    again = made(bare("<content>a</content>"), before=first)
    assert [] == xpath(shown(again), "/a:entry/a:summary")


@pytest.mark.covers("APP-9.2-6", "ATOM-4.1.2-1")
def test_filled_in():
    """A missing title is empty, a missing date is the instant of the write, to the second."""
    document = shown(made(bare()))
    assert [None] == [element.text for element in xpath(document, "/a:entry/a:title")]
    assert ["2023-11-14T22:13:20Z"] == xpath(document, "/a:entry/a:updated/text()")
    assert [] == xpath(document, "/a:entry/a:published")


@pytest.mark.covers("APP-9.2-8", "ATOM-3.3-2", "ATOM-3-1")
@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("2003-12-13T18:30:02.123456789Z", 1_071_340_202_123_456),
        ("2003-12-14T08:30:02+14:00", 1_071_340_202_000_000),
        ("2003-12-13T18:30:02-00:00", 1_071_340_202_000_000),
        ("1998-12-31T23:59:60Z", 915_148_799_999_999),
        ("\n\t2003-12-13T18:30:02Z \r", 1_071_340_202_000_000),
    ],
)
def test_dates(date, instant):
    """Dates are read as instants and shown as they were written, less white space."""
    member = made(bare(f"<updated>{date}</updated><published>{date}</published>"))
    assert (instant, instant) == (member.updated, member.published)
    for name in ("updated", "published"):
        assert [date.strip()] == xpath(shown(member), f"/a:entry/a:{name}/text()")


@pytest.mark.covers("APP-9.3-7", "ATOM-4.2.15-1")
def test_dates_are_kept():
    """An edit that says nothing of a date keeps the one there was, as instant and as text."""
    first = made(bare("<published>2001-02-03T04:05:06Z</published>"))
    again = made(bare(), before=first)
    assert (START, first.published) == (again.updated, again.published)
    assert ["2001-02-03T04:05:06Z"] == xpath(shown(again), "/a:entry/a:published/text()")


@pytest.mark.covers("ATOM-3.1-2")
@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("<title>a &lt;b></title>", "a <b>"),
        ("<title type='text'>&amp;lt; a\n  b </title>", "&lt; a b"),
        ("<title type='html'>&lt;i>a&lt;/i> &amp;amp; b&lt;script>c&lt;/script></title>", "a & b"),
        (f"<title type='xhtml'><div xmlns='{XHTML}'>a <b>b</b>\n</div></title>", "a b"),
        ("<title>a<!-- b -->c</title>", "ac"),
        ("<title/>", ""),
        ("", ""),
    ],
)
def test_plain_title(title, text):
    """A title is read as plain text by its type; without one it is plain text already."""
    assert text == made(bare(title)).title


@pytest.mark.covers("ATOM-4.2.6-1", "ATOM-4.2.6-3", "ATOM-2-4")
@pytest.mark.parametrize(
    "atom_id",
    [
        "http://例え.jp/%7Ea/é?B#c",
        "http://EXAMPLE.org/%7e",
        "tag:example.org,2003:3.2397",
        "urn:x",
        "x-y+z.1:a",
    ],
)
def test_id_is_kept(atom_id):
    """An absolute IRI is an id, and not one character of it changes."""
    assert atom_id == made(bare(f"<id>\n{atom_id} </id>")).atom_id


@pytest.mark.covers("ATOM-4.2.6-1")
@pytest.mark.parametrize("atom_id", ["", " ", "foo/1", "/a", "//a/b", "#a", "urn:", "a b:c", "1:a"])
def test_id_is_replaced(atom_id):
    """What is no absolute IRI is no id; it is not stored either."""
    member = made(bare(f"<id>{atom_id}</id>"))
    assert member.atom_id.startswith("urn:uuid:")
    assert b"<id" not in member.xml


def test_categories():
    """Categories are read by term, scheme and label, and shown with all else they hold."""
    body = bare(
        '<category term="a"/>'
        '<category term=" A " scheme=" http://example.org/ " label="L">b</category>'
    )
    found = take_apart(parse(body), Ownership("alice")).categories
    assert (Category("a"), Category(" A ", "http://example.org/", "L")) == found


@pytest.mark.covers("ATOM-3-1")
@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ('<link rel="related" href="\n a "/>', "a:link[@rel='related']/@href"),
        ('<content src=" a&#9;"/>', "a:content/@src"),
        ('<category term="t" scheme=" urn:a "/>', "a:category/@scheme"),
        ("<contributor><name>n</name><uri> a </uri></contributor>", "a:contributor/a:uri"),
        ("<contributor><name>n</name><email>\na@b\n</email></contributor>", "*/a:email"),
        ("<source><id> urn:a </id></source>", "a:source/a:id"),
        ("<source><icon> a </icon></source>", "a:source/a:icon"),
        ("<source><logo>\ta</logo></source>", "a:source/a:logo"),
        ('<source><generator uri=" a ">g</generator></source>', "a:source/a:generator/@uri"),
        ('<title xml:base=" a ">t</title>', "a:title/@xml:base"),
        ("<updated> 2003-12-13T18:30:02Z<!-- a --> </updated>", "a:updated"),
    ],
)
def test_white_space_is_trimmed(sent, path):
    """White space around addresses and dates is not written."""
    value = xpath(shown(made(bare(sent))), f"string(/a:entry/{path})")
    assert value
    assert value == value.strip()


@pytest.mark.covers("ATOM-3-1", "APP-13.1.1-1")
@pytest.mark.parametrize("draft", [" yes\n", "\tno", "yes<!-- a --> "])
def test_white_space_of_drafts(draft):
    """White space around the word of a draft is not written."""
    body = f'<entry xmlns="{ATOM}"><c:control xmlns:c="http://www.w3.org/2007/app"><c:draft>{draft}'
    document = shown(made(f"{body}</c:draft></c:control></entry>".encode()))
    assert xpath(document, "string(/a:entry/app:control/app:draft)") in {"yes", "no"}
