"""Who stands in a list, as apps page through it: the ids of accounts, each with the id of the row that put it there.

The rows are the cursor, since they tell when somebody came to the list. ``order`` is ``ASC`` or ``DESC``, and the
bounds are outside of what is asked for. Whoever was deleted or is suspended is left out.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.models.relations import FollowState
from rossgram_fed.visibility import heard, host_not_muted, not_blocked, shows_network


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody in a list."""

    cursor: int
    account_id: int
    until: int | None = None
    """Of a mute, the instant (milliseconds) at which it ends."""


class People(Enum):
    """Lists of people: the table, whose list it is, and who stands in it."""

    FOLLOWERS = ("follows", "followed_id", "follower_id", f" AND x.state = {int(FollowState.ACCEPTED)}")
    FOLLOWING = ("follows", "follower_id", "followed_id", f" AND x.state = {int(FollowState.ACCEPTED)}")
    REQUESTS = ("follows", "followed_id", "follower_id", f" AND x.state = {int(FollowState.PENDING)}")
    BLOCKED = ("blocks", "account_id", "target_id", "")
    MUTED = ("mutes", "account_id", "target_id", "")
    ENDORSED = ("endorsements", "account_id", "target_id", "")
    IN_LIST = ("list_members", "list_id", "account_id", "")


async def people(
    reader: Reader,
    which: People,
    owner_id: int,
    *,
    before: int = LARGEST_ID,
    after: int = 0,
    limit: int = 40,
    order: str = "DESC",
    viewer_id: int | None = None,
) -> list[Entry]:
    """Return a stretch of a list; with ``viewer_id``, without those whom a block or a muted server keeps from them."""
    table, owner, member, more = which.value
    until = "x.expires_at" if which is People.MUTED else "NULL"
    kept = f" AND {not_blocked('$4', 'a.id')} AND {host_not_muted('$4', 'a.id')}" if viewer_id is not None else ""
    rows = await reader.fetch(
        f"SELECT x.id AS cursor, a.id, {until} AS until FROM {table} x JOIN accounts a ON a.id = x.{member} "
        f"WHERE x.{owner} = $1 AND x.id < $2 AND x.id > $3{more} AND a.deleted_at IS NULL AND {heard('a')}{kept} "
        f"ORDER BY x.id {'ASC' if order == 'ASC' else 'DESC'} LIMIT {int(limit)}",
        owner_id,
        before,
        after,
        *([viewer_id] if viewer_id is not None else []),
    )
    return [Entry(row["cursor"], row["id"], row["until"]) for row in rows]


async def muted_hosts(
    reader: Reader, account_id: int, *, before: int = LARGEST_ID, after: int = 0, limit: int = 100, order: str = "DESC"
) -> list[tuple[int, str]]:
    """Return the servers that somebody wants nothing of, each with its row's id."""
    rows = await reader.fetch(
        "SELECT id, host FROM host_mutes WHERE account_id = $1 AND id < $2 AND id > $3 "
        f"ORDER BY id {'ASC' if order == 'ASC' else 'DESC'} LIMIT {int(limit)}",
        account_id,
        before,
        after,
    )
    return [(row["id"], row["host"]) for row in rows]


async def mutuals(reader: Reader, account_id: int, *, limit: int = 40) -> list[int]:
    """Return whom somebody follows and who follow them back, those who came last first."""
    accepted = int(FollowState.ACCEPTED)
    rows = await reader.fetch(
        "SELECT f.followed_id FROM follows f JOIN follows b ON b.follower_id = f.followed_id AND b.followed_id = $1 "
        f"AND b.state = {accepted} JOIN accounts a ON a.id = f.followed_id WHERE f.follower_id = $1 "
        f"AND f.state = {accepted} AND a.deleted_at IS NULL AND {heard('a')} ORDER BY f.id DESC LIMIT {int(limit)}",
        account_id,
    )
    return [row["followed_id"] for row in rows]


async def familiar_followers(
    reader: Reader, viewer_id: int, account_ids: Sequence[int], *, most: int = 40
) -> Mapping[int, list[int]]:
    """Return, for each account, who follows it of those whom the viewer follows, those who came last first.

    Nobody is named who hides whom they follow, or whose followers are hidden.
    """
    found: dict[int, list[int]] = {account_id: [] for account_id in account_ids}
    if not account_ids:
        return found
    accepted = int(FollowState.ACCEPTED)
    rows = await reader.fetch(
        "SELECT f.followed_id, f.follower_id FROM follows f JOIN follows mine ON mine.followed_id = f.follower_id "
        f"AND mine.follower_id = $1 AND mine.state = {accepted} JOIN accounts a ON a.id = f.follower_id "
        f"WHERE f.followed_id IN ({placeholders(len(account_ids), 2)}) AND f.state = {accepted} "
        f"AND a.deleted_at IS NULL AND {heard('a')} AND NOT a.hides_network AND {shows_network('f.followed_id')} "
        "ORDER BY f.id DESC",
        viewer_id,
        *account_ids,
    )
    for row in rows:
        if len(found[row["followed_id"]]) < most:
            found[row["followed_id"]].append(row["follower_id"])
    return found
