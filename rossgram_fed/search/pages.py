"""Search: a handle or an address leads straight to what it names; other words find people, tags and photos."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.federation.network import NETWORK
from rossgram_fed.instance import INSTANCE
from rossgram_fed.posts.sifted import sifted_tiles
from rossgram_fed.posts.tiles import Tile, tiles_of
from rossgram_fed.search.posts import Part, posts_saying, with_author
from rossgram_fed.search.queries import accounts_like, tags_like
from rossgram_fed.search.resolving import NotFoundAnywhere, resolve
from rossgram_fed.search.words import MEDIA, question_from
from rossgram_fed.web.forms import clean_text
from rossgram_fed.web.paging import Page
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import viewer_of

MOST_CHARACTERS = 500
PHOTOS = 24


async def search(request: web.Request) -> web.Response:
    """``GET /search?q=``: strangers are looked up only for people who are signed in."""
    text = clean_text(request.query.get("q", ""))[:MOST_CHARACTERS]
    viewer = await viewer_of(request)
    problem = ""
    if text and viewer is not None:
        try:
            path = await resolve(request.app[NETWORK], text, viewer_id=viewer.account_id)
        except NotFoundAnywhere as why:
            path, problem = None, str(why)
        if path is not None:
            return web.Response(status=303, headers={"Location": path})
    database = request.app[INSTANCE].database
    words = text.removeprefix("@") if not problem else ""
    return await render(
        request,
        "search/search.html",
        text=text,
        problem=problem,
        photos=await _photos(request, words, viewer_id=viewer.account_id if viewer else None),
        accounts=await accounts_like(database, words, viewer_id=viewer.account_id if viewer else None)
        if words and not words.startswith("#")
        else (),
        tags=await tags_like(database, words, viewer_id=viewer.account_id if viewer else None) if words else (),
    )


async def _photos(request: web.Request, text: str, *, viewer_id: int | None) -> Page[Tile]:
    """Return the newest posts with photos that say what is looked for, as the viewer's filters leave them."""
    instance = request.app[INSTANCE]
    question = await with_author(instance.database, instance.settings, question_from(text), viewer_id=viewer_id)
    if question is None or question.empty:
        return Page(())
    part = Part(limit=PHOTOS)
    ids = await posts_saying(instance.database, question.marked(MEDIA), viewer_id=viewer_id, part=part)
    tiles = await tiles_of(instance.database, ids, viewer_id=viewer_id)
    return await sifted_tiles(instance, viewer_id, Page(tiles))
