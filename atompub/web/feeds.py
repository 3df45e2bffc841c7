"""Public feeds: the same answers for everyone, to be kept by caches for a minute."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import falcon

from atompub.atom.publication import render_publication
from atompub.atom.reading import read
from atompub.errors import NotAcceptable
from atompub.formats.jsonfeed import render_json
from atompub.formats.rss import render_rss
from atompub.model import Collection, Tombstone
from atompub.publications import Publications
from atompub.publishing import Publishing
from atompub.readers import ALL, ALONE, Head, History, Listed, Selection
from atompub.urls import Urls, selected
from atompub.web import answers, heads
from atompub.web.answers import Kept, PageCache
from atompub.web.codings import compressed
from atompub.web.conditional import Validators
from atompub.web.heads import FORMS, Links
from atompub.web.linking import announce
from atompub.web.mediatypes import negotiate
from atompub.web.resource import Resource, known
from atompub.web.searching import page_of, words_of

OFFERS = {kind: form for form, kind in FORMS.items()} | {"application/json": "json"}
"""What a reader may ask for, and the form it gets."""


@dataclass(frozen=True, slots=True)
class State:
    """What tells one state of a document from another: a name, and the second of its change."""

    name: str
    modified: int


Made = tuple[State, bytes]
"""A document, and the state that it shows."""


@dataclass(frozen=True, slots=True)
class FeedParts:
    """What all feeds are made with; `hubs` are the addresses of WebSub hubs."""

    publishing: Publishing
    publications: Publications
    kept: PageCache
    hubs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedResource(Resource):
    """A feed in a form: atom, rss or json."""

    parts: FeedParts
    form: str = "atom"

    def show(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        state: State,
        links: Links,
        make: Callable[[], Made],
        *,
        vary: str = "",
    ) -> None:
        """Answer with the feed that `make` makes, or one that was kept, or 304.

        The first of the links is the feed's own: with the address of the site it tells the feed
        from all others.
        """
        address, kind, urls = links[0].href, links[0].type, known(req).urls
        outside = (answers.fingerprint(urls.base), urls.media_base, *self.parts.hubs)
        view = f"feed-{_digest((address, *outside))}"
        validators = Validators(state.name, view, state.modified)
        if answers.is_fresh(req, resp, validators, cache=answers.PUBLIC, vary=vary):
            return
        announce(resp, links)
        coding = answers.coding_of(req)

        def made() -> Kept:
            current, document = make()
            octets = compressed(document, coding)
            return Kept(Validators(current.name, view, current.modified), octets)

        kept = self.parts.kept.get((view, coding), validators, made)
        if kept.validators != validators:
            # It may be of a later snapshot than the one that was asked about first.
            answers.show_validators(resp, kept.validators, coding)
        answers.send(resp, kind, kept.octets, coding)

    def show_subscription(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        collection: Collection,
        form: str,
        *,
        vary: str = "",
    ) -> None:
        """Answer with the feed that readers subscribe to."""
        urls, name = known(req).urls, collection.name
        page = urls.publication(name)
        fixed = heads.links(urls.feed(name, form=form), form, page, urls, self.parts.hubs)

        def make() -> Made:
            history = self.parts.publications.subscription(collection)
            head = heads.subscription(history, form, fixed, urls)
            entries = sorted(history.entries, key=lambda one: one.member.updated, reverse=True)
            document = _rendered(head, form, entries, urls, history.tombstones)
            return _state_of([history.collection]), document

        others = heads.alternates(name, ALL, collection.title, urls, form)
        self.show(req, resp, _state_of([collection]), (*fixed, *others), make, vary=vary)


class SubscriptionResource(FeedResource):
    """`/{collection}/feed.atom`, `.rss` and `.json`: what changed last."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, collection: str) -> None:
        """The feed that readers subscribe to."""
        found = self.parts.publishing.publication(collection)
        self.show_subscription(req, resp, found, self.form)

    on_head = on_get


