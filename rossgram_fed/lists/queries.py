"""Somebody's lists. Who stands in them, ``follows.listing`` pages through; what they show, ``timelines``."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.models.reading import RepliesShown

_COLUMNS = "SELECT l.id, l.title, l.replies, l.exclusive FROM lists l "


@dataclass(frozen=True, slots=True)
class ListView:
    """A list, without its members."""

    id: int
    title: str
    replies: RepliesShown
    exclusive: bool


async def lists_of(reader: Reader, account_id: int) -> list[ListView]:
    """Return somebody's lists by their titles; there are few (``actions.MOST_LISTS``)."""
    rows = await reader.fetch(_COLUMNS + "WHERE l.account_id = $1 ORDER BY l.title, l.id", account_id)
    return [_view(row) for row in rows]


async def list_of(reader: Reader, list_id: int, *, account_id: int) -> ListView | None:
    """Return one of somebody's lists; None for what is not theirs."""
    row = await reader.fetch_one(_COLUMNS + "WHERE l.id = $1 AND l.account_id = $2", list_id, account_id)
    return _view(row) if row is not None else None


async def lists_with(reader: Reader, member_id: int, *, account_id: int) -> list[ListView]:
    """Return those of somebody's lists in which an account stands."""
    rows = await reader.fetch(
        _COLUMNS + "JOIN list_members m ON m.list_id = l.id AND m.account_id = $2 "
        "WHERE l.account_id = $1 ORDER BY l.title, l.id",
        account_id,
        member_id,
    )
    return [_view(row) for row in rows]


async def members_among(reader: Reader, list_id: int, account_ids: Sequence[int]) -> set[int]:
    """Return those of some accounts that stand in a list."""
    if not account_ids:
        return set()
    rows = await reader.fetch(
        "SELECT account_id FROM list_members WHERE list_id = $1 "
        f"AND account_id IN ({placeholders(len(account_ids), 2)})",
        list_id,
        *account_ids,
    )
    return {row["account_id"] for row in rows}


def _view(row: Row) -> ListView:
    return ListView(row["id"], row["title"], RepliesShown(row["replies"]), bool(row["exclusive"]))
