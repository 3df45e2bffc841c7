"""The use cases of readers: what a publication, an archive or a search shows.

All of it is what anonymous requests may see; the scheduled entries that are due are released
before anything is read.
"""

from atompub.errors import NotFound
from atompub.model import Collection, Member
from atompub.publishing import Publishing
from atompub.readers import History, Leaf, Listed, Listing, Place, Selection
from atompub.store.engine import Engine
from atompub.store.histories import Histories
from atompub.store.listings import Listings
from atompub.store.site import Site

SHOWN_AT_HOME = 3
FOUND_AT_ONCE = 20
"""Results on a page of a search."""


class Publications:
    """What readers do with publications."""

    def __init__(self, publishing: Publishing, engine: Engine) -> None:
        self._publishing = publishing
        self._listings, self._histories = Listings(engine), Histories(engine)

    def home(self) -> tuple[Site, list[tuple[Collection, tuple[Listed, ...]]]]:
        """The site's row and the publications, each with its latest entries."""
        return self._listings.latest(self._names(), SHOWN_AT_HOME)

    def listing(
        self, collection: Collection, selection: Selection, place: Place | None
    ) -> tuple[Collection, Listing]:
        """A page of a selection, with the collection's row of the same snapshot."""
        found, listing = self._listings.page(collection.name, selection, place)
        return _public(found), listing

    def replies(self, collection: Collection, member: Member) -> tuple[Collection, Listing]:
        """The latest replies to a member."""
        return self.listing(collection, Selection(replies_to=member.atom_id), None)

    def search(
        self, name: str, words: str, page: int = 1
    ) -> tuple[tuple[Collection, ...], Listing]:
        """A page of what is found in a publication, with name "" in all; raises NotFound."""
        names = [self._publishing.publication(name).name] if name else self._names()
        return self._listings.search(names, words, page, FOUND_AT_ONCE)

    def subscription(self, collection: Collection) -> History:
        """The feed that readers subscribe to."""
        history = self._histories.subscription(collection.name)
        _public(history.collection)
        return history

    def archive(self, collection: Collection, number: int) -> History:
        """A closed archive, counted from 1. Raises NotFound."""
        history = self._histories.archive(collection.name, number)
        _public(history.collection)
        return history

    def months(self, collection: Collection) -> list[tuple[int, int, int]]:
        """The months in which something was posted, the latest first: year, month, how many."""
        return self._listings.months(collection)

    def leaf(self, collection: Collection, member: Member) -> Leaf:
        """A member with what stands around it. Raises NotFound, also when it went meanwhile."""
        leaf = self._listings.leaf(collection.name, member.id)
        _public(leaf.collection)
        return leaf

    def release(self) -> None:
        """Release the scheduled entries that are due."""
        self._names()

    def _names(self) -> list[str]:
        """The names of the publications, with what is due in them released."""
        _, workspaces = self._publishing.overview(None)
        names = [one.name for _, collections in workspaces for one in collections]
        return [self._publishing.publication(name).name for name in names]


def _public(collection: Collection) -> Collection:
    """The collection, unless it was made private meanwhile. Raises NotFound."""
    if collection.settings.private:
        raise NotFound("there is no such page")
    return collection
