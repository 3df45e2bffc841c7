"""The use cases: who may do what, and what a write makes of a document.

Anonymous requests see what readers see; authors also see what is theirs; editors see everything
(design section 8). What an anonymous request may not see asks for credentials whether it is
there or not; what an account may not see is not there.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from atompub.atom.content import media_summary
from atompub.atom.entry import complete, link_entry
from atompub.atom.namespaces import Element
from atompub.atom.submission import Ownership, Submitted, take_apart
from atompub.atom.validate import validate
from atompub.errors import (
    Fault,
    Forbidden,
    Gone,
    InsufficientScope,
    InvalidEntry,
    NotFound,
    StoreUnavailable,
    Unauthenticated,
)
from atompub.model import (
    EVERYTHING,
    PUBLISHED,
    Account,
    Buried,
    Changes,
    Collection,
    Cursor,
    Edition,
    Media,
    Member,
    Page,
    Role,
    Scope,
    View,
)
from atompub.names import member_slug, new_atom_id, new_id, without_ending
from atompub.store.collections import Collections
from atompub.store.entries import Entries, Found, NewMember
from atompub.store.idempotency import Idempotency
from atompub.store.pages import Pages
from atompub.store.site import Site

Clock = Callable[[], int]
Check = Callable[[Member], None]

SHOWN_TERMS = 20
REMEMBERED = 365 * 24 * 3600 * 1_000_000
"""How long a deleted entry is 410 and not 404, in microseconds."""
UNTITLED = "Untitled"


@dataclass(frozen=True, slots=True)
class Store:
    """The parts of a store that publishing uses."""

    collections: Collections
    entries: Entries
    pages: Pages


class Publishing:
    """What authors and readers do with collections and members; `now` gives microseconds."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def collection(self, account: Account | None, name: str) -> tuple[Collection, View]:
        """A collection, with what `account` sees of it.

        Raises NotFound, or Unauthenticated when there is no account.
        """
        try:
            found = self._released(self._store.collections.get(name))
        except NotFound:
            raise _unseen(account, f"there is no collection {name!r}") from None
        return found, view_of(account, found)

    def overview(self, account: Account | None) -> tuple[Site, list[tuple[str, list[Collection]]]]:
        """The site's row, and each workspace's title with the collections `account` may read."""
        site, workspaces = self._store.collections.overview()
        shown = [
            (workspace.title, [one for one in workspace.collections if _may_read(account, one)])
            for workspace in workspaces
        ]
        return site, shown

    def page(self, collection: Collection, view: View, cursor: Cursor) -> Page:
        """A page of a collection. Raises NotFound for a cursor it never gave out."""
        return self._store.pages.page(collection.name, view, cursor)

    def changes(self, collection: Collection, view: View, since: int) -> Changes:
        """What changed after a number. Raises NotFound for a number it has not come to."""
        return self._store.pages.changes(collection.name, view, since)

    def member(
        self, account: Account | None, collection: str, name: str
    ) -> tuple[Collection, Member]:
        """A member that `account` may see. Raises NotFound, Gone, or Unauthenticated."""
        try:
            found, current = self._store.entries.find(collection, name)
        except NotFound:
            raise _unseen(account, f"there is no collection {collection!r}") from None
        if self._released(found) is not found:
            found, current = self._store.entries.find(collection, name)
        if isinstance(current, Buried) and current.removed < self._now() - REMEMBERED:
            current = None
        return found, _seen(account, found, current)

    def published(self, collection: str, name: str) -> tuple[Collection, Member]:
        """A member as readers see it. Raises NotFound, or Gone."""
        try:
            found, member = self.member(None, collection, name)
        except Unauthenticated:
            raise NotFound("there is no such page") from None
        return found, member

    def publication(self, name: str) -> Collection:
        """A collection as readers see it. Raises NotFound, also for a private one."""
        try:
            return self.collection(None, name)[0]
        except Unauthenticated:
            raise NotFound("there is no such page") from None

    def may_create(self, account: Account, collection: str) -> Collection:
        """The collection, where `account` may add members. Raises NotFound, Forbidden."""
        found, _ = self.collection(account, collection)
        _check_scope(account, found)
        if (account.role_in(found) or 0) < Role.AUTHOR:
            raise Forbidden(f"{account.name} may read {found.name} but not publish in it")
        return found

    def may_edit(self, account: Account, collection: str, name: str) -> tuple[Collection, Member]:
        """A member that `account` may edit and delete. Raises NotFound, Gone, Forbidden."""
        found, member = self.member(account, collection, name)
        _check_scope(account, found)
        role = account.role_in(found) or 0
        if role < Role.EDITOR and not (role == Role.AUTHOR and member.account == account.id):
            raise Forbidden(f"{account.name} may read this entry but not change it")
        return found, member

    def create(
        self,
        account: Account,
        collection: Collection,
        root: Element,
        slug: str,
        *,
        check: Callable[[Collection], None] | None = None,
        idempotency: Idempotency | None = None,
    ) -> Member:
        """Make a member of an entry; `slug` is the name it would like.

        `check` raises when the collection is not in a state the client agrees to. Raises
        InvalidEntry, and KeyReused or Gone for an Idempotency-Key that was used.
        """
        submitted = _accepted(root, collection, _ownership(collection, account.name))
        now, identity = self._now(), new_id()
        new = NewMember(
            id=identity,
            slug=member_slug(slug, submitted.title),
            atom_id=submitted.atom_id,
            minted=new_atom_id(),
            account=account.id,
            edition=_edition(submitted, now, account.name, updated=now, published=None),
        )
        return self._store.entries.add(
            collection.name, new, now, check=check, idempotency=idempotency
        )

    def edit(
        self,
        account: Account,
        collection: Collection,
        member: Member,
        root: Element,
        *,
        permalink: str,
        address: str,
        check: Check,
    ) -> tuple[Collection, Member]:
        """Replace what the client owns of a member; `permalink` and `address` are its URLs.

        `check` raises when the state that is replaced is not one the client agrees to. Raises
        InvalidEntry, NotFound, Gone and EditConflict.
        """
        author = member.author or account.name
        ownership = _ownership(
            collection, author, permalink=permalink, address=address, media=member.media
        )
        submitted = _accepted(root, collection, ownership)
        now = self._now()

        def revise(_: Collection, found: Found) -> Edition:
            current = _present(found)
            check(current)
            edition = _edition(
                submitted, now, author, updated=current.updated, published=current.published
            )
            return _with_media(edition, current.media)

        return self._store.entries.edit(collection.name, member.name, now, revise)

    def create_media(
        self,
        account: Account,
        collection: Collection,
        media: Media,
        title: str,
        *,
        check: Callable[[Collection], None] | None = None,
        idempotency: Idempotency | None = None,
    ) -> Member:
        """Make a media link entry for media that is kept already (RFC 5023 section 9.6).

        `title` names it too; `check` as in `create`.
        """
        now, identity = self._now(), new_id()
        title = title or UNTITLED
        edition = Edition(
            xml=link_entry(title, now),
            control=None,
            based=False,
            title=title,
            summary=media_summary(media),
            author=account.name,
            updated=now,
            published=None,
            draft=False,
            release=None,
            visible=True,
            media=media,
        )
        slug = member_slug(without_ending(title), title)
        new = NewMember(identity, slug, "", new_atom_id(), account.id, edition)
        return self._store.entries.add(
            collection.name, new, now, check=check, idempotency=idempotency
        )

    def replace_media(
        self, collection: Collection, member: Member, media: Media, check: Check
    ) -> Member:
        """Give a media link entry other media; `check` as in `edit`. Raises as `edit` does."""

        def revise(_: Collection, found: Found) -> Edition:
            current = _present(found)
            check(current)
            summary = media_summary(media) if current.summary else ""
            return replace(_edition_of(current), media=media, summary=summary)

        _, stored = self._store.entries.edit(collection.name, member.name, self._now(), revise)
        return stored

    def delete(self, collection: Collection, member: Member, check: Check) -> None:
        """Delete a member; `check` as in `edit`. Raises NotFound, Gone and EditConflict."""

        def agreed(_: Collection, found: Found) -> None:
            check(_present(found))

        self._store.entries.remove(collection.name, member.name, self._now(), agreed)

    def _released(self, collection: Collection) -> Collection:
        """The collection after the releases that are due: time enters as a change only."""
        now = self._now()
        if collection.due is None or collection.due > now:
            return collection
        try:
            self._store.entries.release(collection.id, now)
        except StoreUnavailable:
            return collection  # readers keep what they had until the store can be written
        return self._store.collections.get(collection.name)


