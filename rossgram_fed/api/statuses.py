"""Posts, one at a time and several by their ids, with what is around them.

An app may name a boost wherever it may name a post: the boost stands for the post within (``resolved``).
"""

from __future__ import annotations

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.parameters import Id
from rossgram_fed.api.reading import statuses_by_ids
from rossgram_fed.api.table import Route, Who
from rossgram_fed.posts.queries import thread_around
from rossgram_fed.web.errors import NotFound

MOST_AT_ONCE = 40
ANCESTORS, DESCENDANTS = 40, 60
"""What somebody without a token gets of a thread; others get all that is read of it."""


class Context(msgspec.Struct):
    """What is above and below a post in its thread."""

    ancestors: list[Status]
    descendants: list[Status]


class ManyParams(msgspec.Struct, kw_only=True):
    """Ids of posts."""

    id: list[Id] = []


async def show(call: Call) -> Status:
    """Show a post."""
    return await shown(call, await resolved(call))


async def show_many(call: Call, params: ManyParams) -> list[Status]:
    """Show several posts, without those that are not there for the caller."""
    ids = [int(one) for one in dict.fromkeys(params.id)][:MOST_AT_ONCE]
    found = await statuses_by_ids(call.database, call.settings, ids, viewer_id=call.viewer_id)
    return [found[one] for one in ids if one in found]


async def context(call: Call) -> Context:
    """Show what is around a post."""
    post_id = await resolved(call)
    thread = await thread_around(call.database, post_id, viewer_id=call.viewer_id)
    if thread is None:
        # A thread can outgrow what is read of it; its posts are still there.
        await shown(call, post_id)
        return Context([], [])
    above, below = list(thread.above), [one for one, _ in thread.below]
    if call.viewer_id is None:
        above, below = above[-ANCESTORS:], below[:DESCENDANTS]
    found = await statuses_by_ids(call.database, call.settings, [*above, *below], viewer_id=call.viewer_id)
    return Context([found[one] for one in above if one in found], [found[one] for one in below if one in found])


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


ROUTES = (
    Route(
        "GET",
        "/api/v1/statuses",
        show_many,
        scope="read:statuses",
        who=Who.ANYBODY,
        takes=ManyParams,
        gives=list[Status],
    ),
    Route("GET", "/api/v1/statuses/{id}", show, scope="read:statuses", who=Who.ANYBODY, gives=Status),
    Route("GET", "/api/v1/statuses/{id}/context", context, scope="read:statuses", who=Who.ANYBODY, gives=Context),
)
