"""The job source: one job at a time, tried again, given up, never lost."""

from __future__ import annotations

import asyncio

import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.jobs.queue import enqueue
from rossgram_fed.jobs.retry import MINUTE
from rossgram_fed.jobs.runner import LEASE_MS, MOST_ATTEMPTS, JobHandler, JobSource
from rossgram_fed.jobs.worker import Worker
from tests.builders import a_job
from tests.conftest import SettableClock


def source(instance: Instance, handler: JobHandler, seconds: float = 60) -> JobSource:
    return JobSource(instance, {"greet": handler}, chance=lambda: 0.5, seconds_per_job=seconds)


async def state(instance: Instance) -> tuple[object, ...]:
    row = await instance.database.fetch_one("SELECT state, attempts, run_at, last_error FROM jobs")
    assert row is not None
    return tuple(row.values())


async def test_a_job_is_done_once(instance: Instance) -> None:
    """The handler gets the payload, and the job is over."""
    seen: list[dict[str, object]] = []

    async def greet(payload: dict[str, object]) -> None:
        seen.append(payload)

    async with instance.change() as change:
        await enqueue(change, "greet", {"name": "Zoë", "times": 2})
    jobs = source(instance, greet)
    assert [await jobs.work_once(), await jobs.work_once()] == [1, 0]
    assert seen == [{"name": "Zoë", "times": 2}]
    assert (await state(instance))[0] == 1


async def test_a_failing_job_is_tried_again_and_given_up(instance: Instance, clock: SettableClock) -> None:
    """Each failure costs a longer wait, and after the last the job fails with its error."""

    async def fail(payload: dict[str, object]) -> None:
        raise ValueError("no answer")

    async with instance.change() as change:
        await a_job(change, kind="greet")
    jobs = source(instance, fail)
    assert await jobs.work_once() == 1
    assert await state(instance) == (0, 1, clock.now + MINUTE, "ValueError: no answer")
    assert await jobs.work_once() == 0
    for _ in range(MOST_ATTEMPTS - 1):
        clock.advance(24 * 60 * MINUTE)
        assert await jobs.work_once() == 1
    assert (await state(instance))[0:2] == (2, MOST_ATTEMPTS)
    assert (await state(instance))[3] == "ValueError: no answer"


async def test_a_job_that_takes_too_long_is_cut_off(instance: Instance) -> None:
    """A job that does not end within its time counts as failed, well before its lease runs out."""

    async def hang(payload: dict[str, object]) -> None:
        await asyncio.Event().wait()

    async with instance.change() as change:
        await a_job(change, kind="greet")
    assert await source(instance, hang, seconds=0.01).work_once() == 1
    assert (await state(instance))[3] == "TimeoutError: "


async def test_a_job_that_kills_its_worker_is_given_up(instance: Instance, clock: SettableClock) -> None:
    """A job whose workers all died with it is not tried for ever."""

    class Killed(BaseException):
        """Nothing catches it, as nothing catches SIGKILL."""

    async def die(payload: dict[str, object]) -> None:
        raise Killed

    async with instance.change() as change:
        await a_job(change, kind="greet")
    jobs = source(instance, die)
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            await jobs.work_once()
        clock.advance(LEASE_MS)
    assert await jobs.work_once() == 1
    assert (await state(instance))[0] == 2
    assert "died" in str((await state(instance))[3])


async def test_an_unknown_kind_fails_with_a_sentence(instance: Instance) -> None:
    """A job nobody here knows is not tried again."""

    async def greet(payload: dict[str, object]) -> None:
        raise AssertionError

    async with instance.change() as change:
        await a_job(change, kind="gone")
    assert await source(instance, greet).work_once() == 1
    assert (await state(instance))[3] == "This server knows no job of the kind 'gone'."


async def test_handlers_may_use_models(instance: Instance) -> None:
    """A handler's changes are its own, and Tortoise's models work in it."""

    async def greet(payload: dict[str, object]) -> None:
        async with instance.change() as change:
            await a_job(change, kind="other")

    async with instance.change() as change:
        await a_job(change, kind="greet")
    await source(instance, greet).work_once()
    assert await instance.database.fetch_value("SELECT COUNT(*) FROM jobs WHERE kind = 'other'") == 1


async def test_a_job_that_is_cut_off_by_a_stop_begins_again_at_once(instance: Instance) -> None:
    """A job under way when the worker is stopped for good is claimable right away, and the try does not count."""
    begun = asyncio.Event()

    async def hang(payload: dict[str, object]) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with instance.change() as change:
        await a_job(change, kind="greet")
    worker = Worker(instance, [source(instance, hang)])
    running = asyncio.create_task(worker.run())
    await begun.wait()
    await worker.stop(grace=0)
    await running
    row = await instance.database.fetch_one("SELECT state, attempts, leased_until FROM jobs")
    assert row is not None
    assert tuple(row.values()) == (0, 0, 0)
