"""Sites for tests: the real application on a real store, spoken to over WSGI or live gunicorn."""

import io
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from itertools import product
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

import argon2
import httpx

from atompub.app import create_app, micros
from atompub.config import load
from atompub.model import ENTRY_RANGE, CollectionSettings, Role
from atompub.store.accounts import Accounts
from atompub.store.collections import Collections
from atompub.store.entries import Entries
from atompub.store.migrations import migrate
from atompub.store.opening import open_engine
from atompub.web.auth import Passwords
from tests.documents import ENTRY, check_strict, entry, link

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))

CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PEOPLE = {"admin": Role.ADMIN, "erin": Role.EDITOR, "alice": Role.AUTHOR, "bob": Role.AUTHOR}
"""Users with a role everywhere; rita has none. A password is the name and "-secret"."""


_addresses = (f"{a}.{b}.{c}" for a, b, c in product(range(1, 255), repeat=3))


class Site:
    """A site with the collections blog (public) and diary (private), and its people.

    `site.anon`, `site.admin`, `site.erin` (editor), `site.alice` and `site.bob` (authors) and
    `site.rita` (reader of diary only) are HTTP clients. Every document they receive is held
    against the strict schema. `store` is the engine; `collections`, `entries` and `accounts`
    are the parts of the store for settings that HTTP does not offer.
    """

    def __init__(self, engine, transport=None, base="http://127.0.0.1:8000", now=micros):
        self.store, self.base, self._transport = engine, base, transport
        self.collections = Collections(engine, now)
        self.entries = Entries(engine)
        self.accounts = Accounts(engine, now)
        # Live sites share a server, which counts failed logins by address.
        self._address = f"127.{next(_addresses)}"
        self._clients = []
        self.anon = self.client()
        for name in (*PEOPLE, "rita"):
            setattr(self, name, self.client((name, f"{name}-secret")))

    def client(self, auth=None, **options):
        """An HTTP client; `auth` is (name, password)."""
        hooks = {"response": [_check]}
        client = httpx.Client(
            base_url=self.base,
            auth=auth,
            transport=self._transport or httpx.HTTPTransport(local_address=self._address),
            event_hooks=hooks,
            headers={"Accept-Encoding": "identity"},
            **options,
        )
        self._clients.append(client)
        return client

    def post(self, body=None, by=None, collection="blog", slug=None, **headers):
        """POST an entry to a collection; header names with _ for -."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        if slug is not None:
            # A Slug is percent-encoded UTF-8; bytes go out as they are.
            named["Slug"] = quote(slug, safe=PRINTABLE) if isinstance(slug, str) else slug
        named = {"Content-Type": ENTRY} | named
        body = entry() if body is None else body
        return (by or self.alice).post(f"/atom/{collection}/", content=body, headers=named)

    def put(self, url, body, by=None, **headers):
        """PUT an entry to a member."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        return (by or self.alice).put(url, content=body, headers={"Content-Type": ENTRY} | named)

    def made(self, *args, **options):
        """POST an entry and return its URL."""
        answer = self.post(*args, **options)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def collection(self, name, **settings):
        """Add a collection with these settings (see CollectionSettings)."""
        return self.collections.add(name, name.title(), settings=CollectionSettings(**settings))

    def set(self, name, **settings):
        """Change settings of a collection."""
        found = self.collections.get(name)
        from dataclasses import replace  # noqa: PLC0415

        return self.collections.set(name, found.title, replace(found.settings, **settings))

    def close(self):
        """Close the clients."""
        for client in self._clients:
            client.close()


def _check(answer):
    answer.read()
    if answer.is_success and answer.content and answer.request.method != "HEAD":
        check_strict(answer.headers.get("Content-Type", ""), answer.content)


_hashes = {}


def fill(engine, now=micros):
    """Make the collections and people of a test site."""
    migrate(engine, now())
    collections, accounts = Collections(engine, now), Accounts(engine, now)
    collections.add("blog", "Blog", settings=CollectionSettings(accept=(ENTRY_RANGE,)))
    collections.add("diary", "Diary", settings=CollectionSettings(private=True))
    for name in (*PEOPLE, "rita"):
        if name not in _hashes:
            _hashes[name] = CHEAP.hash(f"{name}-secret")
        accounts.add(name, _hashes[name], PEOPLE.get(name))
    accounts.grant("rita", "diary", Role.READER)


