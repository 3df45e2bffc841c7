"""The markup of an entry made safe: text constructs and content as HTML for readers."""

from html import escape

from lxml import etree

from atompub import text
from atompub.atom.content import describe
from atompub.atom.namespaces import XHTML, Element, is_element, text_of

MARKDOWN = frozenset({"text/markdown", "text/x-markdown"})
MARKUP = frozenset({"html", "xhtml", "text/html"}) | MARKDOWN
"""The types whose text is markup: readers get it as sanitised HTML."""


def base_of(element: Element) -> str:
    """What references in an element resolve against."""
    return element.base or ""


def kind_of(construct: Element) -> str:
    """The type of a text construct or of content, in lower case and without parameters."""
    return construct.get("type", "text").lower().partition(";")[0].strip()


def safe_html(construct: Element) -> str:
    """A text construct as sanitised HTML."""
    kind = kind_of(construct)
    if kind in {"html", "text/html"}:
        return text.sanitise(str(text_of(construct)), base_of(construct))
    if kind == "xhtml":
        return text.sanitise(_inside_div(construct), base_of(construct))
    if kind in MARKDOWN:
        return text.markdown(str(text_of(construct)), base_of(construct))
    return escape(str(text_of(construct)))


def shown_content(content: Element) -> str:
    """An entry's content as sanitised HTML, a link for what is elsewhere, "" for none to show."""
    kind, source = kind_of(content), content.get("src")
    if source is not None:
        return _link(text.absolute(base_of(content), source), describe(kind))
    if kind in MARKUP:
        return safe_html(content)
    if kind in {"text", "text/plain"}:
        return text.paragraphs(str(text_of(content)))
    if kind.startswith("text/") and not kind.endswith("/xml"):
        return f"<pre>{escape(str(text_of(content)))}</pre>"
    return ""


def plain_content(content: Element) -> str:
    """An entry's content where it is plain text, else ""."""
    is_plain = kind_of(content) in {"text", "text/plain"} and content.get("src") is None
    return str(text_of(content)) if is_plain else ""


def _link(address: str, noun: str) -> str:
    label = escape(f"{noun} at {address}")
    if not text.is_web_address(address):
        return label
    return f'<p><a href="{escape(address)}">{label}</a></p>'


def _inside_div(construct: Element) -> str:
    """The inside of the xhtml:div, which is a wrapper and no content (ATOM-3.1-5), as HTML."""
    div = next(child for child in construct if is_element(child))
    for element in div.iter(etree.Element):
        name = etree.QName(element)
        if name.namespace == XHTML:
            element.tag = name.localname
    etree.cleanup_namespaces(div)
    parts = [escape(div.text or "", quote=False)]
    parts += [etree.tostring(child, encoding="unicode", method="html") for child in div]
    return "".join(parts)
