"""Open, read, write, close: the two engines behind one small interface.

``Database.fetch`` reads on a connection that no writer holds up. ``Database.transaction`` is the only way to write;
inside it both raw SQL and Tortoise models take part in the same transaction. Never await the network inside one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from sqlite3 import Error as SqliteError
from typing import Any

import asyncpg
from tortoise.apps import Apps
from tortoise.context import TortoiseContext, _current_context
from tortoise.exceptions import BaseORMException

from rossgram_fed.database import postgresql, sqlite
from rossgram_fed.database.signals import Signals
from rossgram_fed.database.transaction import Row, Transaction, first_value

__all__ = ["FAILURES", "Database", "Reader", "Row", "Transaction", "open_database", "placeholders"]

FAILURES = (OSError, SqliteError, asyncpg.PostgresError, asyncpg.InterfaceError, BaseORMException)
"""What the engines and Tortoise raise when a database cannot be used."""

MODELS = "rossgram_fed.models"
MIGRATIONS = "rossgram_fed.migrations"

_open: ContextVar[tuple[tuple[Database, Transaction], ...]] = ContextVar("open_transactions", default=())
"""The transactions the current task is in, of whichever databases."""

_dialect = ""
"""The engine that the models were last made ready for."""


class Database:
    """An open database. Build it with ``open_database``; always ``close`` it, or the process cannot end."""

    def __init__(self, context: TortoiseContext, client: sqlite.Client | postgresql.Client) -> None:
        self._context = context
        self.client = client
        """Tortoise's client, for migrations and ``doctor``."""
        self.postgresql = isinstance(client, postgresql.Client)
        self.signals = Signals()
        self._listener: postgresql.Listener | None = None

    async def listen(self, credentials: dict[str, Any]) -> None:
        """Hear the signals of other processes on the same PostgreSQL database."""
        self._listener = postgresql.Listener(credentials, self.signals.hear, self.signals.fire_all)
        await self._listener.start()

    @property
    def apps(self) -> Apps:
        """The models as Tortoise knows them, for migrations."""
        if self._context.apps is None:
            raise RuntimeError("The models have not been introduced to Tortoise.")
        return self._context.apps

    @contextmanager
    def active(self) -> Iterator[None]:
        """Make this the database that Tortoise's models use in the current task (several servers share a process)."""
        token = _current_context.set(self._context)
        try:
            yield
        finally:
            _current_context.reset(token)

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """Read without waiting for the writer; inside a transaction of this task, read what it sees."""
        transaction = self._current()
        if transaction is not None:
            return await transaction.fetch(sql, *arguments)
        return await self.client.read(sql, arguments)

    async def fetch_quickly(self, sql: str, *arguments: Any) -> list[Row]:
        """Read what takes microseconds: a bounded number of looks at indexes.

        On SQLite it runs on the event loop, which everything else waits for meanwhile; so nothing may be asked for in
        this way that grows with the tables.
        """
        transaction = self._current()
        if transaction is not None:
            return await transaction.fetch(sql, *arguments)
        return await self.client.read_quickly(sql, arguments)

    async def fetch_one(self, sql: str, *arguments: Any) -> Row | None:
        """Return the first row, or None."""
        rows = await self.fetch(sql, *arguments)
        return rows[0] if rows else None

    async def fetch_value(self, sql: str, *arguments: Any) -> Any:
        """Return the first column of the first row, or None."""
        return first_value(await self.fetch(sql, *arguments))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a write transaction; commit when the block ends, roll back when it raises.

        Raises ``RuntimeError`` inside another transaction of the same task: its signals would be fired too early.
        """
        if self._current() is not None:
            raise RuntimeError("This task is already in a change; hand that one down instead of opening another.")
        with self.active():
            async with self.client._in_transaction() as client:
                transaction = self.client.statements(client)
                token = _open.set((*_open.get(), (self, transaction)))
                try:
                    yield transaction
                    await self._tell_others(transaction)
                finally:
                    transaction.end()
                    _open.reset(token)
        for name, about in transaction.signals:
            self.signals.fire(name, about)

    async def _tell_others(self, transaction: Transaction) -> None:
        if self._listener is None:
            return
        told = [one for one in transaction.signals if self.signals.crosses(one[0])]
        if told:
            await self._listener.send(transaction, told)

    @property
    def in_transaction(self) -> bool:
        """Whether the current task is in a transaction, whose reads may see what never comes to be."""
        return self._current() is not None

    async def close(self) -> None:
        """Close every connection."""
        try:
            if self._listener is not None:
                await self._listener.close()
        finally:
            await self.client.close()

    def _current(self) -> Transaction | None:
        for database, transaction in _open.get():
            if database is self and not transaction.over:
                return transaction
        return None


Reader = Database | Transaction
"""Whatever runs a read: the database, or a transaction that must see its own writes."""


async def open_database(url: str) -> Database:
    """Open ``sqlite:path`` or ``postgresql://user:password@host:port/name``; the schema is whatever is there.

    A process speaks to one kind of engine at a time: Tortoise keeps the dialect with the models.
    Raises ``ValueError`` for a URL of any other kind, and the engine's own error when nothing answers.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite":
        path = Path(rest.removeprefix("//"))
        path.parent.mkdir(parents=True, exist_ok=True)
        database = await _prepare("sqlite", {"file_path": str(path), **sqlite.PRAGMAS})
    elif scheme in ("postgresql", "postgres"):
        database = await _prepare("postgresql", {**postgresql.credentials_of(url), **postgresql.POOL})
    else:
        raise ValueError(f"{scheme!r} is no database this server speaks; it speaks sqlite and postgresql")
    try:
        await database.client.create_connection(with_db=True)
        if database.postgresql:
            await database.listen(postgresql.credentials_of(url))
    except BaseException:
        await database.close()
        raise
    return database


async def _prepare(engine: str, credentials: dict[str, Any]) -> Database:
    """Introduce the models to Tortoise, unless they know this engine's dialect from the last time.

    The connection bears its engine's name, under which Tortoise keeps the SQL it rendered in that engine's dialect.
    """
    global _dialect  # noqa: PLW0603 - of the models, too, there is one set in a process
    connection = {"engine": f"rossgram_fed.database.{engine}", "credentials": credentials}
    app = {"models": [MODELS], "default_connection": engine, "migrations": MIGRATIONS}
    context = TortoiseContext()
    token = _current_context.set(context)
    try:
        config = {"connections": {engine: connection}, "apps": {"models": app}}
        await context.init(config=config, init_connections=engine != _dialect)
        _dialect = engine
        return Database(context, context.connections.get(engine))  # type: ignore[arg-type]
    finally:
        _current_context.reset(token)


def placeholders(count: int, start: int = 1) -> str:
    """Return ``$start, …`` for an ``IN (…)`` of ``count`` values; the caller passes the values, never text."""
    return ", ".join(f"${number}" for number in range(start, start + count))
