"""What clients send, taken apart: what of an entry is theirs is stored as it came."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from atompub import text
from atompub.atom import dates
from atompub.atom.constructs import KNOWN, XML_SPACE, relation_of, trimmed
from atompub.atom.content import generated_summary, media_summary
from atompub.atom.extensions import IN_REPLY_TO
from atompub.atom.namespaces import OLD_APP, SIGNATURE, XML, Element, app, atom, text_of
from atompub.atom.references import is_absolute
from atompub.atom.validate import CONTROL
from atompub.model import Category, Media

OWNED_RELS = {"edit", "edit-media", "self", "replies"}
OWNED = {atom("id"), app("edited"), f"{{{OLD_APP}}}edited", f"{{{SIGNATURE}}}Signature"}
AUTHOR_NAME = f"{atom('author')}/{atom('name')}"
SEARCHED = tuple(map(atom, ("title", "summary", "content")))
TAG = re.compile(r"<[^<>]*>")
BASE = f"{{{XML}}}base"
XML_ID = f"{{{XML}}}id"
TRIMMED = frozenset(map(atom, ("updated", "published", "id", "uri", "email", "icon", "logo")))
OURS = (KNOWN | CONTROL) - {atom("content")}
"""Elements whose inside is not an extension's or content's."""
TRIMMED_ATTRIBUTES = {
    atom("link"): ("href",),
    atom("content"): ("src",),
    atom("category"): ("scheme",),
    atom("generator"): ("uri",),
}


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a client sent, taken apart.

    `xml` is the entry less what the server owns, `control` its app:control. `atom_id` is "" when
    there is none that could be kept; `summary` is the text the server must write, `titled` tells
    that there is a title. `authors` are the names of those that the XML brings, `answers` the ids
    of what it replies to (RFC 4685), `text` all that readers may search for.
    """

    xml: bytes
    control: bytes | None
    based: bool
    atom_id: str
    titled: bool
    title: str
    updated: int | None
    published: int | None
    draft: bool
    summary: str
    authors: tuple[str, ...]
    categories: tuple[Category, ...]
    answers: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Ownership:
    """What decides which nodes are the server's: who the author is, and the member's page.

    `keep_authors` is the policy of collections whose clients write the author; `permalink` and
    `address` (for editing) are "" for an entry that is new; `drafts` tells whether the collection
    has any. Of a media link entry the server writes the content too: `media` is what it tells.
    """

    author: str
    permalink: str = ""
    address: str = ""
    keep_authors: bool = False
    drafts: bool = True
    media: Media | None = None


def take_apart(root: Element, ownership: Ownership) -> Submitted:
    """A valid entry as what is stored of it; changes the tree."""
    title = root.find(atom("title"))
    atom_id = _usable_id(root.find(atom("id")))
    _tidy(root)
    summary = _take_summary(root, ownership.media)
    control, draft = _take_control(root, ownership.drafts)
    for child in [one for one in root if _is_owned(one, ownership)]:
        root.remove(child)
    _take_authors(root, ownership)
    if root.get(BASE) in {"", ownership.permalink}:
        del root.attrib[BASE]
    _drop_instructions(root)
    _trim_end(root)
    return Submitted(
        atom_id=atom_id,
        titled=title is not None,
        title=plain_text(title),
        updated=_instant(root.find(atom("updated"))),
        published=_instant(root.find(atom("published"))),
        categories=tuple(map(category_of, root.iterchildren(atom("category")))),
        xml=etree.tostring(root, encoding="utf-8", with_tail=False),
        control=control,
        draft=draft,
        summary=summary,
        based=root.get(BASE) is not None,
        authors=tuple(trimmed(name) for name in root.iterfind(AUTHOR_NAME)),
        answers=tuple(reply.get("ref", "") for reply in root.iterchildren(IN_REPLY_TO)),
        text=" ".join(_searched(root)),
    )


def fill_lengths(root: Element, length_of: Callable[[str], int | None]) -> None:
    """Give enclosures that lack it their length (RFC 4287 section 4.2.7.6), where it is known.

    `length_of` is asked with an absolute address.
    """
    for link in root.iterchildren(atom("link")):
        if relation_of(link) == "enclosure" and link.get("length") is None:
            length = length_of(text.absolute(link.base or "", link.get("href", "")))
            if length is not None:
                link.set("length", str(length))


def plain_text(construct: Element | None) -> str:
    """A text construct as plain text (ATOM-3.1-2, JSON-5); "" for none."""
    if construct is None:
        return ""
    content = str(text_of(construct))
    if construct.get("type") == "html":
        return text.plain(content)
    return " ".join(content.split())


def category_of(element: Element) -> Category:
    """An atom:category."""
    scheme = element.get("scheme", "").strip(XML_SPACE)
    return Category(element.get("term", ""), scheme, element.get("label", ""))


