"""From the service document along every link (APP-4.1-3)."""

from urllib.parse import urldefrag, urljoin

import pytest
from lxml import etree, html

from atompub.model import Categories, Category
from tests.documents import entry

TERMS = Categories(tuple(Category(f"term-{number}") for number in range(201)))


def fill(site):
    """Entries over several pages, edits and a deletion, and every kind of document."""
    site.collections.remove("diary")
    site.set("blog", page_size=3, categories=TERMS)
    site.collection("empty")
    site.collection("closed", accept=(), categories=Categories((Category("a"),), fixed=True))
    bodies = [
        entry("Plain"),
        entry("Rich", extra="<summary type='html'>&lt;b>s&lt;/b></summary>"),
        entry("日本語"),
        entry("In categories", extra='<category term="term-1"/><category term="other"/>'),
        *(entry(f"Number {number}") for number in range(5)),
    ]
    urls = [site.made(body) for body in bodies]
    site.put(urls[0], entry("Plain, edited"))
    site.alice.delete(urls[-1])


def links(answer):
    """Where a document leads: href and src of XML and HTML, with the type that is announced."""
    kind = label_of(answer).partition(";")[0]
    if kind == "text/html":
        elements = html.fromstring(answer.content).iter(etree.Element)
    elif kind.endswith("xml"):
        elements = etree.fromstring(answer.content).iter(etree.Element)
    else:
        return
    for element in elements:
        for name in ("href", "src"):
            if element.get(name) is not None:
                base = element.base or str(answer.url)
                yield urldefrag(urljoin(base, element.get(name)))[0], element.get("type")


def label_of(answer):
    """The media type of an answer."""
    return answer.headers.get("Content-Type", "").replace(";charset=utf-8", "")


def crawl(client, start):
    """Every document that can be come to: its answer by its address, and the broken promises."""
    found, waiting, broken = {}, [(start, None, "nowhere")], []
    while waiting:
        url, announced, origin = waiting.pop()
        if url not in found:
            found[url] = client.get(url)
            waiting += [(*to, url) for to in links(found[url])]
        answer = found[url]
        label = label_of(answer)
        if answer.status_code != 200 or announced not in {None, label}:
            broken.append((origin, url, answer.status_code, announced, label))
    return found, broken


@pytest.mark.covers("APP-4.1-3", "APP-5.1-1")
@pytest.mark.parametrize("who", ["anon", "bob", "erin"])
def test_no_dead_link(site, who):
    """Every link of every document leads to a document of the type that the link names."""
    fill(site)
    found, broken = crawl(getattr(site, who), f"{site.base}/atom/")
    assert [] == broken
    assert all(url.startswith(f"{site.base}/") for url in found)


@pytest.mark.covers("APP-4.1-3")
def test_no_dead_link_in_private(site):
    """Nor do the documents of a private collection, which has no pages, link to any."""
    site.made(entry("Private"), collection="diary")
    _, broken = crawl(site.rita, f"{site.base}/atom/")
    assert [] == broken


@pytest.mark.covers("APP-4.1-3")
def test_everything_is_linked(site):
    """The links lead an author from the service document to all there is: each member and its
    page, each page of the collections, categories, changes, and what readers have."""
    fill(site)
    found, _ = crawl(site.alice, f"{site.base}/atom/")
    labels = [
        answer.headers["Content-Type"].replace(";charset=utf-8", "") for answer in found.values()
    ]
    assert 8 == labels.count("application/atom+xml;type=entry")
    assert {
        "application/atomsvc+xml",
        "application/atomcat+xml",
        "application/atom+xml;type=feed",
        "application/atom+xml",
        "text/html",
        "text/css",
    } < set(labels)
    titles = {title for answer in found.values() for title in page_titles(answer)}
    assert {"Plain, edited", "Rich", "日本語", "In categories", "Number 3"} < titles


def page_titles(answer):
    """The heading of an HTML page."""
    if label_of(answer) == "text/html":
        yield from html.fromstring(answer.content).xpath("//h1/text()")
