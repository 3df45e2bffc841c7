"""Many writers, while one reader pages and another follows: design idea 2 holds."""

import random
import threading
from dataclasses import dataclass, field

import pytest

from atompub.app import micros
from atompub.model import EVERYTHING, FIRST, PUBLISHED, Cursor, View
from atompub.store.entries import Entries
from atompub.store.pages import Pages
from tests.store.content import Store, edition, new_member, together
from tests.store.history import History, follow, known
from tests.store.wrappers import Torn, Watched

WRITERS, WRITES, MOST, WALKS = 8, 15, 300, 2
SIZE = 5
VIEWS = (EVERYTHING, View("own", "writer-0"), PUBLISHED)


@dataclass
class Session:
    """What happened: each write's outcome, and everything that readers were given."""

    written: list = field(default_factory=list)
    walks: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    followers: dict = field(default_factory=dict)
    served: list = field(default_factory=list)
    committed: threading.Condition = field(default_factory=threading.Condition)
    is_over: threading.Event = field(default_factory=threading.Event)

    def keep(self, member):
        """Note what a write gave, and tell those who wait for one."""
        with self.committed:
            self.written.append(member)
            self.committed.notify_all()

    def next_write(self):
        """Wait until somebody has written, or nobody will."""
        with self.committed:
            number = len(self.written)
            self.committed.wait_for(lambda: len(self.written) > number or self.is_over.is_set(), 5)

    def end(self):
        """Tell those who wait that nobody will write any more."""
        with self.committed:
            self.is_over.set()
            self.committed.notify_all()


class Writer:
    """Posts, edits, hides, shows and deletes entries of its own."""

    def __init__(self, engine, name, session):
        self._entries, self._name, self._session = Entries(engine), name, session
        self._random = random.Random(name)
        self._names = []

    def write(self):
        """Change something."""
        choice = self._random.random()
        content = edition(visible=self._random.random() < 0.7)
        if choice < 0.5 or not self._names:
            new = new_member("entry", self._name)
            member = self._entries.add("blog", new, micros())
            self._names.append(member.name)
        elif choice < 0.8:
            name = self._random.choice(self._names)
            _, member = self._entries.edit("blog", name, micros(), lambda *_: content)
        else:
            name = self._names.pop(self._random.randrange(len(self._names)))
            member = self._entries.remove("blog", name, micros(), lambda *_: None)
        self._session.keep(member)


def walk(pages, view):
    """Page down through a view, each page by the link of the one before."""
    cursor = FIRST
    while True:
        page = pages.page("blog", view, cursor)
        yield cursor, page
        if not page.older:
            return
        cursor = Cursor(before=page.members[-1].number)


def page_down(pages, view, session):
    """Walk again and again until the writers are done, and once more."""
    is_last, walks = False, 0
    while not is_last:
        is_last = session.is_over.is_set()
        session.walks.append((view, list(walk(pages, view))))
        walks += 1
        if walks == WALKS:
            session.served.append(view)


def go_along(pages, view, session):
    """Follow the changes from the beginning to where the writers are done."""
    state, since, is_last, more, steps = {}, 0, False, False, 0
    while more or not is_last:
        is_last = session.is_over.is_set()
        changes = pages.changes("blog", view, since)
        session.steps.append((view, since, changes))
        follow(state, changes)
        since, more = changes.upto, changes.more
        steps += 1
        if steps == WALKS:
            session.served.append(view)
    session.followers[view] = state


def play(engine, other, session, reading):
    """Let all writers and readers go; the writers stop when the readers have seen enough."""
    readers = [(read, view) for read in (page_down, go_along) for view in VIEWS]
    busy = set(range(WRITERS))

    def write(place):
        writer, written = Writer((engine, other)[place % 2], f"writer-{place}", session), 0
        try:
            while written < WRITES or (len(session.served) < len(readers) and written < MOST):
                writer.write()
                written += 1
        finally:
            busy.discard(place)
            if not busy:
                session.end()

    together(
        *[lambda place=place: write(place) for place in range(WRITERS)],
        *[
            lambda read=read, view=view: read(Pages(reading), view, session)
            for read, view in readers
        ],
    )


