"""Fetches for those who knock: nobody keeps the others out, and nobody is remembered."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from rossgram_fed.federation.turns import Turns


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def _gets_in(turns: Turns, host: str, *, known: bool) -> bool:
    """Whether somebody of this host gets a place without anybody leaving."""
    entered = asyncio.Event()

    async def enter() -> None:
        async with turns.at(host, yes if known else no):
            entered.set()

    task = asyncio.create_task(enter())
    for _ in range(20):  # what is going to happen happens without waiting for anything outside
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return entered.is_set()


async def test_slow_strangers_leave_room_for_others_and_for_hosts_we_know() -> None:
    """One host takes its few places, many hosts all that are for strangers, and a known host still gets in."""
    turns = Turns(for_all=6, for_known=2, per_host=2)
    async with AsyncExitStack() as busy:
        for _ in range(2):
            await busy.enter_async_context(turns.at("slow.test", no))
        assert not await _gets_in(turns, "slow.test", known=False), "its places are taken"
        assert await _gets_in(turns, "other.test", known=False)
        for number in range(4):
            await busy.enter_async_context(turns.at(f"h{number}.slow.test", no))
        assert not await _gets_in(turns, "other.test", known=False), "all places for strangers are taken"
        assert await _gets_in(turns, "friend.test", known=True)
    assert await _gets_in(turns, "other.test", known=False)
    assert len(turns) == 0, "whoever has left is forgotten (107)"
