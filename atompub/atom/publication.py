"""The public Atom feed of a collection: feedgen makes the envelope, our fragments go inside."""

from collections.abc import Iterable

from feedgen.feed import FeedGenerator

from atompub.atom import dates
from atompub.atom.namespaces import DECLARATION
from atompub.atom.reading import public_fragment
from atompub.model import Collection, Member
from atompub.urls import Urls

PUBLIC_TYPE = "application/atom+xml"
END = b"</feed>"


def render_publication(collection: Collection, members: Iterable[Member], urls: Urls) -> bytes:
    """The feed of the members that changed last, written newest `updated` first (APP-10-5)."""
    ordered = sorted(members, key=lambda member: member.updated, reverse=True)
    envelope = _envelope(collection, urls)
    _, _, envelope = envelope.partition(b"?>")
    head = envelope.strip()[: -len(END)]
    fragments = [public_fragment(member, collection.name, urls) + b"\n" for member in ordered]
    return b"".join((DECLARATION, head, *fragments, END, b"\n"))


def _envelope(collection: Collection, urls: Urls) -> bytes:
    feed = FeedGenerator()
    feed.id(collection.atom_id)
    feed.title(collection.title)
    feed.updated(dates.render(collection.public_updated))
    feed.author(name=collection.title)
    feed.generator("atompub")
    feed.link(rel="self", href=urls.feed(collection.name), type=PUBLIC_TYPE)
    feed.link(rel="alternate", href=urls.publication(collection.name), type="text/html")
    return bytes(feed.atom_str(pretty=True))
