"""Conditional requests as clients send them, RFC 9110 section 13."""

from itertools import product

import pytest

from tests.documents import ENTRY, entry, one
from tests.http.addresses import addresses
from tests.http.test_validators import WITH_VALIDATORS
from tests.stores import START, dump

SECONDS = START // 1_000_000
AT = "Tue, 14 Nov 2023 22:13:20 GMT"
AT_RFC_850 = "Tuesday, 14-Nov-23 22:13:20 GMT"
AT_ASCTIME = "Tue Nov 14 22:13:20 2023"
BEFORE = "Tue, 14 Nov 2023 22:13:19 GMT"
AFTER = "Tue, 14 Nov 2023 22:13:21 GMT"
STALE = '"stale"'

WRITES = {"PUT": {"content": entry("New"), "headers": {"Content-Type": ENTRY}}, "DELETE": {}}


def write(site, method, url, by=None, **conditions):
    """PUT or DELETE with conditional fields, named with _ for -."""
    options = dict(WRITES[method])
    named = {name.replace("_", "-"): value for name, value in conditions.items()}
    options["headers"] = options.get("headers", {}) | named
    return (by or site.alice).request(method, url, **options)


@pytest.fixture
def member(timed_site):
    """A member whose Last-Modified is AT; its address and tag."""
    made = timed_site.post(entry("Old"))
    assert AT == made.headers["Last-Modified"]
    return made.headers["Location"], made.headers["ETag"]


@pytest.mark.covers("HTTP-C-6", "HTTP-C-16")
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    ("field", "status"),
    [
        ("{tag}", 200),
        ('"x", {tag}', 200),
        ('{tag} , "x"', 200),
        ("*", 200),
        ("{bare}", 200),
        ("x, {bare}", 200),
        ("W/{tag}", 412),
        ("W/{bare}", 412),
        (STALE, 412),
        ('"', 412),
        ("", 412),
        ("{tag}x", 412),
    ],
)
def test_if_match(timed_site, member, method, field, status):
    """If-Match lets a write pass by `*` or by the current tag, strong, in a list of any length."""
    url, tag = member
    condition = field.format(tag=tag, bare=tag.strip('"'))
    before = dump(timed_site.store)
    assert status == write(timed_site, method, url, If_Match=condition).status_code
    assert (status == 412) == (before == dump(timed_site.store))


@pytest.mark.covers("HTTP-C-7", "HTTP-C-16")
@pytest.mark.parametrize(
    ("field", "matches"),
    [
        ("{tag}", True),
        ("W/{tag}", True),
        ('"x", W/{tag}', True),
        ("*", True),
        ("{bare}", True),
        (STALE, False),
        ('"', False),
        ("", False),
    ],
)
def test_if_none_match(timed_site, field, matches):
    """If-None-Match that matches, weak tags included, is a 304 for reading, a 412 for writing."""
    answers = {}
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        made = timed_site.post()
        url, tag = made.headers["Location"], made.headers["ETag"]
        headers = {
            "If-None-Match": field.format(tag=tag, bare=tag.strip('"')),
            "Content-Type": ENTRY,
        }
        body = entry() if method == "PUT" else None
        answer = timed_site.alice.request(method, url, content=body, headers=headers)
        answers[method] = answer.status_code
    refused = {"GET": 304, "HEAD": 304, "PUT": 412, "DELETE": 412}
    assert (refused if matches else dict.fromkeys(refused, 200)) == answers


@pytest.mark.covers("HTTP-C-6", "HTTP-C-7", "HTTP-C-9")
@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        ({"If_Match": STALE}, 412),
        ({"If_None_Match": "*"}, 412),
        ({"If_None_Match": "{tag}"}, 412),
        ({"If_Unmodified_Since": BEFORE}, 412),
        ({"If_Match": "{tag}"}, 201),
        ({"If_Match": "*"}, 201),
        ({"If_None_Match": STALE}, 201),
        ({"If_Modified_Since": AFTER}, 201),
    ],
    ids=str,
)
def test_conditional_post(timed_site, conditions, status):
    """A POST is held to its preconditions, which speak of the collection's state."""
    tag = timed_site.alice.get("/atom/blog/").headers["ETag"]
    named = {name: value.format(tag=tag) for name, value in conditions.items()}
    before = dump(timed_site.store)
    assert status == timed_site.post(**named).status_code
    assert (status == 412) == (before == dump(timed_site.store))


