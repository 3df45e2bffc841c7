"""Tells hubs (WebSub section 4) what changed, in a thread beside the requests.

What a hub should be told is in the store's outbox; a write only wakes the thread. A hub that
fails is told again later, by this process or another.
"""

import http.client
import logging
import threading
import time
from collections.abc import Callable
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from atompub.errors import StoreUnavailable
from atompub.publications import Publications
from atompub.store.pings import Ping, Pings
from atompub.urls import FORMS, Urls

GATHERED = 1.0
"""Seconds in which changes that come together become one ping."""
LOOK_AGAIN = 30.0
"""Seconds after which others' changes, releases and further attempts are looked for."""
PATIENCE = 10.0
"""Seconds that a hub has to answer."""

log = logging.getLogger("atompub.hubs")


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """A hub that moved is a setting to change: a POST is not sent elsewhere."""


OPENER = build_opener(_NoRedirects)


class Hubs:
    """Tells some hubs of the publications' feeds, under the addresses of `urls`.

    `pause` waits for seconds, while changes that come together gather.
    """

    def __init__(
        self,
        hubs: tuple[str, ...],
        pings: Pings,
        publications: Publications,
        urls: Urls,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._hubs, self._pings, self._publications = hubs, pings, publications
        self._urls, self._pause = urls, pause

    def start(self, changed: threading.Event) -> None:
        """Begin to tell, until the process ends; `changed` is set whenever there may be news."""
        threading.Thread(target=self._run, args=(changed,), name="hubs", daemon=True).start()

    def tell(self) -> None:
        """Tell each hub what it does not know. Raises StoreUnavailable."""
        self._publications.all()  # which releases what is due
        for hub in self._hubs:
            if self._pings.waiting(hub):
                self._pause(GATHERED)
                for ping in self._pings.take(hub):
                    self._tell(ping)

    def _run(self, changed: threading.Event) -> None:
        while True:
            changed.wait(LOOK_AGAIN)
            changed.clear()
            try:
                self.tell()
            except StoreUnavailable as error:
                log.warning("hubs wait for the store: %s", error)
            except Exception:
                log.exception("hubs could not be told")

    def _tell(self, ping: Ping) -> None:
        for form in FORMS:
            topic = self._urls.feed(ping.name, form=form)
            try:
                _post(ping.hub, topic)
            except (OSError, http.client.HTTPException) as error:
                log.warning("the hub %s was not told of %s: %s", ping.hub, topic, error)
                self._pings.failed(ping)
                return
        self._pings.done(ping)


def _post(hub: str, topic: str) -> None:
    """Tell a hub of one feed, in the words that public hubs take. Raises OSError."""
    fields = {"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}
    request = Request(hub, urlencode(fields).encode(), method="POST")  # noqa: S310 - checked in config
    request.add_header("User-Agent", "atompub")
    with OPENER.open(request, timeout=PATIENCE) as answer:
        if answer.status >= 300:
            raise HTTPError(hub, answer.status, answer.reason, answer.headers, None)
