"""atom:content: its rules (RFC 4287 section 4.1.3), and what to say of content one cannot read."""

import base64
import binascii
from collections.abc import Iterator

from atompub.atom.constructs import XML_SPACE, check_text, fault, trimmed
from atompub.atom.namespaces import Element, is_element, text_of
from atompub.atom.references import COMPOSITE, is_media_type, is_reference
from atompub.errors import Fault
from atompub.model import Media

TEXT_TYPES = {"text", "html", "xhtml"}
WITHOUT_SPACE = str.maketrans("", "", XML_SPACE)
NOUNS = {"image": "image", "audio": "audio", "video": "video", "application": "document"}


def check_content(element: Element) -> Iterator[Fault]:
    """The rule for the content's type; the first that matches decides (section 4.1.3.3)."""
    kind = element.get("type")
    if element.get("src") is not None:
        yield from _check_out_of_line(element, kind)
    elif kind is None or kind in TEXT_TYPES:
        yield from check_text(element)
    elif not is_media_type(kind) or kind.lower().startswith(COMPOSITE):
        reason = f"type {kind[:60]!r} is not text, html, xhtml or a media type it may have"
        yield fault(element, "ATOM-4.1.3-1", reason)
    elif is_xml_type(kind):
        return
    elif any(map(is_element, element)):
        rule = "ATOM-4.1.3-5" if kind.lower().startswith("text/") else "ATOM-4.1.3-6"
        yield fault(element, rule, f"type {kind[:60]} may not hold elements")
    elif needs_base64(element) and _decoded(element) is None:
        yield fault(element, "ATOM-4.1.3-6", "is not valid base64")


def is_xml_type(kind: str) -> bool:
    """Whether a media type is XML, whose content is markup (RFC 7303)."""
    essence = kind.partition(";")[0].strip().lower()
    return essence.endswith(("/xml", "+xml"))


def needs_base64(element: Element) -> bool:
    """Whether inline content of the element's type is base64."""
    kind = element.get("type", "text")
    is_text = kind in TEXT_TYPES or kind.lower().startswith("text/") or is_xml_type(kind)
    return element.get("src") is None and not is_text


def generated_summary(content: Element) -> str:
    """The summary an entry needs whose content is elsewhere or base64 (section 4.1.2), or ""."""
    if content.get("src") is not None:
        kind = describe(content.get("type", ""))
        return f"{kind} at {content.get('src', '').strip(XML_SPACE)}"
    if needs_base64(content):
        return f"{describe(content.get('type', ''))}, {len(_decoded(content) or b'')} bytes"
    return ""


def media_summary(media: Media) -> str:
    """The summary of a media link entry that its author gave none."""
    return f"{describe(media.type)}, {media.length} bytes"


def describe(media_type: str) -> str:
    """A media type for people: "PNG image"."""
    major, _, minor = media_type.partition(";")[0].strip().partition("/")
    if not minor:
        return "Content"
    kind = minor.removeprefix("x-").partition("+")[0]
    return f"{kind.upper()} {NOUNS.get(major.lower(), major)}"


def _check_out_of_line(element: Element, kind: str | None) -> Iterator[Fault]:
    if not is_reference(element.get("src", "").strip(XML_SPACE)):
        yield fault(element, "ATOM-4.1.3-2", "src is not an IRI")
    if kind is not None and (not is_media_type(kind) or kind.lower().startswith(COMPOSITE)):
        yield fault(element, "ATOM-4.1.3-2", f"type {kind[:60]!r} is not a media type")
    if trimmed(element) or any(map(is_element, element)):
        yield fault(element, "ATOM-4.1.3-2", "has both src and content")


def _decoded(element: Element) -> bytes | None:
    """The octets of base64 content, None when it is none."""
    text = str(text_of(element)).translate(WITHOUT_SPACE)
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # Python overlooks stray bits at the end; other decoders do not.
    return octets if base64.b64encode(octets).decode() == text else None
