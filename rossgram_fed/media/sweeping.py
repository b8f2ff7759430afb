"""Keep storage clean and within its bounds: a source of work for the worker, which looks every now and then.

Files go in this order: those whose photo or account is gone, at once; copies of strangers' pictures beyond the cache's
size, the oldest first; uploads that are in no draft, after a day; files that no row knows, once a day.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change, Instance
from rossgram_fed.media.storage import Folder
from rossgram_fed.models.posts import PhotoState

BATCH = 200
MINUTE = 60_000
DAY = 24 * 60 * MINUTE
UNPOSTED = DAY
"""Milliseconds that an upload may wait in its owner's composer."""
UNKNOWN_SECONDS = 24 * 3600
"""How old a file without a row must be before it counts as an orphan; its row may just be on its way."""
ROOM = 0.9
"""When the cache is full it is emptied down to this part, so that not every fetch has to make room."""

LAST_SEEN = "CASE WHEN viewed_at > created_at THEN viewed_at ELSE created_at END"
"""SQL for the instant somebody last looked at a copy; it was fetched because somebody did."""
_UNNEEDED = "photo_id IS NULL AND account_id IS NULL"


class Sweep:
    """The storage of one instance, swept by whoever runs its worker."""

    signal = "media"

    def __init__(self, instance: Instance, folder: Folder) -> None:
        self._instance = instance
        self._folder = folder
        self._minutely = 0
        self._daily = 0

    async def work_once(self) -> int:
        """Sweep what is due; return how many files went."""
        now = self._instance.clock()
        swept = await self.unneeded()
        if now >= self._minutely + MINUTE:
            self._minutely = now
            swept += await self.beyond_the_cache()
            await asyncio.to_thread(self._folder.drop_copies)
        if now >= self._daily + DAY:
            self._daily = now
            await self.forget_old()
            swept += await self.too_old() + await self.unneeded() + await self.unknown()
        return swept

    async def unneeded(self) -> int:
        """Remove the rows of photos and accounts that are gone, then the files that no other row needs.

        In that order: a row must never refer to a file that is gone. A process killed in between leaves files without
        rows, which ``unknown`` finds.
        """
        removed, more = 0, True
        while more and await self._instance.database.fetch(f"SELECT 1 FROM media_files WHERE {_UNNEEDED} LIMIT 1"):
            async with self._instance.change() as change:
                rows = await change.tx.fetch(
                    "DELETE FROM media_files WHERE id IN "
                    f"(SELECT id FROM media_files WHERE {_UNNEEDED} LIMIT {BATCH}) RETURNING key"
                )
                orphans = await _without_row(change.tx, sorted({row["key"] for row in rows}))
            await self._folder.delete(*orphans)
            removed, more = removed + len(orphans), len(rows) == BATCH
        return removed

    async def beyond_the_cache(self) -> int:
        """Drop copies of strangers' pictures, those not looked at for longest first, until the cache is in bounds."""
        excess = await self.excess()
        removed = 0
        while excess > 0:
            rows = await self._instance.database.fetch(
                "SELECT id, photo_id, size FROM media_files WHERE remote "
                f"AND (photo_id IS NOT NULL OR account_id IS NOT NULL) ORDER BY {LAST_SEEN}, created_at LIMIT {BATCH}"
            )
            chosen: list[Row] = []
            for row in rows:
                if excess <= 0:
                    break
                chosen.append(row)
                excess -= row["size"]
            if not chosen:
                break
            async with self._instance.change() as change:
                await _let_go(change, chosen)
            removed += await self.unneeded()
        return removed

    async def excess(self) -> int:
        """Return how many bytes of copies are to go: what is beyond the cache's size, or what the disk lacks."""
        most = self._instance.settings.limits.remote_media_cache_megabytes * 1024 * 1024
        held = int(await self._instance.database.fetch_value("SELECT SUM(size) FROM media_files WHERE remote") or 0)
        beyond = held - int(most * ROOM) if held > most else 0
        # Twice the reserve: the copies make room before anything is refused for want of it.
        return max(beyond, min(held, self._folder.shortage(ahead=self._folder.reserve)))

    async def too_old(self) -> int:
        """Drop copies that nobody looked at for longer than they are kept."""
        days = self._instance.settings.limits.remote_media_cache_days
        removed = 0
        while days and (
            rows := await self._instance.database.fetch(
                f"SELECT id, photo_id, size FROM media_files WHERE remote AND {LAST_SEEN} < $1 "
                f"AND (photo_id IS NOT NULL OR account_id IS NOT NULL) LIMIT {BATCH}",
                self._instance.clock() - days * DAY,
            )
        ):
            async with self._instance.change() as change:
                await _let_go(change, rows)
            removed += await self.unneeded()
        return removed

    async def unknown(self) -> int:
        """Remove files that no row knows: what a process left that was killed between the file and its row."""
        removed = 0
        async for keys in self._folder.old_keys(UNKNOWN_SECONDS):
            for start in range(0, len(keys), BATCH):
                removed += await self._remove_unknown(keys[start : start + BATCH])
        return removed

    async def _remove_unknown(self, keys: Sequence[str]) -> int:
        orphans = await _without_row(self._instance.database, keys)
        await self._folder.delete(*orphans)
        return len(orphans)

    async def forget_old(self) -> None:
        """Forget uploads that nobody posted in time, and failures that do not count any more."""
        now = self._instance.clock()
        async with self._instance.change() as change:
            await change.tx.execute("DELETE FROM media_failures WHERE retry_at < $1", now - DAY)
            await change.tx.execute(
                "DELETE FROM photos WHERE post_id IS NULL AND draft_id IS NULL AND created_at < $1", now - UNPOSTED
            )
            change.tx.signal(self.signal)


async def _let_go(change: Change, files: Sequence[Row]) -> None:
    """Free these files and all others of the same photos, which are remote again from now on."""
    photos = sorted({file["photo_id"] for file in files if file["photo_id"] is not None})
    avatars = [file["id"] for file in files if file["photo_id"] is None]
    if photos:
        marks = placeholders(len(photos))
        await change.tx.execute(
            f"UPDATE photos SET state = {int(PhotoState.REMOTE)}, renditions = '{{}}' WHERE id IN ({marks})",
            *photos,
        )
        await change.tx.execute(f"UPDATE media_files SET photo_id = NULL WHERE photo_id IN ({marks})", *photos)
    if avatars:
        await change.tx.execute(
            f"UPDATE media_files SET account_id = NULL WHERE id IN ({placeholders(len(avatars))})",
            *avatars,
        )


async def _without_row(reader: Reader, keys: Sequence[str]) -> list[str]:
    if not keys:
        return []
    rows = await reader.fetch(f"SELECT key FROM media_files WHERE key IN ({placeholders(len(keys))})", *keys)
    return sorted(set(keys) - {row["key"] for row in rows})
