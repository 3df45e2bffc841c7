"""Media resources and their entries: RFC 5023 section 9.6."""

import base64
import hashlib
import os

import pytest

from tests.documents import APP, DRAFT, bare, entry, one, xpath

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4
HTML = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def album(site):
    """A site with the collection album, which takes pictures."""
    site.collection("album", accept=("image/*",))
    return site


def upload(site, octets=PNG, kind="image/png", by=None, collection="album", **headers):
    """POST media."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (by or site.alice).post(
        f"/atom/{collection}/", content=octets, headers={"Content-Type": kind} | named
    )


def uploaded(site, *args, **options):
    """POST media; its entry, its address for editing and its address for readers."""
    answer = upload(site, *args, **options)
    assert answer.status_code == 201, answer.text
    edit_media = one(answer.content, "a:link[@rel='edit-media']/@href")
    return answer, edit_media, one(answer.content, "a:content/@src")


VARYING = {"date", "server", "x-request-id"}


def without_private_parts(headers):
    """Header fields less those that differ from answer to answer."""
    return {name: value for name, value in headers.items() if name not in VARYING}


@pytest.mark.covers("APP-9.6-1", "APP-9.6-2", "APP-9.6-3", "APP-9.6-4", "APP-11.2-1")
def test_two_resources(album):
    """A picture becomes an entry, which Location names and the collection lists, and media."""
    answer, edit_media, src = uploaded(album, Slug="Beach")
    location = answer.headers["Location"]
    shown = album.alice.get(location)
    assert (200, "application/atom+xml;type=entry;charset=utf-8") == (
        shown.status_code,
        shown.headers["Content-Type"],
    )
    assert answer.content == shown.content
    content = one(shown.content, "a:content")
    assert ("image/png", None, 0) == (content.get("type"), content.text, len(content))
    for address in (edit_media, src):
        found = album.alice.get(address)
        assert (200, "image/png", PNG) == (
            found.status_code,
            found.headers["Content-Type"],
            found.content,
        )
    assert ["image/png"] == xpath(shown.content, "a:link[@rel='edit-media']/@type")
    assert location == one(
        album.alice.get("/atom/album/").content, "a:entry/a:link[@rel='edit']/@href"
    )


@pytest.mark.covers("APP-9.6-6", "APP-9.7-7")
@pytest.mark.parametrize(
    ("slug", "title", "name"),
    [
        ("The Beach at S%C3%A8te", "The Beach at Sète", "the-beach-at-s%C3%A8te"),
        ("IMG_1234.PNG", "IMG_1234.PNG", "img-1234"),
        (None, "Untitled", "untitled"),
    ],
)
def test_title_is_the_slug(album, slug, title, name):
    """The Slug's text is the title as it is, and gives the address; a summary tells the rest."""
    headers = {} if slug is None else {"Slug": slug}
    answer, _, src = uploaded(album, **headers)
    assert title == one(answer.content, "a:title/text()")
    assert f"PNG image, {len(PNG)} bytes" == one(answer.content, "a:summary/text()")
    assert answer.headers["Location"].endswith(f"/atom/album/{name}")
    assert src.endswith(f"/album/{name}/{name}.png")


@pytest.mark.covers("APP-9.6-7")
def test_octets_and_type_come_back(album):
    """A mebibyte of noise comes back to its editors octet by octet, with the type it came with."""
    noise = os.urandom(1024 * 1024)
    _, edit_media, _ = uploaded(album, noise, "image/png; x=Y")
    found = album.alice.get(edit_media)
    assert ("image/png; x=Y", hashlib.sha256(noise).digest()) == (
        found.headers["Content-Type"],
        hashlib.sha256(found.content).digest(),
    )


@pytest.mark.covers("APP-9.6-8", "HTTP-C-15")
def test_replaced(album):
    """PUT replaces the octets, echoes them with the tag a GET gives, and moves the entry up."""
    answer, edit_media, _ = uploaded(album)
    uploaded(album)
    replaced = album.alice.put(
        edit_media, content=PNG + b"x", headers={"Content-Type": "image/png"}
    )
    found = album.alice.get(edit_media)
    assert (200, PNG + b"x", PNG + b"x") == (replaced.status_code, replaced.content, found.content)
    assert found.headers["ETag"] == replaced.headers["ETag"]
    first = one(album.alice.get("/atom/album/").content, "a:entry[1]/a:link[@rel='edit']/@href")
    assert answer.headers["Location"] == first
    shown = album.alice.get(answer.headers["Location"])
    assert f"PNG image, {len(PNG) + 1} bytes" == one(shown.content, "a:summary/text()")


