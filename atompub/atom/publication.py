"""Public Atom feeds: feedgen makes the head, and our fragments of entries go inside."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import quoteattr

from feedgen.feed import FeedGenerator

from atompub.atom import dates
from atompub.atom.feed import tombstone_element
from atompub.atom.namespaces import DECLARATION, HISTORY, OPENSEARCH
from atompub.atom.public import public_fragment
from atompub.model import Tombstone
from atompub.readers import Found, Head, Listed
from atompub.urls import Urls

END = b"</feed>"


def render_publication(
    head: Head,
    entries: Iterable[Listed],
    urls: Urls,
    tombstones: Iterable[Tombstone] = (),
    *,
    copied: bool = False,
) -> bytes:
    """A feed of these entries in this order; tombstones stand before the first (RFC 6721).

    `copied` tells that the entries are of several collections.
    """
    _, _, envelope = _envelope(head).partition(b"?>")
    parts = [DECLARATION, envelope.strip()[: -len(END)]]
    parts += [line.encode() + b"\n" for line in _extensions(head)]
    parts += [b"  " + tombstone_element(one).encode() + b"\n" for one in tombstones]
    parts += [b"  " + public_fragment(one, urls, copied=copied) + b"\n" for one in entries]
    return b"".join((*parts, END, b"\n"))


def _envelope(head: Head) -> bytes:
    feed = FeedGenerator()
    feed.id(head.atom_id)
    feed.title(head.title)
    feed.updated(dates.render(head.updated))
    feed.author(name=head.author)
    feed.generator("atompub")
    for link in head.links:
        feed.link(rel=link.rel, href=link.href, type=link.type, title=link.title)
    return bytes(feed.atom_str(pretty=True))


def _extensions(head: Head) -> Iterator[str]:
    """What stands in the head that feedgen does not know."""
    if head.history:
        yield f'  <fh:{head.history} xmlns:fh="{HISTORY}"/>'
    if head.found is not None:
        yield from _results(head.found)


def _results(found: Found) -> Iterator[str]:
    """How many entries a search found, and where this page stands (OpenSearch 1.1)."""
    counts = (
        ("totalResults", found.total),
        ("startIndex", found.start + 1),
        ("itemsPerPage", found.size),
    )
    for name, count in counts:
        yield f'  <os:{name} xmlns:os="{OPENSEARCH}">{count}</os:{name}>'
    words = quoteattr(found.words)
    yield (
        f'  <os:Query xmlns:os="{OPENSEARCH}" role="request" searchTerms={words}'
        f' startPage="{found.page}"/>'
    )
