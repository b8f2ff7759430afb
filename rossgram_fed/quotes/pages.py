"""Who quotes a post, for its author, who may take their leave back one by one."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.ids import read_id
from rossgram_fed.instance import INSTANCE
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.posts.views import PostView
from rossgram_fed.quotes import words
from rossgram_fed.quotes.queries import quotes_of
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in


@signed_in
async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /p/{id}/quotes``."""
    post = await _own(request, viewer)
    found = await quotes_of(request.app[INSTANCE].database, post.id, viewer_id=viewer.account_id)
    return await render(request, "quotes/post.html", post=post, quotes=found)


@signed_in
async def revoke(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /p/{id}/quotes/{authorization}/revoke``: from now on the other post shows a link only."""
    post = await _own(request, viewer)
    async with request.app[INSTANCE].change() as change:
        ended = await words.revoke(
            change, read_id(request.match_info["authorization"]) or 0, author_id=viewer.account_id
        )
    if not ended:
        raise NotFound("There is no such quote (any more).")
    return see_other(f"{post.path}/quotes", "The quote is taken back.")


async def _own(request: web.Request, viewer: Viewer) -> PostView:
    found = await posts_by_ids(request.app[INSTANCE].database, [id_in_path(request)], viewer_id=viewer.account_id)
    if not found or not (found[0].own and found[0].local):
        raise NotFound("There is no such post of yours.")
    return found[0]
