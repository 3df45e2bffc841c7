"""The heads of public feeds: what each feed is called, and what it links."""

from collections.abc import Callable
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

from atompub.atom.public import FEED_TYPE
from atompub.atom.service import SERVICE_TYPE
from atompub.formats.jsonfeed import JSON_TYPE
from atompub.formats.opensearch import DESCRIPTION_TYPE
from atompub.formats.rss import RSS_TYPE
from atompub.html.pages import PAGE_TYPE
from atompub.model import Collection, Member
from atompub.publications import FOUND_AT_ONCE
from atompub.readers import Found, Head, History, Link, Listing, Selection
from atompub.store.listings import REACHED
from atompub.urls import Urls

FORMS = {"atom": FEED_TYPE, "rss": RSS_TYPE, "json": JSON_TYPE}
"""The media types of the forms of a feed, the one first that readers should prefer."""
FORM_NAMES = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}
KNOWN = 1024
"""Of how many feeds the links are remembered: each poll needs them."""

Links = tuple[Link, ...]


@lru_cache(maxsize=KNOWN)
def links(address: str, form: str, page: str, urls: Urls, hubs: tuple[str, ...] = ()) -> Links:
    """What a feed links in any state: itself, its page, the service document, the search, and
    the hubs that tell of its changes."""
    return (
        Link("self", address, FORMS[form]),
        Link("alternate", page, PAGE_TYPE),
        Link("service", urls.service(), SERVICE_TYPE),
        Link("search", urls.opensearch(), DESCRIPTION_TYPE),
        *(Link("hub", hub) for hub in hubs),
    )


@lru_cache(maxsize=KNOWN)
def alternates(name: str, selection: Selection, title: str, urls: Urls, without: str = "") -> Links:
    """The links to all forms of a collection's feed, less the one that is answered with."""
    return tuple(
        Link("alternate", urls.feed(name, selection, form), kind, f"{title} ({FORM_NAMES[form]})")
        for form, kind in FORMS.items()
        if form != without
    )


def subscription(history: History, form: str, fixed: Links, urls: Urls) -> Head:
    """The head of the feed that readers subscribe to; as Atom it leads to the archives."""
    collection, closed = history.collection, history.closed
    if form == "atom" and closed:
        fixed = (*fixed, _archive("prev-archive", collection, closed, urls))
    return Head(
        collection.atom_id,
        collection.title,
        collection.title,
        collection.public_updated,
        fixed,
        "complete" if history.whole and not closed else "",
    )


def archive(history: History, urls: Urls) -> Head:
    """The head of a closed part of a publication's history (RFC 5005 section 4).

    It tells of nothing but its own entries, and so changes with them only.
    """
    collection, number = history.collection, history.number
    found = [
        Link("self", urls.archive(collection.name, number), FEED_TYPE),
        Link("alternate", urls.publication(collection.name), PAGE_TYPE),
        Link("current", urls.feed(collection.name), FEED_TYPE),
    ]
    if number > 1:
        found.append(_archive("prev-archive", collection, number - 1, urls))
    if number < history.closed:
        found.append(_archive("next-archive", collection, number + 1, urls))
    instants = [one.member.updated for one in history.entries]
    instants += [one.removed for one in history.tombstones]
    return Head(
        collection.atom_id,
        collection.title,
        collection.title,
        max(instants, default=0),
        tuple(found),
        "archive",
    )


def category(collection: Collection, term: str, fixed: Links) -> Head:
    """The head of the feed of a category: a feed of its own, with an id of its own."""
    return Head(
        _derived_id(collection.atom_id, "category", term),
        f"{collection.title}: {term}",
        collection.title,
        collection.public_updated,
        fixed,
    )


def replies(collection: Collection, parent: Member, fixed: Links) -> Head:
    """The head of the feed of the replies to an entry (RFC 4685 section 4)."""
    return Head(
        _derived_id(parent.atom_id, "replies"),
        f"Replies: {parent.title or parent.name}",
        collection.title,
        collection.public_updated,
        fixed,
    )


def results(
    collections: tuple[Collection, ...],
    found: Found,
    identity: str,
    fixed: Links,
    address: Callable[[int], str],
) -> Head:
    """The head of a page of search results; `address` is that of another page of them."""
    where = collections[0].title if len(collections) == 1 else "All publications"
    kind = fixed[0].type
    return Head(
        _derived_id(identity),
        f"{where}: {found.words}",
        where,
        max((one.public_updated for one in collections), default=0),
        (*fixed, *(Link(rel, address(page), kind) for rel, page in _pages(found))),
        found=found,
    )


def found_of(words: str, page: int, listing: Listing) -> Found:
    """What a listing tells of the search that it is a page of."""
    return Found(words, page, listing.total, listing.start, FOUND_AT_ONCE)


def _pages(found: Found) -> list[tuple[str, int]]:
    """The pages of results to link, by relation, as far as they can be reached."""
    last = max(1, -(-min(found.total, REACHED) // found.size))
    pages = [("first", 1), ("last", last)]
    if found.page > 1:
        pages.append(("previous", min(found.page - 1, last)))
    if found.page < last:
        pages.append(("next", found.page + 1))
    return pages


def _archive(rel: str, collection: Collection, number: int, urls: Urls) -> Link:
    return Link(rel, urls.archive(collection.name, number), FEED_TYPE)


def _derived_id(*parts: str) -> str:
    """An atom:id that follows from what the feed is of, the same each time."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, ' '.join(parts))}"
