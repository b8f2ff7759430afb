"""What trends: posts and tags that many different people took up in the last days. Links do not trend here."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.entities.tags import TagEntity, tag_from
from rossgram_fed.api.reading import statuses_by_ids
from rossgram_fed.api.table import Answer, Route, Who
from rossgram_fed.follows.tags import tags_by_names
from rossgram_fed.timelines.trends import MOST, Trends, wanted_by

TRENDS: web.AppKey[Trends] = web.AppKey("trends", Trends)


class TrendsParams(msgspec.Struct, kw_only=True):
    """Which part of the list."""

    limit: int | None = None
    offset: int = 0

    def part(self, *, usual: int, most: int) -> slice:
        """Return which places are wanted; an absurd number becomes the nearest sane one."""
        limit = usual if self.limit is None else min(max(self.limit, 1), most)
        start = min(max(self.offset, 0), MOST)
        return slice(start, start + limit)


async def statuses(call: Call, params: TrendsParams) -> Answer:
    """Show posts that many people like or boost."""
    trends = await call.request.app[TRENDS].counted(call.instance)
    wanted = await wanted_by(call.database, trends.posts, viewer_id=call.viewer_id)
    part = params.part(usual=20, most=40)
    chosen = wanted[part]
    found = await statuses_by_ids(call.database, call.settings, chosen, viewer_id=call.viewer_id)
    return _answer(call, [found[one] for one in chosen if one in found], part, more=len(wanted) > part.stop)


async def tags(call: Call, params: TrendsParams) -> Answer:
    """Show tags that many people use."""
    trends = await call.request.app[TRENDS].counted(call.instance)
    part = params.part(usual=10, most=20)
    names = trends.tags[part]
    views = await tags_by_names(call.database, names, viewer_id=call.viewer_id, now=call.instance.clock())
    shown = [tag_from(one, call.settings, viewed=call.viewer_id is not None) for one in views]
    return _answer(call, shown, part, more=len(trends.tags) > part.stop)


async def links(_call: Call, _params: TrendsParams) -> list[dict[str, str]]:
    """Show links that trend, which are none here."""
    return []


def _answer(call: Call, shown: list[Any], part: slice, *, more: bool) -> Answer:
    if not more:
        return Answer(shown)
    address = f"{call.settings.base_url}{call.request.path}?limit={part.stop - part.start}&offset={part.stop}"
    return Answer(shown, headers={"Link": f'<{address}>; rel="next"'})


ROUTES = (
    Route("GET", "/api/v1/trends/statuses", statuses, who=Who.ANYBODY, takes=TrendsParams, gives=list[Status]),
    Route("GET", "/api/v1/trends/tags", tags, who=Who.ANYBODY, takes=TrendsParams, gives=list[TagEntity]),
    Route("GET", "/api/v1/trends", tags, who=Who.ANYBODY, takes=TrendsParams, gives=list[TagEntity]),
    Route("GET", "/api/v1/trends/links", links, who=Who.ANYBODY, takes=TrendsParams, gives=list[dict[str, str]]),
)
