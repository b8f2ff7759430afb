"""Finished files in a folder: written whole or not at all, named by keys that nobody can guess.

A key is 128 random bits and a suffix, and is the only name a file ever has: nothing that a person or a stranger sent
takes part in it, so whoever has a picture learns neither where nor whether it is here. That the same bytes are kept
only once is seen to by the rows that refer to files (``keeping``). The first two letters name a subfolder, so that no
folder grows too large.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path

from aiohttp.web import AppKey

from rossgram_fed.media.errors import NearlyFull, NotReachable, NotStored, UnknownKey

MEDIA_TYPES = {
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
}
"""What we keep: pictures that were encoded here, or sent here and freed of everything but their pixels; and videos."""
SUFFIXES = {media_type: suffix for suffix, media_type in MEDIA_TYPES.items()}

KEY = re.compile(r"[0-9a-f]{32}\.(?:webp|jpg|png|gif|avif|heic|mp4|mov|webm)", re.ASCII)
_UNFINISHED = "unfinished"
_STALE_SECONDS = 3600
"""An unfinished file this old belongs to a process that died; a younger one may belong to one that works."""


def random_key(suffix: str, *, random_hex: Callable[[int], str] = secrets.token_hex) -> str:
    """Return a key that no file has."""
    return f"{random_hex(16)}{suffix}"


def stat_of(file: Path | os.DirEntry[str]) -> os.stat_result | None:
    """Return what the system says of a file; None when it is gone since it was found, as happens to any."""
    try:
        return file.stat()
    except FileNotFoundError:
        return None


def is_older(file: Path | os.DirEntry[str], horizon: float) -> bool:
    """Whether a file is there and was written last before that time (seconds since 1970)."""
    stat = stat_of(file)
    return stat is not None and stat.st_mtime < horizon


@dataclass(frozen=True, slots=True)
class Written:
    """A file in storage."""

    key: str
    digest: str
    """SHA-256 (hex)."""


class Folder:
    """Files under one folder on this machine (or one that is mounted here)."""

    def __init__(self, path: Path, *, reserve: int = 0, random_hex: Callable[[int], str] = secrets.token_hex) -> None:
        """Keep files under ``path``; nothing is written that would leave fewer than ``reserve`` bytes of the disk."""
        self._path = path
        self._reserve = reserve
        self._random_hex = random_hex

    def prepare(self) -> None:
        """Make the folder, and clear away what a killed process left half-written."""
        unfinished = self._path / _UNFINISHED
        unfinished.mkdir(parents=True, exist_ok=True)
        horizon = time.time() - _STALE_SECONDS
        for file in unfinished.iterdir():
            if is_older(file, horizon):
                file.unlink(missing_ok=True)

    async def put(self, data: bytes, suffix: str) -> str:
        """Keep ``data`` durably and return its key; raise ``NotStored`` when the disk will not have it."""
        (written,) = await self.put_all([(data, suffix)])
        return written.key

    async def put_all(self, files: Sequence[tuple[bytes, str]]) -> list[Written]:
        """Keep all of these, each with its suffix, or none; return what they are known by."""
        keys = [random_key(suffix, random_hex=self._random_hex) for _, suffix in files]
        wanted = [(data, self.path(key)) for key, (data, _) in zip(keys, files, strict=True)]
        work = asyncio.ensure_future(asyncio.to_thread(self._write_all, wanted))
        try:
            digests = await asyncio.shield(work)
        except asyncio.CancelledError:
            # A thread cannot be called back: wait for the files, then remove them.
            await asyncio.wait([work])
            await self.delete(*keys)
            raise
        except OSError as error:
            raise NotStored(str(error)) from error
        return [Written(key, digest) for key, digest in zip(keys, digests, strict=True)]

    async def take(self, key: str, pieces: AsyncIterator[bytes]) -> str:
        """Write a file under a key that it has elsewhere, whole or not at all; return its SHA-256 (hex)."""
        final, digest = self.path(key), hashlib.sha256()
        unfinished = self._path / _UNFINISHED / f"{key}.{secrets.token_hex(4)}"
        if self.shortage():
            raise NearlyFull("the reserve of the disk is reached")
        try:
            await asyncio.to_thread(self._make_folders, final)
            with await asyncio.to_thread(unfinished.open, "xb") as file:
                async for piece in pieces:
                    digest.update(piece)
                    await asyncio.to_thread(file.write, piece)
                await asyncio.to_thread(_sync, file)
            await asyncio.to_thread(unfinished.rename, final)
            await asyncio.to_thread(_sync_folder, final.parent)
        except OSError as error:
            raise NotStored(str(error)) from error
        finally:
            await asyncio.to_thread(unfinished.unlink, missing_ok=True)
        return digest.hexdigest()

    def unfinished(self) -> Path:
        """Return where a file may be made that ``adopt`` then keeps; what a killed process leaves is cleared away."""
        (self._path / _UNFINISHED).mkdir(parents=True, exist_ok=True)
        return self._path / _UNFINISHED / secrets.token_hex(16)

    async def adopt(self, made: Path, key: str) -> str:
        """Keep a file that was made where ``unfinished`` said, under a new key; return its SHA-256 (hex)."""
        try:
            return await asyncio.to_thread(self._adopt, made, self.path(key))
        except OSError as error:
            raise NotStored(str(error)) from error

    async def delete(self, *keys: str) -> None:
        """Remove files; those that are gone already are no error."""
        paths = [self.path(key) for key in keys]
        await asyncio.to_thread(_unlink, paths)

    def path(self, key: str) -> Path:
        """Return where the file of a key is, whether or not it exists; raise ``UnknownKey`` for anything else."""
        if not KEY.fullmatch(key):
            raise UnknownKey("this is no key of a file")
        return self._path / key[:2] / key

    def find(self, key: str) -> Path | None:
        """Return where a file is, or None when there is none or the key is none."""
        if not KEY.fullmatch(key):
            return None
        path = self._path / key[:2] / key
        return path if path.is_file() else None

    async def fetch(self, key: str) -> Path | None:
        """Return where a file can be read on this machine, or None when there is none of that key.

        Raises ``NotReachable`` when that cannot be told now, because it is kept elsewhere.
        """
        return self.find(key)

    def surely_missing(self, key: str) -> bool:
        """Say whether no file of this key can be had any more, without asking anybody over the network."""
        return self.find(key) is None

    def shortage(self, *, ahead: int = 0) -> int:
        """Return how many bytes the disk lacks to have its reserve, and so many more, free; 0 when it has."""
        return lacking(self._path, reserve=self._reserve, ahead=ahead) if self._reserve else 0

    def drop_copies(self) -> int:
        """Remove copies of what is kept elsewhere beyond the size they may have; for use in a thread."""
        return 0

    @property
    def reserve(self) -> int:
        """Bytes of the disk that are never filled."""
        return self._reserve

    async def old_keys(self, seconds: float) -> AsyncIterator[list[str]]:
        """Yield the keys of all files last written longer ago than that, some at a time."""
        subfolders = self.older_than(seconds)
        while keys := await asyncio.to_thread(next, subfolders, None):
            yield keys

    def older_than(self, seconds: float) -> Iterator[list[str]]:
        """Yield the keys of files last written longer ago than that, a subfolder at a time; for use in a thread."""
        horizon = time.time() - seconds
        for subfolder in sorted(self._path.glob("[0-9a-f][0-9a-f]")):
            with os.scandir(subfolder) as entries:
                keys = [e.name for e in entries if KEY.fullmatch(e.name) and is_older(e, horizon)]
            if keys:
                yield keys

    def _write_all(self, files: Sequence[tuple[bytes, Path]]) -> list[str]:
        begun: list[Path] = []
        if self.shortage(ahead=sum(len(data) for data, _ in files)):
            raise NearlyFull("the reserve of the disk is reached")
        try:
            for data, final in files:
                begun.append(final)
                self._write(data, final)
        except BaseException:
            _unlink(begun)
            raise
        for folder in {final.parent for final in begun}:
            _sync_folder(folder)
        return [hashlib.sha256(data).hexdigest() for data, _ in files]

    def _write(self, data: bytes, final: Path) -> None:
        unfinished = self._path / _UNFINISHED / final.name
        self._make_folders(final)
        try:
            with unfinished.open("xb") as file:
                file.write(data)
                _sync(file)
            unfinished.rename(final)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    def _adopt(self, made: Path, final: Path) -> str:
        self._make_folders(final)
        with made.open("r+b") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        made.rename(final)
        _sync_folder(final.parent)
        return digest

    def _make_folders(self, final: Path) -> None:
        (self._path / _UNFINISHED).mkdir(parents=True, exist_ok=True)
        final.parent.mkdir(exist_ok=True)


async def pieces_of(path: Path) -> AsyncIterator[bytes]:
    """Yield the bytes of a file; raise ``UnknownKey`` when it is gone, ``NotReachable`` when it cannot be read."""
    try:
        with await asyncio.to_thread(path.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, 1 << 20):
                yield piece
    except FileNotFoundError as error:
        raise UnknownKey("the file is gone") from error
    except OSError as error:
        raise NotReachable(str(error)) from error


def lacking(path: Path, *, reserve: int, ahead: int = 0) -> int:
    """Return how many bytes the disk of a folder lacks to have so many free; 0 when it has, or when nobody can tell."""
    nearest = next((folder for folder in (path, *path.parents) if folder.exists()), path)
    try:
        free = shutil.disk_usage(nearest).free
    except OSError:
        return 0
    return max(0, reserve + ahead - free)


def _sync(file: BufferedWriter) -> None:
    file.flush()
    os.fsync(file.fileno())


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        if not path.is_dir():
            path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut: until its folder is on disk too, the new name may be lost."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


STORAGE: AppKey[Folder] = AppKey("storage", Folder)
"""Where an aiohttp application keeps it."""
