"""What a transaction promises, and how rows and errors look on both engines."""

from __future__ import annotations

import asyncio

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from rossgram_fed.database import Database
from rossgram_fed.instance import Instance
from rossgram_fed.models import Tag


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


async def test_a_nested_savepoint_of_tortoise_works(instance: Instance) -> None:
    """``get_or_create``, which opens a transaction of its own, may be used inside a change and outside."""
    async with instance.change():
        assert (await Tag.get_or_create(id=1, defaults={"name": "sea"}))[1]
    assert not (await Tag.get_or_create(id=1, defaults={"name": "sea"}))[1]
    assert (await Tag.get_or_create(id=2, defaults={"name": "sky"}))[1]
    assert await names(instance.database) == ["sea", "sky"]
