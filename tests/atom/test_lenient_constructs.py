"""The gate for clients' entries: common constructs, extensions and publishing control."""

import pytest

from tests.atom.schemas import DATE, DIV, is_let_in


@pytest.mark.covers("APP-2.1-1", "APP-2.1-2")
@pytest.mark.parametrize(
    "fragment",
    [
        '<title xml:base="http://example.org/" xml:lang="ja">x</title>',
        '<content xml:lang="">x</content>',
        '<author xml:base="a/b"><name xml:lang="en">x</name></author>',
        '<link href="b" xml:base=" http://example.org/a/ "/>',
    ],
)
def test_app_2_1_base_and_language_on_any_element(fragment: str) -> None:
    """xml:base and xml:lang may stand on any element, the latter with an empty value too."""
    assert is_let_in(fragment)


@pytest.mark.covers("ATOM-3-1")
@pytest.mark.parametrize(
    "fragment",
    [
        f"<updated>\n {DATE}\n</updated>",
        f"<published>{DATE}\t</published>",
        "<author><name>x</name><uri>\n  http://example.org/\n</uri></author>",
        '<link href=" http://example.org/ "/>',
        '<category term="x" scheme=" http://example.org/ "/>',
        '<content src=" http://example.org/ " type="image/png"/>',
        "<source><icon> i.png </icon></source>",
    ],
)
def test_atom_3_1_white_space_around_dates_and_iris(fragment: str) -> None:
    """White space around a date or an IRI is what pretty-printers add, and is let in."""
    assert is_let_in(fragment)


@pytest.mark.parametrize(
    "fragment",
    [
        "<author><name>x</name><uri>http://example.org/ x</uri></author>",
        '<link href="a b"/>',
        '<content src="a b"/>',
        "<source><logo>a b</logo></source>",
    ],
)
def test_atom_3_1_white_space_inside_iris(fragment: str) -> None:
    """White space inside an IRI is never let in."""
    assert not is_let_in(fragment)


@pytest.mark.covers("ATOM-3.1-1")
@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("<title>x</title>", True),
        ('<title type="text">x</title>', True),
        ('<summary type="html">&lt;b>x&lt;/b></summary>', True),
        ('<title type="text/html">x</title>', False),
        ('<title type="HTML">x</title>', False),
        ('<rights type="">x</rights>', False),
        ('<summary type=" text ">x</summary>', False),
        ('<source><subtitle type="plain">x</subtitle></source>', False),
    ],
)
def test_atom_3_1_1_types_of_text(fragment: str, expected: bool) -> None:
    """The type of a text construct is text, html or xhtml, in lower case, or missing."""
    assert expected == is_let_in(fragment)


@pytest.mark.covers("ATOM-3.1-3")
@pytest.mark.parametrize(
    "fragment",
    [
        '<title type="html"><x:b>x</x:b></title>',
        "<title>x<x:b/></title>",
        f'<rights type="text">{DIV}</rights>',
        f'<content type="html">{DIV}</content>',
    ],
)
def test_atom_3_1_3_text_holds_no_elements(fragment: str) -> None:
    """Text and html hold no elements."""
    assert not is_let_in(fragment)


@pytest.mark.covers("ATOM-3.1-4")
@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        (f'<title type="xhtml">{DIV}</title>', True),
        ('<title type="xhtml"> <h:div id="a">x <h:b>y</h:b><x:z/></h:div> </title>', True),
        (f'<title type="xhtml"><!-- x -->{DIV}</title>', True),
        (f'<content type="xhtml">{DIV}</content>', True),
        ('<title type="xhtml">x</title>', False),
        ('<title type="xhtml"/>', False),
        (f'<title type="xhtml">{DIV}{DIV}</title>', False),
        (f'<title type="xhtml">x{DIV}</title>', False),
        (f'<summary type="xhtml">{DIV}x</summary>', False),
        ('<title type="xhtml"><div>x</div></title>', False),
        ('<content type="xhtml"><h:p>x</h:p></content>', False),
    ],
)
def test_atom_3_1_4_xhtml_is_one_div(fragment: str, expected: bool) -> None:
    """Type xhtml holds exactly one xhtml:div, under any prefix, and nothing but white space."""
    assert expected == is_let_in(fragment)


