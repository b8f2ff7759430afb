"""Looking around, as Pixelfed's app does it: popular photos and tags, tags beside a tag, what is from a place."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.pixelfed import Hashtag, PlacePosts, RelatedTag, place_from
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.reading import statuses_by_ids
from rossgram_fed.api.table import Route
from rossgram_fed.api.trends import TRENDS
from rossgram_fed.federation.addresses import tag_url
from rossgram_fed.follows.tags import checked_name, tags_beside, tags_by_names
from rossgram_fed.places.gazetteer import gazetteer
from rossgram_fed.posts.tiles import explore_tiles, place_tiles
from rossgram_fed.timelines.trends import wanted_by
from rossgram_fed.web.errors import Invalid, NotFound

DAYS = {"daily": 1, "monthly": 31, "yearly": 365}
MOST = 30
MOST_LOOKED_AT = 90
MOST_TAGS = 12
FROM_PLACE = 60


class RangeParams(msgspec.Struct, kw_only=True):
    """Of how long: ``daily``, ``monthly`` or ``yearly``; anything else is the first."""

    range: str = "daily"


class Found(msgspec.Struct):
    """Posts, as the older of two addresses gives them."""

    posts: list[Status]


async def popular(call: Call, params: RangeParams) -> list[Status]:
    """Show the photos that most people liked or boosted in a day, a month or a year."""
    return await _popular(call, days=DAYS.get(params.range, 1))


async def popular_elsewhere(call: Call, params: RangeParams) -> list[Status]:
    """Show those of them that came from other servers."""
    return [one for one in await _popular(call, days=DAYS.get(params.range, 1)) if not one.local]


async def newest(call: Call) -> Found:
    """Show the newest public photos from here."""
    tiles = await explore_tiles(call.database, viewer_id=call.viewer_id, everywhere=False, limit=MOST)
    return Found(await _with_photos(call, [tile.id for tile in tiles]))


async def hashtags(call: Call) -> list[Hashtag]:
    """Show the tags that most people use."""
    trends = await call.request.app[TRENDS].counted(call.instance)
    views = await tags_by_names(
        call.database, trends.tags[:MOST_TAGS], viewer_id=call.viewer_id, now=call.instance.clock()
    )
    return [Hashtag(str(one.id), one.name, one.name, tag_url(call.settings, one.name)) for one in views]


async def related(call: Call) -> list[RelatedTag]:
    """Show the tags that stand beside a tag most often."""
    try:
        name = checked_name(call.word("name"))
    except Invalid:
        raise NotFound("Record not found") from None
    return [RelatedTag(other, uses) for other, uses in await tags_beside(call.database, name)]


async def from_place(call: Call) -> PlacePosts:
    """Show a place, and the newest public photos from there."""
    number = call.id()
    city = (await gazetteer()).city(number)
    if city is None:
        raise NotFound("Record not found")
    tiles = await place_tiles(call.database, number, viewer_id=call.viewer_id, limit=FROM_PLACE)
    return PlacePosts(place_from(city, call.settings.base_url), await _with_photos(call, [tile.id for tile in tiles]))


async def _popular(call: Call, *, days: int) -> list[Status]:
    posts = await call.request.app[TRENDS].posts_of(call.instance, days=days)
    wanted = await wanted_by(call.database, posts[:MOST_LOOKED_AT], viewer_id=call.viewer_id)
    return (await _with_photos(call, wanted))[:MOST]


async def _with_photos(call: Call, ids: Sequence[int]) -> list[Status]:
    """Return posts in their order; those without photos or videos are of no use where pictures are shown."""
    found = await statuses_by_ids(call.database, call.settings, ids, viewer_id=call.viewer_id)
    return [found[one] for one in ids if one in found and found[one].media_attachments]


_SCOPE = "read:statuses"
ROUTES = (
    Route("GET", "/api/v1.1/discover/posts/trending", popular, scope=_SCOPE, takes=RangeParams, gives=list[Status]),
    Route(
        "GET",
        "/api/v1.1/discover/posts/network/trending",
        popular_elsewhere,
        scope=_SCOPE,
        takes=RangeParams,
        gives=list[Status],
    ),
    Route("GET", "/api/v1.1/discover/posts/hashtags", hashtags, scope=_SCOPE, gives=list[Hashtag]),
    Route("GET", "/api/v1/discover/posts", newest, scope=_SCOPE, gives=Found),
    Route("GET", "/api/v1/tags/{name}/related", related, scope=_SCOPE, gives=list[RelatedTag]),
    Route("GET", "/api/v1.1/tags/{name}/related", related, scope=_SCOPE, gives=list[RelatedTag]),
    Route("GET", "/api/v1.1/places/posts/{id}/{slug}", from_place, scope=_SCOPE, gives=PlacePosts),
)
