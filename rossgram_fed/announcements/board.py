"""Which announcement a page shows to whoever is signed in: the oldest that they have not put away.

What is shown to everybody is remembered, so that pages ask the database nothing while there is no announcement.
"""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.announcements.actions import CHANGED
from rossgram_fed.announcements.queries import Notice, read_by, shown_now
from rossgram_fed.instance import Instance

REMEMBERED = 60_000
"""Milliseconds; a change is noticed at once, except one by another process on SQLite."""


class Board:
    """The announcements of one process."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._kept: tuple[int, list[Notice]] | None = None
        instance.database.signals.listen(CHANGED, self._forget)

    def _forget(self, _about: str) -> None:
        self._kept = None

    async def shown(self) -> list[Notice]:
        """Return what is shown to everybody now."""
        now = self._instance.clock()
        if self._kept is None or not 0 <= now - self._kept[0] < REMEMBERED:
            self._kept = (now, await shown_now(self._instance.database, self._instance.settings, now=now))
        return [notice for notice in self._kept[1] if notice.ends_at is None or notice.ends_at > now]

    async def unread(self, account_id: int) -> Notice | None:
        """Return the announcement that somebody is to see next, if there is one."""
        shown = await self.shown()
        if not shown:
            return None
        read = await read_by(self._instance.database, account_id=account_id)
        return next((notice for notice in shown if notice.id not in read), None)


BOARD: web.AppKey[Board] = web.AppKey("board", Board)
