"""Pictures for browsers and other servers: our files by their keys, strangers' photos and avatars through our cache.

Whatever is served here was encoded by us and can do nothing but be shown.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from pathlib import Path

from aiohttp import web

from rossgram_fed.database import Row
from rossgram_fed.federation.remote_media import REMOTE_MEDIA, NotToBeHad
from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.storage import MEDIA_TYPES, STORAGE
from rossgram_fed.models.posts import Visibility
from rossgram_fed.renditions import FEED, FULL, GRID, renditions_from
from rossgram_fed.visibility import visible
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.sessions import viewer_of

FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "max-age=86400"
A_WHILE = "public, max-age=300"

_NAMES = frozenset({GRID, FEED, FULL})


async def serve_media(request: web.Request) -> web.StreamResponse:
    """``GET /media/{key}``: one of our files, for as long as anybody likes to keep it."""
    return picture(request.app[STORAGE].find(request.match_info["key"]), caching=FOR_EVER)


async def serve_photo(request: web.Request) -> web.StreamResponse:
    """``GET /photos/{photo_id}/{rendition}``: a photo of a post that the viewer may see, fetched if need be."""
    name = request.match_info["rendition"]
    row = await _photo(request) if name in _NAMES else None
    if row is None:
        raise NotFound
    open_to_all = row["visibility"] <= Visibility.UNLISTED
    return picture(
        await photo_file(request, row, name=name), caching=f"{'public' if open_to_all else 'private'}, {A_DAY}"
    )


async def serve_avatar(request: web.Request) -> web.StreamResponse:
    """``GET /avatars/{account_id}``: somebody's avatar, fetched from its origin if need be."""
    folder, account_id = request.app[STORAGE], id_in_path(request, "account_id")
    row = await request.app[INSTANCE].database.fetch_one(
        "SELECT a.domain, a.avatar_key, a.avatar_url, f.key FROM accounts a "
        "LEFT JOIN media_files f ON f.account_id = a.id AND f.remote AND f.source = a.avatar_url "
        "WHERE a.id = $1 AND a.suspended_at IS NULL AND a.deleted_at IS NULL",
        account_id,
    )
    if row is None:
        raise NotFound
    if not row["domain"]:
        return picture(folder.find(row["avatar_key"]), caching=A_WHILE)
    path = folder.find(row["key"]) if row["avatar_url"] and row["key"] else None
    if path is None and row["avatar_url"]:
        try:
            files = await request.app[REMOTE_MEDIA].avatar(account_id)
        except NotToBeHad as why:
            raise NotFound(str(why)) from why
        path = folder.find(files["avatar"]["key"])
    return picture(path, caching=A_WHILE)


async def _photo(request: web.Request) -> Row | None:
    viewer = await viewer_of(request)
    clause, known = (visible(None), []) if viewer is None else (visible("$2"), [viewer.account_id])
    return await request.app[INSTANCE].database.fetch_one(
        "SELECT h.id, h.kind, h.renditions, h.remote_url, p.visibility FROM photos h JOIN posts p ON p.id = h.post_id "
        f"WHERE h.id = $1 AND {clause}",
        id_in_path(request, "photo_id"),
        *known,
    )


async def photo_file(request: web.Request, row: Row, *, name: str) -> Path | None:
    """Return the file of a photo, fetched if need be; ``row`` has its ``id, kind, renditions`` and ``remote_url``."""
    folder = request.app[STORAGE]
    stored = renditions_from(row["renditions"]).get(name)
    path = folder.find(stored["key"]) if stored else None
    if path is not None or not row["remote_url"] or row["kind"] != "image":
        return path
    try:
        files = await request.app[REMOTE_MEDIA].photo(row["id"])
    except NotToBeHad as why:
        raise NotFound(str(why)) from why
    return folder.find(files[name]["key"])


def picture(path: Path | None, *, caching: str) -> web.StreamResponse:
    """Answer with a picture of ours; raise ``NotFound`` when there is none."""
    if path is None:
        raise NotFound("There is no picture at this address.")
    headers = {
        "Cache-Control": caching,
        "Content-Type": MEDIA_TYPES[path.suffix],
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        # Other servers' pages may show our photos: that is what they are sent for.
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return web.FileResponse(path, headers=headers)
