"""Conditional requests, RFC 9110 section 13."""

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atompub.errors import PreconditionFailed
from atompub.web.conditional import (
    NotModified,
    Preconditions,
    Validators,
    check_read,
    check_write,
    range_applies,
)

MODIFIED = 784_111_777
AT = "Sun, 06 Nov 1994 08:49:37 GMT"
BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT"
AFTER = "Sun, 06 Nov 1994 08:49:38 GMT"
NOW = 784_200_000.0
CURRENT = Validators("a1_7", "editor", MODIFIED)
PLAIN = Validators("abc", "", MODIFIED)

PARTS = st.from_regex(r"[A-Za-z0-9_~-]+", fullmatch=True)
VIEWS = st.one_of(st.just(""), PARTS)
VALIDATORS = st.builds(Validators, PARTS, VIEWS, st.integers(0, 2**33))
FOREIGN_TAGS = st.one_of(
    st.text(st.characters(codec="latin-1", exclude_characters='"\x7f', min_codepoint=0x21)).map(
        lambda opaque: f'"{opaque}"'
    ),
    st.just(""),
    st.just('W/"other"'),
)
FIELDS = st.one_of(
    st.none(),
    st.text(),
    st.text(st.sampled_from('"W/,* \tabc_17.editor\\\xe9')),
    st.sampled_from(["*", AT, BEFORE, AFTER, '"a1_7.editor"', 'W/"a1_7.editor.gzip"']),
)


def may_write(validators=CURRENT, **fields):
    """Whether a write with these conditional fields goes ahead."""
    try:
        check_write(Preconditions(**fields), validators, NOW)
    except PreconditionFailed:
        return False
    return True


def tag_of_304(validators=CURRENT, coding="", **fields):
    """The tag of the 304 a read with these conditional fields gets, None for a full answer."""
    found = check_read(Preconditions(**fields), validators, NOW, coding)
    return found and found.tag


@pytest.mark.parametrize(
    ("view", "coding", "expected"),
    [
        ("", "", '"a1_7"'),
        ("editor", "", '"a1_7.editor"'),
        ("editor", "gzip", '"a1_7.editor.gzip"'),
        ("", "gzip", '"a1_7..gzip"'),
    ],
)
def test_tag(view, coding, expected):
    """An entity tag is state, view and coding, in quotes."""
    assert expected == Validators("a1_7", view, MODIFIED).tag(coding)


@given(st.tuples(PARTS, VIEWS, VIEWS), st.tuples(PARTS, VIEWS, VIEWS))
def test_tags_differ(one, other):
    """Two tags are equal only if state, view and coding are."""
    tags = [Validators(state, view, 0).tag(coding) for state, view, coding in (one, other)]
    assert (one == other) == (tags[0] == tags[1])


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (MODIFIED - 0.01, BEFORE),
        (MODIFIED + 0.0, AT),
        (MODIFIED + 0.99, AT),
        (MODIFIED + 1e6, AT),
    ],
)
def test_last_modified(now, expected):
    """Last-Modified is never later than the clock, also when the clock was put back."""
    assert expected == CURRENT.last_modified(now)


def test_fields_of_a_request():
    """Each field is taken by its own name."""
    environ = {
        "HTTP_IF_MATCH": "1",
        "HTTP_IF_UNMODIFIED_SINCE": "2",
        "HTTP_IF_NONE_MATCH": "3",
        "HTTP_IF_MODIFIED_SINCE": "4",
        "HTTP_IF_RANGE": "5",
    }
    expected = Preconditions(
        if_match="1",
        if_unmodified_since="2",
        if_none_match="3",
        if_modified_since="4",
        if_range="5",
    )
    assert expected == Preconditions.of(environ)
    assert Preconditions() == Preconditions.of({})


@pytest.mark.covers("HTTP-C-6")
@pytest.mark.parametrize(
    ("if_match", "expected"),
    [
        ('"a1_7.editor"', True),
        ('"x", "a1_7.editor"', True),
        ('"a1_7.editor","x"', True),
        ("*", True),
        (" * ", True),
        ('W/"a1_7.editor"', False),
        ('W/"a1_7.editor", "x"', False),
        ('W/"a1_7.editor", "a1_7.editor"', True),
        ('"x"', False),
        ('"A1_7.editor"', False),
        ('"a1_70.editor"', False),
    ],
)
def test_if_match(if_match, expected):
    """If-Match is a list or `*`, and weak tags never match."""
    assert expected == may_write(if_match=if_match)


