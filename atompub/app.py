"""The application: every route on one screen."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeAlias

import falcon

from atompub import pictures
from atompub.config import Settings
from atompub.errors import StoreUnavailable
from atompub.html.pages import Pages
from atompub.hubs import Hubs
from atompub.publications import Publications
from atompub.publishing import Publishing, Store
from atompub.store.accounts import Accounts
from atompub.store.blobs import Blobs
from atompub.store.collections import Collections
from atompub.store.engine import Engine
from atompub.store.entries import Entries
from atompub.store.migrations import check_schema
from atompub.store.opening import open_blobs, open_engine
from atompub.store.pages import Pages as StoredPages
from atompub.store.pings import Pings
from atompub.store.thumbnails import Thumbnails
from atompub.store.tokens import Tokens
from atompub.urls import Urls
from atompub.web import discovery
from atompub.web.answers import PageCache
from atompub.web.auth import Authentication, Passwords
from atompub.web.collection import CollectionResource
from atompub.web.cors import Cors
from atompub.web.errors import ErrorWriter
from atompub.web.feeds import (
    ArchiveResource,
    CategoryFeedResource,
    FeedParts,
    NegotiatedResource,
    RepliesResource,
    ResultsResource,
    SubscriptionResource,
)
from atompub.web.heads import FORMS
from atompub.web.health import LiveResource, ReadyResource
from atompub.web.media import MediaResource, PublicMediaResource
from atompub.web.member import MemberResource
from atompub.web.metrics import MetricsResource
from atompub.web.middleware import Gate
from atompub.web.observing import Observer, journal
from atompub.web.pages import (
    AuthorResource,
    CategoryResource,
    EntryResource,
    HomeResource,
    IndexResource,
    MonthResource,
    MonthsResource,
    PageParts,
    SearchResource,
    StaticResource,
    YearResource,
)
from atompub.web.problems import ProblemResource
from atompub.web.proxies import Networks
from atompub.web.service import CategoriesResource, ServiceResource
from atompub.web.throttle import Throttle
from atompub.web.thumbnails import ThumbnailResource
from atompub.web.wsse import Wsse

log = logging.getLogger("atompub")

App: TypeAlias = "falcon.App[falcon.Request, falcon.Response]"


def micros() -> int:
    """The clock: microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def create_app(
    settings: Settings,
    *,
    engine: Engine | None = None,
    passwords: Passwords | None = None,
    now: Callable[[], int] = micros,
) -> App:
    """The WSGI application of a store. Raises ConfigError for a URL that names none."""
    engine = engine or open_engine(settings.database_url)
    pages, kept = Pages(settings.templates, thumbnails=pictures.INSTALLED), PageCache()
    blobs = open_blobs(settings.media_url)
    changed = threading.Event()
    store = Store(Collections(engine, now), Entries(engine, changed.set), StoredPages(engine))
    publishing = Publishing(store, now)
    publications = Publications(publishing, engine)
    if settings.hubs:
        urls = Urls(settings.base_url, settings.media_base_url)
        Hubs(settings.hubs, Pings(engine, now), publications, urls).start(changed)

    app = _framed(settings, _authentication(settings, engine, passwords or Passwords(), now), pages)
    _add_protocol(app, settings, publishing, blobs, kept)
    _add_media(app, publishing, engine, blobs)
    _add_pages(app, PageParts(publishing, publications, pages, kept))
    _add_feeds(app, FeedParts(publishing, publications, kept, settings.hubs))
    _add_probes(app, settings, engine)
    app.add_route("/-/problems/{kind}", ProblemResource(pages))
    return app


def _add_protocol(
    app: App, settings: Settings, publishing: Publishing, blobs: Blobs, kept: PageCache
) -> None:
    """The door of authors and programs."""
    service = ServiceResource(publishing)
    collection = CollectionResource(publishing, settings, blobs, kept)
    app.add_route("/atom", service)
    app.add_route("/atom/", service)
    app.add_route("/atom/-/categories/{collection}", CategoriesResource(publishing))
    app.add_route("/atom/{collection}", collection)
    app.add_route("/atom/{collection}/", collection)
    app.add_route("/atom/{collection}/{member}", MemberResource(publishing, settings, kept))
    media = MediaResource(publishing, settings, blobs)
    app.add_route("/atom/{collection}/{member}/media", media)


