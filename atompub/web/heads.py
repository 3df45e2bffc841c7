"""The heads of public feeds: what each feed is called, and what it links."""

from collections.abc import Iterable
from uuid import NAMESPACE_URL, uuid5

from atompub.atom.service import SERVICE_TYPE
from atompub.formats.opensearch import DESCRIPTION_TYPE
from atompub.html.pages import PAGE_TYPE
from atompub.model import Collection
from atompub.readers import Found, Head, History, Link, Listed, Listing, Selection
from atompub.urls import Urls

FORMS = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
"""The media types of the forms of a feed, the one first that readers should prefer."""
FORM_NAMES = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}


def subscription(history: History, form: str, urls: Urls, hubs: Iterable[str] = ()) -> Head:
    """The head of the feed that readers subscribe to; as Atom it leads to the archives."""
    collection = history.collection
    links = [
        _self(urls.feed(collection.name, form=form), form),
        _page(urls.publication(collection.name)),
        *_common(urls),
        *(Link("hub", hub) for hub in hubs),
    ]
    if form == "atom" and history.closed:
        links.append(_archive("prev-archive", collection, history.closed, urls))
    is_complete = history.whole and not history.closed
    return Head(
        collection.atom_id,
        collection.title,
        collection.title,
        collection.public_updated,
        tuple(links),
        "complete" if is_complete else "",
    )


def archive(history: History, urls: Urls) -> Head:
    """The head of a closed part of a publication's history (RFC 5005 section 4).

    It tells of nothing but its own entries, and so changes with them only.
    """
    collection, number = history.collection, history.number
    links = [
        _self(urls.archive(collection.name, number), "atom"),
        _page(urls.publication(collection.name)),
        Link("current", urls.feed(collection.name), FORMS["atom"]),
    ]
    if number > 1:
        links.append(_archive("prev-archive", collection, number - 1, urls))
    if number < history.closed:
        links.append(_archive("next-archive", collection, number + 1, urls))
    instants = [one.member.updated for one in history.entries]
    instants += [one.removed for one in history.tombstones]
    return Head(
        collection.atom_id,
        collection.title,
        collection.title,
        max(instants, default=0),
        tuple(links),
        "archive",
    )


def category(collection: Collection, selection: Selection, form: str, urls: Urls) -> Head:
    """The head of the feed of a category: a feed of its own, with an id of its own."""
    term = selection.category
    return Head(
        _derived_id(collection.atom_id, "category", term),
        f"{collection.title}: {term}",
        collection.title,
        collection.public_updated,
        (
            _self(urls.feed(collection.name, selection, form), form),
            _page(urls.listing(collection.name, selection)),
            *_common(urls),
        ),
    )


def replies(collection: Collection, parent: Listed, title: str, urls: Urls) -> Head:
    """The head of the feed of the replies to an entry (RFC 4685 section 4)."""
    member = parent.member
    return Head(
        _derived_id(member.atom_id, "replies"),
        f"Replies to {title or 'an entry'}",
        collection.title,
        collection.public_updated,
        (
            _self(urls.replies(collection.name, member.name), "atom"),
            _page(urls.permalink(collection.name, member.name)),
            *_common(urls),
        ),
    )


def results(
    collections: tuple[Collection, ...], name: str, found: Found, form: str, urls: Urls
) -> Head:
    """The head of a page of what was found in one collection, or with no name in all."""

    def at(page: int) -> str:
        return urls.search(name, found.words, form, page)

    last = max(1, -(-found.total // found.size))
    pages = [("first", 1), ("last", last)]
    pages += [("previous", found.page - 1)] if found.page > 1 else []
    pages += [("next", found.page + 1)] if found.page < last else []
    where = collections[0].title if name else "All publications"
    return Head(
        _derived_id(urls.search(name, found.words)),
        f"{where}: {found.words}",
        where,
        max((one.public_updated for one in collections), default=0),
        (
            _self(at(found.page), form),
            _page(urls.search(name, found.words)),
            *_common(urls),
            *(Link(rel, at(page), FORMS[form]) for rel, page in pages),
        ),
        found=found,
    )


def found_of(words: str, page: int, size: int, listing: Listing) -> Found:
    """What a listing tells of the search it is a page of."""
    return Found(words, page, listing.total, listing.start, size)


def _self(address: str, form: str) -> Link:
    return Link("self", address, FORMS[form])


def _page(address: str) -> Link:
    return Link("alternate", address, PAGE_TYPE)


def _archive(rel: str, collection: Collection, number: int, urls: Urls) -> Link:
    return Link(rel, urls.archive(collection.name, number), FORMS["atom"])


def _common(urls: Urls) -> tuple[Link, ...]:
    return (
        Link("service", urls.service(), SERVICE_TYPE),
        Link("search", urls.opensearch(), DESCRIPTION_TYPE),
    )


def _derived_id(*parts: str) -> str:
    """An atom:id that follows from what the feed is of, the same each time."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, ' '.join(parts))}"
