"""Markup from authors, made safe to show: the one place that knows what a page may contain."""

import html
import re
from urllib.parse import quote, urljoin

import nh3
from markdown_it import MarkdownIt

SCHEMES = {"http", "https", "mailto"}
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document can hold, though HTML can name them."""
ATTRIBUTES = {tag: names - {"style"} for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
LONGEST_MARKDOWN = 128 * 1024
"""Characters; markdown made to be slow takes up to a second for as many."""
BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def markdown(source: str, base: str) -> str:
    """Markdown (CommonMark, tables and strikethrough) as safe HTML, as `sanitise` makes it.

    HTML in it counts as HTML. What is longer than LONGEST_MARKDOWN is shown as it was typed.
    """
    if len(source) > LONGEST_MARKDOWN:
        return paragraphs(source)
    return sanitise(MARKDOWN.render(source), base)


def paragraphs(source: str) -> str:
    """Plain text as HTML: a paragraph where blank lines part it, and its line breaks kept."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    parts = [html.escape(part.strip()) for part in BLANK_LINES.split(lines)]
    return "\n".join("<p>" + part.replace("\n", "<br>\n") + "</p>" for part in parts if part)


def sanitise(markup: str, base: str) -> str:
    """HTML with nothing active in it, and with absolute http, https and mailto references only."""

    def resolved(_element: str, attribute: str, value: str) -> str | None:
        if attribute in {"href", "src", "cite"}:
            return _resolve(base, value)
        return value

    clean = nh3.clean(markup, attributes=ATTRIBUTES, url_schemes=SCHEMES, attribute_filter=resolved)
    return UNFIT.sub("", clean)


def plain(markup: str) -> str:
    """HTML as plain text: no tags, no entities, white space folded."""
    bare = nh3.clean(markup, tags=set(), clean_content_tags={"script", "style"})
    return " ".join(UNFIT.sub("", html.unescape(bare)).split())


def is_fetchable(address: str) -> bool:
    """Whether programs may fetch what is at a reference: http or https."""
    return address.partition(":")[0].lower() in {"http", "https"}


def is_web_address(address: str) -> bool:
    """Whether a reference may be made clickable: http, https or mailto."""
    return address.partition(":")[0].strip().lower() in SCHEMES


def absolute(base: str, reference: str) -> str:
    """A reference resolved against its base; as it is when that cannot be done."""
    try:
        return urljoin(base, re.sub(r"[\x00-\x20]", "", reference))
    except ValueError:
        return reference


def uri(address: str) -> str:
    """An IRI as a URI, for formats and programs that take nothing else (RFC 3987 section 3.1)."""
    return quote(address, safe="!#$%&'()*+,/:;=?@[]~")


def _resolve(base: str, reference: str) -> str | None:
    address = absolute(base, reference)
    return address if is_web_address(address) else None
