"""Entries: what the client owns of one is stored as it came, what the server owns is added when
the entry is shown (design idea 1). Stored bytes are spliced, never rebuilt.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from atompub import text
from atompub.atom import dates
from atompub.atom.constructs import KNOWN, XML_SPACE, trimmed
from atompub.atom.content import generated_summary
from atompub.atom.namespaces import (
    APP,
    ATOM,
    DECLARATION,
    OLD_APP,
    SIGNATURE,
    XML,
    Element,
    app,
    atom,
    text_of,
)
from atompub.atom.references import is_absolute
from atompub.atom.validate import IANA
from atompub.model import Category, Member
from atompub.urls import Urls

ENTRY_TYPE = "application/atom+xml;type=entry"
OWNED_RELS = {"edit", "edit-media", "self", "replies"}
OWNED = {atom("id"), app("edited"), f"{{{OLD_APP}}}edited", f"{{{SIGNATURE}}}Signature"}
BASE = f"{{{XML}}}base"
XML_ID = f"{{{XML}}}id"
TRIMMED = frozenset(map(atom, ("updated", "published", "id", "uri", "email", "icon", "logo")))
TRIMMED_ATTRIBUTES = {
    atom("link"): ("href",),
    atom("content"): ("src",),
    atom("category"): ("scheme",),
    atom("generator"): ("uri",),
}
ROOT_NAME = re.compile(rb"<[^\s/>]+")


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a client sent, taken apart.

    `xml` is the entry less what the server owns, `control` its app:control. `atom_id` is "" when
    there is none that could be kept; `summary` is the text the server must write, `authored`
    tells that the XML brings its author, `titled` that it has a title.
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
    authored: bool
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Ownership:
    """What decides which nodes are the server's: who the author is, and the member's page.

    `keep_authors` is the policy of collections whose clients write the author; `permalink` is
    "" for an entry that is new; `drafts` tells whether the collection has any.
    """

    author: str
    permalink: str = ""
    keep_authors: bool = False
    drafts: bool = True


def take_apart(root: Element, ownership: Ownership) -> Submitted:
    """A valid entry as what is stored of it; changes the tree."""
    title = root.find(atom("title"))
    atom_id = _usable_id(root.find(atom("id")))
    summary = _take_summary(root)
    control, draft = _take_control(root, ownership.drafts)
    for child in [one for one in root if _is_owned(one)]:
        root.remove(child)
    _take_authors(root, ownership)
    _tidy(root)
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
        categories=tuple(map(_category, root.iterchildren(atom("category")))),
        xml=etree.tostring(root, encoding="utf-8", with_tail=False),
        control=control,
        draft=draft,
        summary=summary,
        based=root.get(BASE) is not None,
        authored=root.find(atom("author")) is not None,
    )


def complete(submitted: Submitted, updated: int | None, published: int | None) -> bytes:
    """The XML to store: with a title, and with the dates that are given and not sent."""
    xml = submitted.xml
    added = "" if submitted.titled else _line(xml, "title", "")
    if submitted.updated is None and updated is not None:
        added += _line(xml, "updated", dates.render_seconds(updated))
    if submitted.published is None and published is not None:
        added += _line(xml, "published", dates.render_seconds(published))
    return _splice(xml, added.encode())


def render(member: Member, collection: str, urls: Urls, *, editing: bool) -> bytes:
    """The entry document of a member; `editing` shows app:control too."""
    return DECLARATION + fragment(member, collection, urls, editing=editing) + b"\n"


def fragment(member: Member, collection: str, urls: Urls, *, editing: bool) -> bytes:
    """The entry element of a member, for an entry document or a feed of its collection."""
    xml = member.xml
    permalink = urls.permalink(collection, member.name)
    if not member.based:
        # References without a base resolve against the page the entry is read at (ATOM-2-6).
        base = b" xml:base=" + quoteattr(permalink).encode()
        xml = ROOT_NAME.sub(lambda root: root[0] + base, xml, count=1)
    owned = "".join(_owned(member, urls.member(collection, member.name), permalink))
    control = b"\n  " + member.control if editing and member.control else b""
    return _splice(xml, owned.encode() + control)


def _owned(member: Member, edit: str, permalink: str) -> Iterator[str]:
    xml = member.xml
    yield _line(xml, "id", member.atom_id)
    if member.author:
        yield f"\n  <author{_xmlns(xml)}><name>{escape(member.author)}</name></author>"
    if member.summary:
        yield _line(xml, "summary", member.summary)
    yield f'\n  <app:edited xmlns:app="{APP}">{dates.render(member.edited)}</app:edited>'
    yield _link(xml, "edit", ENTRY_TYPE, edit)
    yield _link(xml, "self", ENTRY_TYPE, edit)
    yield _link(xml, "alternate", "text/html", permalink)


def _line(xml: bytes, name: str, content: str) -> str:
    if not content:
        return f"\n  <{name}{_xmlns(xml)}/>"
    return f"\n  <{name}{_xmlns(xml)}>{escape(content)}</{name}>"


def _link(xml: bytes, rel: str, kind: str, href: str) -> str:
    return f'\n  <link{_xmlns(xml)} rel="{rel}" type="{kind}" href={quoteattr(href)}/>'


def _xmlns(xml: bytes) -> str:
    """The declaration our elements need: none where the root has no prefix, so that Atom is the
    default namespace already."""
    return "" if xml[:7] in {b"<entry ", b"<entry>"} else f' xmlns="{ATOM}"'


def _splice(xml: bytes, added: bytes) -> bytes:
    """Put nodes before the root's end tag, the last one in the stored bytes."""
    end = xml.rindex(b"</")
    before = xml[:end]
    return b"".join(
        (before.rstrip() if added else before, added, b"\n" if added else b"", xml[end:])
    )


