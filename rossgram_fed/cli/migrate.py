"""``rossgram migrate``: bring the tables up to this version, with the server stopped."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from rossgram_fed.cli.configured import ConfigOption, settings_of
from rossgram_fed.cli.databases import opened
from rossgram_fed.cli.loop import run
from rossgram_fed.cli.output import FAILED, JsonOption, say, say_json
from rossgram_fed.config import Settings
from rossgram_fed.database import migrate as migrations

command = typer.Typer(add_completion=False)


@command.command()
def migrate(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit code 1 if something waits to be applied.")
    ] = False,
) -> None:
    """Apply the migrations that wait. `rossgram serve` does it too; this shows how far it is."""
    settings = settings_of(config, as_json=as_json)
    if check:
        waiting = run(_pending(settings, as_json=as_json))
        _report("waiting", waiting, as_json=as_json)
        raise typer.Exit(FAILED if waiting else 0)
    _report("applied", run(_migrate(settings, as_json=as_json)), as_json=as_json)


async def _pending(settings: Settings, *, as_json: bool) -> list[str]:
    async with opened(settings, as_json=as_json) as database:
        return await migrations.pending(database)


async def _migrate(settings: Settings, *, as_json: bool) -> list[str]:
    async with opened(settings, as_json=as_json) as database:
        waiting = await migrations.pending(database)
        with Progress(console=Console(stderr=True), transient=True, disable=as_json) as progress:
            task = progress.add_task("", total=len(waiting))

            def tell(name: str) -> None:
                progress.update(task, description=name, completed=waiting.index(name))

            return await migrations.migrate(database, tell)


def _report(what: str, names: list[str], *, as_json: bool) -> None:
    if as_json:
        say_json({"ok": True, what: names})
    elif names:
        say(f"{what.capitalize()}: {', '.join(names)}")
    else:
        say("The tables are up to date.")
