"""Removing everything an account ever did here, for one of ours that ends and for a stranger whose origin says so.

Others' numbers are corrected; comments below removed posts stay, without their parent. The row of the account itself
is the caller's to turn into a tombstone.
"""

from __future__ import annotations

from rossgram_fed.instance import Change, Instance
from rossgram_fed.streaming.farewells import signal_farewell

_LOWER = "CASE WHEN {0} > 0 THEN {0} - 1 ELSE 0 END"

_COUNTS = (
    ("UPDATE posts SET likes_count = {} WHERE id IN (SELECT post_id FROM likes WHERE account_id = $1)", "likes_count"),
    (
        "UPDATE posts SET boosts_count = {} WHERE id IN (SELECT post_id FROM boosts WHERE account_id = $1)",
        "boosts_count",
    ),
    (
        "UPDATE accounts SET followers_count = {} WHERE counted_at = 0 AND id IN "
        "(SELECT followed_id FROM follows WHERE follower_id = $1 AND state = 1)",
        "followers_count",
    ),
    (
        "UPDATE accounts SET following_count = {} WHERE counted_at = 0 AND id IN "
        "(SELECT follower_id FROM follows WHERE followed_id = $1 AND state = 1)",
        "following_count",
    ),
)
"""How others' numbers go down by one: each account likes, boosts and follows a thing once."""

_REPLIES = (
    "UPDATE posts SET replies_count = CASE WHEN replies_count > gone.n THEN replies_count - gone.n ELSE 0 END "
    "FROM (SELECT in_reply_to_id AS parent, COUNT(*) AS n FROM posts WHERE account_id = $1 "
    "AND in_reply_to_id IS NOT NULL GROUP BY in_reply_to_id) AS gone WHERE posts.id = gone.parent"
)

_REMOVE = (
    "DELETE FROM likes WHERE account_id = $1",
    "DELETE FROM boosts WHERE account_id = $1",
    "DELETE FROM bookmarks WHERE account_id = $1",
    "DELETE FROM follows WHERE follower_id = $1 OR followed_id = $1",
    "DELETE FROM blocks WHERE account_id = $1 OR target_id = $1",
    "DELETE FROM mutes WHERE account_id = $1 OR target_id = $1",
    "DELETE FROM endorsements WHERE account_id = $1 OR target_id = $1",
    "DELETE FROM account_notes WHERE account_id = $1 OR target_id = $1",
    "DELETE FROM dismissed_suggestions WHERE account_id = $1 OR target_id = $1",
    "DELETE FROM list_members WHERE account_id = $1",
    "DELETE FROM lists WHERE account_id = $1",
    "DELETE FROM featured_tags WHERE account_id = $1",
    "DELETE FROM tag_follows WHERE account_id = $1",
    "DELETE FROM host_mutes WHERE account_id = $1",
    "DELETE FROM notifications WHERE account_id = $1 OR actor_id = $1",
    "DELETE FROM mentions WHERE account_id = $1",
    "DELETE FROM authorizations WHERE account_id = $1",
    "UPDATE reports SET reporter_id = NULL WHERE reporter_id = $1",
    "DELETE FROM posts WHERE account_id = $1",
    "DELETE FROM drafts WHERE account_id = $1",
    "DELETE FROM photos WHERE account_id = $1",
    "UPDATE media_files SET account_id = NULL WHERE account_id = $1",
    "UPDATE accounts SET followers_count = 0, following_count = 0, posts_count = 0 WHERE id = $1",
)


async def erase(change: Change, *, account_id: int) -> None:
    """Remove an account's posts, photos, likes, boosts, follows, blocks and news; signals ``media`` for the files."""
    await signal_farewell(change, account_id=account_id)
    await _bury_local_posts(change, account_id)
    for statement, column in _COUNTS:
        await change.tx.execute(statement.format(_LOWER.format(column)), account_id)
    await change.tx.execute(_REPLIES, account_id)
    for statement in _REMOVE:
        await change.tx.execute(statement, account_id)
    change.tx.signal("media")


async def erase_gone(instance: Instance, payload: dict[str, object]) -> None:
    """Do the job ``erase_account``: erase the stranger ``account_id``, whose origin says that they are gone."""
    async with instance.change() as change:
        row = await change.tx.fetch_one(
            "SELECT id FROM accounts WHERE id = $1 AND domain <> '' AND deleted_at IS NOT NULL",
            int(str(payload["account_id"])),
        )
        if row is not None:
            await erase(change, account_id=row["id"])


async def _bury_local_posts(change: Change, account_id: int) -> None:
    """Remember the addresses of posts published here, so that they answer "gone" rather than "never was"."""
    rows = await change.tx.fetch(
        "SELECT p.uri, a.uri AS actor FROM posts p JOIN accounts a ON a.id = p.account_id WHERE a.id = $1 AND p.local",
        account_id,
    )
    if rows:
        await change.tx.execute_many(
            "INSERT INTO tombstones (id, uri, actor_uri, created_at) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (uri) DO NOTHING",
            [(change.new_id(), row["uri"], row["actor"], change.now) for row in rows],
        )
