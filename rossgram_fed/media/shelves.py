"""A folder with a bucket behind it: what is new goes to one of the two, and what is wanted is looked for in both.

So a server can be moved from one to the other while it runs: whichever has a file, it is found. What lies in the bucket
is copied to a small folder of its own when somebody wants it, and served from there; that folder holds nothing that
could not be had again, and is kept within its size.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from weakref import WeakValueDictionary

from rossgram_fed.media.bucket import Bucket
from rossgram_fed.media.errors import NotReachable, NotStored, UnknownKey
from rossgram_fed.media.storage import KEY, Folder, Written, pieces_of, stat_of

ROOM = 0.9
"""When the folder of copies is full it is emptied down to this part."""


class Shelves(Folder):
    """One storage out of a folder, a bucket, and copies of what is in the bucket."""

    def __init__(
        self, path: Path, bucket: Bucket, *, copies: Path, most: int, in_bucket: bool, reserve: int = 0
    ) -> None:
        """Keep what is new in the bucket, or else in the folder; ``most`` bytes are held of copies."""
        super().__init__(path, reserve=reserve)
        self.bucket = bucket
        self._in_bucket = in_bucket
        self._copies = Folder(copies, reserve=reserve)
        self._copies_path = copies
        self._most = most
        self._fetching: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def prepare(self) -> None:
        super().prepare()
        self._copies.prepare()

    async def put_all(self, files: Sequence[tuple[bytes, str]]) -> list[Written]:
        if self._in_bucket:
            return await self.bucket.put_all(files)
        return await super().put_all(files)

    async def adopt(self, made: Path, key: str) -> str:
        if not self._in_bucket:
            return await super().adopt(made, key)
        digest = await self.bucket.take(key, pieces_of(made))
        await asyncio.to_thread(made.unlink, missing_ok=True)
        return digest

    async def delete(self, *keys: str) -> None:
        await super().delete(*keys)
        await self._copies.delete(*keys)
        await self.bucket.delete(*keys)

    def find(self, key: str) -> Path | None:
        return super().find(key) or self._copies.find(key)

    async def fetch(self, key: str) -> Path | None:
        found = self.find(key)
        if found is not None or not KEY.fullmatch(key):
            return found
        lock = self._fetching.get(key)
        if lock is None:
            lock = self._fetching[key] = asyncio.Lock()
        async with lock:  # however many look at it, it is fetched once
            return self.find(key) or await self._copy(key)

    def surely_missing(self, key: str) -> bool:
        return not KEY.fullmatch(key)

    async def old_keys(self, seconds: float) -> AsyncIterator[list[str]]:
        async for keys in super().old_keys(seconds):
            yield keys
        async for keys in self.bucket.old_keys(seconds):
            yield keys

    def drop_copies(self) -> int:
        """Remove the copies that were written longest ago beyond the size they may have, for use in a thread."""
        kept = [
            (stat, file)
            for file in self._copies_path.glob("[0-9a-f][0-9a-f]/*")
            if KEY.fullmatch(file.name) and (stat := stat_of(file))
        ]
        held, removed = sum(stat.st_size for stat, _ in kept), 0
        if held <= self._most:
            return 0
        for stat, file in sorted(kept, key=lambda one: one[0].st_mtime):
            if held <= self._most * ROOM:
                break
            file.unlink(missing_ok=True)
            held, removed = held - stat.st_size, removed + 1
        return removed

    async def _copy(self, key: str) -> Path | None:
        try:
            await self._copies.take(key, self.bucket.pieces(key))
        except UnknownKey:
            return None
        except NotStored as error:
            raise NotReachable(f"there is no room for a copy of it: {error}") from error
        return self._copies.find(key)