def signed_in(account: Account | None) -> Account:
    """The account of a request that writes. Raises Unauthenticated when there is none."""
    if account is None:
        raise Unauthenticated("sign in to write")
    return account


def view_of(account: Account | None, collection: Collection) -> View:
    """What an account, or None, sees of a collection. Raises as `Publishing.collection`."""
    if not _may_read(account, collection):
        raise _unseen(account, f"there is no collection {collection.name!r}")
    role = account.role_in(collection) if account else None
    if account is None or role is None or role == Role.READER:
        return PUBLISHED
    return EVERYTHING if role >= Role.EDITOR else View("own", account.id)


def _check_scope(account: Account, collection: Collection) -> None:
    if account.scope_in(collection) != Scope.WRITE:
        raise InsufficientScope(f"this token may not write in {collection.name}", "write")


def _may_read(account: Account | None, collection: Collection) -> bool:
    may = account is not None and account.role_in(collection) is not None
    return may or not collection.settings.private


def _unseen(account: Account | None, message: str) -> NotFound | Unauthenticated:
    return Unauthenticated("sign in to see this") if account is None else NotFound(message)


def _seen(account: Account | None, collection: Collection, found: Found) -> Member:
    view = view_of(account, collection)
    if found is None or not _shows(view, found):
        raise _unseen(account, "there is no such entry")
    return _present(found)


