"""The command line: settings first, then one file per group of commands.

Exit codes: 0 done, 1 refused or failed with one line on stderr, 2 wrong usage.
"""

import os
import sys

import click

from atompub import __version__
from atompub.cli.collections import collection
from atompub.cli.serve import serve
from atompub.cli.store import init, migrate
from atompub.cli.users import grant, ungrant, user
from atompub.config import load
from atompub.errors import AtomPubError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--data",
    metavar="DIR",
    envvar="ATOMPUB_DATA",
    help="The data directory.  [default: ./data]",
)
@click.option("--config", metavar="FILE", envvar="ATOMPUB_CONFIG", help="A TOML file of settings.")
@click.version_option(__version__, prog_name="atompub")
@click.pass_context
def atompub(context: click.Context, data: str | None, config: str | None) -> None:
    """A self-hosted Atom Publishing Protocol server.

    Start with: atompub serve
    """
    environ = dict(os.environ)
    environ |= {"ATOMPUB_DATA": data} if data else {}
    environ |= {"ATOMPUB_CONFIG": config} if config else {}
    context.obj = load(environ)


for command in (init, serve, user, grant, ungrant, collection, migrate):
    atompub.add_command(command)


def main() -> None:
    """Run the command; what it refuses is one line on stderr and exit code 1."""
    try:
        atompub(prog_name="atompub")
    except AtomPubError as error:
        click.echo(f"atompub: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has heard enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
