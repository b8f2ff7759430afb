"""Profiles with their grids, the lists of followers and followed, and tag pages."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.accounts.profiles import Profile, account_by_uri, profile_by_handle
from rossgram_fed.caption import tag_from
from rossgram_fed.federation import errands
from rossgram_fed.follows.listing import muted_hosts
from rossgram_fed.follows.queries import blocked, followers, following, muted
from rossgram_fed.follows.relations import Relation, relation, relations
from rossgram_fed.follows.tags import featured_tags, tag_standing
from rossgram_fed.instance import INSTANCE
from rossgram_fed.posts.sifted import sifted_tiles
from rossgram_fed.posts.tiles import pinned_tiles, profile_tiles, tag_tiles
from rossgram_fed.web.errors import Gone, NotFound
from rossgram_fed.web.paging import Page, cursor_of, page_of
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in, viewer_of

GRID_SIZE = 24
LIST_SIZE = 40
BLOCKS_SHOWN = 500
DAY = 24 * 60 * 60_000


async def show(request: web.Request) -> web.Response:
    """``GET /@{username}``: somebody here or, as ``name@host``, elsewhere. The first look at a stranger in a day asks
    their server who they are and for their recent photos. What they pinned comes first, and is left out where it would
    stand otherwise.
    """
    viewer = await viewer_of(request)
    found = await _profile(request)
    database, before = request.app[INSTANCE].database, cursor_of(request)
    tiles = await profile_tiles(database, found.account.id, viewer_id=_id(viewer), before=before, limit=GRID_SIZE + 1)
    page = page_of(tiles, GRID_SIZE, id_of=lambda tile: tile.cursor, before=before)
    pinned = Page(() if page.newer else await pinned_tiles(database, found.account.id, viewer_id=_id(viewer)))
    page = await sifted_tiles(request.app[INSTANCE], _id(viewer), page, context="account")
    pinned = await sifted_tiles(request.app[INSTANCE], _id(viewer), pinned, context="account")
    fetching = viewer is not None and await _freshen(request, found)
    return await render(
        request,
        "people/profile.html",
        profile=found,
        account=found.account,
        page=page,
        pinned=pinned,
        relation=await relation(database, viewer.account_id, found.account.id) if viewer else Relation(),
        fetching=fetching,
        tags=await featured_tags(database, found.account.id) if found.features_tags else (),
        moved_to=await account_by_uri(database, found.moved_to_uri) if found.moved_to_uri else None,
    )


async def show_followers(request: web.Request) -> web.Response:
    """``GET /@{username}/followers``."""
    return await _list(request, followers=True)


async def show_following(request: web.Request) -> web.Response:
    """``GET /@{username}/following``."""
    return await _list(request, followers=False)


async def show_tag(request: web.Request) -> web.Response:
    """``GET /tags/{name}``: public photos that carry a tag."""
    name = tag_from(request.match_info["name"])
    if name is None:
        raise NotFound("That is no tag.")
    viewer, before = await viewer_of(request), cursor_of(request)
    tiles = await tag_tiles(
        request.app[INSTANCE].database, name, viewer_id=_id(viewer), before=before, limit=GRID_SIZE + 1
    )
    page = page_of(tiles, GRID_SIZE, id_of=lambda tile: tile.cursor, before=before)
    page = await sifted_tiles(request.app[INSTANCE], _id(viewer), page)
    standing = (
        await tag_standing(request.app[INSTANCE].database, name, account_id=viewer.account_id) if viewer else None
    )
    return await render(request, "timelines/tag.html", tag=name, page=page, standing=standing)


@signed_in
async def show_blocks(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /settings/blocks``: whom the viewer blocks and whom they muted."""
    database = request.app[INSTANCE].database
    return await render(
        request,
        "people/blocks.html",
        blocked=await blocked(database, viewer.account_id, limit=BLOCKS_SHOWN),
        muted=await muted(database, viewer.account_id, limit=BLOCKS_SHOWN),
        hosts=[host for _, host in await muted_hosts(database, viewer.account_id, limit=BLOCKS_SHOWN)],
    )


async def _list(request: web.Request, *, followers: bool) -> web.Response:
    viewer, found = await viewer_of(request), await _profile(request)
    database, before = request.app[INSTANCE].database, cursor_of(request)
    query = _FOLLOWERS if followers else following
    hidden = found.hides_network and _id(viewer) != found.account.id
    people = () if hidden else await query(database, found.account.id, before=before, limit=LIST_SIZE + 1)
    page = page_of(people, LIST_SIZE, id_of=lambda listed: listed.id, before=before)
    ids = [listed.account.id for listed in page]
    return await render(
        request,
        "people/list.html",
        profile=found,
        account=found.account,
        page=page,
        followers=followers,
        hidden=hidden,
        relations=await relations(database, viewer.account_id, ids) if viewer else {},
    )


_FOLLOWERS = followers


async def _profile(request: web.Request) -> Profile:
    instance = request.app[INSTANCE]
    found = await profile_by_handle(instance.database, instance.settings, request.match_info["username"])
    if found is None or found.suspended:
        raise NotFound(
            "Nobody is known here by that name. If they are on another server, search for their whole handle."
        )
    if found.deleted:
        raise Gone("This account was deleted.")
    return found


async def _freshen(request: web.Request, found: Profile) -> bool:
    """Ask for a stranger's recent posts once a day; say whether the first of them are on their way."""
    instance = request.app[INSTANCE]
    if found.account.local or found.backfilled_at > instance.clock() - DAY:
        return False
    async with instance.change() as change:
        if found.backfilled_at:
            await errands.refresh_account(change, found.account.uri, account_id=found.account.id)
        await errands.backfill(change, account_id=found.account.id)
    return not found.backfilled_at


def _id(viewer: Viewer | None) -> int | None:
    return viewer.account_id if viewer else None
