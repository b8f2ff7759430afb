"""Settings: the apps that may act for somebody, and taking that back."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.instance import INSTANCE
from rossgram_fed.oauth.callers import revoke_all
from rossgram_fed.oauth.tokens import authorized_apps, take_back
from rossgram_fed.oauth.words import in_words
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in


@signed_in
async def listing(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /settings/apps``."""
    found = await authorized_apps(request.app[INSTANCE].database, user_id=viewer.user_id)
    apps = [(app, in_words(app.scopes)) for app in found]
    return await render(request, "oauth/apps.html", apps=apps)


@signed_in
async def remove(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/apps/{id}/remove``."""
    async with request.app[INSTANCE].change() as change:
        if not await take_back(change, user_id=viewer.user_id, token_id=id_in_path(request)):
            raise NotFound
    return see_other("/settings/apps", "That app is signed out.")


@signed_in
async def remove_all(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/apps/remove-all``."""
    async with request.app[INSTANCE].change() as change:
        await revoke_all(change, user_id=viewer.user_id)
    return see_other("/settings/apps", "All apps are signed out.")
