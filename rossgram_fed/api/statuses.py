"""Posts, one at a time and several by their ids.

An app may name a boost wherever it may name a post: the boost stands for the post within (``resolved``).
"""

from __future__ import annotations

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.reading import statuses_by_ids
from rossgram_fed.api.table import Route, Who
from rossgram_fed.web.errors import NotFound


async def show(call: Call) -> Status:
    """Show a post."""
    return await shown(call, await resolved(call))


async def resolved(call: Call, name: str = "id") -> int:
    """Return the id of the post that a path names, by its own id or by that of a boost; what is neither stays."""
    return await post_id_of(call, call.id(name))


async def post_id_of(call: Call, status_id: int) -> int:
    """Return the id of the post that an id of a status stands for."""
    within = await call.database.fetch_value("SELECT post_id FROM boosts WHERE id = $1", status_id)
    return status_id if within is None else int(within)


async def shown(call: Call, post_id: int) -> Status:
    """Return a post as the caller sees it; raise ``NotFound`` for what they may not see."""
    found = await statuses_by_ids(call.database, call.settings, [post_id], viewer_id=call.viewer_id)
    if post_id not in found:
        raise NotFound("Record not found")
    return found[post_id]


ROUTES = (Route("GET", "/api/v1/statuses/{id}", show, scope="read:statuses", who=Who.ANYBODY, gives=Status),)
