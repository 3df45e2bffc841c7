"""Feed readers that people use poll a live site: the second time for almost nothing."""

import sqlite3
import subprocess

import feedparser
import pytest

from tests import sites
from tests.documents import entry


@pytest.fixture
def served(tmp_path):
    """A live site with two entries, and what tells its answers to requests for a path."""
    folder = tmp_path / "data"
    folder.mkdir()
    store = sites.renew(folder)
    running = sites.Server(folder)
    site = sites.Site(store, base=running.base)
    for number in (1, 2):
        site.made(entry(f"Title {number}", f"Text {number}", id=f"urn:x:{number}"))

    yield site, running.answered
    site.close()
    running.stop()
    store.close()


@pytest.mark.foreign("newsboat")
@pytest.mark.covers("HTTP-C-1", "ATOM-2-1")
def test_newsboat(served, tmp_path):
    """newsboat shows both entries, and once it keeps what it learnt, a poll is a 304."""
    site, asked = served
    (tmp_path / "urls").write_text(f"{site.base}/blog/feed.atom\n")
    (tmp_path / "config").write_text("")
    places = ["-u", tmp_path / "urls", "-c", tmp_path / "cache.db", "-C", tmp_path / "config"]
    # With its first poll it makes the row in which the second one keeps validators.
    subprocess.run(["newsboat", *places, "-x", *["reload"] * 3], check=True, timeout=60)
    assert [200, 200, 304] == sorted(asked("/blog/feed.atom", 3))
    with sqlite3.connect(tmp_path / "cache.db") as database:
        shown = database.execute("SELECT title, content FROM rss_item ORDER BY title").fetchall()
    assert ["Title 1", "Title 2"] == [title for title, _ in shown]
    assert all(f"Text {number}" in text for number, (_, text) in enumerate(shown, 1))


@pytest.mark.covers("HTTP-C-1")
@pytest.mark.parametrize("path", ["/blog/feed.atom", "/blog/feed.rss", "/blog/feed"])
def test_feedparser(served, path):
    """feedparser, told what it learnt, is answered with a 304."""
    site, asked = served
    first = feedparser.parse(f"{site.base}{path}")
    assert {"Title 1", "Title 2"} == {one.title for one in first.entries}
    told = {"etag": first.etag, "modified": first.modified}
    again = feedparser.parse(f"{site.base}{path}", **told)
    assert (304, []) == (again.status, again.entries)
    assert [200, 304] == sorted(asked(path, 2))
