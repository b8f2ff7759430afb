"""Posts, one at a time."""

from __future__ import annotations

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.reading import statuses_by_ids
from rossgram_fed.api.table import Route, Who
from rossgram_fed.web.errors import NotFound


async def show(call: Call) -> Status:
    """Show a post."""
    return await shown(call, call.id())


async def shown(call: Call, post_id: int) -> Status:
    """Return a post as the caller sees it; raise ``NotFound`` for what they may not see."""
    found = await statuses_by_ids(call.database, call.settings, [post_id], viewer_id=call.viewer_id)
    if post_id not in found:
        raise NotFound("Record not found")
    return found[post_id]


ROUTES = (Route("GET", "/api/v1/statuses/{id}", show, scope="read:statuses", who=Who.ANYBODY, gives=Status),)
