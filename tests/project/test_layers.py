"""The layers of the package, and that each rule notices a package which breaks it."""

import ast
from pathlib import Path

import pytest

from tests.project import layers

PACKAGE = Path(__file__).resolve().parents[2] / "atompub"
nothing = []


def package(root, files):
    """Write a package of these files, and return its folder."""
    for name, source in files.items():
        path = root / "atompub" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
    return root / "atompub"


@pytest.mark.parametrize("rule", layers.RULES, ids=lambda rule: rule.__name__)
def test_the_package_keeps_the_rule(rule):
    """Nothing in the package breaks the rule."""
    assert nothing == rule(PACKAGE), rule.__doc__


def test_every_module_of_the_package_is_read():
    """The rules look at files, so that they cannot pass on an empty folder."""
    assert "errors.py" in layers.files_of(PACKAGE)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"extra.py": ""}, ["extra"]),
        ({"extra/__init__.py": "", "extra/one.py": "", "text.py": ""}, ["extra"]),
    ],
)
def test_a_module_without_a_layer_is_noticed(tmp_path, files, expected):
    """A new module or folder needs a layer."""
    assert expected == layers.modules_without_layer(package(tmp_path, files))


@pytest.mark.parametrize(
    ("file", "source", "module"),
    [
        ("model.py", "import atompub.config", "atompub.config"),
        ("errors.py", "from atompub.text import plain", "atompub.text"),
        ("__init__.py", "from atompub.app import create_app", "atompub.app"),
        ("text.py", "from atompub import atom", "atompub.atom"),
        ("config.py", "from . import store", "atompub.store"),
        ("atom/parse.py", "from ..publishing import Publishing", "atompub.publishing"),
        ("atom/parse.py", "from .. import web", "atompub.web"),
        ("publishing.py", "def late():\n    from atompub.web import auth", "atompub.web"),
        ("web/auth.py", "if TYPE_CHECKING:\n    from atompub.app import App", "atompub.app"),
    ],
)
def test_an_upward_import_is_noticed(tmp_path, file, source, module):
    """An import from a higher layer is found however it is written."""
    faults = layers.upward_imports(package(tmp_path, {file: source}))

    assert [f"{file}:{source.count(chr(10)) + 1} imports {module}"] == faults


def test_downward_imports_are_fine(tmp_path):
    """A module imports from its own layer and from all below it."""
    files = {
        "urls.py": "from atompub import names\nfrom atompub.errors import NotFound",
        "text.py": "from atompub.urls import Urls",
        "atom/entry.py": "from . import parse\nfrom ..text import plain\nimport atompub.model",
        "atom/parse.py": "",
        "publishing.py": "from atompub import __version__, atom\nfrom atompub.store import entries",
        "cli/serve.py": "from atompub.app import create_app",
    }
    folder = package(tmp_path, files)

    assert nothing == layers.upward_imports(folder)
    assert nothing == layers.imports_among_strangers(folder)


@pytest.mark.parametrize("target", ["atom", "formats", "html", "store"])
def test_imports_among_strangers_are_noticed(tmp_path, target):
    """The four components of layer 2 import none of the other three."""
    others = {"atom", "formats", "html", "store"} - {target}
    files = {f"{other}/one.py": f"from atompub.{target} import thing" for other in sorted(others)}
    expected = [f"{other}/one.py:1 imports atompub.{target}" for other in sorted(others)]

    assert expected == layers.imports_among_strangers(package(tmp_path, files))


@pytest.mark.parametrize(
    ("file", "library"),
    [
        ("errors.py", "attrs"),
        ("model.py", "attrs"),
        ("names.py", "idna"),
        ("urls.py", "yarl"),
        ("atom/dates.py", "dateutil"),
        ("formats/rss.py", "jinja2"),
        ("html/pages.py", "lxml"),
    ],
)
def test_an_unwanted_library_is_noticed(tmp_path, file, library):
    """Layer 0 imports no library, and atom, formats and html only their own."""
    folder = package(tmp_path, {file: f"import os.path\nimport {library}.inner"})

    assert [f"{file}:2 imports {library}.inner"] == layers.unwanted_libraries(folder)


@pytest.mark.parametrize(
    ("file", "library"),
    [
        ("publishing.py", "falcon"),
        ("cli/serve.py", "falcon"),
        ("text.py", "lxml"),
        ("web/errors.py", "lxml"),
        ("web/feeds.py", "feedgen"),
        ("store/postgres.py", "apsw"),
        ("store/engine.py", "psycopg"),
        ("store/sqlite.py", "psycopg_pool"),
        ("html/pages.py", "nh3"),
    ],
)
def test_a_reserved_library_is_noticed(tmp_path, file, library):
    """A library is imported only by the files that answer for it."""
    folder = package(tmp_path, {file: f"from {library} import thing"})

    assert [f"{file}:1 imports {library}"] == layers.reserved_libraries(folder)


