"""The buttons that pin a post to its author's profile, and unpin it."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.instance import INSTANCE
from rossgram_fed.posts import pins
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.sessions import Viewer, signed_in


@signed_in
async def pin(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /p/{id}/pin``."""
    post_id = id_in_path(request)
    async with request.app[INSTANCE].change() as change:
        await pins.pin(change, author_id=viewer.account_id, post_id=post_id)
    return see_other(f"/p/{post_id}", "Pinned: it comes first on your profile.")


@signed_in
async def unpin(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /p/{id}/unpin``."""
    post_id = id_in_path(request)
    async with request.app[INSTANCE].change() as change:
        await pins.unpin(change, author_id=viewer.account_id, post_id=post_id)
    return see_other(f"/p/{post_id}", "Not pinned any more.")
