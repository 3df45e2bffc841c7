"""Errors as answers: the one status table, and the one writer of problem documents (RFC 9457)."""

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast
from urllib.parse import quote, urlsplit

import falcon

from atompub import errors
from atompub.formats.problems import Problem, as_json, as_xml
from atompub.html.pages import PAGE_TYPE, Pages
from atompub.urls import Urls
from atompub.web.answers import allow_page
from atompub.web.auth import challenges, scope_challenge
from atompub.web.mediatypes import negotiate
from atompub.web.observing import occasion
from atompub.web.resource import RequestContext, known, ordered

log = logging.getLogger("atompub")

JSON = "application/problem+json"
XML = "application/problem+xml"
XML_RANGES = (
    *(JSON, XML, "application/xml", "application/atom+xml"),
    *("application/atom+xml;type=entry", "application/atom+xml;type=feed"),
)
OF_THE_REPRESENTATION = (
    *("ETag", "Last-Modified", "Content-Location", "Content-Encoding"),
    *("Content-Disposition", "Repr-Digest", "Content-Digest"),
)
"""Fields that a resource may have set before it failed, and that its error must not have."""
RETRY_SECONDS = "5"
DETAIL_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Status:
    """A status code with the kind of problem; `title` never changes with the occasion."""

    code: int
    kind: str
    title: str


STATUS: dict[type[errors.AtomPubError], Status] = {
    errors.AtomPubError: Status(500, "internal-error", "Internal error"),
    errors.BadRequest: Status(400, "bad-request", "Bad request"),
    errors.ExpectationFailed: Status(417, "expectation-failed", "Expectation failed"),
    errors.NotWellFormed: Status(400, "not-well-formed", "Not well-formed XML"),
    errors.InvalidEntry: Status(422, "invalid-entry", "Not a valid Atom entry"),
    errors.Unauthenticated: Status(401, "sign-in-required", "Sign in"),
    errors.InvalidToken: Status(401, "invalid-token", "Token not valid"),
    errors.Forbidden: Status(403, "forbidden", "Not allowed for you"),
    errors.InsufficientScope: Status(403, "insufficient-scope", "Not allowed for this token"),
    errors.TooManyRequests: Status(429, "too-many-requests", "Too many logins"),
    errors.NotFound: Status(404, "not-found", "Not found"),
    errors.Gone: Status(410, "deleted", "Deleted"),
    errors.NotAllowed: Status(405, "method-not-allowed", "Method not offered here"),
    errors.NotAcceptable: Status(406, "not-acceptable", "No acceptable form"),
    errors.NotImplementedAnywhere: Status(501, "method-not-known", "Method not offered"),
    errors.RangeNotSatisfiable: Status(416, "range-not-satisfiable", "No such range"),
    errors.PreconditionFailed: Status(412, "precondition-failed", "Changed meanwhile"),
    errors.PreconditionRequired: Status(428, "precondition-required", "If-Match required"),
    errors.KeyReused: Status(422, "idempotency-key-reused", "Idempotency-Key used before"),
    errors.TooLarge: Status(413, "too-large", "Too large"),
    errors.UnsupportedType: Status(415, "unsupported-type", "Media type not accepted"),
    errors.UnsupportedCoding: Status(415, "unsupported-coding", "Content coding not accepted"),
    errors.Misdirected: Status(421, "misdirected", "Not a host of this server"),
    errors.TooSlow: Status(408, "too-slow", "Too slow"),
    errors.Busy: Status(503, "too-many-transfers", "Too many slow transfers"),
    errors.EditConflict: Status(503, "busy", "Too many writers"),
    errors.StoreUnavailable: Status(503, "store-unavailable", "Store not available"),
    errors.TemplateBroken: Status(500, "template-broken", "Page not available"),
}