def history_of(store, session):
    """The model of what was written, in the order of the numbers; none may be missing."""
    changes = {member.number: known(member) for member in session.written if member is not None}
    deleted = "SELECT number, member FROM tombstone WHERE deleted = 1"
    changes |= dict(store.query(deleted))
    assert list(range(1, store.row().sequence + 1)) == sorted(changes)
    history = History()
    for _, change in sorted(changes.items()):
        history.bury(change) if isinstance(change, str) else history.put(change)
    return history


def faults(store, session):
    """Everything that readers were given and that no state of the collection accounts for."""
    history = history_of(store, session)
    found = []
    for view, pages in session.walks:
        for cursor, page in pages:
            found += history.faults_of_page(page, view, cursor)
        found += faults_of_walk(history, view, [page for _, page in pages])
    for view, since, changes in session.steps:
        found += history.faults_of_changes(changes, view, since)
    for view, state in session.followers.items():
        expected = {one.atom_id: one for one in history.members(view)}
        found += [] if expected == state else [f"a follower of {view} ends with {state}"]
    return found


def faults_of_walk(history, view, pages):
    """Members that a walk met twice, or that stayed as they were and were not met."""
    met = [member.id for page in pages for member in page.members]
    start, end = (pages[place].collection.sequence for place in (0, -1))
    before, after = (set(history.members(view, number)) for number in (start, end))
    missed = {one.id for one in before & after} - set(met)
    twice = len(met) - len(set(met))
    return [f"a walk missed {missed} and met {twice} again"] if missed or twice else []


@pytest.fixture
def blog(engine):
    """A store with the collection blog of short pages, on the real clock."""
    return Store(engine, micros, page_size=SIZE)


@pytest.mark.covers("APP-10.1-3", "APP-10.1-5", "APP-10-2")
def test_readers_are_given_true_states_while_many_write(blog, open_another):
    """Every page and every step is one state of the collection, and nothing is missed or repeated.

    Each view is paged and followed while eight writers post, edit, hide, show and delete.
    """
    session = Session()
    play(blog.engine, open_another(), session, open_another())
    assert [] == faults(blog, session)
    assert {view: len(history_of(blog, session).members(view)) for view in VIEWS} == {
        view: len(state) for view, state in session.followers.items()
    }
    assert len({changes.collection.sequence for _, _, changes in session.steps}) > WALKS


def test_readers_of_torn_states_would_be_found(blog, open_another):
    """The same session with an engine that reads each statement in a state of its own is faulty."""
    session = Session()
    torn = Torn(open_another(), between=session.next_write)
    play(blog.engine, open_another(), session, torn)
    assert faults(blog, session)


CHANGES = {
    "add": lambda writer: writer.add("blog", new_member("new"), micros()),
    "edit": lambda writer: writer.edit("blog", "entry-2", micros(), lambda *_: edition())[1],
    "hide": lambda writer: writer.edit(
        "blog", "entry-2", micros(), lambda *_: edition(visible=False)
    )[1],
    "remove": lambda writer: writer.remove("blog", "entry-2", micros(), lambda *_: None),
}


def read_page(pages, session):
    """Walk down once."""
    session.walks.append((PUBLISHED, list(walk(pages, PUBLISHED))))


def read_changes(pages, session):
    """Ask once what changed."""
    session.steps.append((PUBLISHED, 0, pages.changes("blog", PUBLISHED, 0)))


@pytest.mark.parametrize(
    ("read", "change"),
    [(read_changes, change) for change in CHANGES]
    # Nothing newer than its row can get onto a page, but what was on it may go.
    + [(read_page, change) for change in CHANGES if change != "add"],
)
@pytest.mark.parametrize("is_torn", [False, True], ids=["one-snapshot", "torn"])
def test_row_and_members_are_of_one_state(blog, open_another, is_torn, read, change):
    """A change between the statements of a read is not in it; read in two states, it is found."""
    session, writer = Session(), Entries(open_another())
    for _ in range(3):
        session.keep(blog.add())
    left = [lambda: session.keep(CHANGES[change](writer))]

    def write_once(*_):
        if left:
            left.pop()()

    if is_torn:
        reading = Torn(open_another(), between=write_once)
    else:
        statements = iter([lambda *_: None])
        reading = Watched(open_another(), lambda *_: next(statements, write_once)())
    read(Pages(reading), session)
    assert [] == left
    assert is_torn == bool(faults(blog, session))
