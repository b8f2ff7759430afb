"""The web's feeds: home and lists, timelines of ``circles`` with photos only, and what pages need to show them."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Database
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import LARGEST_ID, Stretch
from rossgram_fed.lists.queries import ListView
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.posts.views import PostView
from rossgram_fed.timelines.circles import Circle, home_circle, list_circle
from rossgram_fed.timelines.gathering import gathered


@dataclass(frozen=True, slots=True)
class FeedItem:
    """A post in somebody's feed, and who brought it there."""

    cursor: int
    """The id that the feed is ordered by: the post's, or the boost's."""
    post: PostView
    boosted_by: AccountCard | None = None


async def home(
    database: Database, viewer_id: int, *, before: int | None = None, limit: int = 10
) -> tuple[FeedItem, ...]:
    """Return posts with photos by the viewer and those they follow, and what those boosted, the newest first."""
    circle = home_circle(photos_only=True)
    return await _feed(database, circle, (viewer_id,), before=before, limit=limit)


async def of_list(
    database: Database, viewer_id: int, which: ListView, *, before: int | None = None, limit: int = 10
) -> tuple[FeedItem, ...]:
    """Return posts with photos by those in a list of the viewer's, and what they boosted, the newest first."""
    circle = list_circle(which.replies, photos_only=True)
    return await _feed(database, circle, (viewer_id, which.id), before=before, limit=limit)


async def newer_at_home(database: Database, viewer_id: int, than: int, *, most: int) -> int:
    """Return how much is in somebody's home feed above an entry of it, counted up to ``most``."""
    stretch = Stretch(after=than, limit=most)
    return len(await gathered(database, home_circle(photos_only=True), (viewer_id,), stretch))


async def cards_in_order(database: Database, ids: Sequence[int]) -> list[AccountCard]:
    """Return accounts in the order of their ids here, without those that are gone."""
    found = await _cards(database, ids)
    return [found[one] for one in ids if one in found]


async def _feed(
    database: Database, circle: Circle, arguments: tuple[int, ...], *, before: int | None, limit: int
) -> tuple[FeedItem, ...]:
    stretch = Stretch(before=LARGEST_ID if before is None else before, limit=limit)
    entries = await gathered(database, circle, arguments, stretch)
    found = {
        post.id: post
        for post in await posts_by_ids(database, sorted({one.post_id for one in entries}), viewer_id=arguments[0])
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
