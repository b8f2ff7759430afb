"""A whole server is killed again and again, while it sends, receives and takes into effect: nothing is lost.

The strangers are this process: they note what they are sent, and send what they have until they get a 202.
"""

from __future__ import annotations

import asyncio
import random
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout, web
from multidict import CIMultiDict

from activitypub.http import ACTIVITY_JSON, Request
from activitypub.keys import public_pem
from activitypub.signatures import Scheme, SigningKey, sign
from rossgram_fed.accounts.new_users import create_user, prepare_user
from rossgram_fed.database import Database, open_database
from rossgram_fed.database.migrate import migrate
from rossgram_fed.federation.account_rows import insert_account
from rossgram_fed.federation.signers import ensure_server_actor
from rossgram_fed.instance import Change, Instance, system_clock
from rossgram_fed.models.accounts import Role
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import PostDraft
from tests.databases import Engine
from tests.killing.server import settings_for
from tests.strangers import a_key

ROOT = Path(__file__).parents[2]
KILLS = 6
FOLLOWERS = 12
OUTWARDS = 5
"""Posts published here."""
INWARDS = 24
"""Posts that sam tells us of."""
STEP = 40 * 3600 * 1000
"""Milliseconds that pass with each restart: more than any lease, pause or wait between the first tries."""
PATIENCE = 60


@dataclass
class Strangers:
    """Every other server: fans at 127.0.0.2 and on, and sam, whom ana follows."""

    port: int
    heard: dict[str, Counter[str]] = field(default_factory=dict)
    """By host: how often each activity arrived."""
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def sam(self) -> str:
        return f"http://127.0.0.99:{self.port}/users/sam"

    async def take(self, request: web.Request) -> web.Response:
        """Take whatever comes."""
        activity = orjson.loads(await request.read())
        seen = self.heard.setdefault(request.host, Counter())
        seen[f"{activity['type']} {activity['id']}"] += 1
        if len(self.heard) == FOLLOWERS and all(len(seen) >= OUTWARDS for seen in self.heard.values()):
            self.complete.set()
        return web.Response(status=202)


@asynccontextmanager
async def strangers() -> AsyncIterator[Strangers]:
    app = web.Application()
    runner = web.AppRunner(app, access_log=None)
    there = Strangers(0)
    app.router.add_post("/{path:.*}", there.take)
    await runner.setup()
    site = web.TCPSite(runner, "0.0.0.0", 0)
    await site.start()
    there.port = runner.addresses[0][1]
    try:
        yield there
    finally:
        await runner.cleanup()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def start(database: str, data: Path, port: int, *, later: int) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.killing.server", database, str(data), str(port), str(later)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        assert await process.stdout.readline() == b"ready\n"
    return process


