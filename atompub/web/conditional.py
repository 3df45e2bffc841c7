"""Conditional requests: the whole of RFC 9110 section 13.2.2, and nowhere else.

A caller asks only after the bare request was found good, as 401, 403, 404, 405, 413 and 415 win
(section 13.2.1). Then, in this order:

    If-Match               read, write    no tag of the current state: PreconditionFailed
    If-Unmodified-Since    read, write    without If-Match; changed since: PreconditionFailed
    If-None-Match          read, write    a tag matches: NotModified; write: PreconditionFailed
    If-Modified-Since      read           without If-None-Match; not changed since: NotModified
    If-Range               read           `range_applies`

A tag is state, view and coding. Only the state decides whether a write may go ahead: compression,
or reading without a password, must not make a PUT fail.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atompub.errors import PreconditionFailed
from atompub.web import httpdate

__all__ = [
    "NotModified",
    "Preconditions",
    "Validators",
    "check_read",
    "check_write",
    "range_applies",
]

_SPACE = " \t"
_RESEND = "GET the current state, then send the request again with its ETag in If-Match"

FIELDS = (
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_RANGE",
)
"""The conditional fields in the order of `Preconditions`."""

# Of the parts of a tag. One dot stands between two parts; a coding without a view has two.
_PART = r"[A-Za-z0-9_~-]++"
_OWN_TAG = re.compile(rf"({_PART})(?:\.({_PART})|\.(?=\.))?(?:\.{_PART})?")

# One tag of a list (RFC 9110 sections 5.6.1 and 8.8.3) with the empty elements before it and the
# comma after it. Old clients send tags without quotes.
_LISTED_TAG = re.compile(
    r"[ \t,]*+"
    r'(?:(?P<weak>W/)?(?:"(?P<quoted>[\x21\x23-\x7e\x80-\xff]*+)"'
    r"|(?P<bare>[\x21\x23-\x2b\x2d-\x7e\x80-\xff]++))[ \t]*+)?"
    r"(?:,|\Z)"
)


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells one state of a representation from another.

    `state` names the resource's state, `view` who sees it (empty when all see the same). These
    two and codings are made of A-Z a-z 0-9 _ ~ - only. `modified` is in whole seconds since the
    epoch; no two states that were ever sent share one, so it may be a second ahead of the clock.
    """

    state: str
    view: str
    modified: int

    def tag(self, coding: str = "") -> str:
        """The strong entity tag, quoted, of this representation in a content coding."""
        if coding:
            return f'"{self.state}.{self.view}.{coding}"'
        return f'"{self.state}.{self.view}"' if self.view else f'"{self.state}"'

    def last_modified(self, now: float) -> str:
        """The Last-Modified date, never later than `now` in seconds since the epoch (8.8.2.1)."""
        return httpdate.render(min(self.modified, int(now)))


@dataclass(frozen=True, slots=True)
class Preconditions:
    """The conditional fields of a request as they came, None where one is missing."""

    if_match: str | None = None
    if_unmodified_since: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    if_range: str | None = None

    @classmethod
    def of(cls, environ: Mapping[str, Any]) -> "Preconditions":
        """Take them from a WSGI environment."""
        # Most requests have none.
        return NONE if environ.keys().isdisjoint(FIELDS) else cls(*map(environ.get, FIELDS))

    def has_any(self) -> bool:
        """Whether there is a field that a write would be held against."""
        return (self.if_match, self.if_unmodified_since, self.if_none_match) != (None, None, None)

    def names_state(self, now: float) -> bool:
        """Whether a writer says which state it saw, for REQUIRE_CONDITIONAL (RFC 6585 section 3).

        If-Match does, and `*` too: it says in so many words that any state may be replaced.
        If-Unmodified-Since does if its date is valid, since else nothing would be checked.
        If-None-Match does not: it names what must not be there, and protects nobody's change.
        """
        return self.if_match is not None or _date(self.if_unmodified_since, now) is not None


NONE = Preconditions()


@dataclass(frozen=True, slots=True)
class NotModified:
    """The client has the current representation; `tag` is the ETag of the 304 that says so."""

    tag: str


@dataclass(frozen=True, slots=True)
class _EntityTag:
    """An entity tag of a request: weak or not, and what stands between the quotes."""

    weak: bool
    opaque: str

    def is_of_state(self, validators: Validators) -> bool:
        """Whether it is of this state, in any view and coding."""
        own = _OWN_TAG.fullmatch(self.opaque)
        return own is not None and own[1] == validators.state

    def is_of_view(self, validators: Validators) -> bool:
        """Whether it is of this state and view, in any coding."""
        own = _OWN_TAG.fullmatch(self.opaque)
        return own is not None and own[1] == validators.state and (own[2] or "") == validators.view