def plain_text(construct: Element | None) -> str:
    """A text construct as plain text (ATOM-3.1-2, JSON-5); "" for none."""
    if construct is None:
        return ""
    content = str(text_of(construct))
    if construct.get("type") == "html":
        return text.plain(content)
    return " ".join(content.split())


def _usable_id(element: Element | None) -> str:
    identity = "" if element is None else trimmed(element)
    return identity if is_absolute(identity) else ""


def _instant(element: Element | None) -> int | None:
    return None if element is None else dates.parse(trimmed(element))


def _category(element: Element) -> Category:
    scheme = element.get("scheme", "").strip(XML_SPACE)
    return Category(element.get("term", ""), scheme, element.get("label", ""))


def _take_summary(root: Element) -> str:
    """The summary the server must write; takes out one that says the same."""
    content, summary = root.find(atom("content")), root.find(atom("summary"))
    generated = "" if content is None else generated_summary(content)
    if summary is None or not generated:
        return generated
    if summary.keys() or len(summary) or summary.text != generated:
        return ""
    root.remove(summary)
    return generated


def _take_control(root: Element, drafts: bool) -> tuple[bytes | None, bool]:
    """The app:control element and whether it says draft; takes it out."""
    control = next(root.iterchildren(app("control"), f"{{{OLD_APP}}}control"), None)
    if control is None:
        return None, False
    draft = next(control.iterchildren(app("draft"), f"{{{OLD_APP}}}draft"), None)
    says_draft = drafts and draft is not None and trimmed(draft) == "yes"
    if draft is not None and not len(draft):
        draft.text = trimmed(draft)
    for element in (control, draft):
        if element is not None and element.tag.startswith(f"{{{OLD_APP}}}"):
            element.tag = app(etree.QName(element).localname)
    if draft is not None and not drafts:
        control.remove(draft)
    empty = not (len(control) or control.attrib)
    stored = None if empty else etree.tostring(control, encoding="utf-8", with_tail=False)
    root.remove(control)
    return stored, says_draft


def _is_owned(child: Element) -> bool:
    return child.tag in OWNED or (child.tag == atom("link") and _is_owned_link(child))


def _is_owned_link(link: Element) -> bool:
    rel = link.get("rel", "alternate").removeprefix(IANA)
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
    for element in root.iter(*KNOWN):
        if all(_is_ours(ancestor) for ancestor in element.iterancestors()):
            _trim(element)


def _trim(element: Element) -> None:
    for name in (BASE, *TRIMMED_ATTRIBUTES.get(str(element.tag), ())):
        value = element.get(name)
        if value is not None:
            element.set(name, value.strip(XML_SPACE))
    if element.tag in TRIMMED and not len(element):
        element.text = trimmed(element)
    if element.get("scheme") == "" and element.tag == atom("category"):
        del element.attrib["scheme"]


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
    return element.tag in KNOWN and element.tag != atom("content")


def _trim_end(root: Element) -> None:
    """Leave no white space before the end tag, where the server's nodes go in and come out."""
    if len(root):
        root[-1].tail = None
    else:
        root.text = ""  # an end tag, even for an entry with nothing in it
