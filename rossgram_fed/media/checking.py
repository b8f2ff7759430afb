"""Seeing whether every file that a row speaks of is there, and is what it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rossgram_fed.database import Reader
from rossgram_fed.media.errors import NotReachable, UnknownKey
from rossgram_fed.media.moving import Place

BATCH = 200


@dataclass(slots=True)
class Checked:
    """What came of it, as far as it came."""

    well: int = 0
    unverified: int = 0
    """There, and noted before checksums were."""
    missing: tuple[str, ...] = ()
    """Keys of files that are nowhere."""
    changed: tuple[str, ...] = ()
    """Keys of files whose bytes are not those that were stored."""
    unreachable: int = 0

    @property
    def bad(self) -> int:
        """How many files are not as they should be."""
        return len(self.missing) + len(self.changed)


async def check(reader: Reader, places: tuple[Place, ...], told: Callable[[Checked], None] = lambda _: None) -> Checked:
    """Read every file wherever it is, and compare it with its checksum; a copy of a stranger's file too."""
    done, after = Checked(), ""
    while rows := await reader.fetch(
        f"SELECT key, MAX(digest) AS digest FROM media_files WHERE key > $1 GROUP BY key ORDER BY key LIMIT {BATCH}",  # noqa: S608 - a constant
        after,
    ):
        after = rows[-1]["key"]
        for row in rows:
            await _check(done, places, row["key"], row["digest"])
        told(done)
    return done


async def _check(done: Checked, places: tuple[Place, ...], key: str, digest: str) -> None:
    found, away = False, False
    for place in places:
        try:
            if digest and await place.digest(key) != digest:
                done.changed = (*done.changed, key)
                return
            found = found or bool(digest) or bool(await place.sizes([key]))
        except UnknownKey:
            continue
        except NotReachable:
            away = True
    if found and digest:
        done.well += 1
    elif found:
        done.unverified += 1
    elif away:
        done.unreachable += 1
    else:
        done.missing = (*done.missing, key)
