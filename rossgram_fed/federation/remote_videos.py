"""A stranger's video, fetched when somebody plays it, and played by them while it arrives.

No reader's browser ever talks to a stranger's server. Unlike a picture's, a video's bytes are served as they came, but
only if they are of a kind that browsers play, and only as that. They go to the disk piece by piece, within bounds.
"""

from __future__ import annotations

import asyncio
from io import BufferedWriter
from pathlib import Path

from aiohttp.web import AppKey
from multidict import CIMultiDict

from activitypub.errors import ActivityPubError, Refused
from activitypub.http import Request
from activitypub.origin import host_of
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.remote_files import (
    MOST_REDIRECTS,
    LastingFailure,
    NotToBeHad,
    Slots,
    forget_failure,
    note_failure,
    redirected,
    refuse_ourselves,
    refuse_what_failed,
)
from rossgram_fed.federation.remote_parts import keep_part
from rossgram_fed.federation.transport import Incoming
from rossgram_fed.media.errors import BadPicture, NearlyFull, NotReachable, NotStored
from rossgram_fed.media.keeping import remove_files
from rossgram_fed.media.storage import SUFFIXES, Folder, random_key
from rossgram_fed.media.video import HEAD_BYTES, BadVideo, playable_type
from rossgram_fed.media.video_codecs import is_played_by_browsers
from rossgram_fed.renditions import VIDEO, Rendition, renditions_from

AT_ONCE, AT_ONCE_PER_HOST = 4, 2
MOST_WAITING = 24
"""Videos on their way; beyond that the next ones are put off."""
ACCEPT = "video/mp4,video/webm,video/*;q=0.5"
_PIECE = 128 * 1024

NO_VIDEOS = "This server fetches no videos from others."
NOT_PLAYED = "This video is of a kind that browsers do not play."


def too_large(megabytes: int) -> str:
    """Say why a video is a link only."""
    return f"This video is larger than {megabytes} MB, the most that this server fetches from others."