@pytest.mark.parametrize(
    ("if_match", "expected"),
    [
        ('"a1_7"', True),
        ('"a1_7.anonymous"', True),
        ('"a1_7.anonymous.gzip"', True),
        ('"a1_7.editor.gzip"', True),
        ('"a1_7..gzip"', True),
        ('"a1_8.editor"', False),
        ('"a1_8"', False),
    ],
)
def test_if_match_compares_the_state(if_match, expected):
    """A tag read in any view and any coding of the current state lets a write go ahead."""
    assert expected == may_write(if_match=if_match)


@pytest.mark.parametrize(
    "tag",
    [
        '"a1_7."',
        '"a1_7.."',
        '"a1_7.editor."',
        '"a1_7.editor.gzip.br"',
        '"a1_7.editor-gzip!"',
        '"a1_7-gzip"',
        '".a1_7"',
        '"a1_7\xe9"',
        '""',
    ],
)
def test_foreign_tags(tag):
    """A tag of a shape that is not ours matches nothing, and stops no other of the list."""
    assert not may_write(if_match=tag)
    assert may_write(if_match=f'{tag}, "a1_7.editor"')
    assert tag_of_304(if_none_match=tag) is None
    assert CURRENT.tag() == tag_of_304(if_none_match=f'{tag}, "a1_7.editor"')


@given(VALIDATORS, VIEWS, VIEWS)
def test_if_match_own_tags(validators, view, coding):
    """Any tag of the state passes If-Match, whatever state, view and coding are called."""
    tag = Validators(validators.state, view, 0).tag(coding)
    assert may_write(validators, if_match=tag)


@pytest.mark.covers("HTTP-C-6")
@pytest.mark.parametrize("if_match", ["*", '"a1_7.editor"', '"'])
def test_if_match_where_nothing_is(if_match):
    """If-Match fails where there is no current state, for `*` too."""
    with pytest.raises(PreconditionFailed, match="Nothing is here that If-Match could name"):
        check_write(Preconditions(if_match=if_match), None, NOW)


@pytest.mark.parametrize("fields", [{"if_match": '"x"'}, {"if_unmodified_since": BEFORE}])
def test_failed_condition_of_a_read(fields):
    """If-Match and If-Unmodified-Since fail a read as they fail a write."""
    with pytest.raises(PreconditionFailed, match="GET the current state"):
        check_read(Preconditions(**fields), CURRENT, NOW)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (',, "x",\t,"a1_7.editor" ,', True),
        ('"x","a1_7.editor"', True),
        ('"x"\t, "a1_7.editor"', True),
        ('"a1_7.editor, x"', False),
        ('"x, "a1_7.editor"', False),
        ('"\xe9\xff", "a1_7.editor"', True),
        ('"back\\", "a1_7.editor"', True),
        (", ,", False),
        ("", False),
    ],
)
def test_lists(tags, expected):
    """Empty elements are skipped, and a comma or backslash within quotes is part of a tag."""
    assert expected == may_write(if_match=tags)
    assert expected == (tag_of_304(if_none_match=tags) is not None)


@given(
    st.lists(FOREIGN_TAGS),
    st.lists(FOREIGN_TAGS),
    st.sampled_from([",", ", ", " ,\t", ",,", " , ,"]),
)
def test_any_list(before, after, comma):
    """The current tag is found anywhere among any other tags."""
    tags = comma.join([*before, '"a1_7.editor"', *after])
    assert may_write(if_match=tags)
    assert CURRENT.tag() == tag_of_304(if_none_match=tags)


@pytest.mark.covers("HTTP-C-16")
@pytest.mark.parametrize("tag", ["abc", ' "x" , abc', "x,abc,y", "abc,"])
def test_unquoted_tags(tag):
    """A tag without quotes compares as if it had them."""
    assert may_write(PLAIN, if_match=tag)
    assert PLAIN.tag() == tag_of_304(PLAIN, if_none_match=tag)
    assert not may_write(CURRENT, if_match=tag)
    assert tag_of_304(CURRENT, if_none_match=tag) is None


