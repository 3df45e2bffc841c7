"""What readers get of an entry: text and markup that is safe to show, with absolute references."""

import re
from collections.abc import Iterator
from html import escape

from lxml import etree

from atompub import text
from atompub.atom.constructs import relation_of, trimmed
from atompub.atom.entry import public_address
from atompub.atom.markup import base_of, plain_content, safe_html, shown_content
from atompub.atom.namespaces import UNSPECIFIED, Element, atom
from atompub.atom.submission import category_of, plain_text
from atompub.model import Collection, Member
from atompub.readers import THUMBNAIL_WIDTH, Attachment, Listed, Reading
from atompub.urls import Urls

LENGTH = re.compile(r"[0-9]{1,15}")
language_of = etree.XPath(
    "string(ancestor-or-self::*[@xml:lang][1]/@xml:lang)", smart_strings=False
)


def read(listed: Listed, urls: Urls) -> Reading:
    """A member as readers get it, with the addresses that `urls` gives."""
    member, collection = listed.member, listed.collection
    permalink = urls.permalink(collection.name, member.name)
    root = etree.fromstring(member.xml, base_url=permalink)
    content, summary = root.find(atom("content")), root.find(atom("summary"))
    return Reading(
        atom_id=member.atom_id,
        url=permalink,
        name=member.name,
        title=plain_text(root.find(atom("title"))),
        authors=_authors(root, member),
        published=listed.posted,
        updated=member.updated,
        categories=tuple(map(category_of, root.iterchildren(atom("category")))),
        summary=escape(member.summary) if summary is None else safe_html(summary),
        summary_text=member.summary if summary is None else plain_text(summary),
        content="" if content is None else shown_content(content),
        content_text="" if content is None else plain_content(content),
        language=str(language_of(root if content is None else content)),
        media=_media(member, collection, urls),
        enclosures=tuple(_enclosures(root)),
        related=next(_addresses(root, "related"), ""),
        licenses=tuple(one for one in _addresses(root, "license") if one != UNSPECIFIED),
        answers=tuple(urls.permalink(collection.name, name) for name in listed.thread.parents),
        replies=listed.thread.replies,
        thumbnail=thumbnail_of(listed, urls),
    )


def thumbnail_of(listed: Listed, urls: Urls) -> str:
    """The address of an album's picture made smaller, "" for all else."""
    collection, member = listed.collection, listed.member
    if member.media is None or not (collection.settings.is_album and member.media.genuine):
        return ""
    return urls.thumbnail(collection.name, member.name, THUMBNAIL_WIDTH)


def _authors(root: Element, member: Member) -> tuple[str, ...]:
    if member.author:
        return (member.author,)
    names = root.iterfind(f"{atom('author')}/{atom('name')}")
    return tuple(filter(None, map(trimmed, names)))


def _media(member: Member, collection: Collection, urls: Urls) -> Attachment | None:
    if member.media is None:
        return None
    address = public_address(member, member.media, collection, urls)
    return Attachment(address, member.media.type, member.media.length)


def _enclosures(root: Element) -> Iterator[Attachment]:
    for link, address in _links(root, "enclosure"):
        length = link.get("length", "")
        yield Attachment(
            url=address,
            type=link.get("type", "application/octet-stream"),
            length=int(length) if LENGTH.fullmatch(length) else None,
            title=link.get("title", ""),
        )


def _addresses(root: Element, relation: str) -> Iterator[str]:
    for _, address in _links(root, relation):
        yield address


def _links(root: Element, relation: str) -> Iterator[tuple[Element, str]]:
    """The links of a relation to what can be fetched, with their absolute addresses."""
    for link in root.iterchildren(atom("link")):
        if relation_of(link) == relation:
            address = text.absolute(base_of(link), link.get("href", ""))
            if text.is_fetchable(address):
                yield link, text.uri(address)
