"""Who may see a file: the rule of the post that it belongs to, asked for every file at every time.

What is open to all is everybody's, and may be kept by caches for ever. Of other posts the JPEG for other servers has an
address that opens to whoever was given it, since servers fetch pictures without signing, and so has a copy of a
stranger's, since apps do (``renditions.copy_word``); every other file is for those alone who may see the post, signed
in here or signing from elsewhere. The files of who is suspended are gone for all but
the admins; those that wait in a composer are their owner's.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from enum import Enum, auto
from hmac import compare_digest

from aiohttp import web

from rossgram_fed.database import Row
from rossgram_fed.instance import INSTANCE
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.reading import may_see_photo_of
from rossgram_fed.renditions import FEDERATED, ORIGINAL, SOURCE, VIDEO, copy_word, renditions_from
from rossgram_fed.visibility import heard, meant_for, visible
from rossgram_fed.web.sessions import Viewer, viewer_of


class Access(Enum):
    """Who a file is for, the widest first."""

    EVERYBODY = auto()
    BEARER = auto()
    """Whoever has its address, but no cache."""
    VIEWER = auto()
    """Whoever asks now, and nobody else by that."""
    NOBODY = auto()


_FACTS = (
    "h.id, h.kind, h.renditions, h.remote_url, h.still_url, h.post_id, h.account_id AS owner_id, p.visibility, "
    "a.media_refused, "
    f"CASE WHEN {heard('a')} AND a.deleted_at IS NULL THEN 1 ELSE 0 END AS heard"
)
_OF_FILE = (
    f"SELECT {_FACTS}, f.account_id AS avatar_of FROM media_files f LEFT JOIN photos h ON h.id = f.photo_id "
    "LEFT JOIN posts p ON p.id = h.post_id LEFT JOIN accounts a ON a.id = COALESCE(h.account_id, f.account_id) "
    "WHERE f.key = $1 ORDER BY COALESCE(p.visibility, 9), f.id LIMIT 50"
)
"""Several photos may need one file; whoever may see one of them may see it."""
_OF_PHOTO = (
    f"SELECT {_FACTS} FROM photos h JOIN posts p ON p.id = h.post_id JOIN accounts a ON a.id = p.account_id "
    "WHERE h.id = $1"
)


async def access_to_file(request: web.Request, key: str) -> Access:
    """Say whom the file under a key is for, as far as whoever asks goes."""
    rows = await request.app[INSTANCE].database.fetch(_OF_FILE, key)
    found = [await _access_by(request, row, key=key) for row in rows]
    return min(found, key=lambda access: access.value, default=Access.NOBODY)


async def _access_by(request: web.Request, row: Row, *, key: str) -> Access:
    """Say whom a file is for as far as one of those goes who need it."""
    if row["media_refused"]:
        return Access.NOBODY
    if row["avatar_of"] is not None:
        return await _avatar(request, row)
    if row["id"] is None:
        return Access.NOBODY
    names = {name for name, one in renditions_from(row["renditions"]).items() if one["key"] == key}
    return await _access(request, row, names=names)


async def photo_for(request: web.Request, photo_id: int, *, name: str) -> tuple[Row | None, Access]:
    """Return a photo of a post with what ``photo_file`` reads, and whom its rendition ``name`` is for."""
    row = await request.app[INSTANCE].database.fetch_one(_OF_PHOTO, photo_id)
    if row is None or row["media_refused"]:
        return None, Access.NOBODY
    access = await _access(request, row, names={name})
    viewer = await viewer_of(request)
    if access is Access.EVERYBODY and viewer is not None and not await _may_see(request, row, viewer):
        return row, Access.NOBODY
    return row, access


async def _access(request: web.Request, row: Row, *, names: set[str]) -> Access:
    open_to_all = row["post_id"] is not None and row["visibility"] <= Visibility.UNLISTED
    published = bool(names - {ORIGINAL})
    if SOURCE in names:
        return Access.NOBODY
    if row["heard"] and open_to_all and published:
        return Access.EVERYBODY
    meant_for_others = row["post_id"] is not None and row["visibility"] <= Visibility.DIRECT
    ours = not row["remote_url"]  # copies are for no other server, and the address of a row can be guessed
    if ours and row["heard"] and meant_for_others and names & {FEDERATED, VIDEO}:
        return Access.BEARER
    if row["heard"] and meant_for_others and published and _knows_the_word(request, row):
        return Access.BEARER
    viewer = await viewer_of(request)
    if viewer is None:
        signed = row["heard"] and published and row["post_id"] is not None
        return Access.VIEWER if signed and await may_see_photo_of(request, row["post_id"]) else Access.NOBODY
    if row["owner_id"] == viewer.account_id:
        return Access.VIEWER
    if not published or row["post_id"] is None:
        return Access.NOBODY
    return Access.VIEWER if await _may_see(request, row, viewer) else Access.NOBODY


def _knows_the_word(request: web.Request, row: Row) -> bool:
    word = request.query.get("word", "")
    return bool(word and row["remote_url"]) and compare_digest(
        word.encode("utf-8", "replace"), copy_word(row["id"], row["remote_url"]).encode()
    )


async def _avatar(request: web.Request, row: Row) -> Access:
    if row["heard"]:
        return Access.EVERYBODY
    viewer = await viewer_of(request)
    return Access.VIEWER if viewer is not None and viewer.is_admin else Access.NOBODY


async def _may_see(request: web.Request, row: Row, viewer: Viewer) -> bool:
    """Say whether somebody here may see a photo's post; the admins, also when its author is suspended."""
    rule = meant_for("$2") if viewer.is_admin else visible("$2")
    found = await request.app[INSTANCE].database.fetch_one(
        f"SELECT p.id FROM posts p WHERE p.id = $1 AND (p.account_id = $2 OR {rule})", row["post_id"], viewer.account_id
    )
    return found is not None
