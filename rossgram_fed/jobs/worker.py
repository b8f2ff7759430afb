"""The worker: one loop per source of work, each asleep until its signal or the next look.

A source that raises is logged and left alone for a while, longer each time; the loop itself never dies of it. Stopping
lets what is under way come to its end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from rossgram_fed.instance import Instance

logger = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between looks at the tables when no signal comes: retries fall due, and other processes write too."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds a source is left alone after an error: doubled from the first to the longest."""
ROUNDS = 10_000


class Source(Protocol):
    """Somewhere work comes from. A source that is listed several times runs as often at once."""

    signal: str
    """The signal that says there may be work now."""

    async def work_once(self) -> int:
        """Deal with some rows and say how many; 0 when there is nothing to do now."""


class Worker:
    """Runs the sources of one instance until it is stopped."""

    def __init__(
        self,
        instance: Instance,
        sources: Sequence[Source],
        *,
        look_every: float = LOOK_EVERY,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._first_pause = first_pause
        self._instance = instance
        self._sources = sources
        self._look_every = look_every
        self._stopping = asyncio.Event()
        self._loops: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until ``stop``; cancelling this instead drops what is under way, whose leases then run out."""
        self._loops = {asyncio.create_task(self._run(source)) for source in self._sources}
        try:
            await asyncio.wait(self._loops)
        finally:
            for loop in self._loops:
                loop.cancel()
            await asyncio.gather(*self._loops, return_exceptions=True)

    async def stop(self, grace: float = 20.0) -> None:
        """Start nothing new, wait up to ``grace`` seconds for what is under way, then drop the rest."""
        self._stopping.set()
        if not self._loops:
            return
        _, late = await asyncio.wait(self._loops, timeout=grace)
        for loop in late:
            logger.warning("A worker did not finish in %s seconds and is cut off; its work will be done again.", grace)
            loop.cancel()

    async def run_until_idle(self) -> int:
        """Work in turns until no source has anything to do, and say how much was done; errors are raised (for tests).

        Work that falls due later stays where it is.
        """
        total = 0
        with self._instance.database.active():
            for _ in range(ROUNDS):
                dealt = sum([await source.work_once() for source in self._sources])
                if not dealt:
                    return total
                total += dealt
        raise RuntimeError("The work does not come to an end: some source finds something to do every time.")

    async def _run(self, source: Source) -> None:
        failures = 0
        with self._instance.database.active():
            while not self._stopping.is_set():
                try:
                    dealt = await source.work_once()
                    failures = 0
                except Exception:
                    failures += 1
                    logger.exception("%s failed (%d times in a row)", type(source).__name__, failures)
                    await self._rest(min(self._first_pause * 2 ** min(failures - 1, 10), LONGEST_PAUSE))
                    continue
                if not dealt:
                    await self._until_signal(source.signal)

    async def _until_signal(self, signal: str) -> None:
        """Sleep until the signal, the next look or the stop, whichever comes first."""
        waits = [
            asyncio.ensure_future(self._instance.database.signals.wait(signal, self._look_every)),
            asyncio.ensure_future(self._stopping.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
