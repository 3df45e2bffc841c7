"""The schemas as such, and what they ask of every document this server emits.

The cases of `schema-cases` are whole documents, one file each, named for the verdict and the
schema: `good-entry-full.xml`. The others are one change to such a document.
"""

from pathlib import Path

import pytest
from lxml import etree

from tests.atom.schemas import CASES, DATE, DIV, SCHEMAS, changed, is_valid

FULL = "entry-full"
MEDIA = "entry-media-link"
COLLECTION = "feed-collection"
PUBLICATION = "feed-publication"
ARCHIVE = "feed-archive"

AUTHOR = "<author><name>Alice</name><uri>/alice</uri><email>alice@example.org</email></author>"
EDIT = '<link rel="edit" href="https://example.org/atom/blog/cats"/>'
EDIT_MEDIA = (
    '<link rel="edit-media" type="image/png" href="https://example.org/atom/album/beach/media"/>'
)
INLINE = 'type="html" xml:lang="">&lt;p>Three cats.&lt;/p>'
ELSEWHERE = ' src="https://media.example.org/album/beach/beach.png"/>'
SELF = '<link rel="self" href="https://example.org/notes/feed.atom"/>'
TOMBSTONE = 'ref="urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6c" when="2003-12-13T18:30:03Z"'
CATEGORIES = 'href="https://example.org/atom/-/categories/album"'


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.rng")), ids=lambda path: path.name)
def test_every_schema_stands_alone(path: Path) -> None:
    """Each schema can be loaded by itself and opens with a comment that says what it is for."""
    document = etree.parse(path)
    etree.RelaxNG(document)
    assert document.getroot().getprevious().tag is etree.Comment


@pytest.mark.parametrize("path", sorted(CASES.glob("*.xml")), ids=lambda path: path.stem)
def test_case_files(path: Path) -> None:
    """A case file is valid by the schema in its name if and only if that name begins with good."""
    verdict, name = path.stem.split("-")[:2]
    assert (verdict == "good") == is_valid(name, path.read_text("utf-8"))


def test_lenient_needs_no_other_file() -> None:
    """The gate is read from the package, where includes cannot be followed, so it has none."""
    assert not [*etree.parse(SCHEMAS / "lenient.rng").iter("{*}include", "{*}externalRef")]


@pytest.mark.parametrize("name", ["atom", "entry"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<id>urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a</id>", ""),
        ("<published>", "<title>Again</title><published>"),
        ("<updated>2003-12-13T18:30:02.25+01:00</updated>", ""),
        ("<published>", f"<published>{DATE}</published><published>"),
        (AUTHOR, ""),
        ("<name>Alice</name>", ""),
        ("<name>Alice</name>", "<name>Alice</name><name>Eve</name>"),
        ("<uri>/alice</uri>", "<uri>/alice</uri><uri>/eve</uri>"),
        ("<rights ", "<rights/><rights "),
        ("<summary ", "<summary/><summary "),
        ("<content ", "<content/><content "),
        ("<source>", "<source/><source>"),
        ("<app:control>", "<app:control/><app:control>"),
        ("<app:edited>", f"<app:edited>{DATE}</app:edited><app:edited>"),
        (EDIT, EDIT * 2),
        ("<subtitle>of cats</subtitle>", "<subtitle/><subtitle/>"),
        ("<thr:total>0", "<thr:total>0</thr:total><thr:total>0"),
        ("<!-- A comment. -->", "stray text"),
        ("<future/>", "<subtitle>misplaced</subtitle>"),
        ("<app:fancy/>", "<app:draft>yes</app:draft>"),
    ],
)
def test_strict_entry_has_what_it_must_once(name: str, old: str, new: str) -> None:
    """An emitted entry has its singletons exactly or at most once, and nothing out of place."""
    assert not is_valid(name, changed(FULL, old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", "foo/1"),
        ("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", " urn:x "),
        ("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", ""),
        ("<updated>2003-12-13T18:30:02.25+01:00", "<updated> 2003-12-13T18:30:02Z"),
        ("<updated>2003-12-13T18:30:02.25+01:00", "<updated>2003-12-13T24:00:00Z"),
        ("<updated>2003-12-13T18:30:02.25+01:00", "<updated>2003-13-13T18:30:02Z"),
        ("<updated>2003-12-13T18:30:02.25+01:00", "<updated>2003-12-13T18:30:02"),
        ("2003-12-13T18:30:02.123456Z", "2003-12-13T18:30:02.123456+00:00"),
        ("<uri>/alice</uri>", "<uri> /alice </uri>"),
        ("<uri>/alice</uri>", "<uri>http://[</uri>"),
        ("alice@example.org", " alice@example.org "),
        ("alice@example.org", "alice"),
        ('scheme="https://example.org/categories"', 'scheme="a b"'),
        ('scheme="https://example.org/categories"', 'scheme="relative"'),
        ('term="home"', ""),
        ('href="../dogs"', ""),
        ('href="../dogs"', 'href=" ../dogs"'),
        ('href="../dogs"', 'href="../dogs|cats"'),
        ('rel="related"', 'rel="a/b"'),
        ('rel="related"', 'rel=""'),
        ('hreflang="en"', 'hreflang="!"'),
        ('type="text/html" hreflang', 'type="html" hreflang'),
        ('type="text" foo="1"', 'type="text/plain"'),
        ('type="html" xml:lang=""', 'type="foo"'),
        ('type="html" xml:lang=""', 'type="xhtml"'),
        ('xml:lang="en-GB"', 'xml:lang="en_GB"'),
        ('xml:base="https://example.org/blog/cats"', 'xml:base="javascript:"'),
        (">By hand<", "> <"),
        ("<icon>icon.png", "<icon>icon png"),
        (' ref="tag:example.org,2003:dogs"', ""),
        (' ref="tag:example.org,2003:dogs"', ' ref="dogs"'),
        ("<thr:total>0", "<thr:total>00"),
        ("<app:draft>yes", "<app:draft> yes "),
        ("<app:draft>yes", "<app:draft>true"),
        (EDIT, EDIT.replace("https://example.org", "")),
    ],
)
def test_strict_entry_has_clean_values(old: str, new: str) -> None:
    """Dates, IRIs and attributes of an emitted entry are clean, without white space around them."""
    assert not is_valid("entry", changed(FULL, old, new))


