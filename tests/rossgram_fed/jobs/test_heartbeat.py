"""The sign of life: who gives it after a gap asks for what was missed, once, whatever ended the server."""

from __future__ import annotations

import pytest

from rossgram_fed.instance import Change, Instance
from rossgram_fed.jobs.heartbeat import EVERY, GAP, HeartbeatSource
from tests.conftest import SettableClock


async def test_a_gap_is_noticed_once(instance: Instance, clock: SettableClock) -> None:
    """The first start and short silences ask for nothing; a long one does, once for all processes that wake up."""
    asked: list[int] = []

    async def on_gap(change: Change, since: int) -> None:
        asked.append(since)

    def started() -> HeartbeatSource:
        return HeartbeatSource(instance, on_gap)

    start, only = clock.now, started()
    assert await only.work_once() == 0
    assert asked == [], "a new server has missed nothing"
    for silence, times in ((EVERY, 0), (GAP, 0), (GAP + 1, 1)):
        asked.clear()
        clock.advance(silence)
        for process in (started(), started()):
            await process.work_once()
        assert len(asked) == times, silence
    assert asked == [start + EVERY + GAP], "since the last sign"
    asked.clear()
    clock.now = start
    await only.work_once()
    await started().work_once()
    clock.advance(GAP)
    await started().work_once()
    assert asked == [], "a clock that was set back is no gap"


async def test_asking_and_the_sign_are_one(instance: Instance, clock: SettableClock) -> None:
    """If the asking fails, or the process dies in it, the gap is still there for the next one."""
    asked: list[int] = []

    async def dies(change: Change, since: int) -> None:
        raise RuntimeError("This process dies.")

    async def asks(change: Change, since: int) -> None:
        asked.append(since)

    await HeartbeatSource(instance, asks).work_once()
    start = clock.now
    clock.advance(GAP * 2)
    with pytest.raises(RuntimeError):
        await HeartbeatSource(instance, dies).work_once()
    await HeartbeatSource(instance, asks).work_once()
    assert asked == [start]
