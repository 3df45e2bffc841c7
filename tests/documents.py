"""Atom documents for tests, and the schemas that everything emitted is held against."""

from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

from tests.formats import rules

ATOM = "http://www.w3.org/2005/Atom"
APP = "http://www.w3.org/2007/app"
TOMBSTONE = "http://purl.org/atompub/tombstones/1.0"
NS = {"a": ATOM, "app": APP, "at": TOMBSTONE, "x": "http://www.w3.org/1999/xhtml"}
ENTRY = "application/atom+xml;type=entry"

SCHEMAS = Path(__file__).parent.parent / "schemas"
STRICT = {
    "application/atom+xml;type=entry": "entry",
    "application/atom+xml;type=feed": "feed",
    "application/atom+xml": "feed",
    "application/atomsvc+xml": "service",
    "application/atomcat+xml": "categories",
}
CHECKS = {"application/rss+xml": rules.check_rss, "application/feed+json": rules.check_json}


def entry(title="Title", content="text", *, extra="", **dates):
    """An entry with everything the RFC asks for; `extra` is markup put before the end tag."""
    return (
        f'<entry xmlns="{ATOM}" xmlns:app="{APP}">'
        f"<id>{dates.get('id', 'urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6')}</id>"
        f"<title>{escape(title)}</title>"
        f"<updated>{dates.get('updated', '2003-12-13T18:30:02Z')}</updated>"
        f"<author><name>Client</name></author>"
        f"<content>{escape(content)}</content>{extra}</entry>"
    ).encode()


def bare(inside=""):
    """An entry element with only this inside."""
    return f'<entry xmlns="{ATOM}" xmlns:app="{APP}">{inside}</entry>'.encode()


DRAFT = "<app:control><app:draft>yes</app:draft></app:control>"

SAMPLES = {
    "plain": entry(),
    "nothing": bare(),
    "self-closed": f'<entry xmlns="{ATOM}"/>'.encode(),
    "prefixed": f'<a:entry xmlns:a="{ATOM}"><a:title>T</a:title></a:entry>'.encode(),
    "html": bare(
        '<title type="html">&lt;i>T&lt;/i></title><content type="html">a&lt;br></content>'
    ),
    "xhtml": bare(
        '<title>T</title><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a'
        "<br/>b</p></div></content>"
    ),
    "picture": bare('<title>T</title><content type="image/png">iVBORw0KGgo=</content>'),
    "elsewhere": bare('<content type="image/png" src="http://example.org/a.png"/>'),
    "markup": bare(
        '<content type="image/svg+xml"><svg xmlns="http://www.w3.org/2000/svg"><g/></svg></content>'
    ),
    "foreign": bare(
        '<title>T</title><dc:subject xmlns:dc="http://purl.org/dc/elements/1.1/">s</dc:subject>'
        '<x:a xmlns:x="urn:x" x:b="1"><x:c/>t<!-- kept --><?kept too?></x:a><app:fancy/>'
    ),
    "comments": b"<!-- before -->" + bare("<!-- within --><title>T</title>\n") + b"<!-- after -->",
    "instructions": b"<?before a?>" + bare("<?within b?><title>T</title>") + b"<?after c?>",
    "based": (
        f'<entry xmlns="{ATOM}" xml:base="http://example.org/a/"><title>T</title>'
        '<link rel="related" href="b"/><content xml:base="c/" type="html">d</content></entry>'
    ).encode(),
    "languages": bare('<title xml:lang="ja">\u984c</title><content xml:lang="">c</content>'),
    "dated": bare(
        "<updated>2003-12-13T18:30:02.25+01:00</updated><published>2001-02-03T04:05:06Z</published>"
    ),
    "links": bare(
        '<link href="http://example.org/fr" hreflang="fr"/><link rel="related" href="/r"/>'
        '<link rel="enclosure" type="audio/mpeg" length="1" href="http://example.org/a.mp3"/>'
    ),
    "people": bare(
        "<author><name>A</name><uri>http://example.org/</uri></author><author><name>B</name>"
        "</author><contributor><name>C</name><email>c@example.org</email></contributor>"
    ),
    "categories": bare('<category term="a"/><category term="b" scheme="urn:s" label="B"/>'),
    "source": bare(
        "<source><id>urn:x:feed</id><title>F</title><author><name>S</name></author></source>"
    ),
    "draft": entry(extra=DRAFT),
    "scheduled": bare("<title>T</title><published>2999-01-01T00:00:00Z</published>"),
    "preview": bare('<app:control><p:view xmlns:p="urn:p">1</p:view></app:control>'),
    "echo": bare(
        "<app:edited>1999-01-01T00:00:00Z</app:edited><link rel='edit' href='http://example.org/1'/>"
        "<link rel='edit' href='http://example.org/2'/><link rel='self' href='http://example.org/3'/>"
    ),
    "utf-16": ("\ufeff" + bare("<title>\u984c</title>").decode()).encode("utf-16-le"),
    "latin-1": b'<?xml version="1.0" encoding="ISO-8859-1"?>'
    + bare("<title>\xe9</title>").decode().encode("latin-1"),
    "lines": bare("\r\n  <title>T</title>\r\n  <content>a\r\n\tb</content>\r\n"),
}
"""Valid entries of every kind, by what is particular about them."""


def xpath(document, path):
    """What an XPath finds; the prefixes are those of NS."""
    root = document if hasattr(document, "xpath") else etree.fromstring(document)
    return root.xpath(path, namespaces=NS)


def one(document, path):
    """The only thing an XPath finds."""
    (found,) = xpath(document, path)
    return found


def link(document, rel):
    """Where the root's only link of a relation leads, None when there is none."""
    found = xpath(document, f"/*/a:link[@rel='{rel}']/@href")
    assert len(found) <= 1, found
    return found[0] if found else None


def titles(feed):
    """The titles of a feed's entries, in its order."""
    return [element.text or "" for element in xpath(feed, "/a:feed/a:entry/a:title")]


@cache
def schema(name):
    """A strict schema."""
    return etree.RelaxNG(etree.parse(SCHEMAS / f"{name}.rng"))


def check_strict(content_type, body):
    """Assert that a document of one of our types is valid by the strict schema."""
    bare_type = content_type.replace(";charset=utf-8", "")
    if bare_type in CHECKS:
        CHECKS[bare_type](body)
    name = STRICT.get(bare_type)
    if name is not None:
        gate = schema(name)
        assert gate.validate(etree.fromstring(body)), f"{gate.error_log}\n{body.decode()}"


def canonical(document, *, without=()):
    """A document in canonical form, less the elements that the XPaths name."""
    root = etree.fromstring(document)
    for path in without:
        for element in root.xpath(path, namespaces=NS):
            element.getparent().remove(element)
    return etree.tostring(root, method="c14n")
