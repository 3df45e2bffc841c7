"""What becomes of each request: its id, its line in the log, and the metrics."""

import atexit
import json
import logging
import re
import threading
import time
import uuid
from dataclasses import dataclass
from functools import lru_cache
from random import getrandbits
from urllib.parse import quote

import falcon

from atompub.logs import REQUEST_ID, stamp
from atompub.web import metrics
from atompub.web.proxies import Networks, client_address

log = logging.getLogger("atompub.access")

UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
HEADER = "X-Request-ID"
DELAY = 0.1
"""Seconds for which what became of requests is collected."""


@dataclass(slots=True)
class Answer:
    """What became of a request; `method`, `path` and `octets` are None where none was read."""

    request_id: str
    status: int
    client: str
    method: str | None = None
    path: str | None = None
    route: str = metrics.NO_ROUTE
    octets: int | None = None
    seconds: float = 0.0
    account: str | None = None
    instant: float = 0.0


class Journal:
    """Tells the log and the metrics what became of requests, a tenth of a second after the first.

    Many together cost a fraction of what they do one by one, in the midst of answering.
    """

    def __init__(self) -> None:
        self._answers: list[Answer] = []
        self._under_way = 0
        self._is_waiting = False
        self._lock = threading.Lock()
        atexit.register(self.flush)

    def begin(self) -> None:
        """A request is under way, until `end`."""
        with self._lock:
            self._under_way += 1
            self._wait()

    def end(self, answer: Answer) -> None:
        """It was answered."""
        with self._lock:
            self._under_way -= 1
            self._keep(answer)

    def tell(self, answer: Answer) -> None:
        """A request was answered that never was under way."""
        with self._lock:
            self._keep(answer)

    def flush(self) -> None:
        """Tell what there is; at the end of the process as well."""
        with self._lock:
            answers, self._answers = self._answers, []
            self._is_waiting = False
            metrics.IN_FLIGHT.set(self._under_way)
        for answer in answers:
            metrics.count(answer.method or "", answer.route, answer.status, answer.seconds)
        if answers and log.isEnabledFor(logging.INFO):
            log.info("\n".join(map(_line, answers)))

    def _keep(self, answer: Answer) -> None:
        answer.instant = time.time()
        self._answers.append(answer)
        self._wait()

    def _wait(self) -> None:
        if not self._is_waiting:
            self._is_waiting = True
            timer = threading.Timer(DELAY, self.flush)
            timer.daemon = True
            timer.start()


def _line(answer: Answer) -> str:
    """What is logged: never a field of the request, nor a query, which may hold secrets."""
    # As it was sent: routing has taken the site's prefix away from req.path.
    path = "null" if answer.path is None else f'"{quote(answer.path.encode("latin-1"))}"'
    method = answer.method and answer.method[:20]
    # By hand, in the half of the time; what is quoted so has nothing to escape.
    return (
        f'{{"time": "{stamp(answer.instant)}", "level": "info", "message": "request",'
        f' "request_id": "{answer.request_id}", "method": {_json(method)},'
        f' "path": {path}, "status": {answer.status},'
        f' "bytes": {_json(answer.octets)}, "ms": {1000 * answer.seconds:.1f},'
        f' "client": {_json(answer.client)}, "account": {_json(answer.account)}}}'
    )


_json = lru_cache(maxsize=1024)(json.dumps)


journal = Journal()


class Observer:
    """Middleware around all other."""

    def __init__(self, proxies: Networks) -> None:
        self._proxies = proxies

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Name the request."""
        journal.begin()
        req.context.started = time.perf_counter()
        resp.set_header(HEADER, begin(self._sent_id(req)))

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, _resource: object, _ok: bool
    ) -> None:
        """Note what became of it."""
        context = getattr(req.context, "known", None)
        account = context.account if context else None
        journal.end(
            Answer(
                REQUEST_ID.get(),
                resp.status_code,
                client_address(req, self._proxies),
                req.method,
                req.env["PATH_INFO"],
                req.uri_template or metrics.NO_ROUTE,
                _length(req, resp),
                time.perf_counter() - req.context.started,
                account.name if account else None,
            )
        )

    def _sent_id(self, req: falcon.Request) -> str:
        """The id that a trusted proxy gave the request, "" without one that is a UUID."""
        sent: str = req.env.get("HTTP_X_REQUEST_ID", "")
        is_trusted = sent and (req.remote_addr or "") in self._proxies
        return sent if is_trusted and UUID.fullmatch(sent) else ""


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
    journal.tell(Answer(request_id, status, client))
    return request_id


def _length(req: falcon.Request, resp: falcon.Response) -> int:
    """Octets of content that the answer has."""
    if req.method == "HEAD" or resp.status_code in {204, 304}:
        return 0
    return len(resp.data) if resp.data else int(resp.get_header("Content-Length") or 0)
