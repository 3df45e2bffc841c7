"""Publishing control: app:control and app:draft (RFC 5023 section 13)."""

import pytest

from atompub.atom.namespaces import OLD_APP
from tests.documents import DRAFT, bare, entry, link, one, titles, xpath

BLOG = "/atom/blog/"
OPEN = ("/atom/blog/", "/blog/feed.atom", "/blog/", "/atom/blog/?since=0")
PREVIEW = '<p:preview xmlns:p="urn:p" at="1"><p:to>editors</p:to></p:preview>'
DRAFTS = "/a:entry/app:control/app:draft/text()"


def control(inside):
    """An entry with an app:control that holds this."""
    return bare(f"<title>Secret</title><app:control>{inside}</app:control>")


def draft(value):
    """An entry with an app:draft of this value."""
    return control(f"<app:draft>{value}</app:draft>")


@pytest.mark.covers("APP-13.1-1")
@pytest.mark.parametrize(
    "body",
    [
        bare("<app:control/><app:control/>"),
        bare(DRAFT + DRAFT),
        bare(DRAFT + f'<old:control xmlns:old="{OLD_APP}"/>'),
    ],
)
def test_second_control(site, body):
    """A second app:control is refused and named, on POST and on PUT."""
    url = site.made()
    for answer in (site.post(body), site.put(url, body)):
        assert 422 == answer.status_code
        assert "app:control" in answer.json()["detail"]
    assert ["Title"] == titles(site.alice.get(BLOG).content)


@pytest.mark.covers("APP-13.1-2")
def test_unknown_children(site):
    """What app:control holds besides app:draft is kept through round trips."""
    url = site.made(control(f"<app:draft>yes</app:draft>{PREVIEW}<app:more/>"))
    for _ in range(2):
        body = site.alice.get(url).content
        kept = one(body, "/a:entry/app:control/*[local-name()='preview']")
        assert ("1", "editors") == (kept.get("at"), "".join(kept.itertext()))
        assert 1 == len(xpath(body, "/a:entry/app:control/app:more"))
        assert 200 == site.put(url, body).status_code


@pytest.mark.covers("APP-13.1.1-1")
@pytest.mark.parametrize("value", ["maybe", "YES", "Yes", "1", "true", "", " ", "yes no"])
def test_unknown_draft(site, value):
    """A draft that is neither yes nor no is refused, and named."""
    answer = site.post(draft(value))
    assert 422 == answer.status_code
    assert "app:draft" in answer.json()["detail"]
    assert [] == titles(site.alice.get(BLOG).content)


@pytest.mark.covers("APP-13.1.1-1")
@pytest.mark.parametrize("values", [("yes", "yes"), ("yes", "no"), ("no", "no")])
def test_two_drafts(site, values):
    """Two app:draft are refused, be they equal."""
    body = control("".join(f"<app:draft>{value}</app:draft>" for value in values))
    assert 422 == site.post(body).status_code


@pytest.mark.covers("APP-13.1.1-1")
@pytest.mark.parametrize(
    ("value", "hidden"), [("yes", True), (" yes ", True), ("\n\tyes\n", True), ("\nno ", False)]
)
def test_spaces_around_draft(site, value, hidden):
    """White space around the value says nothing."""
    url = site.made(draft(value))
    assert hidden == (titles(site.anon.get(BLOG).content) == [])
    assert [value.strip()] == [text.strip() for text in xpath(site.alice.get(url).content, DRAFTS)]


@pytest.mark.covers("APP-13.1.1-2")
def test_draft_is_hidden_from_readers(site):
    """A draft is on no page, in no feed and at no address that readers have."""
    created = site.post(draft("yes"))
    url, page = created.headers["Location"], link(created.content, "alternate")
    for address in OPEN:
        for client in (site.anon, site.rita):
            assert b"Secret" not in client.get(address).content
    assert 404 == site.anon.get(page).status_code
    assert 401 == site.anon.get(url).status_code
    assert 404 == site.rita.get(url).status_code


