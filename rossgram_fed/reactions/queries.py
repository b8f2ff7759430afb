"""Who liked or boosted a post."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Database
from rossgram_fed.ids import Stretch
from rossgram_fed.visibility import heard, listed, not_blocked, visible

NEWEST = Stretch(limit=60)


async def liked_by(
    database: Database, post_id: int, *, viewer_id: int | None, stretch: Stretch = NEWEST
) -> tuple[tuple[int, AccountCard], ...]:
    """Return who likes a post the viewer may see, with the list's cursors, the newest first."""
    return await _reacted(database, "likes", post_id, viewer_id=viewer_id, stretch=stretch)


async def boosted_by(
    database: Database, post_id: int, *, viewer_id: int | None, stretch: Stretch = NEWEST
) -> tuple[tuple[int, AccountCard], ...]:
    """Return who boosted a post the viewer may see, with the list's cursors, the newest first."""
    return await _reacted(database, "boosts", post_id, viewer_id=viewer_id, stretch=stretch)


async def _reacted(
    database: Database, table: str, post_id: int, *, viewer_id: int | None, stretch: Stretch
) -> tuple[tuple[int, AccountCard], ...]:
    viewer, known = ("$4", [viewer_id]) if viewer_id is not None else (None, [])
    unblocked = f" AND {not_blocked(viewer, 'a.id')}" if viewer else ""
    rows = await database.fetch(
        f"SELECT x.id AS cursor, {CARD_COLUMNS} FROM {table} x JOIN accounts a ON a.id = x.account_id "
        f"JOIN posts p ON p.id = x.post_id WHERE x.post_id = $1 AND x.id < $2 AND x.id > $3 AND a.deleted_at IS NULL "
        f"AND {heard('a')} AND {listed('a', viewer)} AND {visible(viewer)}{unblocked} "
        f"ORDER BY x.id {stretch.order} LIMIT {int(stretch.limit)}",
        post_id,
        stretch.before,
        stretch.after,
        *known,
    )
    return tuple((row["cursor"], card_from(row)) for row in stretch.newest_first(rows))
