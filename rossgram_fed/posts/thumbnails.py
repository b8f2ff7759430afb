"""A picture that somebody chose to stand for a video of theirs, in the place of one of its own.

It is made into everything that a photo is shown by. What they sent is kept besides, without its metadata, where it is
no larger than what is shown in feeds: a drawing stays as sharp as it was.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass, replace

from aiohttp import web

from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change
from rossgram_fed.media.errors import BadPicture, NotStored, OverShare
from rossgram_fed.media.keeping import Files, note_photo_files, renditions_text, shared, write_files
from rossgram_fed.media.pictures import Picture
from rossgram_fed.media.quota import within_share
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.renditions import FEED, ORIGINAL, SOURCE, THUMBNAIL, VIDEO, Renditions, renditions_from
from rossgram_fed.sizes import FEED_EDGE
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.forms import Upload

MOST_BYTES = 200_000
"""What was sent is kept as it is when it is no larger than this, and no larger than ``FEED_EDGE`` pixels."""
_KEPT_TYPES = frozenset({"image/png", "image/jpeg"})
_STAYING = (VIDEO, SOURCE)


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture whose files are in storage, and which no row knows yet."""

    picture: Picture
    """Without its bytes: ``files`` says where they are."""
    files: Files


def is_chosen(renditions: Renditions) -> bool:
    """Say whether a video that is not ready yet has a picture already, which then is one that somebody chose."""
    return FEED in renditions


async def made_thumbnail(request: web.Request, upload: Upload, *, megabytes: int) -> Thumbnail:
    """Make what was sent into a picture that can stand for a video; raise ``Invalid`` with a sentence."""
    if upload.too_large or upload.size > megabytes << 20:
        raise Invalid(f"This thumbnail is larger than {megabytes} MB, the most this server takes.")
    try:
        picture = _with_what_was_sent(await request.app[STUDIO].develop(await upload.read()))
        return Thumbnail(picture.without_bytes(), await write_files(request.app[STORAGE], picture))
    except (BadPicture, NotStored) as refusal:
        raise Invalid(refusal.reason) from refusal


async def keep_thumbnail(change: Change, photo_id: int, thumbnail: Thumbnail, *, account_id: int) -> None:
    """Let it stand for a video of this account that is being prepared or waits for its post.

    Raises ``Invalid`` where there is no such video, or their share of the storage is full.
    """
    # An update, because it locks the row: the video may be ready at this moment, and put its files there.
    row = await change.tx.fetch_one(
        "UPDATE photos SET blurhash = $1, placeholder = $2 WHERE id = $3 AND account_id = $4 AND kind = 'video' "
        "AND remote_url = '' AND post_id IS NULL AND state IN ($5, $6) RETURNING renditions",
        *(thumbnail.picture.blurhash, thumbnail.picture.placeholder, photo_id, account_id),
        *(int(PhotoState.PROCESSING), int(PhotoState.READY)),
    )
    if row is None:
        raise Invalid("Only a video of one's own that waits for its post can have a thumbnail.")
    before = renditions_from(row["renditions"])
    staying = {name: before[name] for name in _STAYING if name in before}
    files = await shared(change, thumbnail.files)
    await change.tx.execute(
        "UPDATE photos SET renditions = $1 WHERE id = $2", renditions_text({**files, **staying}), photo_id
    )
    keys = [one["key"] for one in staying.values()] or [""]
    try:
        async with within_share(change, account_id):
            await change.tx.execute(
                f"UPDATE media_files SET photo_id = NULL WHERE photo_id = $1 AND key NOT IN "
                f"({placeholders(len(keys), start=2)})",
                *(photo_id, *keys),
            )
            await note_photo_files(change, files, photo_id=photo_id)
    except OverShare as error:
        raise Invalid(error.reason) from error
    change.tx.signal("media")


def _with_what_was_sent(picture: Picture) -> Picture:
    renditions = dict(picture.renditions)
    sent = renditions.pop(ORIGINAL, None)
    if sent and sent.media_type in _KEPT_TYPES and max(sent.width, sent.height) <= FEED_EDGE:
        renditions |= {THUMBNAIL: sent} if sent.size <= MOST_BYTES else {}
    return replace(picture, renditions=renditions)
