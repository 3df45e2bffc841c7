"""Users, and what they are granted."""

import json
import secrets
import sys
from typing import Any

import click

from atompub.cli.store import micros, with_store
from atompub.config import Settings
from atompub.errors import ConfigError
from atompub.model import Account, Role
from atompub.store.accounts import Accounts
from atompub.store.engine import Engine
from atompub.web.auth import Passwords

SITE_ROLES = click.Choice(["author", "editor", "admin"])
COLLECTION_ROLES = click.Choice(["reader", "author", "editor"])


@click.group()
def user() -> None:
    """Add, list and remove users, and change their passwords."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=SITE_ROLES, help="A role in every collection.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_obj
def add(settings: Settings, name: str, role: str | None, password_stdin: bool) -> None:
    """Add a user; without --password-stdin a password is made and printed once."""

    def work(engine: Engine) -> None:
        password = _read_password() if password_stdin else None
        account, made = add_user(engine, name, Role[role.upper()] if role else None, password)
        click.echo(f"added {account.name}")
        if password is None:
            click.echo(f"password: {made}")
        if role is None:
            click.echo(f"{account.name} has no role yet; see: atompub grant --help")

    with_store(work, settings)


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_users(settings: Settings, as_json: bool) -> None:
    """List users with their roles."""

    def work(engine: Engine) -> None:
        rows = [_described(account, grants) for account, grants in Accounts(engine, micros).list()]
        if as_json:
            click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for row in rows:
            granted = " ".join(f"{name}:{role}" for name, role in row["grants"].items())
            click.echo(f"{row['name']}\t{row['role'] or '-'}\t{granted}".rstrip())

    with_store(work, settings)


@user.command("passwd")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_obj
def passwd(settings: Settings, name: str, password_stdin: bool) -> None:
    """Change a user's password; without --password-stdin one is made and printed once."""

    def work(engine: Engine) -> None:
        password = _read_password() if password_stdin else secrets.token_urlsafe(12)
        Accounts(engine, micros).set_password(name, Passwords().hash(password))
        click.echo(f"changed the password of {name}")
        if not password_stdin:
            click.echo(f"password: {password}")

    with_store(work, settings)


@user.command("remove")
@click.argument("name")
@click.pass_obj
def remove(settings: Settings, name: str) -> None:
    """Remove a user; the entries stay."""

    def work(engine: Engine) -> None:
        Accounts(engine, micros).remove(name)
        click.echo(f"removed {name}")

    with_store(work, settings)


@click.command()
@click.argument("name")
@click.argument("role", type=COLLECTION_ROLES)
@click.option("--collection", required=True, metavar="C", help="Where the role holds.")
@click.pass_obj
def grant(settings: Settings, name: str, role: str, collection: str) -> None:
    """Give a user a role in one collection."""

    def work(engine: Engine) -> None:
        Accounts(engine, micros).grant(name, collection, Role[role.upper()])
        click.echo(f"{name} is {role} in {collection}")

    with_store(work, settings)


@click.command()
@click.argument("name")
@click.option("--collection", required=True, metavar="C", help="Where the role held.")
@click.pass_obj
def ungrant(settings: Settings, name: str, collection: str) -> None:
    """Take a user's role in one collection away."""

    def work(engine: Engine) -> None:
        Accounts(engine, micros).grant(name, collection, None)
        click.echo(f"{name} has no role of its own in {collection}")

    with_store(work, settings)


def add_user(
    engine: Engine, name: str, role: Role | None, password: str | None = None
) -> tuple[Account, str]:
    """Add a user; the account and its password, made here when none is given."""
    password = password or secrets.token_urlsafe(12)
    account = Accounts(engine, micros).add(name, Passwords().hash(password), role)
    return account, password


def _read_password() -> str:
    line = sys.stdin.buffer.readline() if sys.stdin else b""
    try:
        password = line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ConfigError("the password on standard input is not UTF-8") from None
    if not password:
        raise ConfigError("there is no password on standard input")
    return password


def _described(account: Account, grants: dict[str, Role]) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role.name.lower() if account.role else None,
        "grants": {name: role.name.lower() for name, role in grants.items()},
    }