@pytest.mark.parametrize(
    ("case", "old", "new"),
    [
        (FULL, "<app:edited>2003-12-13T18:30:02.123456Z</app:edited>", ""),
        (FULL, EDIT, ""),
        (FULL, EDIT, EDIT.replace('"edit"', '"http://www.iana.org/assignments/relation/edit"')),
        (MEDIA, EDIT_MEDIA, EDIT_MEDIA * 2),
        (MEDIA, 'type="image/png" href', "href"),
    ],
)
def test_strict_member_has_its_edit_links(case: str, old: str, new: str) -> None:
    """A member's entry has one edit link, one app:edited, and at most one edit-media link."""
    assert not is_valid("entry", changed(case, old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<future/>", '<link rel="related" href="/1"/><link rel="related" href="/2"/>'),
        ("<future/>", AUTHOR),
        (EDIT, f"{EDIT}{EDIT_MEDIA}"),
        (EDIT, f"{EDIT_MEDIA}<x/>{EDIT}"),
        ("<app:control><app:draft>yes</app:draft><dc:note>later</dc:note></app:control>", ""),
        ('<content type="html" xml:lang="">&lt;p>Three cats.&lt;/p></content>', ""),
        (INLINE, "> a <!-- b --> c"),
        (INLINE, f'type="xhtml">{DIV}'),
        (INLINE, 'type="text/x-markdown">*a*'),
        (INLINE, 'type="text/xml"><a><b/>c</a>'),
        (INLINE, 'type="Image/SVG+XML"><a/>'),
        (INLINE, 'type="image/png">\nQU\nFB QQ==\n'),
        (INLINE, 'type="image/png">'),
        (INLINE, 'src="/x">'),
        (INLINE, 'src="/x" type="text/html">'),
        ("2003-12-13T18:30:02.25+01:00", "1998-12-31T23:59:60Z"),
        ("/alice", "http://例え.jp/%7Ea/é"),
    ],
)
def test_strict_entry_may_be_otherwise(old: str, new: str) -> None:
    """The strict schema takes every form of content, any number of links, and any order."""
    assert is_valid("entry", changed(FULL, old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<summary>PNG image, 1234 bytes</summary>", ""),
        (ELSEWHERE, ">!!!</content>"),
        (ELSEWHERE, ">QUF</content>"),
        ("beach.png\"/>", 'beach.png">QUFB</content>'),
        ('"image/png" src', '"html" src'),
        ('"image/png" src', '"multipart/mixed" src'),
        (ELSEWHERE, '>QUFB<b xmlns="urn:x"/></content>'),
    ],
)  # fmt: skip
def test_strict_content_is_what_its_type_says(old: str, new: str) -> None:
    """Content elsewhere is empty, content of other types is base64, and both have a summary."""
    assert not is_valid("entry", changed(MEDIA, old, new))


