"""The rules an entry must keep (RFC 4287, RFC 5023), each fault with element, rule and line.

The lenient schema stands behind the rules as a net: what it refuses and they pass is refused
with a general reason. Its own messages are never used, for threads share libxml2's log.
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from itertools import islice

from lxml import etree

from atompub.atom.constructs import (
    at_most_once,
    check_category,
    check_date,
    check_link,
    check_person,
    check_plain,
    check_text,
    fault,
)
from atompub.atom.content import check_content
from atompub.atom.namespaces import (
    ATOM,
    ENCRYPTION,
    OLD_APP,
    XML,
    Element,
    app,
    atom,
    text_of,
)
from atompub.atom.references import is_base
from atompub.errors import Fault, InvalidEntry

SHOWN_FAULTS = 20

Check = Callable[[Element], Iterator[Fault]]


def validate(root: Element) -> None:
    """Pass a root that is an entry this server takes. Raises InvalidEntry with all its faults."""
    faults = tuple(islice(_faults(root), SHOWN_FAULTS))
    if faults:
        raise InvalidEntry(faults)
    if not _gate().validate(root):
        raise InvalidEntry((fault(root, "RFC4287", "not a valid entry"),))


@cache
def _gate() -> etree.RelaxNG:
    with (files("atompub") / "schemas" / "lenient.rng").open("rb") as schema:
        return etree.RelaxNG(etree.parse(schema))


def _faults(root: Element) -> Iterator[Fault]:
    if root.tag != atom("entry"):
        yield _wrong_root(root)
        return
    yield from at_most_once(root, SINGLE, "ATOM-4.1.2-2")
    yield from _check_controls(root)
    yield from _check_alternates(root)
    yield from _check_loose_text(root)
    for child in root:
        check = CHECKS.get(child.tag)
        if check is not None:
            yield from check(child)
    yield from _check_bases(root)


def _wrong_root(root: Element) -> Fault:
    namespace = etree.QName(root).namespace
    if namespace == ENCRYPTION:
        return fault(root, "ATOM-5.2-1", "encrypted entries are not supported")
    if namespace == ATOM:
        return fault(root, "APP-12.1-5", "the root element is not atom:entry")
    return fault(root, "ATOM-2-3", f"the root element is not entry in the namespace {ATOM}")


def _check_controls(root: Element) -> Iterator[Fault]:
    controls = [*root.iterchildren(app("control"), f"{{{OLD_APP}}}control")]
    for extra in controls[1:]:
        yield fault(extra, "APP-13.1-1", "stands more than once")
    for control in controls[:1]:
        drafts = [*control.iterchildren(app("draft"), f"{{{OLD_APP}}}draft")]
        for extra in drafts[1:]:
            yield fault(extra, "APP-13.1.1-1", "stands more than once")
        for draft in drafts[:1]:
            if str(text_of(draft)).strip() not in {"yes", "no"}:
                yield fault(draft, "APP-13.1.1-1", "is neither yes nor no")


def _check_alternates(root: Element) -> Iterator[Fault]:
    seen = set()
    for link in root.iterchildren(atom("link")):
        if link.get("rel", "alternate").removeprefix(IANA) != "alternate":
            continue
        key = (link.get("type", "").lower(), link.get("hreflang", "").lower())
        if key in seen:
            yield fault(link, "ATOM-4.1.1-4", "two alternate links have one type and hreflang")
        seen.add(key)


def _check_loose_text(root: Element) -> Iterator[Fault]:
    texts = [root.text, *(child.tail for child in root)]
    if any(text and not text.isspace() for text in texts):
        yield fault(root, "ATOM-4.1.2-6", "text stands between the elements")


def _check_bases(root: Element) -> Iterator[Fault]:
    for element in root.iter(etree.Element):
        base = element.get(f"{{{XML}}}base")
        if base is not None and not is_base(base.strip()):
            yield fault(element, "SEC-X-12", "xml:base is neither relative nor http or https")


def _check_source(source: Element) -> Iterator[Fault]:
    yield from at_most_once(source, SINGLE_IN_SOURCE, "ATOM-4.2.11-1")
    for child in source:
        if child.tag == atom("entry"):
            yield fault(child, "ATOM-4.2.11-1", "stands inside atom:source")
        check = CHECKS.get(child.tag) if child.tag != atom("source") else None
        if check is not None:
            yield from check(child)


IANA = "http://www.iana.org/assignments/relation/"

SINGLE = frozenset(
    map(atom, ("id", "title", "updated", "content", "published", "rights", "source", "summary"))
)
SINGLE_IN_SOURCE = frozenset(
    map(atom, ("generator", "icon", "id", "logo", "rights", "subtitle", "title", "updated"))
)

CHECKS: dict[object, Check] = {
    atom("author"): check_person,
    atom("category"): check_category,
    atom("content"): check_content,
    atom("contributor"): check_person,
    atom("id"): check_plain,
    atom("link"): check_link,
    atom("published"): check_date,
    atom("rights"): check_text,
    atom("source"): _check_source,
    atom("subtitle"): check_text,
    atom("summary"): check_text,
    atom("title"): check_text,
    atom("updated"): check_date,
}
