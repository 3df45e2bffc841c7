"""The description of how to search the site (OpenSearch 1.1)."""

from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from atompub.urls import Urls

DESCRIPTION_TYPE = "application/opensearchdescription+xml"
NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
LONGEST_SHORT_NAME = 16
RESULTS = {
    "": "text/html",
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
"""The media types of the forms in which results come."""


def render_description(urls: Urls) -> bytes:
    """The description document: a browser adds the search by it, a program fills the templates."""
    host = urlsplit(urls.base).hostname or ""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<OpenSearchDescription xmlns="{NAMESPACE}">',
        f"  <ShortName>{escape(host[:LONGEST_SHORT_NAME])}</ShortName>",
        f"  <Description>Search what is published at {escape(host)}</Description>",
        *(_template(kind, urls.search(form=form)) for form, kind in RESULTS.items()),
        f'  <Url type="{DESCRIPTION_TYPE}" rel="self" template={quoteattr(urls.opensearch())}/>',
        "  <InputEncoding>UTF-8</InputEncoding>",
        "  <OutputEncoding>UTF-8</OutputEncoding>",
        "</OpenSearchDescription>",
        "",
    ]
    return "\n".join(lines).encode()


def _template(kind: str, address: str) -> str:
    template = quoteattr(f"{address}?q={{searchTerms}}&page={{startPage?}}")
    return f'  <Url type="{kind}" template={template}/>'
