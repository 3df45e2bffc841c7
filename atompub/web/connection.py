"""One client's connection: its socket never blocks, whoever uses it.

`Intake` collects a request, `Outlet` keeps what a slow reader has not taken yet; both are fed by
the worker's poller. Threads see requests that are complete, and wait only for large bodies.
"""

import os
import re
import select
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from socket import SHUT_WR, socket
from typing import Any

from gunicorn.http.errors import (
    InvalidHeader,
    InvalidRequestLine,
    LimitRequestHeaders,
    LimitRequestLine,
    ObsoleteFolding,
    UnsupportedTransferCoding,
)
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader

from atompub.errors import Busy
from atompub.web.transfers import Patience

LONGEST_HEAD = 64 * 1024
MOST_LINES = 200
"""More lines of a head than the parser could count; its own limit is 100 fields."""
SMALL_BODY = 64 * 1024 - 1
"""Octets of a body that is collected before a thread starts."""

END = b"\r\n\r\n"
# What the parser in C lets pass: a request line with more spaces, bare LFs, folded lines.
LINE = re.compile(rb"(?:\r\n)?[^ \r]+ [^ \r]+ [^ \r]+\r\n")
BROKEN = re.compile(rb"(?<!\r)\n|\r[^\n]|\x00")
FOLDED = re.compile(rb"\n[ \t]")
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,5})[ \t]*(?=\r)", re.IGNORECASE)
CODING = re.compile(rb"\r\ntransfer-encoding:[ \t]*([^\r]*)", re.IGNORECASE)
EXPECT = re.compile(rb"\r\nexpect:", re.IGNORECASE)
CODINGS = {b"chunked", b"gzip", b"deflate", b"compress", b"identity"}

RECORD = 16 * 1024
"""The largest TLS record. Reading as much leaves nothing behind that the poller cannot see, and a
record that could not be written must be tried again as it was."""
PIECE = 1024 * 1024
HELD = 256 * 1024
"""Octets that an outlet holds of an answer which comes in pieces."""

NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Intake:
    """The octets of the next request as they come."""

    def __init__(self) -> None:
        self.octets = bytearray()
        self._end = 0

    def take(self, octets: bytes) -> bool:
        """Add octets; whether a thread can start: the head is there, and the body if it is small.

        Raises a ParseException of gunicorn for a head that is broken or too large.
        """
        seen = max(0, len(self.octets) - 3)
        self.octets += octets
        if not self._end:
            self._find_end(seen)
        return 0 < self._end <= len(self.octets)

    def has_head(self) -> bool:
        """Whether only a body is still coming."""
        return self._end > 0

    def _find_end(self, seen: int) -> None:
        """Look for the end of the head after the octets that were `seen`."""
        found = self.octets.find(END, seen)
        stop = found + len(END) if found >= 0 else len(self.octets)
        if BROKEN.search(self.octets, seen, stop):
            raise InvalidHeader("a bare CR, a bare LF or a NUL")
        if FOLDED.search(self.octets, seen, stop):
            raise ObsoleteFolding("a line that begins with a space")
        if stop > LONGEST_HEAD or self.octets.count(b"\n", 0, stop) > MOST_LINES:
            has_line = b"\n" in self.octets[:LONGEST_HEAD]
            raise LimitRequestHeaders("the head") if has_line else LimitRequestLine(stop)
        if found >= 0:
            if not LINE.match(self.octets):
                raise InvalidRequestLine("three words")
            self._end = stop + _small_body(bytes(self.octets[:stop]))


def _small_body(head: bytes) -> int:
    """The length of the body to collect, 0 where it is large, waits to be asked for, or is none."""
    coding = CODING.search(head)
    if coding:
        _check_coding(coding[1])
        return 0
    lengths = LENGTH.findall(head)
    if len(lengths) != 1 or EXPECT.search(head):
        return 0
    length = int(lengths[0])
    return length if length <= SMALL_BODY else 0


def _check_coding(value: bytes) -> None:
    """Raise for what the parser in C has no word for, or does not decode (RFC 9112 section 6.1)."""
    codings = [coding.strip().lower() for coding in value.split(b",")]
    if not CODINGS.issuperset(codings) or (len(codings) > 1 and codings[-1] == b"chunked"):
        raise UnsupportedTransferCoding("a coding other than chunked")


