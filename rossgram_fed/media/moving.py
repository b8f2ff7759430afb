"""Bringing files from one place to the other while the server runs, and seeing whether files are what they were.

A file is copied whole, read back from where it went, and only then counts as moved; its first place lets go of it when
that is asked for, after that. Nothing is written down on the way: what a killed run has done is seen in the two places,
so the next one goes on where it ended.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.media.bucket import Bucket
from rossgram_fed.media.errors import NotReachable, NotStored, UnknownKey
from rossgram_fed.media.storage import Folder, pieces_of, stat_of

BATCH = 200


@dataclass(slots=True)
class Moved:
    """What a run did, as far as it came."""

    copied: int = 0
    there_already: int = 0
    deleted: int = 0
    size: int = 0
    """Bytes copied."""
    failed: int = 0
    stopped: str = ""
    """Why the run ended before its end; empty when it did not."""
    problems: tuple[str, ...] = ()
    """The first failures, each with the file's key and why; the rest are only counted."""

    def problem(self, key: str, why: str) -> None:
        """Note that a file could not be moved; it stays where it was."""
        self.failed += 1
        if len(self.problems) < 20:
            self.problems = (*self.problems, f"{key}: {why}")


class Place:
    """A folder or a bucket, as a move sees either."""

    def __init__(self, store: Folder | Bucket) -> None:
        self.store = store

    def keys(self) -> AsyncIterator[list[str]]:
        """Yield the keys of everything that is there, some at a time."""
        return self.store.old_keys(0)

    async def sizes(self, keys: Sequence[str]) -> dict[str, int]:
        """Return the sizes of those that are there."""
        if isinstance(self.store, Bucket):
            return await self.store.sizes(keys)
        return await asyncio.to_thread(_sizes, self.store, keys)

    def pieces(self, key: str) -> AsyncIterator[bytes]:
        """Yield a file's bytes; raise ``UnknownKey`` when it is gone, ``NotReachable`` when it cannot be had now."""
        return self.store.pieces(key) if isinstance(self.store, Bucket) else pieces_of(self.store.path(key))

    async def digest(self, key: str) -> str:
        """Return the SHA-256 (hex) of the bytes that are there."""
        digest = hashlib.sha256()
        async for piece in self.pieces(key):
            digest.update(piece)
        return digest.hexdigest()


async def move(
    reader: Reader,
    source: Place,
    target: Place,
    *,
    delete_source: bool = False,
    told: Callable[[Moved], None] = lambda _: None,
) -> Moved:
    """Copy everything that is in one place to the other and verify it; ``told`` hears how far it is.

    Files that fail are named and stay where they are. When a place no longer says what it has, the run ends there.
    """
    done = Moved()
    try:
        await _move_all(reader, source, target, done=done, delete_source=delete_source, told=told)
    except NotReachable as error:
        done.stopped = str(error)
    return done


async def _move_all(
    reader: Reader, source: Place, target: Place, *, done: Moved, delete_source: bool, told: Callable[[Moved], None]
) -> None:
    async for listed in source.keys():
        for start in range(0, len(listed), BATCH):
            keys = listed[start : start + BATCH]
            known = await _digests(reader, keys)
            there = await target.sizes(keys)
            here = await source.sizes(keys)
            for key, size in here.items():
                file = _File(key, known.get(key, ""), size, there.get(key))
                await _move(file, source, target, done=done, delete_source=delete_source)
            told(done)


@dataclass(frozen=True, slots=True)
class _File:
    """A file to move."""

    key: str
    expected: str
    """Its SHA-256 as its row has it; empty for what has none."""
    here: int
    """Its size in bytes."""
    there: int | None


async def _move(file: _File, source: Place, target: Place, *, done: Moved, delete_source: bool) -> None:
    """Move one file, and note what came of it."""
    try:
        if file.there == file.here and (not delete_source or await _same(file, source, target)):
            done.there_already += 1
        elif await _copied(file, source, target, done=done):
            done.copied, done.size = done.copied + 1, done.size + file.here
        else:
            return
        if delete_source:
            await source.store.delete(file.key)
            done.deleted += 1
    except UnknownKey:
        return  # deleted in the meantime
    except (NotStored, NotReachable) as error:
        done.problem(file.key, str(error))


async def _same(file: _File, source: Place, target: Place) -> bool:
    return await target.digest(file.key) == (file.expected or await source.digest(file.key))


async def _copied(file: _File, source: Place, target: Place, *, done: Moved) -> bool:
    """Copy a file and read it back; what did not arrive as it should is removed again."""
    digest = await target.store.take(file.key, source.pieces(file.key))
    if file.expected and digest != file.expected:
        why = "its bytes are not those that were stored (its checksum differs)"
    elif await target.digest(file.key) != digest:
        why = "it did not arrive as it was sent"
    else:
        return True
    await target.store.delete(file.key)
    done.problem(file.key, why)
    return False


async def _digests(reader: Reader, keys: Sequence[str]) -> dict[str, str]:
    rows = await reader.fetch(
        f"SELECT key, digest FROM media_files WHERE digest <> '' AND key IN ({placeholders(len(keys))})",  # noqa: S608 - placeholders
        *keys,
    )
    return {row["key"]: row["digest"] for row in rows}


def _sizes(folder: Folder, keys: Sequence[str]) -> dict[str, int]:
    found = {key: folder.find(key) for key in keys}
    return {key: stat.st_size for key, path in found.items() if path is not None and (stat := stat_of(path))}
