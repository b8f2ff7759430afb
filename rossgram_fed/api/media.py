"""Files on their way into posts: taken as the composer takes them, shown to their owner, described, thrown away.

A photo is ready with the answer (200). A video is kept at once and prepared by a job: 202, and 206 until it is ready.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import msgspec

from rossgram_fed.accounts.photo_preferences import photo_preferences_of
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.media import Media, media_from
from rossgram_fed.api.media_changes import change_media, describe_posted
from rossgram_fed.api.parameters import Id
from rossgram_fed.api.status_params import MediaAttributes, focal_from
from rossgram_fed.api.table import Answer, Nothing, Route
from rossgram_fed.instance import Change
from rossgram_fed.licences import licence_of
from rossgram_fed.media.keeping import remove_files
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts import uploads, videos
from rossgram_fed.posts.drafts import cleaned
from rossgram_fed.posts.owned import Owned, begin_as_chosen, owned_photo
from rossgram_fed.posts.thumbnails import Thumbnail, keep_thumbnail, made_thumbnail
from rossgram_fed.posts.uploads import RefusedUpload
from rossgram_fed.web.errors import Invalid, NotFound


class MediaParams(msgspec.Struct, kw_only=True):
    """What is said of a file; the file itself comes as ``file`` in a form, with a video's ``thumbnail`` beside it."""

    description: str | None = None
    focus: str | None = None
    license: str | None = None
    """By its name, as ``media_attachments`` have it; another name changes nothing."""


async def upload(call: Call, params: MediaParams) -> Answer:
    """Send a photo or video; what is sent waits a day for its post."""
    file, description = call.upload("file"), _description(call, params)
    if file is None:
        raise Invalid("Validation failed: File can't be blank")
    focal_from(params.focus)
    chosen = await photo_preferences_of(call.database, user_id=call.user_id)
    if params.license and licence_of(params.license):
        chosen = replace(chosen, licence=params.license)
    is_video = await videos.type_of(file, limits=call.settings.limits)
    async with _thumbnail(call, wanted=bool(is_video)) as thumbnail:

        async def begin(change: Change, photo_id: int) -> None:
            await begin_as_chosen(change, photo_id, chosen, description=description)
            if thumbnail is not None:
                await keep_thumbnail(change, photo_id, thumbnail, account_id=call.account_id)

        [came] = await uploads.receive(call.request, [file], account_id=call.account_id, then=begin)
        if isinstance(came, RefusedUpload):
            raise Invalid(came.reason)
    await _refocus(call, params, came.photo_id)
    owned = await _own(call, came.photo_id)
    return Answer(media_from(owned.photo, call.settings, open_to_all=False), 200 if _is_ready(owned) else 202)


async def show(call: Call) -> Answer:
    """Show a file of one's own, ready (200) or not yet (206)."""
    owned = await _own(call, call.id())
    if owned.photo.state is PhotoState.FAILED:
        raise Invalid(owned.photo.problem or "This file could not be prepared.")
    return Answer(media_from(owned.photo, call.settings, open_to_all=False), 200 if _is_ready(owned) else 206)


async def update(call: Call, params: MediaParams) -> Media:
    """Describe a file, and choose what must stay in sight of it, or a video's thumbnail.

    Of a file that is part of a post only the description, which is an edit of the post.
    """
    owned = await _own(call, call.id())
    description = _description(call, params)
    if owned.post_id is not None:
        if params.description is None:
            raise NotFound("Record not found")
        await describe_posted(call, owned.post_id, owned.photo.id, description)
        return media_from((await _own(call, owned.photo.id)).photo, call.settings, open_to_all=False)
    async with _thumbnail(call, wanted=owned.photo.kind == "video") as thumbnail:
        if thumbnail is not None:
            async with call.instance.change() as change:
                await keep_thumbnail(change, owned.photo.id, thumbnail, account_id=call.account_id)
    await change_media(
        call,
        [MediaAttributes(id=Id(owned.photo.id), description=params.description, focus=params.focus)],
        among=[owned.photo.id],
    )
    return media_from((await _own(call, owned.photo.id)).photo, call.settings, open_to_all=False)


async def delete(call: Call) -> Nothing:
    """Throw a file away that waits for its post."""
    owned = await _own(call, call.id())
    if owned.post_id is not None:
        raise Invalid("This file is part of a post.")
    async with call.instance.change() as change:
        await uploads.discard(change, [owned.photo.id], account_id=call.account_id)
    return Nothing()


@asynccontextmanager
async def _thumbnail(call: Call, *, wanted: bool) -> AsyncIterator[Thumbnail | None]:
    """Have the picture ready that was sent to stand for a video; its files go when it could not be put to use."""
    sent = call.upload("thumbnail") if wanted else None
    if sent is None:
        yield None
        return
    thumbnail = await made_thumbnail(call.request, sent, megabytes=call.settings.limits.photo_megabytes)
    try:
        yield thumbnail
    except BaseException:
        await remove_files(call.request.app[STORAGE], thumbnail.files)
        raise


async def _refocus(call: Call, params: MediaParams, photo_id: int) -> None:
    if params.focus:
        await change_media(call, [MediaAttributes(id=Id(photo_id), focus=params.focus)], among=[photo_id])


def _description(call: Call, params: MediaParams) -> str:
    most = call.settings.limits.description_characters
    description = cleaned(params.description or "")
    if len(description) > most:
        raise Invalid(f"Validation failed: Description is too long (maximum is {most} characters)")
    return description


def _is_ready(owned: Owned) -> bool:
    return owned.photo.state is PhotoState.READY


async def _own(call: Call, photo_id: int) -> Owned:
    owned = await owned_photo(call.database, photo_id, account_id=call.account_id)
    if owned is None:
        raise NotFound("Record not found")
    return owned


_TAKEN = (200, 202)
ROUTES = (
    Route(
        "POST",
        "/api/v2/media",
        upload,
        scope="write:media",
        takes=MediaParams,
        gives=Media,
        statuses=_TAKEN,
        files=("file", "thumbnail"),
        limit="media",
    ),
    Route(
        "POST",
        "/api/v1/media",
        upload,
        scope="write:media",
        takes=MediaParams,
        gives=Media,
        statuses=_TAKEN,
        files=("file", "thumbnail"),
        limit="media",
    ),
    Route("GET", "/api/v1/media/{id}", show, scope="write:media", gives=Media, statuses=(200, 206)),
    Route(
        "PUT", "/api/v1/media/{id}", update, scope="write:media", takes=MediaParams, gives=Media, files=("thumbnail",)
    ),
    Route("DELETE", "/api/v1/media/{id}", delete, scope="write:media", gives=Nothing),
)
