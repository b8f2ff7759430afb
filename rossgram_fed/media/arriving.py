"""Files that arrive piece by piece: their bytes so far, each in a file of its own, and when they are forgotten.

How much has arrived is the length of that file and is written down nowhere else, so a process that is killed leaves
nothing to put right. Whoever adds to a file holds a lock on it, which ends with the process. Nothing here looks into a
file; it is decoded when it is whole, as one that came in a form.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from aiohttp.web import AppKey

from rossgram_fed.instance import Instance
from rossgram_fed.media.storage import is_older

KEPT = 24 * 3_600_000
"""Milliseconds that a file may take to arrive, and that its outcome can be asked for."""


class Locked(Exception):
    """Somebody else is adding to this file just now."""


class Arriving:
    """The files on their way in, in one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def offset(self, file_id: int) -> int:
        """Return how many bytes have arrived."""
        try:
            return (self.path / str(file_id)).stat().st_size
        except FileNotFoundError:
            return 0

    @contextmanager
    def opened(self, file_id: int) -> Iterator[FileIO]:
        """Open a file for adding to it, for reading, and for nobody else; raise ``Locked``."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.path / str(file_id)).open("a+b", buffering=0) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Locked from error
            yield file

    def remove(self, file_id: int) -> None:
        """Remove a file, if there is one."""
        (self.path / str(file_id)).unlink(missing_ok=True)

    def ids(self, *, older_than: float) -> list[int]:
        """Return the numbers of the files that nothing was added to for so many seconds."""
        horizon = time.time() - older_than
        if not self.path.is_dir():
            return []
        with os.scandir(self.path) as entries:
            return [int(e.name) for e in entries if e.name.isdecimal() and is_older(e, horizon)]


async def forget_late(instance: Instance, arriving: Arriving) -> int:
    """Forget the files that did not arrive in time; return how many went."""
    late = instance.clock() - KEPT
    async with instance.change() as change:
        rows = await change.tx.fetch("DELETE FROM arriving_files WHERE created_at < $1 RETURNING id", late)
    gone = {row["id"] for row in rows}
    for file_id in arriving.ids(older_than=KEPT / 1000):
        known = await instance.database.fetch("SELECT 1 FROM arriving_files WHERE id = $1", file_id)
        gone |= set() if known else {file_id}
    for file_id in gone:
        arriving.remove(file_id)
    return len(gone)


ARRIVING: AppKey[Arriving] = AppKey("arriving", Arriving)
"""Where an aiohttp application keeps it."""
