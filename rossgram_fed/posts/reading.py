"""Which post somebody elsewhere may read: the one rule of ``rossgram_fed.visibility``, asked for whoever signed.

Public and unlisted posts are everybody's. Others are read by the accounts that they are for. A server's own actor, by
which many servers fetch, reads what some account of exactly its host may read: that server was sent it for them, keeps
it for them, and has to show it to them alone.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from rossgram_fed.database import Database
from rossgram_fed.federation.visitors import claimed_origin, is_signed, visitor_of
from rossgram_fed.instance import INSTANCE
from rossgram_fed.posts.sources import PostSource, post_source
from rossgram_fed.visibility import heard, visible


@dataclass(frozen=True, slots=True)
class Reading:
    """A post, and for whom it is read."""

    post: PostSource
    reader_id: int | None
    """The account whose rights count; None for everybody."""


async def post_for(request: web.Request, post_id: int) -> Reading | None:
    """Return a post for whoever asks, or None.

    Nobody's key is fetched for a post that nobody where they claim to be may read.
    """
    database = request.app[INSTANCE].database
    if not request.app[INSTANCE].settings.federation.authorized_fetch and await _may_read(database, post_id, None):
        return await _read(database, post_id, None)
    if not is_signed(request):
        await visitor_of(request)
        return None
    somebody = await _somebody_there(database, post_id, claimed_origin(request))
    visitor = await visitor_of(request, ask=somebody is not None)
    if visitor is None:
        return None
    reader_id = somebody if visitor.is_server else visitor.account_id
    if await _may_read(database, post_id, reader_id):
        return await _read(database, post_id, reader_id)
    return None


async def reader_of(request: web.Request) -> int | None:
    """Return the account by whose rights a list is read: that of a person who signed; None is everybody."""
    visitor = await visitor_of(request)
    return None if visitor is None or visitor.is_server else visitor.account_id


async def may_see_photo_of(request: web.Request, post_id: int) -> bool:
    """Say whether whoever signed may see the photos of a post that is not for everybody."""
    return is_signed(request) and await post_for(request, post_id) is not None


async def _read(database: Database, post_id: int, reader_id: int | None) -> Reading | None:
    post = await post_source(database, post_id)
    return None if post is None else Reading(post, reader_id)


async def _may_read(database: Database, post_id: int, reader_id: int | None) -> bool:
    viewer, known = (None, []) if reader_id is None else ("$2", [reader_id])
    row = await database.fetch_one(
        "SELECT p.id FROM posts p JOIN accounts a ON a.id = p.account_id "
        f"WHERE p.id = $1 AND a.deleted_at IS NULL AND {visible(viewer, author='a')}",
        post_id,
        *known,
    )
    return row is not None


async def _somebody_there(database: Database, post_id: int, origin: str) -> int | None:
    """Return an account at an origin, whoever it is, that may read a post of ours as one it is meant for."""
    if not origin:
        return None
    found = await database.fetch_value(
        "SELECT v.id FROM posts p JOIN accounts a ON a.id = p.account_id JOIN accounts v ON v.id IN "
        "(SELECT m.account_id FROM mentions m WHERE m.post_id = $1 UNION SELECT f.follower_id FROM follows f "
        "WHERE f.followed_id = (SELECT t.account_id FROM posts t WHERE t.id = $1) AND f.state = 1) "
        f"WHERE p.id = $1 AND p.local = TRUE AND v.deleted_at IS NULL AND {heard('v')} "
        f"AND v.uri LIKE $2 ESCAPE '!' AND {visible('v.id', author='a')} LIMIT 1",
        post_id,
        _beginning(origin),
    )
    return None if found is None else int(found)


def _beginning(text: str) -> str:
    for special in ("!", "%", "_"):
        text = text.replace(special, f"!{special}")
    return f"{text}%"
