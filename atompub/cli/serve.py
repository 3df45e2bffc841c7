"""Serving with gunicorn."""

import multiprocessing
import sys
from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from atompub.app import create_app
from atompub.cli.store import has_accounts, make_store, open_store
from atompub.cli.users import add_user
from atompub.config import Settings
from atompub.errors import AtomPubError
from atompub.model import Role

LONGEST_LINE = 8190
"""Octets of a request line or header field: the most that gunicorn takes."""


@click.command()
@click.option("--bind", default="127.0.0.1:8000", metavar="ADDRESS:PORT", show_default=True)
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
    _prepare_apart(settings)
    options = {
        "bind": bind,
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "certfile": certfile,
        "keyfile": keyfile,
        # Our own middleware judges X-Forwarded-Proto: see TRUSTED_PROXIES.
        "forwarded_allow_ips": "",
        "limit_request_line": LONGEST_LINE,
        "limit_request_field_size": LONGEST_LINE,
        "keepalive": 30,
        "loglevel": "warning",
        "proc_name": "atompub",
    }
    scheme = "https" if certfile else "http"
    click.echo(f"serving {settings.base_url or f'{scheme}://{bind}'}/ (stop with Ctrl-C)")
    sys.stdout.flush()
    _Gunicorn(settings, {name: value for name, value in options.items() if value is not None}).run()


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with our application, made by each worker after the fork."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return create_app(self._settings)


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
    if settings.database or not (Path(settings.data) / "atompub.db").exists():
        make_store(settings)
    if not has_accounts(settings):
        engine = open_store(settings)
        _, password = add_user(engine, "admin", Role.ADMIN)
        engine.close()
        click.echo("added the user admin")
        click.echo(f"password: {password}  (shown only now; change it: atompub user passwd admin)")
