"""The command line: settings first, then one file per group of commands.

Exit codes: 0 done, 1 refused or failed with one line on stderr, 2 wrong usage.
"""

import os
import sys
from importlib import import_module

import click

from atompub import __version__
from atompub.config import load
from atompub.errors import AtomPubError

COMMANDS = {
    "init": ("store", "Create the store, with the collections blog and photos."),
    "serve": ("serve", "Serve the store; makes it first when there is none."),
    "user": ("users", "Add, list and remove users, and change their passwords."),
    "grant": ("users", "Give a user a role in one collection."),
    "ungrant": ("users", "Take a user's role in one collection away."),
    "token": ("tokens", "Create, list and revoke tokens, which stand in for a password."),
    "collection": ("collections", "Add, list, change and remove collections."),
    "gc": ("gc", "Delete media that no entry has any more."),
    "migrate": ("store", "Bring the schema of a store up to date."),
}
"""Each command's module, imported when the command is used, and its line in --help."""


class Commands(click.Group):
    """The commands, each imported only when it is called."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Their names, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """The command of that name."""
        if name not in COMMANDS:
            return None
        module = import_module(f"atompub.cli.{COMMANDS[name][0]}")
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Their lines in --help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--data", metavar="DIR", envvar="ATOMPUB_DATA", help="The data directory.  [default: ./data]"
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
