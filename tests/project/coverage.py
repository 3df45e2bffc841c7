"""Which rows of docs/conformance.md the tests prove: `python -m tests.project.coverage`.

A test names its rows with `@pytest.mark.covers("ID", ...)`, a case file of tests/atom/cases with a
line `covers: ID ID` in its first comment.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill

__all__ = ["Page", "Report", "Row", "main", "named_in_case", "named_in_python", "read_page"]

ROOT = Path(__file__).resolve().parents[2]
HEADER = ["id", "level", "what the server does", "state"]
STATE = re.compile(r"|later: \S.*|not offered: \S.*")
ROW_ID = re.compile(r"[A-Z]+(-[A-Z]+)?-[0-9][0-9.]*(-[0-9]+)?")


@dataclass(frozen=True)
class Row:
    """One requirement; `state` is empty, `later: …` or `not offered: …`."""

    id: str
    section: str
    state: str


@dataclass
class Page:
    """The rows of the page in its order, and what is wrong with the page."""

    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Name:
    """A row id that a test names, and where."""

    id: str
    where: str


def read_page(text: str) -> Page:
    """Read every requirement table; other tables and all prose are passed over."""
    page = Page()
    section, inside = "", False
    for line in text.splitlines():
        if line.startswith("#"):
            section = line.lstrip("#").strip()
        cells = _cells(line)
        if inside and cells:
            _add_row(page, section, cells)
        else:
            inside = cells == HEADER
    page.faults += _listed_twice(page.rows) if page.rows else ["no requirement table"]
    return page


def _cells(line: str) -> list[str]:
    """The cells of a table line, none for any other line."""
    if not line.startswith("|"):
        return []
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in inner.split("|")]


def _add_row(page: Page, section: str, cells: list[str]) -> None:
    if not "".join(cells).strip("-: "):
        return  # the line under the header
    state = cells[-1]
    readable = len(cells) == len(HEADER) and all(cells[:-1])
    if readable and ROW_ID.fullmatch(cells[0]) and STATE.fullmatch(state):
        page.rows.append(Row(cells[0], section, state))
    else:
        page.faults.append(f"not a row: {' | '.join(cells)}")


def _listed_twice(rows: list[Row]) -> list[str]:
    ids = [row.id for row in rows]
    return [f"listed twice: {id_}" for id_ in dict.fromkeys(ids) if ids.count(id_) > 1]


def named_in_python(source: str, where: str) -> list[Name]:
    """Every row named by a `mark.covers(...)`: on a test, in `pytestmark` or in a `param`."""
    calls = [node for node in ast.walk(ast.parse(source)) if _is_covers(node)]
    return [name for call in calls for name in _arguments(call, where)]


def _is_covers(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="covers", value=ast.Attribute(attr="mark"))):
            return True
        case ast.Call(func=ast.Attribute(attr="covers", value=ast.Name(id="mark"))):
            return True
    return False


def _arguments(call: ast.Call, where: str) -> Iterator[Name]:
    """The named rows; what is not a literal id yields its source text, which no row is called."""
    place = f"{where}:{call.lineno}"
    for argument in call.args:
        match argument:
            case ast.Constant(value=str(id_)):
                yield Name(id_, place)
            case _:
                yield Name(ast.unparse(argument), place)


def named_in_case(data: bytes, where: str) -> list[Name]:
    """Every row named by the `covers:` lines of the first comment of an XML case."""
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "latin-1"
    comment = re.search(r"<!--(.*?)-->", data.decode(encoding, "replace"), re.DOTALL)
    lines = re.findall(r"^\s*covers:(.*)$", comment[1] if comment else "", re.MULTILINE)
    return [Name(id_, where) for line in lines for id_ in line.replace(",", " ").split()]


def names_under(root: Path) -> list[Name]:
    """Every row that the tests under `root` name."""
    names = []
    for path in sorted((root / "tests").rglob("*.py")):
        names += named_in_python(path.read_text("utf-8"), str(path.relative_to(root)))
    for path in sorted((root / "tests/atom/cases").glob("*.xml")):
        names += named_in_case(path.read_bytes(), str(path.relative_to(root)))
    return names


class Report:
    """The page set beside the tests; a `later` row stays later until the page says otherwise."""

    def __init__(self, page: Page, names: list[Name]) -> None:
        self.rows = page.rows
        self.named = {name.id for name in names}
        known = {row.id for row in page.rows}
        unknown = [f"{name.where}: no row {name.id}" for name in names if name.id not in known]
        self.faults = page.faults + unknown

    def covered(self, rows: Iterable[Row]) -> list[str]:
        """The ids due now that a test names."""
        return [row.id for row in rows if not row.state and row.id in self.named]

    def uncovered(self, rows: Iterable[Row]) -> list[str]:
        """The ids due now that no test names."""
        return [row.id for row in rows if not row.state and row.id not in self.named]

    def lines(self) -> Iterator[str]:
        """The whole report: the sections, the faults, the totals."""
        for section in dict.fromkeys(row.section for row in self.rows):
            yield section
            yield from self._section([row for row in self.rows if row.section == section])
        yield from (f"FAULT {fault}" for fault in self.faults)
        yield self._totals()

    def _section(self, rows: list[Row]) -> Iterator[str]:
        yield f"  covered: {len(self.covered(rows))} of {sum(not row.state for row in rows)}"
        yield from _listing("not covered", self.uncovered(rows))
        for state, ids in _grouped(rows, "later").items():
            yield from _listing(state, ids)
            yield from _listing("  named by tests already", [i for i in ids if i in self.named])
        yield from _listing("not offered", _with_state(rows, "not offered"))

    def _totals(self) -> str:
        later = len(_with_state(self.rows, "later"))
        not_offered = len(_with_state(self.rows, "not offered"))
        return (
            f"{len(self.rows)} rows: {len(self.covered(self.rows))} covered, "
            f"{len(self.uncovered(self.rows))} not covered, "
            f"{later} later, {not_offered} not offered"
        )


def _with_state(rows: Iterable[Row], word: str) -> list[str]:
    return [row.id for row in rows if row.state.startswith(f"{word}:")]


def _grouped(rows: Iterable[Row], word: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for row in rows:
        if row.state.startswith(f"{word}:"):
            groups.setdefault(row.state, []).append(row.id)
    return groups


def _listing(title: str, ids: list[str]) -> list[str]:
    """One wrapped paragraph, or nothing when there are no ids."""
    if not ids:
        return []
    text = f"{title}: {' '.join(ids)}"
    return [
        fill(
            text,
            100,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
            break_long_words=False,
        )
    ]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Print the report; 1 when the page or a mark is wrong, or when a row has no test."""
    parser = argparse.ArgumentParser(description="Which requirement rows the tests prove.")
    parser.add_argument("--allow-uncovered", action="store_true", help="exit 0 all the same")
    allow_uncovered = parser.parse_args(arguments).allow_uncovered
    page = read_page((root / "docs/conformance.md").read_text("utf-8"))
    report = Report(page, names_under(root))
    print("\n".join(report.lines()))
    return int(bool(report.faults or (report.uncovered(report.rows) and not allow_uncovered)))


if __name__ == "__main__":
    sys.exit(main())
