"""Who sees what, and who may do what (design section 8).

Anonymous requests see what readers see; authors also see what is theirs; editors see everything.
What an anonymous request may not see asks for credentials whether it is there or not; what an
account may not see is not there.
"""

from atompub.errors import Gone, InsufficientScope, NotFound, Unauthenticated
from atompub.model import (
    EVERYTHING,
    PUBLISHED,
    Account,
    Buried,
    Collection,
    Member,
    Role,
    Scope,
    View,
)
from atompub.store.entries import Found


def signed_in(account: Account | None) -> Account:
    """The account of a request that writes. Raises Unauthenticated when there is none."""
    if account is None:
        raise Unauthenticated("sign in to write")
    return account


def view_of(account: Account | None, collection: Collection) -> View:
    """What an account, or None, sees of a collection. Raises as `Publishing.collection`."""
    if not may_read(account, collection):
        raise unseen(account, f"there is no collection {collection.name!r}")
    role = account.role_in(collection) if account else None
    if account is None or role is None or role == Role.READER:
        return PUBLISHED
    return EVERYTHING if role >= Role.EDITOR else View("own", account.id)


def check_scope(account: Account, collection: Collection) -> None:
    """Raise InsufficientScope unless the credentials allow writing in the collection."""
    if account.scope_in(collection) != Scope.WRITE:
        raise InsufficientScope(f"this token may not write in {collection.name}", "write")


def may_read(account: Account | None, collection: Collection) -> bool:
    """Whether an account, or None, may read the collection."""
    may = account is not None and account.role_in(collection) is not None
    return may or not collection.settings.private


def unseen(account: Account | None, message: str) -> NotFound | Unauthenticated:
    """What to raise about something that is hidden or not there."""
    return Unauthenticated("sign in to see this") if account is None else NotFound(message)


def seen(account: Account | None, collection: Collection, found: Found) -> Member:
    """What stands under a name, for who may see it. Raises NotFound, Gone, Unauthenticated."""
    view = view_of(account, collection)
    if found is None or not _shows(view, found):
        raise unseen(account, "there is no such entry")
    return present(found)


def _shows(view: View, found: Member | Buried) -> bool:
    public = found.visible if isinstance(found, Member) else found.public
    return view.kind == "all" or public or (view.kind == "own" and found.account == view.account)


def present(found: Found) -> Member:
    """The member, where there is one. Raises NotFound, Gone."""
    if isinstance(found, Buried):
        raise Gone("the entry was deleted")
    if found is None:
        raise NotFound("there is no such entry")
    return found
