"""Names: what a Slug header says, what becomes of it, and who may be called what."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest

from atompub import names
from atompub.errors import ConfigError

DEVICES = ["con", "PRN", "aux", "nul", "com1", "COM9", "lpt1", "lpt9"]


def wsgi(octets: bytes) -> str:
    """A header's octets as WSGI hands them over (PEP 3333)."""
    return octets.decode("latin-1")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, ""),
        ("", ""),
        ("The Beach at S%C3%A8te", "The Beach at Sète"),
        ("%e6%97%a5%E8%A8%98", "日記"),
        ("%F0%9F%A6%8A", "🦊"),
    ],
)
def test_slug_text_is_percent_decoded_utf_8(header: str | None, expected: str) -> None:
    """The field's value is percent-decoded and then read as UTF-8."""
    assert expected == names.slug_text(header)


@pytest.mark.parametrize(
    ("header", "expected"),
    [("100%25 a+b", "100% a+b"), ("%2541", "%41"), ("%252F", "%2F")],
)
def test_slug_text_is_decoded_once(header: str, expected: str) -> None:
    """A decoded percent sign begins no escape, and a plus is a plus."""
    assert expected == names.slug_text(header)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("%FF%zz", "%zz"),
        ("100% wool", "100% wool"),
        ("cut off %E3%81%82%E3%8", "cut off あ%8"),
        ("%", "%"),
        ("Caf%E9 noir", "Caf noir"),
        ("%C3.", "."),
        ("%C0%AF%ED%A0%80", ""),
        ("%FF", ""),
    ],
)
def test_slug_text_takes_what_decodes(header: str, expected: str) -> None:
    """An escape that is no UTF-8 is dropped, a percent sign that begins none is kept."""
    assert expected == names.slug_text(header)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        ("é".encode(), "é"),
        ("日本 %E8%AA%9E".encode(), "日本 語"),
        ("é".encode("latin-1"), "é"),
        (b"caf\xe9 %E8%AA%9E", "café 語"),
    ],
)
def test_slug_text_reads_raw_octets(octets: bytes, expected: str) -> None:
    """Raw octets are read as UTF-8, or as Latin-1 when they are no UTF-8."""
    assert expected == names.slug_text(wsgi(octets))


def test_slug_text_takes_text_that_is_not_from_wsgi() -> None:
    """A string with characters that are no octets is taken as it is."""
    text = "日本é"
    assert text == names.slug_text(text)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("a%0d%0aSet-Cookie:x=1", "a  Set-Cookie:x=1"),
        ("a%00b%09c%7Fd%C2%85e", "a b c d e"),
        ("a%E2%80%A8b%E2%80%A9c", "a b c"),
        ("a%EF%BF%BEb%EF%BF%BFc", "a b c"),
        ("%0d%0a", ""),
        ("%20a%20", "a"),
    ],
)
def test_slug_text_is_one_line_of_xml_text(header: str, expected: str) -> None:
    """What would break a line or an XML document becomes a space, and ends are trimmed."""
    assert expected == names.slug_text(header)


def test_slug_text_is_not_split_at_commas() -> None:
    """Several Slug lines come joined by commas, which are legal text."""
    header = "a, b"
    assert header == names.slug_text(header)


@pytest.mark.covers("APP-9.7-5")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("First Post", "first-post"),
        ("日本語 タイトル", "日本語-タイトル"),
        ("二〇〇七年", "二〇〇七年"),
        ("हिन्दी", "हिन्दी"),
        ("ภาษาไทยที่นี่", "ภาษาไทยที่นี่"),
        ("ÀÉÎ Straße", "àéî-straße"),
        ("ΟΔΟΣ", "οδος"),
        ("\uff21\uff22\uff23 \u2460 \ufb01n", "abc-1-fin"),
        ("\u0130stanbul", "i\u0307stanbul"),
        ("J\u030c", "\u01f0"),
        ("\U0001d400", "a"),
        ("  -- a,  b_c! --  ", "a-b-c"),
        ("100% 🦊", "100"),
        ("! \u0301a", "a"),
        ("a !\u0301 b", "a-b"),
        ("", ""),
        ("🦊…", ""),
    ],
)
def test_slug_keeps_letters_digits_and_their_marks(text: str, expected: str) -> None:
    """Lower-case NFKC letters, digits and marks on them stay; every other run is one hyphen."""
    assert expected == names.slug(text)


