"""Telling apps that everything of somebody goes at once: their newest posts and boosts, as many as an app may show.

Signalled before the rows go. Whoever hears of what is not for everybody is named, since nobody follows them any more
by the time that somebody looks. As with Mastodon a suspension is not told: it may be taken back, and apps find out when
they read again.
"""

from __future__ import annotations

from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState
from rossgram_fed.streaming.acts import MOST_NAMED, signal_gone

RECENT = 14 * 24 * 3600 * 1000
"""Milliseconds; older posts are in no timeline that an app still shows."""
MOST_TOLD = 100
"""Posts, and as many boosts."""


async def signal_farewell(change: Change, *, account_id: int) -> None:
    """Tell that somebody's posts and boosts are gone."""
    since = change.now - RECENT
    followers = await _ids(
        change,
        "SELECT f.follower_id AS id FROM follows f JOIN accounts a ON a.id = f.follower_id AND a.domain = '' "
        "WHERE f.followed_id = $1 AND f.state = $2 ORDER BY f.id DESC LIMIT $3",
        *(account_id, int(FollowState.ACCEPTED), MOST_NAMED),
    )
    posts = await change.tx.fetch(
        "SELECT id, visibility FROM posts WHERE account_id = $1 AND published_at > $2 AND visibility <= $3 "
        "ORDER BY id DESC LIMIT $4",
        *(account_id, since, int(Visibility.DIRECT), MOST_TOLD),
    )
    for row in posts:
        named = followers if row["visibility"] == Visibility.FOLLOWERS else []
        if row["visibility"] > Visibility.UNLISTED:
            named = [*await named_here(change, row["id"]), *named]
        signal_gone(change, row["id"], author_id=account_id, visibility=row["visibility"], named=named)
    boosts = await _ids(
        change,
        "SELECT id FROM boosts WHERE account_id = $1 AND created_at > $2 ORDER BY id DESC LIMIT $3",
        *(account_id, since, MOST_TOLD),
    )
    for boost_id in boosts:
        signal_gone(change, boost_id, author_id=account_id, visibility=Visibility.FOLLOWERS, named=followers)


async def named_here(change: Change, post_id: int) -> list[int]:
    """Return whom of this server a post names, as many as a signal takes."""
    return await _ids(
        change,
        "SELECT m.account_id AS id FROM mentions m JOIN accounts a ON a.id = m.account_id AND a.domain = '' "
        "WHERE m.post_id = $1 LIMIT $2",
        post_id,
        MOST_NAMED,
    )


async def _ids(change: Change, sql: str, *arguments: int) -> list[int]:
    return [row["id"] for row in await change.tx.fetch(sql, *arguments)]