@pytest.mark.covers("APP-13.1.1-2")
def test_draft_for_its_editors(site):
    """A draft is there, marked as one, for its author and the editors, and for no other author."""
    url = site.made(draft("yes"))
    for client in (site.alice, site.erin, site.admin):
        assert ["yes"] == xpath(client.get(url).content, DRAFTS)
        assert ["yes"] == xpath(client.get(BLOG).content, f"/a:feed{DRAFTS}")
    assert 404 == site.bob.get(url).status_code
    assert [] == titles(site.bob.get(BLOG).content)


@pytest.mark.covers("APP-13.1.1-2")
def test_page_of_a_draft(site):
    """The page of a draft is nobody's: readers' addresses know no accounts."""
    page = link(site.post(draft("yes")).content, "alternate")
    answers = [client.get(page).status_code for client in (site.alice, site.admin, site.anon)]
    assert [404, 404, 404] == answers


@pytest.mark.covers("APP-13.1.1-2")
def test_withdrawn(site):
    """A published entry that becomes a draft leaves every public place."""
    url = site.made(bare("<title>Secret</title>"))
    page = link(site.alice.get(url).content, "alternate")
    assert all(b"Secret" in site.anon.get(address).content for address in (*OPEN, page))
    assert 200 == site.put(url, draft("yes")).status_code
    assert not any(b"Secret" in site.anon.get(address).content for address in OPEN)
    assert 404 == site.anon.get(page).status_code


@pytest.mark.covers("APP-13.1.1-3")
@pytest.mark.parametrize(
    "inside",
    ["", "<app:control/>", f"<app:control>{PREVIEW}</app:control>", DRAFT.replace("yes", "no")],
)
def test_no_draft_publishes(site, inside):
    """A PUT that does not say draft publishes a draft: in the feeds, and at its page."""
    created = site.post(draft("yes"))
    body = bare(f"<title>Secret</title>{inside}")
    changed = site.put(created.headers["Location"], body)
    assert ["yes"] != xpath(changed.content, DRAFTS)
    page = link(created.content, "alternate")
    assert all(b"Secret" in site.anon.get(address).content for address in (*OPEN, page))


@pytest.mark.covers("APP-13.1.1-3")
def test_post_without_draft(site):
    """A new entry without app:draft is published at once."""
    site.made(control(PREVIEW))
    assert ["Secret"] == titles(site.anon.get("/blog/feed.atom").content)


@pytest.mark.covers("APP-13.1.1-4")
def test_drafts_are_off(site):
    """Where drafts are off an entry is published at once, and the answer says no draft."""
    site.set("blog", drafts=False)
    created = site.post(control(f"<app:draft>yes</app:draft>{PREVIEW}"))
    assert 201 == created.status_code
    assert [] == xpath(created.content, "//app:draft")
    assert ["Secret"] == titles(site.anon.get("/blog/feed.atom").content)
    changed = site.put(created.headers["Location"], draft("yes"))
    assert [] == xpath(changed.content, "//app:draft")
    assert ["Secret"] == titles(site.anon.get("/blog/feed.atom").content)


@pytest.mark.covers("APP-13.1.1-4")
def test_drafts_are_off_for_invalid_ones(site):
    """A draft that is neither yes nor no is refused there too."""
    site.set("blog", drafts=False)
    assert 422 == site.post(draft("maybe")).status_code


@pytest.mark.covers("APP-13.1.1-5")
def test_control_is_for_editors(site):
    """Readers get an entry without app:control wherever they read it; editors get it whole."""
    created = site.post(control(f"<app:draft>no</app:draft>{PREVIEW}"))
    url = created.headers["Location"]
    places = (url, *OPEN, link(created.content, "alternate"))
    for address in places:
        for client in (site.anon, site.rita):
            body = client.get(address).content
            assert b"control" not in body
            assert b"preview" not in body
    assert ["no"] == xpath(site.alice.get(url).content, DRAFTS)
    assert 1 == len(xpath(site.erin.get(BLOG).content, "//app:control"))


@pytest.mark.covers("APP-13.1.1-5")
def test_validators_tell_the_views_apart(site):
    """The entry with app:control and the one without have different tags."""
    url = site.made(entry(extra=DRAFT.replace("yes", "no")))
    tags = {client.get(url).headers["ETag"] for client in (site.alice, site.anon)}
    assert 2 == len(tags)
