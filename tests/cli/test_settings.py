"""Where settings come from, and settings that do not fit."""

import time

import pytest

SECONDS_TO_GIVE_UP = 3


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
    """DATABASE names another database file, and then the data directory is not looked at."""
    env = {"ATOMPUB_DATABASE": f"sqlite://{store.folder / 'other.db'}"}
    assert "other.db" in store.refused("user", "list", env=env)
    store.data.rename(store.folder / "moved")
    store.done("init", env=env)
    store.done("user", "add", "alice", env=env)
    assert "alice\t-\n" == store.done("user", "list", env=env)
    assert not store.data.exists()
    assert "" == store.done("--data", "moved", "user", "list")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("base_url = [", "settings.toml is not TOML"),
        (b"\xff", "settings.toml is not TOML"),
        ("colour = 1", "colour is no setting"),
        ("[server]\nbind = 1", "server is no setting"),
        ("DATA = 'data'", "DATA is no setting"),
        ("data = 3", "DATA is 3"),
        ("base_url = true", "BASE_URL is True"),
        ("max_entry_bytes = 0", "MAX_ENTRY_BYTES is 0"),
        ("trusted_proxies = ['10.0.0.0/33']", "TRUSTED_PROXIES holds '10.0.0.0/33'"),
    ],
)
def test_files_that_are_refused(store, content, message):
    """A settings file that is broken, names an unknown setting or a bad value is refused."""
    octets = content if isinstance(content, bytes) else content.encode()
    (store.folder / "settings.toml").write_bytes(octets)
    assert message in store.refused("--config", "settings.toml", "user", "list")


@pytest.mark.parametrize("name", ["missing.toml", "data"])
def test_files_that_cannot_be_read(store, name):
    """A settings file that is not there, or is a folder, is refused by its name."""
    assert f"the settings file {name} cannot be read" in store.refused("--config", name, "init")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "example.org"),
        ("BASE_URL", "ftp://example.org"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://example.org:port"),
        ("BASE_URL", "https://example.org/?page=1"),
        ("BASE_URL", "https://exam ple.org"),
        ("BASE_URL", "https://example.org/a<b"),
        ("TRUSTED_PROXIES", "127.0.0.1, proxy.example.org"),
        ("ALLOW_CLEAR_TEXT", "maybe"),
        ("REQUIRE_CONDITIONAL", "2"),
        ("LENIENT_XML_TYPES", "si"),
        ("MAX_ENTRY_BYTES", "2 MB"),
        ("DATABASE", "mysql://localhost/atompub"),
        ("DATABASE", "atompub.db"),
    ],
)
def test_values_that_are_refused(store, name, value):
    """A value that does not fit is refused by the name of its setting, before anything is done."""
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
