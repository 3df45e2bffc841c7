"""Clients that are slow, silent or stubborn: they delay nobody else, and their time ends."""

import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from base64 import b64encode
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests import sites
from tests.documents import entry

ROOT = Path(__file__).resolve().parents[2]
IMPATIENT = [sys.executable, "-m", "gunicorn", "-k", "tests.live.impatient.Worker"]
IMPATIENT += ["--chdir", str(ROOT), "wsgi:application"]
THREADS = ["--threads", "4"]
SOON = 10
"""Seconds: far more than an answer takes, far less than a stalled thread would need."""

HEAD = b"Host: localhost\r\nAuthorization: Basic " + b64encode(b"alice:alice-secret") + b"\r\n"
POST = b"POST /atom/blog/ HTTP/1.1\r\n" + HEAD + b"Content-Type: application/atom+xml\r\n"


@contextmanager
def serving(folder, *options, **more):
    """A site on a live server with one worker of four threads."""
    folder = folder / "data"
    folder.mkdir(parents=True)
    engine = sites.renew(folder)
    running = sites.Server(folder, *THREADS, *options, workers=1, **more)
    site = sites.Site(engine, base=running.base)
    site.port = running.port
    site.log = running.log
    yield site
    site.close()
    engine.close()
    running.stop()


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    """A site of `atompub serve` with its own deadlines, and a page of eight megabytes."""
    with serving(tmp_path_factory.mktemp("patient")) as site:
        site.collection("large", page_size=50)
        for number in range(40):
            site.made(entry(str(number), "x" * 200_000), collection="large")
        yield site


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    """A site whose clients have a second and a half."""
    folder = tmp_path_factory.mktemp("impatient")
    env = {"ATOMPUB_DATA": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    with serving(folder, program=IMPATIENT, env=env) as site:
        site.collection("large", page_size=50)
        for number in range(40):
            site.made(entry(str(number), "x" * 200_000), collection="large")
        yield site


def connect(site):
    """A connection that keeps little of what it is sent."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.settimeout(30)
    opened.connect(("127.0.0.1", site.port))
    return opened


class Dribble:
    """Connections that send a head start and then an octet each, again and again, in a thread."""

    def __init__(self, site, count, start, octet=b"x"):
        self.connections = [connect(site) for _ in range(count)]
        for one in self.connections:
            one.sendall(start)
        self._octet, self._over = octet, threading.Event()
        self._thread = threading.Thread(target=self._dribble)

    def __enter__(self):
        if self._octet:
            self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        if self._octet:
            self._thread.join()
        for one in self.connections:
            one.close()

    def _dribble(self):
        while not self._over.wait(0.1):
            for one in self.connections:
                try:
                    one.sendall(self._octet)
                except OSError:  # the server has had enough
                    continue


KINDS = {
    "heads": (40, b"GET / HTTP/1.1\r\n" + HEAD + b"X-Slow: ", b"x"),
    "silent": (40, b"", b""),
    "small bodies": (40, POST + b"Content-Length: 5000\r\n\r\n", b" "),
    "large bodies": (8, POST + b"Content-Length: 1000000\r\n\r\n", b" "),
    "chunks": (8, POST + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n", b" "),
    "bodies asked for": (8, POST + b"Content-Length: 50\r\nExpect: 100-continue\r\n\r\n", b" "),
    "unwanted bodies": (8, b"GET /atom/ HTTP/1.1\r\n" + HEAD + b"Content-Length: 90000\r\n\r\n",
                        b"x"),
    "closing": (8, b"GET / HTTP/1.0\r\n" + HEAD + b"\r\n", b"x"),
    "readers": (40, b"GET /atom/large/ HTTP/1.1\r\n" + HEAD + b"\r\n", b""),
}  # fmt: skip
"""How many, what they send at once, and what they send an octet of at a time."""


def check_that_all_goes_well(site):
    """Assert that reads and writes are answered soon, each on a connection of its own."""
    for number in range(10):
        started = time.monotonic()
        read = httpx.get(f"{site.base}/atom/blog/", timeout=SOON)
        made = site.post(entry(f"Meanwhile {number}"))
        assert (200, 201) == (read.status_code, made.status_code)
        assert time.monotonic() - started < SOON


@pytest.mark.covers("SEC-U-9")
@pytest.mark.parametrize("kind", KINDS)
def test_slow_clients_delay_nobody(patient, kind):
    """More slow clients of one kind than there are threads: the others are answered soon."""
    with Dribble(patient, *KINDS[kind]):
        check_that_all_goes_well(patient)


@pytest.mark.covers("SEC-U-9")
def test_slow_clients_together(patient):
    """All kinds of slow clients at once: the others are answered soon."""
    with ExitStack() as stack:
        for kind in KINDS.values():
            stack.enter_context(Dribble(patient, *kind))
        check_that_all_goes_well(patient)


def received(connection):
    """What came until the end of a connection, or its reset."""
    octets = b""
    try:
        while some := connection.recv(65536):
            octets += some
    except ConnectionError:
        pass
    return octets


def status_of(octets):
    """The last status in what was received."""
    found = [line for line in octets.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    return int(found[-1].split()[1]) if found else None


@pytest.mark.covers("SEC-U-9")
@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        ("heads", {408}),
        ("silent", {None}),
        ("small bodies", {408}),
        ("large bodies", {408, 503}),
        ("chunks", {408, 503}),
        ("bodies asked for", {408, 503}),
    ],
)
def test_the_time_of_slow_clients_ends(impatient, kind, statuses):
    """A head or body that does not come in time is a 408 and a close; who was silent is closed;
    where half of the threads wait already, another slow body is a 503 that says when to retry."""
    started = time.monotonic()
    with Dribble(impatient, *KINDS[kind]) as slow:
        answers = [received(one) for one in slow.connections]
    assert time.monotonic() - started < 30
    assert statuses == set(map(status_of, answers))
    for octets in answers:
        head, _, content = octets.rpartition(b"\r\n\r\n")
        assert not octets or status_of(octets) == json.loads(content)["status"]
        assert status_of(octets) != 503 or b"\r\nretry-after: " in head.lower()


@pytest.mark.covers("SEC-U-9")
def test_the_time_of_slow_readers_ends(impatient):
    """The connection of a client that does not read its answer is closed."""
    whole = impatient.alice.get("/atom/large/", timeout=30).content
    with Dribble(impatient, 8, KINDS["readers"][1], b"") as slow:
        time.sleep(4)  # that is what such a client does
        answers = [received(one) for one in slow.connections]
        assert max(map(len, answers)) < len(whole)


@pytest.mark.covers("SEC-U-9")
def test_steady_clients_have_all_the_time_they_need(impatient):
    """A body and an answer that move faster than the least rate may take longer than any wait."""
    body = entry("Steady", "x" * 400_000)
    with connect(impatient) as slow:
        slow.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(body))
        over = threading.Event()
        for start in range(0, len(body), 10_000):
            slow.sendall(body[start : start + 10_000])
            over.wait(0.08)
        assert slow.recv(65536).startswith(b"HTTP/1.1 201 ")


@pytest.mark.covers("SEC-U-9")
def test_connections_that_are_idle_make_room(patient):
    """More idle connections than a worker keeps do not keep anybody out."""
    with Dribble(patient, 1100, b"", b""):
        check_that_all_goes_well(patient)


@pytest.mark.covers("SEC-U-9", "APP-14-1")
def test_slow_handshakes_delay_nobody(tmp_path, certificate):
    """Over TLS as well, clients that are silent or stop in the handshake or head delay nobody."""
    certfile, keyfile = map(str, certificate)
    options = ["--certfile", certfile, "--keyfile", keyfile]
    with serving(tmp_path, *options, scheme="https") as site, ExitStack() as stack:
        for start in (b"", hello()[:50]):
            stack.enter_context(Dribble(site, 40, start, b""))
        trusting = ssl.create_default_context(cafile=certfile)
        heads = [stack.enter_context(trusted(site, trusting)) for _ in range(10)]
        for one in heads:
            one.sendall(b"GET / HTTP/1.1\r\nHost: loc")
        with httpx.Client(verify=trusting, timeout=SOON) as client:
            for _ in range(10):
                assert 200 == client.get(f"{site.base}/atom/").status_code
        for one in heads:
            one.sendall(b"alhost\r\n\r\n")
            assert one.recv(100).startswith(b"HTTP/1.1 200 ")


def hello():
    """The octets with which a TLS client begins."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()


def trusted(site, context):
    """A TLS connection."""
    return context.wrap_socket(connect(site), server_hostname="127.0.0.1")


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


@pytest.fixture(scope="module", params=["plain", "TLS"])
def album(request, tmp_path_factory, certificate):
    """A site with a large picture, over TLS as well; a client that trusts it, and the address."""
    certfile, keyfile = map(str, certificate)
    options = ["--certfile", certfile, "--keyfile", keyfile] if request.param == "TLS" else []
    scheme = "https" if options else "http"
    trusting = ssl.create_default_context(cafile=certfile)
    with serving(tmp_path_factory.mktemp("album"), *options, scheme=scheme) as site:
        site.collection("album", accept=("application/octet-stream",))
        auth = ("alice", "alice-secret")
        with httpx.Client(base_url=site.base, verify=trusting, auth=auth, timeout=30) as client:
            made = client.post("/atom/album/", content=PICTURE, headers={"Slug": "large"})
            assert 201 == made.status_code
            site.context = trusting if options else None
            yield site, client, f"{made.headers['Location']}/media"


PICTURE = bytes(range(256)) * 4096 * 20
"""Twenty mebibytes, in which each place tells itself from its neighbours."""


@pytest.mark.covers("SEC-U-9")
def test_slow_downloads_delay_nobody(album):
    """More downloads that nobody reads than there are threads: a download, and a part of one, is
    whole meanwhile, and so is each of the others once it is read."""
    site, client, address = album
    path = httpx.URL(address).raw_path
    with ExitStack() as stack:
        slow = [stack.enter_context(opened(site)) for _ in range(8)]
        for one in slow:
            one.sendall(b"GET " + path + b" HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n")
        assert PICTURE == client.get(address).content
        part = client.get(address, headers={"Range": "bytes=1000001-9000000"})
        assert (206, PICTURE[1_000_001:9_000_001]) == (part.status_code, part.content)
        answers = [received(one) for one in slow[:2]]
    for octets in answers:
        assert PICTURE == octets.partition(b"\r\n\r\n")[2]


def opened(site):
    """A connection, over TLS where the site is."""
    if site.context:
        plain = socket.create_connection(("127.0.0.1", site.port), timeout=30)
        return site.context.wrap_socket(plain, server_hostname="127.0.0.1")
    return socket.create_connection(("127.0.0.1", site.port), timeout=30)


def test_an_answer_that_breaks_off(tmp_path):
    """Where the application fails behind the head of an answer, nothing more is sent: what came
    would be taken for content."""
    folder = tmp_path / "data"
    folder.mkdir()
    program = [*IMPATIENT[:-1], "tests.live.impatient:failing"]
    env = {"PYTHONPATH": str(ROOT)}
    running = sites.Server(folder, *THREADS, workers=1, program=program, env=env)
    with socket.create_connection(("127.0.0.1", running.port), timeout=SOON) as wire:
        wire.sendall(b"GET /broken HTTP/1.1\r\n" + HEAD + b"\r\n")
        assert b"x" * 10 == received(wire).partition(b"\r\n\r\n")[2]
    running.stop()
    assert "an answer broke off" in running.log.read_text()
