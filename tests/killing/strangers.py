"""Everybody else while a server is being killed: fans who note what they get, and sam, who tells until he is heard."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout, web
from multidict import CIMultiDict

from activitypub.http import ACTIVITY_JSON, Request
from activitypub.keys import public_pem
from activitypub.signatures import Scheme, SigningKey, sign
from rossgram_fed.accounts.new_users import create_user, prepare_user
from rossgram_fed.database import Database
from rossgram_fed.database.migrate import migrate
from rossgram_fed.federation.account_rows import insert_account
from rossgram_fed.federation.signers import ensure_server_actor
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models.accounts import Role
from tests.journeys.visitor import PASSWORD
from tests.strangers import a_key

FOLLOWERS = 12
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@dataclass
class Strangers:
    """Every other server: fans at 127.0.0.2 and on, and sam, whom ana follows."""

    port: int
    slow: float = 0.03
    """Seconds until each answer, so that many are under way when the server is killed."""
    heard: dict[str, Counter[str]] = field(default_factory=dict)
    """By host: how often each activity arrived, by type and object."""

    @property
    def sam(self) -> str:
        return f"http://127.0.0.99:{self.port}/users/sam"

    def fan(self, number: int) -> str:
        return f"http://127.0.0.{number + 2}:{self.port}/users/fan"

    async def take(self, request: web.Request) -> web.Response:
        """Take whatever comes."""
        activity = orjson.loads(await request.read())
        inner = activity["object"]
        seen = self.heard.setdefault(request.host, Counter())
        seen[f"{activity['type']} {inner['id'] if isinstance(inner, dict) else inner}"] += 1
        await asyncio.sleep(self.slow)
        return web.Response(status=202)

    async def tell(self, session: ClientSession, base_url: str, number: int, *, later: int) -> bool:
        """Send one of sam's posts; say whether it was taken."""
        uri = f"{self.sam}/posts/{number}"
        note = {
            **{"id": uri, "type": "Note", "attributedTo": self.sam, "content": f"<p>{number}</p>", "to": [PUBLIC]},
            "attachment": [{"type": "Document", "mediaType": "image/jpeg", "url": f"{uri}.jpg", "name": "A lake"}],
        }
        activity = {
            "@context": "https://www.w3.org/ns/activitystreams",
            **{"id": f"{uri}/activity", "type": "Create", "actor": self.sam, "to": [PUBLIC], "object": note},
        }
        headers = CIMultiDict({"Content-Type": ACTIVITY_JSON})
        request = Request("POST", f"{base_url}/inbox", headers, orjson.dumps(activity))
        now = datetime.now(UTC) + timedelta(milliseconds=later)
        signed = sign(request, SigningKey(f"{self.sam}#main-key", a_key()), scheme=Scheme.CAVAGE, now=now)
        try:
            async with session.post(signed.url, data=signed.body, headers=signed.headers) as answer:
                return answer.status == 202
        except (ClientError, TimeoutError):
            return False


@asynccontextmanager
async def strangers() -> AsyncIterator[Strangers]:
    app = web.Application()
    runner = web.AppRunner(app, access_log=None)
    there = Strangers(0)
    app.router.add_post("/{path:.*}", there.take)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0).start()
    there.port = runner.addresses[0][1]
    try:
        yield there
    finally:
        await runner.cleanup()


async def people(database: Database, instance: Instance, there: Strangers) -> int:
    """Put ana here, with fans on as many hosts, and sam, whom she follows; return her account's id."""
    await migrate(database)
    await ensure_server_actor(instance)
    ana = await prepare_user("ana", PASSWORD, role=Role.ADMIN)
    async with instance.change() as change:
        ana_id = (await create_user(change, ana)).account_id
        for number in range(FOLLOWERS):
            await follow(change, await a_stranger(change, there.fan(number)), ana_id)
        await follow(change, ana_id, await a_stranger(change, there.sam))
    return ana_id


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


async def send_until(there: Strangers, base_url: str, taken: set[int], *, wanted: int, later: list[int]) -> None:
    """Send what is not yet taken, again and again, until all of it is; ``later`` holds the server's present clock."""
    async with ClientSession(timeout=ClientTimeout(total=10)) as session:
        while len(taken) < wanted:
            for number in range(wanted):
                if number in taken:
                    continue
                if await there.tell(session, base_url, number, later=later[0]):
                    taken.add(number)
                await asyncio.sleep(0.02)  # at a pace, and while nobody is there