@pytest.mark.covers("ATOM-3.2-1")
@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("<name>x</name>", True),
        ("<email>x@y</email><uri>/x</uri><name/>", True),
        ("", False),
        ("<uri>/x</uri>", False),
        ("<name>x</name><name>y</name>", False),
        ("<name>x</name><uri>/x</uri><uri>/y</uri>", False),
        ("<name>x</name><email>x@y</email><email>x@z</email>", False),
        ("<name>x</name>stray text", False),
        ("<name>x</name><title>x</title>", False),
    ],
)
@pytest.mark.parametrize("role", ["author", "contributor"])
def test_atom_3_2_1_persons(role: str, person: str, expected: bool) -> None:
    """A person has exactly one name, and at most one uri and one email."""
    assert expected == is_let_in(f"<{role}>{person}</{role}>")


@pytest.mark.covers("ATOM-3.2-2")
@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("x@y", True),
        ('"a b"@example.org', True),
        ("not-an-email", False),
        ("@", False),
        ("", False),
    ],
)
def test_atom_3_2_2_email(email: str, expected: bool) -> None:
    """An e-mail address has something on both sides of an at sign."""
    assert expected == is_let_in(f"<author><name>x</name><email>{email}</email></author>")


@pytest.mark.covers("ATOM-3.3-1")
@pytest.mark.parametrize(
    "date",
    [
        "",
        "2003-12-13",
        "2003-12-13T18:30Z",
        "2003-12-13T18:30:02",
        "2003-12-13T18:30:02.25",
        "2003-12-13 18:30:02Z",
        "2003-12-13t18:30:02Z",
        "2003-12-13T18:30:02z",
        "2003-12-13T18:30:02+0100",
        "2003-12-13T18:30:02,25Z",
        "2003-12-13T18:30:02.Z",
        "20031213T183002Z",
        "2003-W50-6T18:30:02Z",
        "2003-12-13T18:30:61Z",
        "12003-12-13T18:30:02Z",
        "-2003-12-13T18:30:02Z",
        f"{DATE} {DATE}",
    ],
)
def test_atom_3_3_1_no_dates(date: str) -> None:
    """What has not the shape of an RFC 3339 date-time with upper-case T and Z is no date."""
    assert not is_let_in(f"<updated>{date}</updated>")


@pytest.mark.covers("ATOM-3.3-2")
@pytest.mark.parametrize(
    "date",
    [
        DATE,
        "2003-12-13T18:30:02.123456789012345678901234567890Z",
        "2003-12-13T18:30:02+14:00",
        "2003-12-13T18:30:02-23:59",
        "2003-12-13T18:30:02.5-00:00",
        "1998-12-31T23:59:60Z",
        "1990-12-31T15:59:60.9-08:00",
    ],
)
def test_atom_3_3_2_dates(date: str) -> None:
    """A date has any fraction, any offset, and second 60 where a leap second may be."""
    assert is_let_in(f"<updated>{date}</updated>")


@pytest.mark.covers("ATOM-6.2-1", "APP-6.2-2")
@pytest.mark.parametrize(
    "fragment",
    ["<future/>", "<app:fancy/>", "<app:edited/>" * 2, "<app:accept/>", "<Title/><TITLE/>"],
)
def test_atom_6_2_1_unknown_names_are_foreign(fragment: str) -> None:
    """Names unknown to Atom, or no concern of an entry, are foreign markup in any namespace."""
    assert is_let_in(fragment)


