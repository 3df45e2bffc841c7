"""Fixtures: engines, and sites over WSGI and live."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from atompub.store.opening import open_engine
from tests import sites, stores

ROOT = Path(__file__).resolve().parents[1]

# The suite tries the same examples each time, so that a change is judged by what it changed;
# `make fuzz` looks for new ones.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("fuzz", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile("suite")


@pytest.fixture
def clock():
    """A clock that stands until it is moved."""
    return stores.Clock()


@pytest.fixture(scope="session")
def postgres():
    """Starts PostgreSQL at its first call; its URL."""
    started = []

    def start():
        if not started:
            started.append(stores.start_postgres())
        return started[0][0]

    yield start
    for _, stop in started:
        stop()


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request, tmp_path, postgres):
    """The URL of an empty, migrated store, once on each database."""
    with stores.fresh_store(request.param, tmp_path, postgres) as url:
        yield url


@pytest.fixture
def engine(store_url):
    """An engine of that store."""
    opened = open_engine(store_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A live server for all tests of the session; each test gets a new store under it."""
    with _serving(tmp_path_factory) as running:
        yield running


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory):
    """A live server of its own for `shared_site`."""
    with _serving(tmp_path_factory) as running:
        yield running


@contextmanager
def _serving(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live") / "data"
    folder.mkdir()
    sites.renew(folder).close()
    running = sites.Server(folder)
    yield running
    running.stop()


@pytest.fixture(scope="module", params=["wsgi", "live"])
def shared_site(request, tmp_path_factory):
    """As `site`, one for all tests of a module: for those that only read, or are refused."""
    if request.param == "wsgi":
        made = sites.wsgi_site(tmp_path_factory.mktemp("shared"))
    else:
        running = request.getfixturevalue("shared_server")
        made = sites.Site(sites.renew(running.folder), base=running.base)
    yield made
    made.close()
    made.store.close()


@pytest.fixture(params=["wsgi", "live"])
def site(request, tmp_path):
    """A site with its people, once over WSGI and once over a live gunicorn."""
    if request.param == "wsgi":
        made = sites.wsgi_site(tmp_path)
    else:
        running = request.getfixturevalue("server")
        made = sites.Site(sites.renew(running.folder), base=running.base)
    yield made
    made.close()
    made.store.close()


@pytest.fixture
def make_site(tmp_path):
    """Makes sites over WSGI with settings of their own: make_site(require_conditional="yes")."""
    made = []

    def make(**options):
        folder = tmp_path / f"site-{len(made)}"
        folder.mkdir()
        made.append(sites.wsgi_site(folder, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
        one.store.close()


@pytest.fixture
def timed_site(make_site, clock):
    """A site whose clock is the `clock` fixture."""
    return make_site(now=clock)


def pytest_collection_modifyitems(items):
    """Tests marked foreign run where their program is; in CI a missing one is a failure."""
    for item in items:
        for mark in item.iter_markers("foreign"):
            if not os.environ.get("CI") and not _is_here(*mark.args, **mark.kwargs):
                item.add_marker(
                    pytest.mark.skip(reason=f"{mark.args[0]} is not here: make foreign")
                )


@cache
def _is_here(program, module=None):
    """Whether a program is installed, and a module of it for those like perl; or whether a file
    below the repository is there."""
    if "/" in program:
        return (ROOT / program).exists()
    if module is None or not shutil.which(program):
        return bool(shutil.which(program))
    loads = subprocess.run([program, f"-M{module}", "-e", "1"], check=False, capture_output=True)
    return loads.returncode == 0
