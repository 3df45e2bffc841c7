"""The report on requirement rows, on small pages and tests, and the project's own page."""

from collections import Counter
from pathlib import Path

import pytest

from tests.project import coverage
from tests.project.coverage import Name, main, named_in_case, named_in_python, read_page

HEADER = "| id | level | what the server does | state |\n|---|---|---|---|\n"

success, failure = 0, 1  # exit codes
nothing = []


def table(*rows):
    """A requirement table of (id, state) pairs."""
    return HEADER + "".join(f"| {id_} | MUST | Does it. | {state} |\n" for id_, state in rows)


def project(root, page, **tests):
    """Write a project of one page and some test files, and return its root."""
    (root / "docs").mkdir()
    (root / "docs/conformance.md").write_text(page, "utf-8")
    (root / "tests/atom/cases").mkdir(parents=True)
    for name, source in tests.items():
        (root / "tests" / f"{name}.py").write_text(source, "utf-8")
    return root


def covering(*ids):
    """The source of a test that names these rows."""
    return f"@pytest.mark.covers{ids!r}\ndef test_it(): ...\n"


def ids_named(names):
    """The ids alone, in order."""
    return [name.id for name in names]


def test_rows_stand_under_their_section():
    """A row belongs to the nearest heading above its table."""
    page = read_page("# Page\n## A\n### A1. First\n" + table(("APP-1-1", "")))
    expected = [("APP-1-1", "A1. First", "")]

    assert expected == [(row.id, row.section, row.state) for row in page.rows]


def test_other_tables_are_no_rows():
    """A table with another header lists no requirements."""
    page = read_page("| word | meaning |\n|---|---|\n| APP | x |\n\n" + table(("APP-1-1", "")))
    expected = ["APP-1-1"]

    assert nothing == page.faults
    assert expected == [row.id for row in page.rows]


@pytest.mark.parametrize(
    "row",
    [
        "| APP-1-1 | MUST | Does it. |",
        "| APP-1-1 | MUST | Does it. | soon |",
        "| APP-1-1 | MUST | Does it. | later: |",
        "| APP-1-1 | MUST | | |",
        "| app one | MUST | Does it. | |",
        "| APP-1-1 | MUST | Does it. | | more |",
    ],
)
def test_unreadable_rows_are_faults(row):
    """A row with an unknown id, a missing cell or an unknown state is reported, not skipped."""
    page = read_page(HEADER + row)

    assert nothing == page.rows
    assert "not a row" in page.faults[0]


def test_a_page_without_rows_is_a_fault():
    """A page whose tables are gone does not pass for one that is covered."""
    expected = ["no requirement table"]

    assert expected == read_page("# Conformance\n").faults


@pytest.mark.parametrize(
    "source",
    [
        "@pytest.mark.covers('A-1-1', 'A-1-2')\ndef test_it(): ...",
        "@mark.covers('A-1-1', 'A-1-2')\nclass TestIt: ...",
        "pytestmark = pytest.mark.covers('A-1-1', 'A-1-2')",
        "pytestmark = [pytest.mark.covers('A-1-1'), pytest.mark.covers('A-1-2')]",
        "CASES = [pytest.param(1, marks=pytest.mark.covers('A-1-1', 'A-1-2'))]",
        "CASES = [pytest.param(1, marks=[pytest.mark.covers('A-1-1', 'A-1-2')])]",
    ],
)
def test_marks_are_found_wherever_they_stand(source):
    """A mark counts on a function, on a class, on a module and on a parameter."""
    expected = ["A-1-1", "A-1-2"]

    assert expected == ids_named(named_in_python(source, "test_x.py"))


def test_a_mark_knows_its_place():
    """A named row is reported with file and line."""
    expected = [Name("A-1-1", "tests/test_x.py:2")]

    assert expected == named_in_python("\npytest.mark.covers('A-1-1')", "tests/test_x.py")


def test_other_marks_and_strings_are_not_read():
    """Only calls of a mark named covers name rows."""
    source = "pytest.mark.foreign('A-1-1')\ncovers('A-1-1')\nx = \"pytest.mark.covers('A-1-1')\""

    assert nothing == named_in_python(source, "test_x.py")


def test_ids_must_be_literal():
    """An id that is computed is no row's name, so that it shows up as unknown."""
    source = "pytest.mark.covers(ROW, *ROWS)"
    expected = ["ROW", "*ROWS"]

    assert expected == ids_named(named_in_python(source, "test_x.py"))


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_cases_name_rows_in_their_first_comment(encoding):
    """Every line `covers:` of the first comment counts, whatever the encoding of the case."""
    case = "<?xml version='1.0'?>\n<!--\n  é\n  covers: A-1-1 A-1-2\n  covers: B-1\n-->\n<entry/>"
    expected = ["A-1-1", "A-1-2", "B-1"]

    assert expected == ids_named(named_in_case(case.encode(encoding), "x.xml"))


