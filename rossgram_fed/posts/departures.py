"""What goes when an account goes: its posts, its reactions and its follows, with every counter they had moved."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from rossgram_fed.instance import Change
from rossgram_fed.models.relations import FollowState


async def remove_account_traces(change: Change, account_id: int) -> None:
    """Remove all that an account published, liked, boosted and followed; the account's own row is left to others."""
    for table, column in (("likes", "likes_count"), ("boosts", "boosts_count")):
        await _lower(
            change, "posts", column, f"SELECT x.post_id FROM {table} x WHERE x.account_id = $1", account_id=account_id
        )
    answered = "SELECT x.in_reply_to_id FROM posts x WHERE x.account_id = $1 AND x.in_reply_to_id IS NOT NULL"
    await _lower(change, "posts", "replies_count", answered, account_id=account_id)
    accepted = f"x.state = {int(FollowState.ACCEPTED)}"
    followed = f"SELECT x.followed_id FROM follows x WHERE x.follower_id = $1 AND {accepted}"
    followers = f"SELECT x.follower_id FROM follows x WHERE x.followed_id = $1 AND {accepted}"
    await _lower(change, "accounts", "followers_count", followed, account_id=account_id)
    await _lower(change, "accounts", "following_count", followers, account_id=account_id)
    for table, condition in (
        ("likes", "account_id = $1"),
        ("boosts", "account_id = $1"),
        ("follows", "follower_id = $1 OR followed_id = $1"),
        ("notifications", "actor_id = $1"),
        ("posts", "account_id = $1"),
    ):
        await change.tx.execute_long(f"DELETE FROM {table} WHERE {condition}", account_id)
    await change.tx.execute(
        "UPDATE accounts SET posts_count = 0, followers_count = 0, following_count = 0 WHERE id = $1", account_id
    )


async def _lower(change: Change, table: str, column: str, ids: str, *, account_id: int) -> None:
    """Count one off for each time a row's id is among ``ids``, never below nought."""
    times = f"(WITH gone(id) AS ({ids}) SELECT COUNT(*) FROM gone WHERE gone.id = {table}.id)"
    await change.tx.execute_long(
        f"UPDATE {table} SET {column} = CASE WHEN {column} > {times} THEN {column} - {times} ELSE 0 END "
        f"WHERE id IN ({ids})",
        account_id,
    )
