"""A sign of life, written down every minute, by which the next one tells how long there was none.

The rule: whoever writes the sign after a gap asks, in the same change, for what was missed to be fetched; so the asking
is neither lost nor done twice, however the server ended and however many processes work.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rossgram_fed.instance import Change, Instance

EVERY = 60_000
"""Milliseconds between two signs."""
GAP = 10 * 60_000
"""A silence that is longer than this means that others could not reach us; shorter ones their own retries bridge."""
_ONLY = 1
"""The id of the one row."""

OnGap = Callable[[Change, int], Awaitable[None]]
"""Asks, in a change, for what was missed since an instant (milliseconds since 1970 UTC)."""


class HeartbeatSource:
    """Gives the sign in every process that works."""

    signal = "heartbeat"

    def __init__(self, instance: Instance, on_gap: OnGap) -> None:
        self._instance = instance
        self._on_gap = on_gap
        self._next = 0

    async def work_once(self) -> int:
        """Give the sign if a minute has passed; nothing is ever left to do."""
        now = self._instance.clock()
        if now >= self._next or self._next > now + EVERY:
            self._next = now + EVERY
            await self._beat()
        return 0

    async def _beat(self) -> None:
        async with self._instance.change() as change:
            last = await change.tx.fetch_value("SELECT alive_at FROM heartbeats WHERE id = $1", _ONLY)
            if last is None:
                await change.tx.execute(
                    "INSERT INTO heartbeats (id, alive_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
                    _ONLY,
                    change.now,
                )
                return
            first = await change.tx.fetch(
                "UPDATE heartbeats SET alive_at = $1 WHERE id = $2 AND alive_at = $3 RETURNING id",
                change.now,
                _ONLY,
                last,
            )
            if first and change.now - last > GAP:
                await self._on_gap(change, last)
