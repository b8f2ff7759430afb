"""Who liked and boosted a post, and which posts quote it: lists in pages, the newest first."""

from __future__ import annotations

from collections.abc import Sequence

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.paging import Paging, linked
from rossgram_fed.api.reading import accounts_by_ids, statuses_by_ids
from rossgram_fed.api.statuses import resolved, shown
from rossgram_fed.api.table import Answer, Route, Who
from rossgram_fed.cards import AccountCard
from rossgram_fed.posts.quoted import quoting_ids
from rossgram_fed.reactions.queries import boosted_by, liked_by


async def favourited_by(call: Call, params: Paging) -> Answer:
    """List who likes a post."""
    post_id, span = await _seen(call), params.span(usual=40, most=80)
    return await _accounts(
        call, await liked_by(call.database, post_id, viewer_id=call.viewer_id, stretch=span), limit=span.limit
    )


async def reblogged_by(call: Call, params: Paging) -> Answer:
    """List who boosted a post."""
    post_id, span = await _seen(call), params.span(usual=40, most=80)
    return await _accounts(
        call, await boosted_by(call.database, post_id, viewer_id=call.viewer_id, stretch=span), limit=span.limit
    )


async def quotes(call: Call, params: Paging) -> Answer:
    """List the posts that quote a post with its author's leave."""
    post_id, span = await _seen(call), params.span()
    found = span.newest_first(
        await quoting_ids(
            call.database,
            post_id,
            viewer_id=call.viewer_id,
            between=(span.after, span.before),
            order=span.order,
            limit=span.limit,
        )
    )
    posts = await statuses_by_ids(call.database, call.settings, found, viewer_id=call.viewer_id)
    return linked(call, [posts[one] for one in found if one in posts], cursors=found, limit=span.limit)


async def _seen(call: Call) -> int:
    post_id = await resolved(call)
    await shown(call, post_id)
    return post_id


async def _accounts(call: Call, found: Sequence[tuple[int, AccountCard]], *, limit: int) -> Answer:
    accounts = await accounts_by_ids(call.database, call.settings, [card.id for _, card in found])
    items = [accounts[card.id] for _, card in found if card.id in accounts]
    return linked(call, items, cursors=[cursor for cursor, _ in found], limit=limit)


ROUTES = (
    Route(
        "GET",
        "/api/v1/statuses/{id}/favourited_by",
        favourited_by,
        scope="read:accounts",
        who=Who.ANYBODY,
        takes=Paging,
        gives=list[Account],
    ),
    Route(
        "GET",
        "/api/v1/statuses/{id}/reblogged_by",
        reblogged_by,
        scope="read:accounts",
        who=Who.ANYBODY,
        takes=Paging,
        gives=list[Account],
    ),
    Route(
        "GET",
        "/api/v1/statuses/{id}/quotes",
        quotes,
        scope="read:statuses",
        takes=Paging,
        gives=list[Status],
    ),
)
