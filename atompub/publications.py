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
        return self._listings.latest([one.name for one in self.all()[1]], SHOWN_AT_HOME)

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
        names = [one.name for one in self.searched(name)]
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

    def all(self) -> tuple[Site, list[Collection]]:
        """The site's row and the publications, with the scheduled entries that are due released."""
        site, workspaces = self._publishing.overview(None)
        listed = [one for _, found in workspaces for one in found]
        # One with a release ahead is read alone, which releases what is due.
        publication = self._publishing.publication
        return site, [publication(one.name) if one.due else one for one in listed]

    def searched(self, name: str) -> list[Collection]:
        """The publications that a search looks through: one, or with name "" all."""
        return [self._publishing.publication(name)] if name else self.all()[1]


def _public(collection: Collection) -> Collection:
    """The collection, unless it was made private meanwhile. Raises NotFound."""
    if collection.settings.private:
        raise NotFound("there is no such page")
    return collection
