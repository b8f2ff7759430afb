"""Give photos another crop or look: everything that is shown of them is made anew of the file that came in.

That file stays, for its owner alone, so that every change begins with it and takes nothing away for good. The new files
are in storage before the rows that need them; the old ones go with the next sweep, and with them their addresses.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from rossgram_fed.database import Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import INSTANCE, Change
from rossgram_fed.media.cropping import moved_focal
from rossgram_fed.media.editing import Edits, edits_from_json
from rossgram_fed.media.errors import BadPicture, NotReachable, NotStored, OverShare
from rossgram_fed.media.keeping import Files, note_photo_files, remove_files, renditions_text, shared, write_files
from rossgram_fed.media.pictures import Focal, Picture
from rossgram_fed.media.proofs import PROOFS
from rossgram_fed.media.quota import within_share
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.focus import as_typed, focal_of, focus_from, retype
from rossgram_fed.posts.looks import looks_from
from rossgram_fed.renditions import FEDERATED, ORIGINAL, Rendition, Renditions, renditions_from
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.forms import Form

AT_ONCE = 2
"""Photos of one request that are made at the same time."""
NOT_TO_BE_READ = "The file that this photo was made of cannot be read now. Try again in a moment."

_OWN = (
    f"account_id = $1 AND kind = 'image' AND remote_url = '' AND state = {int(PhotoState.READY)} "
    "AND (post_id IS NULL OR post_id = $2)"
)
_NO_POINTS: Mapping[int, tuple[int, int]] = {}


@dataclass(frozen=True, slots=True)
class Retouched:
    """A photo that was made anew: its files are in storage, and its row does not know them yet."""

    photo_id: int
    account_id: int
    post_id: int
    """The post that it may be part of; 0 when it must still wait for one."""
    edits: Edits
    picture: Picture
    files: Files
    focal: Focal


async def retouch_waiting(request: web.Request, form: Form, photo_ids: Sequence[int], *, account_id: int) -> None:
    """Give photos that wait for their post what the form says; what cannot be done is an error of the form."""
    looks, points = looks_from(form, photo_ids), focus_from(form, photo_ids)
    made = await retouched(request, looks, account_id=account_id, points=points, form=form)
    if not made:
        return
    try:
        async with request.app[INSTANCE].change() as change:
            await keep_retouched(change, made)
    except BaseException:
        await remove_files(request.app[STORAGE], *(one.files for one in made))
        raise
    for one in made:
        retype(form, one.photo_id, one.focal)


async def retouched(
    request: web.Request,
    looks: Mapping[int, Edits],
    *,
    account_id: int,
    points: Mapping[int, tuple[int, int]] = _NO_POINTS,
    form: Form | None = None,
    post_id: int = 0,
) -> list[Retouched]:
    """Make those photos anew whose look is another one now, or what must stay in sight of them (``posts.focus``):
    somebody's own that wait, or are part of ``post_id``.

    What cannot be made is an error of the ``form``, or ``Invalid`` without one. Nothing stays when this is cancelled.
    """
    if not looks:
        return []
    rows = await request.app[INSTANCE].database.fetch(
        f"SELECT id, edits, renditions, focal_x, focal_y FROM photos WHERE {_OWN} "
        f"AND id IN ({placeholders(len(looks), start=3)})",
        *(account_id, post_id, *looks),
    )
    turns, made = asyncio.Semaphore(AT_ONCE), list[Retouched]()

    async def one(row: Row) -> None:
        async with turns:
            try:
                edits, focal = looks[row["id"]], _focal(row, looks[row["id"]], points.get(row["id"]))
                made.append(await _made(request, row, edits, focal, account_id=account_id, post_id=post_id))
            except (BadPicture, NotStored) as refusal:
                _refuse(form, row["id"], refusal.reason)
            except NotReachable:
                _refuse(form, row["id"], NOT_TO_BE_READ)

    changed = [row for row in rows if _is_other(row, looks[row["id"]], points.get(row["id"]))]
    try:
        async with asyncio.TaskGroup() as group:
            for row in changed:
                group.create_task(one(row))
    except BaseException as error:
        await remove_files(request.app[STORAGE], *(done.files for done in made))
        if isinstance(error, ExceptionGroup) and isinstance(error.exceptions[0], Invalid):
            raise error.exceptions[0] from error
        raise
    return made


async def keep_retouched(change: Change, made: Sequence[Retouched]) -> None:
    """Write the rows of photos that were made anew; one that went elsewhere meanwhile is left as it is."""
    for one in made:
        row = await change.tx.fetch_one(
            f"SELECT renditions FROM photos WHERE {_OWN} AND id = $3", one.account_id, one.post_id, one.photo_id
        )
        if row is None:
            continue
        source = _source(renditions_from(row["renditions"]))
        new = await shared(change, one.files)
        # An untouched photo brings the file that came in again; else the one from before is kept.
        files = new if ORIGINAL in new else {**new, ORIGINAL: source}
        largest, (x, y) = new[FEDERATED], one.focal
        await change.tx.execute(
            "UPDATE photos SET renditions = $1, edits = $2, width = $3, height = $4, blurhash = $5, placeholder = $6, "
            "focal_x = $7, focal_y = $8, media_type = $9 WHERE id = $10",
            *(renditions_text(files), one.edits.as_json(), largest["width"], largest["height"], one.picture.blurhash),
            *(one.picture.placeholder, x, y, largest["media_type"], one.photo_id),
        )
        async with _share_of(change, one.account_id):
            await change.tx.execute(
                "UPDATE media_files SET photo_id = NULL WHERE photo_id = $1 AND key <> $2",
                *(one.photo_id, "" if ORIGINAL in new else source["key"]),
            )
            await note_photo_files(change, new, photo_id=one.photo_id)
        change.tx.signal("media")


@asynccontextmanager
async def _share_of(change: Change, account_id: int) -> AsyncIterator[None]:
    try:
        async with within_share(change, account_id):
            yield
    except OverShare as error:
        raise Invalid(error.reason) from error


async def _made(
    request: web.Request, row: Row, edits: Edits, focal: Focal, *, account_id: int, post_id: int
) -> Retouched:
    data = await request.app[PROOFS].original(_source(renditions_from(row["renditions"]))["key"])
    picture = await request.app[STUDIO].develop(data, edits=edits, focal=focal)
    files = await write_files(request.app[STORAGE], picture)
    return Retouched(row["id"], account_id, post_id, edits, picture.without_bytes(), files, focal)


def _source(renditions: Renditions) -> Rendition:
    """Return the file that a photo is made of: the one that came in or, where that could not be kept, the best one.

    The best one shows the untouched photo for as long as it is the only one: the first edit keeps it as the original.
    """
    return renditions.get(ORIGINAL) or renditions[FEDERATED]


def _is_other(row: Row, edits: Edits, point: tuple[int, int] | None) -> bool:
    return edits_from_json(row["edits"]) != edits or _is_chosen(row, point)


def _is_chosen(row: Row, point: tuple[int, int] | None) -> bool:
    """Whether somebody chose another point now than the one that the form began with."""
    return point is not None and point != as_typed((row["focal_x"], row["focal_y"]))


def _focal(row: Row, after: Edits, point: tuple[int, int] | None) -> Focal:
    """Return the focal point of the new crop: the one that is chosen now, or the one of before, which stays on what it
    showed; the middle is none.
    """
    focal = row["focal_x"], row["focal_y"]
    if point is not None and _is_chosen(row, point):
        return focal_of(point)
    if focal == (0.0, 0.0):
        return focal
    whole, before = _source(renditions_from(row["renditions"])), edits_from_json(row["edits"])
    size = whole["width"], whole["height"]
    return moved_focal(after, moved_focal(before, focal, size=size, back=True), size=size)


def _refuse(form: Form | None, photo_id: int, reason: str) -> None:
    if form is None:
        raise Invalid(reason)
    form.error(f"look-{photo_id}", reason)
