"""Entries as documents: stored bytes with what the server owns spliced in, never rebuilt."""

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from atompub.atom import dates
from atompub.atom.namespaces import APP, ATOM, DECLARATION, atom
from atompub.atom.submission import Submitted
from atompub.model import Collection, Media, Member
from atompub.names import file_name
from atompub.urls import Urls

ENTRY_TYPE = "application/atom+xml;type=entry"
ROOT_NAME = re.compile(rb"<[^\s/>]+")


def complete(submitted: Submitted, updated: int | None, published: int | None) -> bytes:
    """The XML to store: with a title, and with the dates that are given and not sent."""
    xml = submitted.xml
    added = "" if submitted.titled else _line(xml, "title", "")
    if submitted.updated is None and updated is not None:
        added += _line(xml, "updated", dates.render_seconds(updated))
    if submitted.published is None and published is not None:
        added += _line(xml, "published", dates.render_seconds(published))
    return _splice(xml, added.encode())


def redated(xml: bytes, updated: int) -> bytes:
    """Stored XML with another `updated`, exact to the microsecond."""
    root = etree.fromstring(xml)
    element = root.find(atom("updated"))
    assert element is not None  # no entry is stored without one
    element.text = dates.render(updated)
    return etree.tostring(root, encoding="utf-8", with_tail=False)


def link_entry(title: str, updated: int) -> bytes:
    """The XML to store of a new media link entry."""
    xml = f'<entry xmlns="{ATOM}"></entry>'.encode()
    added = _line(xml, "title", title) + _line(xml, "updated", dates.render_seconds(updated))
    return _splice(xml, added.encode())


def render(member: Member, collection: Collection, urls: Urls, *, editing: bool) -> bytes:
    """The entry document of a member; `editing` shows app:control too."""
    return DECLARATION + fragment(member, collection, urls, editing=editing) + b"\n"


def fragment(member: Member, collection: Collection, urls: Urls, *, editing: bool) -> bytes:
    """The entry element of a member, for an entry document or a feed of its collection."""
    xml = shielded(member.xml)
    permalink = urls.permalink(collection.name, member.name)
    if not member.based:
        # References without a base resolve against the page the entry is read at (ATOM-2-6).
        base = b" xml:base=" + quoteattr(permalink).encode()
        xml = ROOT_NAME.sub(lambda root: root[0] + base, xml, count=1)
    owned = "".join((*_owned(member, collection, urls), *_media(member, collection, urls)))
    control = b"\n  " + member.control if editing and member.control else b""
    return _splice(xml, owned.encode() + control)


def shielded(xml: bytes) -> bytes:
    """An entry element whose names without a prefix stay in no namespace, if that is where they
    are, also inside a feed that has a default namespace."""
    # Within values quotes are escaped, so this can only be the declaration itself.
    if b' xmlns="' in xml[: xml.index(b">")]:
        return xml
    return ROOT_NAME.sub(lambda root: root[0] + b' xmlns=""', xml, count=1)


def media_address(member: Member, media: Media, collection: Collection, urls: Urls) -> str:
    """Where media is read: at its own address while its member is public, else where it is
    edited."""
    if collection.settings.private or not member.visible:
        return urls.media(collection.name, member.name)
    return public_address(member, media, collection, urls)


def public_address(member: Member, media: Media, collection: Collection, urls: Urls) -> str:
    """Where readers get a member's media."""
    return urls.public_media(collection.name, member.name, file_name(member.name, media.type))


def _owned(member: Member, collection: Collection, urls: Urls) -> Iterator[str]:
    xml, edit = member.xml, urls.member(collection.name, member.name)
    yield _line(xml, "id", member.atom_id)
    if member.author:
        yield f"\n  <author{_xmlns(xml)}><name>{escape(member.author)}</name></author>"
    if member.summary:
        yield _line(xml, "summary", member.summary)
    yield f'\n  <app:edited xmlns:app="{APP}">{dates.render(member.edited)}</app:edited>'
    yield _link(xml, "edit", ENTRY_TYPE, edit)
    yield _link(xml, "self", ENTRY_TYPE, edit)
    if collection.settings.private:
        # There is no page for readers; an entry may need an alternate all the same.
        yield _link(xml, "alternate", ENTRY_TYPE, edit)
    else:
        permalink = urls.permalink(collection.name, member.name)
        yield _link(xml, "alternate", "text/html", permalink)


def _media(member: Member, collection: Collection, urls: Urls) -> Iterator[str]:
    """What a media link entry has more (RFC 5023 section 9.6)."""
    if member.media is None:
        return
    xml, kind = member.xml, member.media.type
    src = quoteattr(media_address(member, member.media, collection, urls))
    yield f"\n  <content{_xmlns(xml)} type={quoteattr(kind)} src={src}/>"
    yield _link(xml, "edit-media", kind, urls.media(collection.name, member.name))


def _line(xml: bytes, name: str, content: str) -> str:
    if not content:
        return f"\n  <{name}{_xmlns(xml)}/>"
    return f"\n  <{name}{_xmlns(xml)}>{escape(content)}</{name}>"


def _link(xml: bytes, rel: str, kind: str, href: str) -> str:
    return f'\n  <link{_xmlns(xml)} rel="{rel}" type={quoteattr(kind)} href={quoteattr(href)}/>'


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
