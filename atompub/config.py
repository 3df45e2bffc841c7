"""Where things live and how the server may be reached: from the environment or one TOML file."""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from atompub.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Settings:
    """Each field is a setting: `base_url` is ATOMPUB_BASE_URL, or base_url in the file."""

    data: Path = field(default=Path("data"), metadata={"help": "the data directory"})
    database: str = field(
        default="",
        metadata={"help": "sqlite:///absolute/path or postgresql://…; atompub.db in DATA if empty"},
    )
    media: str = field(
        default="",
        metadata={"help": "file:///absolute/path for media; the folder media in DATA if empty"},
    )
    base_url: str = field(
        default="",
        metadata={"help": "the site's public address; without it only loopback is served"},
    )
    media_base_url: str = field(
        default="", metadata={"help": "another address of the site, for public media alone"}
    )
    templates: Path | None = field(
        default=None, metadata={"help": "a folder of templates, a stylesheet and an icon"}
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "addresses or networks whose X-Forwarded-… and X-Request-ID are believed"
        },
    )
    allow_clear_text: bool = field(
        default=False, metadata={"help": "let passwords pass without TLS"}
    )
    access_log: bool = field(default=True, metadata={"help": "write a log line for each request"})
    metrics_readers: tuple[str, ...] = field(
        default=("127.0.0.0/8", "::1"),
        metadata={"help": "addresses or networks that may read /-/metrics"},
    )
    require_conditional: bool = field(
        default=False, metadata={"help": "refuse PUT and DELETE without If-Match (428)"}
    )
    lenient_xml_types: bool = field(
        default=False, metadata={"help": "take entries sent as application/xml or text/xml"}
    )
    cors_origins: tuple[str, ...] = field(
        default=(),
        metadata={"help": "origins of pages whose scripts may read and write here"},
    )
    hubs: tuple[str, ...] = field(
        default=(),
        metadata={"help": "addresses of WebSub hubs that tell subscribers of changes at once"},
    )
    wsse: bool = field(
        default=False, metadata={"help": "let old clients sign in with WSSE and tokens made for it"}
    )
    max_entry_bytes: int = field(
        default=2 * 1024 * 1024, metadata={"help": "the largest entry taken, in octets"}
    )
    max_media_bytes: int = field(
        default=1024**3, metadata={"help": "the largest media resource taken, in octets"}
    )

    @property
    def media_url(self) -> str:
        """`media`, or the URL of the folder in the data directory."""
        return self.media or f"file://{self.data.absolute() / 'media'}"

    @property
    def database_url(self) -> str:
        """`database`, or the URL of the embedded one in the data directory."""
        return self.database or f"sqlite://{self.data.absolute() / 'atompub.db'}"


PREFIX = "ATOMPUB_"
BASE_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+(?:/[A-Za-z0-9._~%-]+)*")


def load(environ: Mapping[str, str]) -> Settings:
    """Settings from the environment over those of the file that ATOMPUB_CONFIG names.

    Raises ConfigError for a setting that is unknown or has no such value.
    """
    known = {one.name: one for one in fields(Settings)}
    given: dict[str, Any] = _read_file(environ.get(f"{PREFIX}CONFIG", ""))
    for name in sorted(given.keys() - known.keys()):
        raise ConfigError(f"{name} is no setting; there are {', '.join(known)}")
    given |= _read_environment(environ, known.keys())
    values = {name: _READERS[name](name.upper(), value) for name, value in given.items()}
    settings = Settings(**values)
    if settings.hubs and not settings.base_url:
        raise ConfigError("HUBS needs BASE_URL: hubs must be told addresses that hold everywhere")
    return settings


def _read_environment(environ: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    given = {
        key.removeprefix(PREFIX).lower(): value
        for key, value in environ.items()
        if key.startswith(PREFIX) and key != f"{PREFIX}CONFIG"
    }
    for name in sorted(given.keys() - known):
        raise ConfigError(f"{PREFIX}{name.upper()} is no setting; see docs/settings.md")
    return given


def _read_file(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"the settings file {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the settings file {path} is not TOML: {error}") from error


def _read_text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{name} is {value!r}; expected a text")
    return value


def _read_flag(name: str, value: object) -> bool:
    flags = {"1": True, "true": True, "yes": True, "on": True, "": False}
    flags |= {"0": False, "false": False, "no": False, "off": False}
    found = flags.get(str(value).lower())
    if found is None:
        raise ConfigError(f"{name} is {value!r}; expected yes or no")
    return found


def _read_size(name: str, value: object) -> int:
    text = str(value)
    if not re.fullmatch(r"[0-9]{1,15}", text) or text == "0":
        raise ConfigError(f"{name} is {value!r}; expected a number of octets")
    return int(text)


def _read_database(name: str, value: object) -> str:
    text = _read_text(name, value)
    if text and not re.match(r"sqlite:///.|postgres(?:ql)?://", text):
        raise ConfigError(f"{name} is {text!r}; expected sqlite:///absolute/path or postgresql://…")
    return text


def _read_base_url(name: str, value: object) -> str:
    text = _read_text(name, value).rstrip("/")
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname and parts.port != 0 and not parts.username)
    except ValueError:
        usable = False
    if text and not (usable and BASE_URL.fullmatch(text)):
        raise ConfigError(f"{name} is {text!r}; expected something like https://example.org/blog")
    return text


def _read_networks(name: str, value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else re.split(r"[\s,]+", str(value).strip())
    networks = tuple(str(one) for one in listed if one)
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise ConfigError(f"{name} holds {network!r}, which is no IP network") from None
    return networks


def _read_addresses(name: str, value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else re.split(r"[\s,]+", str(value).strip())
    addresses = tuple(str(one) for one in listed if one)
    for address in addresses:
        if not re.fullmatch(r"https?://[!-~]+", address):
            raise ConfigError(
                f"{name} holds {address!r}; expected addresses like https://hub.example.org/"
            )
    return addresses


def _read_origins(name: str, value: object) -> tuple[str, ...]:
    origins = _read_addresses(name, value)
    for origin in origins:
        if not re.fullmatch(r"https?://[a-z0-9.:\[\]_-]+", origin):
            raise ConfigError(f"{name} holds {origin!r}; an origin is like https://example.org")
    return origins


def _read_folder(name: str, value: object) -> Path | None:
    text = _read_text(name, value)
    if text and not Path(text).is_dir():
        raise ConfigError(f"{name} is {text!r}, which is no folder")
    return Path(text).absolute() if text else None


_READERS: dict[str, Callable[[str, object], Any]] = {
    "data": lambda name, value: Path(_read_text(name, value)),
    "database": _read_database,
    "base_url": _read_base_url,
    "trusted_proxies": _read_networks,
    "allow_clear_text": _read_flag,
    "access_log": _read_flag,
    "metrics_readers": _read_networks,
    "require_conditional": _read_flag,
    "lenient_xml_types": _read_flag,
    "cors_origins": _read_origins,
    "hubs": _read_addresses,
    "wsse": _read_flag,
    "max_entry_bytes": _read_size,
    "max_media_bytes": _read_size,
    "media": _read_text,
    "templates": _read_folder,
    "media_base_url": _read_base_url,
}
