"""The database, for commands: opened for as long as a block lasts, its failures said in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rossgram_fed.cli.output import refuse
from rossgram_fed.config import Settings
from rossgram_fed.database import FAILURES, Database, open_database
from rossgram_fed.database.migrate import MigrationError


@asynccontextmanager
async def opened(settings: Settings, *, as_json: bool = False) -> AsyncIterator[Database]:
    """Open the configured database; end the command in words when it cannot be used."""
    try:
        settings.storage.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = await open_database(settings.database_url)
        try:
            yield database
        finally:
            await database.close()
    except MigrationError as error:
        refuse(str(error), as_json=as_json)
    except FAILURES as error:
        refuse(f"The database cannot be used: {error}. rossgram doctor may know more.", as_json=as_json)
