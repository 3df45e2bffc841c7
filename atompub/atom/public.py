"""Entries as public feeds show them: safe, absolute, and with what the server tells readers."""

from collections.abc import Iterator

from lxml import etree

from atompub import text
from atompub.atom import dates
from atompub.atom.constructs import relation_of, trimmed
from atompub.atom.entry import public_address, shielded
from atompub.atom.extensions import IN_REPLY_TO
from atompub.atom.markup import MARKUP, base_of, kind_of, safe_html
from atompub.atom.namespaces import ATOM, MEDIA, THREAD, XHTML, Element, app, atom, is_element
from atompub.atom.reading import thumbnail_of
from atompub.atom.submission import BASE
from atompub.model import Collection, Media
from atompub.readers import THUMBNAIL_WIDTH, Listed
from atompub.urls import Urls

FEED_TYPE = "application/atom+xml"
"""Of public feeds: bare, since some readers match it exactly."""
TEXTS = frozenset(map(atom, ("title", "subtitle", "summary", "content", "rights")))
ADDRESS = {atom("link"): "href", atom("content"): "src", atom("generator"): "uri"}
WRITTEN_ADDRESS = frozenset(map(atom, ("uri", "icon", "logo")))


def public_fragment(listed: Listed, urls: Urls, *, copied: bool = False) -> bytes:
    """The entry element of a member for public feeds: its markup sanitised, its references
    absolute, without what readers need not or must not get.

    In a feed that is not its collection's an entry is `copied`, and tells where it comes from.
    """
    member = listed.member
    permalink = urls.permalink(listed.collection.name, member.name)
    root = etree.fromstring(member.xml, base_url=permalink)
    for parent in (*root.iterchildren(atom("source")), root):
        _make_safe(parent)
    _make_absolute(root)
    _keep_base(root)
    etree.SubElement(root, atom("id")).text = member.atom_id
    if member.author:
        author = etree.SubElement(root, atom("author"))
        etree.SubElement(author, atom("name")).text = member.author
    if member.summary:
        etree.SubElement(root, atom("summary")).text = member.summary
    # Readers take the first alternate, of whatever type and language.
    root.insert(0, _add_link(root, "alternate", "text/html", permalink))
    if copied and root.find(atom("source")) is None:
        _add_source(root, listed.collection)
    _add_thread(root, listed, urls)
    if member.media is not None:
        _add_media(root, listed, member.media, urls)
    _break_lines(root)
    return shielded(etree.tostring(root, encoding="utf-8", with_tail=False))


def _make_safe(parent: Element) -> None:
    """Sanitise the text constructs among the children, and drop what a browser might run."""
    for child in [one for one in parent if one.tag in TEXTS]:
        if kind_of(child) in MARKUP and child.get("src") is None:
            shown = safe_html(child)
            del child[:]
            child.text = shown
            child.set("type", "html")
    for child in [one for one in parent if _is_active(one)]:
        parent.remove(child)


def _is_active(child: Element) -> bool:
    """Whether readers must not get it: comments, control, and markup in the open."""
    if not is_element(child) or child.tag == app("control"):
        return True
    if child.tag == atom("content") and any(map(is_element, child)):
        return True
    return any(etree.QName(one).namespace == XHTML for one in child.iter(etree.Element))


def _make_absolute(root: Element) -> None:
    """Resolve what Atom's elements refer to, and drop those that nobody may follow."""
    for element in [*root.iter(*ADDRESS, *WRITTEN_ADDRESS)]:
        attribute = ADDRESS.get(str(element.tag))
        reference = trimmed(element) if attribute is None else element.get(attribute)
        if reference is None:
            continue
        address = text.absolute(base_of(element), reference)
        if not text.is_web_address(address):
            _drop(element)
        elif attribute is None:
            element.text = address
        else:
            element.set(attribute, address)
    for reply in root.iterchildren(IN_REPLY_TO):
        for attribute in {"href", "source"} & {*map(str, reply.keys())}:
            reply.set(attribute, text.absolute(base_of(reply), reply.get(attribute, "")))


def _drop(element: Element) -> None:
    parent = element.getparent()
    assert parent is not None  # none of them is the root
    parent.remove(element)


def _keep_base(root: Element) -> None:
    """Say what references in markup of others resolve against; Atom's are absolute already."""
    has_others = any(etree.QName(child).namespace != ATOM for child in root)
    if has_others:
        root.set(BASE, base_of(root))
    elif BASE in root.attrib:
        del root.attrib[BASE]


def _break_lines(root: Element) -> None:
    """Put each child on a line of its own, for people who look into feeds."""
    root.text = "\n    "
    for child in root:
        child.tail = "\n    "
    root[-1].tail = "\n  "


def _add_link(root: Element, rel: str, kind: str, href: str) -> Element:
    return etree.SubElement(root, atom("link"), rel=rel, type=kind, href=href)


def _add_source(root: Element, collection: Collection) -> None:
    """Where an entry comes from (RFC 4287 section 4.2.11)."""
    source = etree.SubElement(root, atom("source"))
    etree.SubElement(source, atom("id")).text = collection.atom_id
    etree.SubElement(source, atom("title")).text = collection.title
    etree.SubElement(source, atom("updated")).text = dates.render(collection.public_updated)


def _add_thread(root: Element, listed: Listed, urls: Urls) -> None:
    """Tell readers that know no threads too what a reply is about (RFC 4685 section 3)."""
    collection, replies = listed.collection.name, listed.thread.replies
    for parent in listed.thread.parents:
        href = urls.permalink(collection, parent)
        if href not in _related(root):
            _add_link(root, "related", "text/html", href)
    if replies is not None:
        link = _add_link(root, "replies", FEED_TYPE, urls.replies(collection, listed.member.name))
        link.set(f"{{{THREAD}}}count", str(replies.count))
        link.set(f"{{{THREAD}}}updated", dates.render(replies.updated))


def _related(root: Element) -> Iterator[str]:
    for link in root.iterchildren(atom("link")):
        if relation_of(link) == "related":
            yield link.get("href", "")


def _add_media(root: Element, listed: Listed, media: Media, urls: Urls) -> None:
    """The content of a media link entry, and the same once more for readers that look for
    enclosures or Media RSS."""
    address = public_address(listed.member, media, listed.collection, urls)
    length = str(media.length)
    etree.SubElement(root, atom("content"), type=media.type, src=address)
    _add_link(root, "enclosure", media.type, address).set("length", length)
    etree.SubElement(
        root,
        f"{{{MEDIA}}}content",
        {"url": address, "type": media.type, "fileSize": length},
        {"media": MEDIA},
    )
    small = thumbnail_of(listed, urls)
    if small:
        etree.SubElement(
            root,
            f"{{{MEDIA}}}thumbnail",
            {"url": small, "width": str(THUMBNAIL_WIDTH)},
            {"media": MEDIA},
        )
