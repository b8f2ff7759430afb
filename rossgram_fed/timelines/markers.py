"""How far somebody has read a timeline, on whichever device: apps write it down and find it again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change

TIMELINES = ("home", "notifications")


@dataclass(frozen=True, slots=True)
class Position:
    """How far somebody has read."""

    timeline: str
    last_read_id: int
    version: int
    """How often it was written."""
    updated_at: int


async def positions(reader: Reader, timelines: Iterable[str], *, user_id: int) -> list[Position]:
    """Return how far somebody has read these timelines, as far as an app said so."""
    wanted = [timeline for timeline in TIMELINES if timeline in set(timelines)]
    if not wanted:
        return []
    rows = await reader.fetch(
        "SELECT timeline, last_read_id, version, updated_at FROM markers "  # noqa: S608 - placeholders
        f"WHERE user_id = $1 AND timeline IN ({placeholders(len(wanted), 2)}) ORDER BY timeline",
        user_id,
        *wanted,
    )
    return [_position(row) for row in rows]


async def put_position(change: Change, *, user_id: int, timeline: str, last_read_id: int) -> Position:
    """Note how far somebody has read; of two devices that say so at once, both count, and the later one stays."""
    rows = await change.tx.fetch(
        "INSERT INTO markers (id, user_id, timeline, last_read_id, version, updated_at) VALUES ($1, $2, $3, $4, 1, $5) "
        "ON CONFLICT (user_id, timeline) DO UPDATE SET last_read_id = $4, version = markers.version + 1, "
        "updated_at = $5 RETURNING timeline, last_read_id, version, updated_at",
        change.new_id(),
        user_id,
        timeline,
        last_read_id,
        change.now,
    )
    return _position(rows[0])


def _position(row: Row) -> Position:
    return Position(row["timeline"], row["last_read_id"], row["version"], row["updated_at"])