@pytest.mark.covers("APP-9.7-5")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 81, "a" * 80),
        ("a" * 79 + " b", "a" * 79),
        ("語" * 23, "語" * 22),
        ("é" * 34, "é" * 33),
        ("𐐨" * 17, "𐐨" * 16),
        ("a" * 193 + "é", "a" * 80),
        ("語" * 21 + "a" * 12, "語" * 21 + "a" * 11),
    ],
)
def test_slug_stops_at_its_limits(text: str, expected: str) -> None:
    """A slug has at most 80 code points and 200 octets once encoded, and ends in no hyphen."""
    assert expected == names.slug(text)
    assert len(quote(expected)) <= 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a" * 79 + "q\u0301", "a" * 79), ("q" + "\u0301" * 80, "")],
)
def test_slug_parts_no_letter_from_its_marks(text: str, expected: str) -> None:
    """A letter whose marks lie beyond the limit goes with them."""
    assert expected == names.slug(text)


def test_slug_reads_a_thousand_characters() -> None:
    """The rest of an endless text is not read, since normalising it may take minutes."""
    ignored = "!" * 999
    assert names.slug("a") == names.slug(ignored + "ab")


@pytest.mark.parametrize("text", ["-", "feed", "Archive", "\uff26eed", "feed!", *DEVICES])
def test_slug_is_never_reserved(text: str) -> None:
    """What has a URL of its own, or is a device to Windows, is no slug."""
    assert not names.slug(text)


@pytest.mark.parametrize("text", ["feeds", "feed-2", "com", "com10", "console", "atom"])
def test_slug_may_resemble_what_is_reserved(text: str) -> None:
    """Only the whole of a name is reserved."""
    assert text == names.slug(text)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("..", ""),
        ("../../etc/passwd", "etc-passwd"),
        ("%2e%2e%2Fa", "a"),
        ("..%5C..%5Ca", "a"),
        ("a%00b", "a-b"),
        (".htaccess", "htaccess"),
        ("%EF%BC%8E%EF%BC%8E%EF%BC%8Fa", "a"),
        ("a%E2%84%80b", "aa-cb"),
        ("%252e%252e", "2e-2e"),
        ("a.xml", "a-xml"),
    ],
)
def test_slug_stays_in_its_segment(header: str, expected: str) -> None:
    """No path, dot or escape survives, however it is encoded or folded."""
    assert expected == names.slug(names.slug_text(header))


def test_slug_is_one_for_composed_and_decomposed_text() -> None:
    """Normalising comes before comparing, so twins collide."""
    assert "é" == names.slug("\u00e9") == names.slug("e\u0301") == names.slug("E\u0301")


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [(("..", "A title"), "a-title"), (("one", "two"), "one"), (("", "!"), ""), ((), "")],
)
def test_member_slug_is_the_first_that_is_left(candidates: tuple[str, ...], expected: str) -> None:
    """A candidate of which nothing is left gives way to the next."""
    assert expected == names.member_slug(*candidates)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("first-post", ("first-post", 1)),
        ("first-post-2", ("first-post", 2)),
        ("a-10", ("a", 10)),
        ("a-999999", ("a", 999_999)),
        ("a-2-3", ("a-2", 3)),
        ("a--2", ("a-", 2)),
        ("a\n-2", ("a\n", 2)),
        ("a-1", ("a-1", 1)),
        ("a-0", ("a-0", 1)),
        ("a-02", ("a-02", 1)),
        ("a-1000000", ("a-1000000", 1)),
        ("a-\u0662", ("a-\u0662", 1)),
        ("a-2\n", ("a-2\n", 1)),
        ("a2", ("a2", 1)),
        ("-2", ("-2", 1)),
        ("2", ("2", 1)),
        ("", ("", 1)),
    ],
)
def test_split_reads_a_copy_number(name: str, expected: tuple[str, int]) -> None:
    """A name ends in a number when that is 2 to 999999, in ASCII, after a stem and a hyphen."""
    assert expected == names.split(name)
    assert name == names.join(*expected)