def _searched(root: Element) -> Iterator[str]:
    """The text of an entry, without markup: for an index only, nothing of it is ever shown."""
    for construct in root.iterchildren(*SEARCHED):
        kind = construct.get("type", "text")
        if kind == "html":
            yield html.unescape(TAG.sub(" ", str(text_of(construct))))
        else:
            yield from map(str, construct.itertext("*"))


def _usable_id(element: Element | None) -> str:
    identity = "" if element is None else trimmed(element)
    return identity if is_absolute(identity) else ""


def _instant(element: Element | None) -> int | None:
    return None if element is None else dates.parse(trimmed(element))


def _take_summary(root: Element, media: Media | None) -> str:
    """The summary the server must write; takes out one that says the same."""
    content, summary = root.find(atom("content")), root.find(atom("summary"))
    if media is not None:
        generated = media_summary(media)
        if content is not None:
            root.remove(content)
    else:
        generated = "" if content is None else generated_summary(content)
    if summary is None or not generated:
        return generated
    if summary.keys() or len(summary) or summary.text != generated:
        return ""
    root.remove(summary)
    return generated


def _take_control(root: Element, drafts: bool) -> tuple[bytes | None, bool]:
    """The app:control element and whether it says draft; takes it out."""
    control = root.find(app("control"))
    if control is None:
        return None, False
    draft = control.find(app("draft"))
    says_draft = drafts and draft is not None and trimmed(draft) == "yes"
    if draft is not None:
        _set_text(draft, trimmed(draft))
    if draft is not None and not drafts:
        control.remove(draft)
    empty = not (len(control) or control.attrib)
    stored = None if empty else etree.tostring(control, encoding="utf-8", with_tail=False)
    root.remove(control)
    return stored, says_draft


def _is_owned(child: Element, ownership: Ownership) -> bool:
    if child.tag == atom("link"):
        is_own = bool(ownership.address) and child.get("href") == ownership.address
        return is_own or _is_owned_link(child)
    return child.tag in OWNED


def _is_owned_link(link: Element) -> bool:
    rel = relation_of(link)
    if rel == "alternate":
        # With another type or a language it is not the page that the server links.
        kind = link.get("type", "text/html").lower()
        return link.get("hreflang") is None and kind == "text/html"
    return rel in OWNED_RELS


def _take_authors(root: Element, ownership: Ownership) -> None:
    """Take out the authors that the server writes: all, or the one that says what it would say."""
    authors = [*root.iterchildren(atom("author"))]
    if not ownership.keep_authors or _is_generated(authors, ownership.author):
        for author in authors:
            root.remove(author)


def _is_generated(authors: list[Element], name: str) -> bool:
    if len(authors) != 1 or len(authors[0]) != 1:
        return False
    author, child = authors[0], authors[0][0]
    is_bare = not (author.keys() or child.keys() or len(child))
    return is_bare and child.tag == atom("name") and child.text == name


def _tidy(root: Element) -> None:
    """Take white space from around dates and IRIs (ATOM-3-1), empty schemes, and ids of elements.

    Two entries with one xml:id could not be read together: libxml2 refuses their feed.
    """
    for element in root.iter(etree.Element):
        if XML_ID in element.attrib:
            del element.attrib[XML_ID]
    for element in root.iter(*KNOWN, *CONTROL):
        if all(_is_ours(ancestor) for ancestor in element.iterancestors()):
            _trim(element)


def _trim(element: Element) -> None:
    for name in (BASE, *TRIMMED_ATTRIBUTES.get(str(element.tag), ())):
        value = element.get(name)
        if value is not None:
            element.set(name, value.strip(XML_SPACE))
    if element.tag in TRIMMED:
        _set_text(element, trimmed(element))
    if element.get("scheme") == "" and element.tag == atom("category"):
        del element.attrib["scheme"]


def _set_text(element: Element, content: str) -> None:
    """Make text all that an element holds; comments between its parts go."""
    for node in list(element):
        element.remove(node)
    element.text = content


def _drop_instructions(root: Element) -> None:
    """Drop processing instructions outside content and extensions (SEC-X-14), not what follows."""
    for node in list(root.iter(etree.PI)):
        if all(_is_ours(ancestor) for ancestor in node.iterancestors()):
            _drop(node)


def _drop(node: Element) -> None:
    parent, before = node.getparent(), node.getprevious()
    assert parent is not None  # the root is an element
    if before is not None:
        before.tail = (before.tail or "") + (node.tail or "")
    else:
        parent.text = (parent.text or "") + (node.tail or "")
    parent.remove(node)


def _is_ours(element: Element) -> bool:
    return element.tag in OURS


def _trim_end(root: Element) -> None:
    """Leave no white space before the end tag, where the server's nodes go in and come out."""
    if len(root):
        root[-1].tail = None
    else:
        root.text = ""  # an end tag, even for an entry with nothing in it
