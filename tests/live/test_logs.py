"""The log of a live server: a line of JSON for each request, one id for all that belongs to it."""

import json
import re
import signal
import uuid
from base64 import b64encode
from datetime import datetime

import pytest

from tests import sites
from tests.documents import DRAFT, entry
from tests.live.wire import Wire, request

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OURS = "60a76c80-d399-11d9-b93c-0003939e0af6"
BASIC = b64encode(b"alice:alice-secret").decode()


class Logged:
    """A live server of its own, whose log is read when it has stopped."""

    def __init__(self, folder, **env):
        self.folder = folder / "data"
        self.folder.mkdir()
        self._engine = sites.renew(self.folder)
        named = {f"ATOMPUB_{name.upper()}": value for name, value in env.items()}
        self.server = sites.Server(self.folder, workers=1, env=named)
        self.site = sites.Site(self._engine, base=self.server.base)

    def lines(self):
        """Stop the server; its lines, but for what it says to people at its start and what this
        module's waiting for it left."""
        self.site.close()
        self._engine.close()
        self.server.stop()
        log = self.server.log.read_text().splitlines()
        lines = [json.loads(line) for line in log if not line.startswith("serving ")]
        first = next((n for n, line in enumerate(lines) if line.get("path") != "/"), len(lines))
        return lines[first:]


@pytest.fixture
def logged(tmp_path):
    """Starts servers: logged(access_log="no")."""
    started = []

    def start(**env):
        started.append(Logged(tmp_path, **env))
        return started[-1]

    yield start
    for one in started:
        if one.server.process.poll() is None:
            one.server.process.send_signal(signal.SIGKILL)


def test_a_line_for_each_request(logged):
    """A request is one line: when, what, by whom, the answer, and the id that the answer has."""
    log = logged()
    read = log.site.anon.get("/blog/feed.atom?page=1")
    made = log.site.post(entry())
    headed = log.site.alice.head(made.headers["Location"])
    kept = log.site.anon.get("/blog/feed.atom", headers={"If-None-Match": "*"})
    lines = log.lines()
    assert [
        ("GET", "/blog/feed.atom", 200, len(read.content), None),
        ("POST", "/atom/blog/", 201, len(made.content), "alice"),
        ("HEAD", made.headers["Location"].removeprefix(log.site.base), 200, 0, "alice"),
        ("GET", "/blog/feed.atom", 304, 0, None),
    ] == [
        (line["method"], line["path"], line["status"], line["bytes"], line["account"])
        for line in lines
    ]
    answers = (read, made, headed, kept)
    assert [answer.headers["X-Request-ID"] for answer in answers] == [
        line["request_id"] for line in lines
    ]
    for line in lines:
        assert UUID.fullmatch(line["request_id"])
        assert datetime.fromisoformat(line["time"]).tzinfo
        assert 0 <= line["ms"] < 60_000
        assert ("info", "request") == (line["level"], line["message"])
        assert line["client"].startswith("127.")


def test_no_lines_when_they_are_not_wanted(logged):
    """With ACCESS_LOG=no requests leave no line."""
    log = logged(access_log="no")
    assert 201 == log.site.post().status_code
    assert [] == log.lines()


@pytest.mark.covers("SEC-U-2")
def test_no_octet_begins_a_line(logged):
    """Whatever a path, a method, a slug or a title holds, a request is one line of the log and
    adds no header field."""
    log = logged()
    slug = b"a%0d%0aSet-Cookie:x=1"
    made = log.site.post(entry("T\r\nSet-Cookie: y=1\n{}"), slug=slug)
    assert "set-cookie" not in made.headers
    paths = [
        "/blog/%0D%0AINJECTED",
        "/blog/%22,%22",
        "/blog/%ff",
        "/blog/%E2%80%A8",
        "/blog/%1b[2J",
    ]
    for path in paths:
        assert log.site.anon.get(path).status_code in {400, 404}
    lines = log.lines()
    assert ["/atom/blog/", *paths[:1]] == [line["path"] for line in lines][:2]
    assert 1 + len(paths) == len(lines)
    assert all(line["path"].isascii() and line["path"].isprintable() for line in lines)


SECRETS = ("alice-secret", BASIC, "bearer-secret", "wsse-secret", "cookie-secret", "query-secret",
           "draft-secret", "user-secret")  # fmt: skip


