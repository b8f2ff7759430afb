"""Wake-ups: somebody wrote something that somebody else waits for.

A signal is a hint, never the only copy of anything: a listener that misses one finds its work in the tables at the
next poll. On PostgreSQL signals cross processes by ``LISTEN``/``NOTIFY``; on SQLite they reach this process only.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import asyncpg

CHANNEL = "rossgram"


class Signals:
    """Fires named signals and lets tasks wait for them."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._listeners: dict[str, list[Callable[[str], None]]] = defaultdict(list)
        self._connection: asyncpg.Connection[Any] | None = None

    async def connect(self, credentials: dict[str, Any]) -> None:
        """Listen on PostgreSQL, so that signals from other processes arrive here too."""
        self._connection = await asyncpg.connect(**credentials)
        await self._connection.add_listener(CHANNEL, self._heard)

    async def close(self) -> None:
        """Stop listening."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    def fire(self, name: str, about: str = "") -> None:
        """Tell this process; other processes are told by ``Transaction`` with NOTIFY."""
        self._events[name].set()
        for listener in self._listeners[name]:
            listener(about)

    def listen(self, name: str, listener: Callable[[str], None]) -> None:
        """Call ``listener`` with the signal's subject whenever ``name`` is fired, here or in another process."""
        self._listeners[name].append(listener)

    async def wait(self, name: str, seconds: float) -> bool:
        """Wait for ``name``, at most ``seconds``; say whether it came. A signal fired before the call counts."""
        event = self._events[name]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)
        came = event.is_set()
        event.clear()
        return came

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        name, _, about = str(payload).partition(" ")
        self.fire(name, about)