@pytest.mark.covers("HTTP-C-16")
def test_unquoted_weak_tags():
    """A weak tag without quotes stays weak."""
    assert not may_write(PLAIN, if_match="W/abc")
    assert PLAIN.tag() == tag_of_304(PLAIN, if_none_match="W/abc")


@pytest.mark.covers("HTTP-C-16")
@pytest.mark.parametrize(
    "broken",
    [
        '"',
        '"abc',
        'abc"',
        'w/"abc"',
        'W/ "abc"',
        '"abc", "',
        '"abc" "abc"',
        "abc abc",
        '"a b", "abc"',
        '"abc\x00"',
    ],
)
def test_unparsable_tags(broken):
    """An If-Match that cannot be read fails, an If-None-Match that cannot be read is ignored."""
    assert not may_write(PLAIN, if_match=broken)
    assert may_write(PLAIN, if_none_match=broken)
    assert tag_of_304(PLAIN, if_none_match=broken) is None


@pytest.mark.covers("HTTP-C-16")
@pytest.mark.parametrize("tags", ['*, "x"', "*, *", "W/*"])
def test_misplaced_wildcard(tags):
    """`*` counts only where it stands alone."""
    assert not may_write(if_match=tags)
    assert may_write(if_none_match=tags)


@pytest.mark.covers("HTTP-C-7")
@pytest.mark.parametrize(
    "tags", ['"a1_7.editor"', 'W/"a1_7.editor"', '"x", W/"a1_7.editor"', "*", " *"]
)
def test_if_none_match(tags):
    """If-None-Match compares weakly, is a list or `*`; a match is 304 for reads, else 412."""
    assert CURRENT.tag() == tag_of_304(if_none_match=tags)
    assert not may_write(if_none_match=tags)


@pytest.mark.covers("HTTP-C-7")
@pytest.mark.parametrize("tags", ['"x"', 'W/"x"', '"a1_8.editor"', '"a1_7"', '"a1_7.anonymous"'])
def test_if_none_match_without_a_match(tags):
    """If-None-Match with tags of other states and other views lets everything through."""
    assert tag_of_304(if_none_match=tags) is None
    assert may_write(if_none_match=tags)


@pytest.mark.parametrize(
    ("tags", "coding", "expected"),
    [
        ('"a1_7.editor"', "gzip", '"a1_7.editor"'),
        ('"a1_7.editor.gzip"', "", '"a1_7.editor.gzip"'),
        ('W/"a1_7.editor.gzip"', "", '"a1_7.editor.gzip"'),
        ('"a1_7.editor", "a1_7.editor.gzip"', "gzip", '"a1_7.editor.gzip"'),
        ('"a1_7.editor.gzip", "a1_7.editor"', "", '"a1_7.editor"'),
        ('"a1_7.editor.br", "a1_7.editor.gzip"', "", '"a1_7.editor.br"'),
        ("*", "gzip", '"a1_7.editor.gzip"'),
        ('"a1_7.anonymous.gzip"', "gzip", None),
        ('"a1_7..gzip"', "gzip", None),
    ],
)
def test_304_names_what_matched(tags, coding, expected):
    """A tag matches in any coding, and the 304 carries it; of several the one 200 would carry."""
    assert expected == tag_of_304(coding=coding, if_none_match=tags)


@given(VALIDATORS, VIEWS)
def test_if_none_match_own_tags(validators, coding):
    """Any tag of state and view gives 304, whatever they are called."""
    tag = validators.tag(coding)
    assert tag == tag_of_304(validators, if_none_match=tag)
    other = Validators(validators.state, validators.view + "x", 0).tag(coding)
    assert None is tag_of_304(validators, if_none_match=other)


@pytest.mark.covers("HTTP-C-7")
@pytest.mark.parametrize("tags", ["*", '"a1_7.editor"'])
def test_if_none_match_where_nothing_is(tags):
    """If-None-Match passes where there is no current state."""
    assert may_write(None, if_none_match=tags)


@pytest.mark.covers("HTTP-C-8")
@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (BEFORE, None),
        (AT, '"a1_7.editor.gzip"'),
        (AFTER, '"a1_7.editor.gzip"'),
        ("Sunday, 06-Nov-94 08:49:37 GMT", '"a1_7.editor.gzip"'),
        ("Sun Nov  6 08:49:37 1994", '"a1_7.editor.gzip"'),
        ("garbage", None),
        ("", None),
        (f"{AT}, {AT}", None),
    ],
)
def test_if_modified_since(date, expected):
    """If-Modified-Since gives 304 for a single valid date that is not before the change."""
    assert expected == tag_of_304(coding="gzip", if_modified_since=date)


