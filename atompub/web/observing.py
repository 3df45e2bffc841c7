"""What becomes of each request: its id, its line in the log, and the metrics."""

import logging
import re
import time
import uuid
from random import getrandbits
from urllib.parse import quote

import falcon

from atompub.logs import REQUEST_ID, Journal
from atompub.web import metrics
from atompub.web.proxies import Networks, client_address

log = logging.getLogger("atompub.access")
journal = Journal(log)

UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
HEADER = "X-Request-ID"


class Observer:
    """Middleware around all other."""

    def __init__(self, proxies: Networks) -> None:
        self._proxies = proxies

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Name the request."""
        metrics.IN_FLIGHT.inc()
        req.context.started = time.perf_counter()
        resp.set_header(HEADER, begin(self._sent_id(req)))

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, _resource: object, _ok: bool
    ) -> None:
        """Write the line and count."""
        seconds = time.perf_counter() - req.context.started
        metrics.IN_FLIGHT.dec()
        metrics.count(req.method, req.uri_template or metrics.NO_ROUTE, resp.status_code, seconds)
        if log.isEnabledFor(logging.INFO):
            journal.add(self._fields(req, resp, seconds))

    def _sent_id(self, req: falcon.Request) -> str:
        """The id that a trusted proxy gave the request, "" without one that is a UUID."""
        sent = req.env.get("HTTP_X_REQUEST_ID")
        is_trusted = sent and (req.remote_addr or "") in self._proxies
        return sent if sent and is_trusted and UUID.fullmatch(sent) else ""

    def _fields(
        self, req: falcon.Request, resp: falcon.Response, seconds: float
    ) -> dict[str, object]:
        """What is logged: never a field of the request, nor a query, which may hold secrets."""
        context = getattr(req.context, "known", None)
        return {
            "request_id": REQUEST_ID.get(),
            "method": req.method[:20],
            # As it was sent: routing has taken the site's prefix away from req.path.
            "path": quote(req.env["PATH_INFO"].encode("latin-1")),
            "status": resp.status_code,
            "bytes": _length(req, resp),
            "ms": round(1000 * seconds, 1),
            "client": client_address(req, self._proxies),
            "account": context.account.name if context and context.account else None,
        }


def begin(sent_id: str = "") -> str:
    """Begin a request, under an id of its own unless it has one; the id."""
    request_id = sent_id or _random_id()
    REQUEST_ID.set(request_id)
    return request_id


def _random_id() -> str:
    """A UUID of version 4; the library's takes four times as long."""
    digits = f"{getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def occasion() -> str:
    """The request under way as a URI, for the `instance` of a problem."""
    return f"urn:uuid:{uuid.UUID(REQUEST_ID.get())}"


def refused(status: int, client: str) -> str:
    """Record a refusal of the worker's: the application never saw the request. Its id."""
    request_id = begin()
    metrics.count("", metrics.NO_ROUTE, status, 0)
    fields: dict[str, object] = {
        "request_id": request_id,
        "method": None,
        "path": None,
        "status": status,
        "client": client,
    }
    if log.isEnabledFor(logging.INFO):
        journal.add(fields)
    return request_id


def _length(req: falcon.Request, resp: falcon.Response) -> int:
    """Octets of content that the answer has."""
    if req.method == "HEAD" or resp.status_code in {204, 304}:
        return 0
    return len(resp.data) if resp.data else int(resp.get_header("Content-Length") or 0)
