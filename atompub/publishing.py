"""The use cases: what authors and readers do, each as one unit of work of the store."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from atompub.access import (
    check_scope,
    may_read,
    present,
    seen,
    unseen,
    view_of,
)
from atompub.atom.content import media_summary
from atompub.atom.entry import link_entry
from atompub.atom.namespaces import Element
from atompub.atom.submission import fill_lengths
from atompub.editions import (
    accepted,
    edition_from,
    edition_of,
    ownership_in,
    republished,
    with_media,
)
from atompub.errors import Forbidden, Gone, NotFound, StoreUnavailable, Unauthenticated
from atompub.model import (
    Account,
    Buried,
    Changes,
    Collection,
    Cursor,
    Edition,
    Headings,
    Media,
    Member,
    Page,
    Role,
    View,
)
from atompub.names import member_slug, new_atom_id, new_id, without_ending
from atompub.store.collections import Collections
from atompub.store.entries import Entries, Found
from atompub.store.idempotency import Idempotency
from atompub.store.members import NewMember
from atompub.store.pages import Pages
from atompub.store.site import Site
from atompub.urls import Urls

Clock = Callable[[], int]
Check = Callable[[Member], None]

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
            raise unseen(account, f"there is no collection {name!r}") from None
        return found, view_of(account, found)

    def overview(self, account: Account | None) -> tuple[Site, list[tuple[str, list[Collection]]]]:
        """The site's row, and each workspace's title with the collections `account` may read."""
        site, workspaces = self._store.collections.overview()
        shown = [
            (workspace.title, [one for one in workspace.collections if may_read(account, one)])
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
            raise unseen(account, f"there is no collection {collection!r}") from None
        if self._released(found) is not found:
            found, current = self._store.entries.find(collection, name)
        if isinstance(current, Buried) and current.removed < self._now() - REMEMBERED:
            current = None
        return found, seen(account, found, current)

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
        check_scope(account, found)
        if (account.role_in(found) or 0) < Role.AUTHOR:
            raise Forbidden(f"{account.name} may read {found.name} but not publish in it")
        return found

    def may_edit(self, account: Account, collection: str, name: str) -> tuple[Collection, Member]:
        """A member that `account` may edit and delete. Raises NotFound, Gone, Forbidden."""
        found, member = self.member(account, collection, name)
        check_scope(account, found)
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
        urls: Urls,
        *,
        check: Callable[[Collection], None] | None = None,
        idempotency: Idempotency | None = None,
    ) -> Member:
        """Make a member of an entry; `slug` is the name it would like.

        `check` raises when the collection is not in a state the client agrees to. Raises
        InvalidEntry, and KeyReused or Gone for an Idempotency-Key that was used.
        """
        self._fill_lengths(account, root, urls)
        submitted = accepted(root, collection, ownership_in(collection, account.name))
        now, identity = self._now(), new_id()
        new = NewMember(
            id=identity,
            slug=member_slug(slug, submitted.title),
            atom_id=submitted.atom_id,
            minted=new_atom_id(),
            account=account.id,
            edition=edition_from(submitted, now, account.name, updated=now, published=None),
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
        urls: Urls,
        *,
        check: Check,
    ) -> tuple[Collection, Member]:
        """Replace what the client owns of a member.

        `check` raises when the state that is replaced is not one the client agrees to. Raises
        InvalidEntry, NotFound, Gone and EditConflict.
        """
        self._fill_lengths(account, root, urls)
        author = member.author or account.name
        permalink = urls.permalink(collection.name, member.name)
        address = urls.member(collection.name, member.name)
        ownership = ownership_in(
            collection, author, permalink=permalink, address=address, media=member.media
        )
        submitted = accepted(root, collection, ownership)
        now = self._now()

        def revise(_: Collection, found: Found) -> Edition:
            current = present(found)
            check(current)
            edition = edition_from(
                submitted, now, author, updated=current.updated, published=current.published
            )
            return with_media(republished(edition, current, now), current.media)

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
            headings=Headings(authors=(account.name,), text=title),
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
            current = present(found)
            check(current)
            summary = media_summary(media) if current.summary else ""
            return replace(edition_of(current), media=media, summary=summary)

        _, stored = self._store.entries.edit(collection.name, member.name, self._now(), revise)
        return stored

    def delete(self, collection: Collection, member: Member, check: Check) -> None:
        """Delete a member; `check` as in `edit`. Raises NotFound, Gone and EditConflict."""

        def agreed(_: Collection, found: Found) -> None:
            check(present(found))

        self._store.entries.remove(collection.name, member.name, self._now(), agreed)

    def _fill_lengths(self, account: Account, root: Element, urls: Urls) -> None:
        """Tell the length of enclosures that are media of this server."""

        def length_of(address: str) -> int | None:
            place = urls.media_at(address)
            return self._media_length(account, *place) if place else None

        fill_lengths(root, length_of)

    def _media_length(self, account: Account, collection: str, name: str) -> int | None:
        """The octets of a media resource that `account` may see, None where there is none."""
        try:
            _, found = self.member(account, collection, name)
        except (NotFound, Gone):
            return None
        return found.media.length if found.media else None

    def _released(self, collection: Collection) -> Collection:
        """The collection after the releases that are due: time enters as a change only."""
        if collection.due is None or collection.due > (now := self._now()):
            return collection
        try:
            self._store.entries.release(collection.id, now)
        except StoreUnavailable:
            return collection  # readers keep what they had until the store can be written
        return self._store.collections.get(collection.name)