@pytest.mark.covers("APP-9.6-8")
def test_large_media_is_not_echoed(album):
    """PUT of more than a mebibyte is answered without it, still with its tag."""
    _, edit_media, _ = uploaded(album)
    large = PNG + bytes(1024 * 1024)
    replaced = album.alice.put(edit_media, content=large, headers={"Content-Type": "image/png"})
    assert (204, b"") == (replaced.status_code, replaced.content)
    assert album.alice.get(edit_media).headers["ETag"] == replaced.headers["ETag"]


@pytest.mark.covers("APP-9.6-9")
def test_replaced_by_another_type(album):
    """Another type that the collection takes is taken over; one it does not take is a 415."""
    answer, edit_media, _ = uploaded(album)
    replaced = album.alice.put(edit_media, content=JPEG, headers={"Content-Type": "image/jpeg"})
    refused = album.alice.put(edit_media, content=HTML, headers={"Content-Type": "text/html"})
    assert (200, 415) == (replaced.status_code, refused.status_code)
    shown = album.alice.get(answer.headers["Location"]).content
    assert ["image/jpeg"] == xpath(shown, "a:content/@type")
    assert ["image/jpeg"] == xpath(shown, "a:link[@rel='edit-media']/@type")
    assert JPEG == album.alice.get(one(shown, "a:content/@src")).content


@pytest.mark.covers("APP-9.6-10")
def test_entry_edited(album):
    """An entry about media takes a title and a summary; its content stays the server's."""
    answer, _, _ = uploaded(album)
    location = answer.headers["Location"]
    before = album.alice.get(location).content
    sent = bare(
        "<title>New</title><summary>Mine</summary>"
        '<content type="image/gif" src="http://evil.example/x.gif"/>'
        '<link rel="edit-media" href="http://evil.example/"/>'
    )
    assert 200 == album.put(location, sent).status_code
    after = album.alice.get(location).content
    assert ["New", "Mine"] == xpath(after, "a:title/text() | a:summary/text()")
    for path in ("a:content/@type", "a:content/@src", "a:link[@rel='edit-media']/@href"):
        assert xpath(before, path) == xpath(after, path)


@pytest.mark.covers("APP-9.3-9")
def test_fixpoint(album):
    """GET, PUT back, GET of an entry about media changes nothing but app:edited."""
    location = uploaded(album)[0].headers["Location"]
    first = album.alice.get(location).content
    assert 200 == album.put(location, first).status_code
    second = album.alice.get(location).content
    edited = [one(document, "app:edited/text()").encode() for document in (first, second)]
    assert first.replace(edited[0], b"") == second.replace(edited[1], b"")


@pytest.mark.covers("APP-9.4-3", "APP-9.4-4")
@pytest.mark.parametrize("of_media", [True, False])
def test_both_go_together(album, of_media):
    """Deleting the entry or the media deletes both, for editors and for readers."""
    answer, edit_media, src = uploaded(album)
    location = answer.headers["Location"]
    gone = album.alice.delete(edit_media if of_media else location)
    assert (200, b"") == (gone.status_code, gone.content)
    assert [410] * 3 == [album.alice.get(url).status_code for url in (location, edit_media, src)]
    assert [] == xpath(album.alice.get("/atom/album/").content, "a:entry")


@pytest.mark.covers("APP-9.6-12")
@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("application/atom+xml;type=feed", b"<feed xmlns='http://www.w3.org/2005/Atom'/>", 415),
        ("application/atom+xml;type=foo", entry(), 415),
        ("application/atom+xml", b"<feed xmlns='http://www.w3.org/2005/Atom'/>", 422),
    ],
)
def test_atom_is_never_media(site, kind, body, expected):
    """An Atom document that is no entry is not kept as media, whatever the collection takes."""
    site.collection("files", accept=("*/*",))
    assert expected == upload(site, body, kind, collection="files").status_code
    assert [] == xpath(site.alice.get("/atom/files/").content, "a:entry")


@pytest.mark.covers("APP-9.6-14")
@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [("multipart/related; boundary=x", b"--x--", 415), ("image/png", b"", 400)],
)
def test_what_is_no_media(site, kind, body, expected):
    """Uploads in several parts and empty ones are refused."""
    site.collection("files", accept=("*/*",))
    assert expected == upload(site, body, kind, collection="files").status_code


