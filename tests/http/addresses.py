"""Where one resource of each kind stands, found by links as a client finds them."""

import re

from lxml import html

from atompub.model import Categories, Category
from tests.documents import entry, link, one

MANY_TERMS = Categories(tuple(Category(f"term-{number}") for number in range(201)))
"""More terms than stand inside a service document."""

READ_ONLY = "GET, HEAD, OPTIONS"
ALLOW = {
    "service": READ_ONLY,
    "categories": READ_ONLY,
    "collection": "GET, HEAD, POST, OPTIONS",
    "page": "GET, HEAD, POST, OPTIONS",
    "changes": "GET, HEAD, POST, OPTIONS",
    "member": "GET, HEAD, PUT, DELETE, OPTIONS",
    "home": READ_ONLY,
    "publication": READ_ONLY,
    "feed": READ_ONLY,
    "rss": READ_ONLY,
    "json": READ_ONLY,
    "negotiated": READ_ONLY,
    "results": READ_ONLY,
    "rsd": READ_ONLY,
    "search": READ_ONLY,
    "permalink": READ_ONLY,
    "stylesheet": READ_ONLY,
    "problem": READ_ONLY,
}
"""The methods of each kind of resource."""

PROTOCOL = ("service", "categories", "collection", "page", "changes", "member")
"""The kinds that authors and programs use; what they answer may depend on the caller."""

READERS = tuple(kind for kind in ALLOW if kind not in PROTOCOL)

FEEDS = ("feed", "rss", "json", "negotiated", "results")
"""The kinds that feed readers use."""

PAGES = ("home", "publication", "permalink", "problem")
"""The kinds that people look at."""


def addresses(site):
    """Publish two entries in blog, one to a page; the address of each kind of resource."""
    site.set("blog", page_size=1, categories=MANY_TERMS)
    site.made(entry("First"))
    site.made(entry("Second"))
    home = site.base + "/"
    page = html.fromstring(site.anon.get(home).content)
    (service,) = page.xpath("//link[@rel='service']/@href")
    (stylesheet,) = page.xpath("//link[@rel='stylesheet']/@href")
    document = site.anon.get(service).content
    collection = one(document, "//app:collection[a:title='Blog']/@href")
    feed = site.anon.get(collection).content
    publication = link(feed, "alternate")
    shown = html.fromstring(site.anon.get(publication).content)
    (public,) = shown.xpath("//link[@rel='alternate'][@type='application/atom+xml']/@href")
    linked = site.anon.get(public).headers["Link"]
    others = {
        kind: url for url, kind in re.findall(r'<([^>]*)>; rel="[^"]*"; type="([^"]*)"', linked)
    }
    search = others["application/opensearchdescription+xml"]
    description = site.anon.get(search).content
    template = one(description, "//*[@type='application/atom+xml']/@template")
    return {
        "service": service,
        "categories": one(document, "//app:collection[a:title='Blog']/app:categories/@href"),
        "collection": collection,
        "page": link(feed, "next"),
        "changes": link(feed, "monitor"),
        "member": one(feed, "//a:entry/a:link[@rel='edit']/@href"),
        "home": home,
        "publication": publication,
        "feed": public,
        "rss": others["application/rss+xml"],
        "json": others["application/feed+json"],
        "negotiated": public.removesuffix(".atom"),
        "results": re.sub("[{]searchTerms[}].*", "first", template),
        "rsd": f"{site.base}/rsd.xml",
        "search": search,
        "permalink": one(feed, "//a:entry/a:link[@rel='alternate']/@href"),
        "stylesheet": stylesheet,
        "problem": site.anon.get(service + "nothing").json()["type"],
    }
