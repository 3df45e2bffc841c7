"""RSS 2.0, made by feedgen."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any

import feedgen.entry
import feedgen.feed
from feedgen.feed import FeedGenerator
from lxml import etree

from atompub.formats.moments import moment
from atompub.formats.opensearch import NAMESPACE as OPENSEARCH
from atompub.readers import THUMBNAIL_WIDTH, Attachment, Found, Head, Link, Reading

RSS_TYPE = "application/rss+xml"
ATOM = "http://www.w3.org/2005/Atom"


def _rendered(date: datetime) -> str:
    return format_datetime(date, usegmt=True)


# For each date it writes, feedgen would switch the locale of the whole process, under threads that
# do other things; and of the year 800 it would write three digits.
feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = _rendered


def render_rss(head: Head, entries: Sequence[Reading]) -> bytes:
    """A feed of these entries in this order; with a podcast's elements if one carries sound."""
    feed = FeedGenerator()
    feed.load_extension("dc")
    feed.load_extension("media")
    feed.register_extension("head", Extension)
    feed.head.know(head)
    feed.title(head.title)
    feed.description(head.title)
    feed.link(rel="self", href=head.address("self"), type=RSS_TYPE)
    feed.link(rel="alternate", href=head.address("alternate"))
    feed.updated(moment(head.updated))
    feed.generator("atompub")
    languages = {entry.language for entry in entries}
    if len(languages) == 1 and "" not in languages:
        feed.language(*languages)
    is_podcast = any(_sounds(entry) for entry in entries)
    if is_podcast:
        feed.load_extension("podcast")
        feed.podcast.itunes_author(head.author)
    for entry in entries:
        _add(feed.add_entry(order="append"), entry, is_podcast=is_podcast)
    return bytes(feed.rss_str(pretty=True))


class Extension:
    """What feedgen writes into no head of RSS: other links than self, and search results."""

    def __init__(self) -> None:
        self._links: tuple[Link, ...] = ()
        self._found: Found | None = None

    def know(self, head: Head) -> None:
        """Take what is to be written."""
        written = {"self", "alternate"}
        self._links = tuple(link for link in head.links if link.rel not in written)
        self._found = head.found

    def extend_ns(self) -> dict[str, str]:
        """The prefixes to declare."""
        return {"os": OPENSEARCH} if self._found else {}

    def extend_rss(self, root: Any) -> None:
        """Write into the channel."""
        channel = root[0]
        for link in self._links:
            described = {"rel": link.rel, "href": link.href, "type": link.type}
            written = {name: value for name, value in described.items() if value}
            etree.SubElement(channel, f"{{{ATOM}}}link", written)
        if self._found is not None:
            _add_results(channel, self._found)


def _add_results(channel: Any, found: Found) -> None:
    counts = (
        ("totalResults", found.total),
        ("startIndex", found.start + 1),
        ("itemsPerPage", found.size),
    )
    for name, count in counts:
        etree.SubElement(channel, f"{{{OPENSEARCH}}}{name}").text = str(count)
    query = {"role": "request", "searchTerms": found.words, "startPage": str(found.page)}
    etree.SubElement(channel, f"{{{OPENSEARCH}}}Query", query)


def _add(item: Any, entry: Reading, *, is_podcast: bool) -> None:
    content = _pictures(entry) + entry.content
    item.guid(entry.atom_id, permalink=entry.atom_id == entry.url)
    item.link(href=entry.url)
    item.pubDate(moment(entry.published))
    if entry.title:
        item.title(entry.title)
    # An item needs a title or a description: what has neither is at least somewhere.
    item.description(entry.summary or content or ("" if entry.title else escape(entry.url)))
    if content:
        item.content(content, type="html")
    item.dc.dc_creator([*entry.authors])
    for category in entry.categories:
        described = {"scheme": category.scheme, "label": category.label}
        named = {name: value for name, value in described.items() if value}
        item.category(term=category.term, **named)
    for file in [*_files(entry)][:1]:
        item.enclosure(file.url, file.length or 0, file.type)
    _add_pictures(item, entry)
    if is_podcast:
        item.podcast.itunes_author(", ".join(entry.authors))
        item.podcast.itunes_summary(entry.summary_text)


def _files(entry: Reading) -> Iterator[Attachment]:
    """The files that come with an entry, its own first."""
    yield from filter(None, (entry.media,))
    yield from entry.enclosures


def _sounds(entry: Reading) -> bool:
    return any(file.is_of("audio") for file in _files(entry))


def _pictures(entry: Reading) -> str:
    """The entry's own picture, for readers that know no Media RSS."""
    if entry.media is None or not entry.media.is_of("image"):
        return ""
    return f'<p><img src="{escape(entry.media.url)}" alt="{escape(entry.title)}"></p>'


def _add_pictures(item: Any, entry: Reading) -> None:
    for file in _files(entry):
        if file.is_of("image"):
            length = {} if file.length is None else {"fileSize": str(file.length)}
            described = {"url": file.url, "type": file.type, "medium": "image", **length}
            item.media.content(described, group=None)
    if entry.thumbnail:
        small = {"url": entry.thumbnail, "width": str(THUMBNAIL_WIDTH)}
        item.media.thumbnail(small, group=None)
