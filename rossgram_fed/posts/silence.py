"""Threads that somebody wants no more news of. What is said there stays where it is, and is shown as ever."""

from __future__ import annotations

from rossgram_fed.instance import Change
from rossgram_fed.visibility import visible
from rossgram_fed.web.errors import NotFound


async def mute_thread(change: Change, *, account_id: int, post_id: int) -> None:
    """Tell somebody no more of the thread that a post is in; raise ``NotFound`` for a post they may not see."""
    thread_id = await change.tx.fetch_value(
        f"SELECT p.thread_id FROM posts p WHERE p.id = $2 AND {visible('$1')}",  # noqa: S608 - a constant
        account_id,
        post_id,
    )
    if thread_id is None:
        raise NotFound
    await change.tx.execute(
        "INSERT INTO thread_mutes (id, account_id, thread_id, created_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (account_id, thread_id) DO NOTHING",
        *(change.new_id(), account_id, thread_id, change.now),
    )


async def unmute_thread(change: Change, *, account_id: int, post_id: int) -> None:
    """Tell somebody of a thread again."""
    await change.tx.execute(
        "DELETE FROM thread_mutes WHERE account_id = $1 AND thread_id = (SELECT p.thread_id FROM posts p "
        "WHERE p.id = $2)",
        account_id,
        post_id,
    )
