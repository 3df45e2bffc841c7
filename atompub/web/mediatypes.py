"""Media types of requests, and the choice of what to answer with (RFC 9110 sections 8.3, 12.5)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import islice

__all__ = [
    "ATOM_ENTRY",
    "AtomKind",
    "MediaType",
    "choose_coding",
    "is_accepted",
    "is_range",
    "kind_of_atom",
    "may_be_atom",
    "negotiate",
    "parse",
]

_SPACE = " \t"
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"  # noqa: S105
_QUOTED = r"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]++|\\[\t \x21-\x7e\x80-\xff])*+"
_TYPE = re.compile(rf"({_TOKEN})/({_TOKEN})")
_PARAMETER = re.compile(rf'[ \t]*+;[ \t]*+(?:({_TOKEN})=(?:({_TOKEN})|"({_QUOTED})"))?')
_ESCAPED = re.compile(r"\\(.)")

# An element of a list: up to the next comma that is not within quotes.
_ELEMENT = re.compile(r'(?:[^",]++|"(?:[^"\\]++|\\.)*+"?)++', re.DOTALL)
# Real clients name a dozen; the rest of a longer list is not looked at, nor a monstrous element.
_ELEMENTS = 100
_ELEMENT_LENGTH = 500

# A weight (RFC 9110 section 12.4.2); Java has long sent ".2", others more than three digits.
_WEIGHT = re.compile(r"0?\.[0-9]++|0\.?|1(?:\.0*+)?")
_CODING = re.compile(rf"({_TOKEN})(?:[ \t]*+;[ \t]*+[qQ]=({_TOKEN}))?")
# Of the identity coding where the client does not speak of it: fine, but behind all it asks for.
_LAST = 0.0001

# Clients send the same few fields again and again; long ones are not worth the room.
_CACHED = 256
_CACHED_LENGTH = 256

_CASELESS = frozenset({"charset", "type"})
_LENIENT = frozenset({"application/x.atom+xml", "application/xml", "text/xml"})


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type: names in lower case, values of parameters unquoted and else as sent."""

    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def essence(self) -> str:
        """The type without parameters, `type/subtype`."""
        return f"{self.type}/{self.subtype}"

    def parameter(self, name: str) -> str | None:
        """The value of a parameter by its lower-case name, None when there is none."""
        return next((value for key, value in self.parameters if key == name), None)


ATOM_ENTRY = MediaType("application", "atom+xml", (("type", "entry"),))


class AtomKind(Enum):
    """What a media type says of an Atom document (RFC 5023 section 12.1)."""

    ENTRY = "entry"
    FEED = "feed"
    UNSPECIFIED = "unspecified"
    """No type parameter: the root element tells."""
    UNKNOWN = "unknown"
    """A type parameter that is neither entry nor feed."""


@dataclass(frozen=True, slots=True)
class _WeightedRange:
    """A media range of Accept and its weight, from 0 to 1."""

    range: MediaType
    weight: float


def parse(text: str) -> MediaType | None:
    """The media type of a Content-Type field (RFC 9110 section 8.3.1), None when it is none.

    A media range such as `image/*` is not a type. Of a repeated parameter the first counts.
    """
    media_type = _parse_range(text)
    if media_type is None or "*" in (media_type.type, media_type.subtype):
        return None
    return media_type


def is_range(text: str) -> bool:
    """Whether a text is one media range without a weight (RFC 5023 section 8.3.4)."""
    found = _parse_range(text)
    return found is not None and found.parameter("q") is None


def is_accepted(media_type: MediaType, ranges: Sequence[str]) -> bool:
    """Whether one of the ranges of app:accept covers the type (RFC 5023 section 8.3.4).

    To ask whether a collection takes entries, whatever the label they come with, ask for
    ATOM_ENTRY: an entry may be sent as `application/atom+xml` alone.
    """
    known = (_known_range(text) for text in ranges)
    return any(accepted is not None and _covers(accepted, media_type) for accepted in known)


def kind_of_atom(media_type: MediaType) -> AtomKind | None:
    """Which kind of Atom document the type declares; None when it is not Atom's type."""
    if media_type.essence != ATOM_ENTRY.essence:
        return None
    match media_type.parameter("type"):
        case None:
            return AtomKind.UNSPECIFIED
        case value if value.lower() == "entry":
            return AtomKind.ENTRY
        case value if value.lower() == "feed":
            return AtomKind.FEED
    return AtomKind.UNKNOWN


def may_be_atom(media_type: MediaType) -> bool:
    """Whether it is a type that old toolkits put on Atom entries, for LENIENT_XML_TYPES."""
    return media_type.essence in _LENIENT


def negotiate(accept: str | None, offers: Sequence[str]) -> str | None:
    """The offered media type that Accept ranks highest, None when it rules out all of them.

    The first offer wins ties. No Accept, or one without any range that could be read, ranks all
    offers alike (RFC 9110 section 12.5.1).
    """
    header = accept or ""
    parse_ranges = _parse_accept if len(header) > _CACHED_LENGTH else _known_accept
    ranges = parse_ranges(header)
    weights = [_weight_of_type(offer, ranges) if ranges else 1.0 for offer in offers]
    best = max(weights, default=0.0)
    return offers[weights.index(best)] if best else None


