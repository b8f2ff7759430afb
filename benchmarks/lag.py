"""How long an event loop was held up, asked from outside: a server writes it down when it is sent a signal.

Two numbers: by the loop's own work, in processor time of its thread, which is the server's doing; and by the clock,
which also counts what the machine gave to others in between.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

STEP = 0.002
"""Seconds between two looks at the clocks."""
PATIENCE = 5.0


async def watch(file: Path) -> None:
    """Look at the clocks all the time; on SIGUSR1 write down the longest delays since the last one, in seconds."""
    loop = asyncio.get_running_loop()
    longest = [0.0, 0.0]

    def tell() -> None:
        file.with_suffix(".new").write_text(f"{longest[0]} {longest[1]}", encoding="ascii")
        file.with_suffix(".new").rename(file)
        longest[:] = 0.0, 0.0

    loop.add_signal_handler(signal.SIGUSR1, tell)
    while True:
        before, used = loop.time(), time.thread_time()
        await asyncio.sleep(STEP)
        longest[0] = max(longest[0], time.thread_time() - used)
        longest[1] = max(longest[1], loop.time() - before - STEP)


async def longest_delays(pid: int, file: Path) -> tuple[float, float]:
    """Return how long a watched loop was held up at most since this was last asked: by its own work, by the clock."""
    await asyncio.to_thread(file.unlink, missing_ok=True)
    os.kill(pid, signal.SIGUSR1)
    async with asyncio.timeout(PATIENCE):
        while not await asyncio.to_thread(file.exists):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.005)
    own, clock = (await asyncio.to_thread(file.read_text, "ascii")).split()
    return float(own), float(clock)
