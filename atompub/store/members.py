"""Rows of members: what stands in one, and the statements that write it."""

from dataclasses import dataclass, fields

from atompub.model import Edition, Media, Member
from atompub.names import HIGHEST_COPY, join, split
from atompub.store.engine import Row, Value

MEMBER = (
    "id, collection, stem, copy, atom_id, number, created, edited, modified, updated, published,"
    " release, draft, visible, account, author, title, summary, based, control, xml,"
    " media_key, media_type, media_length, media_sha256, media_genuine, posted, ordinal"
)

EDITION = tuple(field.name for field in fields(Edition) if field.name not in {"media", "headings"})


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member to add: `slug` is the name it would like, `atom_id` the id, "" for `minted`."""

    id: str
    slug: str
    atom_id: str
    minted: str
    account: str
    edition: Edition


NUMBERED = """
    number = (SELECT sequence FROM collection WHERE id = member.collection),
    edited = (SELECT edited FROM collection WHERE id = member.collection),
    modified = (
        SELECT CASE
            WHEN member.modified < collection.edited / 1000000 THEN collection.edited / 1000000
            WHEN :now < collection.edited THEN member.modified + 1
            ELSE collection.edited / 1000000 + 1 END
        FROM collection WHERE id = member.collection)
"""
"""The number and instants that BUMP has just taken, for a member that is there; see `instants`."""

ORDINAL = """
coalesce(ordinal, (SELECT ordinals FROM collection WHERE id = member.collection))
"""
"""A visible member's ordinal: its own, or the one that BUMP has just counted."""

FREE = """
SELECT
    (SELECT count(*) FROM (
        SELECT 1 FROM member
        WHERE collection = :collection AND stem = :stem AND copy = :copy
        UNION ALL
        SELECT 1 FROM tombstone
        WHERE collection = :collection AND stem = :stem AND copy = :copy AND deleted = 1
    ) AS named) AS taken,
    (SELECT coalesce(max(copy), 1) FROM (
        SELECT max(copy) AS copy FROM member WHERE collection = :collection AND stem = :slug
        UNION ALL
        SELECT max(copy) AS copy FROM tombstone
        WHERE collection = :collection AND stem = :slug AND deleted = 1
    ) AS numbered) AS highest,
    (SELECT count(*) FROM (
        SELECT 1 FROM member WHERE atom_id = :atom_id
        UNION ALL
        SELECT 1 FROM tombstone WHERE atom_id = :atom_id AND deleted = 1
        UNION ALL
        SELECT 1 FROM collection WHERE atom_id = :atom_id
    ) AS identified) AS known
"""
"""Whether a name is taken, the highest copy of the slug (1 at least), whether an id is taken."""

INSERT = f"""
WITH free AS ({FREE})
INSERT INTO member ({MEMBER})
SELECT :id, id,
    CASE WHEN taken = 0 THEN :stem WHEN highest < :highest THEN :slug ELSE :unnumbered END,
    CASE WHEN taken = 0 THEN :copy WHEN highest < :highest THEN highest + 1 ELSE 1 END,
    CASE WHEN known = 0 AND :atom_id <> '' THEN :atom_id ELSE :minted END,
    sequence, edited, edited, edited / 1000000, :updated,
    CAST(:published AS BIGINT), CAST(:release AS BIGINT), :draft, :visible, :account,
    :author, :title, :summary, :based, :control, :xml,
    :media_key, :media_type, CAST(:media_length AS BIGINT), :media_sha256,
    CAST(:media_genuine AS BIGINT), coalesce(CAST(:published AS BIGINT), edited),
    CASE WHEN :visible = 1 THEN ordinals END
FROM collection, free WHERE id = :collection
RETURNING {MEMBER}
"""
"""Add a member under its slug, or as the slug's next copy. It runs behind BUMP, with the
collection's row held, so of two that like one name each sees the other's."""

UPDATE = f"""
UPDATE member SET {NUMBERED},
    updated = :updated, published = CAST(:published AS BIGINT),
    release = CAST(:release AS BIGINT),
    draft = :draft, visible = :visible, author = :author, title = :title, summary = :summary,
    based = :based, control = :control, xml = :xml, media_key = :media_key,
    media_type = :media_type, media_length = CAST(:media_length AS BIGINT),
    media_sha256 = :media_sha256, media_genuine = CAST(:media_genuine AS BIGINT),
    posted = coalesce(CAST(:published AS BIGINT), created),
    ordinal = CASE WHEN :visible = 1 THEN {ORDINAL} ELSE ordinal END
WHERE id = :id AND number = :expected
RETURNING {MEMBER}
"""

RELEASE = f"""
UPDATE member SET {NUMBERED}, visible = 1, release = NULL, ordinal = {ORDINAL}
WHERE id = :id AND number = :expected AND release IS NOT NULL
RETURNING id
"""

DUE = """
UPDATE member SET number = number WHERE id IN (
    SELECT id FROM member
    WHERE collection = :collection AND release IS NOT NULL AND release <= :now
    ORDER BY release, number LIMIT :count)
AND release IS NOT NULL
RETURNING release, number, id, ordinal
"""
"""The members whose release has come, held: as in an edit, members before their collection."""

NEXT_DUE = """
UPDATE collection SET due = (
    SELECT min(release) FROM member
    WHERE member.collection = collection.id AND release IS NOT NULL)
WHERE id = :collection
"""

BURY = """
INSERT INTO tombstone
    (collection, number, member, stem, copy, atom_id, account, removed, deleted, public, ordinal)
SELECT id, sequence, :member, :stem, :copy, :atom_id, :account, edited, :deleted, :public,
    CAST(:ordinal AS BIGINT)
FROM collection WHERE id = :collection
"""


def as_member(row: Row) -> Member:
    """A row of MEMBER as a Member."""
    *values, key, kind, length, sha256, genuine, posted, ordinal = row
    values[2:4] = [join(values[2], values[3])]
    for flag in (11, 12, 17):  # draft, visible, based
        values[flag] = bool(values[flag])
    media = Media(key, kind, length, sha256, bool(genuine)) if key else None
    return Member(*[*values, media, posted, ordinal])


def insertion(collection: int, new: NewMember) -> dict[str, Value]:
    """INSERT's parameters."""
    slug = new.slug or new.id
    stem, copy = split(slug)
    return {
        "id": new.id,
        "collection": collection,
        "slug": slug,
        "stem": stem,
        "copy": copy,
        "highest": HIGHEST_COPY,
        "unnumbered": f"{slug}-{new.id}",
        "atom_id": new.atom_id,
        "minted": new.minted,
        "account": new.account,
        **fields_of(new.edition),
    }


def fields_of(edition: Edition) -> dict[str, Value]:
    """The parameters that INSERT and UPDATE take of an edition."""
    values = {name: getattr(edition, name) for name in EDITION}
    values |= {flag: int(values[flag]) for flag in ("draft", "visible", "based")}
    media = edition.media
    return values | {
        "media_key": media and media.key,
        "media_type": media and media.type,
        "media_length": media and media.length,
        "media_sha256": media and media.sha256,
        "media_genuine": media and int(media.genuine),
    }
