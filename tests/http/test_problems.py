"""Errors as problem documents, RFC 9457."""

import json
import re
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import pytest
from lxml import etree, html

from atompub.logs import Line
from atompub.web.errors import STATUS
from tests.documents import ENTRY, bare, entry
from tests.http.addresses import FEEDS, PAGES, PROTOCOL
from tests.http.test_caching import refusals

PROBLEM = "{urn:ietf:rfc:7807}"
CLOSED = "default-src 'none'; sandbox"
SCRIPT = "<script>alert('&\"')</script>"

# RFC 9457 appendix B, in XML syntax.
SCHEMA = etree.RelaxNG(
    etree.fromstring("""
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="urn:ietf:rfc:7807"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start>
    <element name="problem">
      <interleave>
        <optional><element name="type"><data type="anyURI"/></element></optional>
        <optional><element name="title"><text/></element></optional>
        <optional><element name="detail"><text/></element></optional>
        <optional><element name="status"><data type="positiveInteger"/></element></optional>
        <optional><element name="instance"><data type="anyURI"/></element></optional>
      </interleave>
      <ref name="anyNsElement"/>
    </element>
  </start>
  <define name="anyNsElement">
    <zeroOrMore>
      <element>
        <nsName/>
        <mixed><ref name="anyNsElement"/></mixed>
      </element>
    </zeroOrMore>
  </define>
</grammar>""")
)


@pytest.fixture
def strict(make_site):
    """A site that can refuse in every way there is."""
    return make_site(require_conditional="yes", max_entry_bytes="2000")


@pytest.mark.covers("APP-5.5-1")
def test_reasons(strict):
    """Every refusal says in a sentence what was wrong, naming what it was."""
    told = {status: answer.json()["detail"] for status, answer in refusals(strict).items()}
    named = {
        400: "line 1, column",
        401: "sign in",
        403: "rita may read blog but not publish in it",
        404: "no such page",
        405: "offers GET, HEAD, POST, OPTIONS",
        410: "deleted",
        412: "If-Match",
        413: "limit of 2000 octets",
        415: "image/gif",
        417: "Expect",
        421: "host",
        422: "html",
        428: "If-Match",
        501: "PATCH",
    }
    assert named.keys() == told.keys()
    assert {} == {status: told[status] for status in told if named[status] not in told[status]}


@pytest.mark.covers("APP-5.5-1")
@pytest.mark.parametrize(
    ("inside", "element"),
    [
        ("<title>a</title><title>b</title>", "atom:title"),
        ("<updated>yesterday</updated>", "atom:updated"),
        ("<author/>", "atom:author"),
        ("<link/>", "atom:link"),
        ("<category/>", "atom:category"),
        ("<app:control><app:draft>maybe</app:draft></app:control>", "app:draft"),
    ],
)
def test_element_at_fault(shared_site, inside, element):
    """What is wrong with an entry is told with the element's name and its line."""
    refused = shared_site.post(bare("\n" + inside))
    problem = refused.json()
    assert 422 == refused.status_code
    assert problem["detail"].startswith(element + ":")
    assert "line 2" in problem["detail"]


@pytest.mark.covers("APP-5.5-1")
def test_head_has_no_reason(shared_site):
    """An error's answer to HEAD has no body."""
    assert (404, b"") == ((told := shared_site.anon.head("/none")).status_code, told.content)


@pytest.mark.covers("PROB-1", "HTTP-N-3")
@pytest.mark.parametrize(
    ("accept", "under_atom", "elsewhere"),
    [
        (None, "json", "json"),
        ("*/*", "json", "json"),
        ("application/json", "json", "json"),
        ("application/problem+json", "json", "json"),
        ("application/xml", "xml", "xml"),
        ("application/problem+xml", "xml", "xml"),
        ("application/atom+xml", "xml", "xml"),
        ("application/atom+xml;type=entry", "xml", "xml"),
        ("application/atomsvc+xml, application/atom+xml", "xml", "xml"),
        ("text/html", "json", "html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml", "html"),
        ("application/problem+json;q=0.1, application/xml;q=0.2", "xml", "xml"),
        ("text/*;q=0.5, application/problem+xml;q=0.4", "xml", "html"),
        ("application/xml;q=0, */*", "json", "json"),
        ("image/png", "json", "json"),
        ("*/*;q=0", "json", "json"),
        ("garbage;;q=x,/", "json", "json"),
        ("", "json", "json"),
        ("," * 5000, "json", "json"),
    ],
)
def test_form(shared_site, accept, under_atom, elsewhere):
    """Errors come as JSON, as XML or, outside /atom/, as a page, as Accept has it."""
    seen = []
    for url in ("/atom/blog/none", "/none"):
        asked = shared_site.alice.build_request("GET", url)
        del asked.headers["Accept"]
        if accept is not None:
            asked.headers["Accept"] = accept
        seen.append(shared_site.alice.send(asked).headers["Content-Type"].partition(";")[0])
    types = {name: f"application/problem+{name}" for name in ("json", "xml")}
    types["html"] = "text/html"
    assert [types[under_atom], types[elsewhere]] == seen


