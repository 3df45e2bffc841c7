"""Bytes to a tree, safely: one encoding authority, no DTD, no network, bounded in every way."""

import codecs
import re
import threading
from xml.parsers import expat

from lxml import etree

from atompub.atom.namespaces import Element, is_element, line_of
from atompub.errors import NotWellFormed, TooLarge
from atompub.text import UNFIT

LONGEST_DECLARATION = 1024
MAX_DEPTH = 100
MAX_NODES = 10_000
MAX_ATTRIBUTES = 256
MAX_NAMESPACES = 256
MAX_NAME = 64 * 1024
MAX_TEXT = 1024 * 1024

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
FOREIGN_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}
TAKEN = "UTF-8, UTF-16 with a byte order mark, US-ASCII, ISO-8859-1 and windows-1252"

DECLARATION = re.compile(
    r"""<\?xml\s+version\s*=\s*(?P<q>["'])(?P<version>[^"'<>]{1,20})(?P=q)
    (?:\s+encoding\s*=\s*(?P<r>["'])(?P<encoding>[A-Za-z][A-Za-z0-9._-]{0,40})(?P=r))?
    (?:\s+standalone\s*=\s*(?P<s>["'])(?:yes|no)(?P=s))?\s*\?>""",
    re.VERBOSE,
)
# Atomic groups: a prolog of a thousand comments must not be tried in every combination.
DOCTYPE = re.compile(r"(?>\s+|<!--.*?-->|<\?.*?\?>)*+<!DOCTYPE", re.DOTALL)
POSITION = re.compile(r",? line \d+, column \d+.*", re.DOTALL)

_parsers = threading.local()


def parse(body: bytes, charset: str | None = None) -> Element:
    """The root of an XML document; `charset` is the Content-Type's parameter.

    Raises NotWellFormed, and TooLarge for more than `MAX_NODES` elements, comments and such.
    """
    text = decode(body, charset)
    doctype = DOCTYPE.match(text)
    if doctype:
        start = doctype.end() - len("<!DOCTYPE")
        raise _at(text, start, "a DOCTYPE is not accepted; Atom needs none")
    try:
        root = etree.fromstring(text.encode(), _parser())
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(error) from None
    _check_bounds(root)
    if text.count("xmlns") > MAX_NAMESPACES:
        _check_namespaces(root)
    _check_names(text)
    return root


def _check_names(text: str) -> None:
    """Let expat agree: libxml2 takes names that only later editions of XML 1.0 know, and one of
    them in one entry would keep readers built on expat from the whole feed."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise NotWellFormed(reason, error.lineno, error.offset + 1) from None


def _not_well_formed(error: etree.XMLSyntaxError) -> NotWellFormed:
    line, column = error.position
    reason = POSITION.sub("", error.msg or "not well-formed XML").removeprefix("xmlParse")
    if reason.startswith("Excessive depth"):
        reason = f"more than {MAX_DEPTH} elements deep"
    return NotWellFormed(reason, line, max(column, 1))


def decode(body: bytes, charset: str | None) -> str:
    """The document as text with the XML declaration blanked out, so that positions stay true.

    A byte order mark beats `charset`, which beats the declaration, which beats UTF-8 (RFC 7303
    section 3.2). Raises NotWellFormed.
    """
    if body.startswith(FOREIGN_BOMS):
        raise NotWellFormed(f"UTF-32 is not accepted; send one of {TAKEN}", 1, 1)
    bom, encoding = next((pair for pair in BOMS if body.startswith(pair[0])), (b"", ""))
    head = DECLARATION.match(body[:LONGEST_DECLARATION].decode("latin-1"))
    if not encoding:
        named = charset or (head and head["encoding"]) or "utf-8"
        encoding = ENCODINGS.get(named.strip().lower(), "")
        if not encoding:
            raise NotWellFormed(
                f"the encoding {named[:40]!r} is not accepted; send one of {TAKEN}", 1, 1
            )
    text = _decoded(body[len(bom) :], encoding)
    unusable = UNFIT.search(text)
    if unusable:
        raise _at(text, unusable.start(), f"U+{ord(unusable[0]):04X} may not stand in XML")
    return _without_declaration(text)


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, "replace")
        raise _at(before, len(before), f"not valid {encoding.upper()}") from None


def _without_declaration(text: str) -> str:
    declaration = DECLARATION.match(text)
    if declaration is None:
        if re.match(r"<\?xml\s", text):
            raise NotWellFormed("the XML declaration is malformed", 1, 1)
        return text
    if declaration["version"] != "1.0":
        raise NotWellFormed("only XML 1.0 is accepted", 1, 1)
    return re.sub(r"[^\n]", " ", declaration[0]) + text[declaration.end() :]


def _at(text: str, offset: int, reason: str) -> NotWellFormed:
    line = text.count("\n", 0, offset) + 1
    return NotWellFormed(reason, line, offset - text.rfind("\n", 0, offset))


def _parser() -> etree.XMLParser:
    """This thread's parser: lxml makes threads that share one wait for each other."""
    parser: etree.XMLParser | None = getattr(_parsers, "value", None)
    if parser is None:
        parser = _parsers.value = etree.XMLParser(
            encoding="utf-8", resolve_entities=False, no_network=True, collect_ids=False
        )
    return parser


def _check_bounds(root: Element) -> None:
    """Level by level, so that depth is known before anything walks the tree recursively."""
    nodes, depth, count = [root], 0, 0
    while nodes:
        count += len(nodes)
        if count > MAX_NODES:
            raise TooLarge(f"more than {MAX_NODES} elements, comments and instructions", MAX_NODES)
        for node in nodes:
            _check_text(node)
        elements = [node for node in nodes if is_element(node)]
        depth += 1
        if elements and depth > MAX_DEPTH:
            raise NotWellFormed(f"more than {MAX_DEPTH} elements deep", line_of(elements[0]), 1)
        for element in elements:
            _check_sizes(element)
        nodes = [child for element in elements for child in element]


def _check_sizes(element: Element) -> None:
    line = line_of(element)
    attributes = element.attrib
    if len(attributes) > MAX_ATTRIBUTES:
        raise NotWellFormed(f"an element has more than {MAX_ATTRIBUTES} attributes", line, 1)
    if any(len(name) > MAX_NAME or len(value) > MAX_NAME for name, value in attributes.items()):
        raise NotWellFormed(f"an attribute is longer than {MAX_NAME} characters", line, 1)
    if len(element.tag) > MAX_NAME:
        raise NotWellFormed(f"a name is longer than {MAX_NAME} characters", line, 1)


def _check_text(node: Element) -> None:
    if len(node.text or "") > MAX_TEXT or len(node.tail or "") > MAX_TEXT:
        raise NotWellFormed(f"a text is longer than {MAX_TEXT} characters", line_of(node), 1)


def _check_namespaces(root: Element) -> None:
    """Bound the declarations in scope: each part that is taken out of the tree copies them all."""
    for element in root.iter(etree.Element):
        if len(element.nsmap) > MAX_NAMESPACES:
            reason = f"more than {MAX_NAMESPACES} namespaces are in scope"
            raise NotWellFormed(reason, line_of(element), 1)
