"""Members: entries under their edit URL."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import falcon

from atompub.access import signed_in, view_of
from atompub.atom.entry import ENTRY_TYPE, render
from atompub.atom.parse import parse
from atompub.config import Settings
from atompub.errors import PreconditionRequired
from atompub.model import ENTRY_RANGE, Collection, Member
from atompub.publishing import Publishing
from atompub.urls import Urls
from atompub.web import answers, bodies, digests
from atompub.web.answers import Kept, PageCache
from atompub.web.codings import compressed
from atompub.web.conditional import Preconditions, Validators, check_write
from atompub.web.resource import Resource, known


@dataclass(frozen=True, slots=True)
class MemberResource(Resource):
    """`/atom/{collection}/{member}` (RFC 5023 section 9)."""

    publishing: Publishing
    settings: Settings
    kept: PageCache

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, member: str
    ) -> None:
        """The entry; app:control only for who may see more than readers do."""
        context = known(req)
        found, current = self.publishing.member(context.account, collection, member)
        editing = view_of(context.account, found).kind != "published"
        validators = validators_of(found, current, context.urls, editing=editing)
        resp.set_header("Content-Location", context.urls.member(found.name, current.name))
        if answers.is_fresh(req, resp, validators, cache=answers.PRIVATE, vary="Authorization"):
            return
        coding = answers.coding_of(req)

        def make() -> Kept:
            body = render(current, found, context.urls, editing=editing)
            return Kept(validators, compressed(body, coding))

        kept = self.kept.get((current.id, validators.view, coding), validators, make)
        answers.send(resp, ENTRY_TYPE, kept.octets, coding)

    on_head = on_get

    def on_put(
        self, req: falcon.Request, resp: falcon.Response, collection: str, member: str
    ) -> None:
        """Replace the entry. The answer has no validators: the server rewrote what was sent
        (RFC 9110 section 9.3.4)."""
        context = known(req)
        account = signed_in(context.account)
        found, current = self.publishing.may_edit(account, collection, member)
        bodies.check_framing(req, self.settings.max_entry_bytes)
        declared = bodies.declared(req, (ENTRY_RANGE,), lenient=self.settings.lenient_xml_types)
        check = self._check(req, found, context.urls)
        check(current)
        body = bodies.read(req, self.settings.max_entry_bytes)
        digests.check(req, hashlib.sha256(body).hexdigest())
        root = parse(body, declared.charset)
        found, stored = self.publishing.edit(
            account,
            found,
            current,
            root,
            context.urls,
            check=check,
        )
        show_entry(resp, found, stored, context.urls)

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, collection: str, member: str
    ) -> None:
        """Delete the entry: 200 without content, but with a type, which one client wants."""
        context = known(req)
        account = signed_in(context.account)
        found, current = self.publishing.may_edit(account, collection, member)
        check = self._check(req, found, context.urls)
        check(current)
        self.publishing.delete(found, current, check)
        resp.content_type = "text/plain;charset=utf-8"
        resp.data = b""

    def _check(
        self, req: falcon.Request, collection: Collection, urls: Urls
    ) -> Callable[[Member], None]:
        return write_check(
            req,
            lambda member: validators_of(collection, member, urls, editing=True),
            required=self.settings.require_conditional,
        )


def write_check(
    req: falcon.Request, validators_of_state: Callable[[Member], Validators], *, required: bool
) -> Callable[[Member], None]:
    """What holds the request's preconditions against a state; the store calls it again.

    Raises PreconditionRequired when there must be some and there are none.
    """
    preconditions = Preconditions.of(req.env)
    if required and not preconditions.names_state(time.time()):
        raise PreconditionRequired("name the state you saw: GET it, then send its ETag in If-Match")

    def check(member: Member) -> None:
        check_write(preconditions, validators_of_state(member), time.time())

    return check


def validators_of(
    collection: Collection, member: Member, urls: Urls, *, editing: bool
) -> Validators:
    """The validators of a member's entry document, whose links tell whether others may read it."""
    private = "p" if collection.settings.private else ""
    view = f"{'e' if editing else 'r'}{private}-{answers.fingerprint(urls.base)}"
    return Validators(f"{collection.epoch}-{member.number}", view, member.modified)


def show_entry(resp: falcon.Response, collection: Collection, member: Member, urls: Urls) -> str:
    """Write the entry document after a write; the member's URL."""
    location = urls.member(collection.name, member.name)
    resp.set_header("Content-Location", location)
    resp.set_header("Cache-Control", answers.PRIVATE)
    answers.send(resp, ENTRY_TYPE, render(member, collection, urls, editing=True), "")
    return location
