"""The readers' door: the same answers for everyone, to be kept by caches for a minute."""

from collections.abc import Callable
from dataclasses import dataclass

import falcon

from atompub.atom.reading import read
from atompub.html.pages import PAGE_TYPE, Pages
from atompub.model import FIRST, PUBLISHED, Collection, Member, Page
from atompub.publishing import Publishing
from atompub.readers import Listed
from atompub.urls import Urls
from atompub.web import answers
from atompub.web.answers import Kept, PageCache
from atompub.web.codings import compressed
from atompub.web.conditional import Validators
from atompub.web.resource import Resource, known


@dataclass(frozen=True, slots=True)
class HomeResource(Resource):
    """`/`: the publications."""

    publishing: Publishing
    pages: Pages

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The page that lists them."""
        urls = known(req).urls
        site, workspaces = self.publishing.overview(None)
        view = f"home-{answers.fingerprint(urls.base)}"
        validators = Validators(f"{site.epoch}-{site.sequence}", view, site.modified)
        if answers.is_fresh(req, resp, validators, cache=answers.PUBLIC, vary=""):
            return
        collections = [one for _, found in workspaces for one in found]
        answers.show_page(req, resp, self.pages.home(collections, urls))

    on_head = on_get


@dataclass(frozen=True, slots=True)
class PublicationResource(Resource):
    """`/{collection}/`: what changed last."""

    publishing: Publishing
    kept: PageCache
    name: str
    content_type: str
    render: Callable[[Page, Urls], bytes]

    def on_get(self, req: falcon.Request, resp: falcon.Response, collection: str) -> None:
        """The document, kept until a change that readers can see."""
        urls = known(req).urls
        found = self.publishing.publication(collection)
        validators = self._validators(found, urls)
        if answers.is_fresh(req, resp, validators, cache=answers.PUBLIC, vary=""):
            return
        coding = answers.coding_of(req)

        def make() -> Kept:
            page = self.publishing.page(found, PUBLISHED, FIRST)
            octets = compressed(self.render(page, urls), coding)
            return Kept(self._validators(page.collection, urls), octets)

        kept = self.kept.get((found.id, validators.view, coding), validators, make)
        if kept.validators != validators:
            # The page is of a later snapshot than the one that was asked about first.
            answers.show_validators(resp, kept.validators, coding)
        if self.content_type == PAGE_TYPE:
            answers.allow_page(resp)
        answers.send(resp, self.content_type, kept.octets, coding)

    on_head = on_get

    def _validators(self, collection: Collection, urls: Urls) -> Validators:
        view = f"{self.name}-{answers.fingerprint(urls.base)}"
        state = f"{collection.epoch}-{collection.public}"
        return Validators(state, view, collection.public_modified)


def _listed(page: Page) -> list[Listed]:
    return [_as_listed(page.collection, member) for member in page.members]


def _as_listed(collection: Collection, member: Member) -> Listed:
    posted = member.created if member.published is None else member.published
    return Listed(collection, member, posted)


def index(publishing: Publishing, kept: PageCache, pages: Pages) -> PublicationResource:
    """The page that lists the entries."""

    def render(page: Page, urls: Urls) -> bytes:
        entries = [read(one, urls) for one in _listed(page)]
        entries.sort(key=lambda entry: entry.published, reverse=True)
        return pages.publication(page.collection, [(one.url, one) for one in entries], urls)

    return PublicationResource(publishing, kept, "index", PAGE_TYPE, render)


@dataclass(frozen=True, slots=True)
class PermalinkResource(Resource):
    """`/{collection}/{member}`: an entry's page."""

    publishing: Publishing
    pages: Pages

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, member: str
    ) -> None:
        """The entry as readers see it."""
        urls = known(req).urls
        found, current = self.publishing.published(collection, member)
        view = f"page-{answers.fingerprint(urls.base)}"
        # The collection's title stands on the page too, so the page is as old as its publication.
        state = f"{found.epoch}-{current.number}-{found.public}"
        validators = Validators(state, view, found.public_modified)
        if answers.is_fresh(req, resp, validators, cache=answers.PUBLIC, vary=""):
            return
        address = urls.permalink(found.name, current.name)
        reading = read(_as_listed(found, current), urls)
        page = self.pages.entry(found, address, reading, urls)
        answers.show_page(req, resp, page)

    on_head = on_get


@dataclass(frozen=True, slots=True)
class WithoutSlashResource(Resource):
    """`/{collection}`: where a reader forgot the slash."""

    publishing: Publishing

    def on_get(self, req: falcon.Request, resp: falcon.Response, collection: str) -> None:
        """The way to the publication."""
        found = self.publishing.publication(collection)
        resp.status = falcon.HTTP_308
        resp.location = known(req).urls.publication(found.name)

    on_head = on_get


@dataclass(frozen=True, slots=True)
class StylesheetResource(Resource):
    """`/-/static/style.css`."""

    pages: Pages

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The stylesheet."""
        resp.set_header("Cache-Control", "public, max-age=3600")
        answers.show(req, resp, "text/css", self.pages.stylesheet())

    on_head = on_get
