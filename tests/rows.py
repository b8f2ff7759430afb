"""Everything that a database holds, to tell whether a request changed anything at all."""

from __future__ import annotations

from rossgram_fed.database import Database

Rows = dict[str, list[tuple[object, ...]]]
"""By table, in no order that means anything, but the same one each time."""


async def all_rows(database: Database) -> Rows:
    """Return every row of every table."""
    tables = await database.fetch(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
        if database.postgresql
        else "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "AND sql NOT LIKE 'CREATE VIRTUAL TABLE%'"  # an index without rows of its own
    )
    return {row["name"]: await _rows(database, row["name"]) for row in tables}


async def _rows(database: Database, table: str) -> list[tuple[object, ...]]:
    return sorted((tuple(row.values()) for row in await database.fetch(f'SELECT * FROM "{table}"')), key=repr)
