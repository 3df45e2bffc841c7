"""Sessions of curl, as people and shell scripts hold them."""

import re
import subprocess
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

import pytest

from tests.documents import ENTRY, entry, one, xpath

pytestmark = pytest.mark.foreign("curl")

TITLE = "/a:entry/a:title/text()"


@dataclass(frozen=True)
class Answer:
    """An answer as `curl -i` prints it; the fields' names in small letters."""

    status: int
    fields: dict
    body: bytes


@pytest.fixture
def curl(live, tmp_path):
    """Runs curl as alice in a folder of its own; arguments after the collection's address."""

    def run(*arguments, url=f"{live.base}/atom/blog/", stdin=b""):
        command = ["curl", "-s", "-S", "-i", "-u", "alice:alice-secret", *arguments, url]
        printed = subprocess.run(
            command, check=True, cwd=tmp_path, input=stdin, stdout=subprocess.PIPE, timeout=30
        ).stdout
        return parsed(printed)

    (tmp_path / "entry.xml").write_bytes(entry("From a file"))
    return run


def parsed(printed):
    """The last answer of what curl printed; before it may stand a 100 Continue."""
    while printed.startswith(b"HTTP/1.1 100"):
        printed = printed.partition(b"\r\n\r\n")[2]
    head, _, body = printed.partition(b"\r\n\r\n")
    status, *lines = head.decode("ascii").split("\r\n")
    fields = dict(re.match(r"([^:]+): *(.*)", line).groups() for line in lines)
    return Answer(int(status.split()[1]), {n.lower(): v for n, v in fields.items()}, body)


TYPED = ("-H", f"Content-Type: {ENTRY}")
UNTYPED = ("-H", "Content-Type:")
SENT = ("--data-binary", "@entry.xml")


@pytest.fixture
def made(curl):
    """The address of an entry that curl made."""
    answer = curl(*TYPED, *SENT)
    assert 201 == answer.status
    return answer.fields["location"]


@pytest.mark.covers("APP-9.2-1", "APP-9.2-2", "APP-9.2-4")
def test_post_a_file(curl, live):
    """POST of a file is 201 with the entry's address, twice, and the entry."""
    answer = curl(*TYPED, "-H", "Slug: From curl", *SENT)
    assert 201 == answer.status
    assert f"{live.base}/atom/blog/from-curl" == answer.fields["location"]
    assert answer.fields["location"] == answer.fields["content-location"]
    assert f"{ENTRY};charset=utf-8" == answer.fields["content-type"]
    assert "From a file" == one(answer.body, TITLE)


@pytest.mark.covers("HTTP-B-1")
def test_post_a_stream(curl):
    """POST of a stream, whose length curl does not know and so sends in chunks, is taken whole."""
    long = entry("From a stream", "x" * 300_000)
    chunked = ("-H", "Transfer-Encoding: chunked")
    answer = curl(*TYPED, *chunked, "--data-binary", "@-", stdin=long)
    assert 201 == answer.status
    assert "x" * 300_000 == one(answer.body, "/a:entry/a:content/text()")
    answer = curl(*TYPED, "-X", "POST", "-T", "-", stdin=long)
    assert 201 == answer.status


@pytest.mark.covers("APP-9.2-15")
def test_post_without_a_type(curl):
    """POST without a Content-Type takes an entry for what it is, and refuses what is none."""
    answer = curl(*UNTYPED, *SENT)
    assert 201 == answer.status
    assert "From a file" == one(answer.body, TITLE)
    answer = curl(*UNTYPED, "--data-binary", "Hello")
    assert (415, ENTRY) == (answer.status, answer.fields["accept"])


@pytest.mark.covers("APP-5.5-1")
def test_post_with_the_type_that_curl_sends_by_itself(curl):
    """POST with curl's own type, that of a form, is 415 and says which type to send."""
    answer = curl(*SENT)
    assert (415, ENTRY) == (answer.status, answer.fields["accept"])
    assert ENTRY in answer.body.decode()


