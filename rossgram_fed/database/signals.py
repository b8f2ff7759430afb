"""Wake-ups: somebody wrote something that somebody else waits for.

A signal is a hint, never the only copy of anything: whoever misses one finds its work in the tables at the next look.
On PostgreSQL signals cross processes (``postgresql.Listener``); on SQLite they reach this process only. Those that come
with nearly every change and that hardly ever anybody waits for (``ON_DEMAND``) cross only while another process says
every now and then that it waits for them (``WANTED``).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Final

WANTED: Final = "wanted"
"""The signal that a process waits for another, which its subject names."""
WANTED_FOR = 90.0
"""Seconds for which that holds, and for which a process that has just begun assumes it."""
ON_DEMAND: Final = frozenset({"streams"})


class Signals:
    """Fires named signals and lets tasks wait for them."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._listeners: dict[str, list[Callable[[str], None]]] = defaultdict(list)
        self._wanted: dict[str, float] = {}
        self._heard_all_since = time.monotonic()

    def fire(self, name: str, about: str = "") -> None:
        """Tell this process; other processes are told by the database when it commits."""
        self._events[name].set()
        for listener in self._listeners[name]:
            listener(about)

    def hear(self, name: str, about: str) -> None:
        """Take what another process fired."""
        if name == WANTED:
            self._wanted[about] = time.monotonic()
        else:
            self.fire(name, about)

    def crosses(self, name: str) -> bool:
        """Say whether other processes are to be told of a signal."""
        if name not in ON_DEMAND:
            return True
        return time.monotonic() - self._wanted.get(name, self._heard_all_since) < WANTED_FOR

    def fire_all(self) -> None:
        """Fire everything that anybody here waits for, about nothing in particular: some signals may have been lost."""
        self._wanted.clear()
        self._heard_all_since = time.monotonic()
        for name in {*self._events, *self._listeners}:
            self.fire(name)

    def listen(self, name: str, listener: Callable[[str], None]) -> None:
        """Call ``listener`` with the signal's subject whenever ``name`` is fired, here or in another process.

        An empty subject means "any of them may have changed".
        """
        self._listeners[name].append(listener)

    async def wait(self, name: str, seconds: float) -> bool:
        """Wait for ``name``, at most ``seconds``; say whether it came. A signal fired before the call counts."""
        event = self._events[name]
        if not event.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), seconds)
        came = event.is_set()
        event.clear()
        return came