def _shows(view: View, found: Member | Buried) -> bool:
    public = found.visible if isinstance(found, Member) else found.public
    return view.kind == "all" or public or (view.kind == "own" and found.account == view.account)


def _present(found: Found) -> Member:
    if isinstance(found, Buried):
        raise Gone("the entry was deleted")
    if found is None:
        raise NotFound("there is no such entry")
    return found


def _ownership(collection: Collection, author: str, **known: Any) -> Ownership:
    settings = collection.settings
    keep_authors = settings.author == "client"
    return Ownership(author, keep_authors=keep_authors, drafts=settings.drafts, **known)


def _accepted(root: Element, collection: Collection, ownership: Ownership) -> Submitted:
    validate(root)
    submitted = take_apart(root, ownership)
    _check_categories(submitted, collection)
    return submitted


def _check_categories(submitted: Submitted, collection: Collection) -> None:
    offered = collection.settings.categories
    if offered is None or not offered.fixed:
        return
    allowed = {(term.scheme or offered.scheme, term.term) for term in offered.terms}
    shown = [term for _, term in sorted(allowed)]
    listed = ", ".join(shown[:SHOWN_TERMS]) + (", …" if len(shown) > SHOWN_TERMS else "")
    faults = tuple(
        Fault(
            "atom:category", "APP-8.3.6-1", 0, _not_offered(category.term, offered.scheme, listed)
        )
        for category in submitted.categories
        if category.identity not in allowed
    )
    if faults:
        raise InvalidEntry(faults)


def _not_offered(term: str, scheme: str, listed: str) -> str:
    where = f" with the scheme {scheme}" if scheme else ""
    return f"{term[:60]!r} is not offered; this collection takes{where}: {listed or 'none'}"


def _edition_of(member: Member) -> Edition:
    """What the last write gave a member."""
    return Edition(**{field.name: getattr(member, field.name) for field in fields(Edition)})


def _with_media(edition: Edition, media: Media | None) -> Edition:
    """An edition of a media link entry keeps the media, and a summary of ours tells of it."""
    if media is None:
        return edition
    return replace(edition, media=media, summary=media_summary(media) if edition.summary else "")


def _edition(
    submitted: Submitted, now: int, author: str, *, updated: int, published: int | None
) -> Edition:
    """What is stored of a submission; the two dates stand in where the client sent none."""
    dated = submitted.published if submitted.published is not None else published
    ahead = dated is not None and dated > now and not submitted.draft
    return Edition(
        xml=complete(submitted, updated, published),
        control=submitted.control,
        based=submitted.based,
        title=submitted.title,
        summary=submitted.summary,
        author="" if submitted.authored else author,
        updated=updated if submitted.updated is None else submitted.updated,
        published=dated,
        draft=submitted.draft,
        release=dated if ahead else None,
        visible=not submitted.draft and not ahead,
    )
