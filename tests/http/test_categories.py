"""Category lists: inline, in documents of their own, fixed and open (RFC 5023 section 7)."""

import pytest

from atompub.model import Categories, Category
from tests.documents import ATOM, bare, one, xpath

SCHEME = "http://example.org/films"
GENRES = "http://example.org/genres"

FILMS = Categories(
    terms=(Category("western"), Category("short", label="Short & sweet"), Category("noir", GENRES)),
    scheme=SCHEME,
)


def many(count, *, fixed=False):
    """A list of that many terms."""
    terms = tuple(Category(f"term-{number}") for number in range(count))
    return Categories(terms=terms, fixed=fixed, scheme=SCHEME)


def fixed(categories):
    """The same list, closed."""
    return Categories(categories.terms, fixed=True, scheme=categories.scheme)


def listed(client, title="Films"):
    """The app:categories of a collection in the service document, None when it has none."""
    path = f"//app:collection[a:title='{title}']/app:categories"
    found = xpath(client.get("/atom/").content, path)
    return found[0] if found else None


def described(categories):
    """Term, scheme and label of each category in an app:categories."""
    return [
        (element.get("term"), element.get("scheme"), element.get("label"))
        for element in xpath(categories, "a:category")
    ]


def in_category(term, scheme="", label=""):
    """An entry in one category."""
    attributes = "".join(
        f' {name}="{value}"' for name, value in (("scheme", scheme), ("label", label)) if value
    )
    return bare(f'<title>Film</title><category term="{term}"{attributes}/>')


def categories_of(document):
    """Scheme and term of each category of an entry."""
    found = xpath(document, "/a:entry/a:category")
    return [(element.get("scheme"), element.get("term")) for element in found]


def unless_current(answer):
    """The condition that an answer is no longer current."""
    return {"If-None-Match": answer.headers["ETag"]}


@pytest.mark.covers("APP-7.2-1", "APP-7.2-6")
def test_inline_list(site):
    """A short list stands in the service document, each category with its effective scheme."""
    site.collection("films", categories=FILMS)
    categories = listed(site.anon)
    assert SCHEME == categories.get("scheme")
    assert [
        ("western", SCHEME, None),
        ("short", SCHEME, "Short & sweet"),
        ("noir", GENRES, None),
    ] == described(categories)
    assert [] == xpath(categories, "*[not(self::a:category)]")


@pytest.mark.covers("APP-7.2-6")
def test_no_scheme_to_repeat(site):
    """Categories without a scheme, in a list without one, are listed without one."""
    site.collection("films", categories=Categories((Category("western"),)))
    assert [("western", None, None)] == described(listed(site.anon))


@pytest.mark.covers("APP-7.2-2")
@pytest.mark.parametrize(
    ("scheme", "term", "expected"),
    [
        (SCHEME, "western", 201),
        ("", "western", 422),
        (GENRES, "western", 422),
        (GENRES, "noir", 201),
        (SCHEME, "noir", 422),
    ],
)
def test_inherited_scheme(site, scheme, term, expected):
    """A listed category without a scheme has that of the list; one of its own wins."""
    site.collection("films", categories=fixed(FILMS))
    assert expected == site.post(in_category(term, scheme), collection="films").status_code


@pytest.mark.covers("APP-7.2-3")
def test_fixed(site):
    """A closed list says fixed="yes", an open one nothing or no, inline and elsewhere."""
    site.collection("films", categories=FILMS)
    site.collection("closed", categories=fixed(FILMS))
    site.collection("long", categories=many(500))
    site.collection("sealed", categories=many(500, fixed=True))
    assert listed(site.anon).get("fixed", "no") == "no"
    assert "yes" == listed(site.anon, "Closed").get("fixed")
    for title, expected in (("Long", "no"), ("Sealed", "yes")):
        document = site.anon.get(listed(site.anon, title).get("href")).content
        assert expected == one(document, "/app:categories").get("fixed", "no")


@pytest.mark.covers("APP-7.2-5")
@pytest.mark.parametrize(("count", "inline"), [(50, True), (200, True), (201, False), (500, False)])
def test_length_decides(site, count, inline):
    """Up to 200 terms are listed in the service document, more in a document of their own."""
    site.collection("films", categories=many(count))
    categories = listed(site.anon)
    assert inline == (categories.get("href") is None)
    assert (count if inline else 0) == len(described(categories))


@pytest.mark.covers("APP-7.2-4", "APP-7-1", "APP-7.2-1", "APP-6.1-1")
def test_category_document(site):
    """A list kept elsewhere is an empty element with an href alone, which leads to the terms."""
    site.collection("films", categories=many(500, fixed=True))
    element = listed(site.anon)
    assert ["href"] == element.keys()
    assert [] == xpath(element, "node()")
    answer = site.anon.get(element.get("href"))
    assert 200 == answer.status_code
    assert "application/atomcat+xml;charset=utf-8" == answer.headers["Content-Type"]
    assert b"<!DOCTYPE" not in answer.content
    categories = one(answer.content, "/app:categories")
    assert [f"term-{number}" for number in range(500)] == [
        term for term, _, _ in described(categories)
    ]
    assert [] == xpath(categories, "//*[not(self::app:categories or self::a:category)]")
    assert {SCHEME} == set(xpath(categories, "a:category/@scheme"))


@pytest.mark.covers("APP-7.2-4")
def test_list_elsewhere_in_the_feed(site):
    """The collection's own feed refers to a long list in the same way."""
    site.collection("films", categories=many(201))
    feed = site.anon.get("/atom/films/").content
    assert listed(site.anon).get("href") == one(feed, "//app:categories").get("href")


