"""Service documents and category documents (RFC 5023 sections 7 and 8)."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from atompub.atom.namespaces import APP, ATOM, DECLARATION
from atompub.model import ENTRY_RANGE, Categories, Category, Collection
from atompub.urls import Urls

SERVICE_TYPE = "application/atomsvc+xml"
CATEGORIES_TYPE = "application/atomcat+xml"
INLINE_TERMS = 200
"""Longer lists stand in a document of their own; clients cache inline ones (APP-7.2-5)."""

NAMESPACES = f'xmlns="{APP}" xmlns:atom="{ATOM}"'
PICTURES = ("image/png", "image/jpeg", "image/gif")


def render_service(workspaces: Iterable[tuple[str, Iterable[Collection]]], urls: Urls) -> bytes:
    """The service document: each workspace's title and the collections to show of it."""
    lines = [f"<service {NAMESPACES}>"]
    for title, collections in workspaces:
        lines += ["  <workspace>", f"    <atom:title>{escape(title)}</atom:title>"]
        lines += [f"    {_element(collection, urls, '')}" for collection in collections]
        lines += ["  </workspace>"]
    lines += ["</service>", ""]
    return DECLARATION + "\n".join(lines).encode()


def render_categories(categories: Categories) -> bytes:
    """A category document."""
    element = _inline(categories, f" {NAMESPACES}", "")
    return DECLARATION + element.encode() + b"\n"


def collection_element(collection: Collection, urls: Urls) -> str:
    """The app:collection of a collection, to stand in its own feed (RFC 5023 section 8.3.5)."""
    return _element(collection, urls, f" {NAMESPACES}")


def ranges(collection: Collection) -> tuple[str, ...]:
    """The media ranges to announce, [""] for a collection that takes nothing.

    Beside a wildcard for pictures stand the ones that old clients look for literally.
    """
    accept = tuple(_tidy(one) for one in collection.settings.accept)
    if "image/*" in accept or "*/*" in accept:
        accept += tuple(one for one in PICTURES if one not in accept)
    return accept or ("",)


def _tidy(accepted: str) -> str:
    """The entry range exactly as clients compare it (APP-8.3.4-3), others without white space."""
    bare = "".join(accepted.split())
    return ENTRY_RANGE if bare.lower() == ENTRY_RANGE else bare


def _element(collection: Collection, urls: Urls, namespaces: str) -> str:
    href = quoteattr(urls.collection(collection.name))
    lines = [
        f"<collection{namespaces} href={href}>",
        f"  <atom:title>{escape(collection.title)}</atom:title>",
        *(f"  <accept>{escape(accepted)}</accept>" for accepted in ranges(collection)),
    ]
    categories = collection.settings.categories
    if categories is not None and len(categories.terms) > INLINE_TERMS:
        lines += [f"  <categories href={quoteattr(urls.categories(collection.name))}/>"]
    elif categories is not None:
        lines += [_inline(categories, "", "  ")]
    return "\n".join([*lines, "</collection>"]).replace("\n", "\n    ")


def _inline(categories: Categories, namespaces: str, indent: str) -> str:
    fixed = ' fixed="yes"' if categories.fixed else ""
    scheme = f" scheme={quoteattr(categories.scheme)}" if categories.scheme else ""
    terms = [f"{indent}  {_category(term, categories.scheme)}" for term in categories.terms]
    head = f"{indent}<categories{namespaces}{fixed}{scheme}>"
    return "\n".join([head, *terms, f"{indent}</categories>"])


def _category(category: Category, inherited: str) -> str:
    """A category with its scheme written out, for clients that copy the element as it is."""
    scheme = category.scheme or inherited
    written = f" scheme={quoteattr(scheme)}" if scheme else ""
    label = f" label={quoteattr(category.label)}" if category.label else ""
    return f"<atom:category term={quoteattr(category.term)}{written}{label}/>"
