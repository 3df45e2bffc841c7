"""Every URL of the server, once. Clients never build them: they follow links."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote as quoted_anew
from urllib.parse import unquote, urlencode

from atompub.model import Cursor
from atompub.readers import ALL, Place, Selection

quote = lru_cache(maxsize=4096)(quoted_anew)
"""The same few names stand in all addresses of a document."""

FORMS = ("atom", "rss", "json")
"""The forms of a feed, the one to prefer first."""

NAMES = "/(?P<collection>[^/?#]+)/(?P<member>[^/?#]+)"
EDIT_MEDIA = re.compile(f"/atom{NAMES}/media")
AMBIGUOUS = re.compile(r"[%/\\]|\A\.{1,2}\Z")
PUBLIC_MEDIA = re.compile(f"{NAMES}/[^/?#]+")


@dataclass(frozen=True, slots=True)
class Urls:
    """URLs under `base`, the site's address without a slash at its end.

    Public media are under `media_base` where there is one, so that nothing that was uploaded is
    of the site's own origin.
    """

    base: str
    media_base: str = ""

    def service(self) -> str:
        """The service document."""
        return f"{self.base}/atom/"

    def collection(self, name: str, cursor: Cursor | None = None) -> str:
        """A collection, or the page of it at `cursor`."""
        return f"{self.base}/atom/{quote(name)}/{_query(cursor) if cursor else ''}"

    def changes(self, name: str, since: int) -> str:
        """What changed in a collection after a number."""
        return f"{self.base}/atom/{quote(name)}/?since={since}"

    def categories(self, name: str) -> str:
        """A collection's category document."""
        return f"{self.base}/atom/-/categories/{quote(name)}"

    def member(self, collection: str, name: str) -> str:
        """A member, for editing."""
        return f"{self.base}/atom/{quote(collection)}/{quote(name)}"

    def media(self, collection: str, name: str) -> str:
        """A member's media resource, for editing."""
        return f"{self.member(collection, name)}/media"

    def media_at(self, address: str) -> tuple[str, str] | None:
        """The collection and member whose media resource has this address, None for others'."""
        for base, pattern in (
            (self.base, EDIT_MEDIA),
            (self.media_base or self.base, PUBLIC_MEDIA),
        ):
            found = pattern.fullmatch(address.removeprefix(base))
            if found and address.startswith(base):
                return unquote(found["collection"]), unquote(found["member"])
        return None

    def public_media(self, collection: str, name: str, file: str) -> str:
        """A member's media resource, for readers."""
        base = self.media_base or self.base
        return f"{base}/{quote(collection)}/{quote(name)}/{quote(file)}"

    def home(self) -> str:
        """The list of publications."""
        return f"{self.base}/"

    def publication(self, name: str) -> str:
        """A collection as readers see it."""
        return f"{self.base}/{quote(name)}/"

    def feed(self, name: str, selection: Selection = ALL, form: str = "atom") -> str:
        """A public feed, of all entries or of a selection; `form` is atom, rss or json."""
        if selection.words:
            return self.search(name, selection.words, form)
        return f"{self.listing(name, selection)}feed.{form}"

    def negotiated_feed(self, name: str) -> str:
        """A collection's feed in the form that a reader asks for."""
        return f"{self.base}/{quote(name)}/feed"

    def archive(self, name: str, number: int) -> str:
        """A closed part of a publication's history (RFC 5005); they are counted from 1."""
        return f"{self.base}/{quote(name)}/archive/{number}.atom"

    def months(self, name: str) -> str:
        """The page that lists the months in which something was published."""
        return f"{self.base}/{quote(name)}/archive"

    def listing(self, name: str, selection: Selection, place: Place | None = None) -> str:
        """The page of a selection, less what is searched for; `place` is where it starts."""
        return f"{self.publication(name)}{_path(selection)}{_start(place)}"

    def search(self, name: str = "", words: str = "", form: str = "", page: int = 1) -> str:
        """A page of what was found in a publication, or with no name in all of them.

        `form` is "" for the page, or the form of a feed; with no words, where to send them.
        """
        at = f"{self.publication(name)}-" if name else f"{self.base}/-"
        query = {"q": words} | ({"page": str(page)} if page > 1 else {})
        asked = f"?{urlencode(query)}" if words else ""
        return f"{at}/search{f'.{form}' if form else ''}{asked}"

    def replies(self, collection: str, name: str) -> str:
        """The feed of the replies to a member."""
        return f"{self.publication(collection)}-/replies/{quote(name)}"

    def thumbnail(self, collection: str, name: str, width: int) -> str:
        """A picture made smaller, to a width in pixels."""
        return f"{self.publication(collection)}-/thumbnail/{quote(name)}/{width}.jpg"

    def rsd(self) -> str:
        """Where blog clients look for the service document."""
        return f"{self.base}/rsd.xml"

    def opensearch(self) -> str:
        """How to search the site."""
        return f"{self.base}/opensearch.xml"

    def permalink(self, collection: str, name: str) -> str:
        """A member as readers see it."""
        return f"{self.base}/{quote(collection)}/{quote(name)}"

    def problem(self, kind: str) -> str:
        """The page that explains a kind of problem."""
        return f"{self.base}/-/problems/{kind}"

    def static(self, name: str, version: str) -> str:
        """A file that the pages need; another `version` of it has another address."""
        return f"{self.base}/-/static/{name}?{version}"


def selected(segment: str) -> str:
    """The category or author that a listing's URL names, from its segment as a router has it."""
    return unquote(segment)


def _path(selection: Selection) -> str:
    if selection.category:
        return f"-/category/{_segment(selection.category)}/"
    if selection.author:
        return f"-/author/{_segment(selection.author)}/"
    if selection.month:
        year, month = selection.month
        return f"-/{year:04}/{month:02}/" if month else f"-/{year:04}/"
    return ""


def _segment(text: str) -> str:
    """Any text as one segment of a path; what proxies read differently is escaped twice."""
    return quote(AMBIGUOUS.sub(_escaped, text), safe="")


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{octet:02X}" for octet in found[0].encode())


def _start(place: Place | None) -> str:
    if place is None:
        return ""
    return f"?{'after' if place.newer else 'before'}={place.instant}-{place.id}"


def _query(cursor: Cursor) -> str:
    if cursor.last:
        return "?cursor=last"
    if cursor.after is not None:
        return f"?cursor=after-{cursor.after}"
    if cursor.before is not None:
        return f"?cursor={cursor.before}"
    return ""
