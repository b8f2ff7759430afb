"""Telling people what happened to them: one row per thing worth knowing, however often it is done and undone.

Nobody is told of their own acts, nor of anything by someone they muted, or someone who blocks or is blocked by them.
Only local accounts are told; others have a server of their own for that.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from rossgram_fed.instance import Change
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.visibility import not_blocked, not_muted

_NOTIFY = (
    "INSERT INTO notifications (id, account_id, kind, actor_id, post_id, created_at) "
    "SELECT CAST($1 AS BIGINT), a.id, CAST($2 AS INTEGER), CAST($3 AS BIGINT), CAST($4 AS BIGINT), "
    "CAST($5 AS BIGINT) FROM accounts a "
    "WHERE a.id = $6 AND a.domain = '' AND a.id <> $3 "
    f"AND {not_muted('a.id', '$3')} AND {not_blocked('a.id', '$3')} "
    "AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.account_id = a.id AND n.kind = $2 AND n.actor_id = $3 "
    "AND COALESCE(n.post_id, 0) = COALESCE(CAST($4 AS BIGINT), 0))"
)


async def notify(
    change: Change, *, account_id: int, kind: NotificationKind, actor_id: int, post_id: int | None = None
) -> None:
    """Tell an account that ``actor_id`` did something; a repetition of what it was told already adds nothing."""
    await change.tx.execute(_NOTIFY, change.new_id(), int(kind), actor_id, post_id, change.now, account_id)


async def withdraw(
    change: Change, *, account_id: int, kind: NotificationKind, actor_id: int, post_id: int | None = None
) -> None:
    """Take news back that no longer asks for anything, like an answered follow request."""
    await change.tx.execute(
        "DELETE FROM notifications WHERE account_id = $1 AND kind = $2 AND actor_id = $3 "
        "AND COALESCE(post_id, 0) = COALESCE(CAST($4 AS BIGINT), 0)",
        account_id,
        int(kind),
        actor_id,
        post_id,
    )


async def forget(change: Change, *, account_id: int, actor_id: int) -> None:
    """Remove all news about one account from another's list, as a block does."""
    await change.tx.execute("DELETE FROM notifications WHERE account_id = $1 AND actor_id = $2", account_id, actor_id)


async def mark_read(change: Change, *, account_id: int, up_to: int) -> None:
    """Mark an account's news as read, up to and including the id of the newest one they saw."""
    await change.tx.execute(
        "UPDATE notifications SET read_at = $1 WHERE account_id = $2 AND read_at IS NULL AND id <= $3",
        change.now,
        account_id,
        up_to,
    )
