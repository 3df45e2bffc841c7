"""Content for a first look: a few entries about publishing, and an album."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

from atompub.atom.namespaces import Element
from atompub.atom.parse import parse
from atompub.cli.landscapes import PICTURES, Picture, png
from atompub.errors import NotFound
from atompub.model import Account, Collection, Member, Role
from atompub.publishing import Publishing, Store
from atompub.store.blobs import Blobs
from atompub.store.collections import Collections
from atompub.store.engine import Engine
from atompub.store.entries import Entries
from atompub.store.pages import Pages
from atompub.urls import Urls
from atompub.web.media import keep

AUTHOR = Account(id="demo", name="Atompub", password="", role=Role.EDITOR)
ATOM = "http://www.w3.org/2005/Atom"
PICTURE_TYPE = "image/png"


@dataclass(frozen=True, slots=True)
class Post:
    """An entry of the blog, published `days` before the store is made. `kind` is the type of its
    content."""

    days: int
    title: str
    categories: tuple[str, ...]
    summary: str
    kind: str
    content: str


POSTS = (
    Post(
        171,
        "Why feeds, still",
        ("Feeds",),
        "A feed is the quiet way to read: you choose what comes, and nobody watches.",
        "xhtml",
        "<p>A feed is the quiet way to read. You choose what comes, in an order nobody sold, and"
        " you stop when you have read it all. There is an end, and that is the best part.</p>"
        "<p>For who writes it is a promise as well. Readers who follow a feed have not followed"
        " a company: they hold the address of <em>your</em> site, and it keeps working when you"
        " change your mind about everything else.</p>"
        "<blockquote><p>Own your address, and you can move the furniture as often as you"
        " like.</p></blockquote>"
        "<p>This site has a feed for each publication and each category. The links are at the foot"
        " of the page; give one of them to a feed reader and forget about it.</p>",
    ),
    Post(
        132,
        "An entry is a document",
        ("Atom",),
        "What an Atom entry holds, and why it is still readable after all these years.",
        "xhtml",
        "<p>Every page of this blog is an Atom entry, and an entry is a small document that one"
        " can read without a manual:</p>"
        '<pre><code>&lt;entry xmlns="http://www.w3.org/2005/Atom"&gt;\n'
        "  &lt;title&gt;An entry is a document&lt;/title&gt;\n"
        '  &lt;category term="Atom"/&gt;\n'
        "  &lt;content&gt;What I wanted to say.&lt;/content&gt;\n"
        "&lt;/entry&gt;</code></pre>"
        "<p>The server adds what it knows better: an <code>id</code> that never changes, the"
        " dates, and who wrote it. Whatever else you send comes back as it was, elements of"
        " other vocabularies included. Nobody has to agree on everything to use the same"
        " format, which may be why it has lasted.</p>",
    ),
    Post(
        97,
        "Publishing with one command",
        ("How-to", "Atom"),
        "All it takes to publish is a file and curl.",
        "xhtml",
        "<p>Send an entry to the collection, and it is on this page and in the feed:</p>"
        "<pre><code>curl -u admin:… \\\n"
        "  -H 'Content-Type: application/atom+xml;type=entry' \\\n"
        "  -H 'Slug: first-post' \\\n"
        "  --data-binary @entry.xml http://127.0.0.1:8000/atom/blog/</code></pre>"
        "<p>The answer is <code>201 Created</code>. Its <code>Location</code> is where the entry"
        " is edited; its <code>ETag</code> goes into <code>If-Match</code> when you send the"
        " next version, so that you never overwrite what a second author wrote"
        " meanwhile.</p><p>A client for blogs does all of that for you. Point it at the"
        " site's front page: it finds the way by itself.</p>",
    ),
    Post(
        58,
        "Writing in Markdown",
        ("How-to",),
        "Entries may be written in Markdown. The server keeps what you typed.",
        "text/markdown",
        "Give the content the type `text/markdown` and write as you would in a note to yourself."
        " The server keeps what you typed and shows what you meant.\n\n"
        "## What there is\n\n"
        "- *Emphasis* and **strong words**\n"
        "- [links](https://www.rfc-editor.org/rfc/rfc5023) and pictures\n"
        "- ~~mistakes~~ corrections\n\n"
        "1. lists with numbers,\n2. which count by themselves\n\n"
        "> And quotations, for what somebody else said better.\n\n"
        "| You type | You get |\n|---|---|\n| `*soft*` | *soft* |\n| `**loud**` | **loud** |\n\n"
        "```\ncode, as it is\n    with its spaces\n```\n\n"
        "Plain text works as well: with `text/plain` blank lines part paragraphs.\n",
    ),
    Post(
        30,
        "A picture is an entry too",
        ("How-to", "Pictures"),
        "Send a picture, get an entry: title, caption, categories and all.",
        "html",
        '<p>Send a picture to an album, and the server makes an entry for it. <a href="{album}">'
        "The album of this site</a> was filled that way.</p>"
        '<figure><img src="{picture}" alt="Hills in the first light, the sun just above them">'
        "<figcaption>First light, drawn by forty lines of Python when this site was"
        " made.</figcaption></figure>"
        "<p>The picture stays as you sent it. Pages show smaller copies, turned the right way"
        " up and without the place it was taken at, which your camera may have written into"
        " it.</p>",
    ),
    Post(
        9,
        "Drafts and second thoughts",
        ("How-to",),
        "Nothing is public before you say so, and nothing is lost when you change your mind.",
        "xhtml",
        "<p>An entry with <code>app:draft</code> set to <em>yes</em> is yours alone. Take the"
        " mark away and it is public. An entry whose date lies ahead waits for that day, and"
        " appears in the feeds when it comes.</p>"
        "<p>Changed your mind? Edit it as often as you like. What the server has acknowledged"
        " is on the disk, and the last twenty versions of each entry are kept.</p>",
    ),
    Post(
        1,
        "Welcome",
        ("Publishing",),
        "This is your blog. Here is what to do first.",
        "xhtml",
        "<p>This is your site: a blog, and an album with a few pictures. All of it is here to be"
        " replaced.</p>"
        "<ul><li>Write your first entry, with a blog client or with <code>curl</code>.</li>"
        "<li>Rename the blog: <code>atompub collection set blog --title 'My blog'</code>.</li>"
        "<li>Delete these entries when you have read them.</li></ul>"
        "<p>Have a good time.</p>",
    ),
)


def add_demo(engine: Engine, blobs: Blobs, now: Callable[[], int]) -> None:
    """Fill the blog and the album, each if it is there and nothing ever was in it."""
    store = Store(Collections(engine, now), Entries(engine), Pages(engine))
    demo = Demo(Publishing(store, now), blobs, now())
    for name, fill in (("photos", demo.fill_album), ("blog", demo.fill_blog)):
        try:
            collection = store.collections.get(name)
        except NotFound:
            continue
        if not collection.sequence:
            fill(collection)


@dataclass(frozen=True, slots=True)
class Demo:
    """What is added, as if it had been published in the months before `made`."""

    publishing: Publishing
    blobs: Blobs
    made: int

    def fill_blog(self, blog: Collection) -> None:
        """Add the entries."""
        for post in POSTS:
            content = post.content.replace("{album}", "../photos/")
            content = content.replace(
                "{picture}", f"../photos/{PICTURES[0].name}/{PICTURES[0].name}.png"
            )
            entry = self._entry(post.days, post.title, post.categories, post.summary)
            entry += f"<content type={quoteattr(post.kind)}>{_within(post.kind, content)}</content>"
            self.publishing.create(AUTHOR, blog, _parsed(entry), post.title, Urls(""))

    def fill_album(self, album: Collection) -> None:
        """Draw the pictures and add them."""
        for days, picture in zip(range(150, 0, -24), PICTURES, strict=False):
            media = keep(self.blobs, [png(picture.landscape)], PICTURE_TYPE)
            made = self.publishing.create_media(AUTHOR, album, media, picture.name)
            self._caption(album, made, days, picture)

    def _caption(self, album: Collection, member: Member, days: int, picture: Picture) -> None:
        entry = self._entry(days, picture.title, picture.categories, picture.caption)
        self.publishing.edit(AUTHOR, album, member, _parsed(entry), Urls(""), check=_agree)

    def _entry(self, days: int, title: str, categories: tuple[str, ...], summary: str) -> str:
        day = datetime.fromtimestamp(self.made // 1_000_000, UTC) - timedelta(days=days)
        date = day.strftime("%Y-%m-%dT%H:%M:%SZ")
        terms = "".join(f"<category term={quoteattr(one)}/>" for one in categories)
        return (
            f"<title>{escape(title)}</title><published>{date}</published>"
            f"<updated>{date}</updated>{terms}<summary>{escape(summary)}</summary>"
        )


def _within(kind: str, content: str) -> str:
    if kind == "xhtml":
        return f'<div xmlns="http://www.w3.org/1999/xhtml">{content}</div>'
    return escape(content)


def _parsed(inside: str) -> Element:
    return parse(f'<entry xmlns="{ATOM}">{inside}</entry>'.encode())


def _agree(_: Member) -> None:
    """Whatever state the entry is in may be replaced."""
