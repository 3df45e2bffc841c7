"""What readers get of a publication: which entries a page lists, and what it shows of each."""

from dataclasses import dataclass

from atompub.model import Category, Collection, Member, Tombstone


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries of a publication are listed; all of them, unless one of the fields says less.

    `category` is a term, `author` a name as entries show it, `month` a year and a month (1 to 12,
    0 for the whole year), `replies_to` the atom:id of an entry, `words` what readers search for.
    """

    category: str = ""
    author: str = ""
    month: tuple[int, int] | None = None
    replies_to: str = ""
    words: str = ""


ALL = Selection()


@dataclass(frozen=True, slots=True)
class Place:
    """An entry's place in a listing, which a page starts after: its instant, and its id.

    `newer` asks for the page before, the entries that are newer than that.
    """

    instant: int
    id: str
    newer: bool = False


@dataclass(frozen=True, slots=True)
class Replies:
    """The replies to an entry that readers can see: how many, and the latest `updated` of them."""

    count: int
    updated: int


@dataclass(frozen=True, slots=True)
class Thread:
    """What ties an entry to others of its collection (RFC 4685): the names of the visible members
    it replies to, and the replies to it, None when there are none."""

    parents: tuple[str, ...] = ()
    replies: Replies | None = None


ALONE = Thread()


@dataclass(frozen=True, slots=True)
class Listed:
    """A member in a listing: `posted` is the instant by which readers find it, `collection` the
    one it is in, `thread` what ties it to others."""

    collection: Collection
    member: Member
    posted: int
    thread: Thread = ALONE


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a selection, the latest `posted` first.

    `older` and `newer` are where the next and the previous page start, None at either end. `total`
    is how many entries there are, `start` how many of them stand before this page; both are told
    of searches only.
    """

    entries: tuple[Listed, ...]
    older: Place | None
    newer: Place | None
    total: int = 0
    start: int = 0


@dataclass(frozen=True, slots=True)
class Leaf:
    """An entry with what stands around it: the latest replies, and the entries posted before and
    after it, None at either end. `collection` is the row of the same snapshot."""

    collection: Collection
    entry: Listed
    replies: tuple[Listed, ...]
    older: Listed | None
    newer: Listed | None


@dataclass(frozen=True, slots=True)
class History:
    """A document of a publication's history (RFC 5005), with the collection's row it belongs to.

    `number` 0 is the feed that readers subscribe to: the members that changed last, the latest
    change first, with the tombstones among these changes. The others, from 1, are archives: the
    entries in the order of their first publication, with tombstones in place of those that went.
    `closed` is how many archives there are; `whole` tells that the document holds every entry.
    """

    collection: Collection
    number: int
    entries: tuple[Listed, ...]
    tombstones: tuple[Tombstone, ...]
    closed: int
    whole: bool


THUMBNAIL_WIDTH = 640
"""How wide the smaller pictures are that stand for large ones in feeds, in pixels."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes with an entry: its media resource, or an enclosure it links.

    `length` is in octets, None when nobody said.
    """

    url: str
    type: str
    length: int | None
    title: str = ""

    def is_of(self, kind: str) -> bool:
        """Whether its media type is of a kind such as "image"."""
        return self.type.lower().startswith(f"{kind}/")


@dataclass(frozen=True, slots=True)
class Reading:
    """An entry as readers get it. `url` is its permalink, `name` its member's name.

    `title`, `summary_text` and `content_text` are plain text, the last one only where the content
    is; `summary` and `content` are safe HTML with absolute references. All are "" for none, as are
    `language` and `thumbnail`, the address of a smaller picture. `media` is the member's own media
    resource at its address for readers; `related` and `licenses` are addresses; `answers` are the
    permalinks of what it replies to.
    """

    atom_id: str
    url: str
    name: str
    title: str
    authors: tuple[str, ...]
    published: int
    updated: int
    categories: tuple[Category, ...]
    summary: str
    summary_text: str
    content: str
    content_text: str
    language: str
    media: Attachment | None
    enclosures: tuple[Attachment, ...]
    related: str
    licenses: tuple[str, ...]
    answers: tuple[str, ...]
    replies: Replies | None
    thumbnail: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a feed: a relation, an absolute address, and the media type and title of what is
    there, "" where nothing is said."""

    rel: str
    href: str
    type: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a page of search results tells of them (OpenSearch 1.1).

    `page` counts from 1; `total` entries were found, `start` of them stand before this page, and
    a page holds `size`.
    """

    words: str
    page: int
    total: int
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the head of a feed, in whatever form.

    `author` is who publishes it. `history` is "archive" for a closed part of a publication's
    history, "complete" for a document with all of its entries (RFC 5005), else "".
    """

    atom_id: str
    title: str
    author: str
    updated: int
    links: tuple[Link, ...]
    history: str = ""
    found: Found | None = None

    def address(self, rel: str, kind: str = "") -> str:
        """Where the first link of a relation leads, "" when there is none; `kind` is a type."""
        return next(
            (one.href for one in self.links if one.rel == rel and kind in {"", one.type}), ""
        )
