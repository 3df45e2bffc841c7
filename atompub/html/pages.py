"""Pages, from templates. Markup in a reading was made safe before; all else is escaped here."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from atompub.model import Collection
from atompub.urls import Urls

PAGE_TYPE = "text/html"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Pages:
    """The site's pages."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("atompub.html"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"day": day, "instant": instant, "safe_html": Markup}

    def home(self, collections: Iterable[Collection], urls: Urls) -> bytes:
        """The list of publications."""
        return self._render("home.html", urls, {"collections": list(collections)})

    def publication(
        self, collection: Collection, entries: Iterable[tuple[str, object]], urls: Urls
    ) -> bytes:
        """A publication: its entries as (address, reading)."""
        values = {"collection": collection, "entries": list(entries)}
        return self._render("publication.html", urls, values)

    def entry(self, collection: Collection, address: str, reading: object, urls: Urls) -> bytes:
        """An entry at its permalink."""
        values = {"collection": collection, "address": address, "entry": reading}
        return self._render("entry.html", urls, values)

    def problem(self, title: str, detail: str, urls: Urls) -> bytes:
        """An error."""
        return self._render("problem.html", urls, {"title": title, "detail": detail})

    def stylesheet(self) -> bytes:
        """The stylesheet of all pages."""
        return (files("atompub.html") / "static" / "style.css").read_bytes()

    def _render(self, template: str, urls: Urls, values: Mapping[str, object]) -> bytes:
        return self._environment.get_template(template).render(urls=urls, **values).encode()


def day(micros: int) -> str:
    """A date for people, in UTC and in no locale's words: 2003-12-13."""
    return (EPOCH + timedelta(microseconds=micros)).date().isoformat()


def instant(micros: int) -> str:
    """A date for machines."""
    return (EPOCH + timedelta(seconds=micros // 1_000_000)).strftime("%Y-%m-%dT%H:%M:%SZ")
