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
    KNOWN,
    XML_SPACE,
    at_most_once,
    check_category,
    check_date,
    check_generator,
    check_link,
    check_person,
    check_places,
    check_plain,
    check_reference,
    check_text,
    fault,
    relation_of,
    trimmed,
)
from atompub.atom.content import check_content
from atompub.atom.extensions import IN_REPLY_TO, TOTAL, check_licences, check_threads
from atompub.atom.namespaces import (
    ATOM,
    ENCRYPTION,
    OLD_APP,
    XML,
    Element,
    app,
    atom,
)
from atompub.atom.references import is_absolute, is_base, is_language_tag
from atompub.errors import Fault, InvalidEntry

SHOWN_FAULTS = 20

Check = Callable[[Element], Iterator[Fault]]


def validate(root: Element) -> None:
    """Pass a root that is an entry this server takes. Raises InvalidEntry with all its faults.

    A control as RFC 5023's drafts wrote it becomes app:control first.
    """
    _rename_control(root)
    faults = tuple(islice(_faults(root), SHOWN_FAULTS))
    if faults:
        raise InvalidEntry(faults)
    if not _gate().validate(root):
        raise InvalidEntry((fault(root, "RFC4287", "not a valid entry"),))


def _rename_control(root: Element) -> None:
    for control in root.iterchildren(app("control"), OLD_CONTROL):
        control.tag = app("control")
        for draft in control.iterchildren(OLD_DRAFT):
            draft.tag = app("draft")


@cache
def _gate() -> etree.RelaxNG:
    with (files("atompub") / "schemas" / "lenient.rng").open("rb") as schema:
        return etree.RelaxNG(etree.parse(schema))


def _faults(root: Element) -> Iterator[Fault]:
    if root.tag != atom("entry"):
        yield _wrong_root(root)
        return
    yield from at_most_once(root, FILLED_IN, "ATOM-4.1.2-1")
    yield from at_most_once(root, SINGLE - FILLED_IN, "ATOM-4.1.2-2")
    yield from check_places(root, IN_ENTRY)
    yield from _check_controls(root)
    yield from _check_alternates(root)
    yield from check_threads(root)
    yield from check_licences(root)
    for child in root:
        if child.tag in IN_ENTRY:
            yield from CHECKS[child.tag](child)
    for element in root.iter(etree.Element):
        yield from _check_base_and_language(element)


def _wrong_root(root: Element) -> Fault:
    namespace = etree.QName(root).namespace
    if namespace == ENCRYPTION:
        return fault(root, "ATOM-5.2-1", "encrypted entries are not supported")
    if namespace == ATOM:
        return fault(root, "APP-12.1-5", "the root element is not atom:entry")
    return fault(root, "ATOM-2-3", f"the root element is not entry in the namespace {ATOM}")


def _check_controls(root: Element) -> Iterator[Fault]:
    controls = [*root.iterchildren(app("control"))]
    for extra in controls[1:]:
        yield fault(extra, "APP-13.1-1", "stands more than once")
    for stray in root.iterchildren(app("draft"), OLD_DRAFT):
        yield fault(stray, "APP-13.1.1-1", "stands outside app:control")
    for control in controls[:1]:
        for inner in control.iterchildren(*NOT_IN_CONTROL):
            yield fault(inner, "APP-13.1-1", "stands inside app:control")
        yield from check_places(control, frozenset())
        drafts = [*control.iterchildren(app("draft"))]
        for extra in drafts[1:]:
            yield fault(extra, "APP-13.1.1-1", "stands more than once")
        for draft in drafts[:1]:
            yield from check_plain(draft)
            if trimmed(draft) not in {"yes", "no"}:
                yield fault(draft, "APP-13.1.1-1", "is neither yes nor no")


def _check_alternates(root: Element) -> Iterator[Fault]:
    seen = set()
    for link in root.iterchildren(atom("link")):
        if relation_of(link) != "alternate":
            continue
        key = (link.get("type", "").lower(), link.get("hreflang", "").lower())
        if key in seen:
            yield fault(link, "ATOM-4.1.1-4", "two alternate links have one type and hreflang")
        seen.add(key)


def _check_base_and_language(element: Element) -> Iterator[Fault]:
    base, language = element.get(f"{{{XML}}}base"), element.get(f"{{{XML}}}lang")
    if base is not None and not is_base(base.strip(XML_SPACE)):
        yield fault(element, "SEC-X-12", "xml:base is neither relative nor http or https")
    ours = element.tag in KNOWN or element.tag in OTHERS
    if language and ours and not is_language_tag(language):
        yield fault(element, "APP-2.1-2", "xml:lang is not a language tag")


def _check_source(source: Element) -> Iterator[Fault]:
    yield from at_most_once(source, SINGLE_IN_SOURCE, "ATOM-4.2.11-1")
    yield from check_places(source, IN_SOURCE)
    for child in source:
        if child.tag in IN_SOURCE:
            yield from CHECKS[child.tag](child)
    for identity in source.iterchildren(atom("id")):
        if not is_absolute(trimmed(identity)):
            yield fault(identity, "ATOM-4.2.6-1", "is not an absolute IRI")


REPEATED = frozenset(map(atom, ("author", "category", "contributor", "link")))
SINGLE = frozenset(
    map(atom, ("id", "title", "updated", "content", "published", "rights", "source", "summary"))
)
SINGLE_IN_SOURCE = frozenset(
    map(atom, ("generator", "icon", "id", "logo", "rights", "subtitle", "title", "updated"))
)
FILLED_IN = frozenset(map(atom, ("id", "title", "updated")))
IN_ENTRY = SINGLE | REPEATED
IN_SOURCE = SINGLE_IN_SOURCE | REPEATED

NOT_IN_CONTROL = (
    *map(app, ("accept", "categories", "collection", "control", "edited", "service", "workspace")),
    *(f"{{{OLD_APP}}}{name}" for name in ("control", "edited")),
)
OLD_CONTROL, OLD_DRAFT = f"{{{OLD_APP}}}control", f"{{{OLD_APP}}}draft"
CONTROL = frozenset((app("control"), app("draft")))
OTHERS = CONTROL | {IN_REPLY_TO, TOTAL}

CHECKS: dict[object, Check] = {
    atom("author"): check_person,
    atom("category"): check_category,
    atom("content"): check_content,
    atom("contributor"): check_person,
    atom("generator"): check_generator,
    atom("icon"): check_reference,
    atom("id"): check_plain,
    atom("link"): check_link,
    atom("logo"): check_reference,
    atom("published"): check_date,
    atom("rights"): check_text,
    atom("source"): _check_source,
    atom("subtitle"): check_text,
    atom("summary"): check_text,
    atom("title"): check_text,
    atom("updated"): check_date,
}
