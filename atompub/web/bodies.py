"""Request bodies: read under a limit however they are framed, and told what they are."""

from collections.abc import Iterator
from dataclasses import dataclass

import falcon
from falcon.typing import ReadableIO
from gunicorn.http.errors import ParseException

from atompub.errors import BadRequest, TooLarge, TooSlow, UnsupportedCoding, UnsupportedType
from atompub.model import ENTRY_RANGE
from atompub.web import mediatypes
from atompub.web.mediatypes import ATOM_ENTRY, AtomKind, MediaType

CHUNK = 64 * 1024
HINT = f"send an entry with Content-Type: {ENTRY_RANGE}"
COMPOSITE = {"multipart", "message"}
"""Types that atom:content may not have (RFC 4287 section 4.1.3.1)."""
OCTETS = MediaType("application", "octet-stream")


@dataclass(frozen=True, slots=True)
class Declared:
    """What a body is said to be: an entry, or media of a type; both where nothing is said."""

    entry: bool
    media: str
    charset: str | None = None


def check_framing(req: falcon.Request, limit: int) -> None:
    """Refuse by the head alone what no body could mend.

    Raises UnsupportedCoding, TooLarge, BadRequest.
    """
    if (req.get_header("Content-Encoding") or "identity").strip().lower() != "identity":
        raise UnsupportedCoding("send the body without a Content-Encoding")
    if req.get_header("Content-Range") is not None:
        raise BadRequest("a part of a representation cannot be sent; leave out Content-Range")
    if (req.content_length or 0) > limit:
        raise _too_large(limit)


def declared(req: falcon.Request, ranges: tuple[str, ...], *, lenient: bool) -> Declared:
    """What the request declares its body to be, among what `ranges` take.

    A body declared as an entry is never media (APP-8.3.4-9). Raises UnsupportedType.
    """
    header = req.get_header("Content-Type")
    takes_entries = mediatypes.is_accepted(ATOM_ENTRY, ranges)
    takes_octets = mediatypes.is_accepted(OCTETS, ranges)
    if not header and (takes_entries or takes_octets):
        return Declared(takes_entries, OCTETS.essence if takes_octets else "")
    found = mediatypes.parse(header or "")
    kind = mediatypes.kind_of_atom(found) if found else None
    if found is not None and takes_entries:
        is_entry = kind in {AtomKind.ENTRY, AtomKind.UNSPECIFIED}
        if is_entry or (lenient and mediatypes.may_be_atom(found)):
            return Declared(True, "", found.parameter("charset"))
    is_media = found is not None and kind is None and found.type not in COMPOSITE
    if found is not None and is_media and mediatypes.is_accepted(found, ranges):
        return Declared(False, (header or "").strip())
    hint = f"; {HINT}" if takes_entries else ""
    named = f"{header[:80]!r}" if header else "a body without a Content-Type"
    raise UnsupportedType(f"{named} is not taken here{hint}", ranges)


def read(req: falcon.Request, limit: int) -> bytes:
    """The whole body. Raises as `chunks` does."""
    return b"".join(chunks(req, limit))


def chunks(req: falcon.Request, limit: int) -> Iterator[bytes]:
    """The body, piece by piece.

    Raises TooLarge, TooSlow, Busy, and BadRequest when there is none or it was cut short.
    """
    length = req.content_length
    # The server's stream ends where the body does, also for chunked bodies, which
    # falcon's bounded_stream takes for empty.
    stream, size = req.stream, 0
    while length is None or size < length:
        chunk = _chunk(stream, CHUNK if length is None else min(CHUNK, length - size))
        if not chunk:
            break
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        yield chunk
    if length is not None and size < length:
        raise BadRequest(f"the body ends after {size} of {length} octets")
    if not size:
        raise BadRequest("the request has no body")


def _chunk(stream: ReadableIO, size: int) -> bytes:
    try:
        return stream.read(size)
    except TimeoutError as error:
        raise TooSlow("the body came too slowly") from error
    except (OSError, ValueError, ParseException) as error:
        raise BadRequest("the body is cut short or its chunks are broken") from error


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the body is larger than the limit of {limit} octets", limit)
