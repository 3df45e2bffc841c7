"""The cases: one XML file for each rule of RFC 4287 and RFC 5023 on what clients send.

The first comment of a file tells what it is about, which rows it covers and what is expected:
`accepted`, `422 ELEMENT RULE` for the only fault there is, or `400 line N column M`.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from atompub.atom.parse import parse
from atompub.atom.validate import validate
from atompub.errors import InvalidEntry, NotWellFormed
from tests import sites
from tests.atom.entries import clients_part, control_of, made, shown
from tests.documents import ENTRY, canonical, check_strict, one, xpath

CASES = sorted((Path(__file__).parent / "cases").glob("*.xml"))
EXPECT = re.compile(
    r"accepted|422 (?P<element>\S+) (?P<rule>\S+)|400 line (?P<line>\d+) column (?P<column>\d+)"
)


def header(body):
    """The text in the first comment of a case."""
    encoding = "utf-16" if body[:2] in {b"\xff\xfe", b"\xfe\xff"} else "latin-1"
    return re.search(r"<!--\n(.*?)\n-->", body.decode(encoding, "replace"), re.DOTALL)[1]


def expectation(body):
    """What a case expects."""
    return EXPECT.fullmatch(re.search(r"^expect: (.*)$", header(body), re.MULTILINE)[1])


def cases(start):
    """The cases whose expectation starts like this."""
    found = [path for path in CASES if expectation(path.read_bytes())[0].startswith(start)]
    return pytest.mark.parametrize("body", [pytest.param(p.read_bytes(), id=p.stem) for p in found])


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory):
    """One site over WSGI for all cases, so that many can be tried quickly."""
    made_site = sites.wsgi_site(tmp_path_factory.mktemp("cases"))
    yield made_site
    made_site.close()
    made_site.store.close()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_header(path):
    """A case says in one sentence what it is about, which rows it covers and what it expects."""
    sentence, covers, expect = header(path.read_bytes()).splitlines()
    assert sentence.endswith(".")
    assert covers.startswith("covers: ")
    assert EXPECT.fullmatch(expect.removeprefix("expect: "))


@cases("400")
def test_not_well_formed(body):
    """Broken XML is refused with the line and column of the fault."""
    expected = expectation(body)
    with pytest.raises(NotWellFormed) as caught:
        parse(body)
    assert (int(expected["line"]), int(expected["column"])) == (
        caught.value.line,
        caught.value.column,
    )


@cases("422")
def test_invalid(body):
    """What breaks one rule is refused with that one fault, its element and its rule."""
    expected = expectation(body)
    with pytest.raises(InvalidEntry) as caught:
        validate(parse(body))
    found = {(fault.element, fault.rule) for fault in caught.value.faults}
    assert {(expected["element"], expected["rule"])} == found


@cases("accepted")
def test_accepted(body):
    """What is accepted is shown strictly valid, with all that is the client's unchanged."""
    document = shown(made(body))
    check_strict(ENTRY, document)
    filled = [
        name for name in ("title", "updated", "summary") if not xpath(parse(body), f"a:{name}")
    ]
    assert clients_part(body, without=filled) == clients_part(document, without=filled)


@cases("accepted")
def test_accepted_again(body):
    """What is served can be PUT back as it is, and then the same is served again."""
    first = made(body)
    again = made(shown(first), before=first)
    assert canonical(shown(first)) == canonical(shown(again))


def state(site):
    """What changes with every change of the collection."""
    return site.alice.head("/atom/blog/").headers["ETag"]


def verdict(body):
    """What comes out for a case: nothing, the faults, or the position."""
    try:
        validate(parse(body))
    except InvalidEntry as error:
        return error.faults
    except NotWellFormed as error:
        return error.line, error.column
    return None


def test_many_threads():
    """The verdicts are the same when many threads read at once."""
    bodies = [path.read_bytes() for path in CASES] * 3
    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(verdict, bodies)]
    assert [verdict(body) for body in bodies] == found


@cases("400")
def test_not_well_formed_over_http(shared_site, body):
    """Broken XML is answered 400 with line and column, and nothing is stored."""
    before = state(shared_site)
    answer = shared_site.post(body)
    assert 400 == answer.status_code
    expected = expectation(body)
    assert f"line {expected['line']}, column {expected['column']}" in answer.json()["detail"]
    assert before == state(shared_site)


@cases("422")
def test_invalid_over_http(shared_site, body):
    """An invalid entry is answered 422, naming element and rule, and nothing is stored."""
    before = state(shared_site)
    answer = shared_site.post(body)
    assert 422 == answer.status_code
    expected = expectation(body)
    found = {(error["element"], error["rule"]) for error in answer.json()["errors"]}
    assert {(expected["element"], expected["rule"])} == found
    assert before == state(shared_site)


@pytest.fixture
def post(shared_site):
    """Posts an entry and gives its URL; afterwards the entry is deleted."""
    urls = []

    def made_there(body):
        urls.append(shared_site.made(body))
        return urls[-1]

    yield made_there
    for url in urls:
        assert 200 == shared_site.alice.delete(url).status_code


PAGE = "/a:entry/a:link[@rel='alternate'][@type='text/html'][not(@hreflang)]/@href"


@cases("accepted")
def test_accepted_over_http(shared_site, post, body):
    """An accepted entry can be read, PUT back as it is and read again; only app:edited moves."""
    url = post(body)
    first = shared_site.alice.get(url).content
    assert 200 == shared_site.put(url, first).status_code
    second = shared_site.alice.get(url).content
    moving = ["/*/app:edited"]
    assert canonical(first, without=moving) == canonical(second, without=moving)
    assert one(first, "/*/app:edited").text < one(second, "/*/app:edited").text
    assert control_of(first) == control_of(second)


@cases("accepted")
def test_accepted_for_readers(shared_site, post, body):
    """Readers get an accepted entry as a page and in the feed, unless it is a draft."""
    document = shared_site.alice.get(post(body)).content
    is_draft = xpath(document, "/a:entry/app:control/app:draft[.='yes']")
    (page,) = xpath(document, PAGE)
    assert (404 if is_draft else 200) == shared_site.anon.get(page).status_code
    feed = shared_site.anon.get("/blog/feed.atom").content
    assert (0 if is_draft else 1) == len(xpath(feed, "/a:feed/a:entry"))
