"""The queues: who gets which row, and what happens to it."""

from __future__ import annotations

import asyncio

import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.jobs import queue
from tests.builders import a_job, a_stranger
from tests.conftest import SettableClock

JOBS = queue.Queue.JOBS


async def claim(instance: Instance, limit: int = 100) -> list[int]:
    async with instance.change() as change:
        rows = await queue.claim(change.tx, JOBS, now=change.now, limit=limit)
    return [row["id"] for row in rows]


async def test_claims_come_in_the_order_they_fell_due(instance: Instance, clock: SettableClock) -> None:
    """The oldest due rows are claimed first, in order, and never more than asked for; what is not due stays."""
    async with instance.change() as change:
        late = await a_job(change, run_at=change.now - 1)
        ids = [await a_job(change) for _ in range(5)]
        future = await a_job(change, run_at=change.now + 1)
    assert await claim(instance, 3) == [late, *ids[:2]]
    assert await claim(instance) == ids[2:]
    assert await claim(instance) == []
    clock.advance(1)
    assert await claim(instance) == [future]


async def test_a_lease_runs_out(instance: Instance, clock: SettableClock) -> None:
    """A claimed row is nobody else's until its lease ends, and then it comes back with its attempts counted."""
    async with instance.change() as change:
        job = await a_job(change)
    assert await claim(instance) == [job]
    clock.advance(queue.LEASE_MS - 1)
    assert not await queue.is_due(instance.database, JOBS, now=clock.now)
    assert await claim(instance) == []
    clock.advance(1)
    assert await queue.is_due(instance.database, JOBS, now=clock.now)
    assert await claim(instance) == [job]
    assert await instance.database.fetch_value("SELECT attempts FROM jobs") == 2


async def test_two_claimers_never_share_a_row(instance: Instance) -> None:
    """However many claim at once, every row is claimed exactly once."""
    async with instance.change() as change:
        ids = [await a_job(change) for _ in range(100)]
    claimed = await asyncio.gather(*[claim(instance, 7) for _ in range(20)])
    assert all(len(part) <= 7 for part in claimed)
    assert sorted(job for part in claimed for job in part) == ids


async def test_a_claim_that_is_rolled_back_claims_nothing(instance: Instance) -> None:
    """A worker that fails inside its claiming transaction leaves the rows to others at once."""
    async with instance.change() as change:
        job = await a_job(change)
    with pytest.raises(ZeroDivisionError):
        async with instance.change() as change:
            await queue.claim(change.tx, JOBS, now=change.now, limit=1)
            raise ZeroDivisionError
    assert await claim(instance) == [job]


async def test_a_claim_can_be_narrowed(instance: Instance) -> None:
    """``where`` sees the waiting row and its own arguments."""
    async with instance.change() as change:
        await a_job(change, kind="a")
        wanted = await a_job(change, kind="b")
        rows = await queue.claim(change.tx, JOBS, now=change.now, limit=9, where="waiting.kind = $4", arguments=["b"])
    assert [row["id"] for row in rows] == [wanted]


async def test_done_in_one_statement(instance: Instance, clock: SettableClock) -> None:
    """Done rows are never claimed again, and no list at all is no error."""
    async with instance.change() as change:
        ids = [await a_job(change) for _ in range(50)]
        await queue.done(change.tx, JOBS, ids, now=change.now)
        await queue.done(change.tx, JOBS, [], now=change.now)
    clock.advance(10 * queue.LEASE_MS)
    assert await claim(instance) == []
    rows = await instance.database.fetch("SELECT DISTINCT state, finished_at FROM jobs")
    assert [tuple(row) for row in rows] == [(1, clock.now - 10 * queue.LEASE_MS)]


