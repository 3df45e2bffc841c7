"""Serving: the first start, the next ones, stopping, TLS, and other WSGI servers."""

import os
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.documents import ENTRY, entry
from tests.sites import Server, free_port

ROOT = Path(__file__).resolve().parents[2]
WSGI = [sys.executable, "-m", "gunicorn", "--chdir", str(ROOT), "wsgi:application"]
SECONDS_TO_STOP = 5
SECONDS_TO_GIVE_UP = 10


@contextmanager
def serving(folder, *options, **more):
    """A server on a folder that is made when it is not there."""
    running = Server(folder, *options, **more)
    try:
        yield running
    finally:
        running.stop()


def password_in(log):
    """The password of admin that a server printed, or None."""
    found = [line.split()[1] for line in log.splitlines() if line.startswith("password: ")]
    assert len(found) < 2, log
    return found[0] if found else None


def signed_in(running, password):
    """A client that signs in as admin."""
    headers = {"Content-Type": ENTRY}
    return httpx.Client(base_url=running.base, auth=("admin", password), headers=headers)


def is_gone(running):
    """Whether no process of a server is left."""
    try:
        os.killpg(running.process.pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_first_start_on_nothing(atompub):
    """`serve` on no folder at all makes the store and an admin, whose password it prints once."""
    with serving(atompub.data) as running:
        log = running.log.read_text()
        assert "added the user admin" in log
        assert f"serving {running.base}/" in log
        client = signed_in(running, password_in(log))
        assert 200 == client.get("/atom/").status_code
        assert 201 == client.post("/atom/blog/", content=entry("First")).status_code
        assert 401 == signed_in(running, "another").get("/atom/").status_code
    assert "admin\tadmin\n" == atompub.done("user", "list")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGKILL])
def test_next_start_keeps_everything(atompub, stop):
    """What was answered with 201 is there at the next start, also after kill -9 of every process;
    the password holds, and none is printed again."""
    with serving(atompub.data) as running:
        password = password_in(running.log.read_text())
        client = signed_in(running, password)
        made = [client.post("/atom/blog/", content=entry(f"No. {n}")) for n in range(10)]
        os.killpg(running.process.pid, stop)
        running.process.wait(20)
    assert [201] * 10 == [answer.status_code for answer in made]
    with serving(atompub.data) as again:
        assert password_in(again.log.read_text()) is None
        client = signed_in(again, password)
        for answer in made:
            address = answer.headers["Location"].replace(running.base, again.base)
            assert answer.text.replace(running.base, again.base) == client.get(address).text
        assert 201 == client.post("/atom/blog/", content=entry("Next")).status_code


def test_start_with_users_adds_none(store):
    """`serve` on a store that has a user adds no admin."""
    store.done("user", "add", "alice")
    with serving(store.data) as running:
        assert password_in(running.log.read_text()) is None
    assert "alice\t-\n" == store.done("user", "list")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_stopping(store, stop):
    """SIGTERM and Ctrl-C stop the server in seconds, also under open connections, and cleanly."""
    with serving(store.data) as running:
        client = httpx.Client(base_url=running.base)
        assert 200 == client.get("/").status_code  # and the connection stays open
        started = time.monotonic()
        running.process.send_signal(stop)
        assert 0 == running.process.wait(20)
        assert time.monotonic() - started < SECONDS_TO_STOP
        assert is_gone(running)
        assert "Traceback" not in running.log.read_text()