@pytest.mark.parametrize(
    ("case", "old", "new"),
    [
        (COLLECTION, "<id>urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6</id>", ""),
        (COLLECTION, "<author><name>Notes</name></author>", ""),
        (COLLECTION, "<generator ", "<generator>x</generator><generator "),
        (COLLECTION, "<app:collection ", '<app:collection href="/x"/><app:collection '),
        (COLLECTION, "<title>Hunde</title>", ""),
        (COLLECTION, "</feed>", "<category term='x'/></feed>"),
        (COLLECTION, "</feed>", "<x xmlns='urn:x'/></feed>"),
        (COLLECTION, "</feed>", "stray text</feed>"),
        (COLLECTION, "<content>Three", f"<app:edited>{DATE}</app:edited><content>Three"),
        (COLLECTION, "<content>Three", '<link rel="edit" href="https://example.org/"/><content>Three'),
        (COLLECTION, "<feed ", '<feed xml:base="https://example.org/" '),
        (COLLECTION, "<feed ", '<feed xml:lang="en" '),
        (PUBLICATION, SELF, ""),
        (PUBLICATION, SELF, SELF * 2),
        (PUBLICATION, "<subtitle>", "<subtitle/><subtitle>"),
        (PUBLICATION, "<icon>", "<icon>i.png</icon><icon>"),
        (PUBLICATION, TOMBSTONE, TOMBSTONE.replace("Z", "z")),
        (PUBLICATION, TOMBSTONE, TOMBSTONE.replace("urn:uuid:", "")),
        (PUBLICATION, TOMBSTONE, 'ref="urn:x"'),
        (PUBLICATION, "</at:by>", "</at:by><at:by><name>Bob</name></at:by>"),
        (PUBLICATION, "</at:comment>", "</at:comment><at:comment/>"),
        (PUBLICATION, "</feed>", f"<at:deleted-entry {TOMBSTONE}/></feed>"),
        (PUBLICATION, 'thr:count="10"', 'thr:count="010"'),
        (PUBLICATION, 'thr:updated="2003-12-13T18:30:02Z"', 'thr:updated="yesterday"'),
        (ARCHIVE, "<fh:archive/>", "<fh:archive/><fh:complete/>"),
        (ARCHIVE, "<fh:archive/>", "<fh:archive>yes</fh:archive>"),
    ],
)  # fmt: skip
def test_strict_feed(case: str, old: str, new: str) -> None:
    """A feed has its metadata and one self link before the entries, and tombstones among them."""
    assert not is_valid("feed", changed(case, old, new))


@pytest.mark.parametrize(
    ("case", "old", "new"),
    [
        (ARCHIVE, "<fh:archive/>", "<fh:complete/>"),
        (ARCHIVE, "<fh:archive/>", "<x xmlns='urn:x'/><future/><fh:other/>"),
        (PUBLICATION, "<subtitle>", "<!-- --><x:y xmlns:x='urn:x'>z</x:y><subtitle>"),
        (COLLECTION, "<entry xml:base", "<!-- --><entry xml:base"),
        (COLLECTION, "<feed ", '<feed foo="1" '),
    ],
)  # fmt: skip
def test_strict_feed_may_be_otherwise(case: str, old: str, new: str) -> None:
    """Foreign markup stands in the head of a feed, unknown attributes on its root."""
    assert is_valid("feed", changed(case, old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<atom:title type="text">Main &amp; first</atom:title>', ""),
        ("<atom:title>Leer</atom:title>", "<atom:title>Leer</atom:title>" * 2),
        ("<atom:title>Notes</atom:title>", ""),
        ("<atom:title>Notes</atom:title>", "<title>Notes</title>"),
        ('href="https://example.org/atom/notes/"', ""),
        ('href="https://example.org/atom/notes/"', 'href="/atom/notes/"'),
        ("image/*", "image/png,image/gif"),
        ("image/*", "image/png;q=0.5"),
        ("image/*", " image/png "),
        ("image/*", "*/png"),
        ("<accept/>", "<accept/><accept/>"),
        ("<accept/>", "<accept/><accept>image/png</accept>"),
        ("<accept>application/atom+xml;type=entry</accept>", ""),
        ('fixed="yes"', 'fixed="true"'),
        (CATEGORIES, f'{CATEGORIES} fixed="yes"'),
        (CATEGORIES, f'{CATEGORIES} scheme="urn:x"'),
        (f"{CATEGORIES}/>", f'{CATEGORIES}><atom:category term="x"/></categories>'),
        ('"cats" scheme="https://example.org/categories"', '"cats"'),
        ("<x:colour>", "<atom:id>urn:x</atom:id><x:colour>"),
        ("</service>", "<accept/></service>"),
        ("</service>", "stray text</service>"),
    ],
)  # fmt: skip
def test_strict_service(old: str, new: str) -> None:
    """A service document has titles, absolute addresses, and one range in each app:accept."""
    assert not is_valid("service", changed("service", old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('fixed="yes"', 'fixed="Yes"'),
        ('fixed="yes"', 'fixed="yes" scheme="urn:x"'),
        ('term="dogs"', ""),
        ('<category term="dogs"/>', "<title>Dogs</title>"),
        ('<category term="dogs"/>', "dogs"),
        ('<category term="dogs"/>', '<app:category term="x"/><app:accept/>'),
    ],
)
def test_strict_categories(old: str, new: str) -> None:
    """A category document holds categories and foreign markup; fixed is exactly yes or no."""
    assert not is_valid("categories", changed("categories", old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' fixed="yes"', ""),
        ('fixed="yes"', 'fixed="no"'),
        ('<category term="dogs"/>', ""),
        ('<category term="dogs"/>', "<app:fancy/><future/>"),
    ],
)
def test_strict_categories_may_be_otherwise(old: str, new: str) -> None:
    """A category document may be open, and hold names unknown to Atom and to the protocol."""
    assert is_valid("categories", changed("categories", old, new))
