"""The triggers that count revisions (``models.revisions``), made when the tables are up to date."""

# ruff: noqa: S608 - the SQL is put together of names of ours only
from __future__ import annotations

from collections.abc import Sequence

from rossgram_fed.database import triggers
from rossgram_fed.database.engine import Database
from rossgram_fed.database.triggers import Trigger
from rossgram_fed.models.revisions import NAMED, PARTS, UNSEEN

SORT = "revise"
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


async def install(database: Database) -> None:
    """Make the triggers that are missing."""
    await triggers.install(database, SORT, await _wanted(database), _FUNCTIONS)


async def remove(database: Database) -> None:
    """Drop them, before the tables change."""
    await triggers.remove(database, SORT)


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
            SORT,
            table,
            f"AFTER UPDATE OF {await _seen(database, table)}",
            f"BEGIN UPDATE {table} SET revision = revision + 1 WHERE id = NEW.id; END",
        )
        for table in UNSEEN
    ]
    for table in PARTS:
        found.append(
            Trigger(SORT, table, "AFTER INSERT", f"WHEN NEW.post_id IS NOT NULL BEGIN {bump} = NEW.post_id; END")
        )
        found.append(Trigger(SORT, table, "AFTER UPDATE", f"BEGIN {bump} IN (OLD.post_id, NEW.post_id); END"))
        found.append(
            Trigger(SORT, table, "AFTER DELETE", f"WHEN OLD.post_id IS NOT NULL BEGIN {bump} = OLD.post_id; END")
        )
    mentioning = "(SELECT post_id FROM mentions WHERE account_id = NEW.id)"
    found.append(Trigger(SORT, "accounts", _renamed(), f"WHEN {_other('IS NOT')} BEGIN {bump} IN {mentioning}; END"))
    return found


async def _for_postgresql(database: Database) -> list[Trigger]:
    found = [
        Trigger(SORT, table, f"BEFORE UPDATE OF {await _seen(database, table)}", "EXECUTE FUNCTION rossgram_revise()")
        for table in UNSEEN
    ]
    for table in PARTS:
        found.append(
            Trigger(SORT, table, "AFTER INSERT OR UPDATE OR DELETE", "EXECUTE FUNCTION rossgram_revise_post()")
        )
    other = _other("IS DISTINCT FROM")
    found.append(Trigger(SORT, "accounts", _renamed(), f"WHEN ({other}) EXECUTE FUNCTION rossgram_revise_mentioning()"))
    return found


def _renamed() -> str:
    return f"AFTER UPDATE OF {', '.join(NAMED)}"


def _other(differs: str) -> str:
    return " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in NAMED)