class ErrorWriter:
    """Writes every error of the application, Falcon's own among them."""

    def __init__(self, pages: Pages, *, wsse: bool) -> None:
        self._pages = pages
        self._wsse = wsse

    def register(self, app: "falcon.App[falcon.Request, falcon.Response]") -> None:
        """Make the application's errors ours."""
        app.add_error_handler(errors.AtomPubError, self.on_ours)
        app.add_error_handler(falcon.HTTPError, self.on_falcon)
        app.add_error_handler(Exception, self.on_unexpected)

    def on_ours(
        self, req: falcon.Request, resp: falcon.Response, error: Exception, _: object
    ) -> None:
        """An error of the domain."""
        ours = cast("errors.AtomPubError", error)
        if isinstance(ours, errors.Unauthenticated) and not _may_sign_in(req):
            ours = errors.Forbidden("passwords are taken over TLS only: use the https address")
        if isinstance(ours, errors.StoreUnavailable):
            log.error("store unavailable: %s", ours, exc_info=ours)
            self._write(req, resp, ours, occasion())
            return
        if isinstance(ours, errors.TemplateBroken):
            log.error("a template is broken: %s", ours)
            ours = errors.TemplateBroken("this page cannot be shown; the server's log says why")
        self._write(req, resp, ours)

    def on_falcon(
        self, req: falcon.Request, resp: falcon.Response, error: Exception, _: object
    ) -> None:
        """An error that Falcon found: no route, or a method that the resource lacks."""
        self._write(req, resp, _translated(cast("falcon.HTTPError", error)))

    def on_unexpected(
        self, req: falcon.Request, resp: falcon.Response, error: Exception, _: object
    ) -> None:
        """A fault of ours: its story goes to the log, not to the client."""
        log.error("a request failed", exc_info=error)
        ours = errors.AtomPubError("the server failed; its log says how")
        self._write(req, resp, ours, occasion())

    def _write(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        error: errors.AtomPubError,
        instance: str = "",
    ) -> None:
        context: RequestContext | None = getattr(req.context, "known", None)
        problem = _problem(error, context, req.path, instance)
        resp.status = problem.status
        for name in OF_THE_REPRESENTATION:
            resp.delete_header(name)
        resp.set_header("Cache-Control", "no-store")
        _explain(resp, error, wsse=self._wsse)
        self._body(req, resp, problem, context)

    def _body(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        problem: Problem,
        context: RequestContext | None,
    ) -> None:
        is_page = context is not None and not _is_protocol(req.path, context.urls)
        offers = (*XML_RANGES, PAGE_TYPE) if is_page else XML_RANGES
        chosen = negotiate(req.get_header("Accept"), offers)
        if chosen == PAGE_TYPE and context is not None:
            allow_page(resp)
            resp.content_type = f"{PAGE_TYPE};charset=utf-8"
            resp.data = self._pages.problem(problem.title, problem.detail, context.urls)
        elif chosen in XML_RANGES[1:]:
            resp.content_type = f"{XML};charset=utf-8"
            resp.data = as_xml(problem)
        else:
            resp.content_type = JSON
            resp.data = as_json(problem)


def _problem(
    error: errors.AtomPubError, context: RequestContext | None, path: str, instance: str
) -> Problem:
    status, detail = STATUS[type(error)], str(error)[:DETAIL_LENGTH]
    faults = error.faults if isinstance(error, errors.InvalidEntry) else ()
    if context is None:
        # Without a host of ours there is no address to explain it at (RFC 9457 section 4.2.1).
        phrase = HTTPStatus(status.code).phrase
        return Problem("about:blank", phrase, status.code, detail, faults, instance)
    if isinstance(error, errors.PreconditionFailed | errors.PreconditionRequired):
        detail = f"{detail}; the current state is at {context.urls.base}{quote(path)}"
    kind = context.urls.problem(status.kind)
    return Problem(kind, status.title, status.code, detail, faults, instance)


def _is_protocol(path: str, urls: Urls) -> bool:
    """Whether a path, with the site's prefix still before it or not, is the protocol's."""
    within = path.removeprefix(urlsplit(urls.base).path)
    return within == "/atom" or within.startswith("/atom/")


def _may_sign_in(req: falcon.Request) -> bool:
    return not hasattr(req.context, "known") or known(req).may_sign_in


def _explain(resp: falcon.Response, error: errors.AtomPubError, *, wsse: bool) -> None:
    """The fields that a status must or should bring along."""
    match error:
        case errors.Unauthenticated():
            invalid = isinstance(error, errors.InvalidToken)
            resp.set_header("WWW-Authenticate", challenges(wsse=wsse, invalid_token=invalid))
        case errors.InsufficientScope():
            resp.set_header("WWW-Authenticate", scope_challenge(error))
        case errors.TooManyRequests(retry_after=seconds):
            resp.set_header("Retry-After", str(seconds))
        case errors.NotAllowed(allowed=allowed):
            resp.set_header("Allow", ", ".join(allowed))
        case errors.UnsupportedType(accepted=accepted):
            resp.set_header("Accept", ", ".join(accepted))
        case errors.RangeNotSatisfiable(length=length):
            resp.set_header("Content-Range", f"bytes */{length}")
        case errors.UnsupportedCoding():
            resp.set_header("Accept-Encoding", "identity")
        case errors.StoreUnavailable() | errors.EditConflict() | errors.Busy():
            resp.set_header("Retry-After", RETRY_SECONDS)


def _translated(error: falcon.HTTPError) -> errors.AtomPubError:
    code = error.status_code
    if code == 405:
        offered = (error.headers or {}).get("Allow", "") if isinstance(error.headers, dict) else ""
        allowed = ordered({*offered.split(", "), "OPTIONS"})
        return errors.NotAllowed(f"this resource offers {', '.join(allowed)}", allowed)
    if code == 404:
        return errors.NotFound("there is nothing at this address")
    return errors.BadRequest(error.description or error.title or "the request is malformed")