@pytest.mark.covers("HTTP-C-8", "HTTP-C-12")
@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        ({"If-Modified-Since": AT}, 304),
        ({"If-Modified-Since": AT_RFC_850}, 304),
        ({"If-Modified-Since": AT_ASCTIME}, 304),
        ({"If-Modified-Since": AFTER}, 304),
        ({"If-Modified-Since": BEFORE}, 200),
        ({"If-Modified-Since": AT_RFC_850.replace("-23 ", "-77 ")}, 200),
        ({"If-Modified-Since": "garbage"}, 200),
        ({"If-Modified-Since": f"{AT}, {AT}"}, 200),
        ({"If-Modified-Since": AT.replace("GMT", "+0100")}, 200),
        ({"If-None-Match": STALE, "If-Modified-Since": AFTER}, 200),
    ],
    ids=str,
)
def test_if_modified_since(timed_site, member, conditions, status):
    """If-Modified-Since counts alone, with one valid date of any of the three forms."""
    url, _ = member
    read = [timed_site.alice.request(verb, url, headers=conditions) for verb in ("GET", "HEAD")]
    assert [status] * 2 == [answer.status_code for answer in read]


@pytest.mark.covers("HTTP-C-8")
@pytest.mark.parametrize("method", WRITES)
def test_if_modified_since_is_for_reading(timed_site, member, method):
    """If-Modified-Since says nothing about a write."""
    assert 200 == write(timed_site, method, member[0], If_Modified_Since=AFTER).status_code


@pytest.mark.covers("HTTP-C-9", "HTTP-C-12")
@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        ({"If_Unmodified_Since": AT}, 200),
        ({"If_Unmodified_Since": AT_RFC_850}, 200),
        ({"If_Unmodified_Since": AT_ASCTIME}, 200),
        ({"If_Unmodified_Since": BEFORE}, 412),
        ({"If_Unmodified_Since": AT_ASCTIME.replace(":20 ", ":19 ")}, 412),
        ({"If_Unmodified_Since": "garbage"}, 200),
        ({"If_Unmodified_Since": BEFORE, "If_Match": "{tag}"}, 200),
        ({"If_Unmodified_Since": AFTER, "If_Match": STALE}, 412),
    ],
    ids=str,
)
def test_if_unmodified_since(timed_site, member, method, conditions, status):
    """If-Unmodified-Since holds for writes with a valid date, unless If-Match is there too."""
    url, tag = member
    named = {name: value.format(tag=tag) for name, value in conditions.items()}
    assert status == write(timed_site, method, url, **named).status_code


def expected(method, if_match, unmodified, none_match, modified_since):
    """RFC 9110 section 13.2.2, step by step; each argument is whether it holds, None if absent."""
    if if_match is False:
        return 412
    if if_match is None and unmodified is False:
        return 412
    if none_match is False:
        return 304 if method == "GET" else 412
    if none_match is None and method == "GET" and modified_since is False:
        return 304
    return 200


@pytest.mark.covers("HTTP-C-10")
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_order_of_preconditions(timed_site, clock, method):
    """Every combination of preconditions is answered as the order of the RFC has it."""
    url, got, wanted = timed_site.made(), {}, {}
    fields = ("If-Match", "If-Unmodified-Since", "If-None-Match", "If-Modified-Since")
    for holds in product((None, True, False), repeat=4):
        clock.forward(10)
        current = timed_site.alice.get(url).headers
        tag, date = current["ETag"], current["Last-Modified"]
        values = ((tag, STALE), (date, BEFORE_ALL), (STALE, tag), (BEFORE_ALL, date))
        headers = {
            name: pair[not one]
            for name, pair, one in zip(fields, values, holds, strict=True)
            if one is not None
        }
        headers["Content-Type"] = ENTRY
        body = entry() if method == "PUT" else None
        got[holds] = timed_site.alice.request(
            method, url, content=body, headers=headers
        ).status_code
        wanted[holds] = expected(method, *holds)
    assert wanted == got


BEFORE_ALL = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.covers("HTTP-C-11")
def test_other_faults_answer_first(make_site):
    """Faults of access, method, type and size are told before any precondition is looked at."""
    site = make_site(max_entry_bytes="1000")
    url, gone = site.made(), site.made()
    site.alice.delete(gone)
    stale = {"Content-Type": ENTRY, "If-Match": STALE}
    wrong = site.client(("alice", "wrong"))
    answers = {
        401: wrong.put(url, content=entry(), headers=stale),
        403: site.bob.put(url, content=entry(), headers=stale),
        404: site.alice.put("/atom/blog/none", content=entry(), headers=stale | {"If-Match": "*"}),
        405: site.alice.post(url, content=entry(), headers=stale),
        410: site.alice.put(gone, content=entry(), headers=stale),
        413: site.alice.put(url, content=entry("x" * 1000), headers=stale),
        415: site.alice.put(url, content=b"GIF", headers=stale | {"Content-Type": "image/gif"}),
        501: site.alice.request("PATCH", url, content=entry(), headers=stale),
    }
    assert list(answers) == [answer.status_code for answer in answers.values()]
    assert 412 == site.alice.put(url, content=entry(), headers=stale).status_code


@pytest.mark.covers("HTTP-C-11")
def test_missing_members_have_no_preconditions(site):
    """If-None-Match cannot make a PUT create, nor If-Match `*` find what is not there."""
    for condition in ({"If_Match": "*"}, {"If_None_Match": "*"}, {"If_None_Match": STALE}):
        for method in WRITES:
            assert 404 == write(site, method, "/atom/blog/none", **condition).status_code