class ArrivingVideo:
    """A video on its way: a file that grows, and what is known of it so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """Where its bytes are until it is whole; whoever opened it there may read it to its end."""
        self.size: int | None = None
        """How many bytes there will be; None while that is not known."""
        self.media_type = ""
        self.have = 0
        """How many bytes are there."""
        self.key = ""
        """Under which it is kept; empty until it is whole."""
        self.failure: NotToBeHad | NotStored | NotReachable | None = None
        self._changed = asyncio.Event()

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes, for good or ill."""
        return bool(self.key) or self.failure is not None

    async def begun(self) -> None:
        """Wait until it can be played from its beginning; raise what stood in the way if it never can."""
        while not self.has_ended and (self.size is None or not self.have):
            await self._changed.wait()
        if self.failure is not None:
            raise self.failure

    async def whole(self) -> None:
        """Wait until it is kept; raise what stood in the way."""
        while not self.has_ended:
            await self._changed.wait()
        if self.failure is not None:
            raise self.failure

    async def reached(self, place: int) -> int:
        """Wait until there are more bytes than ``place``, or no more to come, and return how many there are."""
        while self.have <= place and not self.has_ended:
            await self._changed.wait()
        return self.have

    def tell(self) -> None:
        """Wake whoever waits."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class RemoteVideos:
    """Our copies of strangers' videos, and those on their way; one per instance."""

    def __init__(self, network: Network, folder: Folder, *, most_waiting: int = MOST_WAITING) -> None:
        self._network = network
        self._folder = folder
        self._under_way: dict[int, ArrivingVideo] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._most_waiting = most_waiting
        self._slots = Slots(at_once=AT_ONCE, per_host=AT_ONCE_PER_HOST)

    async def close(self) -> None:
        """Hang up on everybody; what had not arrived whole is removed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def video(self, photo_id: int) -> ArrivingVideo:
        """Fetch a stranger's video, once however many play it, and return it when it can be played from its beginning.

        Raises ``NotToBeHad``, or ``NotStored`` and ``NotReachable`` when it is our disk or bucket.
        """
        arriving = self._under_way.get(photo_id)
        if arriving is None:
            if len(self._under_way) >= self._most_waiting:
                raise NotToBeHad("Too many videos are on their way; try again in a moment.")
            arriving = self._under_way[photo_id] = ArrivingVideo(self._folder.unfinished())
            task = asyncio.create_task(self._bring(photo_id, arriving))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await arriving.begun()
        return arriving

    async def _bring(self, photo_id: int, arriving: ArrivingVideo) -> None:
        try:
            arriving.key = await self._fetch(photo_id, arriving)
        except (NotToBeHad, NotStored, NotReachable) as failure:
            arriving.failure = failure
        finally:
            if not arriving.has_ended:
                arriving.failure = NotToBeHad("The video did not arrive whole.")
            # Not in a thread: nothing is left once somebody is told, and they are told even if this task is cancelled.
            arriving.path.unlink(missing_ok=True)
            del self._under_way[photo_id]
            arriving.tell()

    async def _fetch(self, photo_id: int, arriving: ArrivingVideo) -> str:
        """Fetch and keep a video, and return the key of its file; a failure is written down before it is raised."""
        instance = self._network.instance
        row = await instance.database.fetch_one(
            "SELECT remote_url, renditions FROM photos WHERE id = $1 AND kind = 'video' AND remote_url <> ''", photo_id
        )
        if row is None:
            raise NotToBeHad("There is no remote video of this number.")
        kept = renditions_from(row["renditions"]).get(VIDEO)
        if kept is not None and await self._folder.fetch(kept["key"]) is not None:
            return kept["key"]  # it arrived since we were asked
        url = row["remote_url"]
        await refuse_what_failed(instance, url)
        try:
            async with self._slots.of(host_of(url)), self._slots.everybody:
                await self._receive(url, arriving)
        except (ActivityPubError, BadPicture) as error:
            failure = await note_failure(instance, url, error)
            if isinstance(failure, LastingFailure):
                await self._give_up(photo_id, url, str(failure))
            raise NotToBeHad(str(failure)) from error
        return await self._keep(photo_id, url, arriving)

    async def _receive(self, url: str, arriving: ArrivingVideo) -> None:
        """Write a video to where it may be played from; raise ``BadVideo`` for what is too large, or none."""
        most = self._network.instance.settings.limits.remote_video_megabytes
        if not most:
            raise BadVideo(NO_VIDEOS)
        incoming = await self._opened(url)
        try:
            if (incoming.size or 0) > most << 20:
                raise BadVideo(too_large(most))
            if self._folder.shortage(ahead=incoming.size or most << 20):
                raise NearlyFull("the reserve of the disk is reached")
            with await asyncio.to_thread(arriving.path.open, "xb") as file:
                await _write(file, incoming, arriving, most=most)
        except OSError as error:
            raise NotStored(str(error)) from error
        finally:
            incoming.close()
        if not await asyncio.to_thread(_is_played, arriving.path):
            raise BadVideo(NOT_PLAYED)

    async def _opened(self, url: str) -> Incoming:
        for _ in range(MOST_REDIRECTS + 1):
            refuse_ourselves(self._network.instance.settings, url)
            incoming = await self._network.transport.open(Request("GET", url, CIMultiDict({"Accept": ACCEPT})))
            if incoming.response.status == 200:
                return incoming
            incoming.close()
            url = redirected(incoming.response)
        raise Refused("The address leads on and on.", status=310)

    async def _keep(self, photo_id: int, url: str, arriving: ArrivingVideo) -> str:
        key = random_key(SUFFIXES[arriving.media_type])
        digest = await self._folder.adopt(arriving.path, key)
        video = Rendition(key=key, media_type=arriving.media_type, width=0, height=0, size=arriving.have, digest=digest)
        try:
            async with self._network.instance.change() as change:
                files = await keep_part(
                    change, photo_id, files={VIDEO: video}, column="remote_url", url=url, folder=self._folder
                )
                await forget_failure(change, url)
        except BaseException:
            await remove_files(self._folder, {VIDEO: video})
            raise
        return files[VIDEO]["key"]

    async def _give_up(self, photo_id: int, url: str, reason: str) -> None:
        """Let a video be a link from now on."""
        async with self._network.instance.change() as change:
            await change.tx.execute(
                "UPDATE photos SET problem = $1 WHERE id = $2 AND remote_url = $3", reason[:500], photo_id, url
            )


async def _write(file: BufferedWriter, incoming: Incoming, arriving: ArrivingVideo, *, most: int) -> None:
    waiting = bytearray()
    async for piece in incoming.pieces():
        waiting += piece
        if arriving.have + len(waiting) > most << 20:
            raise BadVideo(too_large(most))
        if len(waiting) >= (_PIECE if arriving.have else HEAD_BYTES):
            await _put(file, waiting, arriving, size=incoming.size)
    await _put(file, waiting, arriving, size=incoming.size)
    if not arriving.have:
        raise BadVideo(NOT_PLAYED)


async def _put(file: BufferedWriter, waiting: bytearray, arriving: ArrivingVideo, *, size: int | None) -> None:
    """Write what has gathered; the first of it says what the file is, and whether it may be played at all."""
    if not arriving.have and waiting:
        kind = playable_type(bytes(waiting[:HEAD_BYTES]))
        if not kind:
            raise BadVideo(NOT_PLAYED)
        # Every browser reads what phones call QuickTime as the MP4 that it is, and some read it only so.
        arriving.media_type, arriving.size = "video/webm" if kind == "video/webm" else "video/mp4", size
    await asyncio.to_thread(_append, file, bytes(waiting))
    arriving.have += len(waiting)
    waiting.clear()
    arriving.tell()


def _append(file: BufferedWriter, data: bytes) -> None:
    file.write(data)
    file.flush()


def _is_played(path: Path) -> bool:
    with path.open("rb") as file:
        return is_played_by_browsers(file)


REMOTE_VIDEOS: AppKey[RemoteVideos] = AppKey("remote_videos", RemoteVideos)
"""Where an aiohttp application keeps it."""