class NegotiatedResource(FeedResource):
    """`/{collection}/feed`: in the form that the reader asks for, as Atom by default."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, collection: str) -> None:
        """The feed that readers subscribe to. Raises NotAcceptable."""
        found = self.parts.publishing.publication(collection)
        urls = known(req).urls
        chosen = negotiate(req.get_header("Accept"), tuple(OFFERS))
        if chosen is None:
            announce(resp, heads.alternates(found.name, ALL, found.title, urls))
            resp.set_header("Vary", "Accept")
            raise NotAcceptable(f"this feed comes as {', '.join(FORMS.values())}")
        form = OFFERS[chosen]
        resp.set_header("Content-Location", urls.feed(found.name, form=form))
        self.show_subscription(req, resp, found, form, vary="Accept")

    on_head = on_get


class ArchiveResource(FeedResource):
    """`/{collection}/archive/{number}.atom` (RFC 5005 section 4)."""

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, number: int
    ) -> None:
        """A closed part of a publication's history."""
        found, urls = self.parts.publishing.publication(collection), known(req).urls
        address = urls.archive(found.name, number)
        fixed = heads.links(address, "atom", urls.publication(found.name), urls)
        history = self.parts.publications.archive(found, number)
        state = _state_of_archive(history)

        def make() -> Made:
            head = heads.archive(history, urls)
            # Replies come and go, and a closed archive changes with its own entries only.
            entries = [replace(one, thread=ALONE) for one in history.entries]
            return state, _rendered(head, "atom", entries, urls, history.tombstones)

        self.show(req, resp, state, fixed, make)

    on_head = on_get


class CategoryFeedResource(FeedResource):
    """`/{collection}/-/category/{term}/feed.atom`, `.rss` and `.json`."""

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, term: str
    ) -> None:
        """The latest entries in a category."""
        found, urls = self.parts.publishing.publication(collection), known(req).urls
        selection = Selection(category=selected(term))
        address = urls.feed(found.name, selection, self.form)
        fixed = heads.links(address, self.form, urls.listing(found.name, selection), urls)

        def make() -> Made:
            current, listing = self.parts.publications.listing(found, selection, None)
            head = heads.category(current, selection.category, fixed)
            return _state_of([current]), _rendered(head, self.form, listing.entries, urls)

        title = f"{found.title}: {selection.category}"
        others = heads.alternates(found.name, selection, title, urls, self.form)
        self.show(req, resp, _state_of([found]), (*fixed, *others), make)

    on_head = on_get


class RepliesResource(FeedResource):
    """`/{collection}/-/replies/{member}` (RFC 4685 section 4)."""

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, member: str
    ) -> None:
        """The latest replies to an entry. Raises NotFound, or Gone."""
        found, parent = self.parts.publishing.published(collection, member)
        urls = known(req).urls
        address, page = (at(found.name, parent.name) for at in (urls.replies, urls.permalink))
        fixed = heads.links(address, "atom", page, urls)

        def make() -> Made:
            current, listing = self.parts.publications.replies(found, parent)
            head = heads.replies(current, parent, fixed)
            return _state_of([current]), _rendered(head, "atom", listing.entries, urls)

        self.show(req, resp, _state_of([found]), fixed, make)

    on_head = on_get


class ResultsResource(FeedResource):
    """`/{collection}/-/search.atom`, `.rss` and `.json`; without a collection in all of them."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, collection: str = "") -> None:
        """A page of what is found (OpenSearch 1.1). Raises NotFound for a page too far down."""
        urls, words, page = known(req).urls, words_of(req), page_of(req)

        def address(page: int) -> str:
            return urls.search(collection, words, self.form, page)

        identity = urls.search(collection, words)
        fixed = heads.links(address(page), self.form, identity, urls)

        def make() -> Made:
            current, listing = self.parts.publications.search(collection, words, page)
            found = heads.found_of(words, page, listing)
            head = heads.results(current, found, identity, fixed, address)
            copied = not collection
            document = _rendered(head, self.form, listing.entries, urls, copied=copied)
            return _state_of(current), document

        self.show(req, resp, _state_of(self.parts.publications.searched(collection)), fixed, make)

    on_head = on_get


def _rendered(
    head: Head,
    form: str,
    entries: Iterable[Listed],
    urls: Urls,
    tombstones: Iterable[Tombstone] = (),
    *,
    copied: bool = False,
) -> bytes:
    if form == "atom":
        return render_publication(head, entries, urls, tombstones, copied=copied)
    readings = [read(one, urls) for one in entries]
    return render_rss(head, readings) if form == "rss" else render_json(head, readings)


def _state_of(collections: Sequence[Collection]) -> State:
    """The state of a document that shows these publications."""
    states = [f"{one.epoch}-{one.public}" for one in collections]
    dates = [one.public_modified for one in collections]
    if len(collections) == 1:
        return State(states[0], dates[0])
    # Two of them may have changed within one second: only from the next one on is it over.
    return State(_digest(states), max(dates, default=0) + 1)


def _state_of_archive(history: History) -> State:
    """The state of an archive: of its own entries, however much is published since."""
    collection, shown = history.collection, [one.member.number for one in history.entries]
    numbers = (*shown, *(one.number for one in history.tombstones))
    is_last = str(history.number == history.closed)
    parts = (collection.epoch, collection.title, is_last, *map(str, numbers))
    return State(_digest(parts), collection.public_modified)


def _digest(parts: Iterable[str]) -> str:
    """A short name for several texts, for tags."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()
