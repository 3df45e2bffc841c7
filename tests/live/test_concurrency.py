"""Many writers at once, and readers that page and follow meanwhile, on two server processes."""

import random
import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import httpx
import pytest

from tests.documents import DRAFT, ENTRY, entry, one, xpath

WRITERS = ("admin", "erin", "alice", "bob") * 2
STEPS = 40
UNTOUCHED = 23
PAGE_SIZE = 5


def in_parallel(count, work):
    """Call work(0), work(1), … in threads that are let go at the same moment; their results."""
    gate = threading.Barrier(count)

    def begin(number):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def client_of(live, name=None, **headers):
    """A client that many threads may use; `name` signs in."""
    auth = (name, f"{name}-secret") if name else None
    headers |= {"Accept-Encoding": "identity", "Content-Type": ENTRY}
    limits = httpx.Limits(max_connections=None)
    return httpx.Client(base_url=live.base, auth=auth, headers=headers, limits=limits, timeout=60)


def title_of(document):
    """The title of an entry."""
    return one(document, "/a:entry/a:title/text()")


def edited_in(document, path):
    """The instants of the app:edited elements at a path."""
    return [datetime.fromisoformat(text) for text in xpath(document, f"{path}/app:edited/text()")]


@pytest.mark.covers("HTTP-C-14", "APP-9.3-10")
def test_one_of_fifty_writers_with_one_tag_wins(on_each_store):
    """Of 50 PUTs at once with the same If-Match one is done; the others get 412."""
    live = on_each_store
    url = live.made(entry("Title 0"))
    tag = live.alice.get(url).headers["ETag"]
    before = live.collections.get("blog").sequence
    with client_of(live, "alice") as client:

        def put(number):
            return client.put(url, content=entry(f"Title {number}"), headers={"If-Match": tag})

        answers = in_parallel(50, put)
    assert {200: 1, 412: 49} == Counter(answer.status_code for answer in answers)
    (winner,) = [answer for answer in answers if answer.status_code == 200]
    assert winner.content == live.alice.get(url).content
    assert before + 1 == live.collections.get("blog").sequence


@pytest.mark.covers("HTTP-C-14", "APP-9.3-4")
def test_fifty_writers_without_a_tag_all_write(on_each_store):
    """Of 50 unconditional PUTs at once all are done, one after the other; the last one stays."""
    live = on_each_store
    url = live.made(entry("Title 0"))
    before = live.collections.get("blog").sequence
    with client_of(live, "alice") as client:
        answers = in_parallel(50, lambda number: client.put(url, content=entry(f"T {number}")))
    assert {200: 50} == Counter(answer.status_code for answer in answers)
    by_instant = {edited_in(answer.content, "/a:entry")[0]: answer.content for answer in answers}
    assert 50 == len(by_instant)
    assert by_instant[max(by_instant)] == live.alice.get(url).content
    assert before + 50 == live.collections.get("blog").sequence


@pytest.mark.covers("HTTP-C-14")
def test_no_addition_is_lost(on_each_store):
    """Writers that add one to the number they read, under its ETag, count to their sum."""
    live = on_each_store
    url = live.made(entry("0"))

    def count(number):
        with client_of(live, WRITERS[number], Connection="close") as client:
            added = 0
            while added < 5:
                seen = client.get(url)
                body = entry(str(int(title_of(seen.content)) + 1))
                answer = client.put(url, content=body, headers={"If-Match": seen.headers["ETag"]})
                assert answer.status_code in {200, 412}
                added += answer.status_code == 200

    # A blog's own author and its editors may all edit the one entry; bob may not.
    writers = [number for number, name in enumerate(WRITERS) if name != "bob"]
    in_parallel(len(writers), lambda number: count(writers[number]))
    assert str(5 * len(writers)) == title_of(live.alice.get(url).content)


@pytest.mark.covers("HTTP-C-14", "APP-9.4-2")
def test_edit_and_delete_at_once(on_each_store):
    """Of PUT and DELETE at once with one tag, one is done, and the other sees 410 or 412."""
    live = on_each_store
    for _ in range(10):
        url = live.made(entry("Contested"))
        headers = {"If-Match": live.alice.get(url).headers["ETag"]}
        with client_of(live, "alice", **headers) as client:
            calls = [
                lambda client=client, url=url: client.put(url, content=entry("Edited")),
                lambda client=client, url=url: client.delete(url),
            ]
            put, delete = in_parallel(2, lambda number, calls=calls: calls[number]())
        expected = [(200, 412, 200), (410, 200, 410)]
        assert (
            put.status_code,
            delete.status_code,
            live.alice.get(url).status_code,
        ) in expected


