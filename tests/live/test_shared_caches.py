"""Caches between readers and the server: real nginx and Varnish hold what readers get, ask again
when it is too old, and never hold what is an author's own."""

import gzip
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests import sites
from tests.documents import DRAFT, bare, entry, xpath

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
MAX_AGE = 60
HASTE = 60
VARNISH = """
vcl 4.1;
backend default {{ .host = "127.0.0.1"; .port = "{upstream}"; }}
sub vcl_backend_response {{ set beresp.ttl = beresp.ttl / {haste}; }}
"""
"""Varnish does not run on a clock of ours, so here a minute lasts a second."""
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid;
env FAKETIME_TIMESTAMP_FILE; env FAKETIME_NO_CACHE;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    proxy_cache_path {folder}/cache keys_zone=site:1m;
    proxy_temp_path {folder}/temp; client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{upstream};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_cache site;
            proxy_cache_revalidate on;
        }}
    }}
}}
"""


@dataclass
class Cache:
    """A cache in front of a live site.

    `asked` tells the statuses of the site's first answers to requests for a path; `wait` lets more
    time pass than the cache may keep a copy.
    """

    site: sites.Site
    base: str
    asked: Callable[[str, int], list[int]]
    wait: Callable[[], None]

    def get(self, path, **headers):
        """GET through the cache."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.get(self.base + path, headers={"Accept-Encoding": "identity"} | named)


@pytest.fixture
def upstream(tmp_path):
    """A live server of its own, and its site."""
    folder = tmp_path / "data"
    folder.mkdir()
    store = sites.renew(folder)
    running = sites.Server(folder)
    site = sites.Site(store, base=running.base)
    yield running, site
    site.close()
    running.stop()
    store.close()


@pytest.fixture(
    params=[
        pytest.param(
            "nginx", marks=[pytest.mark.foreign("nginx"), pytest.mark.foreign("faketime")]
        ),
        pytest.param("varnishd", marks=pytest.mark.foreign("varnishd")),
    ]
)
def cache(request, upstream, tmp_path):
    """A cache in front of the site."""
    running, site = upstream
    folder, port, offset = tmp_path / "cache", sites.free_port(), tmp_path / "offset"
    folder.mkdir()
    offset.write_text("+0\n")
    if request.param == "nginx":
        command, clock = nginx(folder, port, running.port), {"LD_PRELOAD": str(FAKETIME)}
        clock |= {"FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1"}
        wait = partial(offset.write_text, f"+{MAX_AGE + 2}\n")
    else:
        command, clock = varnish(folder, port, running.port), {}
        wait = partial(time.sleep, MAX_AGE / HASTE + 0.2)
    output = (folder / "output.log").open("wb")
    process = subprocess.Popen(command, env=os.environ | clock, stdout=output, stderr=output)
    base = f"http://127.0.0.1:{port}"
    wait_for(base, process, folder)
    yield Cache(site, base, running.answered, wait)
    process.terminate()
    process.wait(20)
    output.close()


def nginx(folder, port, upstream):
    """The command that runs nginx."""
    conf = folder / "nginx.conf"
    conf.write_text(NGINX.format(folder=folder, port=port, upstream=upstream))
    return ["nginx", "-p", folder, "-e", folder / "error.log", "-c", conf]


def varnish(folder, port, upstream):
    """The command that runs Varnish, which keeps what is too old to ask whether it still holds."""
    vcl = folder / "site.vcl"
    vcl.write_text(VARNISH.format(upstream=upstream, haste=HASTE))
    places = ["-a", f"127.0.0.1:{port}", "-f", vcl, "-n", folder / "work"]
    keep = ["-p", "default_keep=3600", "-p", "default_grace=0"]
    return ["varnishd", "-j", "none", "-F", *places, "-s", "malloc,16m", *keep]


def wait_for(base, process, folder):
    """Wait until a cache answers."""
    for _ in range(600):
        assert process.poll() is None, (folder / "output.log").read_text()
        try:
            if httpx.get(f"{base}/-/live").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)  # there is no event to wait for before the port is open
    raise AssertionError((folder / "output.log").read_text())


FEED = "/blog/feed.atom"


def titles(answer):
    """The titles of a feed's entries."""
    return xpath(answer.content, "/a:feed/a:entry/a:title/text()")


@pytest.mark.covers("HTTP-K-2")
def test_a_hit_is_answered_by_the_cache(cache):
    """A feed and pages are asked for once, however many readers come."""
    cache.site.made(entry("First"))
    for path in (FEED, "/blog/", "/"):
        first, second = cache.get(path), cache.get(path)
        assert (200, first.content) == (second.status_code, second.content)
        assert first.headers["X-Request-ID"] == second.headers["X-Request-ID"]


@pytest.mark.covers("HTTP-K-2")
def test_what_is_too_old_is_asked_about(cache):
    """After its time the cache asks whether its copy still holds, and is told with a 304."""
    cache.site.made(entry("First"))
    first = cache.get(FEED)
    cache.wait()
    again = cache.get(FEED)
    assert (200, first.content) == (again.status_code, again.content)
    assert [200, 304] == sorted(cache.asked(FEED, 2))


def test_a_new_entry_is_seen_in_time(cache):
    """A new entry is seen through the cache when the time of its copy is over."""
    cache.site.made(entry("First"))
    assert ["First"] == titles(cache.get(FEED))
    cache.site.made(entry("Second", id="urn:x:second"))
    cache.wait()
    assert {"First", "Second"} == set(titles(cache.get(FEED)))


def test_codings_are_told_apart(cache):
    """Who takes gzip and who does not each get what they can read."""
    cache.site.made(entry("First", "x" * 5000))
    plain = cache.get(FEED)
    with httpx.stream("GET", cache.base + FEED, headers={"Accept-Encoding": "gzip"}) as answer:
        octets = b"".join(answer.iter_raw())
        assert "gzip" == answer.headers["Content-Encoding"]
    assert plain.content == gzip.decompress(octets)
    assert "Content-Encoding" not in plain.headers
    assert plain.content == cache.get(FEED).content


@pytest.mark.covers("HTTP-K-1")
def test_nothing_of_an_author_crosses(cache):
    """What an author sees of a collection, drafts among it, is kept for nobody else."""
    cache.site.made(entry("Shown"))
    cache.site.made(bare(f"<title>Hidden</title>{DRAFT}"))
    auth = ("alice", "alice-secret")
    own = httpx.get(f"{cache.base}/atom/blog/", auth=auth)
    assert {"Shown", "Hidden"} == set(titles(own))
    for path in ("/atom/blog/", FEED):
        assert ["Shown"] == titles(cache.get(path))
    assert {"Shown", "Hidden"} == set(titles(httpx.get(f"{cache.base}/atom/blog/", auth=auth)))