@pytest.mark.covers("PROB-1")
def test_json_is_indented(shared_site):
    """The JSON form can be read by people: a member to a line."""
    text = shared_site.anon.get("/none").text
    assert json.dumps(json.loads(text), indent=2) == text.strip()


@pytest.mark.covers("PROB-2")
def test_members(strict):
    """The document repeats the status; its type is an address of ours, or about:blank."""
    for status, answer in refusals(strict).items():
        problem = answer.json()
        assert (status, status) == (answer.status_code, problem["status"])
        if problem["type"] != "about:blank":
            assert problem["type"].startswith(f"{strict.base}/-/problems/")
        assert {"type", "title", "status", "detail"} <= problem.keys()


@pytest.mark.covers("PROB-2")
@pytest.mark.parametrize(
    ("host", "status", "phrase"),
    [("", 400, "Bad Request"), ("evil.example", 421, "Misdirected Request")],
)
def test_about_blank(shared_site, host, status, phrase):
    """A problem without a type of its own has the phrase of its status as the title."""
    problem = shared_site.anon.get("/", headers={"Host": host}).json()
    told = (problem["type"], problem["status"], problem["title"])
    assert ("about:blank", status, phrase) == told


@pytest.mark.covers("PROB-2")
def test_one_title_for_each_type(strict):
    """No type ever comes with another title, on any occasion."""
    titles = {}
    occasions = [
        *refusals(strict).values(),
        strict.post(bare("<link/>")),
        strict.post(b"<a>&b;</a>"),
    ]
    for answer in occasions:
        problem = answer.json()
        if problem["type"] != "about:blank":
            titles.setdefault(problem["type"], set()).add(problem["title"])
    assert dict.fromkeys(titles, 1) == {kind: len(found) for kind, found in titles.items()}


@pytest.mark.covers("PROB-3", "PROB-4")
def test_xml_form(strict):
    """The XML form is valid by the RFC's schema and says what the JSON form says."""
    faulty = {"content": bare("\n<link/>\n<title/><title/>"), "headers": {"Content-Type": ENTRY}}
    for url, options in (("/atom/blog/", faulty), ("/atom/diary/?a=<b>&c", faulty), ("/none", {})):
        method = "POST" if options else "GET"
        plain = strict.alice.request(method, url, **options).json()
        headers = options.get("headers", {}) | {"Accept": "application/xml"}
        sent = strict.alice.request(method, url, **(options | {"headers": headers})).content
        root = etree.fromstring(sent)
        assert SCHEMA.validate(root), SCHEMA.error_log
        assert plain == as_members(root)


def as_members(root):
    """What the XML form says, as the JSON form says it."""
    members = {}
    for element in root:
        name = element.tag.removeprefix(PROBLEM)
        items = element.findall(f"{PROBLEM}i")
        members[name] = [as_members(item) for item in items] if items else element.text or ""
    return {
        name: int(value) if name in {"status", "line"} else value for name, value in members.items()
    }


@pytest.mark.covers("PROB-4")
def test_faults_of_an_entry(shared_site):
    """A refused entry is told with element, rule and line of each of its faults."""
    refused = shared_site.post(bare("\n<link/>\n<title/><title/>\n<updated>now</updated>"))
    faults = refused.json()["errors"]
    assert {("atom:link", 2), ("atom:title", 3), ("atom:updated", 4)} == {
        (fault["element"], fault["line"]) for fault in faults
    }
    assert all(re.fullmatch(r"(ATOM|APP)-[0-9.]+-[0-9]+", fault["rule"]) for fault in faults)
    assert all(fault["reason"] for fault in faults)


@pytest.mark.covers("PROB-4")
def test_every_type_has_a_page(shared_site):
    """Every type of problem is an address where a page explains it."""
    prefix = urlsplit(shared_site.anon.get("/none").json()["type"]).path.removesuffix("not-found")
    kinds = {status.kind: status for status in STATUS.values()}
    for kind, status in kinds.items():
        page = shared_site.anon.get(prefix + kind)
        assert (200, "text/html;charset=utf-8") == (page.status_code, page.headers["Content-Type"])
        (heading,) = html.fromstring(page.content).xpath("//h1/text()")
        assert status.title == heading
        assert f"Status {status.code}." in page.text
    assert 404 == shared_site.anon.get(prefix + "no-such-kind").status_code


