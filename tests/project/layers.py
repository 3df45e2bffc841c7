"""The layer rules of the package, each a function from a package's folder to what breaks it.

    5  app, cli
    4  web
    3  access, editions, hubs, publications, publishing
    2  atom, formats, html, store        do not know each other
    1  config, logs, pictures, sniff, text
    0  errors, model, names, readers, urls        standard library only

A module imports from its own layer and from those below it. Imports inside functions and those for
type checking count like all others.
"""

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

LAYERS = {
    "__init__": 0,
    "errors": 0,
    "model": 0,
    "names": 0,
    "readers": 0,
    "urls": 0,
    "config": 1,
    "logs": 1,
    "pictures": 1,
    "sniff": 1,
    "text": 1,
    "atom": 2,
    "formats": 2,
    "html": 2,
    "store": 2,
    "access": 3,
    "editions": 3,
    "hubs": 3,
    "publications": 3,
    "publishing": 3,
    "web": 4,
    "app": 5,
    "cli": 5,
    "__main__": 5,
}
STRANGERS = {name for name, layer in LAYERS.items() if layer == 2}

# What a component may import beside the standard library and the package; others may import all
# that no rule below reserves.
FOREIGN = {
    "errors": set(),
    "model": set(),
    "names": set(),
    "readers": set(),
    "urls": set(),
    "atom": {"lxml", "feedgen"},
    "formats": {"lxml", "feedgen"},
    "html": {"jinja2", "markupsafe"},
}

# Who alone may import a library: components, or one file.
RESERVED = {
    "falcon": ("web", "app"),
    "lxml": ("atom", "formats"),
    "feedgen": ("atom", "formats"),
    "apsw": ("store/sqlite.py",),
    "psycopg": ("store/postgres.py",),
    "psycopg_pool": ("store/postgres.py",),
    "nh3": ("text.py",),
    "markdown_it": ("text.py",),
    "PIL": ("pictures.py",),
}
ONE_FILE = ("argon2", "obstore")  # any file, but only one

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
VAGUE_NAMES = {"utils", "helpers", "manager", "base", "common"}


class Import(NamedTuple):
    """One imported module, by its full name, and the file that imports it."""

    file: str
    line: int
    module: str

    @property
    def component(self) -> str:
        """The part of the package that imports: `atom` of `atom/entry.py`, `text` of `text.py`."""
        return component_of(self.file)

    @property
    def library(self) -> str:
        """The top-level name of what is imported."""
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def component_of(file: str) -> str:
    """The first name of a path inside the package, without `.py`."""
    return file.partition("/")[0].removesuffix(".py")


def files_of(package: Path) -> dict[str, ast.Module]:
    """Every Python file of a package, parsed, by its path inside the package."""
    paths = sorted(package.rglob("*.py"))
    return {p.relative_to(package).as_posix(): ast.parse(p.read_text("utf-8")) for p in paths}


def module_name(package: Path, file: str) -> str:
    """`atompub.atom.entry` of `atom/entry.py`, `atompub.atom` of `atom/__init__.py`."""
    parts = [package.name, *file.removesuffix(".py").split("/")]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(package: Path) -> list[Import]:
    """Every import of every file; `from x import y` is the module x.y where that is one."""
    files = files_of(package)
    modules = {module_name(package, file) for file in files}
    return [
        Import(file, node.lineno, module)
        for file, tree in files.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in _imported(node, _folder(package, file), modules)
    ]


def _folder(package: Path, file: str) -> list[str]:
    """The package that a file's relative imports start from."""
    return [package.name, *file.split("/")[:-1]]


def _imported(
    node: ast.Import | ast.ImportFrom, folder: list[str], modules: set[str]
) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    above = folder[: len(folder) - node.level + 1] if node.level else []
    base = ".".join([*above, *([node.module] if node.module else [])])
    for alias in node.names:
        inner = f"{base}.{alias.name}"
        known = inner in modules or (base == folder[0] and alias.name in LAYERS)
        yield inner if known else base


def _own(package: Path) -> Iterator[tuple[Import, str]]:
    """The imports inside the package, each with the component it names."""
    for found in imports_of(package):
        if found.library == package.name:
            yield found, (found.module.split(".")[1:] or ["__init__"])[0]


def _foreign(package: Path) -> Iterator[Import]:
    """The imports of neither the package nor the standard library."""
    for found in imports_of(package):
        if found.library != package.name and found.library not in sys.stdlib_module_names:
            yield found


def modules_without_layer(package: Path) -> list[str]:
    """Every module stands in a layer."""
    return sorted({c for c in map(component_of, files_of(package)) if c not in LAYERS})


def upward_imports(package: Path) -> list[str]:
    """No module imports from a layer above its own."""
    return [
        str(found)
        for found, target in _own(package)
        if LAYERS.get(target, 0) > LAYERS.get(found.component, 0)
    ]


def imports_among_strangers(package: Path) -> list[str]:
    """The components of layer 2 do not import each other."""
    return [
        str(found)
        for found, target in _own(package)
        if {found.component, target} <= STRANGERS and found.component != target
    ]


def unwanted_libraries(package: Path) -> list[str]:
    """A component that lists its foreign libraries imports no others."""
    return [
        str(found)
        for found in _foreign(package)
        if found.library not in FOREIGN.get(found.component, {found.library})
    ]


def reserved_libraries(package: Path) -> list[str]:
    """A library with an owner is imported by its owner only."""
    return [
        str(found)
        for found in _foreign(package)
        if found.library in RESERVED
        and not {found.component, found.file} & {*RESERVED[found.library]}
    ]


def libraries_in_two_files(package: Path) -> list[str]:
    """A library that one file answers for is imported by one file."""
    found = {(i.library, i.file) for i in _foreign(package) if i.library in ONE_FILE}
    files = {name: sorted(file for library, file in found if library == name) for name in ONE_FILE}
    return [f"{name}: {', '.join(where)}" for name, where in files.items() if len(where) > 1]


def import_cycles(package: Path) -> list[str]:
    """No module imports itself by way of others; one cycle is shown at a time."""
    graph: dict[str, set[str]] = {}
    for found in imports_of(package):
        graph.setdefault(module_name(package, found.file), set()).add(found.module)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" <- ".join(error.args[1])]
    return []


def long_files(package: Path) -> list[str]:
    """No file has more than 400 lines."""
    counts = {f: len((package / f).read_text("utf-8").splitlines()) for f in files_of(package)}
    return [f"{file}: {count} lines" for file, count in counts.items() if count > LONGEST_FILE]


def long_functions(package: Path) -> list[str]:
    """No function has more than 40 lines, its docstring left out."""
    return [
        f"{file}:{node.lineno} {node.name}: {function_length(node)} lines"
        for file, tree in files_of(package).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and function_length(node) > LONGEST_FUNCTION
    ]


def function_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function from `def` on, without decorators and docstring."""
    lines = _lines(node)
    return lines - _lines(node.body[0]) if ast.get_docstring(node) is not None else lines


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def vague_names(package: Path) -> list[str]:
    """No module or folder is named for what does not say what it does."""
    return [
        file
        for file in files_of(package)
        if VAGUE_NAMES & {*file.removesuffix(".py").lower().split("/")}
    ]


RULES = (
    modules_without_layer,
    upward_imports,
    imports_among_strangers,
    unwanted_libraries,
    reserved_libraries,
    libraries_in_two_files,
    import_cycles,
    long_files,
    long_functions,
    vague_names,
)
