"""Bring the tables up to date: one migration after the other, each wholly or not at all.

Tortoise's migrations are applied by a loop of our own, because its executor notes a migration down after the
transaction that made it, and because its way to change a table on SQLite loses rows and constraints (``rebuild``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from itertools import groupby
from pathlib import Path
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddField, AddIndex, CreateModel
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.utils import get_schema_sql

from rossgram_fed.database import revisions, words
from rossgram_fed.database.engine import MIGRATIONS, MODELS, Database
from rossgram_fed.database.history import APP, History
from rossgram_fed.database.rebuild import RebuildingEditor
from rossgram_fed.database.turns import turn

_TABLE_EXISTS = "EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'tortoise_migrations')"
_ANY_TABLE = {
    True: "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() LIMIT 1",
    False: "SELECT 1 FROM sqlite_master WHERE type = 'table' LIMIT 1",
}
_WITHOUT_A_PAST = (AddField, AddIndex)
"""Operations that look at the new state alone; a copy of the old one takes longer than they do."""

_LOCK = 0x526F7373
"""PostgreSQL's advisory lock that keeps two processes from migrating one database at once."""


class MigrationError(Exception):
    """The tables cannot be brought up to date; nothing was changed by the step that failed."""


async def pending(database: Database, *, package: str = MIGRATIONS) -> list[str]:
    """Return the names of the migrations that wait to be applied, in order.

    Raises ``MigrationError`` when the database was used by a newer version that knows more of them.
    """
    known = [migration.name for migration in _on_disk(database, package)]
    done = await _applied(database)
    return _missing(known, done)


async def migrate(
    database: Database,
    progress: Callable[[str], None] | None = None,
    *,
    package: str = MIGRATIONS,
    by_steps: bool = False,
) -> list[str]:
    """Apply what waits and return the names of what was applied here; call it before anything else uses the database.

    ``progress`` is told each name. A database without tables gets them all at once, unless it is to go ``by_steps``,
    which leads to the same and takes many times as long. An SQLite file that already has tables is copied first, next
    to itself. Raises ``MigrationError`` as ``pending`` does, when a migration would leave rows that point nowhere, and
    where SQLite has no full text search.
    """
    applied: list[str] = []
    if await pending(database, package=package):
        async with _turn(database):
            await revisions.remove(database)
            await words.remove(database)
            applied = await _migrate(database, progress or (lambda name: None), package=package, by_steps=by_steps)
    if package == MIGRATIONS:  # others lead to other tables, which have no such triggers
        await revisions.install(database)
        try:
            await words.install(database)
        except words.NoSearch as error:
            raise MigrationError(str(error)) from error
    return applied


async def _migrate(database: Database, progress: Callable[[str], None], *, package: str, by_steps: bool) -> list[str]:
    waiting = await pending(database, package=package)
    if waiting and not database.postgresql and await _applied(database):
        await _back_up(database, waiting[0])
    if not waiting:
        return []
    if package == MIGRATIONS and not by_steps and await _make_tables(database, waiting):
        for name in waiting:
            progress(name)
        return waiting
    history, applied = _nothing_yet(database), []
    async with _unbound(database):
        for waits, migrations in groupby(_on_disk(database, package), lambda migration: migration.name in waiting):
            if not waits:
                history.follow(migrations)
                continue
            for migration in migrations:
                progress(migration.name)
                if await _apply(database, migration, history):
                    applied.append(migration.name)
    # Migrations may have used models as they once were, and Tortoise keeps the SQL it rendered for them.
    EXECUTOR_CACHE.clear()
    return applied


def _on_disk(database: Database, package: str) -> list[Migration]:
    """Load every migration, oldest first: their names begin with their number."""
    app = {"models": [MODELS], "migrations": package}
    loader = MigrationLoader({APP: app}, MigrationRecorder(None))
    loader.load_disk()
    return sorted(loader.disk_migrations.values(), key=lambda migration: migration.name)


async def _applied(database: Database) -> list[str]:
    """Return the names of the migrations this database has been through."""
    table = "to_regclass('tortoise_migrations') IS NOT NULL" if database.postgresql else _TABLE_EXISTS
    if not await database.fetch(f"SELECT 1 WHERE {table}"):
        return []
    rows = await database.fetch("SELECT name FROM tortoise_migrations WHERE app = $1 ORDER BY name", APP)
    return [row["name"] for row in rows]


