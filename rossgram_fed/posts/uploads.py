"""Photos on their way in: each sent file becomes a photo that waits for its post, or a refusal that says why.

One bad file never costs the others. Files are in storage before the rows that need them; when the rows cannot be
written the files are removed, and what a killed process leaves is swept (``media.sweeping``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from rossgram_fed.config import LimitSettings
from rossgram_fed.instance import INSTANCE, Change, Instance
from rossgram_fed.licences import licence_from
from rossgram_fed.media.errors import BadPicture, Interrupted, NotStored
from rossgram_fed.media.keeping import (
    Files,
    note_photo_files,
    remove_files,
    renditions_text,
    shared,
    write_files,
)
from rossgram_fed.media.pictures import Focal, Picture
from rossgram_fed.media.quota import locked_share_of, share_of
from rossgram_fed.media.storage import STORAGE, Folder
from rossgram_fed.media.studio import STUDIO, Studio
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.videos import ReceivedVideo, receive_video, store_video, type_of
from rossgram_fed.posts.waiting import MOST_WAITING
from rossgram_fed.renditions import FEDERATED
from rossgram_fed.web.forms import Upload

AT_ONCE = 2
"""Files of one request that are in memory at the same time."""

Then = Callable[[Change, int], Awaitable[None]]

TOO_MANY = f"You have {MOST_WAITING} photos waiting already. Post or remove some of them first."


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that became a photo."""

    name: str
    """The file's name, as the browser told it."""
    photo_id: int


@dataclass(frozen=True, slots=True)
class RefusedUpload:
    """A file that did not."""

    name: str
    reason: str
    """One sentence."""
    again: bool = False
    """Whether the same file may be taken another time: it was not its fault."""


@dataclass(frozen=True, slots=True)
class Developed:
    """A photo whose files are in storage and whose row is not written yet."""

    name: str
    picture: Picture
    """Without its bytes: ``files`` says where they are."""
    files: Files
    focal: Focal = (0.0, 0.0)


Outcome = Developed | ReceivedVideo | RefusedUpload


async def receive(
    request: web.Request, uploads: Sequence[Upload], *, account_id: int, then: Then | None = None
) -> list[Uploaded | RefusedUpload]:
    """Turn the files of a form into photos of this account, in their order.

    ``then`` is called with each new photo's id in the change that keeps it.
    """
    studio, folder, instance = request.app[STUDIO], request.app[STORAGE], request.app[INSTANCE]
    limits = instance.settings.limits
    taken = await _with_room(instance, uploads, account_id=account_id) if uploads else []
    fitting = [upload for upload in taken if isinstance(upload, Upload)]
    developed = iter(await develop_all(studio, folder, fitting, limits=limits))
    outcomes = [next(developed) if isinstance(upload, Upload) else upload for upload in taken]
    try:
        async with instance.change() as change:
            kept = [await _keep(change, outcome, account_id, folder=folder, then=then) for outcome in outcomes]
    except BaseException:
        await remove_files(folder, *(outcome.files for outcome in outcomes if not isinstance(outcome, RefusedUpload)))
        raise
    late = [before for before, after in zip(outcomes, kept, strict=True) if isinstance(after, RefusedUpload)]
    await remove_files(folder, *(outcome.files for outcome in late if not isinstance(outcome, RefusedUpload)))
    return kept


async def _with_room(instance: Instance, uploads: Sequence[Upload], *, account_id: int) -> list[Upload | RefusedUpload]:
    """Refuse what is too much before anything is decoded."""
    room = MOST_WAITING - await _waiting(instance, account_id)
    share = await share_of(instance.database, account_id, limits=instance.settings.limits)
    taken: list[Upload | RefusedUpload] = []
    sent = 0
    for place, upload in enumerate(uploads):
        sent += upload.size
        if place >= room:
            taken.append(RefusedUpload(upload.file_name, TOO_MANY, again=True))
        elif not share.has_room_for(sent):
            sent -= upload.size
            taken.append(RefusedUpload(upload.file_name, share.refusal, again=True))
        else:
            taken.append(upload)
    return taken


