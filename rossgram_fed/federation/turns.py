"""Who may have us fetch something now: so many at once, a few of each host, and places kept for hosts we know.

Somebody with many slow servers can keep all the other places busy; those kept for people from hosts that somebody here
has met before they cannot.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

FOR_ALL = 48
FOR_KNOWN = 16
"""Places that strangers' hosts never get."""
PER_HOST = 4


@dataclass
class _Door:
    places: asyncio.Semaphore
    present: int = 0
    """How many hold a place of this host or wait for one; nobody is remembered for longer."""


class Turns:
    """Hands out the places."""

    def __init__(self, *, for_all: int = FOR_ALL, for_known: int = FOR_KNOWN, per_host: int = PER_HOST) -> None:
        self._for_all = asyncio.Semaphore(for_all)
        self._for_known = asyncio.Semaphore(for_known)
        self._per_host = per_host
        self._doors: dict[str, _Door] = {}

    def __len__(self) -> int:
        """Return how many hosts are remembered."""
        return len(self._doors)

    @asynccontextmanager
    async def at(self, host: str, is_known: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
        """Hold a place for as long as the block lasts; wait for one first.

        ``is_known`` is asked whether we have met the host before, and only when the places for all are taken.
        """
        door = self._doors.setdefault(host, _Door(asyncio.Semaphore(self._per_host)))
        door.present += 1
        try:
            async with door.places:
                places = self._for_known if self._for_all.locked() and await is_known() else self._for_all
                async with places:
                    yield
        finally:
            door.present -= 1
            if not door.present:
                del self._doors[host]
