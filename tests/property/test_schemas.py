"""The schemas under every order: libxml2 takes interleaved content apart in a way of its own."""

from copy import deepcopy
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.atom.schemas import CASES, schema
from tests.property.effort import examples

ATOM = "{http://www.w3.org/2005/Atom}"
APP = "{http://www.w3.org/2007/app}"

CONTAINERS = {
    *(ATOM + name for name in ("entry", "source", "author", "contributor")),
    *(APP + name for name in ("service", "workspace", "collection", "categories", "control")),
}
SINGLETONS = {
    ATOM + name
    for name in (
        *("id", "title", "updated", "published", "rights", "summary", "content", "source"),
        *("name", "uri", "email", "generator", "icon", "logo", "subtitle"),
    )
}

GOOD = sorted(path.stem.removeprefix("good-") for path in CASES.glob("good-*.xml"))


def shuffled(case: str, random: Random) -> etree._Element:
    """A good document with the children of each element in some order."""
    parser = etree.XMLParser(remove_blank_text=True)
    root = etree.parse(CASES / f"good-{case}.xml", parser).getroot()
    for element in list(_containers(root)):
        children = [*element]
        random.shuffle(children)
        element[:] = children
    return root


def _containers(element):
    """The elements whose children may stand in any order, outside foreign markup."""
    if element.tag in CONTAINERS:
        yield element
    elif element.tag != f"{ATOM}feed":
        return
    for child in element:
        yield from _containers(child)


@pytest.mark.parametrize("case", GOOD)
@settings(max_examples=examples(50))
@given(random=st.randoms(use_true_random=False))
def test_any_order_is_valid(case: str, random: Random) -> None:
    """A document stays valid whatever the order of its elements' children."""
    assert schema(case.split("-", maxsplit=1)[0]).validate(shuffled(case, random))


@pytest.mark.parametrize("case", [case for case in GOOD if case.startswith(("entry", "lenient-f"))])
@settings(max_examples=examples(50))
@given(random=st.randoms(use_true_random=False))
def test_a_singleton_is_found_twice_anywhere(case: str, random: Random) -> None:
    """What may stand once is refused when it stands twice, wherever the second one stands."""
    root = shuffled(case, random)
    elements = [one for place in _containers(root) for one in place if one.tag in SINGLETONS]
    again = random.choice([one for one in elements if not one.getparent().tag.startswith(APP)])
    parent = again.getparent()
    parent.insert(random.randint(0, len(parent)), deepcopy(again))
    assert not schema(case.split("-", maxsplit=1)[0]).validate(root)
