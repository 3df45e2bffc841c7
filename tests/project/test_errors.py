"""The exception tree: its drawing, its names and its status codes."""

import inspect
import re
from importlib import import_module

import pytest

from atompub import errors
from atompub.errors import AtomPubError

WITHOUT_STATUS = {errors.ConfigError, errors.Taken}  # these never reach a client


def tree(root):
    """The package's classes below `root`, however deep; classes of tests are left out."""
    for child in root.__subclasses__():
        if child.__module__.partition(".")[0] == "atompub":
            yield child
        yield from tree(child)


def public_names():
    """What the module defines itself and does not hide."""
    return [
        name
        for name, value in vars(errors).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == errors.__name__
    ]


def test_every_error_has_a_status():
    """Each error that can reach a client stands in the one status table."""
    status = import_module("atompub.web.errors").STATUS
    expected = {*tree(AtomPubError)} - WITHOUT_STATUS

    assert expected == expected & {*status}


def test_every_error_is_defined_in_one_module():
    """The whole tree is in one file, where its drawing is."""
    assert {errors.__name__} == {error.__module__ for error in tree(AtomPubError)}


def test_the_drawing_names_every_error():
    """The tree in the module's docstring names exactly the errors there, each once."""
    drawn = re.findall(
        r"^\s*(?:[│ ]*[├└]── )?(\w*[a-z]\w*)(?:  .*)?$", errors.__doc__, re.MULTILINE
    )
    defined = [error.__name__ for error in tree(AtomPubError)]

    assert sorted(["AtomPubError", *defined]) == sorted(drawn)


def test_exports_are_complete_and_sorted():
    """`__all__` is the sorted list of what the module defines."""
    assert sorted(public_names()) == errors.__all__


@pytest.mark.parametrize("error", [AtomPubError, *tree(AtomPubError)], ids=lambda e: e.__name__)
def test_every_error_says_what_it_means(error):
    """Each error has a docstring of its own."""
    assert inspect.cleandoc(error.__dict__.get("__doc__") or "")
