"""Media far larger than a worker may hold go up and down.

LARGE_MEGABYTES megabytes, a hundred without it; `make soak` sends a gigabyte.
"""

import hashlib
import os
from pathlib import Path

import httpx

from tests import sites
from tests.documents import one

MEGABYTE = 1_000_000
SIZE = int(os.environ.get("LARGE_MEGABYTES", "100")) * MEGABYTE
GROWTH = 30 * MEGABYTE


def processes_of(pid):
    """A process and all it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in processes_of(int(child)))]


def memory(pid, field):
    """A figure of a process's memory, in octets: VmRSS is what it holds, VmHWM the most so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"no {field}")


def test_memory_does_not_grow_with_the_media(tmp_path):
    """While a large file goes up, comes down, and comes down in a part, no process grows by more
    than 30 MB, and the octets are the same."""
    folder = tmp_path / "data"
    folder.mkdir()
    store = sites.renew(folder)
    running = sites.Server(folder, env={"ATOMPUB_MAX_MEDIA_BYTES": str(SIZE)})
    site = sites.Site(store, base=running.base)
    site.collection("files", accept=("*/*",))
    site.made()
    before = {pid: memory(pid, "VmRSS") for pid in processes_of(running.process.pid)}
    for pid in before:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # VmHWM begins anew
    sent = hashlib.sha256()
    media = upload(site, sent)
    assert sent.digest() == download(site, media)
    assert 206 == site.alice.get(media, headers={"Range": f"bytes={SIZE - 1000}-"}).status_code
    grown = {pid: memory(pid, "VmHWM") - held for pid, held in before.items()}
    site.close()
    running.stop()
    store.close()
    print({pid: f"{growth / MEGABYTE:.1f} MB" for pid, growth in grown.items()})
    assert max(grown.values()) < GROWTH


def upload(site, sent):
    """POST the file, hashed into `sent` on its way; the address of its octets."""
    block = os.urandom(MEGABYTE)

    def octets():
        for number in range(SIZE // MEGABYTE):
            part = number.to_bytes(8, "big") + block[8:]
            sent.update(part)
            yield part

    headers = {"Content-Type": "video/mp4", "Content-Length": str(SIZE)}
    answer = site.alice.post("/atom/files/", content=octets(), headers=headers, timeout=600)
    assert 201 == answer.status_code, answer.text
    return one(answer.content, "/a:entry/a:link[@rel='edit-media']/@href")


def download(site, media):
    """The SHA-256 of what comes down."""
    came = hashlib.sha256()
    with httpx.stream("GET", media, auth=("alice", "alice-secret"), timeout=600) as answer:
        assert 200 == answer.status_code
        for part in answer.iter_raw():
            came.update(part)
    return came.digest()
