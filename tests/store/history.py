"""A simple model of a collection: its state after each of its numbers."""

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """What the model keeps of a member."""

    id: str
    atom_id: str
    account: str
    visible: bool
    number: int

    def is_seen(self, view):
        """Whether a view shows it."""
        is_own = view.kind == "own" and view.account == self.account
        return view.kind == "all" or self.visible or is_own


def known(member):
    """A member of the store as the model keeps it."""
    return Known(member.id, member.atom_id, member.account, member.visible, member.number)


class History:
    """All states a collection ever had; each change is told in the order of its number."""

    def __init__(self):
        self.states, self.public, self._changes = [{}], [0], []

    @property
    def number(self):
        """The number of the last change."""
        return len(self.states) - 1

    def put(self, after):
        """A member was added, edited or released."""
        assert self.number + 1 == after.number
        self._change(self.states[-1].get(after.id), after)

    def bury(self, identity):
        """A member was deleted."""
        self._change(self.states[-1][identity], None)

    def touch(self):
        """Something changed that readers can see and that is no member."""
        self.states.append(self.states[-1])
        self.public.append(self.number)

    def _change(self, before, after):
        state = dict(self.states[-1])
        state[(before or after).id] = after
        if after is None:
            del state[before.id]
        self.states.append(state)
        is_seen = any(one is not None and one.visible for one in (before, after))
        self.public.append(self.number if is_seen else self.public[-1])
        self._changes.append((self.number, before, after))

    def members(self, view, number=None):
        """What a view shows after a change, newest first."""
        state = self.states[self.number if number is None else number]
        found = [one for one in state.values() if one.is_seen(view)]
        return sorted(found, key=lambda one: one.number, reverse=True)

    def buried(self, view, number):
        """The numbers and atom:ids of what a view showed and shows no more, up to a change.

        What somebody would not have seen without being its author is buried for its author only.
        """
        for taken, before, after in self._changes[: self._place(number)]:
            is_gone = before is not None and before.is_seen(view)
            if is_gone and not (after is not None and after.is_seen(view)):
                yield taken, before.atom_id

    def _place(self, number):
        return bisect_right(self._changes, number, key=lambda change: change[0])

    def faults_of_page(self, page, view, cursor):
        """Where a page is not the one of the state that its collection's row tells of."""
        row, before = page.collection, cursor.before
        everything = self.members(view, row.sequence)
        within = [one for one in everything if before is None or one.number < before]
        size = row.settings.page_size
        expected = (
            within[:size],
            len(within) > size,
            len(everything) > len(within),
            self.public[row.sequence],
        )
        found = ([*map(known, page.members)], page.older, page.newer, row.public)
        return [] if expected == found else [f"page {cursor} of {row.sequence}: {found}"]

    def faults_of_changes(self, changes, view, since):
        """Where changes are not the ones of the state that their collection's row tells of."""
        row = changes.collection
        members = [one for one in self.members(view, row.sequence)[::-1] if one.number > since]
        buried = [one for one in self.buried(view, row.sequence) if one[0] > since]
        numbers = sorted([*(one.number for one in members), *(number for number, _ in buried)])
        size = row.settings.page_size
        more = len(numbers) > size
        state = self.public[row.sequence] if view.kind == "published" else row.sequence
        upto = numbers[size - 1] if more else max(state, *numbers, 0)
        expected = (
            [one for one in members if one.number <= upto],
            [one for one in buried if one[0] <= upto],
            (upto, more),
        )
        tombstones = [(one.number, one.atom_id) for one in changes.tombstones]
        found = ([*map(known, changes.members)], tombstones, (changes.upto, changes.more))
        return [] if expected == found else [f"since {since} of {row.sequence}: {found}"]


def follow(state, changes):
    """What a follower knows after a page of changes: tombstones first, then members."""
    for tombstone in changes.tombstones:
        state.pop(tombstone.atom_id, None)
    for member in changes.members:
        state[member.atom_id] = known(member)
