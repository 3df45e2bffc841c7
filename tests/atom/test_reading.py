"""What readers get of an entry: plain texts, safe markup, absolute addresses."""

from dataclasses import replace

import pytest

from atompub.atom import dates
from atompub.atom.reading import read
from atompub.model import Category, CollectionSettings, Media
from atompub.readers import Attachment, Replies, Thread
from tests.atom.entries import BLOG, PERMALINK, URLS, listed, made
from tests.documents import ATOM, bare
from tests.stores import START

XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'
ALBUM = replace(BLOG, name="album", settings=CollectionSettings(accept=("image/png", "image/*")))
PICTURE = Media("key", "image/png", 123, "0" * 64, genuine=True)


def reading(inside, **options):
    """What is read of an entry with this inside."""
    return read(listed(made(bare(inside)), **options), URLS)


def test_names_and_dates():
    """A reading tells id, page, name, author and dates; without a date it was posted when made."""
    found = reading("<title>T</title><updated>2003-12-13T18:30:02Z</updated>")
    assert ("urn:uuid:8c5b6c1c-32a5-4d53-b1ab-5e3c2a2c6a0d", PERMALINK, "name") == (
        found.atom_id,
        found.url,
        found.name,
    )
    assert ("alice",) == found.authors
    assert (START, dates.parse("2003-12-13T18:30:02Z")) == (found.published, found.updated)


def test_authors_of_the_client():
    """Where clients write the author, each one's name is read."""
    people = "<author><name> A </name></author><author><name/></author><author><name>B</name>"
    member = replace(made(bare(f"{people}</author>"), keep_authors=True), author="")
    assert ("A", "B") == read(listed(member), URLS).authors


@pytest.mark.covers("JSON-5")
@pytest.mark.parametrize(
    ("attributes", "content", "expected"),
    [
        ("", " a &amp;amp; \n b ", "a &amp; b"),
        (' type="html"', "a &amp;amp; &lt;b>b&lt;/b>", "a & b"),
        (' type="html"', "&lt;script>alert(1)&lt;/script>x", "x"),
        (' type="xhtml"', XHTML.format("a &amp; <b>b</b>"), "a & b"),
    ],
)
def test_plain_texts(attributes, content, expected):
    """Title and summary are plain text: no markup, no entities, white space folded."""
    markup = f"<title{attributes}>{content}</title><summary{attributes}>{content}</summary>"
    found = reading(markup)
    assert (expected, expected) == (found.title, found.summary_text)


@pytest.mark.parametrize(
    ("content", "html", "plain"),
    [
        ("<content>a &lt; b</content>", "<p>a &lt; b</p>", "a < b"),
        ('<content type="text/plain">a &lt; b</content>', "<p>a &lt; b</p>", "a < b"),
        ('<content type="text/markdown">*a*</content>', "<p><em>a</em></p>\n", ""),
        ('<content type="text/x-markdown">*a*</content>', "<p><em>a</em></p>\n", ""),
        ('<content type="text/css">a &lt; b</content>', "<pre>a &lt; b</pre>", ""),
        ('<content type="html">&lt;i>a&lt;/i></content>', "<i>a</i>", ""),
        (f'<content type="xhtml">{XHTML.format("<i>a</i>")}</content>', "<i>a</i>", ""),
        ('<content type="text/html">&lt;i onclick="x()">a&lt;/i></content>', "<i>a</i>", ""),
        ('<content type="image/png">iVBORw0KGgo=</content>', "", ""),
        ('<content type="application/xml"><a/></content>', "", ""),
        (
            '<content type="video/mp4" src="a.mp4"/>',
            '<p><a href="https://example.org/site/blog/a.mp4">'
            "MP4 video at https://example.org/site/blog/a.mp4</a></p>",
            "",
        ),
        ('<content type="a/b" src="urn:x:y"/>', "B a at urn:x:y", ""),
        ("<title>none</title>", "", ""),
    ],
    ids=[
        "text",
        "plain",
        "markdown",
        "x-markdown",
        "css",
        "html",
        "xhtml",
        "text/html",
        "base64",
        "xml",
        "src",
        "odd src",
        "none",
    ],
)
def test_content(content, html, plain):
    """Content is HTML for readers, and plain text too where that is what it is."""
    found = reading(content)
    assert (html, plain) == (found.content, found.content_text)


