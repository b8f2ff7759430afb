"""Reads of announcements: those that are shown now, what somebody did with them, and all for the admins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rossgram_fed.caption import render, tags_in
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation import addresses

MOST_SHOWN = 20
MOST_LISTED = 100

_COLUMNS = "n.id, n.text, n.starts_at, n.ends_at, n.all_day, n.updated_at, n.created_at"


@dataclass(frozen=True, slots=True)
class Notice:
    """An announcement."""

    id: int
    text: str
    """As it was typed."""
    text_html: str
    tags: Mapping[str, str]
    """The tags in it, with the addresses of their pages."""
    starts_at: int | None
    ends_at: int | None
    all_day: bool
    updated_at: int
    created_at: int


@dataclass(frozen=True, slots=True)
class Reactions:
    """One emoji under an announcement."""

    name: str
    count: int
    mine: bool


async def shown_now(reader: Reader, settings: Settings, *, now: int) -> list[Notice]:
    """Return the announcements that are not over, the oldest first."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM announcements n WHERE n.ends_at IS NULL OR n.ends_at > $1 "  # noqa: S608 - constants
        f"ORDER BY n.id LIMIT {MOST_SHOWN}",
        now,
    )
    return [_notice(row, settings) for row in rows]


async def all_of_them(reader: Reader, settings: Settings) -> list[Notice]:
    """Return what was ever announced, the newest first."""
    sql = f"SELECT {_COLUMNS} FROM announcements n ORDER BY n.id DESC LIMIT {MOST_LISTED}"  # noqa: S608 - constants
    return [_notice(row, settings) for row in await reader.fetch(sql)]


async def read_by(reader: Reader, *, account_id: int) -> frozenset[int]:
    """Return the ids of the announcements that somebody put away."""
    rows = await reader.fetch("SELECT announcement_id FROM announcement_reads WHERE account_id = $1", account_id)
    return frozenset(row["announcement_id"] for row in rows)


async def reactions_to(reader: Reader, ids: Iterable[int], *, account_id: int) -> dict[int, list[Reactions]]:
    """Return the emoji under announcements, in the order in which they came."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await reader.fetch(
        "SELECT announcement_id, name, COUNT(*) AS count, MAX(CASE WHEN account_id = $1 THEN 1 ELSE 0 END) AS mine "  # noqa: S608
        f"FROM announcement_reactions WHERE announcement_id IN ({placeholders(len(wanted), 2)}) "
        "GROUP BY announcement_id, name ORDER BY MIN(id)",
        account_id,
        *wanted,
    )
    found: dict[int, list[Reactions]] = {}
    for row in rows:
        found.setdefault(row["announcement_id"], []).append(Reactions(row["name"], row["count"], bool(row["mine"])))
    return found


def _notice(row: Row, settings: Settings) -> Notice:
    def page_of(tag: str) -> str:
        return addresses.tag_url(settings, tag)

    return Notice(
        id=row["id"],
        text=row["text"],
        text_html=render(row["text"], tag_url=page_of, mentioned={}),
        tags={tag: page_of(tag) for tag in tags_in(row["text"])},
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        all_day=bool(row["all_day"]),
        updated_at=row["updated_at"],
        created_at=row["created_at"],
    )
