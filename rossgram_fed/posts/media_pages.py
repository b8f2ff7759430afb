"""Pictures for browsers and other servers: our files by their keys, strangers' photos and avatars through our cache.

Every picture that is served here was encoded by us, and strangers' videos are served as nothing but videos; all of it
can do nothing but be shown. For whom it is, ``posts.media_rights`` says.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import BinaryIO

from aiohttp import web

from rossgram_fed.database import Row
from rossgram_fed.federation.remote_files import NotToBeHad
from rossgram_fed.federation.remote_media import REMOTE_MEDIA
from rossgram_fed.federation.remote_videos import REMOTE_VIDEOS
from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.errors import NotReachable, NotStored
from rossgram_fed.media.keeping import Portrait
from rossgram_fed.media.storage import MEDIA_TYPES, STORAGE
from rossgram_fed.media.viewed import VIEWED
from rossgram_fed.posts.media_rights import Access, access_to_file, photo_for
from rossgram_fed.posts.playing import play
from rossgram_fed.renditions import FEED, FULL, GRID, VIDEO, renditions_from
from rossgram_fed.visibility import heard
from rossgram_fed.web.errors import NotFound, Unavailable
from rossgram_fed.web.paging import id_in_path

FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
ASK_AGAIN = "private, no-cache"
"""For whoever asked: they may keep it, and show it only after we said again that it is for them."""
NOT_KEPT = "private, no-store"
A_WHILE = "public, max-age=300"

_OURS = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}
"""With everything that is served as a file: it can do nothing but be shown or played."""
_NO_ROOM = "This picture cannot be shown now: this server has no room for a copy of it."
_AWAY = "This picture cannot be shown now: the storage behind this server does not answer."

_NAMES = frozenset({GRID, FEED, FULL, VIDEO})


async def serve_media(request: web.Request) -> web.StreamResponse:
    """``GET /media/{key}``: one of our files; what is open to all, for as long as anybody likes to keep it."""
    key = request.match_info["key"]
    missing = request.app[STORAGE].surely_missing(key)
    access = Access.NOBODY if missing else await access_to_file(request, key)
    # Only now: a file may have to be brought from a bucket first, which nobody makes us do for what is not for them.
    path = await stored_file(request, key) if access is not Access.NOBODY else None
    return _shown(path, access, caching=FOR_EVER)


async def serve_photo(request: web.Request) -> web.StreamResponse:
    """``GET /photos/{photo_id}/{rendition}``: a photo of a post that the viewer may see, fetched if need be."""
    name = request.match_info["rendition"]
    row, access = None, Access.NOBODY
    if name in _NAMES:
        row, access = await photo_for(request, id_in_path(request, "photo_id"), name=name)
    if row is None or access is Access.NOBODY:
        raise NotFound
    if name == VIDEO:
        return await _video(request, row, access)
    return _shown(await photo_file(request, row, name=name), access, caching=A_DAY)


async def serve_avatar(request: web.Request) -> web.StreamResponse:
    """``GET /avatars/{account_id}``: somebody's avatar, fetched from its origin if need be."""
    return await _portrait(request, "avatar")


async def serve_header(request: web.Request) -> web.StreamResponse:
    """``GET /headers/{account_id}``: the wide picture above somebody's profile, fetched from its origin if need be."""
    return await _portrait(request, "header")


async def _portrait(request: web.Request, what: Portrait) -> web.StreamResponse:
    account_id = id_in_path(request, "account_id")
    row = await request.app[INSTANCE].database.fetch_one(
        f"SELECT a.domain, a.{what}_key AS own_key, a.{what}_url AS url, f.key FROM accounts a "  # noqa: S608 - constants
        f"LEFT JOIN media_files f ON f.account_id = a.id AND f.remote AND f.source = a.{what}_url "
        f"WHERE a.id = $1 AND {heard('a')} AND a.media_refused = FALSE AND a.deleted_at IS NULL",
        account_id,
    )
    if row is None:
        raise NotFound
    if not row["domain"]:
        return picture(await stored_file(request, row["own_key"]), caching=A_WHILE)
    path = await stored_file(request, row["key"]) if row["url"] and row["key"] else None
    if path is None and row["url"]:
        try:
            files = await request.app[REMOTE_MEDIA].portrait(account_id, what)
        except NotToBeHad as why:
            raise NotFound(str(why)) from why
        except NotStored as error:
            raise Unavailable(_NO_ROOM) from error
        path = await stored_file(request, files[what]["key"])
    return picture(path, caching=A_WHILE)