@pytest.mark.covers("HTTP-C-13", "HTTP-N-10")
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_headers_of_a_304(timed_site, coding):
    """A 304 repeats what a cache needs of the 200, and has neither content nor a type."""
    found = addresses(timed_site)
    for kind in WITH_VALIDATORS:
        headers = {"Accept-Encoding": coding}
        full = timed_site.alice.get(found[kind], headers=headers)
        known = headers | {"If-None-Match": full.headers["ETag"]}
        short = timed_site.alice.get(found[kind], headers=known)
        kept = ("ETag", "Last-Modified", "Vary", "Cache-Control", "Content-Location")
        assert (304, b"") == (short.status_code, short.content)
        assert {name: full.headers.get(name) for name in kept} == {
            name: short.headers.get(name) for name in kept
        }
        assert not {"content-type", "content-length", "content-encoding"} & set(short.headers)


@pytest.mark.covers("HTTP-C-4")
@pytest.mark.parametrize("view", ["gzip", "anonymous", "editor"])
def test_tags_of_other_views_let_a_write_pass(site, view):
    """If-Match takes the state's tag in any coding and any view."""
    url = site.made()
    reader = {"gzip": site.alice, "anonymous": site.anon, "editor": site.erin}[view]
    coding = "gzip" if view == "gzip" else "identity"
    tag = reader.get(url, headers={"Accept-Encoding": coding}).headers["ETag"]
    assert 200 == write(site, "PUT", url, If_Match=tag).status_code
    assert 412 == write(site, "PUT", url, If_Match=tag).status_code


@pytest.mark.covers("HTTP-C-4")
def test_tag_of_a_304(site):
    """A 304 carries the tag that matched: a creation's, when the answer would be compressed."""
    made = site.post()
    url, tag = made.headers["Location"], made.headers["ETag"]
    headers = {"If-None-Match": tag, "Accept-Encoding": "gzip"}
    answer = site.alice.get(url, headers=headers)
    assert (304, tag) == (answer.status_code, answer.headers["ETag"])
    assert tag != site.alice.get(url, headers={"Accept-Encoding": "gzip"}).headers["ETag"]


@pytest.mark.covers("HTTP-C-4")
def test_tags_of_other_views_are_no_304(site):
    """If-None-Match of what anonymous readers see is no 304 for an author, who sees more."""
    url = site.made(entry(extra="<app:control><app:draft>no</app:draft></app:control>"))
    tag = site.anon.get(url).headers["ETag"]
    answer = site.alice.get(url, headers={"If-None-Match": tag})
    assert 200 == answer.status_code
    assert "no" == one(answer.content, "//app:draft").text


@pytest.mark.covers("HTTP-C-17")
def test_dates_within_one_second(timed_site, member):
    """A date is no 304 for what changed twice within its second."""
    url, _ = member
    for title in ("One", "Two"):
        timed_site.put(url, entry(title))
        answer = timed_site.alice.get(url, headers={"If-Modified-Since": AT})
        assert (200, title) == (answer.status_code, one(answer.content, "/a:entry/a:title").text)


@pytest.mark.covers("HTTP-C-17")
def test_dates_as_the_clock_runs(site):
    """Whatever date a reader was given, the next state is no 304 by it."""
    url = site.made()
    for number in range(5):
        date = site.anon.get(url).headers["Last-Modified"]
        site.put(url, entry(f"Edit {number}"))
        answer = site.anon.get(url, headers={"If-Modified-Since": date})
        assert 200 == answer.status_code


@pytest.mark.covers("HTTP-C-18")
@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(
    ("conditions", "status"),
    [({"If_Match": STALE}, 412), ({"If_Unmodified_Since": BEFORE_ALL}, 412), ({}, 428)],
    ids=["if-match", "if-unmodified-since", "nothing"],
)
def test_what_to_resend(make_site, method, conditions, status):
    """A 412 or 428 says what to send and where the current state is, and is not stored."""
    site = make_site(require_conditional="yes")
    url = site.made()
    before = dump(site.store)
    refused = write(site, method, url, **conditions)
    assert (status, "no-store") == (refused.status_code, refused.headers["Cache-Control"])
    assert "If-Match" in refused.json()["detail"]
    assert url in refused.text + refused.headers.get("Link", "")
    assert before == dump(site.store)


@pytest.mark.covers("HTTP-C-18")
@pytest.mark.parametrize("method", WRITES)
def test_conditions_that_name_a_state(make_site, method):
    """Where conditions are required, the current tag or its date is enough; POST needs none."""
    site = make_site(require_conditional="yes")
    for name, field in (("If_Match", "ETag"), ("If_Unmodified_Since", "Last-Modified")):
        made = site.post()
        condition = {name: made.headers[field]}
        assert 200 == write(site, method, made.headers["Location"], **condition).status_code
