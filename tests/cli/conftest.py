"""The command line as a person or a script uses it: real processes, their output, their exit."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from atompub.store.opening import open_engine


@dataclass(frozen=True)
class Result:
    """What a command did: exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def lines(self):
        """The lines of the standard output."""
        return self.out.splitlines()


@dataclass(frozen=True)
class Commands:
    """Runs `atompub` in a folder; its store is `data` in there."""

    folder: Path

    @property
    def data(self):
        """The data directory, which is the default one of a command run here."""
        return self.folder / "data"

    @contextmanager
    def opened(self):
        """The engine of the store, to look into it and to fill it without a command."""
        engine = open_engine(f"sqlite://{self.data / 'atompub.db'}")
        yield engine
        engine.close()

    def run(self, *arguments, stdin=b"", timeout=20, **process):
        """Run a command; further arguments are those of subprocess.run, `env` is added to ours."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ATOMPUB_")}
        process["env"] = kept | process.get("env", {})
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "input": stdin}
        given = pipes | {"cwd": self.folder, "timeout": timeout}
        done = subprocess.run(
            [sys.executable, "-m", "atompub", *arguments], check=False, **(given | process)
        )
        return Result(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())

    def done(self, *arguments, **options):
        """Run a command that must succeed without a word on standard error; its output."""
        result = self.run(*arguments, **options)
        assert (0, "") == (result.code, result.err), result
        return result.out

    def refused(self, *arguments, **options):
        """Run a command that must fail: exit code 1 and one line on standard error; that line."""
        result = self.run(*arguments, **options)
        assert (1, "") == (result.code, result.out), result
        return only_line(result.err)

    def misused(self, *arguments, **options):
        """Run a command that is called wrongly: exit code 2, with help; standard error."""
        result = self.run(*arguments, **options)
        assert (2, "") == (result.code, result.out), result
        assert "Error: " in result.err
        assert "Traceback" not in result.err
        return result.err


def only_line(text):
    """The only line of standard error, which the program's name begins."""
    (line,) = text.splitlines()
    name, _, message = line.partition(": ")
    assert "atompub" == name, text
    return message


@pytest.fixture
def atompub(tmp_path):
    """Commands in an empty folder."""
    return Commands(tmp_path)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The folder in which `atompub init` made a store."""
    folder = tmp_path_factory.mktemp("made")
    Commands(folder).done("init")
    return folder


@pytest.fixture
def store(atompub, made):
    """Commands in a folder with a store as `init` makes it."""
    shutil.copytree(made / "data", atompub.data)
    return atompub