def test_later_comments_of_a_case_are_content():
    """A `covers:` outside the first comment is part of the case."""
    case = b"<!-- no rows -->\n<entry><!--\ncovers: A-1-1\n--></entry>"

    assert nothing == named_in_case(case, "x.xml")


def test_all_covered_is_success(tmp_path, capsys):
    """The report ends with 0 when every row that is due has a test."""
    page = "## One\n" + table(
        ("A-1-1", ""), ("A-1-2", "later: media"), ("A-1-3", "not offered: no")
    )
    root = project(tmp_path, page, test_a=covering("A-1-1"))
    expected = [
        "One",
        "  covered: 1 of 1",
        "  later: media: A-1-2",
        "  not offered: A-1-3",
        "3 rows: 1 covered, 0 not covered, 1 later, 1 not offered",
    ]

    assert success == main([], root)
    assert expected == capsys.readouterr().out.splitlines()


def test_rows_of_cases_count(tmp_path):
    """A row that only an XML case names is covered."""
    root = project(tmp_path, table(("A-1-1", "")))
    (root / "tests/atom/cases/one.xml").write_text("<!--\ncovers: A-1-1\n--><entry/>", "utf-8")

    assert success == main([], root)


def test_uncovered_rows_fail(tmp_path, capsys):
    """A row that is due and has no test is listed, and the report ends with 1."""
    root = project(tmp_path, "## One\n" + table(("A-1-1", ""), ("A-1-2", "")))

    assert failure == main([], root)
    assert "  not covered: A-1-1 A-1-2" in capsys.readouterr().out.splitlines()


def test_uncovered_rows_may_be_allowed(tmp_path):
    """With --allow-uncovered a row without a test does not fail."""
    root = project(tmp_path, table(("A-1-1", "")))

    assert success == main(["--allow-uncovered"], root)


def test_unknown_rows_fail_always(tmp_path, capsys):
    """A mark that names no row of the page is a fault, with its place."""
    root = project(tmp_path, table(("A-1-1", "")), test_a=covering("A-1-1", "A-9-9"))

    assert failure == main(["--allow-uncovered"], root)
    assert "FAULT tests/test_a.py:1: no row A-9-9" in capsys.readouterr().out.splitlines()


def test_rows_listed_twice_fail_always(tmp_path, capsys):
    """An id stands once on the page."""
    root = project(tmp_path, table(("A-1-1", ""), ("A-1-1", "")), test_a=covering("A-1-1"))

    assert failure == main(["--allow-uncovered"], root)
    assert "FAULT listed twice: A-1-1" in capsys.readouterr().out.splitlines()


def test_later_rows_stay_later(tmp_path, capsys):
    """A test of a later row does not make it covered: its state says when it is."""
    page = "## One\n" + table(("A-1-1", "later: media"), ("A-1-2", "later: media"))
    root = project(tmp_path, page, test_a=covering("A-1-2"))
    expected = [
        "One",
        "  covered: 0 of 0",
        "  later: media: A-1-1 A-1-2",
        "    named by tests already: A-1-2",
        "2 rows: 0 covered, 0 not covered, 2 later, 0 not offered",
    ]

    assert success == main([], root)
    assert expected == capsys.readouterr().out.splitlines()


def project_page():
    """The project's own page."""
    return read_page(Path(coverage.ROOT, "docs/conformance.md").read_text("utf-8"))


def test_the_project_names_known_rows_only(capsys):
    """The project's page is readable, and every mark of its tests names one of its rows."""
    assert success == main(["--allow-uncovered"]), capsys.readouterr().out


def test_no_row_of_the_project_is_lost():
    """The page keeps all its requirements: a row is settled by its state, not by leaving it out."""
    areas = Counter(row.id.partition("-")[0] for row in project_page().rows)
    neighbours = (
        "PAGE",
        "THR",
        "LIC",
        "TOMB",
        "LINK",
        "RSD",
        "IM",
        "WS",
        "JSON",
        "RSS",
        "PROB",
        "OS",
    )
    neighbouring = sum(areas[area] for area in neighbours)
    expected = {"APP": 137, "ATOM": 56, "HTTP": 70, "SEC": 32, "neighbours": 56}

    assert expected == {area: areas[area] for area in expected} | {"neighbours": neighbouring}


def test_later_names_one_of_the_coming_parts():
    """A later row says which part brings it, in one of the words the page explains."""
    parts = {row.state.partition(": ")[2] for row in project_page().rows if "later" in row.state}

    assert {"media", "tokens and serving", "readers' door", "hostile input"} >= parts
