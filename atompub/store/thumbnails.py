"""Pictures made smaller, kept beside the rows so that every node has them."""

from atompub.store.engine import Engine


class Thumbnails:
    """The thumbnails of media, by the key of their blob."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def thumbnail(self, media_key: str, width: int) -> bytes | None:
        """A JPEG of that width in pixels, None where there is none yet."""
        rows = self._engine.read(
            lambda transaction: transaction.rows(SELECT, media_key=media_key, width=width)
        )
        return rows[0][0] if rows else None

    def keep_thumbnail(self, media_key: str, width: int, octets: bytes) -> None:
        """Keep a JPEG, unless there is one or its media is gone meanwhile."""
        self._engine.write(
            lambda transaction: transaction.rows(
                INSERT, media_key=media_key, width=width, octets=octets
            )
        )

    def forget_orphans(self) -> None:
        """Remove the thumbnails of media that no row names."""
        self._engine.write(lambda transaction: transaction.rows(ORPHANS))


SELECT = "SELECT octets FROM thumbnail WHERE media_key = :media_key AND width = :width"

INSERT = """
INSERT INTO thumbnail (media_key, width, octets)
SELECT media_key, CAST(:width AS BIGINT), :octets
FROM member WHERE media_key = :media_key
ON CONFLICT DO NOTHING
"""

ORPHANS = """
DELETE FROM thumbnail WHERE NOT EXISTS (
    SELECT 1 FROM member WHERE member.media_key = thumbnail.media_key)
"""
