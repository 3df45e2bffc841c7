"""What an edit or a deletion takes away: the previous XML of a member, its newest kept."""

from atompub.model import Member
from atompub.store.engine import Statement

KEPT_REVISIONS = 20

INSERT = """
INSERT INTO revision (member, number, edited, control, xml)
SELECT id, number, edited, control, xml FROM member WHERE id = :id AND number = :expected
"""

PRUNE = f"""
DELETE FROM revision WHERE member = :id AND number < (
    SELECT number FROM revision WHERE member = :id
    ORDER BY number DESC LIMIT 1 OFFSET {KEPT_REVISIONS - 1})
"""


def keep_revision(member: Member) -> list[Statement]:
    """What keeps the member's XML as it is, before a write replaces it."""
    return [(INSERT, {"id": member.id, "expected": member.number}), (PRUNE, {"id": member.id})]
