"""When copies of strangers' pictures were last looked at, so that those go first which nobody misses.

To be right within some hours is enough: looks are gathered in memory and written down a few dozen at a time, and those
of a process that is killed are lost. A picture that was noted lately is not noted again.
"""

from __future__ import annotations

from aiohttp.web import AppKey

from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Instance

AGAIN_AFTER = 6 * 3_600_000
AT_ONCE = 50
AFTER = 60_000
"""Looks are written down when so many are gathered, or when the first of them is so many milliseconds old."""
_REMEMBERED = 20_000


class Viewed:
    """The looks that one process saw."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._noted: dict[int, int] = {}
        self._waiting: set[int] = set()
        self._since = 0

    async def photo(self, photo_id: int) -> None:
        """Somebody looked at the copy of a remote photo."""
        now = self._instance.clock()
        if now - self._noted.get(photo_id, 0) < AGAIN_AFTER:
            return
        if len(self._noted) >= _REMEMBERED:
            self._noted.clear()
        self._noted[photo_id] = now
        self._since = self._since if self._waiting else now
        self._waiting.add(photo_id)
        if len(self._waiting) >= AT_ONCE or now - self._since >= AFTER:
            await self.write_down()

    async def write_down(self) -> None:
        """Write down what was gathered."""
        looked_at, self._waiting = sorted(self._waiting), set()
        if not looked_at:
            return
        async with self._instance.change() as change:
            marks = placeholders(len(looked_at), start=2)
            await change.tx.execute(
                f"UPDATE media_files SET viewed_at = $1 WHERE remote AND photo_id IN ({marks})",  # noqa: S608 - placeholders
                change.now,
                *looked_at,
            )


VIEWED: AppKey[Viewed] = AppKey("viewed", Viewed)
"""Where an aiohttp application keeps it."""
