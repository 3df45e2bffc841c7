"""The namespaces of Atom documents, and elements named the way people write them."""

from lxml import etree

ATOM = "http://www.w3.org/2005/Atom"
APP = "http://www.w3.org/2007/app"
OLD_APP = "http://purl.org/atom/app#"
"""What drafts of RFC 5023 used; old clients still do."""
XHTML = "http://www.w3.org/1999/xhtml"
XML = "http://www.w3.org/XML/1998/namespace"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
ENCRYPTION = "http://www.w3.org/2001/04/xmlenc#"
TOMBSTONE = "http://purl.org/atompub/tombstones/1.0"
THREAD = "http://purl.org/syndication/thread/1.0"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
UNSPECIFIED = "http://purl.org/atompub/license#unspecified"
"""What a license link says that names none (RFC 4946 section 2)."""

DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'

PREFIXES = {
    ATOM: "atom:",
    APP: "app:",
    OLD_APP: "app:",
    XHTML: "xhtml:",
    XML: "xml:",
    THREAD: "thr:",
    "": "",
}

Element = etree._Element

text_of = etree.XPath("string()", smart_strings=False)
"""An element's text without that of comments and processing instructions."""


def atom(name: str) -> str:
    """A name in the Atom namespace, as lxml writes it."""
    return f"{{{ATOM}}}{name}"


def app(name: str) -> str:
    """A name in the namespace of RFC 5023, as lxml writes it."""
    return f"{{{APP}}}{name}"


def is_element(node: Element) -> bool:
    """Whether a node is an element, not a comment or a processing instruction."""
    return isinstance(node.tag, str)


def line_of(element: Element) -> int:
    """The line an element stands on, 0 when nobody knows."""
    line: int | None = element.sourceline  # type: ignore[assignment]  # the stubs do not know
    return line or 0


def spoken(tag: str) -> str:
    """A name as a person writes it: "atom:title"; an unknown namespace in braces, cut short."""
    namespace, _, local = tag.rpartition("}")
    namespace = namespace.removeprefix("{")
    prefix = PREFIXES.get(namespace)
    return (f"{{{namespace[:60]}}}" if prefix is None else prefix) + local[:60]
