"""Collection feeds for authors and programs: a head, and the members' bytes spliced in."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from atompub.atom import dates
from atompub.atom.entry import fragment
from atompub.atom.namespaces import APP, ATOM, DECLARATION, TOMBSTONE
from atompub.atom.service import collection_element
from atompub.model import Changes, Collection, Cursor, Member, Page, Tombstone, View
from atompub.urls import Urls

FEED_TYPE = "application/atom+xml;type=feed"


def render_page(page: Page, cursor: Cursor, view: View, urls: Urls) -> bytes:
    """A page of a collection, newest change first (RFC 5023 section 10)."""
    collection = page.collection
    return _feed(collection, view, urls, _paging(page, cursor, view, urls), page.members)


def render_changes(changes: Changes, since: int, view: View, urls: Urls) -> bytes:
    """What changed after `since`: deletions (RFC 6721), then members, oldest change first."""
    collection = changes.collection
    links = [("self", urls.changes(collection.name, since))]
    links += [("first", urls.collection(collection.name))]
    if changes.more:
        links += [("next", urls.changes(collection.name, changes.upto))]
    else:
        links += [("monitor", urls.changes(collection.name, changes.upto))]
    return _feed(collection, view, urls, links, changes.members, changes.tombstones)


def state_of(collection: Collection, view: View) -> tuple[int, int, int]:
    """What `view` shows: the number of its last change, its feed date and its Last-Modified."""
    if view.kind == "published":
        return collection.public, collection.public_updated, collection.public_modified
    return collection.sequence, collection.updated, collection.modified


def _feed(
    collection: Collection,
    view: View,
    urls: Urls,
    links: Iterable[tuple[str, str]],
    members: Iterable[Member],
    tombstones: Iterable[Tombstone] = (),
) -> bytes:
    editing = view.kind != "published"
    parts = [DECLARATION, _head(collection, view, urls, links).encode()]
    parts += [b"\n" + tombstone_element(tombstone).encode() for tombstone in tombstones]
    for member in members:
        parts += [b"\n", fragment(member, collection, urls, editing=editing)]
    parts.append(b"\n</feed>\n")
    return b"".join(parts)


def _head(collection: Collection, view: View, urls: Urls, links: Iterable[tuple[str, str]]) -> str:
    title = escape(collection.title)
    _, updated, _ = state_of(collection, view)
    lines = [
        f'<feed xmlns="{ATOM}" xmlns:app="{APP}">',
        f"  <id>{collection.atom_id}</id>",
        f"  <title>{title}</title>",
        f"  <updated>{dates.render(updated)}</updated>",
        f"  <author><name>{title}</name></author>",
        "  <generator>atompub</generator>",
        *(f'  <link rel="{rel}" href={quoteattr(href)}/>' for rel, href in links),
        *_publication_link(collection, urls),
        f"  {collection_element(collection, urls)}",
    ]
    return "\n".join(lines)


def _publication_link(collection: Collection, urls: Urls) -> Iterator[str]:
    """A private collection has no publication to link."""
    if not collection.settings.private:
        href = quoteattr(urls.publication(collection.name))
        yield f'  <link rel="alternate" type="text/html" href={href}/>'


def _paging(page: Page, cursor: Cursor, view: View, urls: Urls) -> Iterator[tuple[str, str]]:
    """RFC 5005 section 3; "previous" of the second page is the collection itself (APP-10.1-4)."""
    name, members = page.collection.name, page.members
    yield "self", urls.collection(name, cursor)
    yield "first", urls.collection(name)
    if page.newer:
        top = members[0].number if members else (cursor.before or 1) - 1
        previous = None if page.head else Cursor(after=top)
        yield "previous", urls.collection(name, previous)
    if page.older:
        bottom = members[-1].number if members else (cursor.after or 0) + 1
        yield "next", urls.collection(name, Cursor(before=bottom))
    is_whole = not page.newer and not page.older
    yield "last", urls.collection(name, None if is_whole else Cursor(last=True))
    if cursor == Cursor():
        state, _, _ = state_of(page.collection, view)
        yield "monitor", urls.changes(name, state)


def tombstone_element(tombstone: Tombstone) -> str:
    """The at:deleted-entry of a tombstone (RFC 6721 section 3)."""
    return (
        f'<at:deleted-entry xmlns:at="{TOMBSTONE}" ref={quoteattr(tombstone.atom_id)}'
        f' when="{dates.render(tombstone.removed)}"/>'
    )
