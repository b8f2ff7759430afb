"""The triggers that count revisions (``models.revisions``), made when the tables are up to date.

Their names carry a digest of what they say, so that old ones are found and replaced when tables have changed. They are
taken away before migrations: PostgreSQL drops no column that a trigger names, and SQLite drops triggers with a table
that is rebuilt.
"""

# ruff: noqa: S608 - the SQL is put together of names of ours only
from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.database.engine import Database
from rossgram_fed.database.transaction import Transaction
from rossgram_fed.models.revisions import NAMED, PARTS, UNSEEN

PREFIX = "revise_"
_LOCK = 0x526F7374
_FUNCTIONS = (
    "CREATE OR REPLACE FUNCTION rossgram_revise() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN NEW.revision := OLD.revision + 1; RETURN NEW; END $$",
    "CREATE OR REPLACE FUNCTION rossgram_revise_post() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP <> 'INSERT' THEN UPDATE posts SET revision = revision + 1 WHERE id = OLD.post_id; END IF; "
    "IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.post_id IS DISTINCT FROM OLD.post_id) THEN "
    "UPDATE posts SET revision = revision + 1 WHERE id = NEW.post_id; END IF; RETURN NULL; END $$",
    "CREATE OR REPLACE FUNCTION rossgram_revise_mentioning() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "UPDATE posts SET revision = revision + 1 WHERE id IN (SELECT post_id FROM mentions WHERE account_id = NEW.id); "
    "RETURN NULL; END $$",
)


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger, without its name."""

    table: str
    when: str
    """``BEFORE UPDATE OF …``."""
    does: str

    @property
    def name(self) -> str:
        """Its name, which changes with what it does."""
        said = f"{self.table} {self.when} {self.does}".encode()
        return f"{PREFIX}{self.table}_{hashlib.sha256(said).hexdigest()[:12]}"


async def install(database: Database) -> None:
    """Make the triggers that are missing and drop those that are old; nothing is locked where all are there."""
    if {one.name for one in await _wanted(database)} == set(await _present(database)):
        return
    async with database.transaction() as tx:
        if database.postgresql:
            await tx.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
            for function in _FUNCTIONS:
                await tx.execute(function)
        wanted = {one.name: one for one in await _wanted(database)}
        present = await _present(database)
        await _drop(tx, {name: table for name, table in present.items() if name not in wanted}, database)
        for name, one in wanted.items():
            if name not in present:
                await tx.execute(f"CREATE TRIGGER {name} {one.when} ON {one.table} FOR EACH ROW {one.does}")


async def remove(database: Database) -> None:
    """Drop all of them, before the tables change."""
    present = await _present(database)
    if present:
        async with database.transaction() as tx:
            await _drop(tx, present, database)


async def _drop(tx: Transaction, triggers: dict[str, str], database: Database) -> None:
    for name, table in triggers.items():
        await tx.execute(f"DROP TRIGGER IF EXISTS {name}{f' ON {table}' if database.postgresql else ''}")


async def _present(database: Database) -> dict[str, str]:
    """Return the names of our triggers, and their tables."""
    if database.postgresql:
        rows = await database.fetch(
            "SELECT t.tgname AS name, c.relname AS tbl_name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"
        )
    else:
        rows = await database.fetch("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    return {row["name"]: row["tbl_name"] for row in rows if row["name"].startswith(PREFIX)}


async def _wanted(database: Database) -> Sequence[Trigger]:
    return await (_for_postgresql(database) if database.postgresql else _for_sqlite(database))


async def _seen(database: Database, table: str) -> str:
    """Return the columns of a table that make a difference."""
    if database.postgresql:
        rows = await database.fetch(
            "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND table_name = $1",
            table,
        )
    else:
        rows = await database.fetch("SELECT name FROM pragma_table_info($1)", table)
    return ", ".join(sorted({row["name"] for row in rows} - UNSEEN[table]))


async def _for_sqlite(database: Database) -> list[Trigger]:
    bump = "UPDATE posts SET revision = revision + 1 WHERE id"
    found = [
        Trigger(
            table,
            f"AFTER UPDATE OF {await _seen(database, table)}",
            f"BEGIN UPDATE {table} SET revision = revision + 1 WHERE id = NEW.id; END",
        )
        for table in UNSEEN
    ]
    for table in PARTS:
        found.append(Trigger(table, "AFTER INSERT", f"WHEN NEW.post_id IS NOT NULL BEGIN {bump} = NEW.post_id; END"))
        found.append(Trigger(table, "AFTER UPDATE", f"BEGIN {bump} IN (OLD.post_id, NEW.post_id); END"))
        found.append(Trigger(table, "AFTER DELETE", f"WHEN OLD.post_id IS NOT NULL BEGIN {bump} = OLD.post_id; END"))
    mentioning = "(SELECT post_id FROM mentions WHERE account_id = NEW.id)"
    found.append(Trigger("accounts", _renamed(), f"WHEN {_other('IS NOT')} BEGIN {bump} IN {mentioning}; END"))
    return found


async def _for_postgresql(database: Database) -> list[Trigger]:
    found = [
        Trigger(table, f"BEFORE UPDATE OF {await _seen(database, table)}", "EXECUTE FUNCTION rossgram_revise()")
        for table in UNSEEN
    ]
    for table in PARTS:
        found.append(Trigger(table, "AFTER INSERT OR UPDATE OR DELETE", "EXECUTE FUNCTION rossgram_revise_post()"))
    other = _other("IS DISTINCT FROM")
    found.append(Trigger("accounts", _renamed(), f"WHEN ({other}) EXECUTE FUNCTION rossgram_revise_mentioning()"))
    return found


def _renamed() -> str:
    return f"AFTER UPDATE OF {', '.join(NAMED)}"


def _other(differs: str) -> str:
    return " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in NAMED)