@pytest.mark.covers("ATOM-6.4-1", "APP-6.2-1")
@pytest.mark.parametrize(
    "foreign",
    [
        "<x:y/>",
        '<x:y a="1" x:b="2">mixed <x:z/> content</x:y>',
        '<none xmlns="" a="1"/>',
        "<x:y><title/><title/><entry><app:control/></entry></x:y>",
        '<x:y xml:lang="!" xml:base="a/b"/>',
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        "{}",
        "<source>{}</source>",
        "<author><name/>{}</author>",
        "<contributor>{}<name/></contributor>",
        '<link href="x">{}</link>',
        '<category term="x">{}</category>',
        "<source><author>{}<name/></author></source>",
    ],
)
def test_atom_6_4_1_foreign_elements(place: str, foreign: str) -> None:
    """Foreign elements stand in entries, sources, persons, links and categories."""
    assert is_let_in(place.format(foreign))
    assert is_let_in(place.format(foreign * 2))


@pytest.mark.covers("ATOM-6.4-3")
@pytest.mark.parametrize(
    "element",
    [
        "<title {}>x</title>",
        "<id {}>x</id>",
        f"<updated {{}}>{DATE}</updated>",
        f"<published {{}}>{DATE}</published>",
        "<author {}><name {}/><uri {}/><email {}>x@y</email></author>",
        '<category term="x" {}/>',
        '<link href="x" {}/>',
        "<content {}>x</content>",
        '<content src="x" {}/>',
        f'<content type="xhtml" {{}}>{DIV}</content>',
        "<source {}><icon {}/><generator {}/></source>",
        "<app:control {}><app:draft {}>no</app:draft></app:control>",
    ],
)
def test_atom_6_4_3_unknown_attributes(element: str) -> None:
    """Unknown attributes, also without namespace, stand on every element."""
    assert is_let_in(element.replace("{}", 'foo="1" x:bar="2" ref="3" name="4"'))


@pytest.mark.parametrize(
    "fragment",
    [
        "<id>urn:<x:y/></id>",
        f"<updated>{DATE}<x:y/></updated>",
        "<author><name>x<x:y/></name></author>",
        "<source><generator><x:y/></generator></source>",
    ],
)
def test_plain_elements_hold_no_elements(fragment: str) -> None:
    """An id, a date, a name and a generator are no places for foreign elements."""
    assert not is_let_in(fragment)


@pytest.mark.covers("APP-13.1-1")
@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("<app:control/>", True),
        ("<old:control/>", True),
        ("<app:control/><app:control/>", False),
        ("<app:control/><title/><old:control/>", False),
        ("<old:control/><old:control/>", False),
        ("<app:control>stray text</app:control>", False),
    ],
)
def test_app_13_1_1_one_control(fragment: str, expected: bool) -> None:
    """An entry has at most one app:control, of whichever of the two namespaces."""
    assert expected == is_let_in(fragment)


@pytest.mark.covers("APP-13.1.1-1", "APP-6.1-3")
@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("<app:draft>yes</app:draft>", True),
        ("<app:draft>\n no\n</app:draft>", True),
        ("<old:draft>yes</old:draft>", True),
        ("<app:draft>maybe</app:draft>", False),
        ("<app:draft>YES</app:draft>", False),
        ("<app:draft>1</app:draft>", False),
        ("<app:draft/>", False),
        ("<app:draft>yes</app:draft>" * 2, False),
        ("<app:draft>yes</app:draft><x:y/><old:draft>yes</old:draft>", False),
        ("<old:draft>maybe</old:draft>", False),
    ],
)
@pytest.mark.parametrize("prefix", ["app", "old"])
def test_app_13_1_1_1_draft(prefix: str, draft: str, expected: bool) -> None:
    """app:draft stands at most once and says yes or no, with white space around it at most."""
    assert expected == is_let_in(f"<{prefix}:control>{draft}</{prefix}:control>")


@pytest.mark.covers("APP-13.1-2")
@pytest.mark.parametrize(
    "child", ["<x:preview/>", "<app:preview>1</app:preview>", "<x:a><x:b/></x:a>"]
)
def test_app_13_1_2_unknown_children_of_control(child: str) -> None:
    """app:control holds any unknown children, beside app:draft and without it."""
    assert is_let_in(f"<app:control>{child}</app:control>")
    assert is_let_in(f"<app:control>{child}<app:draft>no</app:draft>{child}</app:control>")
