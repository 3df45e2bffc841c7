"""Serving with gunicorn."""

import multiprocessing
import os
import re
import shutil
import socket
import ssl
import sys
import tempfile
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from atompub.cli.store import has_accounts, make_store, needs_making, open_store
from atompub.cli.users import add_user
from atompub.config import Settings
from atompub.errors import AtomPubError, ConfigError
from atompub.logs import settings_of_logging
from atompub.model import Role

LONGEST_LINE = 8190
"""Octets of a request line or header field: the most that gunicorn takes."""


ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(?P<port>[0-9]{1,5})")
PORTS = range(1, 65536)


@click.command()
@click.option(
    "--bind",
    default="127.0.0.1:8000",
    metavar="ADDRESS:PORT",
    show_default=True,
    callback=lambda _, __, value: _check_address(value),
)
@click.option("--workers", type=click.IntRange(1), default=2, metavar="N", show_default=True)
@click.option("--threads", type=click.IntRange(1), default=4, metavar="N", show_default=True)
@click.option("--certfile", type=click.Path(exists=True, dir_okay=False), help="For TLS.")
@click.option("--keyfile", type=click.Path(exists=True, dir_okay=False), help="For TLS.")
@click.pass_obj
def serve(
    settings: Settings,
    bind: str,
    workers: int,
    threads: int,
    certfile: str | None,
    keyfile: str | None,
) -> None:
    """Serve the store; makes it first when there is none.

    With no user at all it adds the user admin and prints the password once.
    """
    if (certfile is None) != (keyfile is None):
        raise click.UsageError("--certfile and --keyfile go together")
    _check_tls(certfile, keyfile)
    _check_free(bind)
    _prepare_apart(settings)
    options = _options(settings) | _share_metrics()
    options |= {"bind": bind, "workers": workers, "threads": threads}
    options |= {"certfile": certfile, "keyfile": keyfile} if certfile else {}
    scheme = "https" if certfile else "http"
    click.echo(f"serving {settings.base_url or f'{scheme}://{bind}'}/ (stop with Ctrl-C)")
    sys.stdout.flush()
    _Gunicorn(settings, options).run()


def _options(settings: Settings) -> dict[str, Any]:
    """What gunicorn is told whatever the command line says."""
    return {
        "worker_class": "atompub.web.worker.Worker",
        # Our own middleware judges X-Forwarded-Proto: see TRUSTED_PROXIES.
        "forwarded_allow_ips": "",
        "limit_request_line": LONGEST_LINE,
        "limit_request_field_size": LONGEST_LINE,
        "keepalive": 30,
        "logconfig_dict": settings_of_logging(access=settings.access_log),
        "logger_class": _Log,
        # Another way in, which nobody asked for.
        "control_socket_disable": True,
        "proc_name": "atompub",
    }


def _share_metrics() -> dict[str, Any]:
    """Make a folder in which the workers count together; the hooks of gunicorn that tend it."""
    folder = tempfile.mkdtemp(prefix="atompub-metrics-")
    # The library looks for it once, when it is imported.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    def child_exit(_: object, worker: Any) -> None:
        mark_process_dead(worker.pid, folder)  # type: ignore[no-untyped-call]

    return {
        "child_exit": child_exit,
        "on_exit": lambda _: shutil.rmtree(folder, ignore_errors=True),
    }


class _Log(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's log, less its access log: given a `logconfig_dict` it makes up a line for each
    request, whether anybody wants it or not."""

    access_log_enabled = False


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with our application, made by each worker after the fork."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        # Not earlier, since it counts (see _share_metrics), and not after the fork: what is
        # imported before it, the workers share.
        from atompub.app import create_app  # noqa: PLC0415

        self._make = create_app
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._make(self._settings)


def _check_address(bind: str) -> str:
    """ADDRESS:PORT, [ADDRESS]:PORT for IPv6, or unix:PATH."""
    found = ADDRESS.fullmatch(bind)
    if not bind.startswith("unix:") and (found is None or int(found["port"]) not in PORTS):
        raise click.BadParameter(f"{bind!r} is not ADDRESS:PORT with a port from 1 to 65535")
    return bind


def _check_free(bind: str) -> None:
    """Raise ConfigError where we cannot listen: gunicorn would try again and again."""
    found = ADDRESS.fullmatch(bind)
    if found is None:
        return
    host, port = found["host"].strip("[]"), int(found["port"])
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise ConfigError(f"cannot listen on {bind}: {reason}") from error


def _check_tls(certfile: str | None, keyfile: str | None) -> None:
    if certfile is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certfile, keyfile)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{certfile} and {keyfile} are no certificate and its key") from error


def _prepare_apart(settings: Settings) -> None:
    """Prepare the store in a process of its own, so that nothing of SQLite is open where gunicorn
    forks. Exits with its code when it fails."""
    process = multiprocessing.get_context("fork").Process(target=_prepare, args=(settings,))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


def _prepare(settings: Settings) -> None:
    try:
        _make_ready(settings)
    except AtomPubError as error:
        click.echo(f"atompub: {error}", err=True)
        sys.exit(1)


def _make_ready(settings: Settings) -> None:
    if needs_making(settings):
        make_store(settings)
    if not has_accounts(settings):
        engine = open_store(settings)
        _, password = add_user(engine, "admin", Role.ADMIN)
        engine.close()
        click.echo("added the user admin")
        click.echo(f"password: {password}  (shown only now; change it: atompub user passwd admin)")
