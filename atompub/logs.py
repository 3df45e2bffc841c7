"""The log: one JSON object to a line; requests on standard output, all else on standard error."""

import json
import logging
import time
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that this thread answers, "" outside of any."""


class Line(logging.Formatter):
    """A record as a line: its instant, level and message, the request's id and the traceback.
    Nothing in it can begin another line (SEC-U-2)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "time": stamp(record.created),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        request_id = REQUEST_ID.get()
        if request_id:
            line["request_id"] = request_id
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def stamp(instant: float) -> str:
    """An instant, in seconds since 1970 UTC, as lines of the log show it."""
    return f"{_second(int(instant))}.{int(instant % 1 * 1000):03d}Z"


@lru_cache(maxsize=8)
def _second(instant: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(instant))


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
