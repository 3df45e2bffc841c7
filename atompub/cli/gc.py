"""Taking out what nothing needs any more."""

import time

import click

from atompub.cli.store import with_store
from atompub.config import Settings
from atompub.store.blobs import collect
from atompub.store.engine import Engine
from atompub.store.opening import open_blobs
from atompub.store.thumbnails import Thumbnails

HOUR = 3600


@click.command()
@click.option(
    "--grace",
    type=click.IntRange(0),
    default=24,
    metavar="HOURS",
    show_default=True,
    help="Leave what is younger: an upload may be under way.",
)
@click.pass_obj
def gc(settings: Settings, grace: int) -> None:
    """Delete media that no entry has any more."""

    def work(engine: Engine) -> None:
        before = time.time() - grace * HOUR
        count = collect(engine, open_blobs(settings.media_url), before)
        Thumbnails(engine).forget_orphans()
        click.echo(f"deleted {count} media files that no entry has")

    with_store(work, settings)