class Inlet(SocketUnreader):  # type: ignore[misc]  # gunicorn has no types
    """Where the parser reads from: what was collected, then, with patience, the socket."""

    def __init__(self, sock: Any, patience: Patience) -> None:
        super().__init__(sock)
        self._patience = patience

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next octets of a body. Raises TimeoutError, and Busy."""
        while True:
            try:
                octets: bytes = super().chunk(size_hint)
            except NOT_NOW:
                self._patience.wait(self.sock.fileno(), select.POLLIN)
            else:
                self._patience.earn(len(octets))
                return octets


@dataclass(slots=True)
class _File:
    """A part of a file to send; the descriptor is ours."""

    descriptor: int
    offset: int
    left: int


class Outlet:
    """The socket as answers are written to it: what the client does not take at once is `rest`.

    One piece of any size is kept for the poller to send, and so is a file; an answer made of many
    pieces waits in its thread as soon as more than HELD octets are kept.
    """

    def __init__(self, sock: socket, patience: Patience) -> None:
        self.rest: deque[memoryview | _File] = deque()
        self._sock, self._patience = sock, patience
        # The poller asks for these with each request; __getattr__ takes ten times as long.
        self.fileno, self.recv = sock.fileno, sock.recv
        self._piece = RECORD if isinstance(sock, ssl.SSLSocket) else PIECE

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, octets: bytes) -> None:
        """Send octets, now or later. Raises OSError, also for a slow reader of pieces."""
        while sum(map(_size, self.rest)) > HELD:
            if not self.send_some():
                self._wait()
        if octets:
            self._add(memoryview(octets))

    def _wait(self) -> None:
        try:
            self._patience.wait(self._sock.fileno(), select.POLLOUT)
        except (TimeoutError, Busy) as error:
            # The answer has begun: there is no other way to end it.
            raise ConnectionAbortedError("the client reads too slowly") from error

    def sendfile(self, file: Any, offset: int, count: int) -> None:
        """Send a part of a file, now or later; it may be closed meanwhile."""
        self._add(_File(os.dup(file.fileno()), offset, count))

    def _add(self, piece: memoryview | _File) -> None:
        self.rest.append(piece)
        while self.rest and self.send_some():
            pass

    def send_some(self) -> int:
        """Send what the client takes of the rest, up to a piece; how much. Raises OSError."""
        piece = self.rest[0]
        try:
            sent = self._send(piece)
        except NOT_NOW:
            return 0
        self._patience.earn(sent)
        self._cut(piece, sent)
        return sent

    def _send(self, piece: memoryview | _File) -> int:
        if isinstance(piece, memoryview):
            return self._sock.send(piece[: self._piece])
        count = min(piece.left, self._piece)
        if isinstance(self._sock, ssl.SSLSocket):
            return self._sock.send(os.pread(piece.descriptor, count, piece.offset))
        return os.sendfile(self._sock.fileno(), piece.descriptor, piece.offset, count)

    def _cut(self, piece: memoryview | _File, sent: int) -> None:
        if isinstance(piece, memoryview):
            self.rest[0] = piece[sent:]
        else:
            piece.offset, piece.left = piece.offset + sent, piece.left - sent
            if not sent:
                raise BrokenPipeError("the file is shorter than it was")
        if not _size(self.rest[0]):
            self._drop(self.rest.popleft())

    def close(self) -> None:
        """Close the socket and the files that were to be sent."""
        while self.rest:
            self._drop(self.rest.popleft())
        self._sock.close()

    def _drop(self, piece: memoryview | _File) -> None:
        if isinstance(piece, _File):
            os.close(piece.descriptor)


def _size(piece: memoryview | _File) -> int:
    return len(piece) if isinstance(piece, memoryview) else piece.left


class Connection:
    """What the worker knows of a client; `sock`, `client`, `server` and `parser` are gunicorn's."""

    def __init__(
        self, cfg: Any, sock: socket, client: Any, server: Any, patience: Patience
    ) -> None:
        self.client, self.server, self.patience = client, server, patience
        self.sock = Outlet(sock, patience)
        self._pending: Callable[[], int] | None = getattr(sock, "pending", None)
        self.parser = RequestParser(cfg, self.sock, client)
        self.parser.unreader = Inlet(sock, patience)
        self.intake = Intake()
        self.deadline = 0.0
        self.unwanted = 0
        self.stays = True

    def receive(self) -> bytes | None:
        """What has come: None for nothing yet, b"" when the client is gone."""
        try:
            octets: bytes = self.sock.recv(RECORD)
        except NOT_NOW:
            return None
        except OSError:
            return b""
        return octets

    def shut(self) -> bool:
        """Tell the client that no more comes; False where it is gone."""
        try:
            self.sock.shutdown(SHUT_WR)
        except OSError:
            return False
        return True

    def is_idle(self) -> bool:
        """Whether the client wants nothing of us."""
        return not self.intake.octets and not self.sock.rest

    def has_unseen(self) -> bool:
        """Whether TLS holds octets that the poller cannot see."""
        return bool(self._pending and self._pending())

    def hand_over(self) -> None:
        """Give the collected octets to the parser."""
        self.parser.unreader.unread(bytes(self.intake.octets))
        self.intake = Intake()
