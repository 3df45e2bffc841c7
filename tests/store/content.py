"""What store tests fill a store with, and how they look into it."""

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from atompub.model import EVERYTHING, FIRST, PUBLISHED, CollectionSettings, Edition, View
from atompub.names import new_atom_id, new_id
from atompub.store.accounts import Accounts
from atompub.store.collections import Collections
from atompub.store.entries import Entries
from atompub.store.histories import Histories
from atompub.store.idempotency import Idempotency
from atompub.store.listings import Listings
from atompub.store.members import NewMember
from atompub.store.pages import Pages
from tests.stores import START, dump

ALICE, BOB = "alice", "bob"
VIEWS = (EVERYTHING, View("own", ALICE), View("own", BOB), PUBLISHED)


def edition(title="Title", *, visible=True, release=None, **fields):
    """What one write gives a member: published at once, or with `visible=False` a draft."""
    values = {
        "xml": f"<entry>{title}</entry>".encode(),
        "control": None,
        "based": False,
        "title": title,
        "summary": "",
        "author": "Author",
        "updated": START,
        "published": release,
        "draft": not visible and release is None,
        "release": release,
        "visible": visible and release is None,
    }
    return Edition(**values | fields)


def new_member(slug="entry", account=ALICE, atom_id="", **fields):
    """A member to add; the fields are those of `edition`."""
    return NewMember(new_id(), slug, atom_id, new_atom_id(), account, edition(**fields))


class Store:
    """The parts of a store, short ways to write to it, and the collection blog."""

    def __init__(self, engine, now, **settings):
        self.engine, self.now = engine, now
        self.collections = Collections(engine, now)
        self.accounts = Accounts(engine, now)
        self.entries, self.pages = Entries(engine), Pages(engine)
        self.listings, self.histories = Listings(engine), Histories(engine)
        self.blog = self.collection("blog", **settings)

    def collection(self, name, **settings):
        """Add a collection."""
        return self.collections.add(name, name.title(), settings=CollectionSettings(**settings))

    def settings(self, **settings):
        """Change the settings of blog."""
        return self.collections.set("blog", "Blog", CollectionSettings(**settings))

    def row(self):
        """The row of blog."""
        return self.collections.get("blog")

    def add(self, slug="entry", *, idempotency=None, **fields):
        """Add a member to blog."""
        new = new_member(slug, **fields)
        return self.entries.add("blog", new, self.now(), idempotency=idempotency)

    def new(self, slug, **fields):
        """A member to add."""
        return new_member(slug, **fields)

    def find(self, name):
        """What stands under a name of blog."""
        return self.entries.find("blog", name)[1]

    def edit(self, name, title="Edited", **fields):
        """Replace a member of blog."""
        after = edition(title, **fields)
        return self.entries.edit("blog", name, self.now(), lambda *_: after)[1]

    def remove(self, name):
        """Delete a member of blog."""
        self.entries.remove("blog", name, self.now(), lambda *_: None)

    def release(self):
        """Release what is due in blog."""
        self.entries.release(self.blog.id, self.now())

    def names(self, view=EVERYTHING, cursor=FIRST):
        """The names on a page of blog."""
        return [member.name for member in self.pages.page("blog", view, cursor).members]

    def query(self, sql, **parameters):
        """The rows of a statement."""
        return rows(self.engine, sql, **parameters)

    def dump(self):
        """Every row of every table."""
        return dump(self.engine)


def key(name="key", digest="digest"):
    """An Idempotency-Key with the digest of its request."""
    return Idempotency(name, digest)


def rows(engine, sql, **parameters):
    """The rows of a statement that reads."""
    return engine.read(lambda transaction: transaction.rows(sql, **parameters))


def together(*works):
    """Run functions at the same time, each in a thread; what they return, in order."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(work) for work in works]]


@contextmanager
def memory_folder():
    """A folder in memory where the system offers one, for stores that hold much and prove little
    about disks."""
    memory = "/dev/shm"
    with tempfile.TemporaryDirectory(dir=memory if os.path.isdir(memory) else None) as folder:
        yield Path(folder)
