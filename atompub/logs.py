"""The log: one JSON object to a line; requests on standard output, all else on standard error."""

import json
import logging
import threading
import time
from contextvars import ContextVar
from typing import Any, TextIO

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that this thread answers, "" outside of any."""
DELAY = 0.1
"""Seconds for which the lines of requests are collected."""


class Line(logging.Formatter):
    """A record as a line: its instant, level and message, the request's id, what `extra` names
    under `fields`, and the traceback. Nothing in it can begin another line (SEC-U-2)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "time": f"{second}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        request_id = REQUEST_ID.get()
        if request_id:
            line["request_id"] = request_id
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


class Batches(logging.StreamHandler[TextIO]):
    """Keeps records and writes them together, a tenth of a second after the first.

    Formatting and writing each one would cost the thread that answers a request its turn, and so
    the server a tenth of its rate.
    """

    def __init__(self, stream: TextIO) -> None:
        self._records: list[logging.LogRecord] = []
        super().__init__(stream)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record; the first one sets the clock."""
        self._records.append(record)
        if len(self._records) == 1:
            timer = threading.Timer(DELAY, self.flush)
            timer.daemon = True
            timer.start()

    def flush(self) -> None:
        """Write what there is; logging asks for it at the end of the process as well."""
        self.acquire()
        records, self._records = self._records, []
        self.release()
        self.stream.write("".join(f"{self.format(record)}\n" for record in records))
        self.stream.flush()


def settings_of_logging(*, access: bool) -> dict[str, Any]:
    """What `logging.config.dictConfig` and gunicorn take; `access` asks for a line per request."""

    def handler(kind: str, stream: str) -> dict[str, str]:
        return {"class": kind, "formatter": "line", "stream": f"ext://sys.{stream}"}

    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "atompub.logs.Line"}},
        "handlers": {
            "out": handler("atompub.logs.Batches", "stdout"),
            "err": handler("logging.StreamHandler", "stderr"),
        },
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
