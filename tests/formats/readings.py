"""Readings and heads for the tests of formats."""

from dataclasses import replace

from atompub.atom import dates
from atompub.model import Category
from atompub.readers import Attachment, Head, Link, Reading

PUBLISHED = dates.parse("2003-12-13T18:30:02Z")
UPDATED = dates.parse("2004-01-02T03:04:05.25Z")
SITE = "https://example.org"
SOUND = Attachment("https://example.org/a.mp3", "audio/mpeg", 12)
PICTURE = Attachment("https://example.org/blog/name/name.png", "image/png", 123)

PLAIN = Reading(
    *("urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6", f"{SITE}/blog/name", "name", "A & <B>"),
    *(("alice",), PUBLISHED, UPDATED, (), "", "", "<p>text &lt;</p>", "text <", ""),
    *(None, (), "", (), (), None),
)
BARE = replace(PLAIN, title="", content="", content_text="")
FULL = replace(
    PLAIN,
    authors=("alice", "bob"),
    categories=(Category("a"), Category("b", "urn:s", "B"), Category("c", "urn:s", "B")),
    summary="<i>s</i>",
    summary_text="s",
    content="<p>html</p>",
    content_text="",
    language="de",
    enclosures=(SOUND, PICTURE),
    related="https://example.com/about",
)
ALBUM = replace(
    BARE,
    title="P",
    summary="PNG image",
    summary_text="PNG image",
    media=PICTURE,
    thumbnail=f"{SITE}/blog/-/thumbnail/name/640.jpg",
)
HEAD = Head(
    *("urn:uuid:5b3bdc0e-9ea5-45be-8da3-0ae7f4d60ab0", "Blog & <more>", "Blog", UPDATED),
    (
        Link("self", f"{SITE}/blog/feed.x", "a/b"),
        Link("alternate", f"{SITE}/blog/", "text/html"),
        Link("search", f"{SITE}/opensearch.xml", "application/opensearchdescription+xml"),
        Link("hub", "https://hub.example/"),
    ),
)
