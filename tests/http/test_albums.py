"""Albums hold what pictures there are: of any type, whole or broken, and entries without one."""

import pytest

from tests.documents import entry
from tests.http.test_hidden import walk

PICTURES = {
    "image/jpeg": b"\xff\xd8\xff\xe0 broken",
    "image/svg+xml": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "image/x-icon": b"\0\0\1\0",
    "image/gif": b"GIF89a",
}


@pytest.mark.parametrize("kind", PICTURES)
def test_no_dead_link(make_site, kind):
    """Whatever the picture, no page links one that is not there."""
    site = make_site()
    site.collection("album", accept=("image/*",))
    headers = {"Content-Type": kind, "Slug": "Picture"}
    assert (
        201 == site.alice.post("/atom/album/", content=PICTURES[kind], headers=headers).status_code
    )
    broken = {
        url: answer.status_code
        for url, answer in walk(site).items()
        if answer.status_code >= 400 and "{" not in url
    }
    assert {} == broken


def test_an_album_with_words(make_site):
    """A collection that took entries before it took pictures only shows both."""
    site = make_site()
    site.made(entry("Words"))
    site.set("blog", accept=("image/*",))
    headers = {"Content-Type": "image/svg+xml", "Slug": "Picture"}
    octets = PICTURES["image/svg+xml"]
    assert 201 == site.alice.post("/atom/blog/", content=octets, headers=headers).status_code
    found = walk(site)
    assert {200} == {answer.status_code for url, answer in found.items() if "{" not in url}
    for title in ("Words", "Picture"):
        assert title in found[f"{site.base}/blog/"].text
        assert title in found[f"{site.base}/blog/{title.lower()}"].text
