"""Bodies meant to break something: refused with an error of ours, or shown strictly valid."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from atompub.atom.reading import read
from atompub.errors import AtomPubError
from atompub.formats.jsonfeed import JSON_TYPE, render_json
from atompub.formats.rss import RSS_TYPE, render_rss
from tests.atom.entries import HEAD, URLS, listed, made, public, shown
from tests.documents import APP, ATOM, ENTRY, SAMPLES, check_strict
from tests.property.effort import examples
from tests.property.markup import XHTML, in_attribute

CASES = Path(__file__).resolve().parents[1] / "atom" / "cases"
BODIES = [*SAMPLES.values(), *(path.read_bytes() for path in sorted(CASES.glob("*.xml")))]
PIECES = [
    *(b"<", b">", b"</", b"/>", b"&", b";", b'"', b"'", b"=", b" ", b"\r", b"\n", b"\0", b"\xff"),
    *(b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?a", b"?>", b"<!DOCTYPE a>", b"&#0;", b"&#x41;"),
    *(
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\xc2\xa0",
        b"\xe2\x80\xae",
        b"&amp;",
        b"&a;",
    ),
    *(
        b' xml:base="a b"',
        b' xml:id="a"',
        b' xml:lang="!"',
        b' xmlns=""',
        b' xmlns:a=""',
        b' xmlns:a="b}c{d"',
        b" type=''",
    ),
    *(b"<entry>", b"</entry>", b"<title/>", b"<link/>", b"<id/>", b"<author/>", b"<source/>"),
    *(b"<app:control/>", b"<app:draft>yes</app:draft>", b"<div>", b"<updated/>", b"<content/>"),
]


many = settings(max_examples=examples(500))


def normal(document):
    """A document written in one way; the canonical form does not take every namespace."""
    return etree.tostring(etree.fromstring(document), encoding="utf-8")


def attempt(body, charset):
    """The member that a body makes, or the error that refuses it."""
    try:
        return made(body, charset=charset), None
    except AtomPubError as error:
        return None, error


def check(body, charset=None):
    """A body is refused with a sentence and rules of ours, or it goes all the way: it is shown
    strictly valid, to editors and to readers, and can be PUT back."""
    member, error = attempt(body, charset)
    if member is None:
        assert str(error)
        assert "RFC4287" not in {fault.rule for fault in getattr(error, "faults", ())}, error
        return
    document = shown(member)
    check_strict(ENTRY, document)
    again = made(document, before=member)
    assert normal(document) == normal(shown(again))
    check_strict("application/atom+xml", public(listed(member)))
    reading = read(listed(member), URLS)
    check_strict(RSS_TYPE, render_rss(HEAD, [reading]))
    check_strict(JSON_TYPE, render_json(HEAD, [reading]))


@many
@given(st.binary(max_size=200), st.none() | st.text(max_size=20) | st.sampled_from(["latin-1"]))
def test_any_octets(body, charset):
    """Any octets are taken, or refused with a sentence."""
    check(body, charset)


@many
@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-16", "latin-1", "cp1252", "utf-7"]))
def test_any_text(text, charset):
    """Any text inside an entry is taken, or refused with a sentence."""
    body = f'<entry xmlns="{ATOM}">{text}</entry>'
    check(body.encode(charset, "replace"), charset)


@many
@given(st.sampled_from(BODIES), st.data())
def test_mutated_entry(body, data):
    """An entry with pieces cut out, doubled or put in is taken, or refused with a sentence."""
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(body)))
        end = start + data.draw(st.integers(0, 30))
        piece = data.draw(st.sampled_from(PIECES) | st.sampled_from([b"", body[start:end] * 2]))
        body = body[:start] + piece + body[end:]
    check(body)


NAMES = (
    *("author", "category", "content", "contributor", "email", "entry", "feed", "generator"),
    *("icon", "id", "link", "logo", "name", "published", "rights", "source", "subtitle", "summary"),
    *("title", "updated", "uri", "future"),
)
TAGS = [
    *((name, "") for name in NAMES),
    *((f"app:{name}", "") for name in ("control", "draft", "edited", "collection", "accept")),
    *((f"old:{name}", "") for name in ("control", "draft", "edited")),
    *(("div", f' xmlns="{XHTML}"'), ("x:a", ""), ("plain", ' xmlns=""'), ("x:link", "")),
    ("Signature", ' xmlns="http://www.w3.org/2000/09/xmldsig#"'),
]
ATTRIBUTES = (
    *("type", "href", "rel", "src", "term", "scheme", "label", "hreflang", "length", "uri"),
    *("xml:base", "xml:lang", "xml:id", "x:y", "title", "other"),
)
VALUES = [
    *("", " ", "a", " a ", "\u00a0", "text", "html", "xhtml", "TEXT", "text/plain", "image/png"),
    *(
        "text/xml",
        "a/b++xml",
        "a/+xml",
        "a/b+xml;c=d",
        "text/html;\n a=b",
        "multipart/mixed",
        "Text/HTML",
        "a/b;\u00e9",
    ),
    *(
        "http://example.org/",
        "http://[",
        "http://[::1]/",
        "x:[",
        "a[b]",
        "x:%",
        "%41",
        "a%4",
        "a#b#c",
    ),
    *(
        "1:2",
        ":a",
        "//",
        "http:",
        "urn:",
        "x:y z",
        "x:\u3000",
        "\ue000",
        "x:y?\ue000",
        "a\\b",
        "a|b",
    ),
    *("alternate", "edit", "self", "related", "edit-media", 'a"b', "a/b", "http://x/y", "^", "é"),
    *(
        "http://www.iana.org/assignments/relation/alternate",
        "en",
        "en-",
        "!!",
        "a@b",
        "a b@c",
        "a@b@c",
    ),
    *("2003-12-13T18:30:02Z", " 2003-12-13T18:30:02Z\n", "2003-12-13", "0000-01-01T00:00:00Z"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:60Z", "2003-12-13T18:30:02.Z", "24:00"),
    *("yes", "no", " yes ", "QUJD", "QR==", "QQ", "5", "-1", "javascript:a", "data:,a", "\u2028"),
]


@st.composite
def nodes(draw, depth):
    """Elements, text and comments that Atom may have a word to say about."""
    form = draw(st.sampled_from(["element"] * 6 + ["text", "comment", "instruction"]))
    match form:
        case "text":
            return draw(st.sampled_from(VALUES)).replace("&", "&amp;").replace("<", "&lt;")
        case "comment":
            return "<!-- -->"
        case "instruction":
            return "<?a?>"
    tag, declared = draw(st.sampled_from(TAGS))
    names = draw(st.lists(st.sampled_from(ATTRIBUTES), max_size=2, unique=True))
    values = "".join(f" {name}={in_attribute(draw(st.sampled_from(VALUES)))}" for name in names)
    inside = draw(st.lists(nodes(depth - 1), max_size=3)) if depth else []
    if draw(st.booleans()):
        inside = [draw(st.sampled_from(VALUES)).replace("&", "&amp;").replace("<", "&lt;")]
    return f"<{tag}{declared}{values}>{''.join(inside)}</{tag}>"


@many
@given(st.lists(nodes(2), max_size=4))
def test_what_is_accepted_is_shown_valid(children):
    """Known elements with odd values in odd places are refused by a rule, or shown valid."""
    start = (
        f'<entry xmlns="{ATOM}" xmlns:app="{APP}" xmlns:old="http://purl.org/atom/app#"'
        ' xmlns:x="urn:x">'
    )
    check(f"{start}{''.join(children)}</entry>".encode())


ONE_VALUE = (
    "<updated>{}</updated>",
    "<published>{}</published>",
    "<id>{}</id>",
    "<link rel='related' href={}/>",
    "<link href='a' rel={}/>",
    "<link rel='related' href='a' type={}/>",
    "<link rel='related' href='a' hreflang={}/>",
    "<link rel='alternate' type='a/b' hreflang={} href='a'/>",
    "<category term='a' scheme={}/>",
    "<category term={}/>",
    "<content src={}/>",
    "<content src='a' type={}/>",
    "<content type={}/>",
    "<content type={}><x xmlns=''/></content>",
    "<content type={}>QUJD</content>",
    "<content type='a/b'>{}</content>",
    "<title type={}>a</title>",
    "<title xml:base={}>a</title>",
    "<title xml:lang={}>a</title>",
    "<contributor><name>{}</name></contributor>",
    "<contributor><name/><uri>{}</uri></contributor>",
    "<contributor><name/><email>{}</email></contributor>",
    "<source><id>{}</id></source>",
    "<source><icon>{}</icon></source>",
    "<source><generator uri={}>a</generator></source>",
    "<source><generator>{}</generator></source>",
    "<app:control xmlns:app='http://www.w3.org/2007/app'><app:draft>{}</app:draft></app:control>",
    "<app:control xmlns:app='http://www.w3.org/2007/app' xml:base={}/>",
    "<app:control xmlns:app='http://www.w3.org/2007/app' xml:lang={}/>",
)
ODD = st.text(
    st.sampled_from(
        " \t\n\r\u00a0\u3000aZ09/:?#[]@!$&'()*+,;=%-._~<>\"{}|\\^`é例\ue000\ufdd0\U000e0001"
    ),
    max_size=12,
)


@many
@given(st.sampled_from(ONE_VALUE), st.sampled_from(VALUES) | ODD)
def test_one_odd_value(template, value):
    """One odd value in an entry is refused by a rule, or shown valid."""
    quoted = in_attribute(value)
    inside = template.format(quoted if "={}" in template else quoted[1:-1])
    check(f'<entry xmlns="{ATOM}">{inside}</entry>'.encode())
