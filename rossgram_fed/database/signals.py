"""Wake-ups: somebody wrote something that somebody else waits for.

A signal is a hint, never the only copy of anything: whoever misses one finds its work in the tables at the next look.
On PostgreSQL signals cross processes (``postgresql.Listener``); on SQLite they reach this process only.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable


class Signals:
    """Fires named signals and lets tasks wait for them."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._listeners: dict[str, list[Callable[[str], None]]] = defaultdict(list)

    def fire(self, name: str, about: str = "") -> None:
        """Tell this process; other processes are told by the database when it commits."""
        self._events[name].set()
        for listener in self._listeners[name]:
            listener(about)

    def fire_all(self) -> None:
        """Fire everything that anybody here waits for, about nothing in particular: some signals may have been lost."""
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
