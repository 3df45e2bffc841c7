"""Answers to GET and HEAD: validators, codings, 304, and the bytes of pages kept for the next."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import falcon

from atompub import __version__
from atompub.html.pages import PAGE_TYPE
from atompub.web.codings import coding_for, compressed
from atompub.web.conditional import NotModified, Preconditions, Validators, check_read

PRIVATE = "private, no-cache"
PUBLIC = "public, max-age=60"
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src *; media-src *; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
KEPT_BYTES = 32 * 1024 * 1024
KEPT_BESIDE = 1000
"""Bytes that a kept page takes beside its octets, about: most entries are no larger."""


@lru_cache(maxsize=1024)
def fingerprint(base: str, *others: str) -> str:
    """What else decides a document's bytes: the version, the address of the site, and others."""
    parts = "\0".join((__version__, base, *others))
    return hashlib.blake2b(parts.encode(), digest_size=6).hexdigest()


def coding_of(req: falcon.Request) -> str:
    """The content coding to answer in, "" for none."""
    return coding_for(req.env.get("HTTP_ACCEPT_ENCODING"))


def is_fresh(
    req: falcon.Request, resp: falcon.Response, validators: Validators, *, cache: str, vary: str
) -> bool:
    """Put validators and caching into the answer; whether it is a 304 already.

    `cache` is the Cache-Control; `vary` names what else than Accept-Encoding chose the answer,
    "" for nothing. Raises PreconditionFailed.
    """
    resp.set_header("Vary", f"{vary}, Accept-Encoding" if vary else "Accept-Encoding")
    return is_fresh_in(coding_of(req), req, resp, validators, cache=cache)


def is_fresh_in(
    coding: str, req: falcon.Request, resp: falcon.Response, validators: Validators, *, cache: str
) -> bool:
    """As `is_fresh`, for an answer in one coding whatever the request accepts."""
    resp.set_header("Cache-Control", cache)
    found = check_read(Preconditions.of(req.env), validators, time.time(), coding)
    show_validators(resp, validators, coding)
    if isinstance(found, NotModified):
        resp.set_header("ETag", found.tag)
        resp.status = falcon.HTTP_304
        return True
    return False


def show_validators(resp: falcon.Response, validators: Validators, coding: str = "") -> None:
    """Write ETag and Last-Modified."""
    resp.set_header("ETag", validators.tag(coding))
    resp.set_header("Last-Modified", validators.last_modified(time.time()))


def show(req: falcon.Request, resp: falcon.Response, content_type: str, body: bytes) -> None:
    """Write a document in the coding that `is_fresh` announced."""
    send(resp, content_type, compressed(body, coding_of(req)), coding_of(req))


def send(resp: falcon.Response, content_type: str, octets: bytes, coding: str) -> None:
    """Write octets that are in a coding already."""
    if coding:
        resp.set_header("Content-Encoding", coding)
    if resp.get_header("Vary") is None:
        resp.set_header("Vary", "Accept-Encoding")
    resp.content_type = f"{content_type};charset=utf-8"
    resp.data = octets


def show_page(req: falcon.Request, resp: falcon.Response, body: bytes) -> None:
    """Write one of our pages, which may load our stylesheet and pictures."""
    allow_page(resp)
    show(req, resp, PAGE_TYPE, body)


def allow_page(resp: falcon.Response) -> None:
    """Tell browsers what a page of ours may do."""
    resp.set_header("Content-Security-Policy", PAGE_POLICY)


@dataclass(frozen=True, slots=True)
class Kept:
    """The octets of a page and the state they show."""

    validators: Validators
    octets: bytes

    @property
    def size(self) -> int:
        """The bytes it takes, about."""
        return len(self.octets) + KEPT_BESIDE


class PageCache:
    """The octets of the pages and entries shown last, up to a size; one for each process.

    An entry is used only for the very state that the database says is current, so that nothing
    needs to be thrown away when a write comes, from this process or another.
    """

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[tuple[object, ...], Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...], current: Validators, make: Callable[[], Kept]) -> Kept:
        """What is kept under the key if it shows `current`, else what `make` makes, kept."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.validators == current:
                self._kept.move_to_end(key)
                return kept
        made = make()
        with self._lock:
            self._put(key, made)
        return made

    def _put(self, key: tuple[object, ...], made: Kept) -> None:
        replaced = self._kept.pop(key, None)
        self._size += made.size - (replaced.size if replaced else 0)
        self._kept[key] = made
        while self._size > self._limit:
            _, oldest = self._kept.popitem(last=False)
            self._size -= oldest.size
