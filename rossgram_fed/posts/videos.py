"""Videos on their way in: kept at once as they were sent, and prepared by a job that outlives every process.

Until it is prepared a video has one file, the one that was sent with all its metadata, which nobody is ever shown; it
goes when the video is ready, or could not be made so. A post takes no video that is not ready (``actions``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from rossgram_fed.config import LimitSettings
from rossgram_fed.federation import errands
from rossgram_fed.instance import Change, Instance
from rossgram_fed.media.errors import BadPicture, Interrupted, NearlyFull, NotReachable, OverShare
from rossgram_fed.media.gifs import GIF, is_gif, moves
from rossgram_fed.media.keeping import Files, note_photo_files, remove_files, renditions_text, shared, write_files
from rossgram_fed.media.pictures import Picture
from rossgram_fed.media.quota import within_share
from rossgram_fed.media.storage import SUFFIXES, Folder, random_key
from rossgram_fed.media.studio import Studio
from rossgram_fed.media.video import HEAD_BYTES, BadVideo, Clip, video_type
from rossgram_fed.media.video_studio import VideoStudio
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.thumbnails import is_chosen
from rossgram_fed.renditions import ORIGINAL, SOURCE, VIDEO, Rendition, renditions_from
from rossgram_fed.web.forms import Upload

TRIES = 2
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class ReceivedVideo:
    """A video whose file is in storage and whose row is not written yet."""

    name: str
    files: Files


async def type_of(upload: Upload, *, limits: LimitSettings) -> str:
    """Return the media type of a sent video, or GIF that moves; empty for a file that is neither.

    Where no videos are taken a GIF is a photo of its first picture.
    """
    head = await asyncio.to_thread(_read, upload, 0, HEAD_BYTES)
    if is_gif(head) and limits.video_seconds:
        return GIF if await asyncio.to_thread(moves, upload.file) else ""
    return video_type(head)


async def receive_video(folder: Folder, upload: Upload, *, media_type: str, limits: LimitSettings) -> ReceivedVideo:
    """Keep a sent video as it is; raise ``BadVideo`` or ``NotStored`` with a sentence."""
    if not limits.video_seconds:
        raise BadVideo("This is a video; this server takes photos only.")
    if upload.too_large or upload.size > limits.video_megabytes << 20:
        raise BadVideo(f"This video is larger than {limits.video_megabytes} MB, the most this server takes.")
    if folder.shortage(ahead=upload.size):
        raise NearlyFull("the reserve of the disk is reached")
    key = random_key(SUFFIXES[media_type])
    digest = await folder.take(key, _pieces(upload))
    source = Rendition(key=key, media_type=media_type, width=0, height=0, size=upload.size, digest=digest)
    return ReceivedVideo(upload.file_name, {SOURCE: source})


async def store_video(change: Change, account_id: int, *, video: ReceivedVideo, folder: Folder) -> int:
    """Write the row of a video that is to be prepared, and ask for that; return its id."""
    photo_id, files = change.new_id(), await shared(change, video.files, folder=folder)
    await change.tx.execute(
        "INSERT INTO photos (id, account_id, post_id, position, state, kind, description, media_type, remote_url, "
        "blurhash, placeholder, focal_x, focal_y, renditions, sensitive, created_at, "
        "loops) VALUES ($1, $2, NULL, 0, $3, 'video', '', $4, '', '', '', 0.0, 0.0, $5, FALSE, $6, $7)",
        *(photo_id, account_id, int(PhotoState.PROCESSING), files[SOURCE]["media_type"]),
        *(renditions_text(files), change.now, files[SOURCE]["media_type"] == GIF),
    )
    await note_photo_files(change, files, photo_id=photo_id)
    await errands.prepare_video(change, photo_id=photo_id)
    return photo_id


@dataclass(frozen=True, slots=True)
class VideoMaker:
    """What preparing a video takes."""

    instance: Instance
    folder: Folder
    studio: Studio
    videos: VideoStudio

    async def prepare(self, payload: dict[str, object]) -> None:
        """Do the job ``prepare_video``; doing it twice does no harm.

        A video that cannot be prepared keeps the reason; a disk or a share that is full, or a bucket that does not
        answer, raises, and the job is tried again.
        """
        photo_id = int(str(payload["photo_id"]))
        row = await self.instance.database.fetch_one(
            "SELECT renditions, account_id FROM photos WHERE id = $1 AND state = $2",
            photo_id,
            int(PhotoState.PROCESSING),
        )
        if row is None:
            return
        source = await self.folder.fetch(renditions_from(row["renditions"])[SOURCE]["key"])
        made = self.folder.unfinished()
        try:
            if source is None:
                raise BadVideo("The file of this video is gone from this server. Remove it and add it again.")
            clip = await self._made(source, made)
            picture = await self.studio.develop(clip.poster)
            await self._keep(photo_id, clip, made, picture=picture, account_id=row["account_id"])
        except OverShare as waits:
            await self._say(photo_id, waits.reason)
            raise
        except BadPicture as refusal:
            await self._fail(photo_id, refusal.reason)
        finally:
            await asyncio.to_thread(made.unlink, missing_ok=True)

    async def _made(self, source: Path, made: Path) -> Clip:
        for _ in range(TRIES - 1):
            try:
                return await self.videos.prepare(source, made)
            except Interrupted:
                await asyncio.to_thread(made.unlink, missing_ok=True)
        return await self.videos.prepare(source, made)

    async def _keep(self, photo_id: int, clip: Clip, made: Path, *, picture: Picture, account_id: int) -> None:
        key, size = random_key(".mp4"), (await asyncio.to_thread(made.stat)).st_size
        if self.folder.shortage(ahead=size):
            raise NotReachable("there is no room for the finished video")
        digest = await self.folder.adopt(made, key)
        video = Rendition(
            key=key, media_type="video/mp4", width=clip.width, height=clip.height, size=size, digest=digest
        )
        files: Files = {VIDEO: video}
        try:
            stills = await write_files(self.folder, picture)
            stills.pop(ORIGINAL, None)
            files |= stills
            async with self.instance.change() as change, within_share(change, account_id):
                idle = await _make_ready(change, photo_id, clip, picture=picture, files=files, folder=self.folder)
        except BaseException:
            await remove_files(self.folder, files)
            raise
        await remove_files(self.folder, idle)

    async def _say(self, photo_id: int, why: str) -> None:
        """Tell its owner why a video still waits; what they sent is kept, and prepared once more when there is room."""
        async with self.instance.change() as change:
            await change.tx.execute(
                "UPDATE photos SET problem = $1 WHERE id = $2 AND state = $3",
                *(why, photo_id, int(PhotoState.PROCESSING)),
            )

    async def _fail(self, photo_id: int, reason: str) -> None:
        async with self.instance.change() as change:
            await change.tx.execute(
                "UPDATE photos SET state = $1, problem = $2, renditions = '{}' WHERE id = $3 AND state = $4",
                *(int(PhotoState.FAILED), reason, photo_id, int(PhotoState.PROCESSING)),
            )
            await change.tx.execute("UPDATE media_files SET photo_id = NULL WHERE photo_id = $1", photo_id)
            change.tx.signal("media")


async def _make_ready(
    change: Change, photo_id: int, clip: Clip, *, picture: Picture, files: Files, folder: Folder
) -> Files:
    """Put what was made in the place of what was sent, and return what of it is for nothing: all of it when the video
    was removed meanwhile, its stills when a picture was chosen to stand for it.
    """
    row = await change.tx.fetch_one(
        "UPDATE photos SET state = $1, width = $2, height = $3, duration = $4, media_type = $5, problem = '' "
        "WHERE id = $6 AND state = $7 RETURNING renditions, blurhash, placeholder",
        *(int(PhotoState.READY), clip.width, clip.height, clip.duration, "video/mp4"),
        *(photo_id, int(PhotoState.PROCESSING)),
    )
    if row is None:
        return files
    before = dict(renditions_from(row["renditions"]))
    sent, looks = before.pop(SOURCE), (row["blurhash"], row["placeholder"])
    if not is_chosen(before):
        looks = picture.blurhash, picture.placeholder
    new = await shared(change, {VIDEO: files[VIDEO]} if is_chosen(before) else files, folder=folder)
    await change.tx.execute(
        "UPDATE photos SET renditions = $1, blurhash = $2, placeholder = $3 WHERE id = $4",
        *(renditions_text({**before, **new}), *looks, photo_id),
    )
    await change.tx.execute(
        "UPDATE media_files SET photo_id = NULL WHERE photo_id = $1 AND key = $2", photo_id, sent["key"]
    )
    await note_photo_files(change, new, photo_id=photo_id)
    change.tx.signal("media")
    return {name: file for name, file in files.items() if name not in new}


async def _pieces(upload: Upload) -> AsyncIterator[bytes]:
    place = 0
    while piece := await asyncio.to_thread(_read, upload, place, _PIECE):
        place += len(piece)
        yield piece


def _read(upload: Upload, place: int, size: int) -> bytes:
    upload.file.seek(place)
    return upload.file.read(size)
