"""Media types of requests, and what to answer with."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atompub.web.mediatypes import (
    ATOM_ENTRY,
    AtomKind,
    MediaType,
    choose_coding,
    is_accepted,
    kind_of_atom,
    may_be_atom,
    negotiate,
    parse,
)

ENTRY = "application/atom+xml;type=entry"
FEEDS = ("application/atom+xml", "application/rss+xml", "application/feed+json")
CODINGS = ("gzip", "identity")

NAMES = st.from_regex(r"[a-z0-9][a-z0-9.+-]{0,9}", fullmatch=True)
VALUES = st.text(st.characters(codec="latin-1", min_codepoint=0x20, exclude_characters="\x7f"))
HEADERS = st.one_of(
    st.text(), st.text(st.sampled_from('application/*;q=0.15, \t"\\gzipdenty-x')), st.none()
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("image/png", MediaType("image", "png")),
        (" Image/PNG\t", MediaType("image", "png")),
        ("text/plain;charset=UTF-8", MediaType("text", "plain", (("charset", "UTF-8"),))),
        ("text/plain \t; \tCharset=x", MediaType("text", "plain", (("charset", "x"),))),
        ('a/b;c="d e"', MediaType("a", "b", (("c", "d e"),))),
        ('a/b;c="d;e=\\"f\\\\"', MediaType("a", "b", (("c", 'd;e="f\\'),))),
        ('a/b;c=""', MediaType("a", "b", (("c", ""),))),
        ('a/b;c="\xe9"', MediaType("a", "b", (("c", "\xe9"),))),
        ("a/b;;c=d; ;", MediaType("a", "b", (("c", "d"),))),
        ("a/b;c=d;e=f", MediaType("a", "b", (("c", "d"), ("e", "f")))),
        ("a/b;c=d;C=f", MediaType("a", "b", (("c", "d"),))),
    ],
)
def test_parse(text, expected):
    """Names become lower case, values lose quotes, of a repeated parameter the first counts."""
    assert expected == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "image",
        "image/",
        "/png",
        "image /png",
        "image/png/x",
        "image/png, image/gif",
        "image/png x",
        "image/p\xe9g",
        "a/b;c",
        "a/b;c=",
        "a/b;c= d",
        "a/b;c =d",
        'a/b;c="d',
        'a/b;c="d"e',
        'a/b;c="\x01"',
        "a/b\n",
        "*/*",
        "image/*",
        "*/png",
    ],
)
def test_not_a_media_type(text):
    """What is not by the grammar, or is a range, is no media type."""
    assert None is parse(text)


@given(NAMES, NAMES, st.dictionaries(NAMES, VALUES, max_size=3))
def test_round_trip(type_, subtype, parameters):
    """Any value can be sent as a quoted string."""
    quoted = {
        name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in parameters.items()
    }
    text = f"{type_}/{subtype}" + "".join(f';{name}="{value}"' for name, value in quoted.items())
    assert MediaType(type_, subtype, tuple(parameters.items())) == parse(text)


def test_essence():
    """The essence is the type without its parameters."""
    expected = "text/plain"
    assert expected == parse("Text/Plain;charset=utf-8").essence


def test_parameter():
    """A parameter is found by its lower-case name."""
    media_type = parse("a/b;C=d;e=f")
    expected = {"c": "d", "e": "f", "x": None}
    assert expected == {name: media_type.parameter(name) for name in expected}


@pytest.mark.covers("APP-8.3.4-8")
@pytest.mark.parametrize(
    ("text", "accepted", "expected"),
    [
        ("Application/Atom+XML; charset=utf-8; Type=ENTRY", ENTRY, True),
        ('application/atom+xml;type="entry"', ENTRY, True),
        ("application/atom+xml;type=feed", ENTRY, False),
        ("application/atom+xml", ENTRY, False),
        ("application/atom+xml;type=entry", "application/atom+xml", True),
        ("image/png", "image/png", True),
        ("IMAGE/PNG", "image/png", True),
        ("image/png", "Image/PNG", True),
        ("image/png;x=y", "image/png", True),
        ("image/png", "image/gif", False),
        ("image/png", "image/*", True),
        ("text/png", "image/*", False),
        ("image/png", "*/*", True),
        ("image/png", "*/png", False),
        ("image/png", " image/png\t", True),
        ("a/b;profile=x", "a/b;profile=X", False),
        ("a/b;profile=x", "a/b;profile=x", True),
        ("text/csv;charset=UTF-8", "text/csv;charset=utf-8", True),
        ("image/png", "", False),
        ("image/png", "garbage", False),
    ],
)
def test_is_accepted(text, accepted, expected):
    """Case and parameters that the range does not name are of no account, wildcards are."""
    assert expected == is_accepted(parse(text), [accepted])


def test_is_accepted_by_any():
    """One range of several is enough, and none accept nothing."""
    assert is_accepted(parse("image/gif"), ["image/png", "image/gif"])
    assert not is_accepted(parse("image/gif"), [])


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [(ENTRY, True), ("application/atom+xml", True), ("*/*", True), ("image/*", False)],
)
def test_takes_entries(accepted, expected):
    """ATOM_ENTRY asks whether a collection takes entries."""
    assert expected == is_accepted(ATOM_ENTRY, [accepted])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("application/atom+xml;type=entry", AtomKind.ENTRY),
        ('application/atom+xml; TYPE="Entry"', AtomKind.ENTRY),
        ("APPLICATION/ATOM+XML;charset=utf-8;type=entry", AtomKind.ENTRY),
        ("application/atom+xml;type=FEED", AtomKind.FEED),
        ("application/atom+xml", AtomKind.UNSPECIFIED),
        ("application/atom+xml;charset=utf-8", AtomKind.UNSPECIFIED),
        ("application/atom+xml;type=foo", AtomKind.UNKNOWN),
        ('application/atom+xml;type=""', AtomKind.UNKNOWN),
        ("application/atom+xml;type=entry;type=feed", AtomKind.ENTRY),
        ("application/xml;type=entry", None),
        ("application/atomsvc+xml", None),
        ("image/png", None),
    ],
)
def test_kind_of_atom(text, expected):
    """The type parameter of Atom's media type names the kind, in any case, quoted or not."""
    assert expected is kind_of_atom(parse(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("application/xml", True),
        ("Text/XML; charset=utf-8", True),
        ("application/x.atom+xml", True),
        ("application/atom+xml", False),
        ("application/xhtml+xml", False),
        ("application/x-www-form-urlencoded", False),
    ],
)
def test_may_be_atom(text, expected):
    """Three other types are known to come with entries."""
    assert expected == may_be_atom(parse(text))


