"""Killed without a word in the middle of a storm of writes, the server loses nothing it took.

SOAK_ROUNDS rounds, three without it; `make soak` runs twenty.
"""

import os
import sqlite3

import pytest

from tests import sites
from tests.live.storm import check, check_whole, kill, storm

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "3"))
ACKNOWLEDGED = 60
"""Acknowledged writes to wait for before the kill, so that each round is in full swing."""


@pytest.mark.covers("APP-9.6-15", "APP-9.2-12")
def test_killed_in_a_storm(tmp_path):
    """After each kill every acknowledged write is there, whole and with its media."""
    folder = tmp_path / "data"
    folder.mkdir()
    engine = sites.renew(folder)
    sites.Site(engine).collection("files", accept=("*/*",))
    engine.close()
    ledgers = []
    for round_ in range(ROUNDS):
        server = sites.Server(folder)
        stop, writers = storm(server.base, writers=6, seed=round_)
        while sum(writer.ledger.acknowledged for writer in writers) < ACKNOWLEDGED:
            assert any(writer.thread.is_alive() for writer in writers), server.log.read_text()
            writers[0].thread.join(0.05)
        kill(server)
        stop.set()
        for writer in writers:
            writer.thread.join(30)
            assert [] == writer.ledger.refused
        ledgers += [writer.ledger for writer in writers]
        _check_after(folder, ledgers[-6:] if round_ + 1 < ROUNDS else ledgers)


def _check_after(folder, ledgers):
    server = sites.Server(folder)
    site = sites.Site(None, base=server.base)
    for ledger in ledgers:
        _rebase(ledger, server.base)
        check(site, ledger)
    assert check_whole(site, "blog") > 0
    assert check_whole(site, "files") > 0
    site.close()
    server.stop()
    with sqlite3.connect(folder / "atompub.db") as database:
        assert [("ok",)] == database.execute("PRAGMA integrity_check").fetchall()


def _rebase(ledger, base):
    """The same addresses on the port that the server has now."""

    def moved(url):
        return base + "/atom/" + url.partition("/atom/")[2]

    ledger.titles = {moved(url): title for url, title in ledger.titles.items()}
    ledger.media = {moved(url): digest for url, digest in ledger.media.items()}
    ledger.unsure = {moved(url) for url in ledger.unsure}
