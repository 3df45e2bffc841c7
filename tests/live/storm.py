"""A storm of writes on a live server, and the ledger of what was acknowledged."""

import hashlib
import os
import random
import signal
import threading
from dataclasses import dataclass, field

import httpx

from tests.documents import ENTRY, entry, one


@dataclass
class Ledger:
    """What the server said it did: by address, the title and octets it must have, None if gone.

    A write whose answer never came is `unsure`: it may have happened or not. `counted` is how
    often it added one to the contested number.
    """

    titles: dict = field(default_factory=dict)
    media: dict = field(default_factory=dict)
    counted: int = 0
    unsure: set = field(default_factory=set)
    refused: list = field(default_factory=list)
    acknowledged: int = 0


class Writer:
    """Posts, edits, deletes and uploads until it is stopped or the server is gone.

    `contested` is the address of an entry whose title is a number, to which all add.
    """

    def __init__(self, base, seed, stop, contested=None):
        self.ledger, self._stop = Ledger(), stop
        self.thread = threading.Thread(target=self._run, daemon=True)
        self._random, self._base, self._name = random.Random(seed), base, f"w{seed}"
        self._count, self._contested = 0, contested
        self._acts = [self._post, self._post, self._put, self._delete, self._upload]
        self._acts += [self._replace, self._add] if contested else []

    def _run(self):
        auth = ("admin", "admin-secret")
        with httpx.Client(base_url=self._base, auth=auth, timeout=30) as client:
            while not self._stop.is_set():
                try:
                    self._random.choice(self._acts)(client)
                except httpx.TransportError:
                    return

    def _title(self):
        self._count += 1
        return f"{self._name} {self._count}"

    def _mine(self, among=None):
        alive = [
            url
            for url, title in self.ledger.titles.items()
            if title is not None and (among is None or url in among)
        ]
        return self._random.choice(alive) if alive else None

    def _send(self, url, request, *arguments, **options):
        """One request; the address is unsure until its answer is here."""
        if url is not None:
            self.ledger.unsure.add(url)
        answer = request(*arguments, **options)
        self.ledger.unsure.discard(url)
        if answer.is_success:
            self.ledger.acknowledged += 1
        else:
            self.ledger.refused.append(answer.status_code)
        return answer

    def _post(self, client):
        title = self._title()
        headers = {"Content-Type": ENTRY}
        answer = self._send(None, client.post, "/atom/blog/", content=entry(title), headers=headers)
        if answer.status_code == 201:
            self.ledger.titles[answer.headers["Location"]] = title

    def _put(self, client):
        url, title = self._mine(), self._title()
        if url is None:
            return
        headers = {"Content-Type": ENTRY}
        if self._send(url, client.put, url, content=entry(title), headers=headers).is_success:
            self.ledger.titles[url] = title

    def _delete(self, client):
        url = self._mine()
        if url is not None and self._send(url, client.delete, url).is_success:
            self.ledger.titles[url] = None
            self.ledger.media.pop(url, None)

    def _octets(self):
        return self._random.randbytes(self._random.choice((500, 50_000, 400_000)))

    def _upload(self, client):
        octets, title = self._octets(), self._title()
        headers = {"Content-Type": "image/png", "Slug": title}
        answer = self._send(None, client.post, "/atom/files/", content=octets, headers=headers)
        if answer.status_code == 201:
            url = answer.headers["Location"]
            self.ledger.titles[url] = title
            self.ledger.media[url] = hashlib.sha256(octets).hexdigest()

    def _replace(self, client):
        """Other octets for a media resource."""
        url, octets = self._mine(self.ledger.media), self._octets()
        if url is None:
            return
        headers = {"Content-Type": "image/png"}
        replaced = self._send(url, client.put, f"{url}/media", content=octets, headers=headers)
        if replaced.is_success:
            self.ledger.media[url] = hashlib.sha256(octets).hexdigest()

    def _add(self, client):
        """Add one to the contested number, unless somebody else did meanwhile."""
        seen = client.get(self._contested)
        number = int(one(seen.content, "/a:entry/a:title/text()"))
        headers = {"Content-Type": ENTRY, "If-Match": seen.headers["ETag"]}
        body = entry(str(number + 1))
        added = self._send(None, client.put, self._contested, content=body, headers=headers)
        self.ledger.counted += added.is_success


def storm(base, writers, seed, contested=None):
    """Start writers; what stops them, and the writers."""
    stop = threading.Event()
    started = [Writer(base, seed * 100 + number, stop, contested) for number in range(writers)]
    for writer in started:
        writer.thread.start()
    return stop, started


def kill(server):
    """Kill a server and all its workers, without a word."""
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait(20)


def check(site, ledger):
    """Hold a ledger against a server: every acknowledged write is there, whole."""
    for url, title in ledger.titles.items():
        if url in ledger.unsure:
            continue
        found = site.admin.get(url)
        if title is None:
            assert found.status_code == 410, f"{url} was deleted: {found.status_code}"
            continue
        assert found.status_code == 200, f"{url} was acknowledged: {found.status_code}"
        assert title == one(found.content, "a:title/text()")
    for url, sha256 in ledger.media.items():
        if ledger.titles[url] is not None and url not in ledger.unsure:
            address = one(site.admin.get(url).content, "a:link[@rel='edit-media']/@href")
            octets = site.admin.get(address).content
            assert sha256 == hashlib.sha256(octets).hexdigest(), f"{url} lost octets"


def check_whole(site, collection):
    """Walk a collection: no entry is torn, none lacks its media, each is there once."""
    seen, address = [], f"/atom/{collection}/"
    while address:
        page = site.admin.get(address).content
        for member in one(page, "/a:feed").iterfind("{http://www.w3.org/2005/Atom}entry"):
            seen.append(one(member, "a:id/text()"))
            for media in member.xpath(
                "a:link[@rel='edit-media']/@href", namespaces={"a": "http://www.w3.org/2005/Atom"}
            ):
                assert site.admin.head(media).status_code == 200, f"{media} has no octets"
        following = one(page, "/a:feed").xpath(
            "a:link[@rel='next']/@href", namespaces={"a": "http://www.w3.org/2005/Atom"}
        )
        address = following[0] if following else None
    assert len(seen) == len(set(seen))
    return len(seen)
