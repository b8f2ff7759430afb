"""``rossgram worker``: the work without the pages, for a server that has several machines over one PostgreSQL."""

from __future__ import annotations

import typer

from rossgram_fed.cli.configured import ConfigOption, settings_of, warn_of_development
from rossgram_fed.cli.loop import run, until_stopped
from rossgram_fed.cli.output import say, warn
from rossgram_fed.cli.starting import secrets_of, set_up_logs, started
from rossgram_fed.config import Settings
from rossgram_fed.secrets_file import Secrets

command = typer.Typer(add_completion=False)


@command.command()
def worker(config: ConfigOption = None) -> None:
    """Deliver, fetch and tidy up until SIGTERM or SIGINT, beside `rossgram serve --no-worker`.

    On SQLite one process that does both is faster: wake-ups do not reach other processes there.
    """
    settings = settings_of(config)
    set_up_logs()
    warn_of_development(settings)
    run(_work(settings, secrets_of(settings)))


async def _work(settings: Settings, secrets: Secrets) -> None:
    async with started(settings, secrets, with_worker=True):
        await until_stopped(lambda: say(f"Working for {settings.base_url}."))
        warn("Stopping: what is under way is finished, the rest waits in the database.")
