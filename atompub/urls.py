"""Every URL of the server, once. Clients never build them: they follow links."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from atompub.model import Cursor

NAMES = "/(?P<collection>[^/?#]+)/(?P<member>[^/?#]+)"
EDIT_MEDIA = re.compile(f"/atom{NAMES}/media")
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

    def feed(self, name: str) -> str:
        """A collection's public Atom feed."""
        return f"{self.base}/{quote(name)}/feed.atom"

    def permalink(self, collection: str, name: str) -> str:
        """A member as readers see it."""
        return f"{self.base}/{quote(collection)}/{quote(name)}"

    def problem(self, kind: str) -> str:
        """The page that explains a kind of problem."""
        return f"{self.base}/-/problems/{kind}"

    def stylesheet(self) -> str:
        """The pages' stylesheet."""
        return f"{self.base}/-/static/style.css"


def _query(cursor: Cursor) -> str:
    if cursor.last:
        return "?cursor=last"
    if cursor.after is not None:
        return f"?cursor=after-{cursor.after}"
    if cursor.before is not None:
        return f"?cursor={cursor.before}"
    return ""
