"""A disk that is full, and a store that is taken away: honest refusals, and then it goes on."""

import resource
from pathlib import Path

import pytest

from tests import sites
from tests.documents import ENTRY, entry, xpath


@pytest.fixture
def served(tmp_path):
    """A live server on a store of its own, and its site."""
    folder = tmp_path / "data"
    folder.mkdir()
    engine = sites.renew(folder)
    sites.Site(engine).collection("files", accept=("*/*",))
    engine.close()
    server = sites.Server(folder, workers=1)
    site = sites.Site(None, base=server.base)
    yield server, site
    site.close()
    server.stop()


def limit(server, octets):
    """Let no file of the server grow beyond a size, as a full disk does."""
    for pid in processes(server):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (octets, resource.RLIM_INFINITY))


def processes(server):
    """The server's process and its workers."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return [server.process.pid, *map(int, children.read_text().split())]


def files(folder):
    """The media files there are, finished or not."""
    return sorted(path.name for path in folder.glob("media/*/*"))


def test_full_disk(served):
    """Where nothing fits any more writes are 503, reads go on, and room is enough to go on."""
    server, site = served
    url = site.made(entry("Before"), by=site.admin)
    limit(server, 4096)
    answers = [site.post(entry(f"Full {n}", "x" * 9000), by=site.admin) for n in range(20)]
    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused
    assert {201, 503} >= {answer.status_code for answer in answers}
    assert all("Retry-After" in answer.headers for answer in refused)
    assert 200 == site.admin.get(url).status_code
    limit(server, resource.RLIM_INFINITY)
    after = site.made(entry("After"), by=site.admin)
    taken = [answer.headers["Location"] for answer in answers if answer.status_code == 201]
    listed = xpath(site.admin.get("/atom/blog/").content, "a:entry/a:link[@rel='edit']/@href")
    assert {url, after, *taken} == set(listed)


def test_full_disk_for_media(served):
    """Media that does not fit is a 503 and leaves nothing; with room it is taken."""
    server, site = served
    headers = {"Content-Type": "image/png"}
    octets = bytes(300_000)
    limit(server, 100_000)
    refused = site.admin.post("/atom/files/", content=octets, headers=headers)
    assert (503, []) == (refused.status_code, files(server.folder))
    limit(server, resource.RLIM_INFINITY)
    assert 201 == site.admin.post("/atom/files/", content=octets, headers=headers).status_code
    assert 1 == len(files(server.folder))


def test_store_taken_away(served, tmp_path):
    """While the data directory is away all is 503; when it is back, all is as it was."""
    server, site = served
    url = site.made(entry("Here"), by=site.admin)
    server.folder.rename(tmp_path / "away")
    seen = [site.anon.get("/atom/blog/"), site.anon.get("/blog/feed.atom")]
    seen.append(site.admin.post("/atom/blog/", content=entry(), headers={"Content-Type": ENTRY}))
    assert [503] * 3 == [answer.status_code for answer in seen]
    assert not server.folder.exists()
    (tmp_path / "away").rename(server.folder)
    assert 200 == site.admin.get(url).status_code
    assert 201 == site.post(entry(), by=site.admin).status_code