@pytest.mark.covers("SEC-U-10")
def test_secrets_stay_out_of_the_log(logged):
    """Credentials, cookies, queries and the text of drafts are neither in the log nor in what a
    refused client is told."""
    log = logged()
    told = []
    made = log.site.post(entry("draft-secret", "draft-secret", extra=DRAFT), slug="named")
    draft = entry("draft-secret", "draft-secret", extra=f"{DRAFT}<app:draft-secret")
    told += [log.site.post(draft), log.site.put(made.headers["Location"], b"draft-secret")]
    fields = [
        {"Authorization": "Bearer bearer-secret"},
        {"Authorization": "Basic bearer-secret"},
        {"Authorization": f"Basic {BASIC}x"},
        {"X-WSSE": 'UsernameToken Username="alice", PasswordDigest="wsse-secret"'},
        {"Cookie": "session=cookie-secret"},
    ]
    for field in fields:
        told += [log.site.anon.get("/atom/blog/none?key=query-secret", headers=field)]
        told += [log.site.anon.post("/atom/blog/?key=query-secret", headers=field)]
    wire = Wire(log.server)
    wire.send(request("GET http://alice:user-secret@127.0.0.1/ HTTP/1.1", wire.host))
    told.append(wire.answer())
    wire.close()
    lost(log)
    told.append(log.site.alice.get("/atom/blog/?key=query-secret"))
    assert 500 == told[-1].status_code
    lines = json.dumps(log.lines())
    assert [] == [secret for secret in SECRETS if secret in lines]
    texts = [answer.content.decode() for answer in told]
    assert [] == [(secret, text) for secret in SECRETS for text in texts if secret in text]


def lost(log):
    """Do to the store what no program of ours does: entries that are no XML."""
    log.site.store.write(lambda t: t.rows("UPDATE member SET xml = :xml", xml=b"draft-secret"))


@pytest.mark.covers("HTTP-E-2")
def test_faults(logged):
    """What nobody foresaw is a 500 that tells nothing but an id, under which the log has it all."""
    log = logged()
    log.site.made(entry())
    lost(log)
    failed = log.site.alice.get("/atom/blog/")
    assert (500, "no-store") == (failed.status_code, failed.headers["cache-control"])
    problem = failed.json()
    assert {"type", "title", "status", "detail", "instance"} == set(problem)
    for word in ("Traceback", "SELECT", "/", "Error", "line", "member"):
        assert word not in problem["detail"]
    request_id = failed.headers["X-Request-ID"]
    assert f"urn:uuid:{request_id}" == problem["instance"]
    error, access = [line for line in log.lines() if line["request_id"] == request_id]
    assert ("error", 500) == (error["level"], access["status"])
    assert "Traceback (most recent call last):\n" in error["traceback"]


@pytest.mark.covers("HTTP-E-2")
def test_store_that_is_away(logged):
    """A 503 has the id of its lines as well."""
    log = logged()
    away = log.folder.rename(log.folder.with_name("away"))
    refused = log.site.alice.get("/atom/blog/")
    away.rename(log.folder)
    assert 503 == refused.status_code
    request_id = refused.headers["X-Request-ID"]
    assert f"urn:uuid:{request_id}" == refused.json()["instance"]
    found = [line for line in log.lines() if line["request_id"] == request_id]
    assert ["error", "info"] == [line["level"] for line in found]
    assert "atompub.db" in found[0]["message"]


def test_refusals_of_the_worker(logged):
    """A request that is too broken for the application has a line and an id as well."""
    log = logged()
    wire = Wire(log.server)
    refused = wire.ask("GET / HTTP/9.9", wire.host)
    wire.close()
    assert 400 == refused.status
    (line,) = log.lines()
    assert (400, None, "127.0.0.1") == (line["status"], line["path"], line["client"])
    assert refused.headers["x-request-id"] == line["request_id"]


@pytest.mark.parametrize("sent", [OURS, OURS.replace("-", "")])
def test_ids_of_a_trusted_proxy(logged, sent):
    """A trusted proxy names the request, and says who the client is."""
    log = logged(trusted_proxies="127.0.0.0/8,10.0.0.0/8")
    fields = {"X-Request-ID": sent, "X-Forwarded-For": "1.1.1.1, 192.0.2.7, 10.1.1.1"}
    answer = log.site.anon.get("/blog/", headers=fields)
    assert sent == answer.headers["X-Request-ID"]
    (line,) = log.lines()
    assert (sent, "192.0.2.7") == (line["request_id"], line["client"])


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({}, OURS),
        ({"trusted_proxies": "10.0.0.0/8"}, OURS),
        ({"trusted_proxies": "127.0.0.1"}, "x"),
        ({"trusted_proxies": "127.0.0.1"}, OURS + "0"),
        ({"trusted_proxies": "127.0.0.1"}, f"{OURS}, {OURS}"),
    ],
)
def test_ids_of_others(make_site, settings, sent):
    """An id that is no UUID, or comes from anybody else, is not taken; a random one is."""
    answer = make_site(**settings).anon.get("/blog/", headers={"X-Request-ID": sent})
    assert sent != answer.headers["X-Request-ID"]
    assert 4 == uuid.UUID(answer.headers["X-Request-ID"]).version