@pytest.mark.covers("HTTP-C-8")
@pytest.mark.parametrize("tags", ['"x"', '"', ""])
def test_if_modified_since_beside_if_none_match(tags):
    """If-Modified-Since is not looked at beside an If-None-Match, not even a broken one."""
    assert tag_of_304(if_none_match=tags, if_modified_since=AFTER) is None


@pytest.mark.covers("HTTP-C-8")
def test_if_modified_since_of_a_write():
    """If-Modified-Since means nothing to a write."""
    assert may_write(if_modified_since=AFTER)


def test_second_change_within_a_second():
    """One who saw the state before a second change in the same second gets the new one."""
    first, second = Validators("a1_7", "", MODIFIED), Validators("a1_8", "", MODIFIED + 1)
    date = first.last_modified(MODIFIED + 0.2)
    assert None is tag_of_304(second, if_modified_since=date)
    assert not may_write(second, if_unmodified_since=date)
    assert not range_applies(Preconditions(if_range=date), second, MODIFIED + 0.8)


def test_date_cut_back_to_the_clock():
    """A Last-Modified that was cut back to the clock is never taken for the state it came with."""
    ahead = Validators("a1_8", "", MODIFIED + 1)
    date = ahead.last_modified(MODIFIED + 0.8)
    assert CURRENT.last_modified(NOW) == date
    assert None is tag_of_304(ahead, if_modified_since=date)


@pytest.mark.covers("HTTP-C-9")
@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (BEFORE, False),
        (AT, True),
        (AFTER, True),
        ("Sunday, 06-Nov-94 08:49:36 GMT", False),
        ("garbage", True),
        (f"{BEFORE}, {BEFORE}", True),
    ],
)
def test_if_unmodified_since(date, expected):
    """If-Unmodified-Since stops a write after a change, and is ignored if its date is invalid."""
    assert expected == may_write(if_unmodified_since=date)


@pytest.mark.covers("HTTP-C-9")
def test_if_unmodified_since_beside_if_match():
    """If-Unmodified-Since is not looked at beside If-Match, which Atompub::Client sends too."""
    assert may_write(if_match='"a1_7.editor"', if_unmodified_since=BEFORE)
    assert not may_write(if_match='"x"', if_unmodified_since=AFTER)


def test_if_unmodified_since_where_nothing_is():
    """If-Unmodified-Since is ignored where there is no date to hold it against."""
    assert may_write(None, if_unmodified_since=BEFORE)


@pytest.mark.parametrize(
    ("if_range", "expected"),
    [
        (None, True),
        ('"a1_7.editor"', True),
        (' "a1_7.editor"\t', True),
        ('W/"a1_7.editor"', False),
        ('"a1_7.editor.gzip"', False),
        ('"a1_7.anonymous"', False),
        ('"a1_7"', False),
        ('"a1_6.editor"', False),
        ('"x", "a1_7.editor"', False),
        ("a1_7.editor", False),
        ("*", False),
        (AT, True),
        ("Sun Nov  6 08:49:37 1994", True),
        (BEFORE, False),
        (AFTER, False),
        ("garbage", False),
    ],
)
def test_if_range(if_range, expected):
    """A range counts for the current strong tag in identity coding, or the exact date."""
    assert expected == range_applies(Preconditions(if_range=if_range), CURRENT, NOW)


def by_the_rfc(method, if_match, unmodified_since, none_match, modified_since, if_range):
    """RFC 9110 section 13.2.2, step by step, for a request with a Range.

    Each condition is None when its field is not there, else whether it is true.
    """
    # "1. When recipient is the origin server and If-Match is present, evaluate: if true,
    # continue to step 3; if false, respond 412"
    if if_match is False:
        return 412
    # "2. When [...] If-Match is not present, and If-Unmodified-Since is present, evaluate:
    # if true, continue to step 3; if false, respond 412"
    if if_match is None and unmodified_since is False:
        return 412
    # "3. When If-None-Match is present, evaluate: if true, continue to step 5; if false for
    # GET/HEAD, respond 304; if false for other methods, respond 412"
    if none_match is False:
        return 304 if method in ("GET", "HEAD") else 412
    # "4. When the method is GET or HEAD, If-None-Match is not present, and
    # If-Modified-Since is present, evaluate: if true, continue to step 5; if false, respond 304"
    if method in ("GET", "HEAD") and none_match is None and modified_since is False:
        return 304
    # "5. When the method is GET and both Range and If-Range are present, evaluate: if true
    # and the Range is applicable, respond 206; otherwise, ignore the Range and respond 200"
    # "6. Otherwise, perform the requested method"
    if method == "GET":
        return 200 if if_range is False else 206
    return 200


