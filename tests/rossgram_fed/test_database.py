"""The database: what a transaction promises, who waits for whom, and that everything closes."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from rossgram_fed.database import Database, open_database
from rossgram_fed.database import postgresql as postgresql_engine
from rossgram_fed.database import sqlite as sqlite_module
from rossgram_fed.instance import Instance
from rossgram_fed.models import Tag
from tests.databases import Engine

ROOT = Path(__file__).parents[2]


async def names(database: Database) -> list[str]:
    return [row["name"] for row in await database.fetch("SELECT name FROM tags ORDER BY name")]


async def test_models_and_sql_share_a_transaction(instance: Instance) -> None:
    """A row made by a model is seen by SQL in the same change, and afterwards by everybody."""
    async with instance.change() as change:
        await Tag.create(id=change.new_id(), name="sea")
        assert await change.tx.fetch_value("SELECT name FROM tags") == "sea"
        await change.tx.execute("INSERT INTO tags (id, name) VALUES ($1, $2)", 1, "sky")
        assert await Tag.all().count() == 2
    assert await names(instance.database) == ["sea", "sky"]
    assert await Tag.all().count() == 2


async def test_tables_are_fresh(instance: Instance) -> None:
    """What one test wrote, the next does not see."""
    assert await instance.database.fetch("SELECT * FROM tags") == []


@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.CancelledError])
async def test_an_error_undoes_everything(instance: Instance, error: type[BaseException]) -> None:
    """Whatever a block raises, cancellation too, nothing of it stays and no signal is fired."""
    with pytest.raises(error):
        async with instance.change() as change:
            await Tag.create(id=1, name="sea")
            await change.tx.execute("INSERT INTO tags (id, name) VALUES (2, 'sky')")
            change.tx.signal("jobs")
            raise error
    assert await names(instance.database) == []
    assert not await instance.database.signals.wait("jobs", 0)
    async with instance.change():
        await Tag.create(id=1, name="sea")


async def test_rows_are_asked_by_name(instance: Instance) -> None:
    """A row answers alike on both engines, whether it was read inside a change or outside."""
    async with instance.change() as change:
        inside = await change.tx.fetch_one("SELECT 1 AS a, 'x' AS b")
    outside = await instance.database.fetch_one("SELECT 1 AS a, 'x' AS b")
    for row in (inside, outside):
        assert row is not None
        assert (row["a"], row["b"], row.get("b"), row.get("c", 3)) == (1, "x", "x", 3)
        assert dict(row) == {"a": 1, "b": "x"} == dict(row.items())
        assert (list(row.keys()), list(row.values()), "a" in row, "c" in row) == (["a", "b"], [1, "x"], True, False)
        with pytest.raises((KeyError, IndexError)):
            row["c"]


async def test_one_and_value(instance: Instance) -> None:
    """No row is None, and so is its value."""
    async with instance.change() as change:
        for source in (instance.database, change.tx):
            assert await source.fetch_one("SELECT name FROM tags") is None
            assert await source.fetch_value("SELECT name FROM tags") is None
            assert await source.fetch_value("SELECT 7") == 7


async def test_many_rows_at_once(instance: Instance) -> None:
    """``execute_many`` runs one statement for every row, and ``execute_long`` one for very many."""
    async with instance.change() as change:
        await change.tx.execute_many(
            "INSERT INTO tags (id, name) VALUES ($1, $2)", [(number, f"t{number}") for number in range(500)]
        )
        await change.tx.execute_long("DELETE FROM tags WHERE id >= $1", 3)
    assert await names(instance.database) == ["t0", "t1", "t2"]


async def test_both_engines_raise_the_same_errors(instance: Instance) -> None:
    """A broken constraint is an ``IntegrityError`` and nonsense an ``OperationalError``, wherever it is said."""
    async with instance.change():
        await Tag.create(id=1, name="sea")
    insert = "INSERT INTO tags (id, name) VALUES (2, 'sea')"
    with pytest.raises(IntegrityError):
        async with instance.change() as change:
            await change.tx.execute(insert)
    with pytest.raises(IntegrityError):
        async with instance.change() as change:
            await change.tx.execute_many("INSERT INTO tags (id, name) VALUES ($1, $2)", [(2, "sea")])
    with pytest.raises(OperationalError):
        async with instance.change() as change:
            await change.tx.execute("SELECT no_such_column FROM tags")
    with pytest.raises(OperationalError):
        await instance.database.fetch("SELECT no_such_column FROM tags")


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
    assert await asyncio.wait_for(names(instance.database), 5) == []
    assert await asyncio.wait_for(Tag.all().count(), 5) == 0
    assert await asyncio.wait_for(Tag.get_or_none(id=1), 5) is None
    read.set()
    await writing
    assert await names(instance.database) == ["sea"]


async def test_a_read_inside_a_change_sees_the_change(instance: Instance) -> None:
    """``Database.fetch`` in the task of a change reads through it, so queries serve pages and actions alike."""
    async with instance.change() as change:
        await change.tx.execute("INSERT INTO tags (id, name) VALUES (1, 'sea')")
        assert await names(instance.database) == ["sea"]


async def test_a_change_in_a_change_is_refused(instance: Instance) -> None:
    """A second change in the same task is refused and leaves the first in order."""
    async with instance.change() as change:
        with pytest.raises(RuntimeError, match="already in a change"):
            async with instance.change():
                pass
        await change.tx.execute("INSERT INTO tags (id, name) VALUES (1, 'sea')")
    assert await names(instance.database) == ["sea"]


async def test_a_change_that_is_over_is_refused(instance: Instance) -> None:
    """No statement slips in after the end, where it would belong to no transaction."""
    async with instance.change() as change:
        pass
    with pytest.raises(RuntimeError, match="is over"):
        await change.tx.execute("INSERT INTO tags (id, name) VALUES (1, 'sea')")
    with pytest.raises(RuntimeError, match="is over"):
        await change.tx.execute_many("INSERT INTO tags (id, name) VALUES ($1, 'sea')", [(1,)])
    with pytest.raises(RuntimeError, match="is over"):
        await change.tx.execute_long("DELETE FROM tags")


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
    async with asyncio.timeout(10):
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
        await asyncio.wait_for(change_something(), 10)
        assert await names(database) == ["sea"]
    finally:
        other.close()
        await database.close()


async def test_a_nested_savepoint_of_tortoise_works(instance: Instance) -> None:
    """``get_or_create``, which opens a transaction of its own, may be used inside a change and outside."""
    async with instance.change():
        assert (await Tag.get_or_create(id=1, defaults={"name": "sea"}))[1]
    assert not (await Tag.get_or_create(id=1, defaults={"name": "sea"}))[1]
    assert (await Tag.get_or_create(id=2, defaults={"name": "sky"}))[1]
    assert await names(instance.database) == ["sea", "sky"]


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
    async with asyncio.timeout(15):
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