@pytest.mark.covers("HTTP-N-3")
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, FEEDS[0]),
        ("", FEEDS[0]),
        ("*/*", FEEDS[0]),
        ("application/*", FEEDS[0]),
        ("application/rss+xml", FEEDS[1]),
        ("Application/RSS+XML", FEEDS[1]),
        ("application/rss+xml, application/atom+xml", FEEDS[0]),
        ("application/rss+xml, application/atom+xml;q=0.9", FEEDS[1]),
        ("application/rss+xml;q=0.8,application/feed+json;q=0.801", FEEDS[2]),
        ("application/rss+xml , application/atom+xml ; Q=0.5", FEEDS[1]),
        ("*/*;q=0.1, application/feed+json;q=0.2", FEEDS[2]),
        ("*/*, application/atom+xml;q=0.5", FEEDS[1]),
        ("application/*;q=0.2, */*;q=0.9", FEEDS[0]),
        ("application/*, application/atom+xml;q=0", FEEDS[1]),
        ("application/atom+xml;q=0, */*;q=0.1", FEEDS[1]),
        ("*/*, application/*;q=0", None),
        ("text/html, application/rss+xml;q=0.1", FEEDS[1]),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", FEEDS[0]),
        ("image/png;q=1, */*;q=0", None),
        ("text/html", None),
        ("application/rss+xml;q=0", None),
        ("application/rss+xml;q=0.000", None),
        ("*/*;q=0", None),
        ("application/rss+xml;q=1.000;ext=1", FEEDS[1]),
        ('application/atom+xml;a="x,y";q=0.1, application/rss+xml;q=0.2', FEEDS[1]),
        ('text/html;a=", application/rss+xml,"', None),
        ("text/html, image/gif, *; q=.2, */*; q=.2", FEEDS[0]),
        ("application/rss+xml;q=0.33333333, application/atom+xml;q=.3", FEEDS[1]),
        ("garbage", FEEDS[0]),
        (",,, ;q=1", FEEDS[0]),
        ("application/rss+xml;q=high, */*;q=0.1", FEEDS[0]),
        ("application/rss+xml;q=high", FEEDS[0]),
        ("application/rss+xml;q=1.1, application/feed+json;q=0.1", FEEDS[2]),
        ("application/rss+xml;q=-1, application/feed+json;q=0.1", FEEDS[2]),
        ("application/rss+xml;q=nan, application/feed+json;q=0.1", FEEDS[2]),
        ("*/rss+xml, application/feed+json;q=0.1", FEEDS[2]),
        ('application/feed+json, "application/rss+xml', FEEDS[2]),
    ],
)
def test_negotiate(accept, expected):
    """The highest weight wins by the most specific range, then the first; 0 rules out."""
    assert expected == negotiate(accept, FEEDS)


