"""The pages of the readers' door: the same for everyone, to be kept by caches for a minute."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import falcon

from atompub.atom.reading import read
from atompub.errors import NotFound
from atompub.html.pages import PAGE_TYPE, STATIC_TYPES, Found, Item, Pages, Paging
from atompub.model import Collection
from atompub.publications import Publications
from atompub.publishing import Publishing
from atompub.readers import ALL, Listed, Listing, Place, Selection
from atompub.store.listings import REACHED
from atompub.store.site import Site
from atompub.urls import Urls, selected
from atompub.web import answers
from atompub.web.answers import Kept, PageCache
from atompub.web.codings import compressed
from atompub.web.conditional import Validators
from atompub.web.linking import announce_service
from atompub.web.resource import Resource, known
from atompub.web.searching import page_of, words_of

PLACE = re.compile(r"(-?[0-9]{1,18})-([0-9a-z]{1,64})")
FOREVER = "public, max-age=31536000, immutable"

NOTHING = Found("", 0, 0, ())

Key = tuple[object, ...]
"""What tells a page from all others."""
Rendered = tuple[Collection, bytes]
"""A page, and the collection as it was when the page was made."""


@dataclass(frozen=True, slots=True)
class PageParts:
    """What all pages are made with."""

    publishing: Publishing
    publications: Publications
    pages: Pages
    kept: PageCache


@dataclass(frozen=True, slots=True)
class PageResource(Resource):
    """A page for readers."""

    parts: PageParts

    def validators(self, collection: Collection, urls: Urls, key: Key) -> Validators:
        """Of any page of a publication: each is as old as what readers see of it."""
        state = f"{collection.epoch}-{collection.public}"
        return Validators(state, self._view(urls, key), collection.public_modified)

    def current_validators_of_all(self, urls: Urls, key: Key) -> Validators:
        """Of a page that shows all publications, as they are now."""
        site, shown = self.parts.publications.all()
        return self.validators_of_all(site, shown, urls, key)

    def validators_of_all(
        self, site: Site, shown: Sequence[Collection], urls: Urls, key: Key
    ) -> Validators:
        """Of a page that shows these publications, which are all there are."""
        states = [site.epoch, str(site.sequence), *(f"{one.epoch}-{one.public}" for one in shown)]
        state = hashlib.blake2b(" ".join(states).encode(), digest_size=16).hexdigest()
        # Two of them may have changed within one second, so the date is the second after it.
        modified = max([site.modified, *(one.public_modified for one in shown)]) + 1
        return Validators(state, self._view(urls, key), modified)

    def _view(self, urls: Urls, key: Key) -> str:
        """What else decides a page's bytes: which page it is, where the site is, its templates."""
        templates = self.parts.pages.fingerprint
        return f"page-{answers.fingerprint(urls.base, urls.media_base, templates, repr(key))}"

    def show(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        collection: Collection,
        key: Key,
        render: Callable[[Urls], Rendered],
    ) -> None:
        """Answer with a page of a publication, kept under `key` until readers see a change."""
        urls = known(req).urls

        def make() -> tuple[Validators, bytes]:
            current, page = render(urls)
            return self.validators(current, urls, key), page

        self.send(req, resp, self.validators(collection, urls, key), make)

    def send(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        validators: Validators,
        make: Callable[[], tuple[Validators, bytes]],
    ) -> None:
        """Answer with the page that `make` makes, or with one that was kept, or with 304."""
        announce_service(resp, known(req).urls)
        if answers.is_fresh(req, resp, validators, cache=answers.PUBLIC, vary=""):
            return
        coding = answers.coding_of(req)

        def made() -> Kept:
            current, page = make()
            return Kept(current, compressed(page, coding))

        kept = self.parts.kept.get(("page", validators.view, coding), validators, made)
        answers.show_validators(resp, kept.validators, coding)
        answers.allow_page(resp)
        answers.send(resp, PAGE_TYPE, kept.octets, coding)

    def listing(
        self, req: falcon.Request, resp: falcon.Response, name: str, selection: Selection
    ) -> None:
        """Answer with a page of a selection. Raises NotFound where nothing is selected."""
        collection, place = self.parts.publishing.publication(name), _place(req)

        def render(urls: Urls) -> Rendered:
            current, found = self.parts.publications.listing(collection, selection, place)
            if not found.entries and (selection != ALL or place):
                raise NotFound("there is no such page")
            items, paging = _items(found.entries, urls), _paging(current, selection, found, urls)
            if selection == ALL:
                return current, self.parts.pages.index(current, items, paging, urls)
            return current, self.parts.pages.listing(current, selection, items, paging, urls)

        if req.path.endswith("/"):
            self.show(req, resp, collection, (collection.name, selection, place), render)
        else:
            _redirect(resp, known(req).urls.listing(collection.name, selection))


class HomeResource(PageResource):
    """`/`: the publications, with their latest entries."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The page that lists them."""
        urls = known(req).urls
        key = ("home",)

        def make() -> tuple[Validators, bytes]:
            site, latest = self.parts.publications.home()
            sections = [(one, _items(found, urls)) for one, found in latest]
            validators = self.validators_of_all(site, [one for one, _ in latest], urls, key)
            return validators, self.parts.pages.home(sections, urls)

        self.send(req, resp, self.current_validators_of_all(urls, key), make)

    on_head = on_get


