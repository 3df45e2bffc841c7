"""How much XML is read: depth, counts and sizes, and what must not take long."""

import subprocess
import sys
import time
from contextlib import suppress

import pytest

from atompub.atom.parse import parse
from atompub.atom.validate import validate
from atompub.errors import AtomPubError, NotWellFormed, TooLarge
from tests.atom.entries import made, shown
from tests.documents import ATOM

MIB = 1024 * 1024


def nested(depth, inside=""):
    """A document of that many levels."""
    return f"{'<a>' * depth}{inside}{'</a>' * depth}".encode()


def declarations(count, first=0):
    """That many declarations of namespaces."""
    return " ".join(f'xmlns:n{number}="urn:{number}"' for number in range(first, first + count))


def attributes(count):
    """That many attributes."""
    return " ".join(f'a{number}=""' for number in range(count))


AT_THE_LIMIT = {
    "depth": lambda over: nested(100 + over),
    "depth of text": lambda over: nested(100 + over, "text <!-- comment --><?instruction?>"),
    "elements": lambda over: f"<a>{'<b/>' * (9_999 + over)}</a>".encode(),
    "attributes": lambda over: f"<a><b {attributes(256 + over)}/></a>".encode(),
    "attribute": lambda over: f"<a b='{'é' * (65_536 + over)}'/>".encode(),
    "text": lambda over: f"<a>{'é' * (MIB - MIB // 2)}{'e' * (MIB // 2 + over)}</a>".encode(),
    "text behind": lambda over: f"<a><b/>{'e' * (MIB + over)}</a>".encode(),
    "comment": lambda over: f"<a><!--{'e' * (MIB + over)}--></a>".encode(),
    "namespaces": lambda over: f"<a {declarations(256 + over)}/>".encode(),
    "namespaces in scope": lambda over: (
        f"<a {declarations(200)}><b/><c {declarations(56 + over, 200)}/></a>".encode()
    ),
}


@pytest.mark.covers("SEC-X-4", "SEC-X-5")
@pytest.mark.parametrize("limit", AT_THE_LIMIT)
def test_at_the_limit(limit):
    """What is exactly as large as the limit is read."""
    assert "a" == parse(AT_THE_LIMIT[limit](0)).tag


@pytest.mark.covers("SEC-X-4", "SEC-X-5")
@pytest.mark.parametrize("limit", AT_THE_LIMIT)
def test_over_the_limit(limit):
    """What is one larger than the limit is refused with a reason that names it."""
    expected = TooLarge if limit == "elements" else NotWellFormed
    with pytest.raises(expected, match=r"more than|longer than"):
        parse(AT_THE_LIMIT[limit](1))


@pytest.mark.covers("SEC-X-5")
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f"<{'a' * 70_000}/>", id="element"),
        pytest.param(f"<a {'b' * 70_000}=''/>", id="attribute"),
        pytest.param(f"<a xmlns='urn:{'b' * 70_000}'/>", id="namespace"),
        pytest.param(f"<a xmlns:b='urn:{'b' * 70_000}' b:c=''/>", id="namespace of an attribute"),
        pytest.param(f"<?{'a' * 70_000}?><a/>", id="instruction"),
    ],
)
def test_long_name(body):
    """A name longer than 64 KiB is refused, with its namespace counted."""
    with pytest.raises(NotWellFormed):
        parse(body.encode())


BOMBS = {
    "nested": "<!DOCTYPE a [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(20))
    + "]><a>&a20;</a>",
    "quadratic": f"<!DOCTYPE a [<!ENTITY b '{'x' * 100_000}'>]><a>{'&b;' * 100_000}</a>",
    "parameter": "<!DOCTYPE a [<!ENTITY % p0 '<!ENTITY x \"y\">'>"
    + "".join(f"<!ENTITY % p{n + 1} '{f'%p{n};' * 10}'>" for n in range(20))
    + "%p20;]><a/>",
    "without a doctype": f"<a>{'&amp;' * 100_000}&b;</a>",
}
MEASURE = """
import resource, sys, time
from atompub.atom.parse import parse
from atompub.errors import NotWellFormed
body = sys.stdin.buffer.read()
parse(b"<a/>")
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    parse(body)
except NotWellFormed:
    took = time.process_time() - began
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.covers("SEC-X-3")
@pytest.mark.parametrize("bomb", BOMBS)
def test_entity_bomb(bomb):
    """Entities that grow are refused in less than a second and 10 MiB, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE], input=BOMBS[bomb].encode(), capture_output=True, check=True
    )
    seconds, kibibytes = ran.stdout.split()
    assert 1 > float(seconds)
    assert 10 * 1024 > int(kibibytes)


