"""The gate for clients' entries: the elements of an entry, its content and its source."""

import pytest

from tests.atom.schemas import DATE, DIV, is_let_in


@pytest.mark.parametrize(
    "fragment",
    ["<id/>", "<id> foo/1 </id>", "<id>a b</id>", "<id>http://[</id>", "<id>urn:uuid:x</id>"],
)
@pytest.mark.covers("ATOM-4.2.6-1")
def test_atom_4_2_6_1_any_id(fragment: str) -> None:
    """Ids that are no absolute IRI are replaced, so the gate takes any text for one."""
    assert is_let_in(fragment)


@pytest.mark.covers("ATOM-4.1.2-1", "ATOM-4.1.2-2")
@pytest.mark.parametrize(
    "element",
    [
        "<id>urn:x</id>",
        "<title>x</title>",
        f"<updated>{DATE}</updated>",
        f"<published>{DATE}</published>",
        "<rights>x</rights>",
        "<summary>x</summary>",
        "<content>x</content>",
        "<source/>",
    ],
)
def test_atom_4_1_2_singletons(element: str) -> None:
    """What an entry has once may be missing or stand once, but never twice, near or far apart."""
    assert is_let_in(element)
    assert not is_let_in(element * 2)
    assert not is_let_in(f'{element}<category term="x"/><x:y/><link href="x"/>{element}')


@pytest.mark.covers("ATOM-4.1.2-6")
@pytest.mark.parametrize(
    "fragment",
    [
        f"<content>x</content><updated>{DATE}</updated><title/><id/>",
        f"<title/><!-- x --><?x y?><id>u<!-- x -->rn:x</id><updated><!-- x -->{DATE}</updated>",
        '<link href="a"/><title/><link href="b"/><x:y/><link href="c"/><id/><x:y/>',
        "<title><![CDATA[a < b]]> &amp; c</title>",
    ],
)
def test_atom_4_1_2_6_any_order(fragment: str) -> None:
    """The order of an entry's children is free; comments and instructions stand anywhere."""
    assert is_let_in(fragment)


@pytest.mark.parametrize(
    "fragment",
    [
        "stray text",
        "<title/>stray text<id/>",
        "<subtitle>x</subtitle>",
        "<entry/>",
        "<name>x</name>",
        "<icon>x</icon>",
    ],
)
def test_atom_4_1_2_nothing_out_of_place(fragment: str) -> None:
    """Neither text nor elements of Atom that belong elsewhere stand between an entry's children."""
    assert not is_let_in(fragment)


# The gate: content (RFC 4287 section 4.1.3)


@pytest.mark.covers("ATOM-4.1.3-1")
@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("text/plain", True),
        ("application/json; charset=utf-8", True),
        ("text/plain;&#10; charset=utf-8", True),
        ("model/x.y-z+json", True),
        ("multipart/mixed", False),
        ("Message/RFC822", False),
        ("foo", False),
        ("TEXT", False),
        ("", False),
        ("/plain", False),
        ("text/", False),
    ],
)
def test_atom_4_1_3_1_types_of_content(type_: str, expected: bool) -> None:
    """The type of content is text, html, xhtml or a media type, but never a composite one."""
    assert expected == is_let_in(f'<content type="{type_}">QUFB</content>')


@pytest.mark.covers("ATOM-4.1.3-2", "ATOM-4.1.3-3")
@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ('<content src="http://other.example/x" type="image/png"/>', True),
        ('<content src="x"/>', True),
        ('<content src="x" type="application/xhtml+xml"> <!-- x --> </content>', True),
        ('<content src="x">y</content>', False),
        ('<content src="x" type="image/png"><x:y/></content>', False),
        ('<content src="x" type="html"/>', False),
        ('<content src="x" type="text"/>', False),
        (f'<content src="x" type="xhtml">{DIV}</content>', False),
        ('<content src="x" type="multipart/mixed"/>', False),
    ],
)
def test_atom_4_1_3_2_content_elsewhere(fragment: str, expected: bool) -> None:
    """Content with src is empty, and its type, if it has one, is a media type."""
    assert expected == is_let_in(fragment)


@pytest.mark.covers("ATOM-4.1.3-4", "ATOM-4.1.3-7")
@pytest.mark.parametrize(
    "type_",
    [
        "application/xml",
        "text/xml",
        "Image/SVG+XML",
        "application/atom+xml;type=entry",
        "application/a+b+xml ; charset=utf-8",
        "application/XML",
    ],
)
def test_atom_4_1_3_4_xml_content(type_: str) -> None:
    """An XML media type, in any case and with any parameters, holds any markup."""
    xml = '<q:a xmlns:q="urn:q" x:type="q:T">b<entry/>c</q:a>'
    assert is_let_in(f'<content type="{type_}">{xml}</content>')


