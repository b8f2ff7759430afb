"""Pictures of photos while they are edited: made on demand from the file that came in, and not stored.

Small tiles that show every filter come a dozen at a time, so the untouched photo is decoded once and remembered for a
while; what people judge a photo by is made of the original each time.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from aiohttp.web import AppKey

from rossgram_fed.media.editing import UNTOUCHED, Edits
from rossgram_fed.media.errors import BadPicture
from rossgram_fed.media.pictures import Recipe
from rossgram_fed.media.storage import Folder
from rossgram_fed.media.studio import Studio

MOST_REMEMBERED = 24
"""Untouched proofs, of some 300 KB each."""
MISSING = "The file that this photo was made of is not here any more."


class Proofs:
    """Makes proofs in a studio, of files in a folder."""

    def __init__(self, studio: Studio, folder: Folder) -> None:
        self._studio = studio
        self._folder = folder
        self._remembered: OrderedDict[str, asyncio.Task[bytes]] = OrderedDict()

    async def proof(self, key: str, edits: Edits) -> bytes:
        """Return a JPEG of up to 1080 pixels of the original under ``key``; raise ``BadPicture`` or ``NotReachable``.

        Everything that ``Folder.fetch`` raises comes through.
        """
        if edits == UNTOUCHED:
            return await self._untouched(key)
        return await self._made(await self.original(key), Recipe.PROOF, edits)

    async def tile(self, key: str, edits: Edits) -> bytes:
        """Return a small square JPEG of the original under ``key``; raises as ``proof`` does."""
        return await self._made(await self._untouched(key), Recipe.TILE, edits)

    async def original(self, key: str) -> bytes:
        """Return the bytes of a file that photos are made of; raise ``BadPicture`` when it is lost."""
        path = await self._folder.fetch(key)
        if path is None:
            raise BadPicture(MISSING)
        try:
            return await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError as error:
            raise BadPicture(MISSING) from error

    async def _untouched(self, key: str) -> bytes:
        task = self._remembered.get(key)
        if task is None:
            task = self._remembered[key] = asyncio.create_task(self._decoded(key))
            task.add_done_callback(lambda done: self._forget_failure(key, done))
            while len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        self._remembered.move_to_end(key)
        # Whoever asked first may leave; the others still wait for it.
        return await asyncio.shield(task)

    def _forget_failure(self, key: str, task: asyncio.Task[bytes]) -> None:
        if (task.cancelled() or task.exception()) and self._remembered.get(key) is task:
            del self._remembered[key]

    async def _decoded(self, key: str) -> bytes:
        return await self._made(await self.original(key), Recipe.PROOF, UNTOUCHED)

    async def _made(self, data: bytes, recipe: Recipe, edits: Edits) -> bytes:
        picture = await self._studio.develop(data, recipe=recipe, edits=edits)
        return picture.renditions[recipe].data


PROOFS: AppKey[Proofs] = AppKey("proofs", Proofs)
"""Where an aiohttp application keeps it."""
