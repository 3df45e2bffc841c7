"""What all resources share: OPTIONS, the exact list of methods, and the request's own context."""

from dataclasses import dataclass

import falcon

from atompub.model import Account
from atompub.urls import Urls

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
"""All that any resource offers, in the order in which Allow lists them."""


@dataclass(slots=True)
class RequestContext:
    """What the middleware learnt of a request, as `req.context.known`.

    `may_sign_in` is False where a password would travel in clear text.
    """

    urls: Urls
    account: Account | None = None
    may_sign_in: bool = True


def known(req: falcon.Request) -> RequestContext:
    """The request's context."""
    context: RequestContext = req.context.known
    return context


def ordered(methods: set[str]) -> tuple[str, ...]:
    """Methods in the order of Allow."""
    return tuple(method for method in METHODS if method in methods)


class Resource:
    """A resource answers OPTIONS with the methods it has."""

    def allowed(self) -> tuple[str, ...]:
        """The methods this resource offers."""
        return ordered({name for name in METHODS if hasattr(self, f"on_{name.lower()}")})

    def on_options(
        self,
        req: falcon.Request,  # noqa: ARG002 - falcon's signature
        resp: falcon.Response,
        **where: str,  # noqa: ARG002 - the route's fields
    ) -> None:
        """What may be done here (RFC 9110 section 9.3.7)."""
        resp.status = falcon.HTTP_204
        resp.set_header("Allow", ", ".join(self.allowed()))
