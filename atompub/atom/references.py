"""IRIs, media types and language tags as values of Atom attributes."""

import re
from urllib.parse import urlsplit

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# What RFC 3987 leaves out of IRIs: white space, controls, and the delimiters of other syntaxes.
NOT_IN_IRI = re.compile(r'[\x00-\x20\x7f-\x9f<>"{}|\\^`\ufff0-\uffff]')
MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:[ \t]*;[^\r\n]*)?", re.ASCII)
LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
COMPOSITE = ("multipart/", "message/")


def is_reference(text: str) -> bool:
    """Whether a text is an IRI reference, absolute or relative (RFC 3987)."""
    if NOT_IN_IRI.search(text):
        return False
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True


def is_absolute(text: str) -> bool:
    """Whether a text is an IRI with a scheme and something after it."""
    scheme = SCHEME.match(text)
    return scheme is not None and scheme.end() < len(text) and is_reference(text)


def is_base(text: str) -> bool:
    """Whether a text may be an xml:base: relative, http or https."""
    scheme = SCHEME.match(text)
    return is_reference(text) and (scheme is None or scheme[1].lower() in {"http", "https"})


def is_media_type(text: str) -> bool:
    """Whether a text is a media type, with or without parameters (RFC 6838)."""
    return MEDIA_TYPE.fullmatch(text) is not None


def is_language_tag(text: str) -> bool:
    """Whether a text has the shape of a language tag (RFC 5646)."""
    return LANGUAGE_TAG.fullmatch(text) is not None
