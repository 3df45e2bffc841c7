"""What the server counts, for Prometheus: `/-/metrics`.

`atompub serve` gives its processes a folder to share (PROMETHEUS_MULTIPROC_DIR), which the library
looks for when it is imported; without one each process counts for itself.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import falcon
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from atompub.errors import NotFound
from atompub.web.proxies import Networks
from atompub.web.resource import METHODS, Resource

REQUESTS = Counter("atompub_requests", "Requests answered.", ("method", "route", "status"))
SECONDS = Histogram(
    "atompub_request_seconds",
    "From a request's head to its answer, without the time that sending takes.",
    ("route",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
IN_FLIGHT = Gauge(
    "atompub_requests_in_flight", "Requests being answered.", multiprocess_mode="livesum"
)
NO_ROUTE = "none"
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded")


def count(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answer; all methods and routes that are none of ours are one."""
    requests, durations = _labelled(method if method in METHODS else "other", route, status // 100)
    requests.inc()
    durations.observe(seconds)


@lru_cache(maxsize=1024)
def _labelled(method: str, route: str, hundreds: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, f"{hundreds}xx"), SECONDS.labels(route)


@dataclass(frozen=True, slots=True)
class MetricsResource(Resource):
    """`/-/metrics`, for who asks directly and is in `readers`; for others there is nothing.

    `settle` counts what this process has not counted yet.
    """

    readers: Networks
    settle: Callable[[], None]

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The metrics of all processes."""
        # Behind a proxy everybody is the proxy, which is often on loopback.
        is_forwarded = any(req.get_header(name) for name in FORWARDED)
        if is_forwarded or (req.remote_addr or "") not in self.readers:
            raise NotFound("there is nothing at this address")
        resp.set_header("Cache-Control", "no-store")
        resp.content_type = CONTENT_TYPE_LATEST
        self.settle()
        resp.data = generate_latest(_registry())

    on_head = on_get


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
