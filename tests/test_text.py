"""Text of authors as safe HTML."""

import time

import pytest

from atompub.text import LONGEST_MARKDOWN, markdown, paragraphs

BASE = "http://example.org/blog/entry"


def test_markdown():
    """Markdown is CommonMark with tables and strikethrough, its references made absolute."""
    source = "# One\n\nA [link](two) and ![a picture](/p.png)\n\n~~no~~\n\n| a |\n|---|\n| b |\n"
    shown = markdown(source, BASE)
    assert "<h1>One</h1>" in shown
    assert 'href="http://example.org/blog/two"' in shown
    assert '<img src="http://example.org/p.png" alt="a picture">' in shown
    assert "<s>no</s>" in shown
    assert "<td>b</td>" in shown


@pytest.mark.covers("SEC-H-1")
@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "[a](java&#10;script:alert(1))",
        "![a](data:text/html;base64,PHNjcmlwdD4=)",
        "<img src=x onerror=alert(1)>",
        "<iframe src='http://example.org/'></iframe>",
        '<p style="position:fixed">a</p>',
        "<svg><script>alert(1)</script></svg>",
        '[a]: javascript:alert(1) "title"\n\n[a]',
    ],
)
def test_markdown_is_sanitised(source):
    """Nothing active comes out of Markdown, as HTML in it or as a reference."""
    shown = markdown(source, BASE).lower()
    for active in ("<script", "<iframe", "<svg", " onerror", " style=", '="javascript', '="data:'):
        assert active not in shown


def test_markdown_that_takes_long():
    """Markdown beyond a length is shown as plain text, at once."""
    started = time.monotonic()
    shown = markdown("![" * LONGEST_MARKDOWN, BASE)
    assert shown.startswith("<p>![![")
    assert time.monotonic() - started < 1


def test_paragraphs():
    """Plain text keeps its paragraphs and its lines, and is never markup."""
    source = "\r\nOne <b>\r\ntwo & three\r\n \t\r\n\r\nFour\rfive\n"
    expected = "<p>One &lt;b&gt;<br>\ntwo &amp; three</p>\n<p>Four<br>\nfive</p>"
    assert expected == paragraphs(source)


def test_no_paragraphs():
    """Text of white space only is nothing."""
    assert "" == paragraphs(" \n\n\t\n ")
