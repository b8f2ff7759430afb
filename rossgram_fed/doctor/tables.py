"""The database: is it there, whole, and does it have this version's tables?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from rossgram_fed.config import Settings
from rossgram_fed.database import FAILURES, Database, open_database
from rossgram_fed.database.migrate import MigrationError, pending
from rossgram_fed.doctor.findings import Finding, unsure, well, wrong

SUBJECT = "database"
OLDEST_POSTGRESQL = 130_000


async def examine_tables(settings: Settings) -> AsyncIterator[Finding]:
    """Open the database and ask it how it is."""
    url = settings.database_url
    if _is_missing(url):
        yield well(SUBJECT, "There is no database yet; the first start makes it.")
        return
    try:
        database = await open_database(url)
    except (*FAILURES, ValueError) as error:
        yield wrong(SUBJECT, f"The database cannot be opened: {error}.", _mend(url))
        return
    try:
        yield await (_postgresql(database) if database.postgresql else _sqlite(database))
        yield await _tables(database)
    except FAILURES as error:
        yield wrong(SUBJECT, f"The database cannot be read: {error}.", _mend(url))
    finally:
        await database.close()


async def _sqlite(database: Database) -> Finding:
    said = str(await database.fetch_value("PRAGMA quick_check"))
    if said != "ok":
        return wrong(SUBJECT, f"The SQLite file is damaged: {said}.", "Stop the server and bring a backup back.")
    return well(SUBJECT, "The SQLite file is whole.")


async def _postgresql(database: Database) -> Finding:
    version = int(await database.fetch_value("SELECT current_setting('server_version_num')"))
    if version < OLDEST_POSTGRESQL:
        return wrong(
            SUBJECT,
            f"PostgreSQL is of version {version // 10_000}; at least 13 is needed.",
            "Upgrade it with pg_upgrade.",
        )
    encoding = await database.fetch_value("SELECT current_setting('server_encoding')")
    if encoding != "UTF8":
        return wrong(
            SUBJECT,
            f"The database keeps text as {encoding}.",
            "Make one with CREATE DATABASE rossgram ENCODING 'UTF8' TEMPLATE template0.",
        )
    return well(SUBJECT, f"PostgreSQL {version // 10_000} answers.")


async def _tables(database: Database) -> Finding:
    mend = "Run rossgram migrate, or start the server, which does the same."
    try:
        waiting = await pending(database)
    except MigrationError as error:
        return wrong(SUBJECT, str(error), "Install the newer version again.")
    if waiting:
        return unsure(SUBJECT, f"Its tables are older than this version: {len(waiting)} migrations wait.", mend)
    return well(SUBJECT, "Its tables are this version's.")


def _is_missing(url: str) -> bool:
    return url.startswith("sqlite:") and not Path(url.removeprefix("sqlite:")).exists()


def _mend(url: str) -> str:
    if url.startswith("sqlite:"):
        return f"Make {url.removeprefix('sqlite:')} readable and writable for the user the server runs as."
    return "Start PostgreSQL, make the user and the database that storage.database names, and check its password."
