"""The log: one JSON object to a line; requests on standard output, all else on standard error."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that this thread answers, "" outside of any."""


class Line(logging.Formatter):
    """A record as a line: its instant, level and message, the request's id, what `extra` names
    under `fields`, and the traceback. Nothing in it can begin another line (SEC-U-2)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        instant = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": instant.replace("+00:00", "Z"),
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


def settings_of_logging(*, access: bool) -> dict[str, Any]:
    """What `logging.config.dictConfig` and gunicorn take; `access` asks for a line per request."""

    def handler(stream: str) -> dict[str, str]:
        return {"class": "logging.StreamHandler", "formatter": "line", "stream": stream}

    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "atompub.logs.Line"}},
        "handlers": {"out": handler("ext://sys.stdout"), "err": handler("ext://sys.stderr")},
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
