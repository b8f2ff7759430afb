"""Indexes: claims run on theirs, and no reference is without one."""

from __future__ import annotations

import re

import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.jobs.queue import Queue, claim

CLAIM = (
    "SELECT waiting.id FROM {} AS waiting"
    " WHERE waiting.state = 0 AND waiting.run_at <= $1 AND waiting.leased_until <= $1"
    " ORDER BY waiting.run_at, waiting.id LIMIT 10"
)


@pytest.mark.parametrize("table", [Queue.INBOX, Queue.JOBS])
async def test_claims_need_no_sorting(instance: Instance, table: Queue) -> None:
    """The index of the unfinished rows gives the due ones in order, however many finished ones there are.

    Deliveries are claimed host by host: ``federation/test_lanes.py``.
    """
    async with instance.change() as change:
        if instance.database.postgresql:
            await change.tx.execute("SET LOCAL enable_seqscan = off")
            await change.tx.execute("SET LOCAL enable_bitmapscan = off")
            rows = await change.tx.fetch(f"EXPLAIN {CLAIM.format(table).replace('$1', '5')}")
        else:
            rows = await change.tx.fetch(f"EXPLAIN QUERY PLAN {CLAIM.format(table)}", 5)
        assert await claim(change.tx, table, now=5, limit=10) == []
    plan = "\n".join(str(list(row.values())[-1]) for row in rows)
    assert f"idx_{table}_run_at" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


async def test_every_reference_has_an_index(instance: Instance) -> None:
    """Each foreign key begins an index, so that removing what it points to does not read the whole table."""
    if instance.database.postgresql:
        rows = await instance.database.fetch(
            "SELECT tablename AS owner, indexdef AS definition FROM pg_indexes WHERE schemaname = 'public'"
        )
        references = await instance.database.fetch(
            "SELECT conrelid::regclass::text AS owner, attname AS name FROM pg_constraint"
            " JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]"
            " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
        )
        indexed = {(row["owner"], re.search(r"\((\w+)", row["definition"])[1]) for row in rows}  # type: ignore[index]
    else:
        rows = await instance.database.fetch(
            "SELECT tables.name AS owner, parts.name AS name FROM sqlite_master AS tables,"
            " pragma_index_list(tables.name) AS indexes, pragma_index_info(indexes.name) AS parts"
            " WHERE tables.type = 'table' AND parts.seqno = 0"
            " UNION SELECT tables.name, columns.name FROM sqlite_master AS tables,"
            " pragma_table_info(tables.name) AS columns WHERE columns.pk = 1"
        )
        references = await instance.database.fetch(
            'SELECT tables.name AS owner, keys."from" AS name FROM sqlite_master AS tables,'
            " pragma_foreign_key_list(tables.name) AS keys WHERE tables.type = 'table'"
        )
        indexed = {(row["owner"], row["name"]) for row in rows}
    assert len(references) > 30
    assert {(row["owner"], row["name"]) for row in references} - indexed == set()