def around(inside, attributes=""):
    """An entry with this inside."""
    return f'<entry xmlns="{ATOM}" {attributes}>{inside}</entry>'.encode()


CONTROL = '<c:control xmlns:c="http://www.w3.org/2007/app"><c:draft>yes</c:draft></c:control>'

SLOW = {
    "depth": b"<a>" * 100_000,
    "depth to the limit of a body": b"<a>" * 690_000,
    "unclosed comments": b"<!--" * 500_000,
    "unclosed instructions": b"<?" * 1_000_000,
    "unclosed sections": b"<a>" + b"<![CDATA[" * 200_000,
    "comments before the root": b"<!---->" * 280_000 + b"<a/>",
    "instructions before the root": b"<?a?>" * 400_000 + b"<a/>",
    "comments in the root": around("<!---->" * 280_000),
    "instructions in the root": around("<?a?>" * 400_000),
    "instructions in text": around(f"<title>{'<?a?>b' * 300_000}</title>"),
    "spaces before the root": b" " * 2_000_000,
    "spaces in a declaration": b"<?xml version='1.0'" + b" " * 2_000_000,
    "namespaces": around(CONTROL, declarations(80_000)),
    "namespaces in control": around(
        CONTROL.replace("<c:draft", f"<c:draft {declarations(80_000)}")
    ),
    "namespaces on each": around('<a xmlns="urn:x"/>' * 9_990, declarations(250)),
    "namespaces level by level": around(
        "".join(f'<a xmlns:a{n}="urn:" xmlns:b{n}="urn:">' for n in range(98))
        + "<a/>" * 9_800
        + "</a>" * 98
    ),
    "attributes": f"<a {attributes(190_000)}/>".encode(),
    "references": b"<a>" + b"&#65;" * 400_000 + b"</a>",
    "authors": around("<author><name/></author>" * 4_990),
    "categories": around('<category term="a"/>' * 9_990),
    "links": around('<link rel="related" href="a"/>' * 9_990),
    "alternates": around("".join(f'<link type="a/b{n}" href="a"/>' for n in range(9_990))),
    "controls": around(CONTROL * 4_990),
    "titles": around("<title/>" * 9_990),
    "drafts": around(CONTROL.replace("</c:control>", "<c:draft/>" * 9_980 + "</c:control>")),
    "date": around(f"<updated>2003-12-13T18:30:02.{'9' * 1_000_000}Z</updated>"),
    "date of spaces": around(f"<updated>2003-12-13T18:30:02{' ' * 1_000_000}</updated>"),
    "e-mail address": around(f"<author><name/><email>{'a@' * 500_000}</email></author>"),
    "address": around(f"<author><name/><uri>{'a:' * 500_000}</uri></author>"),
    "address of brackets": around(f"<author><name/><uri>http://{'[' * 500_000}</uri></author>"),
    "id": around(f"<id>urn:{'%' * 1_000_000}</id>"),
    "link relation": around(f'<link href="a" rel="{"a" * 65_000}/"/>'),
    "link type": around(f'<link href="a" type="a/b{" " * 65_000}x"/>'),
    "content type": around(f'<content type="a/b{"+xml" * 16_000}"/>'),
    "language": around(f'<link href="a" hreflang="{"a-" * 32_000}!"/>'),
    "base64": around(f'<content type="a/b">{"QUJD " * 200_000}</content>'),
    "base64 in pieces": around(f'<content type="a/b">{"QUJD<!---->" * 180_000}</content>'),
    "HTML": around(f'<title type="html">{"&lt;b>" * 170_000}</title>'),
    "HTML entities": around(f'<title type="html">{"&amp;amp;" * 170_000}</title>'),
    "XHTML": around(
        '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
        f"{'<b>' * 97}{'<i/>' * 9_000}{'</b>' * 97}</div></title>"
    ),
    "bases": around('<a xmlns="" xml:base="http://example.org/"/>' * 9_990),
}


@pytest.mark.covers("SEC-X-3", "SEC-X-4", "SEC-X-5")
@pytest.mark.parametrize("author", [False, True], ids=["account", "client"])
@pytest.mark.parametrize("kind", SLOW)
def test_quick(kind, author):
    """The largest body of one kind is taken, or refused, and shown within a moment."""
    body = SLOW[kind]
    assert 2 * MIB + 4096 > len(body)
    began = time.process_time()
    with suppress(AtomPubError):
        shown(made(body, keep_authors=author))
    # A second on the slowest machine; what is quadratic takes tens of them.
    assert 2 > time.process_time() - began


def test_faults_are_few():
    """A document with thousands of faults is refused with the first twenty."""
    with pytest.raises(AtomPubError) as caught:
        validate(parse(around("<title/>" * 9_000)))
    assert 20 == len(caught.value.faults)
