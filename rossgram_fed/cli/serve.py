"""``rossgram serve``: the whole server in one process."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer
from aiohttp import web

from rossgram_fed.accounts.queries import has_admin
from rossgram_fed.cli.configured import ConfigOption, settings_of, warn_of_development
from rossgram_fed.cli.loop import run, until_stopped
from rossgram_fed.cli.output import refuse, say, warn
from rossgram_fed.cli.starting import secrets_of, set_up_logs, started
from rossgram_fed.config import Settings
from rossgram_fed.instance import INSTANCE
from rossgram_fed.secrets_file import Secrets

command = typer.Typer(add_completion=False)


@command.command()
def serve(
    config: ConfigOption = None,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Also do the work behind the pages in this process.")
    ] = True,
) -> None:
    """Serve until SIGTERM or SIGINT; then finish what is under way. Migrates the database first."""
    settings = settings_of(config)
    set_up_logs()
    warn_of_development(settings)
    run(_serve(settings, secrets_of(settings), with_worker=worker))


async def _serve(settings: Settings, secrets: Secrets, *, with_worker: bool) -> None:
    host, _, port = settings.server.listen.rpartition(":")
    async with started(settings, secrets, with_worker=with_worker) as runner:
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            refuse(f"{settings.server.listen} cannot be listened on: {error.strerror}. Change server.listen.")
        first_run = not await has_admin(runner.app[INSTANCE].database)
        await until_stopped(partial(_announce, settings, secrets, first_run=first_run))
        warn("Stopping: requests under way are finished; what is left of the work waits in the database.")


def _announce(settings: Settings, secrets: Secrets, *, first_run: bool) -> None:
    say(f"{settings.server.name} is at {settings.base_url}")
    if first_run:
        say("Nobody runs it yet. Open this address to become its admin; it works once:")
        say(f"  {settings.base_url}/setup?token={secrets.setup_token}", bold=True)
