"""What readers get of an entry: text and markup that is safe to show, with absolute references."""

from dataclasses import dataclass
from html import escape

from lxml import etree

from atompub import text
from atompub.atom.constructs import trimmed
from atompub.atom.content import describe
from atompub.atom.entry import shielded
from atompub.atom.namespaces import XHTML, Element, app, atom, is_element, text_of
from atompub.atom.submission import BASE, plain_text
from atompub.model import Member
from atompub.urls import Urls


@dataclass(frozen=True, slots=True)
class Reading:
    """An entry as a page shows it. `title` is plain text; `summary` and `content` are safe HTML."""

    title: str
    authors: tuple[str, ...]
    updated: int
    published: int
    categories: tuple[str, ...]
    summary: str
    content: str


def read(member: Member, permalink: str) -> Reading:
    """A member's XML as something to show at its permalink."""
    root = etree.fromstring(member.xml, base_url=permalink)
    content, summary = root.find(atom("content")), root.find(atom("summary"))
    names = [trimmed(name) for name in root.iterfind(f"{atom('author')}/{atom('name')}")]
    return Reading(
        title=plain_text(root.find(atom("title"))),
        authors=tuple([member.author] if member.author else names),
        updated=member.updated,
        published=member.created if member.published is None else member.published,
        categories=tuple(
            one.get("label") or str(one.get("term")) for one in root.iterchildren(atom("category"))
        ),
        summary=escape(member.summary) if summary is None else safe_html(summary),
        content="" if content is None else _shown_content(content),
    )


def public_fragment(member: Member, collection: str, urls: Urls) -> bytes:
    """The entry element for public feeds: its markup sanitised, its references absolute."""
    permalink = urls.permalink(collection, member.name)
    root = etree.fromstring(member.xml, base_url=permalink)
    for child in list(root):
        if _is_active(child):
            root.remove(child)
        elif child.tag in TEXTS and child.get("type") in {"html", "xhtml"}:
            _make_safe(child)
        elif child.tag == atom("link"):
            child.set("href", text.absolute(_base(child), child.get("href", "")))
    _add(root, member, permalink)
    if root.get(BASE) is not None:
        del root.attrib[BASE]
    return shielded(etree.tostring(root, encoding="utf-8", with_tail=False))


def safe_html(construct: Element) -> str:
    """A text construct as sanitised HTML."""
    kind = construct.get("type", "text")
    if kind == "html":
        return text.sanitise(str(text_of(construct)), _base(construct))
    if kind == "xhtml":
        return text.sanitise(_markup(construct), _base(construct))
    return escape(str(text_of(construct)))


TEXTS = {atom(name) for name in ("title", "summary", "content", "rights")}


def _shown_content(content: Element) -> str:
    kind = content.get("type", "text").lower()
    source = content.get("src")
    if source is not None:
        address = text.absolute(_base(content), source)
        label = escape(f"{describe(kind)} at {address}")
        return (
            f'<p><a href="{escape(address)}">{label}</a></p>'
            if text.is_web_address(address)
            else label
        )
    if kind in {"text", "html", "xhtml"}:
        shown = safe_html(content)
        return f"<p>{shown}</p>" if kind == "text" else shown
    if kind.startswith("text/") and not kind.endswith("/xml"):
        return f"<pre>{escape(str(text_of(content)))}</pre>"
    return ""


def _make_safe(construct: Element) -> None:
    shown = safe_html(construct)
    for child in list(construct):
        construct.remove(child)
    construct.text = shown
    construct.set("type", "html")


def _is_active(child: Element) -> bool:
    """What readers must not get: control, markup in the open, and content a browser might run."""
    if not is_element(child):
        return True
    if child.tag == atom("content"):
        kind = child.get("type", "text").lower()
        return kind not in {"text", "html", "xhtml"} and any(map(is_element, child))
    return child.tag == app("control") or any(
        etree.QName(one).namespace == XHTML and child.get("type") != "xhtml"
        for one in child.iter(etree.Element)
    )


def _markup(construct: Element) -> str:
    """The inside of the xhtml:div, which is a wrapper and no content (ATOM-3.1-5), as HTML."""
    div = next(child for child in construct if is_element(child))
    for element in div.iter(etree.Element):
        name = etree.QName(element)
        if name.namespace == XHTML:
            element.tag = name.localname
    etree.cleanup_namespaces(div)
    parts = [escape(div.text or "", quote=False)]
    parts += [etree.tostring(child, encoding="unicode", method="html") for child in div]
    return "".join(parts)


def _add(root: Element, member: Member, permalink: str) -> None:
    etree.SubElement(root, atom("id")).text = member.atom_id
    if member.author:
        author = etree.SubElement(root, atom("author"))
        etree.SubElement(author, atom("name")).text = member.author
    if member.summary:
        etree.SubElement(root, atom("summary")).text = member.summary
    etree.SubElement(root, atom("link"), rel="alternate", type="text/html", href=permalink)


def _base(element: Element) -> str:
    return element.base or ""
