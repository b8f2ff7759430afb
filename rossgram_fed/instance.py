"""The running instance and the unit of change: what every action is handed.

``Instance`` is built once in ``app.py`` and passed down. ``Change`` is one transaction at one instant; whatever an
action does (rows, notifications, deliveries, jobs, signals) happens in it, wholly or not at all.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp.web import AppKey

from rossgram_fed.config import Settings
from rossgram_fed.database import Database, Transaction
from rossgram_fed.ids import IdMaker

Clock = Callable[[], int]
"""Returns the present instant: milliseconds since 1970 UTC."""


def system_clock() -> int:
    """Return the machine's idea of now, in milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """One unit of change: a transaction, the instant it happens at, and the settings it obeys."""

    tx: Transaction
    now: int
    settings: Settings
    ids: IdMaker

    def new_id(self) -> int:
        """Return a fresh id that sorts at this change's instant."""
        return self.ids.next(self.now)


@dataclass(frozen=True, slots=True)
class Instance:
    """This server as its features see it."""

    settings: Settings
    database: Database
    clock: Clock = system_clock
    ids: IdMaker = field(default_factory=IdMaker)

    @asynccontextmanager
    async def change(self) -> AsyncIterator[Change]:
        """Open a change; it is committed when the block ends and undone when the block raises."""
        async with self.database.transaction() as tx:
            yield Change(tx=tx, now=self.clock(), settings=self.settings, ids=self.ids)


INSTANCE: AppKey[Instance] = AppKey("instance", Instance)
"""Where an aiohttp application keeps it."""
