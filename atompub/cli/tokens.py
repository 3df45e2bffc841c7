"""Tokens, for programs and devices that shall not know a password."""

import json
import re
from typing import Any

import click

from atompub.atom import dates
from atompub.cli.store import micros, with_store
from atompub.config import Settings
from atompub.errors import ConfigError
from atompub.model import EVERYWHERE, Scope, Token
from atompub.names import new_token
from atompub.store.engine import Engine
from atompub.store.tokens import Tokens

SPAN = re.compile(r"([1-9][0-9]{0,4})([dh])")
HOUR = 3600 * 1_000_000
SPANS = {"d": 24 * HOUR, "h": HOUR}
SCOPE = re.compile(r"(read|write)(?::(.+))?", re.DOTALL)
FOREVER = "never"


@click.group()
def token() -> None:
    """Create, list and revoke tokens, which stand in for a password."""


@token.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="read|write[:COLLECTION]",
    callback=lambda _, __, values: _scopes(values),
    help="What it allows, everywhere or in one collection.  [default: write]",
)
@click.option(
    "--expires",
    metavar="90d|12h|DATE",
    callback=lambda _, __, value: None if value is None else _expiry(value),
    help="When it ends: days or hours from now, or a day, UTC.  [default: never]",
)
@click.option("--wsse", is_flag=True, help="For WSSE only, and kept readable in the store.")
@click.pass_obj
def create(
    settings: Settings, name: str, scopes: dict[str, Scope], expires: int | None, wsse: bool
) -> None:
    """Create a token of the user NAME and print it once.

    It allows what its scopes name, as far as the user's roles do: read, or write, which includes
    read; without a scope everything that the user may do.
    """
    if expires is not None and expires <= micros():
        raise ConfigError("a token that ends in the past is of no use")

    def work(engine: Engine) -> None:
        secret = new_token()
        made = Tokens(engine, micros).add(name, secret, scopes, expires, wsse=wsse)
        click.echo(f"created the token {made.id} of {made.account}")
        click.echo(f"token: {secret}")
        if wsse and not settings.wsse:
            click.echo("WSSE is off; see: ATOMPUB_WSSE")

    with_store(work, settings)


@token.command("list")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_tokens(settings: Settings, name: str | None, as_json: bool) -> None:
    """List tokens, of all users or of the user NAME, with what they allow and when they end."""

    def work(engine: Engine) -> None:
        rows = [_described(one) for one in Tokens(engine, micros).list(name)]
        if as_json:
            click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for row in rows:
            scopes = " ".join(row["scopes"]) or "-"
            kind = "\tWSSE" if row["wsse"] else ""
            click.echo(f"{row['id']}\t{row['user']}\t{scopes}\t{row['expires'] or FOREVER}{kind}")

    with_store(work, settings)


@token.command("revoke")
@click.argument("identity", metavar="ID")
@click.pass_obj
def revoke(settings: Settings, identity: str) -> None:
    """Revoke a token: it fails from the next request on."""

    def work(engine: Engine) -> None:
        revoked = Tokens(engine, micros).revoke(identity)
        click.echo(f"revoked the token {revoked.id} of {revoked.account}")

    with_store(work, settings)


def _scopes(values: tuple[str, ...]) -> dict[str, Scope]:
    """Scopes by collection; of two in one place the wider one."""
    scopes: dict[str, Scope] = {}
    for value in values or ("write",):
        found = SCOPE.fullmatch(value)
        if found is None:
            raise click.BadParameter(f"{value!r} is not read, write, read:C or write:C")
        scope, collection = Scope[found[1].upper()], found[2] or EVERYWHERE
        scopes[collection] = max(scope, scopes.get(collection, scope))
    return scopes


def _expiry(value: str) -> int:
    """The instant that a span from now, or a day, names."""
    span = SPAN.fullmatch(value)
    if span is not None:
        return micros() + int(span[1]) * SPANS[span[2]]
    try:
        return dates.parse(f"{value}T00:00:00Z")
    except ValueError:
        raise click.BadParameter(f"{value!r} is not 90d, 12h or 2031-12-31") from None


def _described(one: Token) -> dict[str, Any]:
    return {
        "id": one.id,
        "user": one.account,
        "scopes": [_scope_text(*pair) for pair in sorted(one.scopes.items())],
        "created": dates.render_seconds(one.created),
        "expires": None if one.expires is None else dates.render_seconds(one.expires),
        "wsse": one.wsse,
    }


def _scope_text(collection: str, scope: Scope) -> str:
    return scope.name.lower() + (f":{collection}" if collection else "")
