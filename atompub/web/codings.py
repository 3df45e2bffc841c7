"""Content codings: what makes documents smaller on their way (RFC 9110 section 8.4.1).

Of equals the first one is used. gzip is always there; the others where their libraries are
(`pip install 'atompub[codings]'`).
"""

import gzip
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from atompub.web.mediatypes import choose_coding

Compress = Callable[[bytes], bytes]

GZIP_LEVEL, BROTLI_QUALITY, ZSTD_LEVEL = 6, 5, 9
"""Documents are kept in the codings they were asked for, so a little effort pays."""


def _found() -> Iterator[tuple[str, Compress]]:
    if find_spec("brotli"):
        brotli = import_module("brotli")
        yield "br", lambda body: bytes(brotli.compress(body, quality=BROTLI_QUALITY))
    if find_spec("zstandard"):
        zstandard = import_module("zstandard")
        # A compressor belongs to one thread, and costs little to make.
        yield "zstd", lambda body: bytes(zstandard.ZstdCompressor(ZSTD_LEVEL).compress(body))
    yield "gzip", lambda body: gzip.compress(body, GZIP_LEVEL, mtime=0)


CODINGS = dict(_found())


@lru_cache(maxsize=256)
def coding_for(accept_encoding: str | None) -> str:
    """The coding to answer in, "" for none."""
    chosen = choose_coding(accept_encoding, (*CODINGS, "identity"))
    return chosen if chosen in CODINGS else ""


def compressed(body: bytes, coding: str) -> bytes:
    """A document in a coding; the same bytes each time."""
    return CODINGS[coding](body) if coding else body
