"""The Link field (RFC 8288): what an answer is tied to, for programs that read no document."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

import falcon

from atompub import text
from atompub.atom.service import SERVICE_TYPE
from atompub.readers import Link
from atompub.urls import Urls

PLAIN = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")
"""What can stand between quotes as it is."""


def announce(resp: falcon.Response, links: Iterable[Link]) -> None:
    """Write links into the answer, each with one relation."""
    for link in links:
        resp.append_header("Link", _written(link))


def announce_service(resp: falcon.Response, urls: Urls) -> None:
    """Write where the service document is."""
    announce(resp, (Link("service", urls.service(), SERVICE_TYPE),))


@lru_cache(maxsize=1024)
def _written(link: Link) -> str:
    kind = f'; type="{link.type}"' if link.type else ""
    return f'<{text.uri(link.href)}>; rel="{link.rel}"{kind}{_title(link.title)}'


def _title(title: str) -> str:
    """The title's parameter; beyond plain ASCII in the encoded form (RFC 8187)."""
    if not title:
        return ""
    return f'; title="{title}"' if PLAIN.fullmatch(title) else f"; title*=UTF-8''{quote(title, '')}"
