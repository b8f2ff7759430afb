"""Work that is looked for once an hour: a source that knows only when, and is handed what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rossgram_fed.instance import Instance

HOUR = 3_600_000
"""Milliseconds."""

Work = Callable[[Instance], Awaitable[int]]
"""Does what there is to do, and returns how much that was."""


class Hourly:
    """Does its work in every process that works: whoever comes second finds nothing left to do."""

    def __init__(self, instance: Instance, work: Work, *, signal: str) -> None:
        self.signal = signal
        """The signal that says there may be work now; most have none, and are looked for by the clock."""
        self._instance = instance
        self._work = work
        self._next = 0

    async def work_once(self) -> int:
        """Do the work, if an hour has passed since the last time; return how much there was."""
        now = self._instance.clock()
        if now < self._next:
            return 0
        self._next = now + HOUR
        return await self._work(self._instance)