def _missing(known: list[str], done: list[str]) -> list[str]:
    unknown = [name for name in done if name not in known]
    if unknown:
        raise MigrationError(
            f"This database has been used by a newer version of Rossgram, which knows {unknown[-1]}."
            " Run that version again, or restore a backup made before it."
        )
    return [name for name in known if name not in done]


async def _make_tables(database: Database, names: list[str]) -> bool:
    """Make every table of the models, and note all migrations down, in one step; False where there are tables."""
    with database.active():
        async with database.client._in_transaction() as client:
            if database.postgresql:
                await client.execute_query(f"SELECT pg_advisory_xact_lock({_LOCK})")
            _, tables = await client.execute_query(_ANY_TABLE[database.postgresql])
            if tables:
                return False
            editor = _editor(database, client, _nothing_yet(database))
            await editor._run_sql(get_schema_sql(client, safe=False))
            await editor._run_sql(editor._get_model_sql_data(MigrationRecorder(client).model).table_sql)
            for name in names:
                await _note(editor, name)
    return True


async def _note(editor: BaseSchemaEditor, name: str) -> None:
    """Note a migration down as done."""
    await editor._run_sql(
        "INSERT INTO tortoise_migrations (app, name, applied_at)"  # noqa: S608 - our own file's name
        f" VALUES ('{APP}', '{name}', CURRENT_TIMESTAMP)"
    )


async def _apply(database: Database, migration: Migration, history: History) -> bool:
    """Apply one migration and note it down, in one transaction; False when another process was faster.

    ``history`` is what the migrations before it lead to, and what this one leads to afterwards.
    """
    with database.active():
        async with database.client._in_transaction() as client:
            if database.postgresql:
                await client.execute_query(f"SELECT pg_advisory_xact_lock({_LOCK})")
            editor = _editor(database, client, history)
            recorder = MigrationRecorder(client)
            record_table = editor._get_model_sql_data(recorder.model).table_sql
            await editor._run_sql(record_table.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1))
            if any(key.name == migration.name for key in await recorder.applied_migrations()):
                history.follow([migration])
                return False
            await _run(migration, history, editor)
            if not database.postgresql:
                await _check_references(client, migration.name)
            await _note(editor, migration.name)
    return True


async def _run(migration: Migration, history: History, editor: BaseSchemaEditor) -> None:
    for kind, operations in groupby(migration.operations, type):
        if kind is CreateModel:  # a new table has no past to compare with, and does not look at those after it
            created = list(operations)
            history.go(created)
            for operation in created:
                await operation.database_forward(APP, history, history, editor)
            continue
        for operation in operations:
            earlier = history if kind in _WITHOUT_A_PAST else history.clone()
            operation.state_forward(APP, history)
            await operation.database_forward(APP, earlier, history, editor)


def _nothing_yet(database: Database) -> History:
    """Return the tables as Tortoise sees them before the first migration."""
    return History.beginning(StateApps(default_connections={APP: database.client.connection_name}))


def _editor(database: Database, client: TransactionalDBClient, history: History) -> BaseSchemaEditor:
    if database.postgresql:
        return AsyncpgSchemaEditor(client)
    return RebuildingEditor(client, history)


async def _check_references(client: TransactionalDBClient, name: str) -> None:
    _, lost = await client.execute_query("PRAGMA foreign_key_check")
    if lost:
        tables = ", ".join(sorted({str(row["table"]) for row in lost}))
        raise MigrationError(f"Migration {name} would leave rows of {tables} that point nowhere; it was undone.")


def _turn(database: Database) -> AbstractAsyncContextManager[None]:
    """PostgreSQL's advisory lock is taken with every migration instead, and can be waited for as long."""
    client: Any = database.client
    return nullcontext() if database.postgresql else turn(Path(client.filename))


@asynccontextmanager
async def _unbound(database: Database) -> AsyncIterator[None]:
    """Keep SQLite from following references meanwhile: dropping a table that was rebuilt would delete its children."""
    if database.postgresql:
        yield
        return
    await database.client.execute_script("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        await database.client.execute_script("PRAGMA foreign_keys=ON")


async def _back_up(database: Database, first: str) -> None:
    """Copy the SQLite file to ``<file>.before-<migration>``, replacing an older copy of that name."""
    client: Any = database.client
    copy = f"{client.filename}.before-{first}"
    await asyncio.to_thread(Path(copy).unlink, missing_ok=True)
    await client.execute_insert("VACUUM INTO ?", [copy])
