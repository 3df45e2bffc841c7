"""Documents tried against the schemas, for the tests of the schemas."""

from functools import cache
from pathlib import Path

from lxml import etree

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CASES = Path(__file__).parent / "schema-cases"

DATE = "2003-12-13T18:30:02Z"
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'


@cache
def schema(name: str) -> etree.RelaxNG:
    """A schema by its name."""
    return etree.RelaxNG(etree.parse(SCHEMAS / f"{name}.rng"))


def is_valid(name: str, document: str) -> bool:
    """Whether a document is valid by the schema of that name."""
    return schema(name).validate(etree.fromstring(document.encode()))


def is_let_in(fragment: str) -> bool:
    """Whether the gate takes an entry of just that."""
    return is_valid(
        "lenient",
        '<entry xmlns="http://www.w3.org/2005/Atom" xmlns:app="http://www.w3.org/2007/app"'
        ' xmlns:old="http://purl.org/atom/app#" xmlns:h="http://www.w3.org/1999/xhtml"'
        f' xmlns:x="urn:x">{fragment}</entry>',
    )


def changed(case: str, old: str, new: str) -> str:
    """A good document with one change."""
    document = (CASES / f"good-{case}.xml").read_text("utf-8")
    assert document.count(old) == 1, f"{old!r} must stand in good-{case}.xml once"
    return document.replace(old, new)
