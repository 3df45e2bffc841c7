"""Rules of the extensions that the server gives a meaning: replies (RFC 4685), licences (4946)."""

import re
from collections.abc import Iterator

from atompub import text
from atompub.atom import dates
from atompub.atom.constructs import (
    at_most_once,
    check_no_atom,
    check_plain,
    fault,
    relation_of,
    trimmed,
)
from atompub.atom.markup import base_of
from atompub.atom.namespaces import THREAD, UNSPECIFIED, Element, atom
from atompub.atom.references import is_absolute, is_media_type, is_reference
from atompub.errors import Fault

IN_REPLY_TO, TOTAL = f"{{{THREAD}}}in-reply-to", f"{{{THREAD}}}total"
COUNT = re.compile(r"0|[1-9][0-9]*")


def check_threads(root: Element) -> Iterator[Fault]:
    """What an entry replies to, and what is said of its replies (RFC 4685 sections 3 to 5)."""
    for reply in root.iterchildren(IN_REPLY_TO):
        yield from _check_reply(reply)
    yield from at_most_once(root, frozenset({TOTAL}), "THR-4")
    for total in root.iterchildren(TOTAL):
        yield from check_plain(total)
        if not COUNT.fullmatch(trimmed(total)):
            yield fault(total, "THR-4", "is not a number such as 0 or 12")
    for link in root.iter(atom("link")):
        yield from _check_counted(link)


def check_licences(root: Element) -> Iterator[Fault]:
    """No licence twice, and none beside the word that there is none (RFC 4946 section 2)."""
    seen: set[tuple[str, str]] = set()
    for link in root.iterchildren(atom("link")):
        if relation_of(link) != "license":
            continue
        key = (text.absolute(base_of(link), link.get("href", "")), link.get("type", "").lower())
        if key in seen:
            yield fault(link, "LIC-1", "two license links have one href and type")
        elif seen and UNSPECIFIED in {key[0], *(href for href, _ in seen)}:
            yield fault(link, "LIC-1", f"{UNSPECIFIED} stands beside another licence")
        seen.add(key)


def _check_reply(reply: Element) -> Iterator[Fault]:
    if not is_absolute(reply.get("ref", "")):
        yield fault(reply, "THR-1", "ref is not the id of an entry, an absolute IRI")
    for name in ("href", "source"):
        if not is_reference(reply.get(name, "")):
            yield fault(reply, "THR-1", f"{name} is not an IRI")
    if not is_media_type(reply.get("type", "a/b")):
        yield fault(reply, "THR-1", "type is not a media type")
    yield from check_no_atom(reply)


def _check_counted(link: Element) -> Iterator[Fault]:
    count, updated = link.get(f"{{{THREAD}}}count"), link.get(f"{{{THREAD}}}updated")
    if count is not None and not COUNT.fullmatch(count):
        yield fault(link, "THR-4", "thr:count is not a number such as 0 or 12")
    if updated is not None and not _is_date(updated):
        yield fault(link, "THR-4", "thr:updated is not a date-time")


def _is_date(value: str) -> bool:
    try:
        dates.parse(value)
    except ValueError:
        return False
    return True
