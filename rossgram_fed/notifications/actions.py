"""Telling people what happened to them: one row per thing worth knowing, however often it is done and undone.

Nobody is told of their own acts (but of the end of their own poll), nor of anything by someone whose news they muted,
by someone who blocks or is blocked by them, from a server that they muted or in a thread that they muted. What the
policy of the person says about strangers is settled in the same statement (``notifications.policy``).
Only local accounts are told; others have a server of their own for that.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from rossgram_fed.instance import Change
from rossgram_fed.models.relations import FollowState, NotificationKind
from rossgram_fed.notifications.policy import VERDICT
from rossgram_fed.notifications.waking import wake
from rossgram_fed.streaming.acts import Act, signal
from rossgram_fed.visibility import news_wanted, not_blocked

MOST_TOLD = 500
"""People who are told of one post, or of one edit."""
_LOOKED_AT = 5000
"""Rows that are looked through to find them."""

_NOTIFY = (
    "INSERT INTO notifications (id, account_id, kind, actor_id, post_id, created_at, filtered) "
    "SELECT CAST($1 AS BIGINT), told.id, CAST($2 AS INTEGER), CAST($3 AS BIGINT), CAST($4 AS BIGINT), "
    "CAST($5 AS BIGINT), told.verdict = 1 FROM ("
    f"SELECT a.id, ({VERDICT}) AS verdict FROM accounts a JOIN accounts b ON b.id = CAST($3 AS BIGINT) "
    "LEFT JOIN notification_policies np ON np.account_id = a.id "
    "WHERE a.id = $6 AND a.domain = '' "
    f"AND (a.id <> CAST($3 AS BIGINT) OR CAST($2 AS INTEGER) IN ({int(NotificationKind.POLL_OVER)}, "
    f"{int(NotificationKind.NOT_PUBLISHED)})) "
    f"AND {news_wanted('a.id', 'b.id')} AND {not_blocked('a.id', 'b.id')} "
    "AND NOT EXISTS (SELECT 1 FROM posts tp JOIN thread_mutes tm ON tm.thread_id = tp.thread_id "
    "WHERE tp.id = CAST($4 AS BIGINT) AND tm.account_id = a.id) "
    "AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.account_id = a.id AND n.kind = CAST($2 AS INTEGER) "
    "AND n.actor_id = b.id AND COALESCE(n.post_id, 0) = COALESCE(CAST($4 AS BIGINT), 0))"
    ") told WHERE told.verdict < 2 "
    "RETURNING id, filtered, (SELECT COUNT(*) FROM push_subscriptions s JOIN users u ON u.id = s.user_id "
    "WHERE u.account_id = CAST($6 AS BIGINT)) AS wakers"
)
_BOOSTED_OR_QUOTED = (
    "SELECT DISTINCT x.account_id FROM ("
    f"SELECT account_id FROM (SELECT account_id FROM boosts WHERE post_id = $1 ORDER BY id DESC LIMIT {_LOOKED_AT}) b "
    f"UNION SELECT account_id FROM (SELECT account_id FROM posts WHERE quoted_id = $1 LIMIT {_LOOKED_AT}) q) x "
    f"JOIN accounts a ON a.id = x.account_id AND a.domain = '' WHERE a.id <> $2 LIMIT {MOST_TOLD}"
)
_WATCHING = (
    "SELECT f.follower_id AS account_id FROM follows f JOIN accounts a ON a.id = f.follower_id AND a.domain = '' "
    f"WHERE f.followed_id = $1 AND f.state = {int(FollowState.ACCEPTED)} AND f.notifies LIMIT {MOST_TOLD}"
)


async def notify(
    change: Change, *, account_id: int, kind: NotificationKind, actor_id: int, post_id: int | None = None
) -> None:
    """Tell an account that ``actor_id`` did something; a repetition of what it was told already adds nothing."""
    rows = await change.tx.fetch(_NOTIFY, change.new_id(), int(kind), actor_id, post_id, change.now, account_id)
    if not rows or rows[0]["filtered"]:
        return
    signal(change, Act.NEWS, rows[0]["id"], account_id)
    if rows[0]["wakers"]:
        await wake(change, account_id=account_id, kind=kind, actor_id=actor_id, notification_id=rows[0]["id"])


async def notify_of_edit(change: Change, *, author_id: int, post_id: int) -> None:
    """Tell those here who boosted or quoted a post that it says something else now, in the place of older such news."""
    rows = await change.tx.fetch(_BOOSTED_OR_QUOTED, post_id, author_id)
    if not rows:
        return
    kind = NotificationKind.EDITED
    await change.tx.execute("DELETE FROM notifications WHERE post_id = $1 AND kind = $2", post_id, int(kind))
    for row in rows:
        await notify(change, account_id=row["account_id"], kind=kind, actor_id=author_id, post_id=post_id)


async def notify_watchers(change: Change, *, author_id: int, post_id: int) -> None:
    """Tell those here who want to hear of every post of an account of a new one."""
    for row in await change.tx.fetch(_WATCHING, author_id):
        kind = NotificationKind.POSTED
        await notify(change, account_id=row["account_id"], kind=kind, actor_id=author_id, post_id=post_id)


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


async def dismiss(change: Change, *, account_id: int, notification_id: int) -> bool:
    """Remove one piece of somebody's news; say whether there was one."""
    rows = await change.tx.fetch(
        "DELETE FROM notifications WHERE id = $1 AND account_id = $2 RETURNING id", notification_id, account_id
    )
    return bool(rows)


async def clear(change: Change, *, account_id: int) -> None:
    """Remove all of somebody's news, those that wait among the requests included."""
    await change.tx.execute("DELETE FROM notifications WHERE account_id = $1", account_id)


async def mark_read(change: Change, *, account_id: int, up_to: int) -> None:
    """Mark an account's news as read, up to and including the id of the newest one they saw."""
    await change.tx.execute(
        "UPDATE notifications SET read_at = $1 WHERE account_id = $2 AND read_at IS NULL AND id <= $3",
        change.now,
        account_id,
        up_to,
    )