@pytest.mark.covers("HTTP-N-4")
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/atom+xml", True),
        ("application/atom+xml;type=entry", True),
        ('application/atom+xml;type="Entry"', True),
        ("application/atom+xml;charset=UTF-8", True),
        ("application/atom+xml;type=feed", False),
        ("application/atom+xml;other=entry", False),
        ("application/atom+xml, application/atom+xml;type=entry;q=0", False),
        ("application/atom+xml;type=entry, application/atom+xml;q=0", True),
        (
            "application/atom+xml;type=entry;charset=utf-8;q=0, application/atom+xml;type=entry",
            False,
        ),
    ],
)
def test_parameters_of_offers(accept, expected):
    """A range covers an offer with more parameters; the more it names, the more specific it is."""
    offer = "application/atom+xml;type=entry;charset=utf-8"
    assert (offer if expected else None) == negotiate(accept, [offer])


def test_no_offers():
    """Of nothing nothing is chosen."""
    assert None is negotiate(None, [])
    assert None is negotiate("*/*", [])
    assert None is choose_coding("*", [])


@pytest.mark.parametrize(
    ("accept_encoding", "expected"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "gzip"),
        ("deflate, br", "identity"),
        ("gzip;q=0", "identity"),
        ("gzip ; Q=0.000", "identity"),
        ("gzip;q=0.001", "gzip"),
        ("gzip;q=1.0, identity; q=0.5, *;q=0", "gzip"),
        ("identity", "identity"),
        ("identity, gzip", "gzip"),
        ("identity;q=1, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity;q=0.5, gzip;Q=0.9", "gzip"),
        ("*", "gzip"),
        ("*;q=0.5, gzip;q=0", "identity"),
        ("*;q=0, identity", "identity"),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=0", None),
        ("identity;q=0, gzip", "gzip"),
        ("*;q=0", None),
        ("br, *;q=0", None),
        ("gzip;q=high", "identity"),
        ("identity;q=high", "identity"),
        ("gzip;level=9", "identity"),
        ("gzip;q=0, gzip", "identity"),
        ("g zip, \x00, ;;", "identity"),
    ],
)
def test_choose_coding(accept_encoding, expected):
    """A coding is used only if it is acceptable; identity is, unless ruled out."""
    assert expected == choose_coding(accept_encoding, CODINGS)


def test_choose_coding_of_media():
    """What is never compressed is sent as it is, unless identity is ruled out."""
    assert CODINGS[1] == choose_coding("gzip", ["identity"])
    assert None is choose_coding("gzip, identity;q=0", ["identity"])


@given(HEADERS)
def test_any_header(header):
    """No header raises, and what is chosen was offered."""
    assert negotiate(header, FEEDS) in (*FEEDS, None)
    assert choose_coding(header, CODINGS) in (*CODINGS, None)
    media_type = parse(header or "")
    if media_type is not None:
        is_accepted(media_type, [header or "", ENTRY, "*/*"])
        kind_of_atom(media_type)
        may_be_atom(media_type)


@pytest.mark.parametrize(
    "header",
    [
        " " * 65_536 + '"',
        "," * 65_536,
        '"' * 65_535,
        '"' + "\\" * 65_535,
        "text/html;q=0.5," * 10_000,
        ",".join(f"a/b{number}" for number in range(10_000)),
        "a/b" + ";c=d" * 16_384,
        'a/b;c="' + "\\a" * 32_768,
        ("a/b" + ";c=d" * 120 + ",") * 134,
    ],
    ids=["space", "commas", "quotes", "escapes", "same", "many", "parameters", "quoted", "both"],
)
def test_long_headers(header):
    """A header of 64 KB or ten thousand elements takes a moment and no more."""
    started = time.process_time()
    negotiate(header, FEEDS)
    choose_coding(header, CODINGS)
    parse(header)
    assert time.process_time() - started < 0.5


def test_cap_of_elements():
    """Elements after the hundredth, and monstrous ones, are not looked at."""
    many = "text/html," * 99
    assert FEEDS[1] == negotiate(f"{many}application/rss+xml", FEEDS)
    assert None is negotiate(f"{many}text/html,application/rss+xml", FEEDS)
    assert FEEDS[0] == negotiate(f"application/rss+xml;a={'b' * 500}", FEEDS)
    assert CODINGS[0] == choose_coding("br," * 99 + "gzip", CODINGS)
    assert CODINGS[1] == choose_coding("br," * 100 + "gzip", CODINGS)


def test_long_headers_are_not_kept():
    """A header too long for the cache is read all the same."""
    accept = "text/html;q=0.5," * 50 + "application/rss+xml"
    assert FEEDS[1] == negotiate(accept, FEEDS)
    assert CODINGS[0] == choose_coding("br;q=0.5," * 50 + "gzip", CODINGS)
