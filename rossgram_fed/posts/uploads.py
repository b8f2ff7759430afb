"""Photos on their way in: each sent file becomes a photo that waits for its post, or a refusal that says why.

One bad file never costs the others. Files are in storage before the rows that need them; when the rows cannot be
written the files are removed, and what a killed process leaves is swept (``media.sweeping``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from rossgram_fed.instance import INSTANCE, Change, Instance
from rossgram_fed.media.errors import BadPicture, NotStored
from rossgram_fed.media.keeping import (
    Files,
    note_photo_files,
    remove_files,
    renditions_text,
    shared,
    write_files,
)
from rossgram_fed.media.pictures import Focal, Picture
from rossgram_fed.media.storage import STORAGE, Folder
from rossgram_fed.media.studio import STUDIO, Studio
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.waiting import MOST_WAITING
from rossgram_fed.renditions import FEDERATED
from rossgram_fed.web.forms import Upload

AT_ONCE = 2
"""Files of one request that are in memory at the same time."""

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


@dataclass(frozen=True, slots=True)
class Developed:
    """A photo whose files are in storage and whose row is not written yet."""

    name: str
    picture: Picture
    """Without its bytes: ``files`` says where they are."""
    files: Files
    focal: Focal = (0.0, 0.0)


async def receive(
    request: web.Request, uploads: Sequence[Upload], *, account_id: int
) -> list[Uploaded | RefusedUpload]:
    """Turn the files of a form into photos of this account, in their order."""
    studio, folder, instance = request.app[STUDIO], request.app[STORAGE], request.app[INSTANCE]
    room = MOST_WAITING - await _waiting(instance, account_id)
    taken = uploads[: max(0, room)]
    outcomes = await develop_all(studio, folder, taken, megabytes=instance.settings.limits.photo_megabytes)
    outcomes += [RefusedUpload(upload.file_name, TOO_MANY) for upload in uploads[len(taken) :]]
    developed = [outcome for outcome in outcomes if isinstance(outcome, Developed)]
    if not developed:
        return [outcome for outcome in outcomes if isinstance(outcome, RefusedUpload)]
    try:
        async with instance.change() as change:
            ids = [await store_photo(change, account_id, photo=photo, folder=folder) for photo in developed]
    except BaseException:
        await remove_files(folder, *(photo.files for photo in developed))
        raise
    remaining = iter(ids)
    return [
        Uploaded(outcome.name, next(remaining)) if isinstance(outcome, Developed) else outcome for outcome in outcomes
    ]


async def develop_all(
    studio: Studio, folder: Folder, uploads: Sequence[Upload], *, megabytes: int
) -> list[Developed | RefusedUpload]:
    """Develop files and put what comes out into storage, without a row; nothing stays when this is cancelled."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(upload: Upload) -> Developed | RefusedUpload:
        async with turns:
            return await _develop(studio, folder, upload, megabytes=megabytes)

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
        await remove_files(folder, *(outcome.files for outcome in outcomes if isinstance(outcome, Developed)))
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
    largest = files[FEDERATED]
    near = "" if post_id or picture.near is None else f"{picture.near[0]} {picture.near[1]}"
    await change.tx.execute(
        "INSERT INTO photos (id, account_id, post_id, position, state, kind, description, media_type, remote_url, "
        "width, height, blurhash, placeholder, focal_x, focal_y, renditions, exif, taken_near, sensitive, created_at) "
        "VALUES ($1, $2, $3, $4, $5, 'image', $6, $7, '', $8, $9, $10, $11, $12, $13, $14, $15, $16, FALSE, $17)",
        *(photo_id, account_id, post_id, position, int(PhotoState.READY), description, largest["media_type"]),
        *(largest["width"], largest["height"], picture.blurhash, picture.placeholder),
        *(photo.focal[0], photo.focal[1], renditions_text(files), picture.facts.as_json(), near, change.now),
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


async def _develop(studio: Studio, folder: Folder, upload: Upload, *, megabytes: int) -> Developed | RefusedUpload:
    if upload.too_large:
        return RefusedUpload(upload.file_name, f"This file is larger than {megabytes} MB, the most this server takes.")
    try:
        picture = await studio.develop(await upload.read())
        files = await write_files(folder, picture)
    except (BadPicture, NotStored) as refusal:
        return RefusedUpload(upload.file_name, refusal.reason)
    return Developed(name=upload.file_name, picture=picture.without_bytes(), files=files)