@dataclass
class Evidence:
    """Every page that was sent: which bytes under which tag, and which state, the part of a tag
    before its dot, with which number of a last change, as the page's own `monitor` tells it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    bytes_of: dict = field(default_factory=dict)
    number_of: dict = field(default_factory=dict)
    state_of: dict = field(default_factory=dict)

    def get(self, client, url, tag=None):
        """GET a page, with its tag if there is one; the answer, 200 or 304."""
        answer = client.get(url, headers={"If-None-Match": tag} if tag else {})
        if tag and answer.status_code == 304:
            assert tag == answer.headers["ETag"]
            return answer
        assert 200 == answer.status_code, answer.text
        tag, body = answer.headers["ETag"], answer.content
        state, number = tag.partition(".")[0], number_in(body)
        with self.lock:
            assert body == self.bytes_of.setdefault((url, tag), body)
            if number is not None:
                assert number == self.number_of.setdefault(state, number)
                assert state == self.state_of.setdefault(number, state)
        return answer


def number_in(document):
    """The number of the last change that a page tells, None where it tells none."""
    monitor = link(document, "monitor")
    return int(re.search(r"since=([0-9]+)", monitor)[1]) if monitor else None


def link(document, rel):
    """The address of a feed's link, None without one."""
    found = xpath(document, f"/a:feed/a:link[@rel='{rel}']/@href")
    assert len(found) < 2
    return found[0] if found else None


def entries_in(document):
    """The entries of a page, in order: id, instant and title."""
    ids = xpath(document, "/a:feed/a:entry/a:id/text()")
    titles = xpath(document, "/a:feed/a:entry/a:title/text()")
    return list(zip(ids, edited_in(document, "/a:feed/a:entry"), titles, strict=True))


def walk(client, evidence, url="/atom/blog/"):
    """The pages of a collection from the first along `next`."""
    while url:
        document = evidence.get(client, url).content
        yield document
        url = link(document, "next")


@dataclass
class Writer:
    """Creates, edits and deletes entries of its own, and keeps what was acknowledged."""

    live: object
    number: int
    evidence: Evidence
    titles: dict = field(default_factory=dict)
    deleted: set = field(default_factory=set)
    addresses: dict = field(default_factory=dict)

    def run(self):
        """Do all steps."""
        chance = random.Random(self.number)
        account = WRITERS[self.number]
        with client_of(self.live, account) as client, client_of(self.live, account) as other:
            for step in range(STEPS):
                kind = chance.choice(["post", "post", "put", "put", "delete"])
                name = chance.choice(sorted(self.titles)) if self.titles else None
                if kind == "post" or name is None:
                    edited = self.post(client, f"urn:x-test:{self.number}:{step}")
                elif kind == "put":
                    edited = self.put(client, name, step, DRAFT * chance.choice([0, 0, 1]))
                else:
                    edited = self.delete(client, name)
                # Whoever reads after an acknowledged write reads at least that state.
                page = entries_in(self.evidence.get(other, "/atom/blog/").content)
                if edited is None:
                    assert name not in [identity for identity, _, _ in page]
                else:
                    assert edited <= page[0][1]

    def post(self, client, name):
        """Create an entry; the instant of the change."""
        answer = client.post("/atom/blog/", content=entry(name, id=name))
        assert 201 == answer.status_code, answer.text
        self.titles[name], self.addresses[name] = name, answer.headers["Location"]
        return edited_in(answer.content, "/a:entry")[0]

    def put(self, client, name, step, draft):
        """Edit one, every other time with its tag; the instant of the change."""
        url, title = self.addresses[name], f"{name} at {step}"
        tag = client.get(url).headers["ETag"] if step % 2 else "*"
        headers = {"If-Match": tag}
        answer = client.put(url, content=entry(title, id=name, extra=draft), headers=headers)
        assert 200 == answer.status_code, answer.text
        self.titles[name] = title
        return edited_in(answer.content, "/a:entry")[0]

    def delete(self, client, name):
        """Delete one; nothing of it is left."""
        answer = client.delete(self.addresses[name])
        assert 200 == answer.status_code, answer.text
        del self.titles[name]
        self.deleted.add(name)