async def kill(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.wait()


async def a_stranger(change: Change, uri: str) -> int:
    account_id = change.new_id()
    values = {
        "username": uri.rpartition("/")[2],
        "domain": uri.split("/")[2],
        "uri": uri,
        "url": uri,
        "actor_type": "Person",
        "inbox": f"{uri}/inbox",
        "followers_uri": f"{uri}/followers",
        "public_keys": orjson.dumps([{"id": f"{uri}#main-key", "pem": public_pem(a_key())}]).decode(),
        "fetched_at": change.now,
        "backfilled_at": change.now,
    }
    assert await insert_account(change, account_id, values)
    return account_id


async def follow(change: Change, follower_id: int, followed_id: int) -> None:
    await change.tx.execute(
        "INSERT INTO follows (id, follower_id, followed_id, state, uri, created_at) VALUES ($1, $2, $3, 1, $4, $5)",
        *(change.new_id(), follower_id, followed_id, f"http://127.0.0.1/{change.new_id()}", change.now),
    )


async def people(database: Database, instance: Instance, there: Strangers) -> int:
    """Put ana here, with fans on as many hosts, and sam, whom she follows; return her account's id."""
    await migrate(database)
    await ensure_server_actor(instance)
    ana = await prepare_user("ana", "correct horse battery staple", role=Role.ADMIN)
    async with instance.change() as change:
        ana_id = (await create_user(change, ana)).account_id
        for number in range(FOLLOWERS):
            fan = await a_stranger(change, f"http://127.0.0.{number + 2}:{there.port}/users/fan")
            await follow(change, fan, ana_id)
        await follow(change, ana_id, await a_stranger(change, there.sam))
    return ana_id


async def publish_comment(instance: Instance, ana_id: int, root_id: int, number: int) -> None:
    """Publish something that needs no photo, to all followers."""
    async with instance.change() as change:
        draft = PostDraft(caption=f"Number {number}", parent_id=root_id)
        await publish(change, author_id=ana_id, draft=draft)


async def a_root(instance: Instance, ana_id: int) -> int:
    """A post of ana's that the others hang below; nobody is told of it."""
    async with instance.change() as change:
        post_id = change.new_id()
        uri = f"{instance.settings.base_url}/p/{post_id}"
        await change.tx.execute(
            "INSERT INTO posts (id, account_id, uri, url, local, visibility, caption, content_html, warning, "
            "sensitive, language, photo_count, in_reply_to_uri, thread_id, context_uri, likes_count, "
            "boosts_count, replies_count, published_at, created_at) "
            "VALUES ($1, $2, $3, $3, TRUE, 0, '', '', '', FALSE, '', 1, '', $1, '', 0, 0, 0, "
            "$4, $4)",
            *(post_id, ana_id, uri, change.now),
        )
    return post_id


async def tell(session: ClientSession, there: Strangers, base_url: str, number: int, *, later: int) -> bool:
    """Send one of sam's posts; say whether it was taken."""
    uri = f"{there.sam}/posts/{number}"
    note = {
        **{"id": uri, "type": "Note", "attributedTo": there.sam, "content": f"<p>{number}</p>"},
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "attachment": [{"type": "Document", "mediaType": "image/jpeg", "url": f"{uri}.jpg", "name": "A lake"}],
    }
    activity = {
        "@context": "https://www.w3.org/ns/activitystreams",
        **{"id": f"{uri}/activity", "type": "Create", "actor": there.sam, "to": note["to"], "object": note},
    }
    request = Request("POST", f"{base_url}/inbox", CIMultiDict({"Content-Type": ACTIVITY_JSON}), orjson.dumps(activity))
    now = datetime.now(UTC) + timedelta(milliseconds=later)
    signed = sign(request, SigningKey(f"{there.sam}#main-key", a_key()), scheme=Scheme.CAVAGE, now=now)
    try:
        async with session.post(signed.url, data=signed.body, headers=signed.headers) as answer:
            return answer.status == 202
    except (ClientError, TimeoutError):
        return False


async def send_all(there: Strangers, base_url: str, taken: set[int], *, later: int) -> None:
    """Send what is not yet taken, one after the other, until the server is gone or there is nothing left."""
    async with ClientSession(timeout=ClientTimeout(total=10)) as session:
        for number in range(INWARDS):
            if number not in taken and await tell(session, there, base_url, number, later=later):
                taken.add(number)


async def until(database: Database, sql: str) -> None:
    """Wait until nothing is left of what ``sql`` counts, a deadline at most."""
    async with asyncio.timeout(PATIENCE):
        while await database.fetch_value(sql):
            await database.signals.wait("nothing", 0.05)


@pytest.mark.timeout(240)
async def test_nothing_is_lost_however_often_it_is_killed(engine: Engine, tmp_path: Path) -> None:
    """Killed at moments of chance, the server in the end told every fan of every post, and has each of sam's once."""
    chance, url = random.Random(20261122), engine.empty()
    async with strangers() as there:
        port = free_port()
        settings = settings_for(url, tmp_path / "data", port)
        database = await open_database(url)
        try:
            instance = Instance(settings, database, system_clock)
            ana_id = await people(database, instance, there)
            root_id = await a_root(instance, ana_id)
            taken: set[int] = set()
            for kills in range(KILLS):
                later = kills * STEP
                process = await start(url, tmp_path / "data", port, later=later)
                sending = asyncio.create_task(send_all(there, settings.base_url, taken, later=later))
                if kills < OUTWARDS:
                    await publish_comment(instance, ana_id, root_id, kills)
                await database.signals.wait("nothing", chance.uniform(0.0, 0.6))
                await kill(process)
                await sending
            later = KILLS * STEP
            process = await start(url, tmp_path / "data", port, later=later)
            try:
                await send_all(there, settings.base_url, taken, later=later)
                assert taken == set(range(INWARDS))
                async with asyncio.timeout(PATIENCE):
                    await there.complete.wait()
                await until(database, "SELECT COUNT(*) FROM inbox_items WHERE state = 0")
                await until(database, "SELECT COUNT(*) FROM deliveries WHERE state = 0")
            finally:
                await kill(process)
            for host, heard in there.heard.items():
                assert len(heard) == OUTWARDS, host
            rows = await database.fetch("SELECT uri FROM posts WHERE local = FALSE")
            assert sorted(row["uri"] for row in rows) == sorted(f"{there.sam}/posts/{n}" for n in range(INWARDS))
            assert await database.fetch_value("SELECT COUNT(*) FROM photos WHERE remote_url <> ''") == INWARDS
            assert not await database.fetch_value("SELECT COUNT(*) FROM inbox_items WHERE state = 2")
            assert not await database.fetch_value("SELECT COUNT(*) FROM deliveries WHERE state = 2")
        finally:
            await database.close()
            engine.drop(url)