@pytest.mark.covers("HTTP-B-9")
def test_post_that_waits_for_permission(curl, tmp_path):
    """curl asks before it sends a large body: it may go on, or hears the refusal instead."""
    (tmp_path / "large.xml").write_bytes(entry("Large", "x" * 1_000_000))
    large = ("--data-binary", "@large.xml", "-H", "Expect: 100-continue")
    assert 201 == curl(*TYPED, *large).status
    assert 415 == curl("-H", "Content-Type: text/plain", *large).status


@pytest.mark.covers("HTTP-M-1")
def test_head(curl, made):
    """HEAD has the status and the fields of GET, and no content."""
    get, head = curl(url=made), curl("--head", url=made)
    assert (200, b"") == (head.status, head.body)
    assert get.fields.keys() == head.fields.keys()
    for name in get.fields.keys() - {"date", "x-request-id"}:
        assert get.fields[name] == head.fields[name]
    assert str(len(get.body)) == head.fields["content-length"]


@pytest.mark.covers("HTTP-C-1")
def test_get_again_with_the_tag(curl, made):
    """--etag-save keeps the tag, --etag-compare sends it: 304 until the entry changes."""
    save, compare = ("--etag-save", "tag.txt"), ("--etag-compare", "tag.txt")
    assert 200 == curl(*save, url=made).status
    again = curl(*compare, url=made)
    assert (304, b"") == (again.status, again.body)
    assert 200 == curl(*TYPED, "-X", "PUT", *SENT, url=made).status
    assert 200 == curl(*compare, url=made).status


@pytest.mark.covers("HTTP-C-1")
def test_collection_again_with_the_tag(curl, made):
    """A collection polled with its tag is 304 until something in it changes."""
    save, compare = ("--etag-save", "tag.txt"), ("--etag-compare", "tag.txt")
    assert 200 == curl(*save).status
    assert 304 == curl(*compare).status
    assert 200 == curl("-X", "DELETE", url=made).status
    assert 200 == curl(*compare).status


@pytest.mark.covers("HTTP-C-8")
def test_get_if_it_is_newer_than_a_file(curl, made, tmp_path):
    """curl's -R and -z keep a file in step by its date: 304 while nothing is newer."""
    assert 200 == curl("-R", "-o", "copy.xml", "-D", "-", url=made).status
    assert 304 == curl("-z", "copy.xml", url=made).status


@pytest.mark.covers("APP-9.3-2", "APP-9.3-10")
def test_put(curl, made, tmp_path):
    """PUT of what was read and changed is 200 and the new entry; with an old tag it is 412."""
    seen = curl(url=made)
    changed = seen.body.replace(b"From a file", b"Changed")
    (tmp_path / "entry.xml").write_bytes(changed)
    match = ("-H", f"If-Match: {seen.fields['etag']}")
    answer = curl(*TYPED, *match, "-X", "PUT", *SENT, url=made)
    assert (200, "Changed") == (answer.status, one(answer.body, TITLE))
    assert made == answer.fields["content-location"]
    assert "etag" not in answer.fields
    late = curl(*TYPED, *match, "-T", "entry.xml", url=made)
    assert 412 == late.status
    assert answer.body == curl(url=made).body


@pytest.mark.covers("APP-9.4-1", "APP-9.4-2")
def test_delete(curl, made):
    """DELETE is 200 without content; the entry is 410 from then on, and listed nowhere."""
    answer = curl("-X", "DELETE", url=made)
    assert (200, b"") == (answer.status, answer.body)
    assert "0" == answer.fields["content-length"]
    assert 410 == curl(url=made).status
    assert [] == xpath(curl().body, "/a:feed/a:entry")


def test_compressed_transfer(curl, made):
    """curl --compressed gets the same document as without."""
    assert curl(url=made).body == curl("--compressed", url=made).body