def test_owners_may_import_their_libraries(tmp_path):
    """What is reserved is free to its owner."""
    files = {
        "web/errors.py": "import falcon",
        "app.py": "import falcon",
        "atom/parse.py": "from lxml import etree",
        "formats/rss.py": "from feedgen.feed import FeedGenerator",
        "html/pages.py": "import jinja2",
        "store/sqlite.py": "import apsw",
        "store/postgres.py": "import psycopg, psycopg_pool",
        "text.py": "import nh3",
    }
    folder = package(tmp_path, files)

    assert nothing == layers.reserved_libraries(folder)
    assert nothing == layers.unwanted_libraries(folder)


@pytest.mark.parametrize("library", ["argon2", "obstore"])
def test_a_library_in_two_files_is_noticed(tmp_path, library):
    """Two files that import what one should answer for are both named."""
    source = f"import {library}\nimport {library}.exceptions"
    folder = package(tmp_path, {"web/auth.py": source, "cli/users.py": source})

    assert [f"{library}: cli/users.py, web/auth.py"] == layers.libraries_in_two_files(folder)


def test_a_library_in_one_file_is_fine(tmp_path):
    """One file may import its library as often as it likes."""
    folder = package(tmp_path, {"web/auth.py": "import argon2\nimport argon2.exceptions"})

    assert nothing == layers.libraries_in_two_files(folder)


@pytest.mark.parametrize(
    "files",
    [
        {"names.py": "import atompub.urls", "urls.py": "from atompub import names"},
        {"atom/a.py": "from .b import x", "atom/b.py": "def f():\n    from . import a"},
        {"atom/__init__.py": "from atompub.atom.a import x", "atom/a.py": "from . import x"},
        {"model.py": "import atompub.names", "names.py": "if T:\n    from .model import Entry"},
    ],
)
def test_an_import_cycle_is_noticed(tmp_path, files):
    """Two modules that import each other are found, late and type-checking imports included."""
    folder = package(tmp_path, files)
    expected = sorted(layers.module_name(folder, file) for file in files)
    found = [sorted({*cycle.split(" <- ")}) for cycle in layers.import_cycles(folder)]

    assert [expected] == found


def test_a_package_of_modules_is_no_cycle(tmp_path):
    """A folder may export from its modules, which may import one another one way."""
    files = {
        "atom/__init__.py": "from atompub.atom.a import x",
        "atom/a.py": "from atompub.atom import b",
        "atom/b.py": "",
    }

    assert nothing == layers.import_cycles(package(tmp_path, files))


def test_a_long_file_is_noticed(tmp_path):
    """A file of 401 lines is too long, one of 400 is not."""
    folder = package(tmp_path, {"model.py": "x = 1\n" * 401, "names.py": "x = 1\n" * 400})
    expected = ["model.py: 401 lines"]

    assert expected == layers.long_files(folder)


def test_a_long_function_is_noticed(tmp_path):
    """A function of 41 lines is too long, also as a method or around another one."""
    method = "class C:\n    def g(self):\n" + "        x = 1\n" * 40
    inner = "async def h():\n    def i():\n" + "        x = 1\n" * 38 + "    return i\n"
    fits = "def f():\n" + "    x = 1\n" * 39
    folder = package(tmp_path, {"model.py": method + inner, "text.py": fits})
    expected = ["model.py:2 g: 41 lines", "model.py:43 h: 41 lines"]

    assert expected == sorted(layers.long_functions(folder))


def test_a_docstring_is_no_length():
    """Neither docstring nor decorators count as lines of a function."""
    source = '@one\n@two\ndef f():\n    """First.\n\n    More.\n    """\n    return 1\n'
    expected = 2

    assert expected == layers.function_length(ast.parse(source).body[0])


@pytest.mark.parametrize("name", ["utils", "helpers", "manager", "base", "common"])
def test_a_vague_name_is_noticed(tmp_path, name):
    """Neither a module nor a folder has a name that fits anything."""
    vague = {f"{name}.py": "", f"store/{name}.py": "", f"web/{name}/one.py": ""}
    folder = package(tmp_path, vague | {"text.py": "", f"store/{name}ball.py": ""})

    assert sorted(vague) == sorted(layers.vague_names(folder))


def test_every_rule_is_checked():
    """Each function that takes a package and finds what breaks a rule is among the rules."""
    taking = {
        value.__name__
        for value in vars(layers).values()
        if getattr(value, "__annotations__", {}) == {"package": Path, "return": list[str]}
    }

    assert taking == {rule.__name__ for rule in layers.RULES}
