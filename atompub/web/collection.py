"""Collections: listed, followed and added to."""

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import falcon

from atompub.access import signed_in, view_of
from atompub.atom.feed import FEED_TYPE, render_changes, render_page, state_of
from atompub.atom.namespaces import Element, atom
from atompub.atom.parse import parse
from atompub.atom.service import ranges
from atompub.config import Settings
from atompub.errors import BadRequest, NotAllowed, NotFound, NotWellFormed, UnsupportedType
from atompub.model import FIRST, Account, Collection, Cursor, Media, Member, View
from atompub.names import slug_text
from atompub.publishing import Publishing
from atompub.store.blobs import Blobs
from atompub.store.idempotency import Idempotency
from atompub.urls import Urls
from atompub.web import answers, bodies, digests
from atompub.web.answers import Kept, PageCache
from atompub.web.bodies import Declared
from atompub.web.codings import compressed
from atompub.web.conditional import Preconditions, Validators, check_write
from atompub.web.linking import announce_service
from atompub.web.media import keep, upload
from atompub.web.member import show_entry, validators_of
from atompub.web.resource import Resource, known

Check = Callable[[Collection], None] | None

UNTYPED = "without a Content-Type only an entry is known"
NUMBER = re.compile(r"[0-9]{1,18}")
KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Listing:
    """What part of a collection is asked for: a page, or the changes since a number."""

    cursor: Cursor = FIRST
    since: int | None = None

    @property
    def token(self) -> str:
        """A name for it within tags and cache keys."""
        if self.since is not None:
            return f"since-{self.since}"
        if self.cursor.last:
            return "last"
        if self.cursor.after is not None:
            return f"after-{self.cursor.after}"
        return "first" if self.cursor.before is None else str(self.cursor.before)


NEWEST = Listing()


@dataclass(frozen=True, slots=True)
class CollectionResource(Resource):
    """`/atom/{collection}/` (RFC 5023 sections 9.2 and 10)."""

    publishing: Publishing
    settings: Settings
    blobs: Blobs
    kept: PageCache

    def on_get(self, req: falcon.Request, resp: falcon.Response, collection: str) -> None:
        """A page of the collection, or with `?since={number}` what changed after it."""
        context = known(req)
        listing = _listing(req)
        found, view = self.publishing.collection(context.account, collection)
        validators = _validators(found, view, listing, context.urls)
        if answers.is_fresh(req, resp, validators, cache=answers.PRIVATE, vary="Authorization"):
            return
        announce_service(resp, context.urls)
        coding = answers.coding_of(req)

        def make() -> Kept:
            seen, body = self._render(found, view, listing, context.urls)
            current = _validators(seen, view, listing, context.urls)
            return Kept(current, compressed(body, coding))

        key = (found.id, validators.view, coding)
        kept = self.kept.get(key, validators, make)
        if kept.validators != validators:
            # The page is of a later snapshot than the one that was asked about first.
            answers.show_validators(resp, kept.validators, coding)
        answers.send(resp, FEED_TYPE, kept.octets, coding)

    on_head = on_get

    def on_post(self, req: falcon.Request, resp: falcon.Response, collection: str) -> None:
        """Create a member (RFC 5023 section 9.2); media of the types it takes become two."""
        context = known(req)
        account = signed_in(context.account)
        found = self.publishing.may_create(account, collection)
        self._check_open(found)
        settings, accepted = self.settings, ranges(found)
        declared = bodies.declared(req, accepted, lenient=settings.lenient_xml_types)
        is_media = declared.media and not declared.entry
        limit = settings.max_media_bytes if is_media else settings.max_entry_bytes
        bodies.check_framing(req, limit)
        check = _check(req, view_of(account, found), context.urls)
        if check is not None:
            check(found)
        _idempotency(req, found, "")  # a key that is none is refused before the body is read
        if is_media:
            member = self._create_media(req, account, found, declared.media, check)
        else:
            member = self._create_entry(req, account, found, declared, check)
        location = show_entry(resp, found, member, context.urls)
        answers.show_validators(resp, validators_of(found, member, context.urls, editing=True))
        resp.status = falcon.HTTP_201
        resp.location = location

    def _create_entry(
        self,
        req: falcon.Request,
        account: Account,
        collection: Collection,
        declared: Declared,
        check: Check,
    ) -> Member:
        body = bodies.read(req, self.settings.max_entry_bytes)
        sha256 = hashlib.sha256(body).hexdigest()
        digests.check(req, sha256)
        if req.content_type:
            root = parse(body, declared.charset)
        elif (found := _sniffed(body)) is not None:
            root = found
        elif declared.media:
            media = keep(self.blobs, [body], declared.media)
            return self._link(req, account, collection, media, check)
        else:
            raise UnsupportedType(f"{UNTYPED}; {bodies.HINT}", ranges(collection))
        slug = req.get_header("Slug")
        return self.publishing.create(
            account,
            collection,
            root,
            slug_text(slug),
            known(req).urls,
            check=check,
            idempotency=_idempotency(req, collection, sha256),
        )

    def _create_media(
        self,
        req: falcon.Request,
        account: Account,
        collection: Collection,
        media_type: str,
        check: Check,
    ) -> Member:
        media = upload(req, self.blobs, media_type, self.settings.max_media_bytes)
        return self._link(req, account, collection, media, check)

    def _link(
        self,
        req: falcon.Request,
        account: Account,
        collection: Collection,
        media: Media,
        check: Check,
    ) -> Member:
        return self.publishing.create_media(
            account,
            collection,
            media,
            slug_text(req.get_header("Slug")),
            check=check,
            idempotency=_idempotency(req, collection, media.sha256),
        )

    def on_options(self, req: falcon.Request, resp: falcon.Response, **where: str) -> None:
        """What may be done here, and what may be posted."""
        Resource.on_options(self, req, resp, **where)
        context = known(req)
        found, _ = self.publishing.collection(context.account, where["collection"])
        if found.settings.accept:
            resp.set_header("Accept-Post", ", ".join(ranges(found)))
        else:
            resp.set_header("Allow", ", ".join(self._read_only()))

    def _render(
        self, collection: Collection, view: View, listing: Listing, urls: Urls
    ) -> tuple[Collection, bytes]:
        """The collection's row and the document, both of one snapshot."""
        if listing.since is not None:
            changes = self.publishing.changes(collection, view, listing.since)
            return changes.collection, render_changes(changes, listing.since, view, urls)
        page = self.publishing.page(collection, view, listing.cursor)
        return page.collection, render_page(page, listing.cursor, view, urls)

    def _check_open(self, collection: Collection) -> None:
        if not collection.settings.accept:
            raise NotAllowed(f"{collection.name} is read-only", self._read_only())

    def _read_only(self) -> tuple[str, ...]:
        return tuple(method for method in self.allowed() if method != "POST")


