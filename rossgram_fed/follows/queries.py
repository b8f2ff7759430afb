"""Who follows whom, and whom somebody blocked and muted, as pages list them."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Database
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.models.relations import FollowState
from rossgram_fed.visibility import heard


@dataclass(frozen=True, slots=True)
class Listed:
    """An account in a list; ``id`` is the list's cursor, not the account's id."""

    id: int
    account: AccountCard
    moved_from: str = ""
    """The address of the account whose block or mute was carried over to this one when they moved."""


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