@pytest.mark.covers("ATOM-4.1.3-5")
@pytest.mark.parametrize(
    "type_", ["text/plain", "text/x-markdown", "text/xml-fragment", "application/xml-dtd"]
)
def test_atom_4_1_3_5_other_content(type_: str) -> None:
    """Content of a type that is not XML holds text, but no elements."""
    assert is_let_in(f'<content type="{type_}">x</content>')
    assert not is_let_in(f'<content type="{type_}">x<x:b/></content>')


@pytest.mark.parametrize("base64", ["", "QUFB", "\n  QUFB\n  QQ==\n", "<![CDATA[QUFB]]>"])
def test_atom_4_1_3_6_base64_is_let_in(base64: str) -> None:
    """Base64 may be wrapped, and empty; whether it can be decoded is not the gate's to say."""
    assert is_let_in(f'<content type="image/png">{base64}</content>')


@pytest.mark.covers("ATOM-4.2.2-1")
@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ('<category term="x"/>', True),
        ('<category term=""/>', True),
        ('<category term="x" scheme="http://example.org/" label="X" y="1" x:z="2"/>', True),
        ('<category term="x">text <x:y/> text</category>', True),
        ('<category term="x"/><category term="x"/>', True),
        ("<category/>", False),
        ('<category x:term="x"/>', False),
        ('<category term="x" scheme="a b"/>', False),
        ('<category term="x"><title/></category>', False),
    ],
)
def test_atom_4_2_2_1_categories(fragment: str, expected: bool) -> None:
    """A category has a term; its scheme is an IRI; unknown attributes and children are kept."""
    assert expected == is_let_in(fragment)


@pytest.mark.covers("ATOM-4.2.7-1")
@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('href=""', True),
        ('href="http://例え.jp/?a[]=1&amp;b=%zz#c"', True),
        ('href="x" rel="edit"', True),
        ('href="x" rel="1st.plain-name_"', True),
        ('href="x" rel="http://www.iana.org/assignments/relation/edit"', True),
        ('href="x" type="text/html; charset=utf-8"', True),
        ('href="x" hreflang="zh-Hant-TW" title="y" length="many"', True),
        ('href="x" hreflang="sl-rozaj-biske"', True),
        ('rel="edit"', False),
        ('x:href="x"', False),
        ('href="x" rel=""', False),
        ('href="x" rel="a/b"', False),
        ('href="x" rel="a b"', False),
        ('href="x" rel="?a"', False),
        ('href="x" type="html"', False),
        ('href="x" type=""', False),
        ('href="x" hreflang="!"', False),
        ('href="x" hreflang=""', False),
        ('href="x" hreflang="fr_FR"', False),
    ],
)
def test_atom_4_2_7_1_links(attributes: str, expected: bool) -> None:
    """A link has an href, and rel, type and hreflang are what they are called."""
    assert expected == is_let_in(f"<link {attributes}/>")


@pytest.mark.parametrize(
    "link", ['<link href="a"/>' * 2, '<link rel="edit" href="a"/>' * 2, '<link href="x"> y </link>']
)
def test_atom_4_1_1_4_links_are_not_counted(link: str) -> None:
    """Any number of links passes the gate, with text inside too; alternates are counted later."""
    assert is_let_in(link)


@pytest.mark.covers("ATOM-4.2.11-1")
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", True),
        ("<title>x</title><id>urn:x</id><generator>x</generator><x:y/>", True),
        ('<link href="a"/><link href="b"/><author><name>x</name></author>', True),
        ('<category term="x"/><category term="y"/><contributor><name/></contributor>', True),
        ("<title/><title/>", False),
        ("<id/><x:y/><id/>", False),
        (f"<updated>{DATE}</updated>" * 2, False),
        ("<rights/><rights/>", False),
        ("<subtitle/><subtitle/>", False),
        ("<generator>x</generator>" * 2, False),
        ("<icon>x</icon>" * 2, False),
        ("<logo>x</logo>" * 2, False),
        ("<entry/>", False),
        ("<content>x</content>", False),
        ("<summary>x</summary>", False),
        ("<source/>", False),
        ("stray text", False),
        ("<updated>yesterday</updated>", False),
        ('<link rel="self"/>', False),
        ("<author/>", False),
    ],
)
def test_atom_4_2_11_1_source(source: str, expected: bool) -> None:
    """A source holds feed metadata only, each singleton at most once, by the rules of entries."""
    assert expected == is_let_in(f"<source>{source}</source>")