@contextmanager
def taken_port():
    """A port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_port_in_use(atompub):
    """`serve` on a port that is in use is refused at once, in one line that names the address, and
    before it makes a store whose password nobody would see."""
    with taken_port() as port:
        started = time.monotonic()
        message = atompub.refused("serve", "--bind", f"127.0.0.1:{port}")
        assert time.monotonic() - started < SECONDS_TO_GIVE_UP
    assert f"127.0.0.1:{port}" in message
    assert "in use" in message
    assert not atompub.data.exists()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("192.0.2.1:8000", "Cannot assign requested address"),
        ("host.invalid:8000", "not known|resolution"),
    ],
)
def test_address_that_is_not_ours(store, address, reason):
    """`serve` on an address of another machine, or of none, is refused at once with the reason."""
    started = time.monotonic()
    message = store.refused("serve", "--bind", address)
    assert time.monotonic() - started < SECONDS_TO_GIVE_UP
    assert address in message
    assert re.search(reason, message), message


@pytest.mark.parametrize(
    "address", ["nonsense", "127.0.0.1:port", "127.0.0.1:99999", "127.0.0.1:-1", ""]
)
def test_address_that_is_none(store, address):
    """`serve --bind` with something else than an address and a port is wrong usage."""
    assert "--bind" in store.misused("serve", "--bind", address)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The files of a certificate for 127.0.0.1 and of its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run(command, check=True, capture_output=True)
    return files


@pytest.mark.foreign("openssl")
@pytest.mark.covers("APP-14-1")
@pytest.mark.filterwarnings("ignore:.*TLSv1_1 is deprecated:DeprecationWarning")
def test_tls(store, certificate):
    """--certfile and --keyfile serve HTTPS, from TLS 1.2 on; passwords and links are over it."""
    store.done("user", "add", "admin", "--role", "admin", "--password-stdin", stdin=b"secret")
    certfile, keyfile = map(str, certificate)
    options = ["--certfile", certfile, "--keyfile", keyfile]
    with serving(store.data, *options, scheme="https") as running:
        assert f"serving {running.base}/" in running.log.read_text()
        trusting = ssl.create_default_context(cafile=certfile)
        with httpx.Client(verify=trusting, auth=("admin", "secret")) as client:
            headers = {"Content-Type": ENTRY}
            made = client.post(f"{running.base}/atom/blog/", content=entry(), headers=headers)
            assert 201 == made.status_code
            assert made.headers["Location"].startswith(f"{running.base}/atom/blog/")
            assert 200 == client.get(made.headers["Location"]).status_code
        for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2):
            assert (version == ssl.TLSVersion.TLSv1_2) == shakes_hands(running, version)


def shakes_hands(running, version):
    """Whether a server takes a connection of this TLS version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", running.port), timeout=5) as plain:
        try:
            context.wrap_socket(plain).close()
        except (ssl.SSLError, ConnectionError):
            return False
    return True


def test_certificate_that_is_none(store):
    """Files that hold no certificate and key are refused in one line."""
    (store.folder / "empty.pem").touch()
    options = ["--certfile", "empty.pem", "--keyfile", "empty.pem"]
    assert "certificate" in store.refused("serve", "--bind", f"127.0.0.1:{free_port()}", *options)


def test_wsgi_application_under_stock_gunicorn(store):
    """`gunicorn wsgi:application` serves a store, with its settings from the environment."""
    store.done("user", "add", "admin", "--role", "admin", "--password-stdin", stdin=b"secret")
    env = {"ATOMPUB_DATA": str(store.data), "ATOMPUB_MAX_ENTRY_BYTES": "1000"}
    with serving(store.data, env=env, program=WSGI) as running:
        client = signed_in(running, "secret")
        made = client.post("/atom/blog/", content=entry("Under gunicorn"))
        assert 201 == made.status_code
        assert "Under gunicorn" in httpx.get(f"{running.base}/blog/feed.atom").text
        large = client.post("/atom/blog/", content=entry(content="x" * 1000))
        assert 413 == large.status_code


def test_wsgi_application_waits_for_its_store(atompub):
    """Under gunicorn a store that is not there is a 503 until somebody makes it."""
    env = {"ATOMPUB_DATA": str(atompub.data)}
    with serving(atompub.data, env=env, program=WSGI, workers=1) as running:
        assert 503 == httpx.get(f"{running.base}/").status_code
        atompub.done("init")
        assert 200 == httpx.get(f"{running.base}/").status_code


def newer(store):
    """Settings of a store that a newer version made."""
    with sqlite3.connect(store.data / "atompub.db") as database:
        database.execute("UPDATE site SET version = 1000000")
    return {"ATOMPUB_DATA": str(store.data)}


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (newer, "newer version"),
        (lambda store: {"ATOMPUB_BASE_URL": "nonsense"}, "BASE_URL"),
        (lambda store: {"ATOMPUB_DATABASE": "mysql://localhost/x"}, "DATABASE"),
    ],
    ids=["newer", "base-url", "database"],
)
def test_wsgi_application_that_cannot_start(store, settings, reason):
    """Under gunicorn a store or setting that does not fit ends the server, with our one line."""
    done = subprocess.run(
        [*WSGI, "--bind", f"127.0.0.1:{free_port()}", "--workers", "1"],
        env=os.environ | settings(store),
        capture_output=True,
        check=False,
        text=True,
        timeout=20,
    )
    assert 0 != done.returncode
    (ours,) = [line for line in done.stderr.splitlines() if line.startswith("atompub: ")]
    assert reason in ours
    assert "Traceback" not in done.stderr