async def _keep(
    change: Change, outcome: Outcome, account_id: int, *, folder: Folder, then: Then | None
) -> Uploaded | RefusedUpload:
    if isinstance(outcome, RefusedUpload):
        return outcome
    share = await locked_share_of(change, account_id)
    if not share.has_room_for(sum({file["key"]: file["size"] for file in outcome.files.values()}.values())):
        return RefusedUpload(outcome.name, share.refusal, again=True)
    if isinstance(outcome, ReceivedVideo):
        photo_id = await store_video(change, account_id, video=outcome, folder=folder)
    else:
        photo_id = await store_photo(change, account_id, photo=outcome, folder=folder)
    if then is not None:
        await then(change, photo_id)
    return Uploaded(outcome.name, photo_id)


async def develop_all(
    studio: Studio, folder: Folder, uploads: Sequence[Upload], *, limits: LimitSettings
) -> list[Outcome]:
    """Develop files and put what comes out into storage, without a row; nothing stays when this is cancelled.

    Videos are put there as they are.
    """
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(upload: Upload) -> Outcome:
        async with turns:
            return await _develop(studio, folder, upload, limits=limits)

    if not uploads:
        return []
    tasks = [asyncio.ensure_future(one(upload)) for upload in uploads]
    try:
        # Not gather: it would cancel the tasks too, and a second time would interrupt their cleaning up.
        finished, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in finished:
            task.result()
        return [task.result() for task in tasks]
    except BaseException:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        made = [outcome for outcome in outcomes if isinstance(outcome, Developed | ReceivedVideo)]
        await remove_files(folder, *(outcome.files for outcome in made))
        raise


async def store_photo(
    change: Change,
    account_id: int,
    *,
    photo: Developed,
    folder: Folder | None = None,
    description: str = "",
    post_id: int | None = None,
    position: int = 0,
) -> int:
    """Write the row of a photo whose files are in storage (``folder``), and return its id; without a post it waits."""
    photo_id, files, picture = change.new_id(), await shared(change, photo.files, folder=folder), photo.picture
    largest, facts = files[FEDERATED], picture.facts
    licence = licence_from(facts.licence)
    description = description or facts.description[: change.settings.limits.description_characters]
    near = "" if post_id or picture.near is None else f"{picture.near[0]} {picture.near[1]}"
    await change.tx.execute(
        "INSERT INTO photos (id, account_id, post_id, position, state, kind, description, media_type, remote_url, "
        "width, height, blurhash, placeholder, focal_x, focal_y, renditions, exif, taken_near, licence, sensitive, "
        "created_at) VALUES ($1, $2, $3, $4, $5, 'image', $6, $7, '', $8, $9, $10, $11, $12, $13, $14, $15, $16, "
        "$17, FALSE, $18)",
        *(photo_id, account_id, post_id, position, int(PhotoState.READY), description, largest["media_type"]),
        *(largest["width"], largest["height"], picture.blurhash, picture.placeholder),
        *(photo.focal[0], photo.focal[1], renditions_text(files), facts.as_json(), near),
        *(licence.name if licence else "", change.now),
    )
    await note_photo_files(change, files, photo_id=photo_id)
    return photo_id


async def discard(change: Change, photo_ids: Sequence[int], *, account_id: int) -> None:
    """Forget photos of this account that wait for a post; their files follow."""
    for photo_id in photo_ids:
        await change.tx.execute(
            "DELETE FROM photos WHERE id = $1 AND account_id = $2 AND post_id IS NULL", photo_id, account_id
        )
    change.tx.signal("media")


async def _waiting(instance: Instance, account_id: int) -> int:
    count = await instance.database.fetch_value(
        "SELECT COUNT(*) FROM photos WHERE account_id = $1 AND post_id IS NULL", account_id
    )
    return int(count)


async def _develop(studio: Studio, folder: Folder, upload: Upload, *, limits: LimitSettings) -> Outcome:
    try:
        if upload.no_room:
            raise NotStored("no room for what was sent")
        if media_type := await type_of(upload, limits=limits):
            return await receive_video(folder, upload, media_type=media_type, limits=limits)
        if upload.too_large or upload.size > limits.photo_megabytes << 20:
            reason = f"This file is larger than {limits.photo_megabytes} MB, the most this server takes."
            return RefusedUpload(upload.file_name, reason)
        picture = await studio.develop(await upload.read())
        files = await write_files(folder, picture)
    except (BadPicture, NotStored) as refusal:
        return RefusedUpload(upload.file_name, refusal.reason, again=isinstance(refusal, Interrupted | NotStored))
    return Developed(name=upload.file_name, picture=picture.without_bytes(), files=files)
