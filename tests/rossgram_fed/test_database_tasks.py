"""Who waits for whom: readers and writers, many tasks, several servers and processes, cancellation."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from rossgram_fed.database import Database, open_database
from rossgram_fed.instance import Instance
from rossgram_fed.models import Tag
from tests.databases import Engine

ROOT = Path(__file__).parents[2]


async def names(database: Database) -> list[str]:
    return [row["name"] for row in await database.fetch("SELECT name FROM tags ORDER BY name")]


async def test_readers_do_not_wait_for_the_writer(instance: Instance) -> None:
    """While a change is open, another task reads what was there before it, by SQL and by models."""
    written, read = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with instance.change():
            await Tag.create(id=1, name="sea")
            written.set()
            await read.wait()

    writing = asyncio.create_task(write())
    await written.wait()
    assert await asyncio.wait_for(names(instance.database), 60) == []
    assert await asyncio.wait_for(Tag.all().count(), 60) == 0
    assert await asyncio.wait_for(Tag.get_or_none(id=1), 60) is None
    read.set()
    await writing
    assert await names(instance.database) == ["sea"]


async def test_changes_of_many_tasks_take_turns(instance: Instance) -> None:
    """Read-modify-write from many tasks loses nothing."""
    async with instance.change():
        await Tag.create(id=1, name="0")

    async def add() -> None:
        async with instance.change() as change:
            lock = " FOR UPDATE" if instance.database.postgresql else ""
            value = int(await change.tx.fetch_value(f"SELECT name FROM tags WHERE id = 1{lock}"))
            await asyncio.sleep(0)
            await change.tx.execute("UPDATE tags SET name = $1 WHERE id = 1", str(value + 1))

    await asyncio.gather(*[add() for _ in range(40)])
    assert await names(instance.database) == ["40"]


async def test_cancelling_a_task_at_any_point_breaks_nothing(instance: Instance) -> None:
    """A task cancelled after any number of steps of a change leaves no lock, no connection and no half change."""

    async def change_something(number: int) -> None:
        async with instance.change() as change:
            await change.tx.execute("INSERT INTO tags (id, name) VALUES ($1, $2)", 2 * number, f"a{number}")
            await Tag.create(id=2 * number + 1, name=f"b{number}")

    for number in range(60):
        task = asyncio.create_task(change_something(number))
        for _ in range(number % 30):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(60):
        await change_something(1000)
    whole = await instance.database.fetch("SELECT id / 2 AS pair, COUNT(*) AS parts FROM tags GROUP BY id / 2")
    assert {row["parts"] for row in whole} == {2}


async def test_cancelling_a_task_that_waits_for_another_process(sqlite_engine: Engine) -> None:
    """A change that is cancelled while another process holds the file leaves the way free for the next one."""
    url = sqlite_engine.migrated()
    database = await open_database(url)
    other = sqlite3.connect(url.removeprefix("sqlite:"), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")

        async def change_something() -> None:
            async with database.transaction() as tx:
                await tx.execute("INSERT INTO tags (id, name) VALUES (1, 'sea')")

        task = asyncio.create_task(change_something())
        for _ in range(100):
            await asyncio.sleep(0)
        task.cancel()
        other.execute("COMMIT")
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(change_something(), 60)
        assert await names(database) == ["sea"]
    finally:
        other.close()
        await database.close()


async def test_statements_of_one_change_may_be_gathered(instance: Instance) -> None:
    """SQL and models of one change may run at once; they take turns."""
    async with instance.change() as change:
        await asyncio.gather(
            *[change.tx.execute("INSERT INTO tags (id, name) VALUES ($1, $2)", n, f"a{n}") for n in range(20)],
            *[Tag.create(id=n, name=f"b{n}") for n in range(100, 120)],
        )
    assert len(await names(instance.database)) == 40


async def test_two_servers_in_one_process(engine: Engine) -> None:
    """Each change goes to the database of its own server, also when models write."""
    urls = [engine.migrated(), engine.migrated()]
    here, there = [await open_database(url) for url in urls]
    try:
        async with here.transaction():
            await Tag.create(id=1, name="here")
            async with there.transaction():
                await Tag.create(id=1, name="there")
            await Tag.create(id=2, name="here too")
        assert await names(here) == ["here", "here too"]
        assert await names(there) == ["there"]
        with there.active():
            assert await Tag.all().count() == 1
    finally:
        await here.close()
        await there.close()
        for url in urls:
            engine.drop(url)


COUNTER = """
    import asyncio, sys
    from rossgram_fed.database import open_database

    async def main(url, times):
        database = await open_database(url)
        try:
            lock = " FOR UPDATE" if database.postgresql else ""
            for _ in range(times):
                async with database.transaction() as tx:
                    value = int(await tx.fetch_value("SELECT name FROM tags WHERE id = 1" + lock))
                    await tx.execute("UPDATE tags SET name = $1 WHERE id = 1", str(value + 1))
        finally:
            await database.close()

    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def test_two_processes_write_at_once(instance: Instance) -> None:
    """Read-modify-write from several processes loses nothing and never fails with a lock."""
    async with instance.change():
        await Tag.create(id=1, name="0")
    url = instance.settings.database_url
    command = [sys.executable, "-c", textwrap.dedent(COUNTER), url, "100"]
    processes = [await asyncio.create_subprocess_exec(*command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        _, errors = await process.communicate()
        assert (process.returncode, errors.decode()) == (0, "")
    assert await names(instance.database) == ["300"]
