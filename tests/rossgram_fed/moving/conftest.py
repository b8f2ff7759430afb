"""A server with everything it does on either engine, somebody on it, and strangers who move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from rossgram_fed.activities import HANDLERS, job_handlers
from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.signers import store_account_keys
from rossgram_fed.follows import actions as follows
from rossgram_fed.jobs.runner import JobHandler
from rossgram_fed.models import Account
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import Actor, FakePeer, Fediverse, Server, server_keys

DAY = 24 * 60 * 60_000
NUMBERS = count(1)


@dataclass
class House:
    """https://here.test, where Alice lives, and two hosts of strangers."""

    fediverse: Fediverse
    server: Server
    alice: Account
    old: FakePeer
    new: FakePeer

    async def person(self, name: str, *, locked: bool = False) -> Account:
        with self.server.instance.database.active():
            async with self.server.instance.change() as change:
                person = await a_person(change, name, locked=locked)
                await store_account_keys(change, person.id, server_keys())
                return person

    async def meets(self, actor: Actor) -> int:
        return await remote_accounts.by_uri(self.server.network, actor.id)

    async def follows(self, account: Account, target_id: int) -> None:
        """Somebody here follows somebody, who agrees."""
        async with self.server.instance.change() as change:
            await follows.follow(change, account_id=account.id, target_id=target_id)
            await follows.receive_accept(change, follower_id=account.id, followed_id=target_id)
        await self.fediverse.settle()

    async def moves(
        self, actor: Actor, target: str, *, of: str = "", by: Actor | None = None, expected: int = 202
    ) -> None:
        """A Move arrives, and whatever comes of it is done."""
        sender = by or actor
        document = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{sender.id}#moves/{next(NUMBERS)}",
            "type": "Move",
            "actor": actor.id,
            "object": of or actor.id,
            "target": target,
        }
        status, _ = await self.old.post(f"{self.server.url}/inbox", document, sender)
        assert status == expected
        await self.fediverse.settle()

    async def followed(self, account: Account) -> dict[str, int]:
        """Whom somebody here follows, by address, with the state."""
        rows = await self.rows(
            "SELECT a.uri, f.state FROM follows f JOIN accounts a ON a.id = f.followed_id WHERE f.follower_id = $1",
            account.id,
        )
        return {row["uri"]: row["state"] for row in rows}

    async def rows(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.server.instance.database.fetch(sql, *arguments)]

    async def told(self) -> list[int]:
        """Who was told of a move."""
        return [row["account_id"] for row in await self.rows("SELECT account_id FROM notifications WHERE kind = 7")]

    def sent(self, peer: FakePeer) -> list[str]:
        """The types of what reached a stranger."""
        return [one.document["type"] for one in peer.posts]


async def _house(folder: Path, clock: SettableClock, engine: Engine) -> AsyncIterator[House]:
    fediverse = Fediverse(folder, clock=clock, new_database=engine.migrated)
    try:
        jobs: dict[str, JobHandler] = {}
        server = await fediverse.server("here", handlers=HANDLERS, jobs=jobs)
        jobs.update(job_handlers(server.network))
        old, new = await fediverse.peer("old.test"), await fediverse.peer("new.test")
        made = House(fediverse, server, Account(), old, new)
        made.alice = await made.person("alice")
        yield made
    finally:
        await fediverse.close()


@pytest.fixture
async def house(tmp_path: Path, clock: SettableClock, engine: Engine) -> AsyncIterator[House]:
    async for made in _house(tmp_path, clock, engine):
        yield made


@pytest.fixture
async def sqlite_house(tmp_path: Path, clock: SettableClock, sqlite_engine: Engine) -> AsyncIterator[House]:
    """Where the engine does not matter."""
    async for made in _house(tmp_path, clock, sqlite_engine):
        yield made
