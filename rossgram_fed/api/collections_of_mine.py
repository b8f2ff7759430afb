"""What somebody likes and what they keep; both in the order in which they did so, whose ids are in the links."""

from __future__ import annotations

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.paging import Paging
from rossgram_fed.api.reading_entries import page
from rossgram_fed.api.table import Answer, Route
from rossgram_fed.timelines.profiles import kept_by


async def bookmarks(call: Call, params: Paging) -> Answer:
    """Show the posts that one keeps."""
    return await _kept(call, params, "bookmarks")


async def favourites(call: Call, params: Paging) -> Answer:
    """Show the posts that one likes."""
    return await _kept(call, params, "likes")


async def _kept(call: Call, params: Paging, table: str) -> Answer:
    span = params.span()
    found = await kept_by(call.database, call.account_id, span, table=table)
    return await page(call, found, limit=span.limit)


ROUTES = (
    Route("GET", "/api/v1/bookmarks", bookmarks, scope="read:bookmarks", takes=Paging, gives=list[Status]),
    Route("GET", "/api/v1/favourites", favourites, scope="read:favourites", takes=Paging, gives=list[Status]),
)
