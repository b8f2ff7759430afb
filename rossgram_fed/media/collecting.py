"""What in the storage is needed by nobody, or can be had again: counted, and on request taken away.

The sweep does the same by itself, bit by bit; this is for who wants to see it, or to have it done at once.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

import asyncio
from dataclasses import dataclass

from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Instance
from rossgram_fed.media.storage import Folder, stat_of
from rossgram_fed.media.sweeping import BATCH, DAY, LAST_SEEN, UNKNOWN_SECONDS, UNPOSTED, Sweep


@dataclass(frozen=True, slots=True)
class Waste:
    """One kind of files that can go."""

    kind: str
    """In words."""
    files: int
    size: int | None
    """In bytes; None where that is not known."""


async def waste(instance: Instance, folder: Folder) -> list[Waste]:
    """Count what can go, and touch nothing; raise ``NotReachable`` when the bucket does not answer."""
    reader, now = instance.database, instance.clock()
    unneeded = await _sum(reader, "photo_id IS NULL AND account_id IS NULL")
    unposted = await _sum(
        reader,
        "photo_id IN (SELECT h.id FROM photos h WHERE h.post_id IS NULL AND h.draft_id IS NULL AND h.created_at < $1)",
        now - UNPOSTED,
    )
    days = instance.settings.limits.remote_media_cache_days
    old = await _sum(reader, f"remote AND {LAST_SEEN} < $1", now - days * DAY) if days else (0, 0)
    excess = max(0, await Sweep(instance, folder).excess() - old[1])
    return [
        Waste("of photos and accounts that are gone", *unneeded),
        Waste("uploaded more than a day ago and never posted", *unposted),
        Waste("copies of strangers' pictures that nobody looked at for long", *old),
        Waste("copies beyond the size of the cache", await _how_many(reader, excess), excess),
        await _orphans(reader, folder),
    ]


async def collect(instance: Instance, folder: Folder) -> list[Waste]:
    """Take away what can go; return what was counted before."""
    counted, sweep = await waste(instance, folder), Sweep(instance, folder)
    await sweep.forget_old()
    await sweep.too_old()
    await sweep.beyond_the_cache()
    await sweep.unneeded()
    await sweep.unknown()
    await asyncio.to_thread(folder.drop_copies)
    return counted


async def _sum(reader: Reader, condition: str, *arguments: object) -> tuple[int, int]:
    row: Row | None = await reader.fetch_one(
        f"SELECT COUNT(*) AS files, SUM(size) AS bytes FROM media_files WHERE {condition}", *arguments
    )
    return (0, 0) if row is None else (int(row["files"]), int(row["bytes"] or 0))


async def _how_many(reader: Reader, excess: int) -> int:
    """Return how many copies make up so many bytes, about: by their mean size."""
    files, size = await _sum(reader, "remote")
    return 0 if not excess or not size else min(files, -(-excess * files // size))


async def _orphans(reader: Reader, folder: Folder) -> Waste:
    files, size = 0, 0
    async for listed in folder.old_keys(UNKNOWN_SECONDS):
        for start in range(0, len(listed), BATCH):
            keys = listed[start : start + BATCH]
            rows = await reader.fetch(f"SELECT key FROM media_files WHERE key IN ({placeholders(len(keys))})", *keys)
            orphans = set(keys) - {row["key"] for row in rows}
            files += len(orphans)
            found = [folder.find(key) for key in orphans]
            size += sum([stat.st_size for path in found if path is not None and (stat := stat_of(path))])
    return Waste("files that nothing knows of", files, size)