async def photo_file(request: web.Request, row: Row, *, name: str) -> Path | None:
    """Return a photo's file, fetched if need be; ``row`` has its ``id, kind, renditions, remote_url, still_url``."""
    stored = renditions_from(row["renditions"]).get(name)
    path = await stored_file(request, stored["key"]) if stored else None
    fetched = row["kind"] == "image" or (row["kind"] == "video" and row["still_url"])
    if path is not None or not row["remote_url"] or not fetched:
        if path is not None and row["remote_url"] and VIEWED in request.app:
            await request.app[VIEWED].photo(row["id"])
        return path
    try:
        files = await request.app[REMOTE_MEDIA].photo(row["id"])
    except NotToBeHad as why:
        raise NotFound(str(why)) from why
    except NotStored as error:
        raise Unavailable(_NO_ROOM) from error
    return await stored_file(request, files[name]["key"])


async def _video(request: web.Request, row: Row, access: Access) -> web.StreamResponse:
    """Answer with a stranger's video: our copy, or what has arrived of it so far."""
    if row["kind"] != "video" or not row["remote_url"]:
        raise NotFound
    stored = renditions_from(row["renditions"]).get(VIDEO)
    path = await stored_file(request, stored["key"]) if stored else None
    if path is not None:
        if VIEWED in request.app:
            await request.app[VIEWED].photo(row["id"])
        return _shown(path, access, caching=A_DAY)
    try:
        video = await request.app[REMOTE_VIDEOS].video(row["id"])
    except NotToBeHad as why:
        raise NotFound(str(why)) from why
    except NotStored as error:
        raise Unavailable(_NO_ROOM) from error
    except NotReachable as error:
        raise Unavailable(_AWAY) from error
    file = None if video.key else await asyncio.to_thread(_opened, video.path)
    if file is not None:
        return await play(
            request, video, file, headers={**_OURS, "Content-Type": video.media_type, "Cache-Control": NOT_KEPT}
        )
    await video.whole()
    return _shown(await stored_file(request, video.key), access, caching=A_DAY)


async def stored_file(request: web.Request, key: str) -> Path | None:
    """Return where one of our files can be read, or None; raise ``Unavailable`` when it is where nobody answers."""
    try:
        return await request.app[STORAGE].fetch(key)
    except NotReachable as error:
        raise Unavailable(_AWAY) from error


def _shown(path: Path | None, access: Access, *, caching: str) -> web.StreamResponse:
    """Answer with a picture as those may keep it whom it is for; ``caching`` is what everybody may."""
    if access is Access.NOBODY:
        raise NotFound("There is no picture at this address.")
    if access is Access.EVERYBODY:
        return picture(path, caching=caching)
    response = picture(path, caching=NOT_KEPT if access is Access.BEARER else ASK_AGAIN)
    if access is Access.VIEWER:
        response.headers["Vary"] = "Cookie, Signature, Signature-Input"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def picture(path: Path | None, *, caching: str) -> web.StreamResponse:
    """Answer with a picture or video of ours; raise ``NotFound`` when there is none."""
    if path is None:
        raise NotFound("There is no picture at this address.")
    headers = {
        "Cache-Control": caching,
        "Content-Type": MEDIA_TYPES[path.suffix],
        **_OURS,
        # Other servers' pages may show our photos: that is what they are sent for.
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return web.FileResponse(path, headers=headers)


def _opened(path: Path) -> BinaryIO | None:
    """Open what has arrived so far; None once it is whole, or gone."""
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None
