"""The two accounts of a follow or block, as the actions need them: who they are and where they live."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.instance import Change
from rossgram_fed.models.relations import FollowState
from rossgram_fed.visibility import heard, host_not_muted, not_blocked
from rossgram_fed.web.errors import NotFound

_ACCEPTED = int(FollowState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a relation."""

    id: int
    uri: str
    local: bool
    locked: bool
    backfilled_at: int
    moved: bool
    """Whether they live at another account now."""


async def parties(change: Change, one: int, other: int) -> tuple[Party, Party]:
    """Return two accounts; raise ``NotFound`` when either is not there (any more)."""
    rows = await change.tx.fetch(
        "SELECT id, uri, domain, locked, backfilled_at, moved_to_uri FROM accounts "
        f"WHERE id IN ($1, $2) AND deleted_at IS NULL AND {heard('accounts')}",
        one,
        other,
    )
    found = {
        row["id"]: Party(
            id=row["id"],
            uri=row["uri"],
            local=not row["domain"],
            locked=bool(row["locked"]),
            backfilled_at=row["backfilled_at"],
            moved=bool(row["moved_to_uri"]),
        )
        for row in rows
    }
    if one not in found or other not in found:
        raise NotFound("There is no such account (any more).")
    return found[one], found[other]


async def blocked_between(change: Change, one: int, other: int) -> bool:
    """Say whether either account blocks the other, or wants nothing of the other's whole server."""
    rows = await change.tx.fetch(
        f"SELECT 1 AS free FROM accounts a WHERE a.id = $1 AND {not_blocked('$1', '$2')} "
        f"AND {host_not_muted('$1', '$2')} AND {host_not_muted('$2', '$1')}",
        one,
        other,
    )
    return not rows


async def count_follow(change: Change, *, follower_id: int, followed_id: int, by: int) -> None:
    """Move both counters of a follow by +1 or -1, never below nought, and say whose followers changed.

    A stranger's counters that their own server told are left alone, but that they are never below what is known here.
    """
    change.tx.signal("follows", str(followed_id))
    sides = (("following_count", "follower_id", follower_id), ("followers_count", "followed_id", followed_id))
    for column, side, account_id in sides:
        known = (
            f"(SELECT COUNT(*) FROM follows k WHERE k.{side} = accounts.id AND k.state = {int(FollowState.ACCEPTED)})"
        )
        await change.tx.execute(
            f"UPDATE accounts SET {column} = CASE WHEN counted_at > 0 AND {column} < {known} THEN {known} "
            f"WHEN counted_at > 0 THEN {column} WHEN {column} + $1 < 0 THEN 0 ELSE {column} + $1 END WHERE id = $2",
            by,
            account_id,
        )
