"""Gunicorn's threaded worker, polite on the wire: also as `gunicorn -k atompub.web.worker.Worker`.

It asks for a body (100 Continue) only when the application reads it, and its own refusals are
problem documents like the application's.
"""

from email.utils import formatdate
from http import HTTPStatus
from typing import Any

from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from atompub.formats.problems import Problem, as_json

STATUS = (
    (errors.LimitRequestLine, 414, "the address is too long"),
    (errors.LimitRequestHeaders, 431, "the header fields are too large or too many"),
    (errors.ExpectationFailed, 417, "only Expect: 100-continue is understood"),
    (errors.UnsupportedTransferCoding, 501, "of transfer codings only chunked is understood"),
    (errors.ParseException, 400, "the request's head or its chunks are malformed"),
)
"""What the parser raises, and the answer to it; the first that fits."""
FAILED = (500, "the server failed; its log says how")


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """The worker of `atompub serve`."""

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Run the application; 100 Continue waits for its first look at the body.

        Where it never looks, the body may or may not come: the connection closes.
        """
        if req._expected_100_continue:
            req._expected_100_continue = False
            req.must_close = True
            req.body = _LateBody(req, conn.sock)
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer a request that the application never saw."""
        status, detail = _refusal(exc)
        if status == FAILED[0]:
            self.log.error("%s failed", getattr(req, "uri", "a request"), exc_info=exc)
        else:
            self.log.warning("%s refused: %s", (addr or ("",))[0], type(exc).__name__)
        try:
            util.write_nonblock(client, _answer(status, detail))
        except OSError:
            self.log.debug("the client is gone")


class _LateBody:
    """A request body that is asked for when something of it is first used."""

    def __init__(self, req: Any, sock: Any) -> None:
        self._req, self._sock, self._body = req, sock, req.body
        self._asked = False

    def __getattr__(self, name: str) -> Any:
        if not self._asked:
            self._asked = True
            self._req.must_close = False
            self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return getattr(self._body, name)


def _refusal(raised: Exception) -> tuple[int, str]:
    found = ((status, detail) for kind, status, detail in STATUS if isinstance(raised, kind))
    return next(found, FAILED)


def _answer(status: int, detail: str) -> bytes:
    phrase = HTTPStatus(status).phrase
    body = as_json(Problem("about:blank", phrase, status, detail))
    head = (
        f"HTTP/1.1 {status} {phrase}\r\n"
        f"Date: {formatdate(usegmt=True)}\r\n"
        "Connection: close\r\n"
        "Cache-Control: no-store\r\n"
        "Content-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Content-Security-Policy: default-src 'none'; sandbox\r\n\r\n"
    )
    return head.encode() + body
