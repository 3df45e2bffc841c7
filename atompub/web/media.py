"""Media resources: uploaded, replaced, and read in whole or in part (RFC 5023 section 9.6)."""

import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import quote

import falcon

from atompub.access import signed_in
from atompub.atom.service import ranges
from atompub.config import Settings
from atompub.errors import BadRequest, NotFound, RangeNotSatisfiable, UnsupportedType
from atompub.model import Media, Member
from atompub.names import file_name
from atompub.publishing import Publishing
from atompub.sniff import is_genuine, is_shown
from atompub.store.blobs import Blobs
from atompub.web import answers, bodies, digests
from atompub.web.bodies import OCTETS
from atompub.web.conditional import Preconditions, Validators, range_applies
from atompub.web.member import write_check
from atompub.web.ranges import Span, parse
from atompub.web.resource import Resource, known

ECHOED = 1024 * 1024
"""Octets up to which a PUT is answered with what was stored: one client keeps its tag by that."""
CHUNK = 64 * 1024
UNSAFE = re.compile(r'[^\x20-\x7e]|["\\/]')


def upload(req: falcon.Request, blobs: Blobs, media_type: str, limit: int) -> Media:
    """Keep the request's body as a blob; nothing is kept of one that is refused.

    Raises TooLarge, BadRequest, StoreUnavailable.
    """
    media = keep(blobs, bodies.chunks(req, limit), media_type)
    try:
        digests.check(req, media.sha256)
    except BadRequest:
        blobs.delete(media.key)
        raise
    return media


def keep(blobs: Blobs, chunks: Iterable[bytes], media_type: str) -> Media:
    """Keep octets as a blob."""
    blob = blobs.put(chunks)
    genuine = is_genuine(media_type, blob.head)
    return Media(blob.key, media_type, blob.length, blob.sha256, genuine)


@dataclass(frozen=True, slots=True)
class MediaResource(Resource):
    """`/atom/{collection}/{member}/media`: media for its editors."""

    publishing: Publishing
    settings: Settings
    blobs: Blobs

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, member: str
    ) -> None:
        """The octets."""
        context = known(req)
        found, current = self.publishing.member(context.account, collection, member)
        media = _media_of(current)
        resp.set_header("Content-Location", context.urls.media(found.name, current.name))
        resp.set_header("Vary", "Authorization")
        Sending(self.blobs, media, current).send(req, resp)

    on_head = on_get

    def on_put(
        self, req: falcon.Request, resp: falcon.Response, collection: str, member: str
    ) -> None:
        """Replace the octets. They are stored as they came, so the answer has their validators."""
        account = signed_in(known(req).account)
        found, current = self.publishing.may_edit(account, collection, member)
        _media_of(current)
        bodies.check_framing(req, self.settings.max_media_bytes)
        declared = bodies.declared(req, ranges(found), lenient=False)
        if not declared.media:
            raise UnsupportedType("an entry cannot take the place of media", ranges(found))
        check = self._check(req)
        check(current)
        media = upload(req, self.blobs, declared.media, self.settings.max_media_bytes)
        stored = self.publishing.replace_media(found, current, media, check)
        answers.show_validators(resp, _validators(media, stored))
        resp.set_header("Cache-Control", answers.PRIVATE)
        if media.length > ECHOED:
            resp.status = falcon.HTTP_204
            return
        resp.set_header("Content-Location", known(req).urls.media(found.name, current.name))
        _describe(resp, media, stored)
        with self.blobs.open(media.key) as file:
            resp.data = file.read()

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, collection: str, member: str
    ) -> None:
        """Delete the media and its entry, which would be nothing without it (APP-9.4-4)."""
        account = signed_in(known(req).account)
        found, current = self.publishing.may_edit(account, collection, member)
        _media_of(current)
        check = self._check(req)
        check(current)
        self.publishing.delete(found, current, check)
        resp.content_type = "text/plain;charset=utf-8"
        resp.data = b""

    def _check(self, req: falcon.Request) -> Callable[[Member], None]:
        return write_check(
            req,
            lambda member: _validators(_media_of(member), member),
            required=self.settings.require_conditional,
        )


@dataclass(frozen=True, slots=True)
class PublicMediaResource(Resource):
    """`/{collection}/{member}/{file}`: media for readers, while its member is public."""

    publishing: Publishing
    blobs: Blobs

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, collection: str, member: str, file: str
    ) -> None:
        """The octets."""
        _, current = self.publishing.published(collection, member)
        media = _media_of(current)
        if file != file_name(current.name, media.type):
            raise NotFound("there is nothing at this address")
        Sending(self.blobs, media, current, public=True).send(req, resp)

    on_head = on_get


