"""What somebody does to a post through an app: like, boost, keep, pin, and want no more news of its thread.

Each answers with the post as it is afterwards, and doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.reading import boosts_by_ids
from rossgram_fed.api.statuses import resolved, shown
from rossgram_fed.api.table import Route
from rossgram_fed.instance import Change
from rossgram_fed.posts import pins, silence
from rossgram_fed.reactions import actions as reactions
from rossgram_fed.web.errors import NotFound


class ReblogParams(msgspec.Struct, kw_only=True):
    """A boost; its audience is taken and left alone: boosts here are for everybody."""

    visibility: Literal["public", "unlisted", "private", "direct", ""] | None = None


class Act(Protocol):
    """An action on a post."""

    def __call__(self, change: Change, *, account_id: int, post_id: int) -> Awaitable[None]:
        """Do it."""


async def favourite(call: Call) -> Status:
    """Like a post."""
    return await _done(call, reactions.like)


async def unfavourite(call: Call) -> Status:
    """Take a like back."""
    return await _done(call, reactions.unlike)


async def bookmark(call: Call) -> Status:
    """Keep a post for oneself."""
    return await _done(call, reactions.bookmark)


async def unbookmark(call: Call) -> Status:
    """Keep a post no longer."""
    return await _done(call, reactions.unbookmark)


async def mute(call: Call) -> Status:
    """Want no more news of a thread."""
    return await _done(call, silence.mute_thread)


async def unmute(call: Call) -> Status:
    """Want news of a thread again."""
    return await _done(call, silence.unmute_thread)


async def pin(call: Call) -> Status:
    """Show one's own post before all others."""
    return await _done(call, _pin)


async def unpin(call: Call) -> Status:
    """Show a post in its place again."""
    return await _done(call, _unpin)


async def reblog(call: Call, params: ReblogParams) -> Status:
    """Boost a post; the answer is the boost, with the post in it."""
    post_id = await resolved(call)
    await shown(call, post_id)
    async with call.instance.change() as change:
        await reactions.boost(change, account_id=call.account_id, post_id=post_id)
    boost_id = await call.database.fetch_value(
        "SELECT id FROM boosts WHERE account_id = $1 AND post_id = $2", call.account_id, post_id
    )
    found = await boosts_by_ids(call.database, call.settings, [boost_id or 0], viewer_id=call.account_id)
    if boost_id not in found:
        raise NotFound("Record not found")
    return found[boost_id]


async def unreblog(call: Call) -> Status:
    """Take a boost back; the answer is the post."""
    return await _done(call, reactions.unboost)


async def translate(call: Call) -> Status:
    """Translate a post; this server has no service for that, as a server of Mastodon's without one says."""
    await shown(call, await resolved(call))
    raise NotFound("This server translates nothing.")


async def _done(call: Call, act: Act) -> Status:
    post_id = await resolved(call)
    before = await shown(call, post_id)
    async with call.instance.change() as change:
        await act(change, account_id=call.account_id, post_id=post_id)
    return await shown(call, int(before.id))


async def _pin(change: Change, *, account_id: int, post_id: int) -> None:
    await pins.pin(change, author_id=account_id, post_id=post_id)


async def _unpin(change: Change, *, account_id: int, post_id: int) -> None:
    await pins.unpin(change, author_id=account_id, post_id=post_id)


def _route(name: str, handler: Callable[[Call], Awaitable[Status]], scope: str) -> Route:
    return Route("POST", f"/api/v1/statuses/{{id}}/{name}", handler, scope=scope, gives=Status)


ROUTES = (
    _route("favourite", favourite, "write:favourites"),
    _route("unfavourite", unfavourite, "write:favourites"),
    _route("bookmark", bookmark, "write:bookmarks"),
    _route("unbookmark", unbookmark, "write:bookmarks"),
    _route("mute", mute, "write:mutes"),
    _route("unmute", unmute, "write:mutes"),
    _route("pin", pin, "write:accounts"),
    _route("unpin", unpin, "write:accounts"),
    Route(
        "POST",
        "/api/v1/statuses/{id}/reblog",
        reblog,
        scope="write:statuses",
        takes=ReblogParams,
        gives=Status,
    ),
    _route("unreblog", unreblog, "write:statuses"),
    _route("translate", translate, "read:statuses"),
)