def test_options_asterisk(curl, live):
    """OPTIONS of the whole server names the methods."""
    answer = curl("-X", "OPTIONS", "--request-target", "*", url=f"{live.base}/")
    assert 204 == answer.status
    assert "PUT" in answer.fields["allow"]


@pytest.fixture
def album(live, tmp_path):
    """The address of a collection of pictures, and a picture in curl's folder.

    To an address with a slash at its end curl -T would add the file's name.
    """
    live.collection("album", accept=("image/*",))
    (tmp_path / "picture.png").write_bytes(PICTURE)
    return f"{live.base}/atom/album"


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2000
PNG = ("-H", "Content-Type: image/png")


def digest_of(octets):
    """The field that tells a body's SHA-256 (RFC 9530)."""
    return f"Content-Digest: sha-256=:{b64encode(sha256(octets).digest()).decode()}:"


@pytest.mark.covers("APP-9.6-1", "APP-9.6-2")
def test_upload_a_file(curl, album):
    """curl -T uploads a picture: 201 with its entry, at whose edit-media link are the octets."""
    answer = curl(*PNG, "-X", "POST", "-T", "picture.png", url=album)
    assert 201 == answer.status
    media = one(answer.body, "/a:entry/a:link[@rel='edit-media']/@href")
    seen = curl(url=media)
    assert (200, "image/png", PICTURE) == (seen.status, seen.fields["content-type"], seen.body)


@pytest.mark.covers("APP-9.6-8", "APP-9.3-10")
def test_replace_a_file(curl, album, tmp_path):
    """curl -T to the edit-media address replaces the octets; with the old tag it is 412."""
    made = curl(*PNG, "-X", "POST", "-T", "picture.png", url=album)
    media = one(made.body, "/a:entry/a:link[@rel='edit-media']/@href")
    (tmp_path / "other.png").write_bytes(PICTURE[::-1])
    match = ("-H", f"If-Match: {curl('--head', url=media).fields['etag']}")
    assert 200 == curl(*PNG, *match, "-T", "other.png", url=media).status
    assert PICTURE[::-1] == curl(url=media).body
    assert 412 == curl(*PNG, *match, "-T", "picture.png", url=media).status
    assert PICTURE[::-1] == curl(url=media).body


@pytest.mark.covers("HTTP-B-1")
def test_upload_a_stream(curl, album):
    """A picture from a pipe, sent in chunks, arrives whole."""
    made = curl(*PNG, "-X", "POST", "-T", "-", url=album, stdin=PICTURE)
    assert 201 == made.status
    media = one(made.body, "/a:entry/a:link[@rel='edit-media']/@href")
    assert PICTURE == curl(url=media).body


@pytest.mark.parametrize("source", ["picture.png", "-"])
def test_upload_with_a_digest(curl, album, source):
    """A picture whose digest is right is taken; a wrong digest is 400, and nothing is kept."""
    upload = (*PNG, "-X", "POST", "-T", source)
    wrong = curl(*upload, "-H", digest_of(b"other"), url=album, stdin=PICTURE)
    assert 400 == wrong.status
    assert "Content-Digest" in wrong.body.decode()
    assert [] == xpath(curl(url=album).body, "/a:feed/a:entry")
    assert 201 == curl(*upload, "-H", digest_of(PICTURE), url=album, stdin=PICTURE).status


@pytest.mark.covers("HTTP-R-1")
def test_resume_a_download(curl, album, tmp_path):
    """curl -C - goes on where a download broke off."""
    made = curl(*PNG, "-X", "POST", "-T", "picture.png", url=album)
    media = one(made.body, "/a:entry/a:link[@rel='edit-media']/@href")
    (tmp_path / "part.png").write_bytes(PICTURE[:1000])
    assert 206 == curl("--no-include", "-C", "-", "-o", "part.png", "-D", "-", url=media).status
    assert PICTURE == (tmp_path / "part.png").read_bytes()