@dataclass(frozen=True, slots=True)
class Sending:
    """Media on its way to a client."""

    blobs: Blobs
    media: Media
    member: Member
    public: bool = False

    def send(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer with all of the octets or some, or with 304."""
        cache = answers.PUBLIC if self.public else answers.PRIVATE
        validators = _validators(self.media, self.member)
        if answers.is_fresh_in("", req, resp, validators, cache=cache):
            return
        resp.set_header("Accept-Ranges", "bytes")
        _describe(resp, self.media, self.member, public=self.public)
        spans = self._spans(req, validators)
        if spans is None:
            self._whole(req, resp)
        elif len(spans) == 1:
            self._part(resp, spans[0])
        else:
            self._parts(resp, spans)

    def _spans(self, req: falcon.Request, validators: Validators) -> list[Span] | None:
        header = req.get_header("Range")
        preconditions = Preconditions.of(req.env)
        if req.method != "GET" or header is None:
            return None
        if not range_applies(preconditions, validators, time.time()):
            return None
        spans = parse(header, self.media.length)
        if spans == []:
            length = self.media.length
            raise RangeNotSatisfiable(f"there are {length} octets", length)
        return spans

    def _whole(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.set_header("Content-Digest", digests.field(self.media.sha256))
        if req.method == "HEAD":
            resp.set_header("Content-Length", str(self.media.length))
        else:
            resp.set_stream(self.blobs.open(self.media.key), self.media.length)

    def _part(self, resp: falcon.Response, span: Span) -> None:
        first, last = span
        resp.status = falcon.HTTP_206
        resp.set_header("Content-Range", f"bytes {first}-{last}/{self.media.length}")
        file = self.blobs.open(self.media.key)
        file.seek(first)
        resp.set_stream(_Part(file, last - first + 1), last - first + 1)

    def _parts(self, resp: falcon.Response, spans: list[Span]) -> None:
        boundary = secrets.token_hex(12)
        heads = [self._part_head(boundary, span) for span in spans]
        end = f"\r\n--{boundary}--\r\n".encode()
        length = sum(map(len, heads)) + len(end)
        length += sum(last - first + 1 for first, last in spans)
        resp.status = falcon.HTTP_206
        resp.content_type = f"multipart/byteranges; boundary={boundary}"
        resp.set_header("Content-Length", str(length))
        resp.stream = _joined(self.blobs.open(self.media.key), spans, heads, end)

    def _part_head(self, boundary: str, span: Span) -> bytes:
        return (
            f"\r\n--{boundary}\r\nContent-Type: {self.media.type}\r\n"
            f"Content-Range: bytes {span[0]}-{span[1]}/{self.media.length}\r\n\r\n"
        ).encode()


class _Part:
    """A file from where it stands, as if it ended after some octets."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file, self._left = file, length
        self.close = file.close

    def fileno(self) -> int:
        """The descriptor, for sendfile, which is told the length."""
        return self._file.fileno()

    def read(self, size: int | None = None, /) -> bytes:
        """Up to `size` octets more."""
        chunk = self._file.read(self._left if size is None else min(size, self._left))
        self._left -= len(chunk)
        return chunk


def _joined(file: IO[bytes], spans: list[Span], heads: list[bytes], end: bytes) -> Iterator[bytes]:
    with file:
        for (first, last), head in zip(spans, heads, strict=True):
            yield head
            file.seek(first)
            part = _Part(file, last - first + 1)
            while chunk := part.read(CHUNK):
                yield chunk
    yield end


def _media_of(member: Member) -> Media:
    if member.media is None:
        raise NotFound("the entry has no media resource")
    return member.media


def _validators(media: Media, member: Member) -> Validators:
    """A key names the octets and their type for good; the date may be later than their own."""
    return Validators(media.key, "", member.modified)


def _describe(resp: falcon.Response, media: Media, member: Member, *, public: bool = False) -> None:
    """The fields that tell what the octets are, and keep browsers from running them (SEC-H-4).

    Readers get what is not the picture it is called as octets of no type (SEC-H-5).
    """
    is_false = is_shown(media.type) and not media.genuine
    resp.content_type = OCTETS.essence if public and is_false else media.type
    resp.set_header("Repr-Digest", digests.field(media.sha256))
    name = file_name(member.name, media.type)
    plain = UNSAFE.sub("_", name)
    shown = "inline" if media.genuine else "attachment"
    extended = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    resp.set_header("Content-Disposition", f'{shown}; filename="{plain}"{extended}')