def answer(method, preconditions):
    """The status this module leads to for a request with a Range."""
    try:
        if method not in ("GET", "HEAD"):
            check_write(preconditions, CURRENT, NOW)
            return 200
        if check_read(preconditions, CURRENT, NOW):
            return 304
    except PreconditionFailed:
        return 412
    return 206 if method == "GET" and range_applies(preconditions, CURRENT, NOW) else 200


TRUE = ['"a1_7.editor"', AT, '"x"', BEFORE, '"a1_7.editor"']
FALSE = ['"x"', BEFORE, '"a1_7.editor"', AT, '"x"']
PRESENT = list(product([False, True], repeat=5))


@pytest.mark.covers("HTTP-C-10")
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
@pytest.mark.parametrize("present", PRESENT, ids=lambda row: "".join(str(int(x)) for x in row))
def test_order(method, present):
    """Any combination of the five fields, each true or false, is answered as the RFC orders it."""
    for conditions in product(*([True, False] if there else [None] for there in present)):
        values = [
            None if condition is None else (TRUE if condition else FALSE)[place]
            for place, condition in enumerate(conditions)
        ]
        assert by_the_rfc(method, *conditions) == answer(method, Preconditions(*values)), values


@pytest.mark.parametrize(
    "fields", [{"if_match": '"x"'}, {"if_unmodified_since": BEFORE}, {"if_none_match": "*"}]
)
def test_message(fields):
    """A failed condition says what to send in its place."""
    with pytest.raises(PreconditionFailed, match=r"GET the current state, .* ETag in If-Match"):
        check_write(Preconditions(**fields), CURRENT, NOW)


def test_message_for_a_weak_tag():
    """Who sends the current tag as a weak one, as some proxies make it, is told so."""
    with pytest.raises(PreconditionFailed, match=r"by a weak tag.* less its W/"):
        check_write(Preconditions(if_match='"x", W/"a1_7.editor"'), CURRENT, NOW)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, False),
        ({"if_match": '"x"'}, True),
        ({"if_match": "*"}, True),
        ({"if_match": '"'}, True),
        ({"if_unmodified_since": AT}, True),
        ({"if_unmodified_since": "garbage"}, False),
        ({"if_none_match": '"x"'}, False),
        ({"if_none_match": "*"}, False),
        ({"if_modified_since": AT}, False),
        ({"if_range": AT}, False),
    ],
)
def test_names_state(fields, expected):
    """If-Match and a valid If-Unmodified-Since say which state a writer saw, nothing else does."""
    assert expected == Preconditions(**fields).names_state(NOW)


@given(
    st.builds(Preconditions, FIELDS, FIELDS, FIELDS, FIELDS, FIELDS), VALIDATORS, st.floats(0, 4e9)
)
def test_any_fields(preconditions, validators, now):
    """Nothing but PreconditionFailed is raised, whatever the fields hold."""
    for check in (check_read, check_write):
        try:
            found = check(preconditions, validators, now)
        except PreconditionFailed:
            continue
        assert isinstance(found, NotModified | None)
    assert range_applies(preconditions, validators, now) in (True, False)
    assert preconditions.names_state(now) in (True, False)


@pytest.mark.parametrize(
    "tags",
    [" " * 65_536 + '"', "," * 65_536, "W/" * 32_768, "a" * 65_536 + '"', '"a",' * 16_384 + '"'],
    ids=["space", "commas", "weak", "bare", "tags"],
)
def test_long_lists(tags):
    """A list of 64 KB, the worst there is, takes a moment and no more."""
    started = time.process_time()
    assert not may_write(if_match=tags)
    assert time.process_time() - started < 0.5
