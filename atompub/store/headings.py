"""What readers find members by: the rows of `heading`, and the words (see `fulltext`)."""

from atompub.model import Headings
from atompub.store.engine import Statement
from atompub.store.fulltext import FullText, indexed

CATEGORY, AUTHOR, ANSWER = "category", "author", "answer"

PUT = """
INSERT INTO heading (collection, kind, value, posted, member)
SELECT collection, :kind, :value, posted, id FROM member WHERE id = :id
"""

ONE = "CAST(:id AS TEXT)"


def put(full_text: FullText, member: str, headings: Headings | None) -> list[Statement]:
    """What makes a member findable, to run behind the statement that wrote its row."""
    if headings is None:
        return []
    kinds = {
        CATEGORY: headings.categories,
        AUTHOR: headings.authors,
        ANSWER: headings.answers,
    }
    statements: list[Statement] = [
        (PUT, {"id": member, "kind": kind, "value": value})
        for kind, values in kinds.items()
        for value in dict.fromkeys(values)
    ]
    words = indexed(headings.text)
    return statements + [(sql, {"id": member, "words": words}) for sql in full_text.add]


def replace(full_text: FullText, member: str, headings: Headings | None) -> list[Statement]:
    """As `put`, for a member that is findable already; None leaves it so."""
    if headings is None:
        return []
    return forget(full_text, member) + put(full_text, member, headings)


def forget(full_text: FullText, member: str) -> list[Statement]:
    """What makes a member unfindable."""
    statements = ("DELETE FROM heading WHERE member = :id", *full_text.remove(ONE))
    return [(sql, {"id": member}) for sql in statements]
