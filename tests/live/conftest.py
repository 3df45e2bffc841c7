"""Sites of live servers, for tests of what many do at once and for foreign clients."""

import pytest

from atompub.store.opening import open_engine
from tests import sites, stores
from tests.live.wire import Wire


@pytest.fixture
def live(server):
    """A site with its people on a live server with two worker processes."""
    made = sites.Site(sites.renew(server.folder), base=server.base)
    yield made
    made.close()
    made.store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def on_each_store(request, tmp_path, postgres):
    """Such a site, once on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("live")
        return
    with stores.fresh_store("postgres", tmp_path, postgres) as url:
        engine = open_engine(url)
        sites.fill(engine)
        running = sites.Server(tmp_path / "data", env={"ATOMPUB_DATABASE": url})
        made = sites.Site(engine, base=running.base)
        yield made
        made.close()
        running.stop()
        engine.close()


@pytest.fixture(scope="module")
def shared_live(server):
    """A site on a live server for all tests of a module, which count on nothing in it."""
    made = sites.Site(sites.renew(server.folder), base=server.base)
    yield made
    made.close()
    made.store.close()


@pytest.fixture
def wire(server, shared_live):
    """A connection to the server of `shared_live`."""
    opened = Wire(server)
    yield opened
    opened.close()