def test_markup_is_safe_and_absolute():
    """Markup in summary and content runs nothing, and its references are absolute."""
    markup = "&lt;a href='b' onclick='x()'>c&lt;/a>&lt;script>d&lt;/script>"
    found = reading(
        f'<summary type="html">{markup}</summary><content type="html">{markup}</content>'
    )
    for shown in (found.summary, found.content):
        assert shown.startswith('<a href="https://example.org/site/blog/b"')
        assert "onclick" not in shown
        assert "script" not in shown


def test_generated_summary():
    """The summary that the server wrote is read like an author's."""
    found = reading('<content type="image/png">iVBORw0KGgo=</content>')
    assert "PNG image, 8 bytes" == found.summary_text == found.summary


@pytest.mark.covers("JSON-6")
def test_categories():
    """Categories keep term, scheme and label."""
    found = reading('<category term="a"/><category term="b" scheme="urn:s" label="B"/>')
    assert (Category("a"), Category("b", "urn:s", "B")) == found.categories


@pytest.mark.parametrize(
    ("root", "content", "expected"),
    [
        ("", "<content>c</content>", ""),
        (' xml:lang="de"', "<content>c</content>", "de"),
        (' xml:lang="de"', '<content xml:lang="ja">c</content>', "ja"),
        (' xml:lang="de"', '<content xml:lang="">c</content>', ""),
        (' xml:lang="de"', "<title>t</title>", "de"),
    ],
)
def test_language(root, content, expected):
    """The language is the content's, or else the entry's."""
    member = made(f'<entry xmlns="{ATOM}"{root}>{content}</entry>'.encode())
    assert expected == read(listed(member), URLS).language


def test_links():
    """Enclosures, the related page and licences are absolute addresses that can be fetched."""
    iana = "http://www.iana.org/assignments/relation/"
    found = reading(
        '<link rel="enclosure" href="/a.mp3" type="audio/mpeg" length="12" title="A"/>'
        f'<link rel="{iana}enclosure" href="http://x.example/b" length="a lot"/>'
        f'<link rel="enclosure" href="http://x.example/c" length="{"9" * 5000}"/>'
        '<link rel="enclosure" href="javascript:x()"/><link rel="related" href="urn:x:y"/>'
        '<link rel="related" href="http://x.example/r"/><link rel="license" href="/é"/>'
    )
    assert (
        Attachment("https://example.org/a.mp3", "audio/mpeg", 12, "A"),
        Attachment("http://x.example/b", "application/octet-stream", None),
        Attachment("http://x.example/c", "application/octet-stream", None),
    ) == found.enclosures
    assert ("http://x.example/r", ("https://example.org/%C3%A9",)) == (
        found.related,
        found.licenses,
    )


def test_unspecified_licence():
    """A license link that says that there is none is no licence."""
    markup = '<link rel="license" href="http://purl.org/atompub/license#unspecified"/>'
    assert () == reading(markup).licenses


@pytest.mark.parametrize(
    ("collection", "media", "thumbnail"),
    [
        (ALBUM, PICTURE, "https://example.org/site/album/-/thumbnail/name/640.jpg"),
        (ALBUM, replace(PICTURE, genuine=False), ""),
        (BLOG, PICTURE, ""),
    ],
    ids=["album", "not a picture", "no album"],
)
def test_media(collection, media, thumbnail):
    """A member's own media is at its address for readers; an album's picture has a smaller one."""
    member = replace(made(bare("<title>T</title>")), media=media)
    found = read(listed(member, collection), URLS)
    address = f"https://example.org/site/{collection.name}/name/name.png"
    assert Attachment(address, "image/png", 123) == found.media
    assert thumbnail == found.thumbnail


@pytest.mark.covers("THR-3")
def test_thread():
    """A reply tells the pages of what it answers, a parent the replies to it."""
    replies = Replies(2, START)
    found = reading("<title>T</title>", thread=Thread(("one", "two"), replies))
    assert (URLS.permalink("blog", "one"), URLS.permalink("blog", "two")) == found.answers
    assert replies == found.replies
