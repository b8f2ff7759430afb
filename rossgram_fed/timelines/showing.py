"""A page of a feed as it is shown: what filters leave of it, and what lies behind their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aiohttp import web

from rossgram_fed.instance import INSTANCE
from rossgram_fed.posts.sifted import covered, sifted
from rossgram_fed.timelines.queries import FeedItem
from rossgram_fed.web.paging import Page, cursor_of, page_of
from rossgram_fed.web.sessions import Viewer

FEED_SIZE = 10


async def shown(
    request: web.Request, viewer: Viewer, found: Sequence[FeedItem]
) -> tuple[Page[FeedItem], Mapping[int, str]]:
    """Return the page, of at most ``FEED_SIZE + 1`` items, and the names of filters that posts (by id) lie behind."""
    page = page_of(found, FEED_SIZE, id_of=lambda item: item.cursor, before=cursor_of(request))
    sieved = await sifted(request.app[INSTANCE], viewer.account_id, [item.post for item in page], context="home")
    kept = [item for item in page if item.post.id not in sieved.hidden]
    items = tuple(replace(item, post=covered(item.post, sieved)) for item in kept)
    return replace(page, items=items, left_out=len(page) - len(items)), sieved.behind
