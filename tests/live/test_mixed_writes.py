"""Sixteen clients write for a while, all kinds of writes, and nothing fails that should not.

SOAK_SECONDS seconds, four without it; `make soak` gives them a minute.
"""

import os
import threading

import pytest

from tests.documents import entry, one
from tests.live.storm import check, check_whole, storm

SECONDS = float(os.environ.get("SOAK_SECONDS", "4"))
CLIENTS = 16


@pytest.mark.covers("HTTP-C-14", "APP-9.3-10")
def test_mixed_writes(live):
    """No write fails but with an honest 412, no addition is lost, and all is there afterwards."""
    live.collection("files", accept=("*/*",))
    contested = live.made(entry("0"))
    stop, writers = storm(live.base, CLIENTS, seed=1, contested=contested)
    # The time that the writers have is the test's measure, not a wait for something to happen.
    threading.Event().wait(SECONDS)
    stop.set()
    for writer in writers:
        writer.thread.join(30)
        assert not writer.thread.is_alive()
    ledgers = [writer.ledger for writer in writers]
    refused = {status for ledger in ledgers for status in ledger.refused}
    assert refused <= {412}
    assert all(ledger.acknowledged and not ledger.unsure for ledger in ledgers)
    number = int(one(live.admin.get(contested).content, "/a:entry/a:title/text()"))
    assert number == sum(ledger.counted for ledger in ledgers)
    acknowledged, refusals = (
        sum(one.acknowledged for one in ledgers),
        sum(map(len, (one.refused for one in ledgers))),
    )
    print(f"{acknowledged} writes acknowledged, {refusals} answered 412")
    for ledger in ledgers:
        check(live, ledger)
    assert check_whole(live, "blog") > 0
    assert check_whole(live, "files") > 0