def quoting(site, text, accept):
    """Answers that quote `text` from a request."""
    headers = {"Accept": accept}
    typed = {"Content-Type": text} | headers
    draft = bare(f"<app:control><app:draft>{escape(text)}</app:draft></app:control>")
    return [
        site.anon.get("/blog/" + text, headers=headers),
        site.anon.get("/" + text + "/", headers=headers),
        site.anon.get("/atom/blog/", params={"cursor": text}, headers=headers),
        site.anon.get("/atom/blog/", params={"since": text}, headers=headers),
        site.alice.get("/atom/" + text + "/", headers=headers),
        site.alice.post("/atom/blog/", content=entry(), headers=typed),
        site.alice.post("/atom/blog/", content=draft, headers={"Content-Type": ENTRY} | headers),
        site.anon.get("/", headers={"Host": "elsewhere.example", "X": text} | headers),
        site.anon.get("/", headers={"Expect": text} | headers),
    ]


@pytest.mark.covers("PROB-5")
@pytest.mark.parametrize("accept", ["application/json", "application/xml", "text/html"])
def test_what_is_quoted_is_inert(make_site, accept):
    """Markup that is quoted from a request stays text in all three forms."""
    for answer in quoting(make_site(), SCRIPT, accept):
        assert answer.is_client_error
        assert "nosniff" == answer.headers["X-Content-Type-Options"]
        match answer.headers["Content-Type"].partition(";")[0]:
            case "application/problem+json":
                assert isinstance(answer.json()["detail"], str)
            case "application/problem+xml":
                root = etree.fromstring(answer.content)
                assert {None} == {
                    etree.QName(one).localname == "script" or None for one in root.iter()
                }
            case "text/html":
                assert [] == html.fromstring(answer.content).xpath("//script")


@pytest.mark.covers("PROB-5")
def test_what_is_quoted_is_short(make_site):
    """What is quoted from a request is cut: an answer does not grow with it."""
    lengths = [len(answer.content) for answer in quoting(make_site(), "long" * 1500, "*/*")]
    assert max(lengths) < 1500


@pytest.mark.covers("PROB-5")
def test_nothing_of_the_insides(strict, tmp_path):
    """No error tells of the server's files, statements or stack."""
    told = " ".join(answer.text for answer in refusals(strict).values())
    for secret in ("Traceback", ".py", "SELECT", "lxml", "falcon", str(tmp_path), "site-packages"):
        assert secret not in told


@pytest.mark.covers("HTTP-E-2", "PROB-5", "HTTP-K-3")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unforeseen_fault(make_site, caplog, method):
    """An unforeseen fault is a bare 500, and the log tells of it under the answer's id."""
    site = make_site()
    site.store.write(lambda transaction: transaction.rows("ALTER TABLE member RENAME TO lost"))
    answer = site.alice.request(
        method, "/atom/blog/", content=entry(), headers={"Content-Type": ENTRY}
    )
    problem = answer.json()
    assert (500, "no-store") == (answer.status_code, answer.headers["Cache-Control"])
    assert {"type", "title", "status", "detail", "instance"} == problem.keys()
    assert "member" not in answer.text
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", problem["instance"])
    (record,) = (one for one in caplog.records if one.exc_info)
    line = json.loads(Line().format(record))
    assert problem["instance"] == f"urn:uuid:{line['request_id']}"
    assert "no such table" in line["traceback"]


@pytest.mark.covers("SEC-H-3")
def test_documents_run_nothing(shared_site, found):
    """Documents and errors are never sniffed, and run nothing where a browser opens them."""
    anon, alice = shared_site.anon, shared_site.alice
    answers = [alice.get(found[kind]) for kind in (*PROTOCOL, *FEEDS)]
    answers += [shared_site.post(), shared_site.post(b"<entry"), anon.get("/atom/diary/")]
    answers += [anon.get("/none"), anon.get("/none", headers={"Accept": "text/xml"})]
    answers += [anon.get("/", headers={"Host": "evil.example"}), alice.patch("/")]
    assert {("nosniff", CLOSED)} == {policies(answer) for answer in answers}


@pytest.mark.covers("SEC-H-3")
def test_pages_run_no_script(shared_site, found):
    """Pages, and errors as pages, are never sniffed and run no script."""
    answers = [shared_site.anon.get(found[kind]) for kind in PAGES]
    answers += [shared_site.anon.get("/none", headers={"Accept": "text/html"})]
    for answer in answers:
        sniffing, policy = policies(answer)
        assert "nosniff" == sniffing
        assert policy.startswith("default-src 'none'; style-src 'self';")
        assert "script" not in policy


def policies(answer):
    """What an answer forbids a browser."""
    names = ("X-Content-Type-Options", "Content-Security-Policy")
    return tuple(answer.headers[name] for name in names)
