"""The page about this server: what it is, who runs it, what happens to a photo, and where its source is."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.accounts.queries import admins
from rossgram_fed.instance import INSTANCE
from rossgram_fed.sizes import FEDERATED_EDGE, FEED_EDGE, FULL_EDGE, GRID_EDGE
from rossgram_fed.software import LICENCE, VERSION
from rossgram_fed.web.rendering import render


async def show(request: web.Request) -> web.Response:
    """``GET /about``."""
    return await render(
        request,
        "about/about.html",
        admins=await admins(request.app[INSTANCE].database),
        version=VERSION,
        licence=LICENCE,
        edges={"grid": GRID_EDGE, "feed": FEED_EDGE, "full": FULL_EDGE, "federated": FEDERATED_EDGE},
    )