def check_read(
    preconditions: Preconditions, validators: Validators, now: float, coding: str = ""
) -> NotModified | None:
    """Whether a GET or HEAD may be answered with 304 in place of the representation.

    `now` is in seconds since the epoch, `coding` the content coding of the 200 there would be.
    Raises PreconditionFailed.
    """
    _check_current(preconditions, validators, now)
    if preconditions.if_none_match is not None:
        tag = _matching_tag(preconditions.if_none_match, validators, coding)
        return None if tag is None else NotModified(tag)
    since = _date(preconditions.if_modified_since, now)
    # No two states share a `modified`: one who got the current state's date has the current
    # state, and a change within the same second has a later date (section 8.8.2.2). A date that
    # was cut back to the clock lies before `modified`, which costs one full answer and no more.
    if since is not None and since >= validators.modified:
        return NotModified(validators.tag(coding))
    return None


def check_write(preconditions: Preconditions, validators: Validators | None, now: float) -> None:
    """Hold a PUT, POST or DELETE against the state it would change; None when there is none.

    `now` is in seconds since the epoch. Raises PreconditionFailed.
    """
    _check_current(preconditions, validators, now)
    if preconditions.if_none_match is None or validators is None:
        return
    if _matching_tag(preconditions.if_none_match, validators, "") is not None:
        raise PreconditionFailed(f"If-None-Match rules out the state that is here; {_RESEND}")


def range_applies(preconditions: Preconditions, validators: Validators, now: float) -> bool:
    """Whether If-Range lets the Range of a GET count; ask after `check_read` (section 13.1.5).

    Parts are parts of the identity coding. `now` is in seconds since the epoch.
    """
    if preconditions.if_range is None:
        return True
    if preconditions.if_range.strip(_SPACE) == validators.tag():
        return True
    return _date(preconditions.if_range, now) == validators.modified


def _check_current(preconditions: Preconditions, validators: Validators | None, now: float) -> None:
    """If-Match, or without it If-Unmodified-Since. Raises PreconditionFailed."""
    if preconditions.if_match is not None:
        _check_match(preconditions.if_match, validators)
    elif validators is not None:
        date = _date(preconditions.if_unmodified_since, now)
        if date is not None and validators.modified > date:
            raise PreconditionFailed(f"Changed after the date in If-Unmodified-Since; {_RESEND}")


def _check_match(header: str, validators: Validators | None) -> None:
    """If-Match by strong comparison of the state (section 13.1.1). Raises PreconditionFailed."""
    if validators is None:
        raise PreconditionFailed(
            "Nothing is here that If-Match could name; send the request again without it"
        )
    if header.strip(_SPACE) == "*":
        return
    tags = _parse_tags(header)
    if any(tag.is_of_state(validators) and not tag.weak for tag in tags):
        return
    if any(tag.is_of_state(validators) for tag in tags):
        raise PreconditionFailed(
            "If-Match names the current state by a weak tag, which never matches; "
            "send the request again with the tag in If-Match less its W/"
        )
    raise PreconditionFailed(f"If-Match does not name the state that is here; {_RESEND}")


def _matching_tag(header: str, validators: Validators, coding: str) -> str | None:
    """The tag of If-None-Match that matches, if any, by weak comparison (section 13.1.2).

    Of several it is the one in `coding`: a cache that holds more than one coding serves the one
    that the 304 names (RFC 9111 section 4.3.3).
    """
    own = validators.tag(coding)
    if header == own or header.strip(_SPACE) == "*":
        return own
    matching = [f'"{tag.opaque}"' for tag in _parse_tags(header) if tag.is_of_view(validators)]
    if own in matching:
        return own
    return matching[0] if matching else None


def _parse_tags(header: str) -> list[_EntityTag]:
    """The entity tags of a list; none when it is broken, so that nothing matches it.

    That lets a broken If-Match fail and a broken If-None-Match pass.
    """
    tags: list[_EntityTag] = []
    position = 0
    while position < len(header):
        found = _LISTED_TAG.match(header, position)
        if found is None:
            return []
        opaque = found["bare"] if found["quoted"] is None else found["quoted"]
        if opaque is not None:
            tags.append(_EntityTag(found["weak"] is not None, opaque))
        position = found.end()
    return tags


def _date(header: str | None, now: float) -> int | None:
    """The single valid date of a field, else None, which means: ignore the field."""
    return None if header is None else httpdate.parse(header, now)
