"""Tags: what they are, following them, and showing them on one's profile."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.tags import Featured, TagEntity, featured_from, tag_from
from rossgram_fed.api.paging import Paging, linked
from rossgram_fed.api.table import Answer, Nothing, Route, Who
from rossgram_fed.follows import tags
from rossgram_fed.web.errors import Invalid, NotFound


class FollowedParams(Paging, kw_only=True):
    """A stretch of the list."""


class FeatureParams(msgspec.Struct, kw_only=True):
    """Which tag."""

    name: str


async def show(call: Call) -> TagEntity:
    """Show a tag, and how much it was used this week."""
    shown = await _shown(call, _name(call))
    shown.count = await tags.posts_with(call.database, shown.name)
    return shown


async def follow(call: Call) -> TagEntity:
    """Have posts with a tag come home."""
    name = _name(call)
    async with call.instance.change() as change:
        await tags.follow_tag(change, name, account_id=call.account_id)
    return await _shown(call, name)


async def unfollow(call: Call) -> TagEntity:
    """Have them come no longer."""
    name = _name(call)
    async with call.instance.change() as change:
        await tags.unfollow_tag(change, name, account_id=call.account_id)
    return await _shown(call, name)


async def feature(call: Call) -> TagEntity:
    """Show a tag on one's profile, given in the path."""
    name = _name(call)
    async with call.instance.change() as change:
        await tags.feature_tag(change, name, account_id=call.account_id)
    return await _shown(call, name)


async def unfeature(call: Call) -> TagEntity:
    """Take a tag off one's profile, given in the path."""
    name = _name(call)
    async with call.instance.change() as change:
        await tags.unfeature_tag(change, account_id=call.account_id, name=name)
    return await _shown(call, name)


async def followed(call: Call, params: FollowedParams) -> Answer:
    """Show the tags that one follows."""
    span = params.span(usual=100, most=200)
    rows = await tags.followed_tags(
        call.database, call.account_id, before=span.before, after=span.after, limit=span.limit, order=span.order
    )
    found = await _views(call, span.newest_first(rows))
    shown = [tag_from(one, call.settings, viewed=True) for one in found]
    return linked(call, shown, cursors=[one.cursor for one in found], limit=span.limit)


async def featured(call: Call) -> list[Featured]:
    """Show the tags on one's profile."""
    return [featured_from(one, call.settings) for one in await tags.featured_tags(call.database, call.account_id)]


async def add_featured(call: Call, params: FeatureParams) -> Featured:
    """Show a tag on one's profile."""
    async with call.instance.change() as change:
        featured_id = await tags.feature_tag(change, params.name, account_id=call.account_id)
    found = await tags.featured_tags(call.database, call.account_id)
    return next(featured_from(one, call.settings) for one in found if one.id == featured_id)


async def remove_featured(call: Call) -> Nothing:
    """Take a tag off one's profile."""
    async with call.instance.change() as change:
        await tags.unfeature_tag(change, account_id=call.account_id, featured_id=call.id())
    return Nothing()


async def suggestions(call: Call) -> list[TagEntity]:
    """Show the tags that one used most, for showing them on one's profile."""
    names = await tags.suggested_tags(call.database, call.account_id)
    return [tag_from(one, call.settings, viewed=True) for one in await _views(call, names)]


async def _views(call: Call, names: list[str]) -> list[tags.TagView]:
    return await tags.tags_by_names(call.database, names, viewer_id=call.viewer_id, now=call.instance.clock())


async def _shown(call: Call, name: str) -> TagEntity:
    (found,) = await _views(call, [name])
    return tag_from(found, call.settings, viewed=call.viewer_id is not None)


def _name(call: Call) -> str:
    """Return the folded name in the path; raises ``NotFound`` for what no tag is called."""
    try:
        return tags.checked_name(call.word("name"))
    except Invalid:
        raise NotFound("Record not found") from None


_TAG = "/api/v1/tags/{name}"
ROUTES = (
    Route("GET", _TAG, show, who=Who.ANYBODY, gives=TagEntity),
    Route("POST", f"{_TAG}/follow", follow, scope="write:follows", gives=TagEntity),
    Route("POST", f"{_TAG}/unfollow", unfollow, scope="write:follows", gives=TagEntity),
    Route("POST", f"{_TAG}/feature", feature, scope="write:accounts", gives=TagEntity),
    Route("POST", f"{_TAG}/unfeature", unfeature, scope="write:accounts", gives=TagEntity),
    Route("GET", "/api/v1/followed_tags", followed, scope="read:follows", takes=FollowedParams, gives=list[TagEntity]),
    Route("GET", "/api/v1/featured_tags", featured, scope="read:accounts", gives=list[Featured]),
    Route("POST", "/api/v1/featured_tags", add_featured, scope="write:accounts", takes=FeatureParams, gives=Featured),
    Route("GET", "/api/v1/featured_tags/suggestions", suggestions, scope="read:accounts", gives=list[TagEntity]),
    Route("DELETE", "/api/v1/featured_tags/{id}", remove_featured, scope="write:accounts", gives=Nothing),
)