class IndexResource(PageResource):
    """`/{collection}/`: a blog's entries or an album's pictures, the latest first."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, collection: str) -> None:
        """A page of them."""
        self.listing(req, resp, collection, ALL)

    on_head = on_get


class CategoryResource(PageResource):
    """`/{collection}/-/category/{term}/`."""

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, term: str
    ) -> None:
        """A page of the entries in a category."""
        self.listing(req, resp, collection, Selection(category=selected(term)))

    on_head = on_get


class AuthorResource(PageResource):
    """`/{collection}/-/author/{author}/`."""

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, author: str
    ) -> None:
        """A page of the entries of an author."""
        self.listing(req, resp, collection, Selection(author=selected(author)))

    on_head = on_get


class YearResource(PageResource):
    """`/{collection}/-/{year}/`."""

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, year: int
    ) -> None:
        """A page of the entries of a year."""
        self.listing(req, resp, collection, Selection(month=(_year(year), 0)))

    on_head = on_get


class MonthResource(PageResource):
    """`/{collection}/-/{year}/{month}/`."""

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, year: int, month: int
    ) -> None:
        """A page of the entries of a month."""
        if not 1 <= month <= 12:
            raise NotFound("there is no such month")
        self.listing(req, resp, collection, Selection(month=(_year(year), month)))

    on_head = on_get


class MonthsResource(PageResource):
    """`/{collection}/archive`: the months in which something was published."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, collection: str) -> None:
        """The page that lists them."""
        found = self.parts.publishing.publication(collection)
        if req.path.endswith("/"):
            _redirect(resp, known(req).urls.months(found.name))
            return

        def render(urls: Urls) -> Rendered:
            return found, self.parts.pages.archive(
                found, self.parts.publications.months(found), urls
            )

        self.show(req, resp, found, ("months", found.name), render)

    on_head = on_get


class EntryResource(PageResource):
    """`/{collection}/{member}`: an entry's permalink."""

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, member: str
    ) -> None:
        """The entry as readers see it. Raises NotFound and Gone."""
        found, current = self.parts.publishing.published(collection, member)

        def render(urls: Urls) -> Rendered:
            leaf = self.parts.publications.leaf(found, current)
            older, newer = (_item(one, urls) if one else None for one in (leaf.older, leaf.newer))
            replies = _items(leaf.replies, urls)
            page = self.parts.pages.entry(_item(leaf.entry, urls), replies, (older, newer), urls)
            return leaf.collection, page

        self.show(req, resp, found, ("entry", current.id), render)

    on_head = on_get


class SearchResource(PageResource):
    """`/-/search` and `/{collection}/-/search`: a form, and what was found."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, collection: str = "") -> None:
        """A page of what was found. Raises NotFound for one after the last."""
        urls, words, number = known(req).urls, words_of(req), page_of(req)
        found = self.parts.publishing.publication(collection) if collection else None
        key = ("search", collection, words, number)
        current = (
            self.validators(found, urls, key)
            if found
            else self.current_validators_of_all(urls, key)
        )

        def make() -> tuple[Validators, bytes]:
            if not words:
                return current, self.parts.pages.search(found, NOTHING, Paging(), urls)
            _, listing = self.parts.publications.search(collection, words, number)
            if number > 1 and not listing.entries:
                raise NotFound("nothing more was found")
            items = _items(listing.entries, urls)
            result = Found(words, listing.total, listing.start, items)
            after = listing.start + len(items) < min(listing.total, REACHED)
            paging = Paging(
                older=urls.search(collection, words, page=number + 1) if after else "",
                newer=urls.search(collection, words, page=number - 1) if number > 1 else "",
            )
            return current, self.parts.pages.search(found, result, paging, urls)

        self.send(req, resp, current, make)

    on_head = on_get


@dataclass(frozen=True, slots=True)
class StaticResource(Resource):
    """`/-/static/{name}`: the stylesheet and the icon."""

    pages: Pages

    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """The file. Under the address that the pages name, which holds its version, it never
        changes; under another it may any time."""
        found = self.pages.static(name)
        if found is None:
            raise NotFound("there is nothing at this address")
        octets, version = found
        cache = FOREVER if req.query_string == version else answers.PUBLIC
        resp.set_header("Cache-Control", cache)
        answers.show(req, resp, STATIC_TYPES[name], octets)

    on_head = on_get


def _item(listed: Listed, urls: Urls) -> Item:
    """An entry for a page; what the server says of media in place of a caption is not shown."""
    entry = read(listed, urls)
    if listed.member.media and listed.member.summary:
        entry = replace(entry, summary="", summary_text="")
    return Item(listed.collection, entry)


def _items(entries: Iterable[Listed], urls: Urls) -> list[Item]:
    return [_item(one, urls) for one in entries]


def _paging(collection: Collection, selection: Selection, found: Listing, urls: Urls) -> Paging:
    def address(place: Place | None) -> str:
        return urls.listing(collection.name, selection, place) if place else ""

    return Paging(older=address(found.older), newer=address(found.newer))


def _redirect(resp: falcon.Response, address: str) -> None:
    """The way for a reader who forgot a slash, or typed one too many."""
    resp.status = falcon.HTTP_308
    resp.location = address
    resp.set_header("Cache-Control", answers.PUBLIC)


def _place(req: falcon.Request) -> Place | None:
    """Where a page starts, by its query. Raises NotFound for what no page ever linked."""
    for name in ("before", "after"):
        given = req.get_param(name)
        if given is not None:
            match = PLACE.fullmatch(given)
            if match is None:
                raise NotFound("there is no such page")
            return Place(int(match[1]), match[2], newer=name == "after")
    return None


def _year(number: int) -> int:
    if number < 1:
        raise NotFound("there is no such year")
    return number
