"""What it costs that apps listen: memory of idle sockets, and the way of one post to all of them."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import ClientSession, ClientWebSocketResponse, TCPConnector

from benchmarks.figures import Figure
from benchmarks.load import load
from benchmarks.processes import Running, free_port, running
from benchmarks.world import World, make_world, signed_create
from rossgram_fed.database import open_database
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, User
from rossgram_fed.web.sessions import token_hash

LISTENERS = 1000
POSTS = 10
CREATES = 1500
CROWDS = ((0, "nobody listens"), (1, "one listens"), (20, "twenty listen"))
"""How many listen while those arrive."""
PATIENCE = 120


async def listeners(folder: Path) -> list[Figure]:
    """A thousand people listen, each by a socket of theirs; all of them follow somebody elsewhere, who posts."""
    port = free_port()
    world = await make_world(folder, port=port)
    await _people(world)
    async with (
        running("-m", "benchmarks.serving", str(folder), str(port), port=port, folder=folder) as server,
        ClientSession(connector=TCPConnector(limit=0)) as session,
        AsyncExitStack() as open_sockets,
    ):
        await load(port, [signed_create(0)])
        idle = server.resident_mebibytes
        sockets = [
            await open_sockets.enter_async_context(session.ws_connect(f"{_stream(port)}{number}"))
            for number in range(LISTENERS)
        ]
        kibibytes = (server.resident_mebibytes - idle) * 1024 / LISTENERS
        before = server.cpu_seconds
        slowest = [await _told(port, sockets, number) for number in range(1, POSTS + 1)]
        used = server.cpu_seconds - before
        for socket in sockets:
            await socket.close()
        crowds = [await _flooded(server, session, how_many) for how_many, _ in CROWDS]
    told = LISTENERS * POSTS
    note = f"the last of them hears it {sorted(slowest)[POSTS // 2] * 1000:,.0f} ms after it was sent"
    return [
        Figure("memory of an idle socket", kibibytes, " KiB", "≤ 64", kibibytes <= 64),
        Figure("posts told on sockets", told / used, "/s", "≥ 1,000", told / used >= 1000, note=note),
        *(
            Figure(f"Creates while {name}", rate, "/s", "≥ 500", rate >= 500, note="of a second of processor time")
            for (_, name), rate in zip(CROWDS, crowds, strict=True)
        ),
    ]


async def _flooded(server: Running, session: ClientSession, how_many: int) -> float:
    """Have posts arrive as fast as they are taken while some listen; return how many a second of the processor takes.

    The telling of all of them is in it; whoever listens hears every one.
    """
    start = POSTS + 1 + how_many * CREATES
    requests = [signed_create(number) for number in range(start, start + CREATES)]
    async with AsyncExitStack() as open_sockets:
        sockets = [
            await open_sockets.enter_async_context(session.ws_connect(f"{_stream(server.port)}{number}"))
            for number in range(how_many)
        ]
        before = server.cpu_seconds
        reading = [asyncio.create_task(_heard(one)) for one in sockets]
        await load(server.port, requests)
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*reading)
        return CREATES / (server.cpu_seconds - before)


async def _heard(socket: ClientWebSocketResponse) -> None:
    for _ in range(CREATES):
        await socket.receive_str()


def _stream(port: int) -> str:
    return f"http://127.0.0.1:{port}/api/v1/streaming?stream=user&access_token=token-"


async def _told(port: int, sockets: list[ClientWebSocketResponse], number: int) -> float:
    """Have a post arrive; return the seconds until the last one heard of it."""
    began = time.perf_counter()
    await load(port, [signed_create(number)])
    async with asyncio.timeout(PATIENCE):
        for message in await asyncio.gather(*(one.receive_json() for one in sockets)):
            if message["event"] != "update":
                raise RuntimeError(f"Something else than a post was told: {message['event']}.")
    return time.perf_counter() - began


async def _people(world: World) -> None:
    database = await open_database(world.settings.database_url)
    try:
        async with Instance(world.settings, database).change() as change:
            await change.tx.execute(
                "INSERT INTO apps (id, client_id, secret_hash, name, website, redirect_uris, scopes, created_at) "
                "VALUES (1, 'bench', '', 'Bench', '', '[]', 'read', $1)",
                change.now,
            )
            for number in range(LISTENERS):
                await _person(change, world, number)
    finally:
        await database.close()


async def _person(change: Change, world: World, number: int) -> None:
    """Put in somebody who follows sam, and the token of their app."""
    account_id, user_id, now = change.new_id(), change.new_id(), change.now
    uri = f"{world.settings.base_url}/users/p{number}"
    await Account.create(
        id=account_id, username=f"p{number}", uri=uri, url=uri, inbox=f"{uri}/inbox", created_at=now, updated_at=now
    )
    await User.create(id=user_id, account_id=account_id, password_hash="!", created_at=now)
    await change.tx.execute(
        "INSERT INTO follows (id, follower_id, followed_id, state, uri, created_at) VALUES ($1, $2, $3, 1, $4, $5)",
        *(change.new_id(), account_id, world.sam_id, f"{uri}#follow", now),
    )
    await change.tx.execute(
        "INSERT INTO access_tokens (id, app_id, user_id, token_hash, scopes, seen_at, created_at) "
        "VALUES ($1, 1, $2, $3, 'read', $4, $4)",
        *(change.new_id(), user_id, token_hash(f"token-{number}"), now),
    )
