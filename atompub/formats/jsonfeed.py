"""JSON Feed 1.1."""

import json
from collections.abc import Iterable, Iterator

from atompub.formats.moments import moment
from atompub.model import Category
from atompub.readers import Attachment, Head, Reading

JSON_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def render_json(head: Head, entries: Iterable[Reading]) -> bytes:
    """A feed of these entries in this order."""
    hubs = [{"type": "WebSub", "url": one.href} for one in head.links if one.rel == "hub"]
    feed = {
        "version": VERSION,
        "title": head.title,
        "home_page_url": head.address("alternate"),
        "feed_url": head.address("self"),
        "next_url": head.address("next"),
        "authors": [{"name": head.author}],
        "author": {"name": head.author},
        "hubs": hubs,
    }
    known = {name: value for name, value in feed.items() if value}
    known["items"] = [_item(entry) for entry in entries]
    return json.dumps(known, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(entry: Reading) -> dict[str, object]:
    authors = [{"name": name} for name in entry.authors]
    item = {
        "id": entry.atom_id,
        "url": entry.url,
        "external_url": entry.related,
        "title": entry.title,
        **_content(entry),
        "summary": entry.summary_text,
        "image": _image(entry),
        "date_published": _date(entry.published),
        "date_modified": _date(entry.updated),
        "authors": authors,
        "author": authors[0] if authors else None,
        "tags": [*dict.fromkeys(filter(None, map(_tag, entry.categories)))],
        "language": entry.language,
        "attachments": [*_attachments(entry)],
    }
    return {name: value for name, value in item.items() if value or name in ALWAYS}


ALWAYS = {"content_text"}
"""What an item without content has all the same, as it needs one of two."""


def _content(entry: Reading) -> dict[str, str]:
    """Plain text as such, markup as HTML; for what has no text its summary, or its title."""
    if entry.content and not entry.content_text:
        return {"content_html": entry.content}
    return {"content_text": entry.content_text or entry.summary_text or entry.title}


def _image(entry: Reading) -> str:
    return entry.media.url if entry.media is not None and entry.media.is_of("image") else ""


def _tag(category: Category) -> str:
    return category.label or category.term


def _attachments(entry: Reading) -> Iterator[dict[str, object]]:
    for one in (*filter(None, (entry.media,)), *entry.enclosures):
        yield _attachment(one)


def _attachment(file: Attachment) -> dict[str, object]:
    found = {
        "url": file.url,
        "mime_type": file.type,
        "title": file.title,
        "size_in_bytes": file.length,
    }
    return {name: value for name, value in found.items() if value not in {"", None}}


def _date(micros: int) -> str:
    return moment(micros).isoformat().replace("+00:00", "Z")
