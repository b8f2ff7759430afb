"""PostgreSQL behind Tortoise, by asyncpg: a pool of connections, and one that listens for other processes' signals."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

from rossgram_fed.database.transaction import Row, Transaction

logger = logging.getLogger(__name__)

CHANNEL = "rossgram"
POOL = {"minsize": 1, "maxsize": 12, "statement_cache_size": 500, "server_settings": {"jit": "off"}}
"""Our statements are short and many: compiling one costs more than running it."""
PING_SECONDS = 30.0
LONGEST_PAUSE = 30.0


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Raise Tortoise's errors for asyncpg's, so that both engines are caught alike."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(error) from error
    except (asyncpg.SyntaxOrAccessError, asyncpg.DataError) as error:
        raise OperationalError(error) from error


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """A pooled connection that costs no extra round trip when given back: we never leave session state behind."""

    def get_reset_query(self) -> str:
        return ""


class PooledTransaction(TransactionContextPooled):
    """Gives its connection back whatever happens; Tortoise's own loses it when cancelled while it begins."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        self.client._connection = await self.client._parent._pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await self._give_back()
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        try:
            if exc_type is None:
                await self.client.commit()
            elif not self.client._finalized:
                await self.client.rollback()
        finally:
            await self._give_back()

    async def _give_back(self) -> None:
        """Return the connection to the pool, which rolls back whatever is still open on it."""
        if self.client._parent._pool:
            await self.client._parent._pool.release(self.client._connection)


class PostgresqlTransaction(Transaction):
    """Runs statements on one connection of the pool, one at a time."""

    skip_locked = " FOR UPDATE SKIP LOCKED"

    def __init__(self, client: TransactionWrapper) -> None:
        super().__init__()
        self._lock = client._lock
        self._connection = client._connection

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        self.check_open()
        async with self._lock:
            with translated():
                return cast(list[Row], await self._connection.fetch(sql, *arguments))

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self.check_open()
        async with self._lock:
            with translated():
                await self._connection.executemany(sql, rows)

    async def execute_long(self, sql: str, *arguments: Any) -> None:
        await self.fetch(sql, *arguments)


class Client(AsyncpgDBClient):
    """Tortoise's client, with safe transactions and reads that take part in none."""

    connection_class = Connection

    async def read(self, sql: str, arguments: Sequence[Any]) -> list[Row]:
        """Read on any connection of the pool."""
        if self._pool is None:
            raise OperationalError("The database is closed.")
        with translated():
            return cast(list[Row], await self._pool.fetch(sql, *arguments))

    async def read_quickly(self, sql: str, arguments: Sequence[Any]) -> list[Row]:
        """The same as ``read``: here it is another process that takes the time."""
        return await self.read(sql, arguments)

    def _in_transaction(self) -> TransactionContext:
        return PooledTransaction(TransactionWrapper(self), self._pool_init_lock)

    @staticmethod
    def statements(client: TransactionalDBClient) -> PostgresqlTransaction:
        """Return what runs our own statements in a transaction that Tortoise has open."""
        return PostgresqlTransaction(cast(TransactionWrapper, client))


client_class = Client
"""Tortoise looks an engine's client up under this name."""


class Listener:
    """Carries signals between processes by LISTEN and NOTIFY, over a connection that it restores when it breaks."""

    def __init__(
        self, credentials: dict[str, Any], heard: Callable[[str, str], None], missed: Callable[[], None]
    ) -> None:
        self._credentials = credentials
        self._heard = heard
        self._missed = missed
        self._origin = secrets.token_hex(8)
        self._connection: asyncpg.Connection[Any] | None = None
        self._broken = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, or raise when the server cannot be reached; from then on keep listening."""
        await self._connect()
        self._keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Stop listening; a server that does not answer is not waited for."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self._drop()

    async def send(self, tx: Transaction, signals: Sequence[tuple[str, str]]) -> None:
        """Have the other processes told when ``tx`` commits; our own hears it without the detour."""
        told = [f"{self._origin} {name} {about}" for name, about in signals]
        await tx.execute("SELECT pg_notify($1, told) FROM unnest($2::text[]) AS told", CHANNEL, told)

    async def _connect(self) -> None:
        self._broken.clear()
        self._connection = await asyncpg.connect(**self._credentials, timeout=10)
        self._connection.add_termination_listener(lambda _connection: self._broken.set())
        await self._connection.add_listener(CHANNEL, self._receive)

    async def _keep(self) -> None:
        """Notice a broken connection and replace it, then say that something may have been missed."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._broken.wait(), PING_SECONDS)
            if await self._alive():
                continue
            self._drop()
            await self._reconnect()
            self._missed()

    async def _alive(self) -> bool:
        if self._broken.is_set() or self._connection is None:
            return False
        try:
            await self._connection.execute("SELECT 1", timeout=10)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True

    async def _reconnect(self) -> None:
        pause = 0.1
        while True:
            try:
                await self._connect()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                logger.warning("PostgreSQL's signals are out of reach (%s); trying again in %.1f s.", error, pause)
                self._drop()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    def _receive(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        origin, name, about = str(payload).split(" ", 2)
        if origin != self._origin:
            self._heard(name, about)


def credentials_of(url: str) -> dict[str, Any]:
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
