"""A server whose clock is put back while it serves."""

import sys
from pathlib import Path

import pytest

from tests import sites
from tests.documents import entry, xpath

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "gunicorn", "-k", "atompub.web.worker.Worker"]
HOUR, YEAR = 3600, 365 * 86_400


@pytest.fixture
def jumping(tmp_path):
    """A live site, and the file that says how many seconds its clock is off."""
    folder, offset = tmp_path / "data", tmp_path / "offset"
    folder.mkdir()
    offset.write_text("0")
    store = sites.renew(folder)
    env = {"ATOMPUB_DATA": str(folder), "CLOCK_OFFSET": str(offset), "PYTHONPATH": str(ROOT)}
    program = [*PROGRAM, "tests.live.jumping:application"]
    running = sites.Server(folder, program=program, env=env)
    site = sites.Site(store, base=running.base)
    yield site, offset
    site.close()
    running.stop()
    store.close()


@pytest.mark.covers("APP-9.3-4", "APP-10-2")
def test_edited_increases_over_a_clock_that_jumps(jumping):
    """However the clock jumps, each write has an app:edited later than all before it, and the
    collection lists them in the order in which they were written."""
    site, offset = jumping
    urls = [site.made(entry(str(number))) for number in range(3)]
    edited = []
    for jump, url in zip((0, -HOUR, YEAR, -YEAR, HOUR), urls * 2, strict=False):
        offset.write_text(str(jump))
        answer = site.put(url, entry(f"at {jump}"))
        assert 200 == answer.status_code
        edited += xpath(answer.content, "/a:entry/app:edited/text()")
        site.made(entry(f"beside {jump}"))
    assert edited == sorted(set(edited))
    shown = xpath(site.alice.get("/atom/blog/").content, "//app:edited/text()")
    assert shown == sorted(set(shown), reverse=True)
    assert 304 == _again(site, "/atom/blog/").status_code


def _again(site, url):
    """A poll with the tag of a first one."""
    return site.anon.get(url, headers={"If-None-Match": site.anon.get(url).headers["ETag"]})
