"""The database: what a transaction promises, and that readers do not wait."""

from __future__ import annotations

from rossgram_fed.instance import Instance
from rossgram_fed.models import Tag


async def test_models_and_sql_share_a_transaction(instance: Instance) -> None:
    """A row made by a model is seen by SQL in the same change, and afterwards by everybody."""
    async with instance.change() as change:
        await Tag.create(id=change.new_id(), name="sea")
        assert await change.tx.fetch_value("SELECT name FROM tags") == "sea"
    assert await instance.database.fetch_value("SELECT COUNT(*) FROM tags") == 1
    assert await Tag.all().count() == 1


async def test_tables_are_fresh(instance: Instance) -> None:
    """What one test wrote, the next does not see."""
    assert await instance.database.fetch("SELECT * FROM tags") == []
