"""Atom documents for tests, and the schemas that everything emitted is held against."""

from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

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


def xpath(document, path):
    """What an XPath finds; the prefixes are those of NS."""
    root = document if hasattr(document, "xpath") else etree.fromstring(document)
    return root.xpath(path, namespaces=NS)


def one(document, path):
    """The only thing an XPath finds."""
    (found,) = xpath(document, path)
    return found


@cache
def schema(name):
    """A strict schema."""
    return etree.RelaxNG(etree.parse(SCHEMAS / f"{name}.rng"))


def check_strict(content_type, body):
    """Assert that a document of one of our types is valid by the strict schema."""
    name = STRICT.get(content_type.replace(";charset=utf-8", ""))
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
