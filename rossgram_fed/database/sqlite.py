"""SQLite behind Tortoise, with the two habits it lacks: writers begin immediately, readers have connections of their own.

A deferred ``BEGIN`` that turns into a write half-way fails with "database is locked" however long the busy timeout is,
because SQLite cannot let it wait with a stale snapshot. ``BEGIN IMMEDIATE`` waits at the door instead.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiosqlite
from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.exceptions import OperationalError

PRAGMAS = {"journal_mode": "WAL", "synchronous": "NORMAL", "busy_timeout": "15000", "foreign_keys": "ON"}
_PLACEHOLDER = re.compile(r"\$(\d+)")


@lru_cache(maxsize=4096)
def native(sql: str) -> str:
    """Turn ``$1`` placeholders into SQLite's ``?1``."""
    return _PLACEHOLDER.sub(r"?\1", sql)


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that takes the write lock when it begins."""

    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error


class Client(SqliteClient):
    """Tortoise's client, handing out immediate transactions."""

    def _in_transaction(self) -> TransactionContext:
        return SqliteTransactionContext(ImmediateTransaction(self), self._lock)


client_class = Client
"""Tortoise looks an engine's client up under this name."""


class Readers:
    """A few read-only connections to one database file, handed out one user at a time."""

    def __init__(self, path: Path, size: int = 3) -> None:
        self._path = path
        self._size = size
        self._all: list[aiosqlite.Connection] = []
        self._free: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()

    async def open(self) -> None:
        """Open every connection."""
        for _ in range(self._size):
            connection = await aiosqlite.connect(self._path, isolation_level=None)
            self._all.append(connection)
            connection.row_factory = sqlite3.Row
            await connection.execute_fetchall("PRAGMA busy_timeout=15000")
            await connection.execute_fetchall("PRAGMA query_only=ON")
            self._free.put_nowait(connection)

    async def close(self) -> None:
        """Close every connection; an open one keeps the process from ending (aiosqlite's threads are no daemons)."""
        for connection in self._all:
            await connection.close()
        self._all.clear()

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[aiosqlite.Connection]:
        """Lend a connection for as long as the block lasts."""
        connection = await self._free.get()
        try:
            yield connection
        finally:
            self._free.put_nowait(connection)

    async def fetch(self, sql: str, arguments: tuple[Any, ...]) -> list[sqlite3.Row]:
        """Run one read."""
        async with self.acquire() as connection:
            return list(await connection.execute_fetchall(native(sql), arguments))
