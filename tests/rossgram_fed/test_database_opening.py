"""Opening and closing: what is refused, and that nothing stays open."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from rossgram_fed.database import open_database, words
from rossgram_fed.database import postgresql as postgresql_engine
from rossgram_fed.database import sqlite as sqlite_module
from rossgram_fed.database.migrate import MigrationError, migrate
from tests.databases import Engine


async def test_closing_does_not_hang(engine: Engine) -> None:
    """Closing twice is fine, and so is closing while a change is open in a task nobody waits for."""
    url = engine.migrated()
    database = await open_database(url)
    opened = asyncio.Event()

    async def linger() -> None:
        async with database.transaction():
            opened.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(linger())
    await opened.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(60):
        await database.close()
        await database.close()
    engine.drop(url)


async def test_an_unknown_kind_of_database_is_refused() -> None:
    """Only the two engines we speak are opened."""
    with pytest.raises(ValueError, match="'mysql' is no database this server speaks"):
        await open_database("mysql://localhost/rossgram")


async def test_nothing_stays_open_when_opening_fails(tmp_path: Path) -> None:
    """A file that is no database, or a server that is not there, is an error and not a hanging process."""
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff" * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        await open_database(f"sqlite:{tmp_path / 'photo.jpg'}")
    with pytest.raises(OSError, match=r"socket|connect|such file"):
        await open_database(f"postgresql://postgres@/x?host={tmp_path}")


def test_an_old_sqlite_is_refused() -> None:
    """SQLite before 3.35 lacks RETURNING, which is said at the start and not at the first post."""
    sqlite_module.check_version((3, 35, 0))
    with pytest.raises(RuntimeError, match=r"brings SQLite 3\.34\.1; Rossgram needs 3\.35\.0"):
        sqlite_module.check_version((3, 34, 1))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p%40ss@db.test:5433/gram", ("db.test", 5433, "u", "p@ss", "gram")),
        ("postgresql:///gram?host=/run/postgresql", ("/run/postgresql", 5432, "postgres", None, "gram")),
        ("postgres://u@db.test", ("db.test", 5432, "u", None, "postgres")),
    ],
)
def test_a_postgresql_url_is_taken_apart(url: str, expected: tuple[object, ...]) -> None:
    """Passwords may be escaped, and a folder of sockets may stand for the host."""
    assert tuple(postgresql_engine.credentials_of(url).values()) == expected


async def test_an_sqlite_without_full_text_search(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said in a sentence when the server starts, not when somebody searches."""
    monkeypatch.setattr(words, "HAS_FTS5", words.HAS_FTS5.replace("fts5", "none of this name"))
    database = await open_database(sqlite_engine.empty())
    try:
        with pytest.raises(MigrationError, match="full text search"):
            await migrate(database)
    finally:
        await database.close()
