"""Names: of members (from a slug), of collections and accounts, and random ones.

A member's name is the last segment of its URIs. It is made from the Slug header or the title
(RFC 5023 section 9.7): decode, normalise, filter, and only then compare.
"""

import re
import secrets
from itertools import accumulate
from mimetypes import MimeTypes
from os.path import splitext
from unicodedata import category, normalize
from urllib.parse import quote, unquote
from uuid import uuid4

from atompub.errors import ConfigError

__all__ = [
    "HIGHEST_COPY",
    "account_name",
    "check_account_name",
    "check_collection_name",
    "check_line",
    "file_name",
    "join",
    "member_slug",
    "new_atom_id",
    "new_epoch",
    "new_id",
    "new_token",
    "slug",
    "slug_text",
    "split",
    "without_ending",
]

SLUG_POINTS = 80
"""The most code points in a slug."""

SLUG_OCTETS = 200
"""The most octets in a slug once it is UTF-8 and percent-encoded."""

_READ = 1_000  # normalising is quadratic in a run of marks: 100 kB of them would take 15 seconds

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # base32 as Crockford has it: no i, l, o, u

LONGEST_ACCOUNT_NAME = 64

_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)
# What has URLs of its own; so has "-", which no rule below lets through.
_NO_MEMBER = _DEVICES | {"feed", "archive"}
_NO_COLLECTION = _DEVICES | {"atom"}

_COLLECTION = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NUMBERED = re.compile(r"(.+)-([2-9]|[1-9][0-9]{1,5})", re.DOTALL)
_TYPES = MimeTypes()  # Python's own list, the same on every machine
HIGHEST_COPY = 999_999  # the last number that `split` reads

# What cannot stand in one line of XML text: controls, line ends, surrogates, noncharacters.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def slug_text(header: str | None) -> str:
    """The text of a Slug header, "" when there is none to read (RFC 5023 section 9.7.1).

    `header` is the field's value as WSGI has it, one character per octet. It never fails: raw
    octets are UTF-8, or else Latin-1; escapes whose octets are no UTF-8 are dropped; a percent
    sign that begins no escape stands for itself. Several Slug lines come as one, with commas,
    which are legal text. Characters that would break a line or an XML document become spaces.
    """
    text = unquote(_read_octets(header or ""), errors="ignore")
    return _UNFIT.sub(" ", text).strip()


def _read_octets(value: str) -> str:
    """A header's octets as UTF-8, or as the Latin-1 that WSGI read them as."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def slug(text: str) -> str:
    """The name that `text` suggests, "" when none is left or it is reserved (section 9.7).

    Lower-case letters, digits and their marks of all scripts in NFKC, "-" for every run of
    anything else, at most SLUG_POINTS code points and SLUG_OCTETS octets. Only the first
    thousand characters are read.
    """
    name = _cut(_hyphenate(_fold(text[:_READ])))
    return "" if name in _NO_MEMBER else name


def _fold(text: str) -> str:
    """Lower-case NFKC; the second pass is for what composes in lower case only, such as ǰ."""
    return normalize("NFKC", normalize("NFKC", text).lower())


def _hyphenate(text: str) -> str:
    """Letters, digits and the marks on them; each run of anything else becomes one "-"."""
    kept = [""]
    for char in text:
        if char.isalnum() or (_is_mark(char) and kept[-1] not in ("", "-")):
            kept.append(char)
        elif kept[-1] not in ("", "-"):
            kept.append("-")
    return "".join(kept)


def _cut(text: str) -> str:
    """The longest beginning within both limits that parts no letter from its marks.

    It ends in no hyphen. `text` begins with no mark.
    """
    octets = accumulate(len(quote(char)) for char in text[:SLUG_POINTS])
    end = sum(total <= SLUG_OCTETS for total in octets)
    while end < len(text) and _is_mark(text[end]):
        end -= 1
    return text[:end].rstrip("-")


def _is_mark(char: str) -> bool:
    return category(char).startswith("M")


def member_slug(*candidates: str) -> str:
    """The first slug that the candidates (Slug text, title, …) give, "" when none does."""
    return next(filter(None, map(slug, candidates)), "")


def split(name: str) -> tuple[str, int]:
    """A member's name as stem and copy number: "a-2" is ("a", 2), "a" is ("a", 1).

    A number is 2 to 999999 without leading zeros; any other end belongs to the stem.
    """
    match = _NUMBERED.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, 1)


def join(stem: str, copy: int) -> str:
    """The name of a stem's copy; the inverse of `split`."""
    return stem if copy == 1 else f"{stem}-{copy}"


def file_name(name: str, media_type: str) -> str:
    """What a member's media is called for readers: its name, and the usual end for its type."""
    essence = media_type.partition(";")[0].strip().lower()
    return name + (_TYPES.guess_extension(essence) or "")


def without_ending(text: str) -> str:
    """A file's name without the ending that tells its type; other texts as they are."""
    stem, ending = splitext(text)
    return stem if stem and ending.lower() in _TYPES.types_map[True] else text


def check_collection_name(name: str) -> str:
    """The name, when a collection may have it. Raises ConfigError."""
    if not _COLLECTION.fullmatch(name):
        raise ConfigError(
            f"{name!r} cannot be a collection's name: it takes 1 to 64 of a-z, 0-9, '-' and '_', "
            "and begins with a letter or a digit"
        )
    if name in _NO_COLLECTION:
        raise ConfigError(f"{name!r} cannot be a collection's name: it is reserved")
    return name


def account_name(text: str) -> str:
    """The name that somebody signs in with: in NFC, and cut where no account's name goes on."""
    return normalize("NFC", text[:_READ])[: LONGEST_ACCOUNT_NAME + 1]


def check_account_name(name: str) -> str:
    """The name in NFC, when an account may have it. Raises ConfigError.

    RFC 7617 section 2: the first colon ends the user name, and control characters are out.
    """
    normal = account_name(name)
    fits = 1 <= len(normal) <= LONGEST_ACCOUNT_NAME and ":" not in normal
    if not fits or _UNFIT.search(normal) or _is_padded(normal):
        raise ConfigError(
            f"{name!r} cannot be an account's name: it takes 1 to 64 characters, none of them a "
            "colon or a control character, without white space at either end"
        )
    return normal


def check_line(what: str, text: str) -> str:
    """A text that can stand in one line of a document, not empty. Raises ConfigError."""
    if not text.strip():
        raise ConfigError(f"the {what} is empty")
    if _UNFIT.search(text):
        raise ConfigError(f"the {what} {text[:60]!a} holds what no XML document can hold")
    return text


def _is_padded(text: str) -> bool:
    return text != text.strip()


def new_id() -> str:
    """A random id: 13 lower-case letters and digits that hold 64 bits."""
    return _base32(secrets.randbits(64), 13)


TOKEN_PREFIX = "atp_"  # noqa: S105 - the secret comes after it
"""How every token begins and no password does, so that neither is ever tried as the other."""


def new_token() -> str:
    """A random token that holds 256 bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def new_epoch() -> str:
    """A random epoch of a collection: 8 lower-case letters and digits that hold 40 bits."""
    return _base32(secrets.randbits(40), 8)


def _base32(number: int, length: int) -> str:
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def new_atom_id() -> str:
    """A new atom:id, which depends on no host and no path (RFC 4287 section 4.2.6)."""
    return f"urn:uuid:{uuid4()}"