def choose_coding(accept_encoding: str | None, offers: Sequence[str]) -> str | None:
    """The offered content coding that Accept-Encoding ranks highest, None when it rules out all.

    The first offer wins ties. Who sends no Accept-Encoding gets `identity`: any coding would do
    (RFC 9110 section 12.5.3), but simple scripts send none and decode none.
    """
    header = accept_encoding or ""
    parse_codings = _parse_codings if len(header) > _CACHED_LENGTH else _known_codings
    listed = parse_codings(header)
    weights = [_weight_of_coding(offer, listed) for offer in offers]
    best = max(weights, default=0.0)
    return offers[weights.index(best)] if best else None


def _parse_range(text: str) -> MediaType | None:
    """The media type or range of a text, None when it is neither."""
    value = text.strip(_SPACE)
    names = _TYPE.match(value)
    if names is None or (names[1] == "*" and names[2] != "*"):
        return None
    parameters: dict[str, str] = {}
    position = names.end()
    while position < len(value):
        found = _PARAMETER.match(value, position)
        if found is None:
            return None
        if found[1]:
            parameters.setdefault(found[1].lower(), _unquoted(found))
        position = found.end()
    return MediaType(names[1].lower(), names[2].lower(), tuple(parameters.items()))


_known_range = lru_cache(maxsize=_CACHED)(_parse_range)


def _unquoted(found: re.Match[str]) -> str:
    """The value of a matched parameter, a token or what a quoted string stands for."""
    return found[2] or _ESCAPED.sub(r"\1", found[3])


def _covers(wanted: MediaType, offered: MediaType) -> bool:
    """Whether a range covers a type; parameters that the range does not name are free."""
    return (
        wanted.type in ("*", offered.type)
        and wanted.subtype in ("*", offered.subtype)
        and all(_is_same(name, value, offered.parameter(name)) for name, value in wanted.parameters)
    )


def _is_same(name: str, wanted: str, offered: str | None) -> bool:
    """Whether two values of a parameter are equal, in any case where its meaning allows that."""
    if offered is None or name not in _CASELESS:
        return wanted == offered
    return wanted.lower() == offered.lower()


def _elements(header: str) -> Iterator[str]:
    """The elements of a list field that are worth a look, without the space around them."""
    for found in islice(_ELEMENT.finditer(header), _ELEMENTS):
        if len(found[0]) <= _ELEMENT_LENGTH:
            yield found[0].strip(_SPACE)


def _parse_weight(text: str | None) -> float | None:
    """A weight from 0 to 1, 1 where none is given, None when it is broken."""
    if text is None:
        return 1.0
    return float(text) if _WEIGHT.fullmatch(text) else None


def _parse_accept(header: str) -> tuple[_WeightedRange, ...]:
    """The ranges of an Accept field; what cannot be read is left out."""
    ranges = (_parse_weighted(element) for element in _elements(header))
    return tuple(found for found in ranges if found is not None)


_known_accept = lru_cache(maxsize=_CACHED)(_parse_accept)


def _parse_weighted(element: str) -> _WeightedRange | None:
    """One element of Accept: its range with the parameters before `q`, and the weight.

    What stands after `q` was an extension of Accept in RFC 7231, and says nothing of the type.
    """
    whole = _parse_range(element)
    weight = _parse_weight(whole.parameter("q")) if whole is not None else None
    if whole is None or weight is None:
        return None
    names = [name for name, _ in whole.parameters]
    end = names.index("q") if "q" in names else len(names)
    return _WeightedRange(MediaType(whole.type, whole.subtype, whole.parameters[:end]), weight)


def _weight_of_type(offer: str, ranges: tuple[_WeightedRange, ...]) -> float:
    """The weight of the most specific range that covers an offer, 0 when none does."""
    offered = _known_range(offer)
    covering = [one for one in ranges if offered is not None and _covers(one.range, offered)]
    best = max(covering, key=lambda one: _specificity(one.range), default=None)
    return 0.0 if best is None else best.weight


def _specificity(wanted: MediaType) -> tuple[bool, bool, int]:
    """How closely a range describes what it covers; compares greater when closer."""
    return wanted.type != "*", wanted.subtype != "*", len(wanted.parameters)


def _parse_codings(header: str) -> dict[str, float]:
    """Weights by coding of an Accept-Encoding field; what cannot be read is left out."""
    weights: dict[str, float] = {}
    for element in _elements(header):
        found = _CODING.fullmatch(element)
        weight = _parse_weight(found[2]) if found else None
        if found and weight is not None:
            # "x-gzip" is gzip (RFC 9110 section 8.4.1.3).
            weights.setdefault(found[1].lower().removeprefix("x-"), weight)
    return weights


_known_codings = lru_cache(maxsize=_CACHED)(_parse_codings)


def _weight_of_coding(coding: str, listed: dict[str, float]) -> float:
    """The weight of a coding, 0 when it is not acceptable (RFC 9110 section 12.5.3)."""
    unlisted = listed.get("*", _LAST if coding == "identity" else 0.0)
    return listed.get(coding, unlisted)
