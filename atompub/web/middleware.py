"""What is settled before routing: the raw target, the host, the method, and who is asking."""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import falcon

from atompub.config import Settings
from atompub.errors import (
    BadRequest,
    ExpectationFailed,
    Forbidden,
    Misdirected,
    NotFound,
    NotImplementedAnywhere,
)
from atompub.urls import Urls
from atompub.web.auth import Authentication
from atompub.web.health import PROBES
from atompub.web.proxies import Networks, client_address, site_of
from atompub.web.resource import METHODS, RequestContext

PUBLIC_MEDIA_SLASHES = 3
SAFE = {"GET", "HEAD", "OPTIONS"}
# What proxies and servers read differently: empty segments, encoded slashes, backslashes and
# NULs, dot segments.
TRICKY = re.compile(r"//|%2f|%5c|\\|%00|(?:/|%2e)(?:\.|%2e)(?:/|$)|/(?:\.|%2e){2}(?:/|$)", re.I)
ABSOLUTE = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
HOST = re.compile(r"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
FORWARDED = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PROTOCOL", "HTTP_X_FORWARDED_SSL")

NOTHING_ACTIVE = "default-src 'none'; sandbox"
"""What a browser may do with a document that is not a page of ours: show it."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a request came to: the path of the site's address, and its URLs; `media_only` where
    public media has an address of its own and this is it."""

    prefix: str
    urls: Urls
    media_only: bool


class Gate:
    """Middleware ahead of the router."""

    def __init__(self, settings: Settings, authentication: Authentication) -> None:
        self._settings = settings
        self._authentication = authentication
        self._proxies = Networks(settings.trusted_proxies)
        self._prefix = urlsplit(settings.base_url).path
        self._site = lru_cache(maxsize=64)(self._find_site)

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Refuse what no resource could answer; find out who is asking."""
        if _is_probe(req, self._prefix):
            return
        raw, host = _target(req.env), req.env.get("HTTP_HOST", "")
        absolute = None if raw.startswith("/") else ABSOLUTE.match(raw)
        site = self._site(absolute[1] if absolute else host, host, req.env["wsgi.url_scheme"])
        context = RequestContext(site.urls, may_sign_in=self._may_sign_in(req))
        req.context.known = context
        if req.method == "OPTIONS" and req.path == "*":
            resp.status, resp.complete = falcon.HTTP_204, True
            resp.set_header("Allow", ", ".join(METHODS))
            return
        _check_method(req.method)
        _check_target(raw, req.env["PATH_INFO"])
        if req.env.get("HTTP_EXPECT", "100-continue").lower() != "100-continue":
            raise ExpectationFailed("only Expect: 100-continue is understood")
        req.path = _within(req.path, site.prefix)
        if req.env.get("HTTP_ORIGIN") not in self._settings.cors_origins:
            _check_origin(req, context.urls)
        if site.media_only:
            _check_media_only(req.path)
        # The readers' door knows nobody: its answers are the same for all.
        if req.path == "/atom" or req.path.startswith("/atom/"):
            self._sign_in(req, context)

    def process_response(
        self, _req: falcon.Request, resp: falcon.Response, _resource: object, _ok: bool
    ) -> None:
        """Keep browsers from running anything that a document may hold."""
        if self._settings.wsse and "Authorization" in (resp.get_header("Vary") or ""):
            # Authorization is the same for all who sign in with WSSE.
            resp.append_header("Vary", "X-WSSE")
        resp.set_header("X-Content-Type-Options", "nosniff")
        if resp.get_header("Content-Security-Policy") is None:
            resp.set_header("Content-Security-Policy", NOTHING_ACTIVE)

    def _find_site(self, host: str, field: str, scheme: str) -> Site:
        """The site that a request to a host came to: an absolute target's, else that of the field
        Host, which is there anyway. Raises BadRequest, Misdirected."""
        if not (HOST.fullmatch(host) and HOST.fullmatch(field)):
            raise BadRequest("the request needs one Host, with a valid name")
        base, media_base = self._settings.base_url, self._settings.media_base_url
        found = self._base(host, scheme)
        is_media = found == media_base != base
        return Site(urlsplit(found).path, Urls(base or found, media_base), is_media)

    def _base(self, host: str, scheme: str) -> str:
        """The address of the site that the request came to: one of the settings, without them
        any Host on loopback. Raises Misdirected."""
        configured = (self._settings.base_url, self._settings.media_base_url)
        for base in filter(None, configured):
            if _authority(base) == _authority(f"{urlsplit(base).scheme}://{host}"):
                return base
        if not configured[0] and _is_loopback(_host_name(host)):
            return f"{scheme}://{host}"
        raise Misdirected("this server does not answer for that host; see BASE_URL")

    def _may_sign_in(self, req: falcon.Request) -> bool:
        """Whether a password may travel on this connection (APP-14-5)."""
        settings, peer = self._settings, req.remote_addr or ""
        if settings.allow_clear_text:
            return True
        if not settings.base_url and _is_loopback(peer):
            return True
        if not any(map(req.env.get, FORWARDED)):
            return bool(req.env["wsgi.url_scheme"] == "https")
        # The server believes such a field from whomever its own settings trust; we do not.
        declared = req.get_header("X-Forwarded-Proto", default="").lower()
        return declared == "https" and peer in self._proxies

    def _sign_in(self, req: falcon.Request, context: RequestContext) -> None:
        authorization = req.env.get("HTTP_AUTHORIZATION")
        if authorization is None:
            return
        if not context.may_sign_in:
            raise Forbidden("passwords are taken over TLS only: use the https address")
        context.account = self._authentication.account(
            authorization,
            req.get_header("X-WSSE", default=""),
            site_of(client_address(req, self._proxies)),
        )


def _is_probe(req: falcon.Request, prefix: str) -> bool:
    """Whether a supervisor asks, with the site's prefix, which is taken away, or without."""
    path = req.path.removeprefix(prefix)
    if path in PROBES:
        req.path = path
    return path in PROBES


def _target(environ: dict[str, Any]) -> str:
    """The request's target as it was sent, where the server tells."""
    raw: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"]
    return raw


def _within(path: str, prefix: str) -> str:
    """The path under the site's prefix. Raises NotFound for one outside."""
    if path != prefix and not path.startswith(prefix + "/"):
        raise NotFound(f"this site lives under {prefix}/")
    return path[len(prefix) :] or "/"


def _check_media_only(path: str) -> None:
    """Raise NotFound for all but public media where these have an address of their own."""
    if path.startswith(("/atom/", "/-/")) or path.count("/") != PUBLIC_MEDIA_SLASHES:
        raise NotFound("only media is served at this address")


def _check_method(method: str) -> None:
    if method not in METHODS:
        raise NotImplementedAnywhere(f"no resource here offers {method[:40]!r}", METHODS)


@lru_cache(maxsize=256)
def _check_target(raw: str, path_info: str) -> None:
    """Raise NotFound for a target that a proxy may have read in another way (SEC-U-4)."""
    path = ABSOLUTE.sub("", raw).partition("?")[0]
    try:
        path_info.encode("latin-1").decode()
    except UnicodeDecodeError:
        raise NotFound("the address is not UTF-8") from None
    if TRICKY.search(path) or "\0" in path_info:
        raise NotFound("there is nothing at this address")


def _check_origin(req: falcon.Request, urls: Urls) -> None:
    """Refuse writes that another site's page makes a browser send (SEC-H-7)."""
    if req.method in SAFE:
        return
    origin = req.get_header("Origin")
    crossed = origin is not None and _authority(origin) != _authority(urls.base)
    if crossed or req.get_header("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        raise Forbidden("a page of another site may not change anything here")


@lru_cache(maxsize=1024)
def _authority(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL, ("", "", None) for one that is broken."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ("", "", None)
    return (parts.scheme, parts.hostname or "", port)


def _host_name(host: str) -> str:
    return _authority(f"http://{host}")[1]


@lru_cache(maxsize=1024)
def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
