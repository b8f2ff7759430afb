"""Open, read, write, close: the two engines behind one small interface.

``Database.fetch`` reads on a connection that no writer holds up. ``Database.transaction`` is the only way to write;
inside it both raw SQL and Tortoise models take part in the same transaction. Never await the network inside one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext, _current_context
from tortoise.transactions import in_transaction

from rossgram_fed.database import sqlite
from rossgram_fed.database.signals import CHANNEL, Signals

Row = Mapping[str, Any]
"""One row, by column name: ``sqlite3.Row`` or ``asyncpg.Record``."""

MODELS = "rossgram_fed.models"
MIGRATIONS = "rossgram_fed.migrations"


class Transaction:
    """One transaction: its statements all happen or none does."""

    def __init__(self, client: BaseDBAsyncClient, *, postgresql: bool) -> None:
        self._client = client
        self._postgresql = postgresql
        self._signals: list[tuple[str, str]] = []
        self.skip_locked = " FOR UPDATE SKIP LOCKED" if postgresql else ""
        """Appended to the inner SELECT of a claim; SQLite has one writer and needs nothing."""

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """Run one statement and return its rows; write ``RETURNING`` to learn what a change touched."""
        async with self._client.acquire_connection() as connection:
            if self._postgresql:
                return list(await connection.fetch(sql, *arguments))
            return list(await connection.execute_fetchall(sqlite.native(sql), arguments))

    async def fetch_one(self, sql: str, *arguments: Any) -> Row | None:
        """Return the first row, or None."""
        rows = await self.fetch(sql, *arguments)
        return rows[0] if rows else None

    async def fetch_value(self, sql: str, *arguments: Any) -> Any:
        """Return the first column of the first row, or None."""
        rows = await self.fetch(sql, *arguments)
        return next(iter(tuple(rows[0].values()) if self._postgresql else tuple(rows[0]))) if rows else None

    async def execute(self, sql: str, *arguments: Any) -> None:
        """Run one statement whose rows do not matter."""
        await self.fetch(sql, *arguments)

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement once per row of arguments, in one go."""
        async with self._client.acquire_connection() as connection:
            if self._postgresql:
                await connection.executemany(sql, list(rows))
            else:
                await connection.executemany(sqlite.native(sql), list(rows))

    def signal(self, name: str, about: str = "") -> None:
        """Fire a signal once this transaction is committed, and only then."""
        if (name, about) not in self._signals:
            self._signals.append((name, about))

    async def notify(self) -> None:
        """Hand the signals to PostgreSQL, which sends them to the other processes at commit."""
        if self._postgresql:
            for name, about in self._signals:
                await self.fetch("SELECT pg_notify($1, $2)", CHANNEL, f"{name} {about}")

    @property
    def signals(self) -> Sequence[tuple[str, str]]:
        """What will be fired at commit."""
        return self._signals


class Database:
    """An open database. Build it with ``open_database``; always ``close`` it, or the process cannot end."""

    def __init__(self, context: TortoiseContext, readers: sqlite.Readers | None) -> None:
        self._context = context
        self._readers = readers
        self.signals = Signals()
        self.postgresql = readers is None

    @property
    def client(self) -> BaseDBAsyncClient:
        """Tortoise's client, for migrations and ``doctor``."""
        return self._context.connections.get("default")

    @contextmanager
    def active(self) -> Iterator[None]:
        """Make this the database that Tortoise's models use in the current task (several servers share a process)."""
        token = _current_context.set(self._context)
        try:
            yield
        finally:
            _current_context.reset(token)

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """Read outside any transaction, without waiting for the writer."""
        if self._readers is not None:
            return list(await self._readers.fetch(sql, arguments))  # type: ignore[arg-type]
        async with self.client.acquire_connection() as connection:
            return list(await connection.fetch(sql, *arguments))

    async def fetch_one(self, sql: str, *arguments: Any) -> Row | None:
        """Return the first row, or None."""
        rows = await self.fetch(sql, *arguments)
        return rows[0] if rows else None

    async def fetch_value(self, sql: str, *arguments: Any) -> Any:
        """Return the first column of the first row, or None."""
        row = await self.fetch_one(sql, *arguments)
        return None if row is None else tuple(row.values() if self.postgresql else row)[0]

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a write transaction; commit when the block ends, roll back when it raises."""
        with self.active():
            async with in_transaction("default") as client:
                transaction = Transaction(client, postgresql=self.postgresql)
                yield transaction
                await transaction.notify()
        for name, about in transaction.signals:
            self.signals.fire(name, about)

    async def close(self) -> None:
        """Close every connection."""
        await self.signals.close()
        if self._readers is not None:
            await self._readers.close()
        await self._context.close_connections()


async def open_database(url: str, *, before_open: Callable[[Path], None] | None = None) -> Database:
    """Open ``sqlite:path`` or ``postgresql://user:password@host:port/name``; the schema is whatever is there.

    Raises ``ValueError`` for a URL of any other kind, and the engine's own error when nothing answers.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite":
        path = Path(rest.removeprefix("//"))
        path.parent.mkdir(parents=True, exist_ok=True)
        if before_open is not None:
            before_open(path)
        context = await _context(
            {"engine": "rossgram_fed.database.sqlite", "credentials": {"file_path": str(path), **sqlite.PRAGMAS}}
        )
        await context.connections.get("default").create_connection(with_db=True)
        readers = sqlite.Readers(path)
        database = Database(context, readers)
        try:
            await readers.open()
        except BaseException:
            await database.close()
            raise
        return database
    if scheme in ("postgresql", "postgres"):
        credentials = postgresql_credentials(url)
        context = await _context(
            {"engine": "tortoise.backends.asyncpg", "credentials": {**credentials, "minsize": 1, "maxsize": 12}}
        )
        database = Database(context, None)
        try:
            await context.connections.get("default").create_connection(with_db=True)
            await database.signals.connect(credentials)
        except BaseException:
            await database.close()
            raise
        return database
    raise ValueError(f"{scheme!r} is no database this server speaks; it speaks sqlite and postgresql")


def postgresql_credentials(url: str) -> dict[str, Any]:
    """Take a PostgreSQL URL apart; ``?host=/run/postgresql`` names a socket folder."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "host": query.get("host") or parts.hostname or "localhost",
        "port": parts.port or int(query.get("port", 5432)),
        "user": unquote(parts.username) if parts.username else "postgres",
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.lstrip("/")) or "postgres",
    }


async def _context(connection: dict[str, Any]) -> TortoiseContext:
    context = TortoiseContext()
    token = _current_context.set(context)
    try:
        await context.init(
            config={
                "connections": {"default": connection},
                "apps": {"models": {"models": [MODELS], "default_connection": "default", "migrations": MIGRATIONS}},
            }
        )
    finally:
        _current_context.reset(token)
    return context


def placeholders(count: int, start: int = 1) -> str:
    """Return ``$start, …`` for an ``IN (…)`` of ``count`` values; the caller passes the values, never text."""
    return ", ".join(f"${number}" for number in range(start, start + count))


async def retry_when_locked(attempt: Callable[[], Any], tries: int = 5) -> Any:
    """Run a start-up step again when another process holds the SQLite file's lock for longer than the busy timeout."""
    for remaining in reversed(range(tries)):
        try:
            return await attempt()
        except Exception as error:
            if remaining == 0 or "locked" not in str(error):
                raise
            await asyncio.sleep(0.5)
    return None
