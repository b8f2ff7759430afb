"""What ``serve`` and ``worker`` share: secrets, the application started and stopped in words, the log."""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from rossgram_fed.app import build_app
from rossgram_fed.cli.output import refuse
from rossgram_fed.config import Settings
from rossgram_fed.database import FAILURES
from rossgram_fed.database.migrate import MigrationError
from rossgram_fed.media.bucket import NoLibrary
from rossgram_fed.secrets_file import BadSecrets, Secrets, load_or_create

SECONDS_TO_FINISH = 20.0
"""How long requests that are under way may take to end once a stop is asked for."""


def secrets_of(settings: Settings) -> Secrets:
    """Return the server's secrets, or end the command in words."""
    try:
        return load_or_create(settings.storage.data)
    except BadSecrets as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"The data folder {settings.storage.data} cannot be used: {error.strerror}.")


@asynccontextmanager
async def started(settings: Settings, secrets: Secrets, *, with_worker: bool) -> AsyncIterator[web.AppRunner]:
    """Start the application without a listening address; stop it, work and all, when the block ends."""
    runner = web.AppRunner(
        build_app(settings, secrets, with_worker=with_worker),
        access_log=None,
        handle_signals=False,
        shutdown_timeout=SECONDS_TO_FINISH,
    )
    try:
        await _set_up(runner)
        gc.freeze()  # what is there now stays: the collector need not walk it again and again
        yield runner
    finally:
        await runner.cleanup()


async def _set_up(runner: web.AppRunner) -> None:
    try:
        await runner.setup()
    except (MigrationError, BadSecrets, NoLibrary) as error:
        refuse(str(error))
    except FAILURES as error:
        refuse(f"The server cannot start: {error}. rossgram doctor may know more.")


def set_up_logs() -> None:
    """Write the log to standard error, a line an event; the journal or the container adds what it needs."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
