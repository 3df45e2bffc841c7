"""IRIs, media types and language tags as values of Atom attributes."""

import re

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# What RFC 3987 leaves out of IRIs: white space, controls, and the delimiters of other syntaxes;
# a percent sign begins two hexadecimal digits, brackets hold an IP address.
_LETTER = r"(?:[^\x00-\x20\x7f-\x9f\ufff0-\uffff<>\"{}|\\^`%\[\]:/?#@]|%[0-9A-Fa-f]{2})"
_PATH = rf"(?:{_LETTER}|[:@/])*+"
_AUTHORITY = rf"(?:(?:{_LETTER}|:)*@)?(?:\[[0-9A-Fa-f:.]+\]|{_LETTER}*+)(?::[0-9]++)?"
_REFERENCE = re.compile(
    rf"(?:[A-Za-z][A-Za-z0-9+.-]*+:|(?![^/?#]*:))(?://{_AUTHORITY}(?=[/?#]|\Z)|(?!//)){_PATH}"
    rf"(?:\?(?:{_LETTER}|[:@/?])*+)?(?:#(?:{_LETTER}|[:@/?])*+)?"
)
_PLAIN_NAME = re.compile(rf"{_LETTER}++")
MEDIA_TYPE = re.compile(
    r"[A-Za-z0-9][\w!#$&^.+-]*/[A-Za-z0-9][\w!#$&^.+-]*(?:[ \t]*;[^\r\n]*)?", re.ASCII
)
LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
COMPOSITE = ("multipart/", "message/")


def is_reference(text: str) -> bool:
    """Whether a text is an IRI reference, absolute or relative (RFC 3987)."""
    return _REFERENCE.fullmatch(text) is not None


def is_relation(text: str) -> bool:
    """Whether a text may be a link's rel: a plain name or an absolute IRI (RFC 4287 4.2.7.2)."""
    return _PLAIN_NAME.fullmatch(text) is not None or is_absolute(text)


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
