"""The page of what a post said before, for whoever may see the post."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.instance import INSTANCE
from rossgram_fed.posts.history import MOST_KEPT, history_of
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import viewer_of


async def show(request: web.Request) -> web.Response:
    """``GET /p/{id}/history``."""
    database, viewer = request.app[INSTANCE].database, await viewer_of(request)
    viewer_id = viewer.account_id if viewer else None
    found = await posts_by_ids(database, [id_in_path(request)], viewer_id=viewer_id)
    if not found:
        raise NotFound
    versions = await history_of(database, found[0], viewer_id=viewer_id)
    return await render(request, "posts/history.html", post=found[0], versions=versions, most=MOST_KEPT)