@pytest.mark.covers("APP-8.3.4-6")
@pytest.mark.parametrize(
    ("accept", "kind", "expected"),
    [
        ("image/*", "image/x-anything", 201),
        ("image/*", "audio/mpeg", 415),
        ("*/*", "audio/mpeg", 201),
        ("text/plain", "text/plain; charset=utf-8", 201),
        ("text/plain", "text/html", 415),
    ],
)
def test_what_is_announced_is_taken(site, accept, kind, expected):
    """A type within the announced ranges is taken, and one outside all of them is a 415."""
    site.collection("files", accept=(accept,))
    answer = upload(site, b"octets", kind, collection="files")
    assert expected == answer.status_code
    if expected == 415:
        assert accept in answer.headers["Accept"]


@pytest.mark.covers("APP-8.3.4-7")
def test_pictures_are_announced_one_by_one(album):
    """Beside image/* stand the three types that old clients look for."""
    found = xpath(
        album.alice.get("/atom/").content,
        "//app:collection[contains(@href, '/album/')]/app:accept/text()",
    )
    assert ["image/*", "image/png", "image/jpeg", "image/gif"] == found


def test_without_a_type(site):
    """Octets without a Content-Type are an entry if they are one, else octets where these go."""
    site.collection("files", accept=("*/*",))
    posted = [
        site.alice.post("/atom/files/", content=body, headers={"Content-Type": ""})
        for body in (PNG, entry())
    ]
    assert [201, 201] == [answer.status_code for answer in posted]
    kinds = [xpath(answer.content, "a:content/@type") for answer in posted]
    assert [["application/octet-stream"], []] == kinds


@pytest.mark.parametrize("kind", ["draft", "private"])
def test_media_that_is_not_public(album, kind):
    """Media of a draft or in a private collection is read at its address for editing only."""
    answer, edit_media, src = uploaded(album)
    location = answer.headers["Location"]
    if kind == "draft":
        control = DRAFT.replace("<app:control", f'<app:control xmlns:app="{APP}"').encode()
        sent = answer.content.replace(b"</entry>", control + b"</entry>")
        assert 200 == album.put(location, sent).status_code
    else:
        album.set("album", private=True)
    shown = album.alice.get(location).content
    assert [edit_media] == xpath(shown, "a:content/@src")
    assert [404, 401, 200] == [
        album.anon.get(src).status_code,
        album.anon.get(edit_media).status_code,
        album.alice.get(edit_media).status_code,
    ]


@pytest.mark.covers("APP-9.6-5")
def test_media_at_an_address_of_its_own(make_site):
    """With MEDIA_BASE_URL readers get media there, and there is nothing else."""
    site = make_site(
        base="http://127.0.0.1:8000",
        base_url="http://127.0.0.1:8000",
        media_base_url="http://media.example",
        allow_clear_text="yes",
    )
    site.collection("album", accept=("image/*",))
    _, edit_media, src = uploaded(site)
    assert src.startswith("http://media.example/album/")
    assert edit_media.startswith("http://127.0.0.1:8000/atom/")
    assert PNG == site.anon.get(src).content
    for path in ("/", "/atom/", "/atom/album/", "/album/", "/album/feed.atom", "/album/untitled"):
        assert 404 == site.anon.get(f"http://media.example{path}").status_code


@pytest.mark.covers("SEC-H-4", "SEC-H-5")
@pytest.mark.parametrize(
    ("octets", "kind", "shown", "disposition"),
    [
        (PNG, "image/png", "image/png", "inline"),
        (JPEG, "image/jpeg", "image/jpeg", "inline"),
        (HTML, "image/png", "application/octet-stream", "attachment"),
        (HTML, "audio/mpeg", "application/octet-stream", "attachment"),
        (HTML, "text/html", "text/html", "attachment"),
        (b"<svg/>", "image/svg+xml", "image/svg+xml", "attachment"),
        (b"%PDF-1.4", "application/pdf", "application/pdf", "attachment"),
    ],
)
def test_nothing_active_is_shown_in_place(site, octets, kind, shown, disposition):
    """Only pictures, sound and film that look like it are shown; all else is to be saved."""
    site.collection("files", accept=("*/*",))
    _, edit_media, src = uploaded(site, octets, kind, collection="files")
    found = site.anon.get(src)
    assert shown == found.headers["Content-Type"]
    for headers in (found.headers, site.alice.get(edit_media).headers):
        assert headers["Content-Disposition"].startswith(f"{disposition}; filename=")
        assert "nosniff" == headers["X-Content-Type-Options"]
        assert "sandbox" in headers["Content-Security-Policy"]


