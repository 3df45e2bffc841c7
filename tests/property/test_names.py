"""Names: what holds for every text, however odd."""

from unicodedata import category, normalize
from urllib.parse import quote

from hypothesis import assume, given
from hypothesis import strategies as st

from atompub import names

RESERVED = {"-", "feed", "archive", "con", "prn", "aux", "nul"}
RESERVED |= {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}

# Beside random text: what paths, escapes, reserved words, marks and long scripts are made of.
paths = st.sampled_from(
    ["../", "..\\", "%2F", "%2e", "\0", "\uff0e", "\uff0f", "\u2100", "-", "-2"]
)
words = st.sampled_from(["feed", "ARCHIVE", "Com1", "e\u0301", "\u0323", "Σ", "\u0130", "語", "한"])
folds = st.sampled_from(["J\u030c", "\U0001d400", "\u2126", "\ufb01"])
blocks = st.sampled_from(["a" * 60, "語" * 15])
pieces = paths | words | folds | blocks | st.text(max_size=12)
texts = st.lists(pieces, max_size=12).map("".join)
headers = st.binary(max_size=60).map(lambda octets: octets.decode("latin-1")) | st.lists(
    st.sampled_from(["%", "%E3%81%82", "%C3", "%A9", "%0d%0a", "%25", "%2", "+", ",", "\xe9", "é"])
).map("".join)
plain = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]))
stems = st.text(min_size=1, max_size=20) | st.from_regex(r"[a-z\n]-[0-9]{1,7}", fullmatch=True)
ids = st.builds(names.new_id)


@given(headers)
def test_slug_text_never_fails(header: str) -> None:
    """Whatever octets come, the result is one line that UTF-8 and XML can hold."""
    text = names.slug_text(header)
    assert set() == {"Cc", "Cs", "Zl", "Zp"} & set(map(category, text))
    assert text == text.strip()


@given(st.lists(plain | st.sampled_from(["%41", "+", "%"])).map("".join))
def test_slug_text_reads_what_a_client_encoded(text: str) -> None:
    """Text that was UTF-8 and percent-encoded once comes back unaltered."""
    assume(not {"\ufffe", "\uffff"} & set(text))
    assert text == names.slug_text(quote(text, safe=""))


@given(texts)
def test_slug_is_safe(text: str) -> None:
    """A slug has nothing that means something to a path, a URI, a header or a log."""
    slug = names.slug(text)
    assert set() == set('/\\.%\0?#:;&"<>_ ') & set(slug)
    assert {"L", "M", "N"} >= {category(char)[0] for char in slug.replace("-", "")}


@given(texts)
def test_slug_is_safe_however_it_is_folded(text: str) -> None:
    """A slug is lower-case NFKC already, so no later folding makes another name of it."""
    slug = names.slug(text)
    assert slug == normalize("NFKC", slug) == slug.lower()


@given(texts)
def test_slug_is_within_its_limits(text: str) -> None:
    """A slug is short, not reserved, and has single hyphens inside only."""
    slug = names.slug(text)
    assert len(slug) <= 80
    assert len(quote(slug)) <= 200
    assert slug not in RESERVED
    assert slug.strip("-") == slug
    assert "--" not in slug


@given(texts)
def test_slug_of_a_slug_is_itself(text: str) -> None:
    """A slug taken from a URI and sent again is the same slug."""
    assert names.slug(text) == names.slug(names.slug(text))


@given(texts)
def test_slug_is_one_for_all_normal_forms(text: str) -> None:
    """Composed, decomposed and compatible spellings of one text are one slug."""
    twins = {names.slug(normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert {names.slug(text)} == twins


@given(texts | st.builds("{}-{}".format, texts, st.integers(0, 3) | st.integers(0, 1_100_000)))
def test_join_undoes_split(name: str) -> None:
    """Every name is its stem and its copy number joined."""
    assert name == names.join(*names.split(name))


@given(stems, st.integers(2, 999_999))
def test_split_undoes_join(stem: str, copy: int) -> None:
    """The numbered copy of any stem is found under that stem and number."""
    assert (stem, copy) == names.split(names.join(stem, copy))
