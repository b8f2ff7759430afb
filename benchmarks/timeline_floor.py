"""The floor of the home timeline: a bare aiohttp handler, one raw query, and orjson."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import orjson
from aiohttp import web

from rossgram_fed.cli.loop import run, until_stopped
from rossgram_fed.database.postgresql import credentials_of
from rossgram_fed.database.sqlite import native

_QUERY = (
    "SELECT p.id, p.uri, p.url, p.content_html, p.language, p.likes_count, p.boosts_count, p.replies_count, "
    "p.published_at, a.id AS account_id, a.username, a.domain, a.name, a.bio_html, a.followers_count, "
    "h.id AS photo_id, h.description, h.width, h.height, h.blurhash, h.renditions FROM posts p "
    "JOIN accounts a ON a.id = p.account_id JOIN photos h ON h.post_id = p.id WHERE p.id < $1 "
    "AND EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $2 AND f.followed_id = p.account_id) "
    "ORDER BY p.id DESC LIMIT 20"
)
_ANA = "SELECT id FROM accounts WHERE username = 'ana'"
_LARGEST = 2**63 - 1


class Sqlite:
    """Reads on the event loop."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._ana = self._connection.execute(_ANA).fetchone()[0]

    async def read(self) -> Sequence[Mapping[str, Any]]:
        return self._connection.execute(native(_QUERY), (_LARGEST, self._ana)).fetchall()


class Postgresql:
    """Reads from a pool."""

    def __init__(self, pool: asyncpg.Pool, ana_id: int) -> None:
        self._pool = pool
        self._ana = ana_id

    async def read(self) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = await self._pool.fetch(_QUERY, _LARGEST, self._ana)
        return found


async def serve(url: str, port: int) -> None:
    """Serve until told to stop."""
    database: Sqlite | Postgresql
    if url.startswith("sqlite:"):
        database = Sqlite(url.removeprefix("sqlite:"))
    else:
        pool = await asyncpg.create_pool(**credentials_of(url), server_settings={"jit": "off"})
        database = Postgresql(pool, await pool.fetchval(_ANA))

    async def home(_request: web.Request) -> web.Response:
        body = orjson.dumps([dict(row) for row in await database.read()])
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/home", home)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await until_stopped()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    run(serve(sys.argv[1], int(sys.argv[2])))