@pytest.mark.covers("SEC-H-6")
def test_file_name_is_one_safe_field(album):
    """A Slug with quotes, line ends and slashes gives one plain field with a safe name."""
    _, _, src = uploaded(album, Slug="a%22%0D%0AX: y/%E6%97%A5%E6%9C%AC.png")
    field = album.anon.get(src).headers["Content-Disposition"]
    assert (
        "inline; filename=\"a-x-y-__.png\"; filename*=UTF-8''a-x-y-%E6%97%A5%E6%9C%AC.png" == field
    )


def digest(octets):
    """A digest field."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(octets).digest()).decode()}:"


@pytest.mark.parametrize("field", ["Content-Digest", "Repr-Digest"])
def test_digests(album, field):
    """A digest that fits is taken, one that does not leaves nothing; answers bring theirs."""
    _, edit_media, _ = uploaded(album, **{field: digest(PNG)})
    refused = upload(album, **{field: digest(b"other")})
    assert 400 == refused.status_code
    assert field in refused.json()["detail"]
    assert 1 == len(xpath(album.alice.get("/atom/album/").content, "a:entry"))
    assert digest(PNG) == album.alice.get(edit_media).headers[field]
    wrong = album.post(collection="blog", **{field: digest(b"other")})
    assert 400 == wrong.status_code


@pytest.mark.covers("HTTP-C-6")
def test_conditional(album):
    """PUT and DELETE of media hold to the tag of the octets; reading knows 304."""
    _, edit_media, _ = uploaded(album)
    tag = album.alice.get(edit_media).headers["ETag"]
    unchanged = album.alice.get(edit_media, headers={"If-None-Match": tag})
    assert (304, b"", tag) == (unchanged.status_code, unchanged.content, unchanged.headers["ETag"])
    headers = {"Content-Type": "image/png", "If-Match": tag}
    assert 200 == album.alice.put(edit_media, content=PNG + b"1", headers=headers).status_code
    assert 412 == album.alice.put(edit_media, content=PNG + b"2", headers=headers).status_code
    assert 412 == album.alice.delete(edit_media, headers={"If-Match": tag}).status_code
    assert PNG + b"1" == album.alice.get(edit_media).content


def test_head(album):
    """HEAD of media has the fields of GET."""
    _, edit_media, src = uploaded(album)
    for address in (edit_media, src):
        got, head = album.alice.get(address), album.alice.head(address)
        assert without_private_parts(got.headers) == without_private_parts(head.headers)
        assert b"" == head.content


def test_too_large(make_site):
    """Media over the limit is refused by its declared length, and by counting where it has none."""
    site = make_site(max_media_bytes="1000")
    site.collection("album", accept=("image/*",))
    assert 413 == upload(site, PNG).status_code
    assert 201 == upload(site, PNG[:1000]).status_code


def test_idempotent(album):
    """A picture sent again with its Idempotency-Key is the entry that is there."""
    first, second = (upload(album, Idempotency_Key="k1") for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert 422 == upload(album, JPEG, Idempotency_Key="k1").status_code


def with_enclosure(href, more="", base=""):
    """An entry with one enclosure."""
    link = f'<link rel="enclosure" type="image/png" href="{href}"{more}/>'
    return entry(extra=link).replace(b"<entry ", f"<entry {base} ".encode(), 1)


@pytest.mark.covers("ATOM-4.2.7-3")
def test_length_of_an_enclosure(album):
    """An enclosure that names media of this server, at either address and however it is written,
    gets its length; it is stored, so that a PUT may bring it back."""
    _, edit_media, src = uploaded(album)
    for href, base in ((edit_media, ""), (src, ""), (src.rsplit("/", 1)[1], f'xml:base="{src}"')):
        made = album.post(with_enclosure(href, base=base))
        assert str(len(PNG)) == one(made.content, "a:link[@rel='enclosure']/@length")
        again = album.put(made.headers["Location"], made.content)
        assert str(len(PNG)) == one(again.content, "a:link[@rel='enclosure']/@length")


@pytest.mark.covers("ATOM-4.2.7-3")
def test_length_of_others_enclosures(album):
    """A length that the author gave stays; of what is elsewhere, unknown or hidden from the author
    nothing is told."""
    _, edit_media, _ = uploaded(album)
    kept = album.post(with_enclosure(edit_media, ' length="7"'))
    assert "7" == one(kept.content, "a:link[@rel='enclosure']/@length")
    hidden = uploaded(album, by=album.alice)[0].headers["Location"]
    assert 200 == album.put(hidden, bare(DRAFT)).status_code
    for href in ("https://example.org/a.png", f"{album.base}/album/none/a.png", f"{hidden}/media"):
        made = album.post(with_enclosure(href), by=album.bob)
        assert [] == xpath(made.content, "a:link[@rel='enclosure']/@length")
