"""The store against a simple model, whatever is done to it and in whatever order."""

from contextlib import ExitStack

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from atompub.model import FIRST, Cursor
from atompub.store.opening import open_engine
from tests.property.effort import examples
from tests.store.content import ALICE, BOB, VIEWS, Store, memory_folder
from tests.store.history import History, Known, follow
from tests.stores import Clock, fresh_store

SECOND = 1_000_000

kinds = st.sampled_from(["shown", "hidden", "planned"])
accounts = st.sampled_from([ALICE, BOB])
slugs = st.sampled_from(["a", "a-2", "b", ""])
places = st.integers(0, 1_000)
views = st.sampled_from(VIEWS)


class StoreMachine(RuleBasedStateMachine):
    """One collection, its model, and a clock that may also stand or go back."""

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(memory_folder())
        engine = open_engine(self.stack.enter_context(fresh_store("sqlite", folder)))
        self.stack.callback(engine.close)
        self.clock, self.history = Clock(), History()
        self.store = Store(engine, self.clock, page_size=3)
        self.names, self.used, self.releases = {}, set(), {}

    def teardown(self):
        """Look at everything once more, from every number, before the store goes."""
        for view in VIEWS:
            self.walk(view)
            for number in range(self.history.number + 1):
                self.follow(view, number)
        edited = self.store.query("SELECT edited FROM member ORDER BY number")
        assert sorted(set(edited)) == edited
        self.stack.close()

    def content(self, kind):
        """What a write says for a kind of entry."""
        release = self.clock() + 5 * SECOND if kind == "planned" else None
        return {"visible": kind == "shown", "release": release}

    def note(self, member, account, kind):
        """Tell the model of a member that was written."""
        self.history.put(
            Known(member.id, member.atom_id, account, kind == "shown", self.history.number + 1)
        )
        self.names[member.id] = member.name
        self.releases.pop(member.id, None)
        if member.release is not None:
            self.releases[member.id] = member.release

    def one(self, place):
        """Some member that is there."""
        identities = sorted(self.names, key=list(self.names).index)
        return identities[place % len(identities)] if identities else None

    @initialize(count=st.integers(0, 8))
    def start(self, count):
        """Begin with some entries, so that there are pages."""
        for number in range(count):
            self.add("b", (ALICE, BOB)[number % 2], "shown")

    @rule(slug=slugs, account=accounts, kind=kinds)
    def add(self, slug, account, kind):
        """Add a member; its name was never another's."""
        member = self.store.add(slug, account=account, **self.content(kind))
        self.note(member, account, kind)
        assert member.name.startswith(slug)
        assert member.name not in self.used
        self.used.add(member.name)

    @rule(place=places, kind=kinds)
    def edit(self, place, kind):
        """Edit a member, or hide, show or plan it."""
        identity = self.one(place)
        if identity is not None:
            before = self.history.states[-1][identity]
            member = self.store.edit(self.names[identity], **self.content(kind))
            self.note(member, before.account, kind)

    @rule(place=places)
    def remove(self, place):
        """Delete a member."""
        identity = self.one(place)
        if identity is not None:
            self.store.remove(self.names.pop(identity))
            self.releases.pop(identity, None)
            self.history.bury(identity)

    @rule(size=st.integers(1, 4))
    def set(self, size):
        """Change the size of a page, which is a change of the collection."""
        self.store.settings(page_size=size)
        self.history.touch()

    @rule(seconds=st.sampled_from([-3, 0, 1, 4, 8]))
    def pass_time(self, seconds):
        """Let time pass; what has become due is released as publishing does it."""
        self.clock.forward(seconds)
        due = self.store.row().due
        if due is not None and due <= self.clock():
            self.store.release()
            self.note_releases()

    def note_releases(self):
        """Tell the model what was released: the earliest first, then the one changed first."""
        state = self.history.states[-1]
        due = [
            (release, state[identity].number, identity)
            for identity, release in self.releases.items()
            if release <= self.clock()
        ]
        for _, _, identity in sorted(due):
            before = state[identity]
            number = self.history.number + 1
            self.history.put(Known(identity, before.atom_id, before.account, True, number))
            del self.releases[identity]

    @rule(view=views)
    def walk(self, view):
        """The pages down and the pages up show the view in its order, each member once."""
        expected = [one.number for one in self.history.members(view)]
        assert expected == self.down(view)
        assert expected == self.up(view)

    def down(self, view):
        """The numbers of the members from the first page on, by what each page leads to."""
        page = self.store.pages.page("blog", view, FIRST)
        numbers = [member.number for member in page.members]
        while page.older:
            page = self.store.pages.page("blog", view, Cursor(before=numbers[-1]))
            numbers += [member.number for member in page.members]
        return numbers

    def up(self, view):
        """The numbers of the members from the last page back to the first."""
        page = self.store.pages.page("blog", view, Cursor(last=True))
        numbers = [member.number for member in page.members]
        while page.newer:
            page = self.store.pages.page("blog", view, Cursor(after=numbers[0]))
            numbers[:0] = [member.number for member in page.members]
        return numbers

    @rule(view=views, place=places)
    def follow_from(self, view, place):
        """One who stopped after some change comes to where the view is now."""
        self.follow(view, place % (self.history.number + 1))

    def follow(self, view, number):
        """Follow from a number, beginning with what the view showed then."""
        state = {one.atom_id: one for one in self.history.members(view, number)}
        more, since = True, number
        while more:
            changes = self.store.pages.changes("blog", view, since)
            assert [] == self.history.faults_of_changes(changes, view, since)
            assert not changes.more or changes.upto > since
            follow(state, changes)
            since, more = changes.upto, changes.more
        assert {one.atom_id: one for one in self.history.members(view)} == state

    @invariant()
    def numbers_have_no_gaps(self):
        """The collection's row counts every change, and those that readers can see."""
        row = self.store.row()
        assert (self.history.number, self.history.public[-1]) == (row.sequence, row.public)
        if self.releases:
            assert row.due is not None
            assert row.due <= min(self.releases.values())


TestStore = StoreMachine.TestCase
TestStore.settings = settings(
    max_examples=examples(30),
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow],
)
