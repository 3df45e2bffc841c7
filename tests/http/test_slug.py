"""The Slug header and the addresses it gives (RFC 5023 sections 4.1 and 9.7)."""

import re
from urllib.parse import quote, unquote

import pytest

from tests.documents import bare, entry, link

DIARY = "%E6%97%A5%E8%A8%98"
"""What 日記 is in a URI."""

SHORT_ID = re.compile(r"[0-9a-z]{13}")


def name(answer):
    """The last segment of a new member's address."""
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"].rpartition("/")[2]


@pytest.mark.covers("APP-9.7-1")
def test_slug_names_the_member(site):
    """The slug is the last segment of the member's address and of its page's."""
    answer = site.post(entry("Something else"), slug="First Post")
    assert "first-post" == name(answer)
    page = link(answer.content, "alternate")
    assert "first-post" == page.rpartition("/")[2]
    assert [200, 200] == [
        site.anon.get(url).status_code for url in (answer.headers["Location"], page)
    ]


@pytest.mark.covers("APP-9.7-1", "APP-9.7-6")
def test_title_instead_of_a_slug(site):
    """Without a slug the title gives the name."""
    assert "first-post" == name(site.post(entry("First Post")))


@pytest.mark.covers("APP-9.7-2", "APP-4.1-1")
@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("The Beach at S%C3%A8te", "the-beach-at-s%C3%A8te"),
        (DIARY, DIARY),
        (DIARY.lower(), DIARY),
        ("%48ello", "hello"),
    ],
)
def test_decoding(site, slug, expected):
    """The percent-encoding is undone, the octets are UTF-8, and the address encodes them again."""
    assert expected == name(site.post(slug=slug))


@pytest.mark.covers("APP-9.7-3")
@pytest.mark.parametrize(
    ("slug", "expected"),
    [("100%25 a", "100-a"), ("%2541", "41"), ("%25C3%25A8", "c3-a8"), ("a+b", "a-b")],
)
def test_decoding_once(site, slug, expected):
    """What looks like an escape after decoding is text."""
    assert expected == name(site.post(slug=slug))


@pytest.mark.covers("APP-4.1-1")
def test_headers_are_ascii(site):
    """Location is ASCII, escaped once, with upper-case digits; it leads to the member."""
    answer = site.post(slug=f"{DIARY} 1")
    (location,) = [value for key, value in answer.headers.raw if key.lower() == b"location"]
    assert location.decode("ascii").endswith(f"/{DIARY}-1")
    assert location == answer.headers["Content-Location"].encode("ascii")
    assert 200 == site.alice.get(location.decode("ascii")).status_code
    assert "日記-1" == unquote(name(answer))


@pytest.mark.covers("APP-4.1-2")
def test_spellings_of_one_address(site):
    """The IRI, the escaped URI and lower-case hex digits lead to the same document."""
    url = site.made(slug=DIARY)
    expected = site.alice.get(url)
    sent = set()
    for spelling in (DIARY.lower(), "日記", "%E6%97%a5記"):
        answer = site.alice.get(url.replace(DIARY, spelling))
        sent.add(answer.request.url.raw_path.rpartition(b"/")[2].decode())
        assert (200, expected.content) == (answer.status_code, answer.content)
        assert expected.headers["ETag"] == answer.headers["ETag"]
        assert url == answer.headers["Content-Location"]
    assert {DIARY, DIARY.lower()} < sent


@pytest.mark.covers("APP-4.1-2")
def test_write_by_another_spelling(site):
    """An edit and a deletion reach the member by any spelling of its address."""
    url = site.made(slug=DIARY)
    other = url.replace(DIARY, DIARY.lower())
    assert url == site.put(other, entry("Other")).headers["Content-Location"]
    assert 200 == site.alice.delete(other).status_code
    assert 410 == site.alice.get(url).status_code


@pytest.mark.covers("APP-9.7-4")
@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("%FF%zz", "zz"),
        ("a%FFb", "ab"),
        ("%", "title"),
        ("50%", "50"),
        ("%C3", "title"),
        ("", "title"),
        ("caf\xe9".encode(), "caf%C3%A9"),
        ("caf\xe9".encode("latin-1"), "caf%C3%A9"),
        (b"\xff\xfe", "%C3%BF%C3%BE"),
    ],
)
def test_broken_slug(site, slug, expected):
    """No slug, however broken, fails a request: what can be read of it counts."""
    assert expected == name(site.post(slug=slug))


@pytest.mark.covers("APP-9.7-5")
@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("日本語 タイトル", "日本語-タイトル"),
        ("\uff26\uff35\uff2c\uff2c\u3000Width", "full-width"),
        ("Ünïcödé -- & more!", "ünïcödé-more"),
        ("cafe\u0301", "café"),
        ("x" * 200, "x" * 80),
        ("日" * 100, "日" * 22),
    ],
)
def test_folding(site, slug, expected):
    """A name is NFKC in lower case, letters and digits of any script, of bounded length."""
    found = name(site.post(slug=slug))
    assert expected == unquote(found)
    assert quote(expected) == found


@pytest.mark.covers("APP-9.7-6")
def test_taken_name(site):
    """A name that is taken gets the next number, and never a refusal."""
    names = [name(site.post(slug="first")) for _ in range(4)]
    assert ["first", "first-2", "first-3", "first-4"] == names


@pytest.mark.covers("APP-9.7-6")
def test_taken_by_its_number(site):
    """A slug that looks numbered takes part in the numbering."""
    names = [name(site.post(slug=slug)) for slug in ("a-2", "a", "a", "a-2")]
    assert ["a-2", "a", "a-3", "a-2-2"] == names


@pytest.mark.covers("APP-9.7-6")
def test_same_name_elsewhere(site):
    """Names are a matter of one collection: another one gives the same name again."""
    assert ["first", "first"] == [
        name(site.post(slug="first", collection=collection)) for collection in ("blog", "diary")
    ]


@pytest.mark.covers("APP-9.7-6")
@pytest.mark.parametrize("slug", ["..", "/", "feed", "archive", "Feed.", "--", "!?", "nul"])
def test_unusable_slug(site, slug):
    """A slug of which nothing is left, or a reserved one, gives way to the title."""
    assert "title" == name(site.post(slug=slug))


@pytest.mark.covers("APP-9.7-6")
@pytest.mark.parametrize("slug", [None, "..", "feed"])
def test_neither_slug_nor_title(site, slug):
    """Without a usable slug or title the name is a short id."""
    assert SHORT_ID.fullmatch(name(site.post(bare("<title>!</title>"), slug=slug)))


@pytest.mark.covers("APP-9.7-8")
def test_comma(site):
    """A comma in a slug is text, not the start of another slug."""
    assert "a-b" == name(site.post(slug="a, b"))


@pytest.mark.covers("APP-9.7-8")
def test_repeated_slug(site):
    """Several Slug lines, which servers join, are read as one text, and fail nothing."""
    headers = [("Content-Type", "application/atom+xml;type=entry"), ("Slug", "a"), ("Slug", "b")]
    answer = site.alice.post("/atom/blog/", content=entry(), headers=headers)
    assert "a-b" == name(answer)
