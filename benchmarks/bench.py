"""`make bench`: the real server against its references, side by side, as ratios.

Each measure runs both sides in turn, ROUNDS times over, for SECONDS; what counts is the median, of
the ratio too. Rates are requests a second; beside them stands the processor time of one request,
in microseconds, of all processes of the server together: what noise touches least. The table is
Markdown, for docs/performance.md.
"""

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import apsw
import httpx

from atompub.cli.store import make_store, micros
from atompub.config import load
from atompub.model import Role
from atompub.store.accounts import Accounts
from atompub.store.opening import open_engine
from atompub.web.auth import Passwords
from benchmarks import processes

ROUNDS, SECONDS, CLIENTS = 5, 2, 16
AUTH = ("admin", "secret")
ENTRY = (
    '<entry xmlns="http://www.w3.org/2005/Atom"><title>Entry</title>'
    '<category term="bench"/><content type="html">{}</content></entry>'
)
UPLOAD = 100 * 1024 * 1024
HEAD = """
| what / reference | rate | of the reference | ratio | must | goal | µs each | of the reference |
|---|---|---|---|---|---|---|---|"""
SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/atom+xml;type=entry"
wrk.headers["Authorization"] = "{}"
wrk.body = [[{}]]
"""


@dataclass
class Measured:
    """Requests a second, processor microseconds of one, and milliseconds that 99 of 100 took at
    most."""

    rate: float
    cost: float = 0
    slow: float = 0


def main():
    """Measure, and print the table."""
    folder = Path(tempfile.mkdtemp(prefix="atompub-bench-"))
    try:
        run(folder)
    finally:
        shutil.rmtree(folder)


def run(folder):
    """Start the servers, measure, stop them."""
    filled(folder / "store")
    server = processes.atompub(folder / "store")
    samples(server, folder / "constant")
    reference = processes.constant(folder / "constant")
    tag = httpx.get(f"{server.base}/atom/blog/").headers["ETag"]
    entry = httpx.get(f"{server.base}/atom/blog/").text.partition('rel="edit"')[2]
    entry = entry.partition('href="')[2].partition('"')[0].removeprefix(server.base)
    unchanged = (f"If-None-Match: {tag}",)
    print(HEAD)
    for name, path, constant, headers, must, goal in (
        ("R1 collection / constant", "/atom/blog/", "/feed", (), 0.85, 0.95),
        ("R1 public feed / constant", "/blog/feed.atom", "/feed", (), 0.85, 0.95),
        ("R3 collection, 304 / constant", "/atom/blog/", "/unchanged", unchanged, 0.85, 0.95),
        ("R4 entry / constant", entry, "/entry", (), 0.8, 0.9),
    ):
        rounds = side_by_side(
            lambda path=path, headers=headers: wrk(server, path, headers),
            lambda constant=constant: wrk(reference, constant, ()),
        )
        show(name, rounds, must, goal)
    reference.stop()
    for name, path in (("R5 collection", "/atom/blog/"), ("R5 entry", entry)):
        rounds = side_by_side(
            lambda path=path: wrk(server, path, ("Accept-Encoding: gzip",)),
            lambda path=path: wrk(server, path, ()),
        )
        show(f"{name}, gzip / identity", rounds, 0.9, 1.0)
    rounds = side_by_side(lambda: posts(server, folder), lambda: raw(folder))
    show("W1 durable create / raw commits", rounds, 0.22, 0.4)
    slow = statistics.median(ours.slow for ours, _ in rounds)
    print(f"| W1 99 of 100, ms | {slow:.0f} | | | 30 | 15 | | |")
    uploads(server, folder)
    server.stop()


def filled(folder):
    """A store with 30 entries and an admin."""
    settings = load({"ATOMPUB_DATA": str(folder)})
    make_store(settings)
    engine = open_engine(settings.database_url)
    Accounts(engine, micros).add(AUTH[0], Passwords().hash(AUTH[1]), Role.ADMIN)
    engine.close()
    server = processes.atompub(folder)
    headers = {"Content-Type": "application/atom+xml;type=entry"}
    with httpx.Client(base_url=server.base, auth=AUTH, headers=headers) as client:
        for _ in range(30):
            client.post("/atom/blog/", content=ENTRY.format("words " * 60)).raise_for_status()
    server.stop()


def samples(server, folder):
    """Keep what the server answers, for the constant application to repeat."""
    folder.mkdir()
    feed = httpx.get(f"{server.base}/atom/blog/", headers={"Accept-Encoding": "identity"})
    edit = feed.text.partition('rel="edit"')[2].partition('href="')[2].partition('"')[0]
    entry = httpx.get(edit, headers={"Accept-Encoding": "identity"})
    unchanged = httpx.get(
        f"{server.base}/atom/blog/",
        headers={"Accept-Encoding": "identity", "If-None-Match": feed.headers["ETag"]},
    )
    dropped = {"date", "server", "connection", "content-length", "transfer-encoding"}
    for name, answer in (("feed", feed), ("entry", entry), ("unchanged", unchanged)):
        (folder / name).write_bytes(answer.content)
        fields = [
            f"{key}: {value}\n" for key, value in answer.headers.items() if key not in dropped
        ]
        (folder / f"{name}.fields").write_text("".join(fields))


def side_by_side(ours, reference):
    """What both measure, in turn: a pair for each round."""
    return [(ours(), reference()) for _ in range(ROUNDS)]


def wrk(server, path, headers, *options):
    """Load a path with `wrk`."""
    before = server.processor_seconds()
    command = ["wrk", "-t2", f"-c{CLIENTS}", f"-d{SECONDS}s", "--latency", *options]
    for header in headers:
        command += ["-H", header]
    output = subprocess.run(
        [*command, server.base + path], check=True, capture_output=True, text=True
    ).stdout
    spent = server.processor_seconds() - before
    requests = int(output.partition(" requests in ")[0].split()[-1])
    if "Non-2xx" in output:
        raise RuntimeError(output)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
    slow = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return Measured(requests / SECONDS, spent / requests * 1e6, slow)


def posts(server, folder):
    """Authenticated durable creates from all clients."""
    script = folder / "post.lua"
    token = httpx.BasicAuth(*AUTH)._auth_header
    script.write_text(SCRIPT.format(token, ENTRY.format("words " * 180)))
    return wrk(server, "/atom/blog/", (), "-s", str(script))


def raw(folder):
    """A loop of durable commits of one row each, with nothing around them."""
    connection = apsw.Connection(str(folder / f"raw-{time.time_ns()}.db"))
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB)")
    body, count, started = b"x" * 1500, 0, time.perf_counter()
    clock = time.process_time()
    while time.perf_counter() - started < SECONDS:
        connection.execute("INSERT INTO row (body) VALUES (?)", (body,))
        count += 1
    cost = (time.process_time() - clock) / count * 1e6
    connection.close()
    return Measured(count / SECONDS, cost)


def uploads(server, folder):
    """100 MB with SHA-256 and fsync, against nginx, which does neither."""
    if not shutil.which("nginx"):
        print("no U1, the upload: nginx is not here (apt-get install nginx-light)")
        return
    octets = folder / "octets"
    octets.write_bytes(bytes(range(256)) * (UPLOAD // 256))
    (folder / "nginx").mkdir()
    other = processes.nginx(folder / "nginx")

    def upload(url, *options):
        before = time.perf_counter()
        command = ["curl", "-sf", "-o", "/dev/null", "-T", str(octets), *options, url]
        subprocess.run(command, check=True)
        return Measured(UPLOAD / (time.perf_counter() - before) / 1e6)

    post = ("-X", "POST", "-H", "Content-Type: image/png", "-u", ":".join(AUTH))
    rounds = side_by_side(
        lambda: upload(f"{server.base}/atom/photos", *post),
        lambda: upload(f"{other.base}/{time.time_ns()}"),
    )
    other.stop()
    show("U1 100 MB upload, MB/s / nginx dav", rounds, 0.5, 0.8)


def show(name, rounds, must, goal):
    """A line of the table: medians, and the median of the ratios of each round."""
    ratio = statistics.median(ours.rate / theirs.rate for ours, theirs in rounds)
    pairs = list(zip(*rounds, strict=True))
    rates = [round(statistics.median(one.rate for one in found)) for found in pairs]
    costs = [round(statistics.median(one.cost for one in found)) or "" for found in pairs]
    cells = (name, *rates, f"{ratio:.2f}", must, goal, *costs)
    print(f"| {' | '.join(map(str, cells))} |")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