@pytest.mark.parametrize("name", ["a", "0", "blog", "my_blog-2", "a" * 64, "feed", "archive"])
def test_collection_name_is_taken(name: str) -> None:
    """Up to 64 of a-z, 0-9, hyphen and underscore after a letter or digit make a name."""
    assert name == names.check_collection_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "-", "-a", "_a", "Blog", "a b", "a.b", "rsd.xml", "é", "\u0662", "a/b", "a\n", "a" * 65],
)
def test_collection_name_is_refused_with_its_rule(name: str) -> None:
    """A name outside the alphabet is refused in one line that says what is allowed."""
    with pytest.raises(ConfigError, match=r"1 to 64 of a-z, 0-9, '-' and '_'") as caught:
        names.check_collection_name(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["atom", *map(str.lower, DEVICES)])
def test_collection_name_is_reserved(name: str) -> None:
    """What has a URL of its own, or is a device to Windows, names no collection."""
    with pytest.raises(ConfigError, match="reserved"):
        names.check_collection_name(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("admin", "admin"),
        ("Anna Example", "Anna Example"),
        ("Jose\u0301", "Jos\u00e9"),
        ("e\u0301" * 64, "\u00e9" * 64),
        ("日本", "日本"),
    ],
)
def test_account_name_is_taken_in_nfc(name: str, expected: str) -> None:
    """Composed and decomposed spellings name one account, measured when composed."""
    assert expected == names.check_account_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a" * 65,
        "a:b",
        "a\tb",
        "a\nb",
        "a\x7fb",
        "a\u0085b",
        " a",
        "a\u3000",
        "\udcff",
        "\uffff",
    ],
)
def test_account_name_is_refused_with_its_rule(name: str) -> None:
    """A name that Basic cannot carry or XML cannot hold is refused in one line that says why."""
    with pytest.raises(ConfigError, match="1 to 64 characters, none of them a colon") as caught:
        names.check_account_name(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("new", "length"), [(names.new_id, 13), (names.new_epoch, 8)])
def test_ids_have_their_length_and_alphabet(new: Callable[[], str], length: int) -> None:
    """Ids and epochs are lower-case base32 without i, l, o and u, of a fixed length."""
    ids = [new() for _ in range(200)]
    assert {length} == set(map(len, ids))
    assert set("0123456789abcdefghjkmnpqrstvwxyz") == set("".join(ids))


@pytest.mark.parametrize(
    ("new", "expected"), [(names.new_id, "fzzzzzzzzzzzz"), (names.new_epoch, "zzzzzzzz")]
)
def test_ids_hold_all_their_bits(
    monkeypatch: pytest.MonkeyPatch, new: Callable[[], str], expected: str
) -> None:
    """Every random bit reaches the id: 64 in an id, 40 in an epoch."""
    monkeypatch.setattr("secrets.randbits", lambda bits: (1 << bits) - 1)
    assert expected == new()


@pytest.mark.parametrize("new", [names.new_id, names.new_epoch, names.new_atom_id])
def test_ids_differ(new: Callable[[], str]) -> None:
    """A hundred ids are a hundred different ids."""
    count = 100
    assert count == len({new() for _ in range(count)})


def test_atom_id_is_a_random_uuid() -> None:
    """An atom:id is a URN of a version 4 UUID."""
    pattern = "urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(pattern, names.new_atom_id())
