"""Request bodies: read under a limit however they are framed, and told what they are."""

import falcon
from falcon.typing import ReadableIO
from gunicorn.http.errors import ParseException

from atompub.errors import BadRequest, TooLarge, UnsupportedCoding, UnsupportedType
from atompub.model import ENTRY_RANGE
from atompub.web import mediatypes
from atompub.web.mediatypes import ATOM_ENTRY, AtomKind, MediaType

CHUNK = 64 * 1024


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


def declared_type(
    req: falcon.Request, ranges: tuple[str, ...], *, lenient: bool
) -> MediaType | None:
    """The entry type that the request declares, None when it declares nothing.

    Raises UnsupportedType where `ranges` take no entries, or it is not one.
    """
    header = req.get_header("Content-Type")
    if not mediatypes.is_accepted(ATOM_ENTRY, ranges or (ENTRY_RANGE,)):
        raise UnsupportedType("entries are not taken here", ranges)
    if not header:
        return None
    declared = mediatypes.parse(header)
    kind = declared and mediatypes.kind_of_atom(declared)
    if kind in {AtomKind.ENTRY, AtomKind.UNSPECIFIED}:
        return declared
    if lenient and declared is not None and mediatypes.may_be_atom(declared):
        return declared
    raise UnsupportedType(f"{header[:80]!r} is not taken here; {HINT}", ranges)


HINT = f"send an entry with Content-Type: {ENTRY_RANGE}"


def read(req: falcon.Request, limit: int) -> bytes:
    """The whole body. Raises TooLarge, and BadRequest when there is none or it was cut short."""
    length = req.content_length
    # The server's stream ends where the body does, also for chunked bodies, which
    # falcon's bounded_stream takes for empty.
    stream = req.stream
    chunks, size = [], 0
    while length is None or size < length:
        chunk = _chunk(stream, CHUNK if length is None else min(CHUNK, length - size))
        if not chunk:
            break
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
    if length is not None and size < length:
        raise BadRequest(f"the body ends after {size} of {length} octets")
    if not size:
        raise BadRequest("the request has no body")
    return b"".join(chunks)


def _chunk(stream: ReadableIO, size: int) -> bytes:
    try:
        return stream.read(size)
    except (OSError, ValueError, ParseException) as error:
        raise BadRequest("the body is cut short or its chunks are broken") from error


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the body is larger than the limit of {limit} octets", limit)