def settings_of(folder, **settings):
    """Settings of a site in a folder; values as in the environment."""
    return load(
        {"ATOMPUB_DATA": str(folder)} | {f"ATOMPUB_{k.upper()}": v for k, v in settings.items()}
    )


def wsgi_site(folder, now=micros, base="http://127.0.0.1:8000", peer="127.0.0.1", **settings):
    """A new site in a folder, spoken to over WSGI."""
    chosen = settings_of(folder, **settings)
    engine = open_engine(chosen.database_url, create=True)
    fill(engine, now)
    app = create_app(chosen, engine=engine, passwords=Passwords(CHEAP), now=now)
    return Site(engine, WSGI(app, peer), base, now)


def walk(client, url, rel="next"):
    """The documents from a URL on along the links of a relation, to the one that has none."""
    while url is not None:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        yield answer.content
        url = link(answer.content, rel)


class WSGI(httpx.BaseTransport):
    """Calls an application as gunicorn does: raw target, octets as Latin-1."""

    def __init__(self, app, peer):
        self._app, self._peer = app, peer

    def handle_request(self, request):
        """Run the application once."""
        body = request.read()
        # As over a connection, the extension "target" sends another target than the URL's.
        target = request.extensions.get("target", request.url.raw_path).decode("latin-1")
        path, _, query = target.partition("?")
        environ = {
            "wsgi.url_scheme": request.url.scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "RAW_URI": target,
            "QUERY_STRING": query,
            "SERVER_NAME": request.url.host,
            "SERVER_PORT": str(request.url.port or 80),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self._peer,
        } | _fields(request.headers)
        answered = []
        parts = self._app(environ, lambda status, headers: answered.append((status, headers)))
        content = b"".join(parts)
        ((status, headers),) = answered
        octets = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return httpx.Response(int(status.split()[0]), headers=octets, content=content)


def _fields(headers):
    """The fields of a request; the values of a repeated one are joined."""
    fields = {}
    for name, value in headers.raw:
        fields.setdefault(_meta_name(name), []).append(value.decode("latin-1"))
    return {name: ",".join(values) for name, values in fields.items()}


def _meta_name(header):
    name = header.decode("latin-1").upper().replace("-", "_")
    return name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"


class Server:
    """A live `atompub serve` on a folder; `base` is its address.

    `program` is another command line that takes --bind and --workers.
    """

    def __init__(self, folder, *options, workers=2, env=None, scheme="http", program=None):
        self.folder, self.port = Path(folder), free_port()
        self.base = f"{scheme}://127.0.0.1:{self.port}"
        self.log = self.folder.parent / f"server-{self.port}.log"
        command = program or [sys.executable, "-m", "atompub", "--data", str(folder), "serve"]
        bind = ["--bind", f"127.0.0.1:{self.port}", "--workers", str(workers)]
        command = [*command, *bind, *options]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                env=os.environ | (env or {}),
                start_new_session=True,
            )
        self._wait()

    def _wait(self):
        for _ in range(600):
            assert self.process.poll() is None, self.log.read_text()
            try:
                httpx.get(f"{self.base}/", verify=False)
            except httpx.TransportError:
                time.sleep(0.02)  # there is no event to wait for before the port is open
            else:
                return
        raise AssertionError(f"no answer: {self.log.read_text()}")

    def answered(self, path, count):
        """The statuses of its answers to requests for a path, once its log has `count` of them.

        Each worker writes the lines of its own requests together, so they are in no order.
        """
        for _ in range(500):
            lines = self.log.read_text().splitlines()
            logged = [json.loads(line) for line in lines if line.startswith("{")]
            found = [line["status"] for line in logged if line.get("path") == path]
            if len(found) >= count:
                break
            time.sleep(0.01)  # a line is written behind its answer
        return found

    def stop(self):
        """Stop it, and wait until it has."""
        self.process.terminate()
        self.process.wait(20)


def free_port():
    """A port that nobody listens on, below those that the system gives to clients."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def renew(folder):
    """Replace the store in a folder by a new one, under a server that goes on."""
    for path in Path(folder).iterdir():
        path.unlink() if path.is_file() else shutil.rmtree(path)
    engine = open_engine(settings_of(folder).database_url, create=True)
    fill(engine)
    return engine