def _add_media(app: App, publishing: Publishing, engine: Engine, blobs: Blobs) -> None:
    """Media resources for readers, and pictures made smaller."""
    app.add_route("/{collection}/{member}/{file}", PublicMediaResource(publishing, blobs))
    thumbnails = ThumbnailResource(publishing, Thumbnails(engine), blobs)
    app.add_route("/{collection}/-/thumbnail/{member}/{width:int}.jpg", thumbnails)


def _add_pages(app: App, parts: PageParts) -> None:
    """The pages for readers. Each is there with a slash at its end and without: one leads to the
    other."""
    for template, resource in (
        ("/{collection}", IndexResource(parts)),
        ("/{collection}/archive", MonthsResource(parts)),
        ("/{collection}/-/category/{term}", CategoryResource(parts)),
        ("/{collection}/-/author/{author}", AuthorResource(parts)),
        ("/{collection}/-/{year:int(4)}", YearResource(parts)),
        ("/{collection}/-/{year:int(4)}/{month:int(2)}", MonthResource(parts)),
    ):
        app.add_route(template, resource)
        app.add_route(f"{template}/", resource)
    app.add_route("/", HomeResource(parts))
    app.add_route("/{collection}/{member}", EntryResource(parts))
    app.add_route("/-/search", SearchResource(parts))
    app.add_route("/{collection}/-/search", SearchResource(parts))
    app.add_route("/-/static/{name}", StaticResource(parts.pages))
    app.add_route("/rsd.xml", discovery.rsd())
    app.add_route("/opensearch.xml", discovery.opensearch())


def _add_feeds(app: App, parts: FeedParts) -> None:
    """The feeds for readers, each in all its forms, and the closed parts of their history."""
    for form in FORMS:
        results = ResultsResource(parts, form)
        category = CategoryFeedResource(parts, form)
        app.add_route(f"/{{collection}}/feed.{form}", SubscriptionResource(parts, form))
        app.add_route(f"/{{collection}}/-/category/{{term}}/feed.{form}", category)
        app.add_route(f"/{{collection}}/-/search.{form}", results)
        app.add_route(f"/-/search.{form}", results)
    app.add_route("/{collection}/feed", NegotiatedResource(parts))
    app.add_route("/{collection}/archive/{number:int(min=1)}.atom", ArchiveResource(parts))
    app.add_route("/{collection}/-/replies/{member}", RepliesResource(parts))


def _framed(settings: Settings, authentication: Authentication, pages: Pages) -> App:
    """An application without routes: what all requests pass, and what writes all errors."""
    app = falcon.App()
    app.add_middleware(Observer(Networks(settings.trusted_proxies)))
    if settings.cors_origins:
        app.add_middleware(Cors(settings.cors_origins))
    app.add_middleware(Gate(settings, authentication))
    ErrorWriter(pages, wsse=settings.wsse).register(app)
    return app


def _add_probes(app: App, settings: Settings, engine: Engine) -> None:
    """What supervisors ask: see `atompub.web.health`."""
    app.add_route("/-/live", LiveResource())
    app.add_route("/-/ready", ReadyResource(engine))
    app.add_route("/-/metrics", MetricsResource(Networks(settings.metrics_readers), journal.flush))


def _authentication(
    settings: Settings, engine: Engine, passwords: Passwords, now: Callable[[], int]
) -> Authentication:
    tokens = Tokens(engine, now)
    wsse = Wsse(tokens, now) if settings.wsse else None
    return Authentication(Accounts(engine, now), tokens, passwords, Throttle(now), wsse)


def check_store(settings: Settings) -> None:
    """Refuse a schema that is not ours with a ConfigError, before anything is served.

    A store out of reach may come back while we serve.
    """
    engine = open_engine(settings.database_url)
    try:
        check_schema(engine)
    except StoreUnavailable as error:
        log.warning("store unavailable: %s", error)
    finally:
        engine.close()
