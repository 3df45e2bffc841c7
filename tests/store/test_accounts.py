"""Accounts, their passwords' hashes and what they are granted."""

import pytest

from atompub.errors import ConfigError, NotFound, Taken
from atompub.model import Role
from tests.store.content import together


@pytest.fixture
def accounts(store):
    """The accounts of a store with the collections blog and photos, and the user rita."""
    store.collection("photos")
    store.accounts.add("rita", "hash of rita", None)
    return store.accounts


@pytest.mark.parametrize("role", [None, *Role])
def test_an_account_is_stored_as_it_was_made(accounts, role):
    """Name, hash and role come back; it has an id of its own and no grants."""
    made = accounts.add("zoë", "hash %s :name", role)
    assert made == accounts.get("zoë")
    assert ("zoë", "hash %s :name", role, {}) == (made.name, made.password, made.role, made.grants)
    assert made.id != accounts.get("rita").id


def test_names_are_known_in_either_unicode_form(accounts):
    """A name typed with combining marks is the one typed without."""
    assert "zo\u00eb" == accounts.add("zoe\u0308", "hash", None).name
    assert accounts.get("zo\u00eb") == accounts.get("zoe\u0308")


def test_another_name_is_another_account(accounts):
    """Names are compared letter by letter, in one case."""
    for name in ("Rita", "rita ", " rita", "RITA", "", "rit"):
        with pytest.raises(NotFound):
            accounts.get(name)


def test_a_taken_name_is_refused(store, accounts):
    """A second account of one name is Taken and changes nothing."""
    before = store.dump()
    with pytest.raises(Taken):
        accounts.add("rita", "other hash", Role.ADMIN)
    assert before == store.dump()


def test_a_name_that_cannot_sign_in_is_refused(store):
    """Names that no Basic credentials can carry are ConfigErrors."""
    before = store.dump()
    for name in ("", "a:b", " a", "a\n", "a" * 65):
        with pytest.raises(ConfigError):
            store.accounts.add(name, "hash", None)
    assert before == store.dump()


def test_what_is_not_there_is_not_found(store, accounts):
    """Unknown accounts and collections cannot be changed or granted."""
    uses = [
        lambda: accounts.get("nobody"),
        lambda: accounts.set_password("nobody", "hash"),
        lambda: accounts.remove("nobody"),
        lambda: accounts.grant("nobody", "blog", Role.READER),
        lambda: accounts.grant("rita", "nowhere", Role.READER),
        lambda: accounts.grant("rita", "nowhere", None),
    ]
    before = store.dump()
    for use in uses:
        with pytest.raises(NotFound):
            use()
    assert before == store.dump()


def test_a_password_is_replaced(accounts):
    """The new hash stands at once, and nothing else changes."""
    before = accounts.add("sam", "old", Role.EDITOR)
    accounts.set_password("sam", "new")
    after = accounts.get("sam")
    assert ("new", before.id, before.role) == (after.password, after.id, after.role)
    assert "hash of rita" == accounts.get("rita").password


def test_grants_hold_in_their_collection(store, accounts):
    """A grant gives a role in one collection; a second one replaces it, none takes it away."""
    blog, photos = store.row(), store.collections.get("photos")
    seen = []
    for role in (Role.READER, Role.EDITOR, Role.AUTHOR, None):
        accounts.grant("rita", "blog", role)
        rita = accounts.get("rita")
        seen.append((rita.role_in(blog), rita.role_in(photos)))
    assert [(Role.READER, None), (Role.EDITOR, None), (Role.AUTHOR, None), (None, None)] == seen


def test_the_higher_of_two_roles_holds(store, accounts):
    """A role everywhere and a grant add up to the higher of both."""
    accounts.add("sam", "hash", Role.AUTHOR)
    accounts.grant("sam", "blog", Role.READER)
    accounts.grant("sam", "photos", Role.EDITOR)
    sam = accounts.get("sam")
    assert Role.AUTHOR == sam.role_in(store.row())
    assert Role.EDITOR == sam.role_in(store.collections.get("photos"))


def test_taking_away_what_was_not_granted_is_no_fault(accounts):
    """An account without a grant stays without one."""
    accounts.grant("rita", "blog", None)
    assert {} == accounts.get("rita").grants


def test_accounts_are_listed_by_name(accounts):
    """The list has every account with its grants by the collections' names."""
    accounts.add("ann", "hash", Role.ADMIN)
    accounts.grant("rita", "photos", Role.AUTHOR)
    accounts.grant("rita", "blog", Role.READER)
    listed = [(account.name, grants) for account, grants in accounts.list()]
    assert [("ann", {}), ("rita", {"blog": Role.READER, "photos": Role.AUTHOR})] == listed
    assert [accounts.get("ann"), accounts.get("rita")] == [found for found, _ in accounts.list()]


def test_a_removed_account_leaves_its_entries(store, accounts):
    """The account and its grants go, its entries stay, and the name is free for somebody new."""
    rita = accounts.get("rita")
    accounts.grant("rita", "blog", Role.AUTHOR)
    store.add("a", account=rita.id)
    accounts.remove("rita")
    assert ((), [], rita.id) == (
        accounts.list(),
        store.query('SELECT * FROM "grant"'),
        store.find("a").account,
    )
    again = accounts.add("rita", "hash", None)
    assert (again.id != rita.id, {}) == (True, again.grants)


def test_of_makers_of_one_name_one_makes_it(store, accounts):
    """Added at the same time by several, an account is there once; the others find it Taken."""

    def make():
        try:
            accounts.add("one", "hash", None)
        except Taken:
            return "taken"
        return "made"

    assert ["made"] + ["taken"] * 5 == sorted(together(*[make] * 6))


def test_grants_given_at_the_same_time_end_as_one(store, accounts):
    """Several grants for one account and collection at once leave the role of one of them."""
    roles = [Role.READER, Role.AUTHOR, Role.EDITOR] * 2
    together(*[lambda role=role: accounts.grant("rita", "blog", role) for role in roles])
    assert 1 == len(accounts.get("rita").grants)
