"""Gunicorn's threaded worker, polite on the wire: also as `gunicorn -k atompub.web.worker.Worker`.

A client that is slow or silent holds a place in the poller, no thread: a thread starts when the
request's head is complete, and its body if that is small; and what a reader does not take at once
the poller sends. The worker asks for a body (100 Continue) only when the application reads it, and
its own refusals are problem documents like the application's. It speaks HTTP/1.1 and 1.0.
"""

import copy
import selectors
import ssl
import time
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

from gunicorn.http import errors
from gunicorn.http.body import LengthReader
from gunicorn.sock import ssl_context
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from atompub.formats.problems import Problem, as_json
from atompub.web.connection import Connection
from atompub.web.observing import refused
from atompub.web.transfers import Patience, Transfers

STATUS = (
    (errors.LimitRequestLine, 414, "the address is too long"),
    (errors.LimitRequestHeaders, 431, "the header fields are too large or too many"),
    (errors.ExpectationFailed, 417, "only Expect: 100-continue is understood"),
    (errors.UnsupportedTransferCoding, 501, "of transfer codings only chunked is understood"),
    (errors.ParseException, 400, "the request's head or its chunks are malformed"),
    (TimeoutError, 408, "the request came too slowly"),
)
"""What the parser raises, and the answer to it; the first that fits."""
FAILED = (500, "the server failed; its log says how")
UNWANTED = 16 * 1024 * 1024
"""Octets that are thrown away so that a client which still sends can read our last answer."""
SWEEP = 1.0
"""Seconds between two looks for connections whose time is over."""


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """The worker of `atompub serve`. A connection is with the poller or with one thread."""

    patience = 20.0
    """Seconds a client has for a request's head, or to move anything at all of a body."""
    rate = 500
    """Octets of a body or an answer for which a client gets another second, up to `patience`."""
    linger = 2.0
    """Seconds for a client to read our last answer, while what it still sends is thrown away."""
    cfg: Any

    def init_process(self) -> None:
        """Make what must not be shared between processes, then run."""
        self._waiting: set[Connection] = set()
        self._swept = 0.0
        # At most half of the threads wait for slow clients: the others serve everyone else.
        self._transfers = Transfers(max(1, self.cfg.threads // 2))
        self._parsing, self._tls = self.cfg, None
        if self.cfg.is_ssl:
            self._tls = ssl_context(self.cfg)
            self._tls.minimum_version = max(self._tls.minimum_version, ssl.TLSVersion.TLSv1_2)
            # TLS ends in our sockets: told of it, gunicorn would not hand over files to send.
            self.cfg = copy.deepcopy(self.cfg)
            self.cfg.set("certfile", None)
            self.cfg.set("keyfile", None)
        super().init_process()

    def accept(self, listener: Any) -> None:
        """Take a new connection; when there are too many, the one that waited longest goes."""
        if self.nr_conns >= self.worker_connections - 1 and self._waiting:
            self._close(min(self._waiting, key=lambda one: (not one.is_idle(), one.deadline)))
        try:
            sock, client = listener.accept()
            sock.setblocking(False)
            if self._tls:
                # The first recv shakes hands.
                sock = self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        except OSError as error:
            self.log.debug("no connection: %s", error)
            return
        self.nr_conns += 1
        patience = Patience(self._transfers, self.patience, self.rate)
        conn = Connection(self._parsing, sock, client, listener.getsockname(), patience)
        self._collect(conn, self.patience)

    def _collect(self, conn: Connection, seconds: float) -> None:
        """Wait for a request, beginning with what came behind the last one."""
        self._watch(conn, selectors.EVENT_READ, self._on_readable, seconds)
        ahead = conn.parser.unreader.take_buffered()
        if ahead:
            self._take(conn, ahead)
        elif conn.has_unseen():
            self._on_readable(conn)

    def _on_readable(self, conn: Connection) -> None:
        octets = conn.receive()
        if octets:
            self._take(conn, octets)
        elif octets is not None and conn.intake.octets:
            self._submit(conn)  # the parser knows what to say of half a request
        elif octets is not None:
            self._close(conn)

    def _take(self, conn: Connection, octets: bytes) -> None:
        if not conn.intake.octets:
            conn.deadline = time.monotonic() + self.patience
        elif conn.intake.has_head():
            self._earn(conn, len(octets))
        try:
            is_complete = conn.intake.take(octets)
        except errors.ParseException as error:
            self._refuse(conn, error)
            return
        if is_complete:
            self._submit(conn)

    def _submit(self, conn: Connection) -> None:
        self._unwatch(conn)
        conn.hand_over()
        self.enqueue_req(conn)

    def handle(self, conn: Connection) -> bool:
        """Answer one request; whether the connection stays open. Runs in a thread."""
        req = None
        try:
            req = next(conn.parser)
            return bool(self.handle_request(req, conn) and conn.parser.finish_body())
        except (errors.NoMoreData, StopIteration, ConnectionError, ssl.SSLError) as error:
            self.log.debug("the client is gone: %s", error)
        except OSError as error:
            if req is None:
                self.handle_error(req, conn.sock, conn.client, error)
            else:
                # The answer has begun: another one behind it would be taken for its content.
                self.log.exception("an answer broke off")
        except Exception as error:
            self.handle_error(req, conn.sock, conn.client, error)
        finally:
            conn.patience.end()
        return False

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """Run the application."""
        reader = req.body.reader
        is_here = isinstance(reader, LengthReader) and reader.length <= _buffered(conn)
        if not is_here:
            req.body = _LateBody(req, conn.sock)
        req._expected_100_continue = False
        return super().handle_request(req, conn)

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """A thread is done with a connection: send the rest, then wait for the next request."""
        conn.stays = not fs.cancelled() and not fs.exception() and fs.result()
        self._go_on(conn)

    def _go_on(self, conn: Connection) -> None:
        if conn.sock.rest:
            self._watch(conn, selectors.EVENT_WRITE, self._on_writable, self.patience)
        elif conn.stays:
            self._collect(conn, self.cfg.keepalive if self.alive else STOP_KEEPALIVE_LINGER)
        elif conn.shut():
            self._watch(conn, selectors.EVENT_READ, self._on_lingering, self.linger)
        else:
            self._close(conn)

    def _on_writable(self, conn: Connection) -> None:
        try:
            sent = conn.sock.send_some()
        except OSError:
            self._close(conn)
            return
        self._earn(conn, sent)
        if not conn.sock.rest:
            self._unwatch(conn)
            self._go_on(conn)

    def _earn(self, conn: Connection, octets: int) -> None:
        latest = time.monotonic() + self.patience
        conn.deadline = min(conn.deadline + octets / self.rate, latest)

    def _on_lingering(self, conn: Connection) -> None:
        """Throw away what still comes: closed earlier, the client could lose our last answer."""
        octets = conn.receive()
        conn.unwanted += len(octets or b"")
        if octets == b"" or conn.unwanted > UNWANTED:
            self._close(conn)

    def _refuse(self, conn: Connection, error: Exception) -> None:
        self._unwatch(conn)
        self.handle_error(None, conn.sock, conn.client, error)
        conn.stays = False
        self._go_on(conn)

    def _watch(
        self, conn: Connection, event: int, step: Callable[[Connection], None], seconds: float
    ) -> None:
        conn.deadline = time.monotonic() + seconds
        self.poller.register(conn.sock, event, lambda _: step(conn))
        self._waiting.add(conn)

    def _unwatch(self, conn: Connection) -> None:
        self._waiting.discard(conn)
        self.poller.unregister(conn.sock)

    def _close(self, conn: Connection) -> None:
        if conn in self._waiting:
            self._unwatch(conn)
        conn.sock.close()
        self.nr_conns -= 1

    def murder_keepalived(self, force: bool = False) -> None:
        """Give up the clients whose time is over, or all of them."""
        now = time.monotonic()
        if now < self._swept + SWEEP and not force:
            return
        self._swept = now
        for conn in [one for one in self._waiting if force or one.deadline <= now]:
            if conn.intake.octets:
                self._refuse(conn, TimeoutError())
            else:
                self._close(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """The worker stops: refuse new connections, and wait for nothing but running answers."""
        for listener in self.sockets:
            listener.close()
        for conn in self._waiting:
            if not conn.sock.rest:
                conn.deadline = min(conn.deadline, deadline)

    def handle_error(self, _req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer a request that the application never saw."""
        status, detail = _refusal(exc)
        request_id = refused(status, addr[0] if isinstance(addr, tuple) else "")
        if status == FAILED[0]:
            self.log.error("a request failed", exc_info=exc)
        try:
            client.sendall(_answer(status, detail, request_id))
        except OSError:
            self.log.debug("the client is gone")


def _buffered(conn: Connection) -> int:
    """Octets that the parser holds already."""
    return len(conn.parser.unreader.buf.getbuffer())


class _LateBody:
    """A body that is not there yet. The client is asked for it when something of it is first used.

    Until it has come to its end, nobody knows where the next request begins: the connection would
    have to close.
    """

    def __init__(self, req: Any, sock: Any) -> None:
        self._req, self._sock, self._body = req, sock, req.body
        self._is_awaited = req._expected_100_continue
        req.must_close = True

    def read(self, size: int | None = None) -> bytes:
        """As any body. Raises TimeoutError, and Busy."""
        return self._use(self._body.read, size)

    def readline(self, size: int | None = None) -> bytes:
        """As any body. Raises TimeoutError, and Busy."""
        return self._use(self._body.readline, size)

    def _use(self, read: Callable[[int | None], bytes], size: int | None) -> bytes:
        if self._is_awaited:
            self._is_awaited = False
            self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        octets = read(size)
        reader = self._body.reader
        has_more = reader.length if isinstance(reader, LengthReader) else reader.parser
        self._req.must_close = bool(has_more)
        return octets


def _refusal(raised: Exception) -> tuple[int, str]:
    found = ((status, detail) for kind, status, detail in STATUS if isinstance(raised, kind))
    return next(found, FAILED)


def _answer(status: int, detail: str, request_id: str) -> bytes:
    phrase = HTTPStatus(status).phrase
    body = as_json(Problem("about:blank", phrase, status, detail))
    head = (
        f"HTTP/1.1 {status} {phrase}\r\n"
        f"Date: {formatdate(usegmt=True)}\r\n"
        f"X-Request-ID: {request_id}\r\n"
        "Connection: close\r\n"
        "Cache-Control: no-store\r\n"
        "Content-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Content-Security-Policy: default-src 'none'; sandbox\r\n\r\n"
    )
    return head.encode() + body
