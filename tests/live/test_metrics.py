"""What Prometheus reads of a live server with several workers."""

import os
import re
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from atompub.web.observing import DELAY
from tests import sites
from tests.live.wire import Wire

GIVEN_UP = 20


@pytest.fixture
def site(tmp_path):
    """A site on a live server of its own with two workers."""
    folder = tmp_path / "data"
    folder.mkdir()
    engine, server = sites.renew(folder), sites.Server(folder)
    made = sites.Site(engine, base=server.base)
    made.server = server
    yield made
    made.close()
    made.store.close()
    if made.server.process.poll() is None:
        made.server.stop()


def samples(site):
    """The samples of a scrape: name and labels to value."""
    time.sleep(3 * DELAY)  # what the other worker did is counted by then
    answer = httpx.get(f"{site.base}/-/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    found = re.findall(r"^(\w+(?:\{.*\})?) (\S+)$", answer.text, re.MULTILINE)
    return {name: float(value) for name, value in found}


def reads(site):
    """How many reads of the collection were counted."""
    route = 'method="GET",route="/atom/{collection}/",status="2xx"'
    return samples(site).get(f"atompub_requests_total{{{route}}}", 0)


def read(site, times):
    """Read the collection, each time on a new connection."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: httpx.get(f"{site.base}/atom/blog/"), range(times)))
    assert {200} == {answer.status_code for answer in answers}


def workers(site):
    """The worker processes."""
    command = ["ps", "--ppid", str(site.server.process.pid), "-o", "pid="]
    listed = subprocess.run(command, check=False, capture_output=True)
    return {int(number) for number in listed.stdout.split()}


def test_requests_of_all_workers_are_counted(site):
    """Whichever worker is asked, the numbers are those of all, also of one that was killed."""
    read(site, 40)
    assert {40} == {reads(site) for _ in range(8)}
    killed = min(workers(site))
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + GIVEN_UP
    while killed in workers(site) or len(workers(site)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)  # processes tell nobody when they start and end
    read(site, 20)
    assert 60 == reads(site)
    found = samples(site)
    assert 60 == found['atompub_request_seconds_count{route="/atom/{collection}/"}']
    assert 1 == found["atompub_requests_in_flight"]  # the scrape itself


def test_what_is_no_request_of_ours_is_counted_together(site):
    """Names that clients make up are no labels: they would never end."""
    site.anon.get("/none/at/all/of/it")
    site.anon.request("BREW", "/atom/")
    wire = Wire(site.server)
    wire.ask("GET / HTTP/9.9", wire.host)
    wire.close()
    found = {name for name in samples(site) if name.startswith("atompub_requests_total")}
    assert {
        'atompub_requests_total{method="GET",route="none",status="4xx"}',
        'atompub_requests_total{method="other",route="none",status="5xx"}',
        'atompub_requests_total{method="other",route="none",status="4xx"}',
    } <= found
    assert not [name for name in found if "BREW" in name or "at/all" in name]


def test_the_folder_of_the_metrics_goes_with_the_server(site):
    """What the workers share is removed when the server stops."""
    opened = Path(f"/proc/{min(workers(site))}/maps").read_text()
    (folder,) = {Path(path).parent for path in re.findall(r"/\S*atompub-metrics-\S+\.db", opened)}
    assert folder.is_dir()
    site.server.stop()
    assert not folder.exists()
