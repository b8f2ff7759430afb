"""A stranger's photo or avatar, fetched when somebody looks at it, re-made here and kept for a while.

No reader's browser ever talks to a stranger's server, and no byte of a stranger's file is ever served: what we keep was
encoded here. An address that gave nothing usable is left alone for growing whiles.
"""

from __future__ import annotations

import asyncio
import hashlib
from urllib.parse import urljoin
from weakref import WeakValueDictionary

from aiohttp.web import AppKey
from multidict import CIMultiDict

from activitypub.errors import ActivityPubError, AddressRefused, Refused
from activitypub.http import Request, Response
from activitypub.origin import host_of
from rossgram_fed.database import Row
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.single_flight import SingleFlight
from rossgram_fed.instance import Change
from rossgram_fed.media.errors import BadPicture, Interrupted
from rossgram_fed.media.keeping import (
    Files,
    note_avatar,
    note_photo_files,
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
MOST_REDIRECTS = 3
ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif,image/*;q=0.5"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({401, 403, 404, 410, 451})
_MINUTE, _DAY = 60_000, 24 * 60 * 60_000
_LASTING = 6
"""After so many failures in a row, or one that says it is for good, a photo counts as gone."""


class NotToBeHad(Exception):
    """The picture cannot be shown now; the text says why."""


class RemoteMedia:
    """Our copies of what lives elsewhere, one per instance."""

    def __init__(self, network: Network, studio: Studio, folder: Folder, *, most_waiting: int = MOST_WAITING) -> None:
        self._network = network
        self._studio = studio
        self._folder = folder
        self._flights: SingleFlight[Files] = SingleFlight()
        self._waiting = 0
        self._most_waiting = most_waiting
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._host_slots: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def photo(self, photo_id: int) -> Files:
        """Fetch a remote photo, once however many look at it, and return its files; raise ``NotToBeHad``."""
        return await self._flights.run(f"photo {photo_id}", lambda: self._photo(photo_id))

    async def avatar(self, account_id: int) -> Files:
        """Fetch a remote account's avatar and return its file under the name ``avatar``; raise ``NotToBeHad``."""
        return await self._flights.run(f"avatar {account_id}", lambda: self._avatar(account_id))

    async def _photo(self, photo_id: int) -> Files:
        row = await self._network.instance.database.fetch_one(
            "SELECT kind, remote_url, focal_x, focal_y FROM photos WHERE id = $1", photo_id
        )
        if row is None or not row["remote_url"] or row["kind"] != "image":
            raise NotToBeHad("There is no remote photo of this number.")
        url = row["remote_url"]
        try:
            picture = await self._picture(url, Recipe.COPY, focal=(row["focal_x"], row["focal_y"]))
        except _LastingFailure as failure:
            async with self._network.instance.change() as change:
                await change.tx.execute(
                    "UPDATE photos SET state = $1 WHERE id = $2 AND remote_url = $3",
                    int(PhotoState.FAILED),
                    photo_id,
                    url,
                )
            raise NotToBeHad(str(failure)) from failure
        files = await write_files(self._folder, picture)
        try:
            async with self._network.instance.change() as change:
                return await _make_ready(change, photo_id, url, picture=picture, files=files, folder=self._folder)
        except BaseException:
            await remove_files(self._folder, files)
            raise

    async def _avatar(self, account_id: int) -> Files:
        row = await self._network.instance.database.fetch_one(
            "SELECT avatar_url FROM accounts WHERE id = $1 AND domain <> '' AND deleted_at IS NULL", account_id
        )
        if row is None or not row["avatar_url"]:
            raise NotToBeHad("There is no remote avatar of this account.")
        try:
            picture = await self._picture(row["avatar_url"], Recipe.AVATAR, focal=(0.0, 0.0))
        except _LastingFailure as failure:
            raise NotToBeHad(str(failure)) from failure
        files = await write_files(self._folder, picture)
        try:
            async with self._network.instance.change() as change:
                key = await note_avatar(change, files, account_id=account_id, source=row["avatar_url"])
        except BaseException:
            await remove_files(self._folder, files)
            raise
        return {"avatar": {**files["avatar"], "key": key}}

    async def _picture(self, url: str, recipe: Recipe, *, focal: Focal) -> Picture:
        """Fetch and develop, in our turn; a failure is written down before it is raised."""
        instance = self._network.instance
        failed = await instance.database.fetch_one(
            "SELECT reason, retry_at FROM media_failures WHERE id = $1", _address_id(url)
        )
        if failed is not None and failed["retry_at"] > instance.clock():
            raise NotToBeHad(failed["reason"])
        if self._waiting >= self._most_waiting:
            raise NotToBeHad("Too many pictures are on their way; try again in a moment.")
        self._waiting += 1
        try:
            async with self._slot_of(host_of(url)), self._slots:
                return await self._studio.develop(await self._bytes(url), focal=focal, recipe=recipe)
        except (ActivityPubError, BadPicture) as error:
            raise await self._failure(url, error) from error
        finally:
            self._waiting -= 1

    async def _bytes(self, url: str) -> bytes:
        limit = self._network.instance.settings.limits.remote_media_megabytes * 1024 * 1024
        for _ in range(MOST_REDIRECTS + 1):
            if host_of(url) == host_of(self._network.instance.settings.base_url):
                raise AddressRefused("We do not fetch our own pictures from ourselves.")
            request = Request("GET", url, CIMultiDict({"Accept": ACCEPT}))
            response = await self._network.transport.send(request, limit=limit, file=True)
            if response.status == 200:
                return response.body
            url = _redirected(response)
        raise Refused("The address leads on and on.", status=310)

    async def _failure(self, url: str, error: Exception) -> Exception:
        """Write down when to try again, and say whether it is worth while."""
        bad = isinstance(error, BadPicture) and not isinstance(error, Interrupted)
        lasting = bad or (isinstance(error, Refused) and error.status in _GONE)
        async with self._network.instance.change() as change:
            row = await change.tx.fetch_one(
                "INSERT INTO media_failures (id, failures, reason, retry_at) VALUES ($1, 1, $2, $3) "
                "ON CONFLICT (id) DO UPDATE SET failures = media_failures.failures + 1, reason = $2 RETURNING failures",
                _address_id(url),
                str(error)[:500],
                change.now,
            )
            failures = int(row["failures"]) if row is not None else 1
            pause = _DAY if lasting else min(_DAY, 5 * _MINUTE * 4 ** min(failures - 1, 5))
            await change.tx.execute(
                "UPDATE media_failures SET retry_at = $1 WHERE id = $2", change.now + pause, _address_id(url)
            )
        return _LastingFailure(str(error)) if lasting or failures >= _LASTING else NotToBeHad(str(error))

    def _slot_of(self, host: str) -> asyncio.Semaphore:
        slot = self._host_slots.get(host)
        if slot is None:
            slot = self._host_slots[host] = asyncio.Semaphore(AT_ONCE_PER_HOST)
        return slot


class _LastingFailure(Exception):
    """The address will give nothing usable for a long while."""


def _redirected(response: Response) -> str:
    location = response.headers.get("Location", "")
    if response.status not in _REDIRECTS or not location:
        raise Refused(f"The other server answered {response.status}.", status=response.status)
    try:
        return urljoin(response.url, location)
    except ValueError as error:
        raise AddressRefused("The other server redirects to what is no address.") from error


def _address_id(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


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
    await change.tx.execute("DELETE FROM media_failures WHERE id = $1", _address_id(url))
    return files


REMOTE_MEDIA: AppKey[RemoteMedia] = AppKey("remote_media", RemoteMedia)
"""Where an aiohttp application keeps it."""