def _validators(collection: Collection, view: View, listing: Listing, urls: Urls) -> Validators:
    number, _, modified = state_of(collection, view)
    whose = f"{view.kind}{view.account}-{answers.fingerprint(urls.base)}-{listing.token}"
    return Validators(f"{collection.epoch}-{number}", whose, modified)


def _check(req: falcon.Request, view: View, urls: Urls) -> Check:
    """What holds a POST's preconditions against the collection's state, None when it has none."""
    preconditions = Preconditions.of(req.env)
    if not preconditions.has_any():
        return None

    def check(collection: Collection) -> None:
        validators = _validators(collection, view, NEWEST, urls)
        check_write(preconditions, validators, time.time())

    return check


def _listing(req: falcon.Request) -> Listing:
    """The query's cursor; unknown parameters are ignored. Raises NotFound for a garbled one."""
    if not req.query_string:
        return NEWEST
    cursor, since = req.get_param_as_list("cursor"), req.get_param_as_list("since")
    if cursor is None and since is None:
        return NEWEST
    values = [*(cursor or []), *(since or [])]
    if len(values) != 1:
        raise NotFound("there is one cursor, or one since, to an address")
    if since is not None and NUMBER.fullmatch(values[0]):
        return Listing(since=int(values[0]))
    if cursor is not None:
        return Listing(_cursor(values[0]))
    raise NotFound(f"{values[0][:40]!r} is no number of a change")


def _cursor(text: str) -> Cursor:
    before, after = NUMBER.fullmatch(text), text.removeprefix("after-")
    if text == "last":
        return Cursor(last=True)
    if before:
        return Cursor(before=int(text))
    if after != text and NUMBER.fullmatch(after):
        return Cursor(after=int(after))
    raise NotFound(f"{text[:40]!r} is no cursor of this collection")


def _sniffed(body: bytes) -> Element | None:
    """The entry that a body without a Content-Type is, if it is one (APP-9.2-15)."""
    try:
        root = parse(body)
    except NotWellFormed:
        return None
    return root if root.tag == atom("entry") else None


def _idempotency(req: falcon.Request, collection: Collection, sha256: str) -> Idempotency | None:
    """The request's Idempotency-Key with what tells the request: its body's SHA-256 and more."""
    key = req.get_header("Idempotency-Key")
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise BadRequest("an Idempotency-Key is 1 to 255 visible ASCII characters")
    request = (collection.name, req.content_type, req.get_header("Slug"), sha256)
    return Idempotency(key, hashlib.sha256(repr(request).encode()).hexdigest())
