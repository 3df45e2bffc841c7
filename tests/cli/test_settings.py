"""Where settings come from, and settings that do not fit."""

import re
import time
from dataclasses import replace

import pytest

from atompub.config import load
from atompub.errors import ConfigError

SECONDS_TO_GIVE_UP = 15


def test_data_directory_from_option_environment_and_file(store):
    """--data wins over ATOMPUB_DATA, which wins over the file; ./data is the default."""
    store.data.rename(store.folder / "elsewhere")
    assert "in data" in store.refused("user", "list")
    (store.folder / "settings.toml").write_text('data = "elsewhere"\n')
    of_file = {"ATOMPUB_CONFIG": "settings.toml"}
    store.done("user", "list", env=of_file)
    store.done("--config", "settings.toml", "user", "list")
    of_both = of_file | {"ATOMPUB_DATA": "of-environment"}
    assert "in of-environment" in store.refused("user", "list", env=of_both)
    assert "in of-option" in store.refused("--data", "of-option", "user", "list", env=of_both)


def test_config_option_wins_over_the_environment(store):
    """--config wins over ATOMPUB_CONFIG."""
    (store.folder / "settings.toml").write_text('data = "of-option"\n')
    env = {"ATOMPUB_CONFIG": "missing.toml"}
    assert "in of-option" in store.refused("--config", "settings.toml", "user", "list", env=env)


def test_database_of_its_own(store):
    """DATABASE names another database file, and then that of the data directory is left alone."""
    env = {"ATOMPUB_DATABASE": f"sqlite://{store.folder / 'other.db'}"}
    assert "other.db" in store.refused("user", "list", env=env)
    store.done("init", env=env)
    store.done("user", "add", "alice", env=env)
    assert "alice\t-\n" == store.done("user", "list", env=env)
    assert "" == store.done("user", "list")


BAD_FILES = [
    ("base_url = [", "settings.toml is not TOML"),
    (b"\xff", "settings.toml is not TOML"),
    ("colour = 1", "colour is no setting"),
    ("[server]\nbind = 1", "server is no setting"),
    ("DATA = 'data'", "DATA is no setting"),
    ("data = 3", "DATA is 3"),
    ("base_url = true", "BASE_URL is True"),
    ("max_entry_bytes = 0", "MAX_ENTRY_BYTES is 0"),
    ("max_entry_bytes = true", "MAX_ENTRY_BYTES is True"),
    ("trusted_proxies = ['10.0.0.0/33']", "TRUSTED_PROXIES holds '10.0.0.0/33'"),
    ("cors_origins = ['*']", "CORS_ORIGINS holds '*'"),
    ("cors_origins = ['https://example.org/']", "an origin is like https://example.org"),
    ("hubs = ['hub.example.org']", "HUBS holds 'hub.example.org'"),
    ("hubs = ['https://hub.example.org/']", "HUBS needs BASE_URL"),
]


@pytest.mark.parametrize(("content", "message"), BAD_FILES)
def test_files_that_are_refused(tmp_path, content, message):
    """A settings file that is broken, names an unknown setting or a bad value is refused."""
    path = tmp_path / "settings.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError, match=re.escape(message)):
        load({"ATOMPUB_CONFIG": str(path)})


@pytest.mark.parametrize("name", ["broken.toml", "missing.toml", "data"])
def test_files_that_cannot_be_read(store, name):
    """A settings file that is no TOML, not there, or a folder, is refused by its name."""
    (store.folder / "broken.toml").write_text("base_url = [")
    assert f"the settings file {name}" in store.refused("--config", name, "user", "list")


BAD_VALUES = [
    ("BASE_URL", "example.org"),
    ("BASE_URL", "ftp://example.org"),
    ("BASE_URL", "https://"),
    ("BASE_URL", "https://example.org:port"),
    ("BASE_URL", "https://example.org:99999"),
    ("BASE_URL", "https://me@example.org"),
    ("BASE_URL", "https://example.org/?page=1"),
    ("BASE_URL", "https://example.org/#top"),
    ("BASE_URL", "https://exam ple.org"),
    ("BASE_URL", "https://example.org/a<b"),
    ("BASE_URL", 'https://example.org/a"b'),
    ("TRUSTED_PROXIES", "127.0.0.1, proxy.example.org"),
    ("TRUSTED_PROXIES", "10.0.0.1/8"),
    ("ALLOW_CLEAR_TEXT", "maybe"),
    ("REQUIRE_CONDITIONAL", "2"),
    ("LENIENT_XML_TYPES", "si"),
    ("MAX_ENTRY_BYTES", "2 MB"),
    ("MAX_ENTRY_BYTES", "-1"),
    ("MAX_ENTRY_BYTES", ""),
]


@pytest.mark.parametrize(("name", "value"), BAD_VALUES)
def test_values_that_are_refused(name, value):
    """A value that does not fit is refused by the name of its setting."""
    with pytest.raises(ConfigError, match=f"^{name} "):
        load({f"ATOMPUB_{name}": value})


def test_values_of_all_kinds(tmp_path):
    """The environment wins over the file, each setting by itself; both read the same values."""
    path = tmp_path / "settings.toml"
    path.write_text(
        'base_url = "https://example.org/blog/"\n'
        'trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]\n'
        "allow_clear_text = true\n"
        "max_entry_bytes = 1000\n"
    )
    of_file = load({"ATOMPUB_CONFIG": str(path)})
    assert of_file == load(
        {
            "ATOMPUB_BASE_URL": "https://example.org/blog",
            "ATOMPUB_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8",
            "ATOMPUB_ALLOW_CLEAR_TEXT": "Yes",
            "ATOMPUB_MAX_ENTRY_BYTES": "1000",
        }
    )
    both = load({"ATOMPUB_CONFIG": str(path), "ATOMPUB_ALLOW_CLEAR_TEXT": "no"})
    assert replace(of_file, allow_clear_text=False) == both


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "ftp://example.org"),
        ("DATABASE", "mysql://localhost/atompub"),
        ("DATABASE", "atompub.db"),
        ("DATABASE", "sqlite://"),
    ],
)
def test_commands_refuse_such_values(store, name, value):
    """A command with a bad setting says so in one line, before it does anything."""
    message = store.refused("user", "add", "alice", env={f"ATOMPUB_{name}": value})
    assert message.startswith(name)
    assert "" == store.done("user", "list")


def test_postgres_without_its_driver(atompub):
    """Where the PostgreSQL driver is not installed, the refusal says what to install."""
    (atompub.folder / "psycopg.py").write_text("raise ImportError('not installed')\n")
    env = {"ATOMPUB_DATABASE": "postgresql://localhost/x", "PYTHONPATH": str(atompub.folder)}
    assert "pip install 'atompub[postgres]'" in atompub.refused("init", env=env)


@pytest.mark.parametrize("command", [["init"], ["user", "list"]], ids=" ".join)
@pytest.mark.parametrize(
    "url", ["postgresql://127.0.0.1:9/atompub", "postgresql://127.0.0.1:port/atompub"]
)
def test_postgres_that_does_not_answer(atompub, command, url):
    """A PostgreSQL that does not answer is one line, at once, without its password."""
    url = url.replace("//", "//user:hidden@")
    started = time.monotonic()
    message = atompub.refused(*command, env={"ATOMPUB_DATABASE": url})
    assert time.monotonic() - started < SECONDS_TO_GIVE_UP
    assert "does not answer" in message
    assert "hidden" not in message
