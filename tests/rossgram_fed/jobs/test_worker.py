"""The worker: it wakes, survives, rests and stops."""

from __future__ import annotations

import asyncio
import logging

import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.jobs.worker import Worker


class Counter:
    """A source with a number of things to do; a thing may be an error, or a gate that must open first."""

    def __init__(self, signal: str = "jobs") -> None:
        self.signal = signal
        self.todo: list[Exception | asyncio.Event | None] = []
        self.looks = 0
        self.dealt = 0
        self.looked = asyncio.Event()

    async def work_once(self) -> int:
        self.looks += 1
        self.looked.set()
        if not self.todo:
            return 0
        thing = self.todo.pop(0)
        if isinstance(thing, Exception):
            raise thing
        if thing is not None:
            await thing.wait()
        self.dealt += 1
        return 1


async def looked(source: Counter) -> None:
    source.looked.clear()
    await asyncio.wait_for(source.looked.wait(), 60)


async def until(condition: object) -> None:
    while not condition():  # type: ignore[operator]
        await asyncio.sleep(0)


async def test_a_signal_wakes_its_source(instance: Instance) -> None:
    """A source that found nothing sleeps until its signal, and the signals of others leave it alone."""
    mine, other = Counter("mine"), Counter("other")
    worker = Worker(instance, [mine, other], look_every=3600)
    running = asyncio.create_task(worker.run())
    await until(lambda: mine.looks and other.looks)
    mine.todo = [None, None]
    instance.database.signals.fire("mine")
    await until(lambda: mine.dealt == 2)
    await worker.stop()
    await running
    assert other.looks == 1


async def test_a_source_looks_without_a_signal(instance: Instance) -> None:
    """Work that another process left is found by looking now and then."""
    source = Counter()
    worker = Worker(instance, [source], look_every=0.01)
    running = asyncio.create_task(worker.run())
    await until(lambda: source.looks >= 3)
    source.todo = [None]
    await until(lambda: source.dealt == 1)
    await worker.stop()
    await running


async def test_an_error_ends_nothing(instance: Instance, caplog: pytest.LogCaptureFixture) -> None:
    """A source that raises is logged and tried again later; other sources go on meanwhile."""
    bad, good = Counter("bad"), Counter("good")
    bad.todo = [ValueError("broken"), None]
    worker = Worker(instance, [bad, good], look_every=3600, first_pause=0.01)
    with caplog.at_level(logging.ERROR):
        running = asyncio.create_task(worker.run())
        good.todo = [None, None, None]
        await until(lambda: good.dealt == 3 and bad.dealt == 1)
    await worker.stop()
    await running
    assert "Counter failed" in caplog.text
    assert "broken" in caplog.text


async def test_stop_lets_work_finish(instance: Instance) -> None:
    """Stopping waits for what is under way and starts nothing new."""
    source = Counter()
    gate = asyncio.Event()
    source.todo = [gate, None, None]
    worker = Worker(instance, [source])
    running = asyncio.create_task(worker.run())
    await looked(source)
    stopping = asyncio.create_task(worker.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    gate.set()
    await stopping
    await running
    assert source.dealt == 1
    assert len(source.todo) == 2


async def test_stop_cuts_off_what_does_not_end(instance: Instance, caplog: pytest.LogCaptureFixture) -> None:
    """After the grace period work is cut off, and ``run`` returns."""
    source = Counter()
    source.todo = [asyncio.Event()]
    worker = Worker(instance, [source])
    running = asyncio.create_task(worker.run())
    await looked(source)
    await worker.stop(grace=0)
    await running
    assert source.dealt == 0
    assert "cut off" in caplog.text


async def test_a_source_listed_twice_works_twice_at_once(instance: Instance) -> None:
    """Two entries of one source are two loops."""
    source = Counter()
    gates = [asyncio.Event(), asyncio.Event()]
    source.todo = [*gates]
    worker = Worker(instance, [source, source])
    running = asyncio.create_task(worker.run())
    await until(lambda: not source.todo)
    for gate in gates:
        gate.set()
    await worker.stop()
    await running
    assert source.dealt == 2


async def test_stopping_before_running_is_no_trouble(instance: Instance) -> None:
    """A worker that was stopped first runs and returns at once."""
    worker = Worker(instance, [Counter()])
    await worker.stop()
    await asyncio.wait_for(worker.run(), 60)


async def test_run_until_idle(instance: Instance) -> None:
    """Everything that is due is done, in turns, and counted; errors are raised."""
    first, second = Counter(), Counter()
    first.todo, second.todo = [None, None], [None]
    worker = Worker(instance, [first, second])
    assert await worker.run_until_idle() == 3
    assert await worker.run_until_idle() == 0
    first.todo = [ValueError("broken")]
    with pytest.raises(ValueError, match="broken"):
        await worker.run_until_idle()
