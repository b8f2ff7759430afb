"""SQLite behind Tortoise, with the habits it lacks.

Writers begin immediately: a deferred ``BEGIN`` that turns into a write half-way fails with "database is locked" however
long the busy timeout is, because SQLite cannot let it wait with a stale snapshot. ``BEGIN IMMEDIATE`` waits at the door
instead.
Readers have connections and threads of their own and wait for nobody. A transaction's short statements run on the event
loop itself: a point read costs 5 to 10 us, handing it to a thread and back 30 to 80 us. What can wait long (the door,
the commit with its checkpoint, long statements) stays in the writer's thread. Reads that are known to be as short
(``read_quickly``) have a connection of their own on the event loop.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, ItemsView, Iterable, Iterator, Sequence, ValuesView
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import aiosqlite
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

from rossgram_fed.database.transaction import Row, Transaction
from rossgram_fed.database.turns import turn

OLDEST = (3, 35, 0)
"""The first SQLite with ``RETURNING``."""
BUSY_MS = 15_000
PRAGMAS = {"busy_timeout": str(BUSY_MS), "synchronous": "NORMAL", "foreign_keys": "ON"}
READERS = 3
STATEMENTS_KEPT = 512
BREATHE_EVERY = 16
"""Statements a transaction may run before other tasks get their turn."""
_PLACEHOLDER = re.compile(r"\$(\d+)")


@lru_cache(maxsize=4096)
def native(sql: str) -> str:
    """Turn ``$1`` placeholders into SQLite's ``?1``."""
    return _PLACEHOLDER.sub(r"?\1", sql)


class MappedRow(sqlite3.Row):
    """A row that can be asked what asyncpg's can."""

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self.keys() else default

    def values(self) -> ValuesView[Any]:
        return cast(ValuesView[Any], tuple(self))

    def items(self) -> ItemsView[str, Any]:
        return cast(ItemsView[str, Any], tuple(zip(self.keys(), self, strict=True)))

    def __contains__(self, key: object) -> bool:
        return key in self.keys()


@contextmanager
def translated() -> Iterator[None]:
    """Raise Tortoise's errors for SQLite's, so that both engines are caught alike."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise IntegrityError(error) from error
    except sqlite3.OperationalError as error:
        raise OperationalError(error) from error


class ImmediateTransaction(SqliteTransactionContext):
    """Takes the write lock when it begins, and gives it back whatever happens: errors, cancellation, a full disk."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            with translated():
                await self.connection._connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            await self._undo()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return cast(TransactionalDBClient, self.connection)

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        if exc_type or self.connection._finalized:
            await self._undo()
            return
        try:
            with translated():
                await self.connection.commit()
        except BaseException:
            await self._undo()
            raise
        self._trxlock.release()

    async def _undo(self) -> None:
        """Roll back and let the next writer in.

        The rollback is in the thread's queue before anything can interrupt us, so the next ``BEGIN`` comes after it;
        where nothing is open (a commit that a cancelled task no longer saw) it does nothing.
        """
        try:
            if self.connection._connection:
                await self.connection._connection.rollback()
        finally:
            self._trxlock.release()


class SqliteTransaction(Transaction):
    """Runs statements on the writer's connection."""

    def __init__(self, client: SqliteTransactionWrapper) -> None:
        super().__init__()
        self._lock = client._lock
        self._connection = client._connection
        self._execute = client._connection._conn.execute
        self._count = 0

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        self.check_open()
        self._count += 1
        if self._count % BREATHE_EVERY == 0:
            await asyncio.sleep(0)
        async with self._lock:
            try:  # not translated(): a context manager costs as much as a point read
                rows: list[Row] = self._execute(native(sql), arguments).fetchall()
                return rows
            except sqlite3.IntegrityError as error:
                raise IntegrityError(error) from error
            except sqlite3.OperationalError as error:
                raise OperationalError(error) from error

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self.check_open()
        async with self._lock:
            with translated():
                await self._connection.executemany(native(sql), rows)

    async def execute_long(self, sql: str, *arguments: Any) -> None:
        self.check_open()
        async with self._lock:
            with translated():
                await self._connection.execute_fetchall(native(sql), arguments)


