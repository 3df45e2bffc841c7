"""Whether the server is alive, and ready to serve; for supervisors, which ask by address."""

from dataclasses import dataclass

import falcon

from atompub.errors import ConfigError, StoreUnavailable
from atompub.store.engine import Engine
from atompub.store.migrations import check_schema
from atompub.web.resource import Resource

PROBES = ("/-/live", "/-/ready", "/-/metrics")
"""What is answered whatever host the request names: a supervisor knows an address only."""


def _say(resp: falcon.Response, word: str) -> None:
    resp.set_header("Cache-Control", "no-store")
    resp.content_type = "text/plain;charset=utf-8"
    resp.data = f"{word}\n".encode()


@dataclass(frozen=True, slots=True)
class LiveResource(Resource):
    """`/-/live`: the process answers."""

    def on_get(self, _: falcon.Request, resp: falcon.Response) -> None:
        """It does."""
        _say(resp, "alive")

    on_head = on_get


@dataclass(frozen=True, slots=True)
class ReadyResource(Resource):
    """`/-/ready`: the store answers and has the schema of this version."""

    engine: Engine

    def on_get(self, _: falcon.Request, resp: falcon.Response) -> None:
        """It does, or StoreUnavailable is raised and says why not."""
        try:
            check_schema(self.engine)
        except ConfigError as error:
            raise StoreUnavailable(str(error)) from error
        _say(resp, "ready")

    on_head = on_get
