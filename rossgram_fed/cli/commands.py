"""The table of commands, and the loading of just the one that was asked for.

``check-config`` must not wait for a web framework, nor ``rossgram --help`` for a database: a command's module is
imported when the command is run. This is the only place of the program that imports by name.
"""

from __future__ import annotations

import gc
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from rossgram_fed.cli.output import say_version

if TYPE_CHECKING:
    from typer._click import Command, Context


class Entry(NamedTuple):
    """A command that can be asked for: its module, which has a ``command``, and what ``--help`` says of it."""

    module: str
    summary: str


COMMANDS = {
    "serve": Entry("rossgram_fed.cli.serve", "Serve the web pages and other servers, and do the work behind them."),
    "worker": Entry("rossgram_fed.cli.worker", "Do only the work behind the pages: deliveries, fetches, upkeep."),
    "migrate": Entry("rossgram_fed.cli.migrate", "Bring the database's tables up to this version."),
    "check-config": Entry("rossgram_fed.cli.check_config", "Read the configuration and say what is wrong with it."),
    "doctor": Entry("rossgram_fed.cli.doctor", "Examine the server's surroundings, and say how to mend them."),
    "user": Entry("rossgram_fed.cli.user", "Create a user, give one a role, set a new password, or suspend."),
    "domains": Entry("rossgram_fed.cli.domains", "List the rules for other servers; import and export them."),
    "media": Entry("rossgram_fed.cli.media", "Move photos, tidy them up, check them, and give people shares."),
    "demo": Entry("rossgram_fed.cli.demo", "Start two servers on this machine that follow and talk to each other."),
}


class LazyCommands(TyperGroup):
    """Lists every command from the table; loads the one to run."""

    def list_commands(self, ctx: Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        entry = COMMANDS.get(cmd_name)
        return TyperCommand(cmd_name, help=entry.summary) if entry else None

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        name, placeholder, rest = super().resolve_command(ctx, args)
        if name is None or placeholder is None:
            return name, placeholder, rest
        command = _load(COMMANDS[name])
        command.name = name
        return name, command, rest


def _load(entry: Entry) -> Command:
    gc.disable()  # nothing that an import makes goes away: walking it again and again costs a sixth of the start
    try:
        return get_command(import_module(entry.module).command)
    finally:
        gc.enable()


application = typer.Typer(cls=LazyCommands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@application.callback(help="A photo-sharing server that a community hosts itself, federated over ActivityPub.")
def rossgram(
    version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=say_version, is_eager=True)
    ] = False,
) -> None:
    """Stand above the commands; does nothing itself."""
