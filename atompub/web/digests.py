"""Digests of octets in fields (RFC 9530)."""

import base64
import binascii
import re

import falcon

from atompub.errors import BadRequest

SHA256 = re.compile(r"(?:^|,)[ \t]*sha-256=:([A-Za-z0-9+/=]+):")


def check(req: falcon.Request, sha256: str) -> None:
    """Hold the digests a request sends against that of its body, in hexadecimal.

    Other algorithms are ignored. Raises BadRequest.
    """
    for name in ("Content-Digest", "Repr-Digest"):
        sent = SHA256.search(req.get_header(name, default=""))
        if sent is not None and _octets(sent[1]) != bytes.fromhex(sha256):
            raise BadRequest(f"the body is not the one that {name} speaks of; send it again")


def field(sha256: str) -> str:
    """The value of a digest field."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def _octets(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return b""
