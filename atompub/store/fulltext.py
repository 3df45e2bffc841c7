"""Members by the words in them: the one thing that each database does in SQL of its own.

Words are made here, the same for both: a database gets them ready, and finds all or nothing by
what they begin with.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_WORD = 64
MOST_BYTES = 500_000
"""What PostgreSQL keeps of one text is bounded to a megabyte."""
# Scripts that put no space between words are found by single characters.
ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
FOREIGN = re.compile(r"[^\x00-\x7f]+")
WORD = re.compile(rf"[{ALONE}]|[^\W_{ALONE}]+")


@dataclass(frozen=True, slots=True)
class FullText:
    """How a database keeps and finds words.

    `schema` makes its tables. `add` are statements that keep `:words` of the member `:id`;
    `remove` makes those that forget the words of members whose ids some SQL names. `found` selects
    the ids of members for a `:query`, which `query` makes of words, the last of them only begun.
    """

    schema: str
    add: tuple[str, ...]
    remove: Callable[[str], tuple[str, ...]]
    found: str
    query: Callable[[tuple[str, ...]], str]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, without case and marks, in order."""
    bare = text.casefold()
    if not text.isascii():
        bare = FOREIGN.sub(_without_marks, unicodedata.normalize("NFKD", text).casefold())
    return tuple(word[:LONGEST_WORD] for word in WORD.findall(bare))


def _without_marks(found: re.Match[str]) -> str:
    return "".join(char for char in found[0] if unicodedata.category(char)[0] != "M")


def indexed(text: str) -> str:
    """The different words of a text, as the databases take them."""
    kept, size = [], 0
    for word in dict.fromkeys(words_of(text)):
        size += len(word.encode()) + 1
        if size > MOST_BYTES:
            break
        kept.append(word)
    return " ".join(kept)


FTS5 = FullText(
    schema="""
CREATE TABLE wording (id INTEGER PRIMARY KEY, member TEXT NOT NULL UNIQUE, text TEXT NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(
    text, content='wording', content_rowid='id', detail=none, columnsize=0, tokenize='ascii'
);
""",
    add=(
        "INSERT INTO wording (member, text) VALUES (:id, :words)",
        "INSERT INTO words (rowid, text) SELECT id, text FROM wording WHERE member = :id",
    ),
    remove=lambda members: (
        # How FTS5 forgets a row whose text it does not hold itself.
        "INSERT INTO words (words, rowid, text)"
        f" SELECT 'delete', id, text FROM wording WHERE member IN ({members})",
        f"DELETE FROM wording WHERE member IN ({members})",
    ),
    found="SELECT wording.member FROM words JOIN wording ON wording.id = words.rowid"
    " WHERE words MATCH :query",
    query=lambda words: " ".join(f'"{word}"' for word in words) + "*",
)

TSVECTOR = FullText(
    schema="""
CREATE TABLE wording (member TEXT PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX wording_words ON wording USING gin (words);
""",
    add=("INSERT INTO wording (member, words) VALUES (:id, CAST(:words AS tsvector))",),
    remove=lambda members: (f"DELETE FROM wording WHERE member IN ({members})",),
    found="SELECT member FROM wording WHERE words @@ CAST(:query AS tsquery)",
    query=lambda words: " & ".join(words) + ":*",
)
