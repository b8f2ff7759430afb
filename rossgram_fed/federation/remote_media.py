"""A stranger's photo, still or avatar, fetched when somebody looks at it, re-made here and kept for a while.

No reader's browser ever talks to a stranger's server, and no byte of a stranger's file is ever served: what we keep was
encoded here. An address that gave nothing usable is left alone for growing whiles.
"""

from __future__ import annotations

from aiohttp.web import AppKey
from multidict import CIMultiDict

from activitypub.errors import ActivityPubError, Refused
from activitypub.http import Request
from activitypub.origin import host_of
from rossgram_fed.database import Row
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
from rossgram_fed.federation.remote_parts import Column, keep_part
from rossgram_fed.federation.single_flight import SingleFlight
from rossgram_fed.instance import Change
from rossgram_fed.media.errors import BadPicture
from rossgram_fed.media.keeping import (
    Files,
    Portrait,
    note_photo_files,
    note_portrait,
    remove_files,
    renditions_text,
    shared,
    write_files,
)
from rossgram_fed.media.pictures import Focal, Picture, Recipe
from rossgram_fed.media.storage import Folder
from rossgram_fed.media.studio import Studio
from rossgram_fed.models.posts import PhotoState

AT_ONCE, AT_ONCE_PER_HOST = 8, 3
MOST_WAITING = 200
"""Pictures on their way; beyond that the next ones are put off, so that nobody can make us queue without end."""
_PICTURES: dict[str, Column] = {"image": "remote_url", "video": "still_url"}
"""Which column says where the picture is, by what a row is of."""
ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif,image/*;q=0.5"


class RemoteMedia:
    """Our copies of what lives elsewhere, one per instance."""

    def __init__(self, network: Network, studio: Studio, folder: Folder, *, most_waiting: int = MOST_WAITING) -> None:
        self._network = network
        self._studio = studio
        self._folder = folder
        self._flights: SingleFlight[Files] = SingleFlight()
        self._waiting = 0
        self._most_waiting = most_waiting
        self._slots = Slots(at_once=AT_ONCE, per_host=AT_ONCE_PER_HOST)

    async def photo(self, photo_id: int) -> Files:
        """Fetch a remote photo, or a video's still, once however many look at it; raise ``NotToBeHad``."""
        return await self._flights.run(f"photo {photo_id}", lambda: self._photo(photo_id))

    async def avatar(self, account_id: int) -> Files:
        """Fetch a remote account's avatar and return its file under the name ``avatar``; raise ``NotToBeHad``."""
        return await self.portrait(account_id, "avatar")

    async def portrait(self, account_id: int, what: Portrait) -> Files:
        """Fetch a remote account's avatar or header and return its file under that name; raise ``NotToBeHad``."""
        return await self._flights.run(f"{what} {account_id}", lambda: self._portrait(account_id, what))

    async def _photo(self, photo_id: int) -> Files:
        row = await self._network.instance.database.fetch_one(
            "SELECT kind, remote_url, still_url, focal_x, focal_y FROM photos WHERE id = $1", photo_id
        )
        column = _PICTURES.get(row["kind"]) if row is not None else None
        if row is None or column is None or not row[column]:
            raise NotToBeHad("There is no remote photo of this number.")
        url = row[column]
        try:
            picture = await self._picture(url, Recipe.COPY, focal=(row["focal_x"], row["focal_y"]))
        except LastingFailure as failure:
            async with self._network.instance.change() as change:
                await _give_up(change, photo_id, url, column=column)
            raise NotToBeHad(str(failure)) from failure
        files = await write_files(self._folder, picture)
        try:
            async with self._network.instance.change() as change:
                keep = _make_ready if column == "remote_url" else _keep_still
                return await keep(change, photo_id, url, picture=picture, files=files, folder=self._folder)
        except BaseException:
            await remove_files(self._folder, files)
            raise

    async def _portrait(self, account_id: int, what: Portrait) -> Files:
        row = await self._network.instance.database.fetch_one(
            f"SELECT {what}_url AS url FROM accounts "  # noqa: S608 - one of two names
            "WHERE id = $1 AND domain <> '' AND deleted_at IS NULL",
            account_id,
        )
        if row is None or not row["url"]:
            raise NotToBeHad(f"There is no remote {what} of this account.")
        try:
            picture = await self._picture(row["url"], Recipe(what), focal=(0.0, 0.0))
        except LastingFailure as failure:
            raise NotToBeHad(str(failure)) from failure
        files = await write_files(self._folder, picture)
        try:
            async with self._network.instance.change() as change:
                key = await note_portrait(change, files, what, account_id=account_id, source=row["url"])
        except BaseException:
            await remove_files(self._folder, files)
            raise
        return {what: {**files[what], "key": key}}

    async def _picture(self, url: str, recipe: Recipe, *, focal: Focal) -> Picture:
        """Fetch and develop, in our turn; a failure is written down before it is raised."""
        instance = self._network.instance
        await refuse_what_failed(instance, url)
        if self._waiting >= self._most_waiting:
            raise NotToBeHad("Too many pictures are on their way; try again in a moment.")
        self._waiting += 1
        try:
            async with self._slots.of(host_of(url)), self._slots.everybody:
                return await self._studio.develop(await self._bytes(url), focal=focal, recipe=recipe)
        except (ActivityPubError, BadPicture) as error:
            raise await note_failure(instance, url, error) from error
        finally:
            self._waiting -= 1

    async def _bytes(self, url: str) -> bytes:
        limit = self._network.instance.settings.limits.remote_media_megabytes * 1024 * 1024
        for _ in range(MOST_REDIRECTS + 1):
            refuse_ourselves(self._network.instance.settings, url)
            request = Request("GET", url, CIMultiDict({"Accept": ACCEPT}))
            response = await self._network.transport.send(request, limit=limit, file=True)
            if response.status == 200:
                return response.body
            url = redirected(response)
        raise Refused("The address leads on and on.", status=310)


async def _give_up(change: Change, photo_id: int, url: str, *, column: Column) -> None:
    """Let a photo count as failed, and a video be without a still."""
    if column == "still_url":
        await change.tx.execute("UPDATE photos SET still_url = '' WHERE id = $1 AND still_url = $2", photo_id, url)
        return
    await change.tx.execute(
        "UPDATE photos SET state = $1 WHERE id = $2 AND remote_url = $3", int(PhotoState.FAILED), photo_id, url
    )


async def _keep_still(
    change: Change, photo_id: int, url: str, *, picture: Picture, files: Files, folder: Folder
) -> Files:
    """Keep the still of a video, which stays remote; what the post said of its size and blur stands."""
    files = await keep_part(change, photo_id, files=files, column="still_url", url=url, folder=folder)
    await change.tx.execute(
        "UPDATE photos SET width = COALESCE(width, $1), height = COALESCE(height, $2), "
        "blurhash = CASE WHEN blurhash = '' THEN $3 ELSE blurhash END, "
        "placeholder = CASE WHEN placeholder = '' THEN $4 ELSE placeholder END WHERE id = $5",
        *(picture.width, picture.height, picture.blurhash, picture.placeholder, photo_id),
    )
    await forget_failure(change, url)
    return files


async def _make_ready(
    change: Change, photo_id: int, url: str, *, picture: Picture, files: Files, folder: Folder
) -> Files:
    await change.tx.execute("UPDATE media_files SET photo_id = NULL WHERE photo_id = $1", photo_id)
    files = await shared(change, files, folder=folder)
    updated: Row | None = await change.tx.fetch_one(
        "UPDATE photos SET state = $1, renditions = $2, width = $3, height = $4, "
        "blurhash = CASE WHEN blurhash = '' THEN $5 ELSE blurhash END, "
        "placeholder = CASE WHEN placeholder = '' THEN $6 ELSE placeholder END "
        "WHERE id = $7 AND remote_url = $8 RETURNING id",
        int(PhotoState.READY),
        renditions_text(files),
        picture.width,
        picture.height,
        picture.blurhash,
        picture.placeholder,
        photo_id,
        url,
    )
    if updated is None:
        raise NotToBeHad("The photo was changed or deleted while it was fetched.")
    await note_photo_files(change, files, photo_id=photo_id, remote=True)
    await forget_failure(change, url)
    return files


REMOTE_MEDIA: AppKey[RemoteMedia] = AppKey("remote_media", RemoteMedia)
"""Where an aiohttp application keeps it."""
