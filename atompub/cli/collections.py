"""Collections and their settings."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import click

from atompub.cli.store import micros, with_store
from atompub.config import Settings
from atompub.errors import ConfigError
from atompub.model import ENTRY_RANGE, Categories, Category, Collection, CollectionSettings
from atompub.store.collections import Collections
from atompub.store.engine import Engine
from atompub.web.mediatypes import is_range

Command = Callable[..., Any]

OPTIONS = (
    click.option(
        "--accept",
        multiple=True,
        metavar="RANGE",
        help=f"A media range to take, such as image/*.  [default: {ENTRY_RANGE}]",
    ),
    click.option("--read-only", is_flag=True, help="Take nothing."),
    click.option("--scheme", metavar="URI", help="The scheme of the categories."),
    click.option(
        "--category", "terms", multiple=True, metavar="TERM[=LABEL]", help="A category to offer."
    ),
    click.option("--fixed/--open", default=None, help="Refuse categories that are not offered."),
    click.option("--private/--public", default=None, help="Show it only to its own users."),
    click.option(
        "--author",
        type=click.Choice(["account", "client"]),
        help="Who writes the author: the server, from the account, or the client.",
    ),
    click.option(
        "--summaries", type=click.Choice(["on", "off"]), help="Whether its page shows summaries."
    ),
    click.option(
        "--drafts", type=click.Choice(["on", "off"]), help="Whether entries can be drafts."
    ),
    click.option(
        "--page-size", type=click.IntRange(1, 500), metavar="N", help="Entries on a page."
    ),
)


def with_options(command: Command) -> Command:
    """Give a command the options of a collection's settings."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.group()
def collection() -> None:
    """Add, list, change and remove collections."""


@collection.command("add")
@click.argument("name")
@click.option("--title", required=True, metavar="T", help="Its title.")
@click.option("--workspace", default="Main", metavar="W", help="Its workspace.", show_default=True)
@with_options
@click.pass_obj
def add(settings: Settings, /, name: str, title: str, workspace: str, **options: Any) -> None:
    """Add a collection."""

    def work(engine: Engine) -> None:
        chosen = _changed(CollectionSettings(), **options)
        Collections(engine, micros).add(name, title, workspace, chosen)
        click.echo(f"added the collection {name}")

    with_store(work, settings)


@collection.command("set")
@click.argument("name")
@click.option("--title", metavar="T", help="Its title.")
@with_options
@click.pass_obj
def change(settings: Settings, /, name: str, title: str | None, **options: Any) -> None:
    """Change a collection; what is not named stays."""

    def work(engine: Engine) -> None:
        collections = Collections(engine, micros)
        found = collections.get(name)
        collections.set(name, title or found.title, _changed(found.settings, **options))
        click.echo(f"changed the collection {name}")

    with_store(work, settings)


@collection.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_collections(settings: Settings, as_json: bool) -> None:
    """List workspaces and collections."""

    def work(engine: Engine) -> None:
        _, workspaces = Collections(engine, micros).overview()
        found = [one for workspace in workspaces for one in workspace.collections]
        if as_json:
            rows = [_described(one) for one in found]
            click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for one in found:
            accept = ", ".join(one.settings.accept) or "read-only"
            private = "\tprivate" if one.settings.private else ""
            click.echo(f"{one.name}\t{one.title}\t{one.workspace}\t{accept}{private}")

    with_store(work, settings)


@collection.command("remove")
@click.argument("name")
@click.option("--force", is_flag=True, help="Also when it holds entries, which go with it.")
@click.pass_obj
def remove(settings: Settings, name: str, force: bool) -> None:
    """Remove a collection for good."""

    def work(engine: Engine) -> None:
        Collections(engine, micros).remove(name, with_members=force)
        click.echo(f"removed the collection {name}")

    with_store(work, settings)


def _changed(
    settings: CollectionSettings,
    *,
    accept: tuple[str, ...],
    read_only: bool,
    scheme: str | None,
    terms: tuple[str, ...],
    fixed: bool | None,
    drafts: str | None,
    summaries: str | None,
    **others: Any,
) -> CollectionSettings:
    """Settings with what the options name changed."""
    if accept and read_only:
        raise ConfigError("a collection is read-only or accepts something, not both")
    changes: dict[str, Any] = {name: value for name, value in others.items() if value is not None}
    if accept or read_only:
        changes["accept"] = tuple(one for listed in accept for one in _ranges(listed))
    if drafts is not None:
        changes["drafts"] = drafts == "on"
    if summaries is not None:
        changes["summaries"] = summaries == "on"
    if scheme is not None or terms or fixed is not None:
        changes["categories"] = _categories(settings.categories, scheme, terms, fixed)
    return replace(settings, **changes)


def _ranges(listed: str) -> list[str]:
    """The media ranges of one option, which may hold several between commas."""
    found = [one.strip() for one in listed.split(",")]
    for one in found:
        if not is_range(one):
            raise ConfigError(f"{one!r} is no media range; expected something like image/*")
    return found


def _categories(
    current: Categories | None, scheme: str | None, terms: tuple[str, ...], fixed: bool | None
) -> Categories:
    kept = current or Categories()
    offered = tuple(
        Category(term=term, label=label)
        for term, _, label in (given.partition("=") for given in terms)
    )
    return Categories(
        terms=offered or kept.terms,
        fixed=kept.fixed if fixed is None else fixed,
        scheme=kept.scheme if scheme is None else scheme,
    )


def _described(one: Collection) -> dict[str, object]:
    row = {"name": one.name, "title": one.title, "workspace": one.workspace, "id": one.atom_id}
    return row | asdict(one.settings)
