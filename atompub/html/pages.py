"""Pages, from templates. Markup in a reading was made safe before; all else is escaped here.

A site's own templates, stylesheet and icon are files of the same names in a folder; what is not
there is ours.
"""

import hashlib
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined, TemplateSyntaxError

from atompub.errors import ConfigError, TemplateBroken
from atompub.html.filters import FILTERS, month
from atompub.model import Collection
from atompub.readers import ALL, Reading, Selection
from atompub.urls import Urls

PAGE_TYPE = "text/html"
STATIC_TYPES = {"style.css": "text/css", "icon.svg": "image/svg+xml"}
PLAIN_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<h1>{title}</h1>
<p>{detail}</p>
</html>
"""


class Source(NamedTuple):
    """A file of the pages: where it is, and what was in it when the server started."""

    path: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Item:
    """An entry in a list, with the collection it is in."""

    collection: Collection
    entry: Reading


@dataclass(frozen=True, slots=True)
class Paging:
    """The addresses of the pages with older and with newer entries, "" where there are none."""

    older: str = ""
    newer: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: `total` entries, of which a page shows those after the first `start`."""

    words: str
    total: int
    start: int
    items: Sequence[Item]


class Pages:
    """The site's pages.

    `folder` holds the site's own files. With `thumbnails` pictures are shown smaller than they
    are. `fingerprint` changes with all that decides a page's bytes and is no argument of its
    method. Methods raise TemplateBroken. Raises ConfigError for a folder that cannot be read.
    """

    def __init__(self, folder: Path | None = None, *, thumbnails: bool = False) -> None:
        self._sources = _built_in() | (_own(folder) if folder else {})
        self._environment = Environment(
            loader=FunctionLoader(self._load),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= FILTERS
        self._environment.globals |= {
            "thumbnails": thumbnails,
            "select": Selection,
            "versions": {name: _digest(self._sources[name].octets) for name in STATIC_TYPES},
        }
        everything = (name.encode() + octets for name, (_, octets) in self._sources.items())
        self.fingerprint = _digest(*everything, bytes([thumbnails]))

    def home(self, sections: Sequence[tuple[Collection, Sequence[Item]]], urls: Urls) -> bytes:
        """All publications, each with its latest entries."""
        return self._render("home.html", urls, {"sections": sections})

    def index(
        self, collection: Collection, items: Sequence[Item], paging: Paging, urls: Urls
    ) -> bytes:
        """A page of a publication."""
        template = "album.html" if collection.settings.is_album else "blog.html"
        values = {"items": items, "paging": paging, "selection": ALL}
        return self._render(template, urls, values, collection)

    def listing(
        self,
        collection: Collection,
        selection: Selection,
        items: Sequence[Item],
        paging: Paging,
        urls: Urls,
    ) -> bytes:
        """A page of the entries of a category, an author, a month or a year."""
        heading = _heading(selection, [one.entry for one in items])
        values = {"selection": selection, "heading": heading, "items": items, "paging": paging}
        return self._render("listing.html", urls, values, collection)

    def archive(
        self, collection: Collection, months: Sequence[tuple[int, int, int]], urls: Urls
    ) -> bytes:
        """The months in which something was published: year, month and how many, latest first."""
        return self._render("archive.html", urls, {"months": months}, collection)

    def entry(
        self,
        item: Item,
        replies: Sequence[Item],
        neighbours: tuple[Item | None, Item | None],
        urls: Urls,
    ) -> bytes:
        """An entry at its permalink; `neighbours` are the next older and the next newer one."""
        is_photograph = item.collection.settings.is_album and item.entry.media is not None
        template = "photograph.html" if is_photograph else "entry.html"
        older, newer = neighbours
        values = {"entry": item.entry, "replies": replies, "older": older, "newer": newer}
        return self._render(template, urls, values, item.collection)

    def search(
        self, collection: Collection | None, found: Found, paging: Paging, urls: Urls
    ) -> bytes:
        """The form, and what was found in one publication or in all."""
        return self._render("search.html", urls, {"found": found, "paging": paging}, collection)

    def problem(self, title: str, detail: str, urls: Urls) -> bytes:
        """An error. It raises nothing: without its template it is as plain as can be."""
        try:
            return self._render("problem.html", urls, {"title": title, "detail": detail})
        except TemplateBroken:
            return PLAIN_PAGE.format(title=escape(title), detail=escape(detail)).encode()

    def static(self, name: str) -> tuple[bytes, str] | None:
        """A file that pages need with its version, None when there is none of that name."""
        if name not in STATIC_TYPES:
            return None
        octets = self._sources[name].octets
        return octets, _digest(octets)

    def _load(self, name: str) -> tuple[str, str, None] | None:
        found = self._sources.get(name)
        return (found.octets.decode(), found.path, None) if found else None

    def _render(
        self,
        template: str,
        urls: Urls,
        values: Mapping[str, object],
        collection: Collection | None = None,
    ) -> bytes:
        try:
            found = self._environment.get_template(template)
            return found.render(urls=urls, collection=collection, **values).encode()
        except Exception as error:
            # Whatever a template does wrong: nothing else happens here.
            raise TemplateBroken(_place(error, template)) from error


def _built_in() -> dict[str, Source]:
    package = files("atompub.html")
    found = [one for part in ("templates", "static") for one in (package / part).iterdir()]
    return {one.name: Source(str(one), one.read_bytes()) for one in found if one.is_file()}


def _own(folder: Path) -> dict[str, Source]:
    """The files of a site. Raises ConfigError."""
    try:
        found = sorted(one for one in folder.iterdir() if one.is_file())
        return {one.name: Source(str(one), one.read_bytes()) for one in found}
    except OSError as error:
        raise ConfigError(f"TEMPLATES: {folder} cannot be read: {error.strerror}") from error


def _heading(selection: Selection, entries: Sequence[Reading]) -> str:
    """What a selection is called; a category by the label that its latest entry gives it."""
    if selection.month:
        year, number = selection.month
        return f"{month(number)} {year}" if number else str(year)
    categories = (one for entry in entries for one in entry.categories)
    labels = (one.label for one in categories if one.term == selection.category)
    return selection.author or next(filter(None, labels), selection.category)


def _digest(*parts: bytes) -> str:
    return hashlib.blake2b(b"\0".join(parts), digest_size=6).hexdigest()


def _place(error: Exception, template: str) -> str:
    """Where a template failed, and why."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or error.name}, line {error.lineno}: {error.message}"
    frames = traceback.extract_tb(error.__traceback__)
    inside = [one for one in frames if one.filename.endswith(".html")]
    where = f"{inside[-1].filename}, line {inside[-1].lineno}" if inside else template
    return f"{where}: {error}"
