"""Cross-origin requests (the Fetch standard's CORS protocol), for editors that run in a browser.

Only the origins that the operator lists may send them, with credentials; by default none.
"""

import falcon

from atompub.web.resource import METHODS

READABLE = (
    "Accept-Post, Allow, Content-Digest, Content-Location, ETag, Link, Location, Repr-Digest,"
    " Retry-After, WWW-Authenticate, X-Request-ID"
)
"""The fields of an answer that a page's script may read."""
SENDABLE = (
    "Authorization, Content-Digest, Content-Type, Idempotency-Key, If-Match, If-Modified-Since,"
    " If-None-Match, If-Range, If-Unmodified-Since, Range, Repr-Digest, Slug, X-WSSE"
)
"""The fields of a request that it may set."""
REMEMBERED = "3600"
"""Seconds for which a browser need not ask again."""


class Cors:
    """Middleware ahead of the gate, where there are origins."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._origins = frozenset(origins)

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer a browser that asks whether it may send a request, without credentials."""
        asks = req.get_header("Access-Control-Request-Method") is not None
        if req.method == "OPTIONS" and asks and req.get_header("Origin") in self._origins:
            resp.status, resp.complete = falcon.HTTP_204, True
            resp.set_header("Access-Control-Allow-Methods", ", ".join(METHODS))
            resp.set_header("Access-Control-Allow-Headers", SENDABLE)
            resp.set_header("Access-Control-Max-Age", REMEMBERED)

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, _resource: object, _ok: bool
    ) -> None:
        """Let a listed origin read the answer."""
        resp.append_header("Vary", "Origin")
        origin = req.get_header("Origin")
        if origin in self._origins:
            resp.set_header("Access-Control-Allow-Origin", str(origin))
            resp.set_header("Access-Control-Allow-Credentials", "true")
            resp.set_header("Access-Control-Expose-Headers", READABLE)
