"""Pictures in the sizes that pages show them in: made once, kept in the store."""

import threading
from contextlib import suppress
from dataclasses import dataclass, field

import falcon

from atompub import pictures
from atompub.errors import NotFound, StoreUnavailable
from atompub.model import Media
from atompub.names import file_name
from atompub.publishing import Publishing
from atompub.store.blobs import Blobs
from atompub.store.thumbnails import Thumbnails
from atompub.web import answers
from atompub.web.conditional import Validators
from atompub.web.resource import Resource, known

THUMBNAIL_TYPE = "image/jpeg"
PATIENCE = 5.0
"""Seconds that a request waits for its turn to make a thumbnail."""
LARGEST = 128 * 1024 * 1024
"""Octets of a picture that is made smaller."""


@dataclass(frozen=True, slots=True)
class ThumbnailResource(Resource):
    """`/{collection}/-/thumbnail/{member}/{width}.jpg`: a public picture made smaller.

    One at a time is made in each process, so that an album that is looked at for the first time
    takes neither all the memory nor all processors. A picture that cannot be made smaller is to
    be had as it is.
    """

    publishing: Publishing
    thumbnails: Thumbnails
    blobs: Blobs
    turn: threading.Lock = field(default_factory=threading.Lock)

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, member: str, width: int
    ) -> None:
        """The picture, for one of the widths there are. Raises NotFound and Gone."""
        found, current = self.publishing.published(collection, member)
        media = current.media
        if width not in pictures.WIDTHS or media is None or not _is_picture(media):
            raise NotFound("there is no such picture")
        validators = Validators(media.key, str(width), current.modified)
        if answers.is_fresh_in("", req, resp, validators, cache=answers.PUBLIC):
            return
        octets = self._thumbnail(media, width)
        if octets is None:
            resp.delete_header("ETag")
            resp.delete_header("Last-Modified")
            resp.status = falcon.HTTP_302
            file = file_name(current.name, media.type)
            resp.location = known(req).urls.public_media(found.name, current.name, file)
            return
        resp.content_type = THUMBNAIL_TYPE
        resp.data = octets

    on_head = on_get

    def _thumbnail(self, media: Media, width: int) -> bytes | None:
        kept = self.thumbnails.thumbnail(media.key, width)
        if kept or not pictures.INSTALLED or media.length > LARGEST:
            return kept
        if not self.turn.acquire(timeout=PATIENCE):
            return None
        try:
            return self.thumbnails.thumbnail(media.key, width) or self._made(media, width)
        finally:
            self.turn.release()

    def _made(self, media: Media, width: int) -> bytes | None:
        with self.blobs.open(media.key) as file:
            made = pictures.smaller(file, width)
        if made:
            with suppress(StoreUnavailable):  # shown all the same, and made again next time
                self.thumbnails.keep_thumbnail(media.key, width, made)
        return made


def _is_picture(media: Media) -> bool:
    return media.genuine and media.type.lower().startswith("image/")
