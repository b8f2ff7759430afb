"""Processes that would get in each other's way on one SQLite file take turns: whoever is late waits, however long.

SQLite's own locks are no use for that. A switch to WAL that meets another fails at once, whatever the busy timeout is;
and a process that migrates takes the write lock again the moment it has given it back, so that another can ask for it
at the wrong moments until its own timeout has passed.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_PAUSE = 0.02
"""Seconds between two looks whether it is our turn."""


@asynccontextmanager
async def turn(database: Path) -> AsyncIterator[None]:
    """Wait for our turn with a database file, and have it while the block lasts; it ends with the process, too.

    The lock is on the file's folder, so that nothing is left behind: opening the file itself beside SQLite would make
    this process lose SQLite's locks when it is closed again. A file system that knows no such locks gives everybody
    their turn at once.
    """
    folder = os.open(database.parent, os.O_RDONLY)
    try:
        while not _locked(folder):  # noqa: ASYNC110 - another process's doing
            await asyncio.sleep(_PAUSE)
        yield
    finally:
        os.close(folder)


def _locked(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
