"""A real relay takes our server for what it is: it accepts our server actor and follows it back."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import orjson

from activitypub.parse import load
from rossgram_fed.federation import addresses
from tests.databases import Engine
from tests.fediverse import Fediverse, Server
from tests.peers.relay import relay

PATIENCE = 20


async def arrivals(server: Server, count: int) -> list[dict[str, Any]]:
    """The activities in a server's inbox, once there are that many; the relay sends from another process."""
    database = server.instance.database
    async with asyncio.timeout(PATIENCE):
        while True:
            rows = await database.fetch("SELECT body FROM inbox_items ORDER BY id")
            if len(rows) >= count:
                return [load(bytes(row["body"])) for row in rows]
            await database.signals.wait("inbox", 0.1)


async def test_a_relay_accepts_our_server_actor(tmp_path: Path, sqlite_engine: Engine) -> None:
    """The relay verifies our Follow, reads our actor and NodeInfo, answers Accept and follows back, all well signed."""
    fediverse = Fediverse(tmp_path, clock=lambda: int(time.time() * 1000), new_database=sqlite_engine.migrated)
    try:
        here = await fediverse.server("here")
        async with relay(tmp_path, fediverse._authority, fediverse.names.ports) as running:
            fediverse.names.ports["relay.test"] = running.port
            actor = addresses.server_actor_uri(here.instance.settings)
            follow = {
                "@context": "https://www.w3.org/ns/activitystreams",
                "id": f"{actor}#follow",
                "type": "Follow",
                "actor": actor,
                "object": running.actor,
            }
            key = await here.network.signers.server_key()
            await here.network.client.post(running.inbox, orjson.dumps(follow), key=key)
            accept, back = sorted(await arrivals(here, 2), key=lambda activity: str(activity["type"]))
    finally:
        await fediverse.close()
    assert (accept["type"], accept["actor"]) == ("Accept", "https://relay.test/actor")
    assert accept["object"]["id"] == f"{actor}#follow"
    assert (back["type"], back["actor"], back["object"]) == ("Follow", "https://relay.test/actor", actor)