@pytest.mark.covers("APP-8.3.6-1")
def test_list_elsewhere_is_enforced(site):
    """A closed list decides wherever it is kept."""
    site.collection("films", categories=many(500, fixed=True))
    for term, expected in (("term-499", 201), ("term-500", 422)):
        answer = site.post(in_category(term, SCHEME), collection="films")
        assert expected == answer.status_code


@pytest.mark.covers("APP-7.2-4")
def test_changed_list(site):
    """A category document that was changed is not taken for the one a client has."""
    site.collection("films", categories=many(201))
    before = site.anon.get(listed(site.anon).get("href"))
    assert 304 == site.anon.get(before.url, headers=unless_current(before)).status_code
    site.set("films", categories=many(202))
    after = site.anon.get(before.url, headers=unless_current(before))
    assert (200, 202) == (after.status_code, len(xpath(after.content, "//a:category")))


def test_categories_of_a_private_collection(site):
    """The categories of a private collection are for those who may read it."""
    site.collection("films", categories=many(201), private=True)
    url = listed(site.alice).get("href")
    assert [200, 404, 401] == [
        client.get(url).status_code for client in (site.alice, site.rita, site.anon)
    ]


@pytest.mark.covers("APP-8.3.6-1")
def test_closed_list(site):
    """A category that is not listed is refused with the ones that are, and nothing is stored."""
    site.collection("films", categories=fixed(FILMS))
    answer = site.post(in_category("musical", SCHEME), collection="films")
    assert 422 == answer.status_code
    for term in ("musical", "western", "short", "noir"):
        assert term in answer.json()["detail"]
    assert [] == xpath(site.alice.get("/atom/films/").content, "//a:entry")


@pytest.mark.covers("APP-8.3.6-1")
def test_closed_list_on_edit(site):
    """An edit that brings in a category which is not listed is refused and changes nothing."""
    site.collection("films", categories=fixed(FILMS))
    url = site.made(in_category("western", SCHEME), collection="films")
    before = site.alice.get(url)
    assert 422 == site.put(url, in_category("musical", SCHEME)).status_code
    assert before.headers["ETag"] == site.alice.get(url).headers["ETag"]


@pytest.mark.covers("APP-8.3.6-1")
def test_every_category_must_be_listed(site):
    """One category that is not listed is enough to refuse an entry whose others are."""
    site.collection("films", categories=fixed(FILMS))
    both = f'<category term="western" scheme="{SCHEME}"/><category term="musical"/>'
    answer = site.post(bare(both), collection="films")
    assert 422 == answer.status_code
    assert ["atom:category"] == [fault["element"] for fault in answer.json()["errors"]]


@pytest.mark.covers("APP-8.3.6-1")
def test_entry_without_categories(site):
    """A closed list demands no category."""
    site.collection("films", categories=fixed(FILMS))
    assert 201 == site.post(collection="films").status_code


@pytest.mark.covers("APP-8.3.6-2")
def test_open_list(site):
    """An open list is no reason to refuse, or to drop, another category."""
    site.collection("films", categories=FILMS)
    answer = site.post(in_category("musical", SCHEME), collection="films")
    assert 201 == answer.status_code
    assert [(SCHEME, "musical")] == categories_of(answer.content)


@pytest.mark.covers("APP-8.3.6-3")
@pytest.mark.parametrize(
    ("categories", "expected"),
    [(Categories(fixed=True), 422), (Categories(), 201), (None, 201)],
)
def test_empty_list(site, categories, expected):
    """A closed list without terms refuses every category; an open one, or none, refuses none."""
    site.collection("films", categories=categories)
    assert expected == site.post(in_category("western"), collection="films").status_code
    assert 201 == site.post(bare("<title>x</title>"), collection="films").status_code


@pytest.mark.covers("APP-8.3.6-3")
def test_no_list(site):
    """A collection without categories announces none; an empty list is announced as it is."""
    site.collection("films")
    site.collection("empty", categories=Categories(fixed=True))
    assert listed(site.anon) is None
    element = listed(site.anon, "Empty")
    assert ("yes", []) == (element.get("fixed"), described(element))


@pytest.mark.covers("APP-8.3.6-4")
@pytest.mark.parametrize(
    ("term", "scheme", "label", "expected"),
    [
        ("western", SCHEME, "", 201),
        ("western", SCHEME, "Cowboys", 201),
        ("short", SCHEME, "Other than listed", 201),
        ("Western", SCHEME, "", 422),
        ("western ", SCHEME, "", 422),
        ("we%73tern", SCHEME, "", 422),
        ("western", SCHEME.upper(), "", 422),
        ("western", f"{SCHEME}/", "", 422),
        ("Short &amp; sweet", SCHEME, "", 422),
    ],
)
def test_identity(site, term, scheme, label, expected):
    """A category is its scheme and its term, letter by letter; the label tells nothing."""
    site.collection("films", categories=fixed(FILMS))
    answer = site.post(in_category(term, scheme, label), collection="films")
    assert expected == answer.status_code


@pytest.mark.covers("APP-7.2-6")
def test_listed_category_copied(site):
    """A category element copied from the service document into an entry is one of the list."""
    site.collection("films", categories=fixed(FILMS))
    terms = described(listed(site.anon))
    copied = "".join(
        f'<category xmlns="{ATOM}" term="{term}" scheme="{scheme}"/>' for term, scheme, _ in terms
    )
    answer = site.post(bare(copied), collection="films")
    assert 201 == answer.status_code
    assert [(scheme, term) for term, scheme, _ in terms] == categories_of(answer.content)
