"""Content for a first look."""

from collections.abc import Callable

from atompub.atom.parse import parse
from atompub.errors import NotFound
from atompub.model import Account, Role
from atompub.publishing import Publishing, Store
from atompub.store.collections import Collections
from atompub.store.engine import Engine
from atompub.store.entries import Entries
from atompub.store.pages import Pages
from atompub.urls import Urls

AUTHOR = Account(id="demo", name="Atompub", password="", role=Role.EDITOR)

ENTRIES = (
    (
        "Hello, world",
        "<p>This is your blog. Every entry in it is an <b>Atom</b> document, and any Atom client"
        " can publish here: a blog editor, a script, or curl.</p>",
    ),
    (
        "Publishing with one command",
        "<p>Send an entry to the collection and it is on this page, and in the feed that readers"
        " subscribe to:</p><pre>curl -u admin:… -H 'Content-Type: application/atom+xml;type=entry'"
        " -H 'Slug: first-post' --data-binary @entry.xml http://127.0.0.1:8000/atom/blog/</pre>",
    ),
    (
        "Nothing is lost",
        "<p>What a client sends comes back as it was, with the extensions it brought along, and"
        " what was acknowledged is on the disk.</p>",
    ),
)


def add_demo(engine: Engine, now: Callable[[], int]) -> None:
    """Add a few entries to a blog that has none."""
    store = Store(Collections(engine, now), Entries(engine), Pages(engine))
    try:
        blog = store.collections.get("blog")
    except NotFound:
        return
    if blog.sequence:
        return
    publishing = Publishing(store, now)
    for title, content in ENTRIES:
        publishing.create(AUTHOR, blog, parse(_entry(title, content)), "", Urls(""))


def _entry(title: str, content: str) -> bytes:
    return (
        '<entry xmlns="http://www.w3.org/2005/Atom">\n'
        f"  <title>{title}</title>\n"
        '  <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
        f"{content}</div></content>\n</entry>"
    ).encode()
