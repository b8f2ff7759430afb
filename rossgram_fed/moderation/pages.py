"""What the staff has to say to somebody, for them to read."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.instance import INSTANCE
from rossgram_fed.moderation.warnings import warnings_of
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in


@signed_in
async def warnings(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /warnings``: one's own."""
    found = await warnings_of(request.app[INSTANCE].database, viewer.account_id)
    return await render(request, "people/warnings.html", warnings=found)
