"""Places: finding a city, the grid of one, the grid of what somebody is in; and taking one's name back."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.accounts.profiles import profile_by_handle
from rossgram_fed.ids import read_id
from rossgram_fed.instance import INSTANCE
from rossgram_fed.places.gazetteer import gazetteer
from rossgram_fed.posts.people import untag
from rossgram_fed.posts.sifted import sifted_tiles
from rossgram_fed.posts.tiles import place_tiles, tagged_tiles
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.paging import cursor_of, id_in_path, page_of
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in, viewer_of

GRID_SIZE = 24
LONGEST_QUESTION = 100


async def find(request: web.Request) -> web.Response:
    """``GET /places?q=``: cities whose name begins so."""
    typed = request.query.get("q", "")[:LONGEST_QUESTION]
    cities = (await gazetteer()).search(typed) if typed.strip() else ()
    return await render(request, "posts/places.html", typed=typed, cities=cities)


async def show(request: web.Request) -> web.Response:
    """``GET /places/{id}``: the public photos of a place."""
    number = read_id(request.match_info["id"]) or 0
    city = (await gazetteer()).city(number)
    viewer, before = await viewer_of(request), cursor_of(request)
    tiles = await place_tiles(
        request.app[INSTANCE].database,
        number,
        viewer_id=viewer.account_id if viewer else None,
        before=before,
        limit=GRID_SIZE + 1,
    )
    if city is None:
        raise NotFound("That place is not known here.")
    page = page_of(tiles, GRID_SIZE, id_of=lambda tile: tile.cursor, before=before)
    page = await sifted_tiles(request.app[INSTANCE], viewer.account_id if viewer else None, page)
    return await render(request, "posts/place.html", city=city, page=page)


async def tagged(request: web.Request) -> web.Response:
    """``GET /@{username}/tagged``: the photos that somebody here is in, as far as the viewer may see them."""
    instance, viewer, before = request.app[INSTANCE], await viewer_of(request), cursor_of(request)
    found = await profile_by_handle(instance.database, instance.settings, request.match_info["username"])
    if found is None or found.suspended or found.deleted or not found.account.local:
        raise NotFound("Nobody here has that name.")
    tiles = await tagged_tiles(
        instance.database,
        found.account.id,
        viewer_id=viewer.account_id if viewer else None,
        before=before,
        limit=GRID_SIZE + 1,
    )
    page = page_of(tiles, GRID_SIZE, id_of=lambda tile: tile.cursor, before=before)
    page = await sifted_tiles(instance, viewer.account_id if viewer else None, page, context="account")
    return await render(request, "posts/tagged.html", account=found.account, page=page)


@signed_in
async def take_name_off(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /p/{id}/untag``: take one's own name back."""
    post_id = id_in_path(request)
    async with request.app[INSTANCE].change() as change:
        await untag(change, account_id=viewer.account_id, post_id=post_id)
    return see_other("/notifications", "Your name is off that post, and its author cannot put it back.")
