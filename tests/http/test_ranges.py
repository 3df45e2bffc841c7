"""Parts of media: RFC 9110 section 14."""

import re

import pytest

from atompub.web.ranges import parse
from tests.documents import one

OCTETS = bytes(range(256)) * 4
LENGTH = len(OCTETS)


@pytest.fixture
def media(site):
    """The address of a kibibyte of media."""
    site.collection("files", accept=("*/*",))
    headers = {"Content-Type": "application/x-octets"}
    answer = site.alice.post("/atom/files/", content=OCTETS, headers=headers)
    return one(answer.content, "a:content/@src")


def get(site, media, ranges, **headers):
    """GET with a Range."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.anon.get(media, headers={"Range": ranges} | named)


@pytest.mark.covers("HTTP-R-1", "HTTP-R-8")
@pytest.mark.parametrize(
    ("ranges", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=-10", LENGTH - 10, LENGTH - 1),
        ("bytes=10-", 10, LENGTH - 1),
        (f"bytes=1000-{LENGTH * 2}", 1000, LENGTH - 1),
        (f"bytes=-{LENGTH * 2}", 0, LENGTH - 1),
        ("bytes=0-99999999999999999999999", 0, LENGTH - 1),
        ("bytes=-99999999999999999999999", 0, LENGTH - 1),
        ("BYTES=5-5", 5, 5),
        (f"bytes=0-1,{LENGTH}-", 0, 1),
    ],
)
def test_one_range(site, media, ranges, first, last):
    """A range is answered with just its octets and where they stand."""
    part = get(site, media, ranges)
    assert (206, OCTETS[first : last + 1]) == (part.status_code, part.content)
    assert f"bytes {first}-{last}/{LENGTH}" == part.headers["Content-Range"]
    assert str(last - first + 1) == part.headers["Content-Length"]
    assert "bytes" == part.headers["Accept-Ranges"]


@pytest.mark.covers("HTTP-R-2")
@pytest.mark.parametrize("ranges", [f"bytes={LENGTH}-", "bytes=-0", "bytes=99999999999999999999-"])
def test_nothing_in_range(site, media, ranges):
    """A range that holds no octet is a 416 that tells the length."""
    refused = get(site, media, ranges)
    assert (416, f"bytes */{LENGTH}") == (refused.status_code, refused.headers["Content-Range"])


@pytest.mark.covers("HTTP-R-3")
def test_several_ranges(site, media):
    """Several ranges come as parts, each with its place, and none stands at the top."""
    answer = get(site, media, "bytes=0-1,5-6,-2")
    assert 206 == answer.status_code
    assert "Content-Range" not in answer.headers
    assert str(len(answer.content)) == answer.headers["Content-Length"]
    boundary = re.fullmatch(
        "multipart/byteranges; boundary=([0-9a-f]+)", answer.headers["Content-Type"]
    )[1]
    *parts, end = answer.content.split(f"\r\n--{boundary}".encode())[1:]
    assert b"--\r\n" == end
    found = [part.partition(b"\r\n\r\n") for part in parts]
    assert [OCTETS[0:2], OCTETS[5:7], OCTETS[-2:]] == [content for _, _, content in found]
    places = [re.search(rb"Content-Range: bytes (\d+-\d+)/1024", head)[1] for head, _, _ in found]
    assert [b"0-1", b"5-6", b"1022-1023"] == places
    assert all(b"Content-Type: application/x-octets" in head for head, _, _ in found)


@pytest.mark.covers("HTTP-R-4", "HTTP-R-5")
@pytest.mark.parametrize(
    "ranges",
    [
        "lines=1-2",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-1",
        "bytes=1-2,x",
        "bytes=0-9,5-14,3-20",
        "bytes=50-60,0-10",
        "bytes=" + ",".join(f"{2 * n}-{2 * n}" for n in range(500)),
    ],
)
def test_ignored(site, media, ranges):
    """Other units, broken fields and sets that only cost are ignored: all octets come."""
    answer = get(site, media, ranges)
    assert (200, OCTETS) == (answer.status_code, answer.content)


@pytest.mark.covers("HTTP-R-5")
def test_only_get_has_ranges(site, media):
    """HEAD knows no ranges."""
    answer = site.anon.head(media, headers={"Range": "bytes=0-1"})
    assert (200, str(LENGTH)) == (answer.status_code, answer.headers["Content-Length"])


@pytest.mark.covers("HTTP-R-6")
def test_if_range(site, media):
    """If-Range with the current tag or the exact date gives the part; all else gives it all."""
    whole = site.anon.get(media)
    tag, date = whole.headers["ETag"], whole.headers["Last-Modified"]
    expected = {
        tag: 206,
        date: 206,
        f"W/{tag}": 200,
        '"other"': 200,
        "Sat, 29 Oct 1994 19:43:31 GMT": 200,
    }
    seen = {value: get(site, media, "bytes=0-1", If_Range=value).status_code for value in expected}
    assert expected == seen


@pytest.mark.covers("HTTP-R-7")
def test_preconditions_come_first(site, media):
    """A 304 or 412 beats the range, and a part repeats the fields of the whole."""
    whole = site.anon.get(media)
    tag = whole.headers["ETag"]
    assert 304 == get(site, media, "bytes=0-1", If_None_Match=tag).status_code
    assert 412 == get(site, media, f"bytes={LENGTH}-", If_Match='"other"').status_code
    part = get(site, media, "bytes=0-1")
    for name in ("ETag", "Cache-Control", "Last-Modified", "Repr-Digest"):
        assert whole.headers[name] == part.headers[name]
    assert "Date" in part.headers or "Date" not in whole.headers


def test_a_set_that_only_costs_is_ignored_quickly():
    """A thousand ranges are not looked at."""
    assert parse("bytes=" + "0-0," * 100_000, LENGTH) is None