def page_on(live, name, evidence, untouched, done):
    """Walk the pages again and again while others write."""
    number, rounds = -1, 0
    with client_of(live, name, Connection="close") as client:
        while not done.is_set() or not rounds:
            pages = list(walk(client, evidence))
            entries = [found for page in pages for found in entries_in(page)]
            ids = [identity for identity, _, _ in entries]
            assert len(set(ids)) == len(ids)
            assert untouched == [identity for identity in ids if identity in untouched]
            instants = [edited for _, edited, _ in entries]
            assert sorted(set(instants), reverse=True) == instants
            assert number <= number_in(pages[0])
            number, rounds = number_in(pages[0]), rounds + 1


@dataclass
class Follower:
    """Keeps a copy of a collection as docs/following.md says; `name` None reads as anyone."""

    live: object
    name: str | None
    evidence: Evidence
    copy: dict = field(default_factory=dict)
    removed: list = field(default_factory=list)
    instants: list = field(default_factory=list)

    def run(self, url, done):
        """Follow from an address, or where that is None from a copy, until all are done."""
        with client_of(self.live, self.name, Connection="close") as client:
            url = url or self.copy_pages(client)
            tag = None
            while True:
                last_round = done.is_set()
                answer = self.evidence.get(client, url, tag)
                if answer.status_code == 200:
                    self.apply(answer.content)
                    onward = link(answer.content, "next") or link(answer.content, "monitor")
                    url, tag = onward, answer.headers["ETag"] if onward == url else None
                elif last_round:
                    return

    def copy_pages(self, client):
        """Copy the collection page by page; where to go on."""
        pages = list(walk(client, self.evidence))
        for page in pages:
            self.copy |= {identity: title for identity, _, title in entries_in(page)}
        return link(pages[0], "monitor")

    def apply(self, document):
        """Apply a document of changes."""
        for identity in xpath(document, "/a:feed/at:deleted-entry/@ref"):
            self.copy.pop(identity, None)
            self.removed.append(identity)
        for identity, edited, title in entries_in(document):
            self.copy[identity] = title
            self.instants.append(edited)


def listed(live, name):
    """The titles of all entries that someone sees, by id, when nobody writes."""
    with client_of(live, name) as client:
        return {
            identity: title
            for page in walk(client, Evidence())
            for identity, _, title in entries_in(page)
        }


@pytest.mark.covers("APP-10.1-3", "APP-10.1-5", "HTTP-C-3")
def test_readers_while_eight_write(on_each_store):
    """While 8 write, who pages meets every untouched member once per walk and no member twice;
    who follows misses and repeats nothing; and one tag never has two documents."""
    live = on_each_store
    live.set("blog", page_size=PAGE_SIZE)
    untouched = [f"urn:x-test:untouched:{number}" for number in range(UNTOUCHED)]
    for identity in untouched:
        live.made(entry(identity, id=identity))
    done, evidence = threading.Event(), Evidence()
    writers = [Writer(live, number, evidence) for number in range(len(WRITERS))]
    editor, anyone = Follower(live, "erin", evidence), Follower(live, None, evidence)

    newest_first = untouched[::-1]
    with ThreadPoolExecutor() as pool:
        reading = [
            pool.submit(page_on, live, "erin", evidence, newest_first, done),
            pool.submit(page_on, live, None, evidence, newest_first, done),
            pool.submit(editor.run, "/atom/blog/?since=0", done),
            pool.submit(anyone.run, None, done),
        ]
        try:
            in_parallel(len(writers), lambda number: writers[number].run())
        finally:
            done.set()
        for reader in reading:
            reader.result(60)

    acknowledged = {identity: identity for identity in untouched}
    for writer in writers:
        acknowledged |= writer.titles
    assert acknowledged == listed(live, "erin") == editor.copy
    assert listed(live, None) == anyone.copy
    assert sorted(set().union(*(writer.deleted for writer in writers))) == sorted(editor.removed)
    for follower in (editor, anyone):
        assert sorted(set(follower.instants)) == follower.instants