async def test_retry_gives_the_row_back_later(instance: Instance, clock: SettableClock) -> None:
    """A row to be retried waits until its time and keeps the reason, cut to what PostgreSQL can hold."""
    async with instance.change() as change:
        job = await a_job(change)
    await claim(instance)
    async with instance.change() as change:
        await queue.retry(change.tx, JOBS, job, run_at=clock.now + 500, error="no\x00pe" + "x" * 9000)
    assert await claim(instance) == []
    clock.advance(500)
    assert await claim(instance) == [job]
    error = await instance.database.fetch_value("SELECT last_error FROM jobs")
    assert error.startswith("nope")
    assert len(error) == queue.LONGEST_ERROR


async def test_fail_keeps_the_error(instance: Instance, clock: SettableClock) -> None:
    """A failed row is over, and says why."""
    async with instance.change() as change:
        job = await a_job(change)
        await queue.fail(change.tx, JOBS, job, now=change.now, error="gone")
    clock.advance(queue.LEASE_MS)
    assert await claim(instance) == []
    row = await instance.database.fetch_one("SELECT state, last_error, finished_at FROM jobs")
    assert row is not None
    assert tuple(row) == (2, "gone", clock.now - queue.LEASE_MS)


async def test_release_undoes_a_claim(instance: Instance) -> None:
    """A released row is claimable at once, and the try does not count."""
    async with instance.change() as change:
        job = await a_job(change)
    await claim(instance)
    async with instance.change() as change:
        await queue.release(change.tx, JOBS, [job])
    assert await instance.database.fetch_value("SELECT attempts FROM jobs") == 0
    assert await claim(instance) == [job]


@pytest.mark.parametrize("ending", ["done", "fail"])
async def test_one_job_per_key_at_a_time(instance: Instance, ending: str) -> None:
    """While a job with a key waits there is no second one; once it is over there may be."""
    async with instance.change() as change:
        first = await queue.enqueue(change, "refresh", {"uri": "u"}, unique_key="refresh u")
        assert first is not None
        assert await queue.enqueue(change, "refresh", {"uri": "u"}, unique_key="refresh u") is None
        assert await queue.enqueue(change, "refresh", {"uri": "v"}, unique_key="refresh v") is not None
        assert await queue.enqueue(change, "refresh", {}) is not None
        assert await queue.enqueue(change, "refresh", {}) is not None
    async with instance.change() as change:
        if ending == "done":
            await queue.done(change.tx, JOBS, [first], now=change.now)
        else:
            await queue.fail(change.tx, JOBS, first, now=change.now, error="no")
        assert await queue.enqueue(change, "refresh", {"uri": "u"}, unique_key="refresh u") is not None


async def test_a_job_wakes_the_worker_only_when_committed(instance: Instance) -> None:
    """The signal comes with the commit; a rolled-back job makes no noise."""
    signals = instance.database.signals
    with pytest.raises(ZeroDivisionError):
        async with instance.change() as change:
            await queue.enqueue(change, "k", {})
            raise ZeroDivisionError
    assert not await signals.wait("jobs", 0)
    async with instance.change() as change:
        await queue.enqueue(change, "k", {})
    assert await signals.wait("jobs", 0)


async def test_an_unknown_table_is_refused(instance: Instance) -> None:
    """Table names go into SQL, so only the three queues are accepted."""
    async with instance.change() as change:
        with pytest.raises(ValueError, match="users"):
            await queue.claim(change.tx, "users", now=change.now, limit=1)


async def test_a_finished_arrival_gives_up_its_bytes(instance: Instance) -> None:
    """The body of an inbox item is emptied once it has had its effect."""
    async with instance.change() as change:
        sender = await a_stranger(change)
        await change.tx.execute(
            "INSERT INTO inbox_items (id, state, run_at, leased_until, attempts, last_error, created_at, dedupe_key,"
            " sender_id, body) VALUES (5, 0, 0, 0, 0, '', 0, 'k', $1, $2)",
            sender.id,
            b'{"a": 1}',
        )
        (row,) = await queue.claim(change.tx, "inbox_items", now=change.now, limit=1)
        assert row["body"] == b'{"a": 1}'
        await queue.done(change.tx, "inbox_items", [5], now=change.now)
    assert await instance.database.fetch_value("SELECT body FROM inbox_items") == b""
