"""What can go wrong, as one tree. Domain code raises these; only `web.errors` knows status codes.

AtomPubError
├── BadRequest              the request's framing or a header is broken
├── ExpectationFailed       an Expect that is not 100-continue
├── NotWellFormed           bytes that are not the XML we take; line, column
├── InvalidEntry            well-formed, but not an entry we take; faults
├── Unauthenticated         who are you?
│   └── InvalidToken        a bearer token that is wrong or no longer good
├── Forbidden               we know you, and you may not
│   └── InsufficientScope   your token is not for this; scope
├── TooManyRequests         too many logins failed, or came at once; retry_after
├── NotFound                nothing of that name, or nothing you may see
├── Gone                    it was here and was deleted
├── NotAllowed              this resource does not offer the method; allowed
├── NotAcceptable           no form of the resource is one that the client takes
├── NotImplementedAnywhere  no resource of this server offers the method; allowed
├── RangeNotSatisfiable     no octet of the representation is in the range; length
├── PreconditionFailed      the state is not the one the client named
├── PreconditionRequired    the operator asks writers to name the state they saw
├── KeyReused               an Idempotency-Key came back with another request
├── TooLarge                over a limit; limit
├── UnsupportedType         a media type not accepted here; accepted
├── UnsupportedCoding       a Content-Encoding we do not decode
├── Misdirected             a Host that is not ours
├── TooSlow                 a body that comes too slowly
├── Busy                    too many slow transfers at once; it may be tried again
├── EditConflict            others kept winning the race for one member
├── StoreUnavailable        database or disk cannot do it now
├── TemplateBroken          a template of the site cannot be used; the message says where
├── Taken                   a name that is in use already
└── ConfigError             a setting, a command or a store that does not fit
"""

from dataclasses import dataclass

__all__ = [
    "AtomPubError",
    "BadRequest",
    "Busy",
    "ConfigError",
    "EditConflict",
    "ExpectationFailed",
    "Fault",
    "Forbidden",
    "Gone",
    "InsufficientScope",
    "InvalidEntry",
    "InvalidToken",
    "KeyReused",
    "Misdirected",
    "NotAcceptable",
    "NotAllowed",
    "NotFound",
    "NotImplementedAnywhere",
    "NotWellFormed",
    "PreconditionFailed",
    "PreconditionRequired",
    "RangeNotSatisfiable",
    "StoreUnavailable",
    "Taken",
    "TemplateBroken",
    "TooLarge",
    "TooManyRequests",
    "TooSlow",
    "Unauthenticated",
    "UnsupportedCoding",
    "UnsupportedType",
]


class AtomPubError(Exception):
    """The root; `str(error)` is one sentence for a person."""


class BadRequest(AtomPubError):
    """The request itself is broken: its framing, a header, or a missing body."""


class ExpectationFailed(AtomPubError):
    """An Expect field that asks for something other than 100-continue."""


class NotWellFormed(AtomPubError):
    """The bytes are not the XML this server reads (RFC 4287 section 2)."""

    def __init__(self, reason: str, line: int = 0, column: int = 0) -> None:
        where = f" (line {line}, column {column})" if line else ""
        super().__init__(reason + where)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule of a document: element as a person writes it, rule id, line, reason."""

    element: str
    rule: str
    line: int
    reason: str


class InvalidEntry(AtomPubError):
    """Well-formed XML that is not an entry this collection takes; `faults` holds at least one."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        first = faults[0]
        where = f" (line {first.line})" if first.line else ""
        more = f"; and {len(faults) - 1} more" if len(faults) > 1 else ""
        super().__init__(f"{first.element}: {first.reason}{where}{more}")
        self.faults = faults


class Unauthenticated(AtomPubError):
    """Valid credentials are needed."""


class InvalidToken(Unauthenticated):
    """The bearer token is unknown, expired or revoked (RFC 6750 section 3.1)."""


class Forbidden(AtomPubError):
    """The account is known and may not do this; or credentials came in clear text."""


class InsufficientScope(Forbidden):
    """The token does not allow this; one with `scope` would (RFC 6750 section 3.1)."""

    def __init__(self, message: str, scope: str) -> None:
        super().__init__(message)
        self.scope = scope


class TooManyRequests(AtomPubError):
    """Too many logins failed, or came at once; come again in `retry_after` seconds (RFC 6585)."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotFound(AtomPubError):
    """Nothing of that name, or nothing that this account may see."""


class Gone(AtomPubError):
    """It was here and was deleted."""


class NotAllowed(AtomPubError):
    """This resource does not offer the method; `allowed` are the methods it offers."""

    def __init__(self, message: str, allowed: tuple[str, ...]) -> None:
        super().__init__(message)
        self.allowed = allowed


class NotAcceptable(AtomPubError):
    """Accept rules out every form in which this resource comes (RFC 9110 section 15.5.7)."""


class NotImplementedAnywhere(NotAllowed):
    """No resource of this server offers the method."""


class RangeNotSatisfiable(AtomPubError):
    """No octet of the representation is in the range; `length` is how many it has."""

    def __init__(self, message: str, length: int) -> None:
        super().__init__(message)
        self.length = length


class PreconditionFailed(AtomPubError):
    """The state is not the one the client named (RFC 9110 section 13.1)."""


class PreconditionRequired(AtomPubError):
    """Writers must name the state they saw (RFC 6585 section 3)."""


class KeyReused(AtomPubError):
    """An Idempotency-Key came back with another request than its first one."""


class TooLarge(AtomPubError):
    """Over a limit; `limit` is in octets."""

    def __init__(self, message: str, limit: int) -> None:
        super().__init__(message)
        self.limit = limit


class UnsupportedType(AtomPubError):
    """A media type not accepted here; `accepted` are the ranges that are."""

    def __init__(self, message: str, accepted: tuple[str, ...]) -> None:
        super().__init__(message)
        self.accepted = accepted


class UnsupportedCoding(AtomPubError):
    """A Content-Encoding this server does not decode."""


class Misdirected(AtomPubError):
    """The request names a host that this server is not (RFC 9110 section 15.5.20)."""


class TooSlow(AtomPubError):
    """The body came too slowly (RFC 9110 section 15.5.9)."""


class Busy(AtomPubError):
    """Too many slow transfers are under way; it may be tried again."""


class EditConflict(AtomPubError):
    """The member changed between reading and writing, again and again."""


class StoreUnavailable(AtomPubError):
    """Database or disk cannot do it now; it may be tried again."""


class TemplateBroken(AtomPubError):
    """A template cannot be used; the message is for the operator, and says where it fails."""


class Taken(AtomPubError):
    """A name that is in use already."""


class ConfigError(AtomPubError):
    """A setting, a command's argument or a store that does not fit; says what to do."""
