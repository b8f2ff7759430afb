"""Home, or the welcome of those who are not signed in; explore, photos and people; saved."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.accounts.finding import directory
from rossgram_fed.follows.relations import relations
from rossgram_fed.follows.suggestions import suggested_people
from rossgram_fed.ids import LARGEST_ID, read_id
from rossgram_fed.instance import INSTANCE
from rossgram_fed.posts.sifted import sifted_tiles
from rossgram_fed.posts.tiles import explore_tiles, saved_tiles
from rossgram_fed.timelines import queries
from rossgram_fed.timelines.showing import FEED_SIZE, shown
from rossgram_fed.web.paging import cursor_of, page_of
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in, viewer_of

GRID_SIZE = 24
WELCOME_SIZE = 12
PEOPLE_SIZE = 80
MOST_NEWER = 20
SUGGESTED = 6
"""People whom an empty home suggests."""


async def home(request: web.Request) -> web.Response:
    """``GET /``: what the people you follow posted; for visitors, what this server is and its newest photos."""
    viewer = await viewer_of(request)
    database = request.app[INSTANCE].database
    if viewer is None:
        tiles = await explore_tiles(database, viewer_id=None, everywhere=False, limit=WELCOME_SIZE)
        return await render(request, "timelines/welcome.html", tiles=tiles)
    before = cursor_of(request)
    found = await queries.home(database, viewer.account_id, before=before, limit=FEED_SIZE + 1)
    empty = before is None and not found
    suggested = await suggested_people(database, viewer.account_id, limit=SUGGESTED) if empty else []
    page, behind = await shown(request, viewer, found)
    return await render(
        request, "timelines/home.html", page=page, behind=behind, here=request.path_qs, suggested=suggested
    )


@signed_in
async def newer(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /newer?than=ID``: how much came to the viewer's home above an entry of it, for the script of that page."""
    than = read_id(request.query.get("than", "")) or LARGEST_ID
    database = request.app[INSTANCE].database
    count = await queries.newer_at_home(database, viewer.account_id, than, most=MOST_NEWER)
    return web.json_response({"count": count}, headers={"Cache-Control": "private, no-store"})


async def explore(request: web.Request) -> web.Response:
    """``GET /explore``: public photos from here, or with ``?show=everywhere`` from all servers we know."""
    viewer = await viewer_of(request)
    everywhere = request.query.get("show") == "everywhere"
    before = cursor_of(request)
    viewer_id = viewer.account_id if viewer else None
    found = await explore_tiles(
        request.app[INSTANCE].database,
        viewer_id=viewer_id,
        everywhere=everywhere,
        before=before,
        limit=GRID_SIZE + 1,
    )
    page = page_of(found, GRID_SIZE, id_of=lambda tile: tile.cursor, before=before)
    page = await sifted_tiles(request.app[INSTANCE], viewer_id, page)
    return await render(request, "timelines/explore.html", page=page, everywhere=everywhere)


async def people(request: web.Request) -> web.Response:
    """``GET /people``: accounts from here that want to be found, who posted last first."""
    viewer = await viewer_of(request)
    viewer_id = viewer.account_id if viewer else None
    database = request.app[INSTANCE].database
    ids = await directory(database, viewer_id=viewer_id, local=True, newest=False, limit=PEOPLE_SIZE)
    standing = await relations(database, viewer_id, ids) if viewer_id is not None else {}
    found = await queries.cards_in_order(database, ids)
    return await render(request, "timelines/people.html", found=found, relations=standing, most=PEOPLE_SIZE)


@signed_in
async def saved(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /saved``: the viewer's bookmarks, for nobody else."""
    before = cursor_of(request)
    found = await saved_tiles(request.app[INSTANCE].database, viewer.account_id, before=before, limit=GRID_SIZE + 1)
    page = page_of(found, GRID_SIZE, id_of=lambda tile: tile.cursor, before=before)
    return await render(request, "timelines/saved.html", page=page)
