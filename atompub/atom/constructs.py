"""Rules of the constructs that Atom's elements are made of (RFC 4287 sections 3 and 4.2)."""

import re
from collections.abc import Iterator

from atompub.atom import dates
from atompub.atom.namespaces import XHTML, Element, atom, is_element, line_of, spoken, text_of
from atompub.atom.references import (
    is_absolute,
    is_language_tag,
    is_media_type,
    is_reference,
    is_relation,
)
from atompub.errors import Fault

XML_SPACE = " \t\r\n"
KNOWN = frozenset(
    map(
        atom,
        (
            *("author", "category", "content", "contributor", "email", "entry", "feed"),
            *("generator", "icon", "id", "link", "logo", "name", "published", "rights"),
            *("source", "subtitle", "summary", "title", "updated", "uri"),
        ),
    )
)
"""The elements that RFC 4287 defines; other names in its namespace are extensions (section 6.3)."""
PERSON = frozenset(map(atom, ("name", "uri", "email")))
IANA = "http://www.iana.org/assignments/relation/"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def fault(element: Element, rule: str, reason: str) -> Fault:
    """A fault of an element."""
    return Fault(spoken(str(element.tag)), rule, line_of(element), reason)


def trimmed(element: Element) -> str:
    """An element's text without the white space that pretty-printers add (ATOM-3-1)."""
    return str(text_of(element)).strip(XML_SPACE)


def relation_of(link: Element) -> str:
    """A link's relation, by its short name where IANA has one (RFC 4287 section 4.2.7.2)."""
    return link.get("rel", "alternate").removeprefix(IANA)


def at_most_once(parent: Element, names: frozenset[str], rule: str) -> Iterator[Fault]:
    """A fault for each child of those names that stands again."""
    seen = set()
    for child in parent:
        if child.tag in names:
            if child.tag in seen:
                yield fault(child, rule, "stands more than once")
            seen.add(child.tag)


def check_plain(element: Element) -> Iterator[Fault]:
    """Text only."""
    if any(map(is_element, element)):
        yield fault(element, "ATOM-2-2", "holds elements where only text may stand")


def check_places(parent: Element, allowed: frozenset[str]) -> Iterator[Fault]:
    """No text, and of the elements that Atom defines only the allowed ones (RFC 4287 section 4)."""
    texts = (parent.text, *(child.tail for child in parent))
    if any(text and text.strip(XML_SPACE) for text in texts):
        yield fault(parent, "ATOM-4.1.2-6", "holds text where only elements may stand")
    for child in parent:
        if child.tag in KNOWN and child.tag not in allowed:
            yield fault(child, "ATOM-4.1.2-6", f"may not stand in {spoken(str(parent.tag))}")


def check_date(element: Element) -> Iterator[Fault]:
    """An RFC 3339 date-time (RFC 4287 section 3.3)."""
    yield from check_plain(element)
    try:
        dates.parse(trimmed(element))
    except ValueError as error:
        yield fault(element, "ATOM-3.3-1", str(error))


def check_reference(element: Element) -> Iterator[Fault]:
    """An IRI reference as text."""
    yield from check_plain(element)
    if not is_reference(trimmed(element)):
        yield fault(element, "ATOM-4.2.11-1", "is not an IRI")


def check_generator(element: Element) -> Iterator[Fault]:
    """A text and a uri (RFC 4287 section 4.2.4)."""
    yield from check_plain(element)
    if not trimmed(element):
        yield fault(element, "ATOM-4.2.4-1", "is empty")
    if not is_reference(element.get("uri", "").strip(XML_SPACE)):
        yield fault(element, "ATOM-4.2.4-1", "uri is not an IRI")


def check_text(element: Element) -> Iterator[Fault]:
    """A text construct (RFC 4287 section 3.1)."""
    kind = element.get("type", "text")
    if kind == "xhtml":
        yield from check_xhtml(element)
    elif kind not in {"text", "html"}:
        yield fault(element, "ATOM-3.1-1", f"type {kind[:60]!r} is not text, html or xhtml")
    elif any(map(is_element, element)):
        yield fault(element, "ATOM-3.1-3", f"type {kind} holds escaped text, not elements")


def check_xhtml(element: Element) -> Iterator[Fault]:
    """One xhtml:div and nothing else but white space (RFC 4287 section 3.1.1.3)."""
    children = [child for child in element if is_element(child)]
    if [child.tag for child in children] != [f"{{{XHTML}}}div"]:
        yield fault(
            element, "ATOM-3.1-4", "type xhtml holds exactly one div in the XHTML namespace"
        )
        return
    texts = (element.text, *(child.tail for child in element))
    if any(text and text.strip(XML_SPACE) for text in texts):
        yield fault(element, "ATOM-3.1-4", "text stands beside the xhtml:div")


def check_person(element: Element) -> Iterator[Fault]:
    """One name, at most one uri and one email (RFC 4287 section 3.2)."""
    if len([*element.iterchildren(atom("name"))]) != 1:
        yield fault(element, "ATOM-3.2-1", "has not exactly one atom:name")
    yield from at_most_once(element, frozenset({atom("uri"), atom("email")}), "ATOM-3.2-1")
    yield from check_places(element, PERSON)
    for child in element.iterchildren(*PERSON):
        yield from check_plain(child)
    for uri in element.iterchildren(atom("uri")):
        if not is_reference(trimmed(uri)):
            yield fault(uri, "ATOM-3.2-2", "is not an IRI")
    for email in element.iterchildren(atom("email")):
        if not EMAIL.fullmatch(trimmed(email)):
            yield fault(email, "ATOM-3.2-2", "is not an e-mail address")


def check_category(element: Element) -> Iterator[Fault]:
    """A term, and a scheme that is an IRI (RFC 4287 section 4.2.2)."""
    if element.get("term") is None:
        yield fault(element, "ATOM-4.2.2-1", "has no term")
    scheme = element.get("scheme", "").strip(XML_SPACE)
    if scheme and not is_absolute(scheme):
        yield fault(element, "ATOM-4.2.2-1", "scheme is not an IRI")
    yield from check_no_atom(element)


def check_link(element: Element) -> Iterator[Fault]:
    """An href, and attributes that are what they are called (RFC 4287 section 4.2.7)."""
    href, rel = element.get("href"), element.get("rel", "alternate")
    if href is None:
        yield fault(element, "ATOM-4.2.7-1", "has no href")
    elif not is_reference(href.strip(XML_SPACE)):
        yield fault(element, "ATOM-4.2.7-1", "href is not an IRI")
    if not is_relation(rel):
        yield fault(element, "ATOM-4.2.7-1", "rel is neither a plain name nor an absolute IRI")
    if not is_media_type(element.get("type", "a/b")):
        yield fault(element, "ATOM-4.2.7-1", "type is not a media type")
    if not is_language_tag(element.get("hreflang", "x")):
        yield fault(element, "ATOM-4.2.7-1", "hreflang is not a language tag")
    yield from check_no_atom(element)


def check_no_atom(element: Element) -> Iterator[Fault]:
    """No element of Atom's own, only what extensions put there."""
    for child in element:
        if child.tag in KNOWN:
            yield fault(child, "ATOM-4.1.2-6", f"may not stand in {spoken(str(element.tag))}")
