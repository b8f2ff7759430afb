"""Hiding one's own posts from everybody else, the list of those that are hidden, and bringing them back."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.instance import INSTANCE
from rossgram_fed.posts import archive as archiving
from rossgram_fed.posts.pages import own_view
from rossgram_fed.posts.tiles import archived_tiles
from rossgram_fed.web.errors import Refusal
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.paging import cursor_of, id_in_path, page_of
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in

PAGE = 24


@signed_in
async def archive(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /archive``: one's own hidden posts."""
    before = cursor_of(request)
    found = await archived_tiles(request.app[INSTANCE].database, viewer.account_id, before=before, limit=PAGE + 1)
    page = page_of(found, PAGE, id_of=lambda tile: tile.cursor, before=before)
    return await render(request, "posts/archive.html", page=page)


@signed_in
async def ask(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /p/{id}/archive``: sure, knowing what other servers may do?"""
    return await render(request, "posts/archiving.html", post=await own_view(request, viewer))


@signed_in
async def hide(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /p/{id}/archive``."""
    post_id = id_in_path(request)
    try:
        async with request.app[INSTANCE].change() as change:
            await archiving.archive(change, author_id=viewer.account_id, post_id=post_id)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return see_other(f"/p/{post_id}", refusal.sentence)
    return see_other(f"/p/{post_id}", "Archived: only you see it now.")


@signed_in
async def bring_back(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /p/{id}/unarchive``."""
    post_id = id_in_path(request)
    async with request.app[INSTANCE].change() as change:
        await archiving.bring_back(change, author_id=viewer.account_id, post_id=post_id)
    return see_other(f"/p/{post_id}", "It is back, for those who could see it before.")
