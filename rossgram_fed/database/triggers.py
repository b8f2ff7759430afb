"""Triggers of ours: made when the tables are up to date, and taken away before they change.

Their names carry a digest of what they say, so that old ones are found and replaced when tables have changed.
PostgreSQL drops no column that a trigger names, and SQLite drops triggers with a table that is rebuilt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.database.engine import Database
from rossgram_fed.database.transaction import Transaction

_LOCK = 0x526F7374


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger, without its name."""

    sort: str
    """What its name begins with; triggers of one sort are made and taken away together."""
    table: str
    when: str
    """``BEFORE UPDATE OF …``."""
    does: str

    @property
    def name(self) -> str:
        """Its name, which changes with what it does."""
        said = f"{self.table} {self.when} {self.does}".encode()
        return f"{self.sort}_{self.table}_{hashlib.sha256(said).hexdigest()[:12]}"


async def install(database: Database, sort: str, wanted: Sequence[Trigger], functions: Sequence[str] = ()) -> None:
    """Make the triggers of a sort that are missing and drop those that are old; nothing is locked where all are there.

    ``functions`` are made before them, on PostgreSQL.
    """
    names = {one.name: one for one in wanted}
    if names.keys() == set(await _present(database, sort)):
        return
    async with database.transaction() as tx:
        if database.postgresql:
            await tx.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
            for function in functions:
                await tx.execute(function)
        present = await _present(database, sort)
        await _drop(tx, {name: table for name, table in present.items() if name not in names}, database)
        for name, one in names.items():
            if name not in present:
                await tx.execute(f"CREATE TRIGGER {name} {one.when} ON {one.table} FOR EACH ROW {one.does}")


async def remove(database: Database, sort: str) -> None:
    """Drop all triggers of a sort, before the tables change."""
    present = await _present(database, sort)
    if present:
        async with database.transaction() as tx:
            await _drop(tx, present, database)


async def _drop(tx: Transaction, triggers: dict[str, str], database: Database) -> None:
    for name, table in triggers.items():
        await tx.execute(f"DROP TRIGGER IF EXISTS {name}{f' ON {table}' if database.postgresql else ''}")


async def _present(database: Database, sort: str) -> dict[str, str]:
    """Return the names of our triggers of a sort, and their tables."""
    if database.postgresql:
        rows = await database.fetch(
            "SELECT t.tgname AS name, c.relname AS tbl_name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"
        )
    else:
        rows = await database.fetch("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    return {row["name"]: row["tbl_name"] for row in rows if row["name"].startswith(f"{sort}_")}
