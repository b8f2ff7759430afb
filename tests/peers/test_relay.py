"""A real relay between two of our servers: what is posted on one arrives on the other, and goes when it goes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

from rossgram_fed.activities import HANDLERS, job_handlers
from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.federation.signers import store_account_keys
from rossgram_fed.jobs.runner import JobHandler
from rossgram_fed.models import Account
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relays import RelayState
from rossgram_fed.posts.actions import delete, edit, publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft, PostEdit
from rossgram_fed.posts.tiles import explore_tiles
from rossgram_fed.relays import actions as relays
from rossgram_fed.relays.actions import Address
from tests.builders import a_person
from tests.databases import Engine
from tests.fediverse import Fediverse, Server, server_keys
from tests.peers.relay import Relay, relay
from tests.rossgram_fed.posts.photos import a_waiting_photo

PATIENCE = 60


async def until(server: Server, sql: str, wanted: object) -> None:
    """Let a server work until its tables say what is wanted; what it waits for comes from the relay's process."""
    database, news = server.instance.database, asyncio.Event()
    for signal in ("inbox", "jobs"):
        database.signals.listen(signal, lambda _: news.set())
    async with asyncio.timeout(PATIENCE):
        while True:
            news.clear()
            await server.worker.run_until_idle()
            if await database.fetch_value(sql) == wanted:
                return
            await news.wait()


async def subscribe(server: Server, address: Address) -> int:
    async with server.instance.change() as change:
        relay_id = await relays.subscribe(change, address)
    await until(server, f"SELECT state FROM relays WHERE id = {relay_id}", RelayState.ACCEPTED)
    return relay_id


async def a_photo(server: Server, alice: Account, **draft: Any) -> int:
    with server.instance.database.active():
        async with server.instance.change() as change:
            photo = DraftPhoto(await a_waiting_photo(change, alice))
            post_id = await publish(change, author_id=alice.id, draft=PostDraft(photos=(photo,), **draft))
    await server.worker.run_until_idle()
    return post_id


async def subscribers(server: Server, running: Relay) -> list[str]:
    """Whom the relay passes posts on to, by its own word."""
    fetched = await server.network.get(f"{running.actor.rpartition('/')[0]}/followers")
    items = fetched.document["items"]
    assert isinstance(items, list)
    return sorted(items)


async def a_server(fediverse: Fediverse, name: str) -> Server:
    """A server that does everything but pages."""
    jobs: dict[str, JobHandler] = {}
    server = await fediverse.server(name, handlers=HANDLERS, jobs=jobs)
    jobs.update(job_handlers(server.network))
    return server


@asynccontextmanager
async def between(folder: Path, engine: Engine) -> AsyncIterator[tuple[Server, Server, Relay, Account]]:
    """Two servers with the relay between them, and Alice on the first."""
    fediverse = Fediverse(folder, clock=lambda: int(time.time() * 1000), new_database=engine.migrated)
    try:
        here, over = await a_server(fediverse, "here"), await a_server(fediverse, "over")
        with here.instance.database.active():
            async with here.instance.change() as change:
                alice = await a_person(change)
                await store_account_keys(change, alice.id, server_keys())
        async with relay(folder, fediverse._authority, fediverse.names.ports) as running:
            fediverse.names.ports["relay.test"] = running.port
            yield here, over, running, alice
    finally:
        await fediverse.close()


async def test_a_photo_crosses_a_relay(tmp_path: Path, sqlite_engine: Engine) -> None:
    """Both subscribe; a public photo of one is explored on the other, changes and goes there, and is nobody's boost."""
    async with between(tmp_path, sqlite_engine) as (here, over, running, alice):
        subscribed = await subscribe(here, Address(running.inbox))
        await subscribe(over, Address(running.inbox))
        assert await subscribers(here, running) == ["https://here.test/actor", "https://over.test/actor"]

        quiet = await a_photo(here, alice, caption="Quiet", visibility=Visibility.UNLISTED)
        post_id = await a_photo(here, alice, caption="A hill #green")
        await until(over, "SELECT COUNT(*) FROM relayed_posts", 1)
        (seen,) = await explore_tiles(over.instance.database, viewer_id=None, everywhere=True)
        assert seen.description == "A hill"
        found = await over.instance.database.fetch("SELECT uri FROM posts")
        assert [row["uri"] for row in found] == [f"https://here.test/p/{post_id}"], f"{quiet} is not for everybody"
        assert await over.instance.database.fetch_value("SELECT COUNT(*) FROM boosts") == 0

        async with here.instance.change() as change:
            await edit(change, author_id=alice.id, post_id=post_id, edit=PostEdit(caption="A higher hill"))
        await here.worker.run_until_idle()
        await until(over, "SELECT COUNT(*) FROM posts WHERE content_html LIKE '%higher%'", 1)
        asked = "SELECT COUNT(*) FROM jobs WHERE kind = 'fetch_post'"
        assert await over.instance.database.fetch_value(asked) == 0, "the signature inside came through the relay whole"
        async with here.instance.change() as change:
            await delete(change, author_id=alice.id, post_id=post_id)
        await here.worker.run_until_idle()
        await until(over, "SELECT COUNT(*) FROM posts", 0)

        async with here.instance.change() as change:
            await relays.unsubscribe(change, subscribed)
        await here.worker.run_until_idle()
        assert await subscribers(here, running) == ["https://over.test/actor"]
        before = await here.instance.database.fetch_value("SELECT COUNT(*) FROM deliveries")
        await a_photo(here, alice, caption="Alone")
        assert await here.instance.database.fetch_value("SELECT COUNT(*) FROM deliveries") == before


async def test_a_relay_known_by_its_actor(tmp_path: Path, sqlite_engine: Engine) -> None:
    """By its actor the same relay is followed as LitePub wants: it follows back, is accepted, and announces."""
    async with between(tmp_path, sqlite_engine) as (here, over, running, alice):
        for server in (here, over):
            account_id = await by_uri(server.network, running.actor)
            await subscribe(server, Address(running.inbox, account_id))
        await until(here, "SELECT COUNT(*) FROM outbox_activities WHERE CAST(body AS TEXT) LIKE '%\"Accept\"%'", 1)
        await a_photo(here, alice, caption="A hill")
        bodies = await here.instance.database.fetch("SELECT body FROM outbox_activities ORDER BY id")
        assert orjson.loads(bytes(bodies[-1]["body"]))["type"] == "Announce"
        await until(over, "SELECT COUNT(*) FROM relayed_posts", 1)
