"""Who follows whom, and how two accounts stand to each other, for pages and collections."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Database, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.models.relations import FollowState
from rossgram_fed.visibility import heard


@dataclass(frozen=True, slots=True)
class Relation:
    """How a viewer and another account stand to each other."""

    following: bool = False
    requested: bool = False
    """The viewer asked to follow and waits."""
    followed_by: bool = False
    asks: bool = False
    """The other asked to follow the viewer."""
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """An account in a list; ``id`` is the list's cursor, not the account's id."""

    id: int
    account: AccountCard
    moved_from: str = ""
    """The address of the account whose block or mute was carried over to this one when they moved."""


async def relation(database: Database, viewer_id: int, account_id: int) -> Relation:
    """Return how the viewer stands to one account."""
    return (await relations(database, viewer_id, [account_id]))[account_id]


async def relations(database: Database, viewer_id: int, account_ids: Sequence[int]) -> dict[int, Relation]:
    """Return how the viewer stands to each account, in one statement."""
    if not account_ids:
        return {}
    ours = "f.follower_id = $1 AND f.followed_id = a.id"
    theirs = "f.follower_id = a.id AND f.followed_id = $1"
    rows = await database.fetch(
        f"SELECT a.id, (SELECT f.state FROM follows f WHERE {ours}) AS ours, "
        f"(SELECT f.state FROM follows f WHERE {theirs}) AS theirs, "
        "EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = $1 AND b.target_id = a.id) AS blocking, "
        "EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = a.id AND b.target_id = $1) AS blocked_by, "
        "EXISTS (SELECT 1 FROM mutes m WHERE m.account_id = $1 AND m.target_id = a.id) AS muting "
        f"FROM accounts a WHERE a.id IN ({placeholders(len(account_ids), 2)})",
        viewer_id,
        *account_ids,
    )
    found = {row["id"]: _relation(row) for row in rows}
    return {account_id: found.get(account_id, Relation()) for account_id in account_ids}


async def followers(
    database: Database, account_id: int, *, before: int | None = None, limit: int = 40
) -> tuple[Listed, ...]:
    """Return who follows an account, the newest first, from below the cursor ``before``."""
    return await _listed(database, account_id, known="followed_id", other="follower_id", before=before, limit=limit)


async def following(
    database: Database, account_id: int, *, before: int | None = None, limit: int = 40
) -> tuple[Listed, ...]:
    """Return whom an account follows, the newest first."""
    return await _listed(database, account_id, known="follower_id", other="followed_id", before=before, limit=limit)


async def requests(
    database: Database, account_id: int, *, before: int | None = None, limit: int = 40
) -> tuple[Listed, ...]:
    """Return who waits for an answer of this account, the newest first."""
    state = FollowState.PENDING
    return await _listed(
        database, account_id, known="followed_id", other="follower_id", before=before, limit=limit, state=state
    )


async def blocked(
    database: Database, account_id: int, *, before: int | None = None, limit: int = 40
) -> tuple[Listed, ...]:
    """Return whom an account blocks, the newest first."""
    return await _targets(database, "blocks", account_id, before=before, limit=limit)


async def muted(
    database: Database, account_id: int, *, before: int | None = None, limit: int = 40
) -> tuple[Listed, ...]:
    """Return whom an account muted, the newest first."""
    return await _targets(database, "mutes", account_id, before=before, limit=limit)


async def _listed(
    database: Database,
    account_id: int,
    *,
    known: str,
    other: str,
    before: int | None,
    limit: int,
    state: FollowState = FollowState.ACCEPTED,
) -> tuple[Listed, ...]:
    rows = await database.fetch(
        f"SELECT f.id AS cursor, {CARD_COLUMNS} FROM follows f JOIN accounts a ON a.id = f.{other} "
        f"WHERE f.{known} = $1 AND f.state = $2 AND f.id < $3 AND a.deleted_at IS NULL AND {heard('a')} "
        f"ORDER BY f.id DESC LIMIT {int(limit)}",
        account_id,
        int(state),
        LARGEST_ID if before is None else before,
    )
    return tuple(Listed(id=row["cursor"], account=card_from(row)) for row in rows)


async def _targets(
    database: Database, table: str, account_id: int, *, before: int | None, limit: int
) -> tuple[Listed, ...]:
    rows = await database.fetch(
        f"SELECT x.id AS cursor, x.moved_from, {CARD_COLUMNS} FROM {table} x JOIN accounts a ON a.id = x.target_id "
        f"WHERE x.account_id = $1 AND x.id < $2 ORDER BY x.id DESC LIMIT {int(limit)}",
        account_id,
        LARGEST_ID if before is None else before,
    )
    return tuple(Listed(id=row["cursor"], account=card_from(row), moved_from=row["moved_from"]) for row in rows)


def _relation(row: Row) -> Relation:
    return Relation(
        following=row["ours"] == FollowState.ACCEPTED,
        requested=row["ours"] == FollowState.PENDING,
        followed_by=row["theirs"] == FollowState.ACCEPTED,
        asks=row["theirs"] == FollowState.PENDING,
        blocking=bool(row["blocking"]),
        blocked_by=bool(row["blocked_by"]),
        muting=bool(row["muting"]),
    )
