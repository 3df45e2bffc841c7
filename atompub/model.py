"""What the server keeps, as plain values. Instants are integer microseconds since 1970 UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

ENTRY_RANGE = "application/atom+xml;type=entry"
"""The media range of collections that take entries, as RFC 5023 section 8.3.4 writes it."""


class Role(IntEnum):
    """What an account may do in a collection; each role may do what the ones before it may."""

    READER = 1
    AUTHOR = 2
    EDITOR = 3
    ADMIN = 4


class Scope(IntEnum):
    """How far a token lets its account's role reach; writing includes reading."""

    READ = 1
    WRITE = 2


EVERYWHERE = ""
"""In place of a collection's id or name, the key of a scope that holds in all collections."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category as RFC 4287 section 4.2.2 has it; `scheme` and `label` are "" when absent."""

    term: str
    scheme: str = ""
    label: str = ""

    @property
    def identity(self) -> tuple[str, str]:
        """Scheme and term, which alone tell categories apart."""
        return self.scheme, self.term


@dataclass(frozen=True, slots=True)
class Categories:
    """The categories a collection offers; `fixed` refuses all others (RFC 5023 section 7.2)."""

    terms: tuple[Category, ...] = ()
    fixed: bool = False
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class CollectionSettings:
    """How a collection behaves; everything the operator may set but its name and title.

    `accept` holds media ranges, empty for a read-only collection; `categories` is None where
    none are offered; `author` is "account" (the server writes the author) or "client". With
    `summaries` its page shows the summaries of entries in place of the whole.
    """

    accept: tuple[str, ...] = (ENTRY_RANGE,)
    categories: Categories | None = None
    private: bool = False
    author: str = "account"
    drafts: bool = True
    page_size: int = 25
    summaries: bool = False

    @property
    def is_album(self) -> bool:
        """Whether all that the collection takes are pictures."""
        return bool(self.accept) and all(one.startswith("image/") for one in self.accept)


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection's row (design idea 2).

    `sequence` numbers the last change; `public` is the number of the last one that readers can
    see. `edited` is the instant of the last change; `updated` and `public_updated` are what
    feeds say of all members and of the visible ones: the latest `updated` of an entry, or the
    latest publishing or removal if that came after, never going back. `modified` and
    `public_modified` are whole seconds for Last-Modified, never equal for two states that were
    sent. `due` is the instant of the next release, if any.
    """

    id: int
    workspace: str
    name: str
    title: str
    atom_id: str
    settings: CollectionSettings
    epoch: str
    sequence: int
    public: int
    edited: int
    updated: int
    public_updated: int
    modified: int
    public_modified: int
    due: int | None


@dataclass(frozen=True, slots=True)
class Media:
    """A media resource's row: the blob that holds its octets, their declared type, their length,
    and their SHA-256 in hexadecimal. `genuine` tells that they look like what they are called.
    """

    key: str
    type: str
    length: int
    sha256: str
    genuine: bool


@dataclass(frozen=True, slots=True)
class Member:
    """An entry's row: the client's XML and an index of it (design idea 1).

    `number` is the collection's number of the member's last change. `published` is None when no
    client ever named a date. `release` is the instant at
    which a member with a `published` ahead becomes visible, None when it is not waiting.
    `author` is the name the server writes, "" where the XML brings its own; `summary` is the
    text the server writes where the RFC demands one, else "". `based` tells that the root has
    an xml:base of its own. `control` is the app:control element, for editors only. `media` is
    None but for media link entries. Readers sort by `posted`: `published`, or the creation;
    `ordinal` counts the members in the order of their first publication, None before it.
    """

    id: str
    collection: int
    name: str
    atom_id: str
    number: int
    created: int
    edited: int
    modified: int
    updated: int
    published: int | None
    release: int | None
    draft: bool
    visible: bool
    account: str
    author: str
    title: str
    summary: str
    based: bool
    control: bytes | None
    xml: bytes
    media: Media | None = None
    posted: int = 0
    ordinal: int | None = None


@dataclass(frozen=True, slots=True)
class Headings:
    """What readers find a member by: terms of categories, names of authors, the atom:ids of what
    it replies to, and its text."""

    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """What one write gives a member; the fields are the member's, but for `headings`, which is
    None where readers find the member as they did before."""

    xml: bytes
    control: bytes | None
    based: bool
    title: str
    summary: str
    author: str
    updated: int
    published: int | None
    draft: bool
    release: int | None
    visible: bool
    media: Media | None = None
    headings: Headings | None = None


@dataclass(frozen=True, slots=True)
class Buried:
    """A member that was deleted: whose it was, whether readers had seen it, and when it went."""

    account: str
    public: bool
    removed: int


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of a member that was deleted, or withdrawn from readers, at change `number`."""

    number: int
    atom_id: str
    removed: int


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs in. `role` holds on every collection, `grants` by collection id on one.

    `token` is the id of the token that a request was signed in with, "" for a password;
    `scopes` is what it allows, by atom_id of a collection, or EVERYWHERE.
    """

    id: str
    name: str
    password: str
    role: Role | None = None
    grants: Mapping[int, Role] = field(default_factory=dict)
    token: str = ""
    scopes: Mapping[str, Scope] = field(default_factory=lambda: {EVERYWHERE: Scope.WRITE})

    def role_in(self, collection: Collection) -> Role | None:
        """The higher of the account's role everywhere and its role in this collection.

        None where the token's scopes do not reach; whether they allow a write is `scope_in`.
        """
        if self.scope_in(collection) is None:
            return None
        granted = self.grants.get(collection.id)
        return max((role for role in (self.role, granted) if role), default=None)

    def scope_in(self, collection: Collection) -> Scope | None:
        """What the credentials allow in this collection, as far as the role does."""
        found = (self.scopes.get(key) for key in (EVERYWHERE, collection.atom_id))
        return max((scope for scope in found if scope), default=None)


@dataclass(frozen=True, slots=True)
class Token:
    """A token's row, without what it proves itself by.

    `account` is the account's name; `scopes` are by name of a collection, or EVERYWHERE;
    `expires` is None for one that holds until it is revoked. `wsse` tokens are good for WSSE only.
    """

    id: str
    account: str
    scopes: Mapping[str, Scope]
    created: int
    expires: int | None
    wsse: bool


@dataclass(frozen=True, slots=True)
class View:
    """Which members someone sees: "all", "own" (what is published and `account`'s), "published"."""

    kind: str
    account: str = ""


EVERYTHING = View("all")
PUBLISHED = View("published")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page starts: members changed before or after a number; `last` is the oldest page."""

    before: int | None = None
    after: int | None = None
    last: bool = False


FIRST = Cursor()


@dataclass(frozen=True, slots=True)
class Page:
    """Members newest change first, and the collection's row of the same snapshot.

    `older` and `newer` tell whether members lie beyond either end; `head` that exactly one page
    of newer members lies before this one, so that "previous" is the collection itself.
    """

    collection: Collection
    members: tuple[Member, ...]
    older: bool
    newer: bool
    head: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed after a number, oldest first, up to `upto`; `more` tells that more follows."""

    collection: Collection
    members: tuple[Member, ...]
    tombstones: tuple[Tombstone, ...]
    upto: int
    more: bool
