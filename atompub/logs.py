"""The log: one JSON object to a line; requests on standard output, all else on standard error."""

import atexit
import json
import logging
import threading
import time
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that this thread answers, "" outside of any."""
DELAY = 0.1
"""Seconds for which the lines of requests are collected."""


class Line(logging.Formatter):
    """A record as a line: its instant, level and message, the request's id and the traceback.
    Nothing in it can begin another line (SEC-U-2)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields: dict[str, object] = {}
        request_id = REQUEST_ID.get()
        if request_id:
            fields["request_id"] = request_id
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return _line(record.created, record.levelname.lower(), record.getMessage(), fields)


def _line(instant: float, level: str, message: str, fields: dict[str, object]) -> str:
    shown = f"{_second(int(instant))}.{int(instant % 1 * 1000):03d}Z"
    return _as_json({"time": shown, "level": level, "message": message, **fields})


_as_json = json.JSONEncoder().encode


@lru_cache(maxsize=8)
def _second(instant: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(instant))


class Journal:
    """The lines of requests: kept, and written together a tenth of a second after the first.

    A record of `logging` for each, and a write, would cost a fifth of the server's rate.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._kept: list[tuple[float, dict[str, object]]] = []
        self._lock = threading.Lock()
        atexit.register(self.flush)

    def add(self, fields: dict[str, object]) -> None:
        """Keep what a line shall say; the first one sets the clock."""
        with self._lock:
            self._kept.append((time.time(), fields))
            is_first = len(self._kept) == 1
        if is_first:
            timer = threading.Timer(DELAY, self.flush)
            timer.daemon = True
            timer.start()

    def flush(self) -> None:
        """Write what there is, as one record of many lines."""
        with self._lock:
            kept, self._kept = self._kept, []
        if kept:
            lines = (_line(instant, "info", "request", fields) for instant, fields in kept)
            self._log.info("\n".join(lines))


def settings_of_logging(*, access: bool) -> dict[str, Any]:
    """What `logging.config.dictConfig` and gunicorn take; `access` asks for a line per request."""

    def handler(formatter: str, stream: str) -> dict[str, str]:
        kind = "logging.StreamHandler"
        return {"class": kind, "formatter": formatter, "stream": f"ext://sys.{stream}"}

    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "atompub.logs.Line"}, "lines": {"format": "%(message)s"}},
        "handlers": {"out": handler("lines", "stdout"), "err": handler("line", "stderr")},
        "root": {"level": "WARNING", "handlers": ["err"]},
        "loggers": {
            "atompub.access": {
                "level": "INFO" if access else "WARNING",
                "handlers": ["out"],
                "propagate": False,
            },
            "gunicorn.error": {"level": "WARNING", "handlers": ["err"], "propagate": False},
        },
    }
