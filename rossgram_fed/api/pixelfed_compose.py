"""Posting, as Pixelfed's app does it: what the composer begins with, places, one photo in one call, the archive."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from rossgram_fed.accounts.photo_preferences import photo_preferences_of
from rossgram_fed.accounts.preferences import preferences_of
from rossgram_fed.api import media
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.pixelfed import ComposeSettings, FoundPlace, place_from
from rossgram_fed.api.entities.scheduled import ScheduledStatus
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.entities.words import VISIBILITIES
from rossgram_fed.api.offered import PHOTO_TYPES, VIDEO_TYPES
from rossgram_fed.api.paging import Paging, linked
from rossgram_fed.api.parameters import Id
from rossgram_fed.api.reading import statuses_by_ids
from rossgram_fed.api.status_params import StatusParams
from rossgram_fed.api.status_posting import post
from rossgram_fed.api.table import Answer, Route
from rossgram_fed.models.posts import Visibility
from rossgram_fed.places.gazetteer import gazetteer
from rossgram_fed.posts import archive
from rossgram_fed.posts.tiles import archived_tiles

LONGEST_QUESTION = 100


class PlaceParams(msgspec.Struct, kw_only=True):
    """How its name begins."""

    q: str = ""


class CreateParams(msgspec.Struct, kw_only=True):
    """One photo or video, as ``file``, and what is said with it."""

    status: str | None = None
    sensitive: bool | None = None
    visibility: Literal["public", "unlisted", "private"] | None = None
    spoiler_text: str | None = None
    description: str | None = None


async def settings(call: Call) -> ComposeSettings:
    """Show what the composer begins with, and what it may take."""
    limits = call.settings.limits
    chosen = await preferences_of(call.database, user_id=call.user_id)
    photos = await photo_preferences_of(call.database, user_id=call.user_id)
    return ComposeSettings(
        default_scope=VISIBILITIES[chosen.visibility or Visibility.PUBLIC],
        default_license=photos.licence or None,
        media_descriptions=chosen.require_descriptions,
        max_caption_length=limits.caption_characters,
        max_altext_length=limits.description_characters,
        max_media_attachments=limits.photos_per_post,
        max_file_size=limits.photo_megabytes << 10,
        allowed_media_types=[*PHOTO_TYPES, *(VIDEO_TYPES if limits.video_seconds else ())],
    )


async def places(call: Call, params: PlaceParams) -> list[FoundPlace]:
    """Find cities by the beginning of their names; their ids are taken as ``place_id``."""
    typed = params.q[:LONGEST_QUESTION].strip()
    found = (await gazetteer()).search(typed) if typed else ()
    return [place_from(city, call.settings.base_url) for city in found]


async def create(call: Call, params: CreateParams) -> Status | ScheduledStatus:
    """Publish one photo or video with its words, in one call."""
    sent = await media.upload(call, media.MediaParams(description=params.description))
    chosen = StatusParams(
        status=params.status,
        media_ids=[Id(sent.value.id)],
        sensitive=params.sensitive,
        spoiler_text=params.spoiler_text,
        visibility=params.visibility,
    )
    return await post(call, chosen)


async def archived(call: Call, params: Paging) -> Answer:
    """Show one's archived posts."""
    span = params.span(usual=10)
    tiles = await archived_tiles(call.database, call.account_id, before=span.before, limit=span.limit)
    found = await statuses_by_ids(call.database, call.settings, [tile.id for tile in tiles], viewer_id=call.account_id)
    shown = [found[tile.id] for tile in tiles if tile.id in found]
    return linked(call, shown, cursors=[tile.id for tile in tiles], limit=span.limit)


async def put_away(call: Call) -> list[int]:
    """Archive a post of one's own."""
    async with call.instance.change() as change:
        await archive.archive(change, author_id=call.account_id, post_id=call.id())
    return [200]


async def bring_back(call: Call) -> list[int]:
    """Show an archived post again."""
    async with call.instance.change() as change:
        await archive.bring_back(change, author_id=call.account_id, post_id=call.id())
    return [200]


async def collections(_call: Call) -> list[Any]:
    """Show one's collections: there are none here."""
    return []


_READ, _WRITE = "read:statuses", "write:statuses"
ROUTES = (
    Route("GET", "/api/v1.1/compose/settings", settings, scope="read:accounts", gives=ComposeSettings),
    Route(
        "GET",
        "/api/compose/v0/search/location",
        places,
        scope="read:search",
        takes=PlaceParams,
        gives=list[FoundPlace],
        limit="search",
    ),
    Route(
        "POST",
        "/api/v1.1/status/create",
        create,
        scope=_WRITE,
        takes=CreateParams,
        gives=Status | ScheduledStatus,
        files=("file",),
        limit="media",
    ),
    Route("GET", "/api/v1.1/archive/list", archived, scope=_READ, takes=Paging, gives=list[Status]),
    Route("POST", "/api/v1.1/archive/add/{id}", put_away, scope=_WRITE, gives=list[int]),
    Route("POST", "/api/v1.1/archive/remove/{id}", bring_back, scope=_WRITE, gives=list[int]),
    Route("GET", "/api/v1.1/collections/self", collections, scope=_READ, gives=list[Any]),
)
