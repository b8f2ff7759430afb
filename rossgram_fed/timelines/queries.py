"""The web's home feed: the home timeline of ``circles`` with photos only, and what pages need to show it."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Database
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import LARGEST_ID, Stretch
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.posts.views import PostView
from rossgram_fed.timelines.circles import home_circle
from rossgram_fed.timelines.gathering import gathered


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
    """Return posts with photos by the viewer and those they follow, and what those boosted, the newest first."""
    stretch = Stretch(before=LARGEST_ID if before is None else before, limit=limit)
    entries = await gathered(database, home_circle(photos_only=True), (viewer_id,), stretch)
    found = {
        post.id: post
        for post in await posts_by_ids(database, sorted({one.post_id for one in entries}), viewer_id=viewer_id)
    }
    cards = await _cards(database, sorted({one.booster_id for one in entries if one.booster_id is not None}))
    return tuple(
        FeedItem(one.cursor, found[one.post_id], cards.get(one.booster_id) if one.booster_id is not None else None)
        for one in entries
        if one.post_id in found
    )


async def _cards(database: Database, ids: Sequence[int]) -> dict[int, AccountCard]:
    if not ids:
        return {}
    rows = await database.fetch(f"SELECT {CARD_COLUMNS} FROM accounts a WHERE a.id IN ({placeholders(len(ids))})", *ids)
    return {row["account_id"]: card_from(row) for row in rows}
