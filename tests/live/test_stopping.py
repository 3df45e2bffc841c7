"""Stopping and reloading: what is under way is finished."""

import os
import signal
import socket
import subprocess
import time
from base64 import b64encode
from contextlib import contextmanager

import httpx
import pytest

from tests import sites
from tests.documents import entry

BODY = entry("Under way", "x" * 200_000)
HEAD = (
    b"POST /atom/blog/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/atom+xml\r\n"
    b"Authorization: Basic " + b64encode(b"alice:alice-secret") + b"\r\n"
    b"Content-Length: %d\r\n\r\n" % len(BODY)
)
GRACE = 15


@pytest.fixture
def site(tmp_path):
    """A site on a live server of its own with one worker."""
    folder = tmp_path / "data"
    folder.mkdir()
    engine, server = sites.renew(folder), sites.Server(folder, workers=1)
    made = sites.Site(engine, base=server.base)
    made.server = server
    yield made
    made.close()
    made.store.close()
    made.server.stop()


@contextmanager
def uploading(site):
    """A connection that has sent half of a large entry."""
    with socket.create_connection(("127.0.0.1", site.server.port), timeout=GRACE) as opened:
        opened.sendall(HEAD + BODY[:100_000])
        yield opened


def workers(site):
    """The worker processes."""
    command = ["ps", "--ppid", str(site.server.process.pid), "-o", "pid="]
    listed = subprocess.run(command, check=False, capture_output=True)
    return {int(number) for number in listed.stdout.split()}


def until(condition):
    """Wait until a condition holds."""
    deadline = time.monotonic() + GRACE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)  # processes tell nobody when they start and end


def is_refused(site):
    """Whether the server takes no more connections."""
    try:
        socket.create_connection(("127.0.0.1", site.server.port), timeout=GRACE).close()
    except ConnectionRefusedError:
        return True
    return False


def test_stopping_finishes_what_is_under_way(site):
    """After SIGTERM new connections are refused, a request that is being sent is answered and
    stored, silent connections hold nothing up, and the server exits with 0."""
    silent = socket.create_connection(("127.0.0.1", site.server.port))
    with silent, uploading(site) as upload:
        assert 200 == httpx.get(f"{site.base}/atom/").status_code
        site.server.process.terminate()
        until(lambda: is_refused(site))
        upload.sendall(BODY[100_000:])
        assert upload.recv(65536).startswith(b"HTTP/1.1 201 ")
        assert 0 == site.server.process.wait(GRACE)


def test_reloading_refuses_nobody(site):
    """After SIGHUP a new worker serves, the old one finishes what is under way and goes; every
    request meanwhile is answered."""
    (old,) = workers(site)
    with uploading(site) as upload:
        assert 200 == httpx.get(f"{site.base}/atom/").status_code
        os.kill(site.server.process.pid, signal.SIGHUP)
        until(lambda: httpx.get(f"{site.base}/atom/").is_success and workers(site) - {old})
        upload.sendall(BODY[100_000:])
        assert upload.recv(65536).startswith(b"HTTP/1.1 201 ")
    until(lambda: httpx.get(f"{site.base}/atom/").is_success and old not in workers(site))
    assert 1 == len(workers(site))
    assert "Under way" in httpx.get(f"{site.base}/atom/blog/").text


def version(site, number):
    """Make the schema another version's; the one it had."""
    ((before,),) = site.store.read(lambda t: t.rows("SELECT version FROM site"))
    site.store.write(lambda t: t.rows("UPDATE site SET version = :number", number=number))
    return before


def test_a_worker_that_starts_on_another_schema_stops_nobody(site):
    """When a worker dies while the schema is not ours, the next one starts: it says that it is not
    ready, and is when the schema is ours again."""
    ours, (old,) = version(site, 99), workers(site)
    os.kill(old, signal.SIGKILL)
    until(lambda: workers(site) - {old})
    client = httpx.Client(base_url=site.base, transport=httpx.HTTPTransport(retries=5))
    with client:
        assert 200 == client.get("/-/live", timeout=GRACE).status_code
        refused = client.get("/-/ready")
        assert 503 == refused.status_code
        assert "newer version" in refused.json()["detail"]
        version(site, ours)
        assert 200 == client.get("/-/ready").status_code