class Readers:
    """A few read-only connections to one database file, handed out one user at a time."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._all: list[aiosqlite.Connection] = []
        self._free: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()

    async def open(self) -> None:
        """Open every connection."""
        for _ in range(READERS):
            connection = await aiosqlite.connect(self._path, isolation_level=None, cached_statements=STATEMENTS_KEPT)
            self._all.append(connection)
            connection.row_factory = MappedRow
            await connection.execute_fetchall(f"PRAGMA busy_timeout={BUSY_MS}")
            await connection.execute_fetchall("PRAGMA query_only=ON")
            self._free.put_nowait(connection)

    async def close(self) -> None:
        """Close every connection; an open one keeps the process from ending (aiosqlite's threads are no daemons)."""
        while self._all:
            await self._all.pop().close()

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[aiosqlite.Connection]:
        """Lend a connection for as long as the block lasts."""
        connection = await self._free.get()
        try:
            yield connection
        finally:
            self._free.put_nowait(connection)

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> list[Row]:
        """Run one read."""
        async with self.acquire() as connection:
            with translated():
                return cast(list[Row], await connection.execute_fetchall(sql, arguments))


class Client(SqliteClient):
    """Tortoise's client: one writer, immediate transactions, and readers for what models read outside of them."""

    def __init__(self, file_path: str, **pragmas: Any) -> None:
        super().__init__(file_path, **pragmas)
        del self.pragmas["journal_mode"]  # Tortoise's default; two that switch at once fail, see _write_ahead
        self._readers = Readers(file_path)
        self._quick: sqlite3.Connection | None = None

    async def create_connection(self, with_db: bool) -> None:
        """Open the writer and the readers, or nothing."""
        if self._connection:
            return
        check_version(sqlite3.sqlite_version_info)
        # Statements of a transaction run on the loop, others in the writer's thread, one at a time.
        self._connection = await aiosqlite.connect(
            self.filename, isolation_level=None, cached_statements=STATEMENTS_KEPT, check_same_thread=False
        )
        try:
            self._connection.row_factory = MappedRow
            for pragma, value in self.pragmas.items():
                await self._connection.execute_fetchall(f"PRAGMA {pragma}={value}")
            await self._write_ahead()
            await self._post_connect()
            await self._readers.open()
        except BaseException:
            await self.close()
            raise

    async def _write_ahead(self) -> None:
        """Switch the file to WAL, where it stays, unless it is."""
        with translated():
            if (await self.execute_query("PRAGMA journal_mode"))[1][0]["journal_mode"] == "wal":
                return
            async with turn(Path(self.filename)):
                await self.execute_query("PRAGMA journal_mode=WAL")

    async def close(self) -> None:
        if self._quick is not None:
            self._quick.close()
            self._quick = None
        await self._readers.close()
        await super().close()

    async def read(self, sql: str, arguments: Sequence[Any]) -> list[Row]:
        """Read without waiting for the writer."""
        return await self._readers.fetch(native(sql), arguments)

    async def read_quickly(self, sql: str, arguments: Sequence[Any]) -> list[Row]:
        """Read on the event loop; what is locked for once (a recovery, a checkpoint that begins anew) is not."""
        if self._quick is None:
            self._quick = sqlite3.connect(
                self.filename, isolation_level=None, cached_statements=STATEMENTS_KEPT, timeout=0
            )
            self._quick.row_factory = MappedRow
            self._quick.execute("PRAGMA query_only=ON")
        try:
            rows: list[Row] = self._quick.execute(native(sql), arguments).fetchall()
            return rows
        except sqlite3.OperationalError:
            return await self.read(sql, arguments)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[str, Any]]]:
        if not query.startswith("SELECT"):
            return cast(tuple[int, Sequence[dict[str, Any]]], await super().execute_query(query, values))
        rows = await self._readers.fetch(query, values or ())
        return len(rows), cast(Sequence[dict[str, Any]], rows)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        if not query.startswith("SELECT"):
            return cast(list[dict[str, Any]], await super().execute_query_dict(query, values))
        return [dict(row) for row in await self._readers.fetch(query, values or ())]

    def _in_transaction(self) -> TransactionContext:
        return ImmediateTransaction(SqliteTransactionWrapper(self), self._lock)

    @staticmethod
    def statements(client: TransactionalDBClient) -> SqliteTransaction:
        """Return what runs our own statements in a transaction that Tortoise has open."""
        return SqliteTransaction(cast(SqliteTransactionWrapper, client))


client_class = Client
"""Tortoise looks an engine's client up under this name."""


def check_version(version: tuple[int, ...]) -> None:
    """Raise ``RuntimeError`` when the SQLite that Python was built with is too old for our SQL."""
    if version < OLDEST:
        raise RuntimeError(
            f"This Python brings SQLite {'.'.join(map(str, version))}; Rossgram needs {'.'.join(map(str, OLDEST))} or"
            " newer. Use a newer Python, or PostgreSQL."
        )
