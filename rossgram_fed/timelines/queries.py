"""What feeds and grids show, newest first: queries over posts, never a table of their own to go stale.

Every one carries the rule of ``rossgram_fed.visibility``; what somebody muted or blocked stays out.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Database
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.posts.views import PostView
from rossgram_fed.visibility import heard, not_blocked, not_muted, visible

_PHOTO_POST = "p.photo_count > 0 AND p.in_reply_to_uri = ''"
_FOLLOWED = (
    "EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $1 AND f.followed_id = {account} "
    f"AND f.state = {int(FollowState.ACCEPTED)})"
)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """A post in somebody's home feed, and who brought it there."""

    cursor: int
    """The id that the feed is ordered by: the post's, or the boost's."""
    post: PostView
    boosted_by: AccountCard | None = None


async def home(
    database: Database, viewer_id: int, *, before: int | None = None, limit: int = 10
) -> tuple[FeedItem, ...]:
    """Return posts with photos by the viewer and those they follow, and what those boosted, the newest first.

    A post that several of them boosted is there once a page.
    """
    start = LARGEST_ID if before is None else before
    posts = await database.fetch(
        f"SELECT p.id AS cursor, p.id AS post_id FROM posts p WHERE p.id < $2 AND {_PHOTO_POST} "
        f"AND (p.account_id = $1 OR ({_FOLLOWED.format(account='p.account_id')} "
        f"AND {not_muted('$1', 'p.account_id')})) "
        f"AND p.visibility < {int(Visibility.DIRECT)} AND {visible('$1')} ORDER BY p.id DESC LIMIT {int(limit)}",
        viewer_id,
        start,
    )
    boosts = await database.fetch(
        "SELECT b.id AS cursor, b.post_id, b.account_id AS booster_id FROM boosts b JOIN posts p ON p.id = b.post_id "
        "JOIN accounts me ON me.id = b.account_id "
        f"WHERE b.id < $2 AND {_FOLLOWED.format(account='b.account_id')} AND p.account_id <> $1 "
        f"AND p.photo_count > 0 AND {not_muted('$1', 'b.account_id')} AND {not_muted('$1', 'p.account_id')} "
        f"AND {heard('me')} AND {not_blocked('$1', 'b.account_id')} AND {visible('$1')} "
        f"ORDER BY b.id DESC LIMIT {int(limit)}",
        viewer_id,
        start,
    )
    entries: dict[int, tuple[int, int | None]] = {row["post_id"]: (row["cursor"], None) for row in posts}
    for row in boosts:
        entries.setdefault(row["post_id"], (row["cursor"], row["booster_id"]))
    newest = sorted(entries.items(), key=lambda entry: entry[1][0], reverse=True)[:limit]
    found = {
        post.id: post for post in await posts_by_ids(database, [post_id for post_id, _ in newest], viewer_id=viewer_id)
    }
    cards = await _cards(database, sorted({booster for _, (_, booster) in newest if booster is not None}))
    return tuple(
        FeedItem(cursor=cursor, post=found[post_id], boosted_by=cards.get(booster) if booster else None)
        for post_id, (cursor, booster) in newest
        if post_id in found
    )


async def _cards(database: Database, ids: Sequence[int]) -> dict[int, AccountCard]:
    if not ids:
        return {}
    rows = await database.fetch(f"SELECT {CARD_COLUMNS} FROM accounts a WHERE a.id IN ({placeholders(len(ids))})", *ids)
    return {row["account_id"]: card_from(row) for row in rows}
