"""A server on either engine, a relay that it may subscribe to, and somebody elsewhere whose photos the relay has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.federation.signers import store_account_keys
from rossgram_fed.models import Account
from rossgram_fed.models.relays import RelayState
from rossgram_fed.relays import actions
from rossgram_fed.relays.actions import Address
from tests.builders import a_person
from tests.fediverse import Actor, FakePeer, Fediverse, Server, server_keys
from tests.rossgram_fed.follows.conftest import fediverse, here, there

__all__ = ["fediverse", "here", "there"]

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
INBOX = "https://relay.test/inbox"


@dataclass
class Stage:
    """Alice lives here, Bob there; the relay is at relay.test."""

    fediverse: Fediverse
    here: Server
    there: FakePeer
    peer: FakePeer
    relay: Actor
    bob: Actor
    alice: Account

    async def subscribe(self, *, state: RelayState = RelayState.ACCEPTED, by_actor: bool = False) -> int:
        """Subscribe to the relay, which answers so."""
        account_id = await by_uri(self.here.network, self.relay.id)
        async with self.here.instance.change() as change:
            relay_id = await actions.subscribe(change, Address(INBOX, account_id if by_actor else None))
        await self.fediverse.settle()
        if state is not RelayState.WAITING:
            await self.answer("Accept" if state is RelayState.ACCEPTED else "Reject")
        return relay_id

    async def answer(self, kind: str, *, by: Actor | None = None, **parts: Any) -> int:
        """The relay, or somebody else, answers our Follow."""
        by = by or self.relay
        document = {"id": f"{by.id}#answer", "type": kind, "actor": by.id, "object": self.follows()[-1]} | parts
        return await self.say(document, by)

    async def announce(self, uri: str, *, by: Actor | None = None) -> int:
        by = by or self.relay
        return await self.say({"id": f"{by.id}#{uri}", "type": "Announce", "actor": by.id, "object": uri}, by)

    async def say(self, document: dict[str, Any], by: Actor) -> int:
        status, _ = await self.peer.post("https://here.test/inbox", document, by)
        await self.fediverse.settle()
        return status

    def follows(self) -> list[dict[str, Any]]:
        return [post.document for post in self.peer.posts if post.document["type"] == "Follow"]

    def photo(self, name: str = "1", **parts: Any) -> str:
        """A photo of Bob's, at its origin; its address."""
        note = {
            "id": f"https://there.test/notes/{name}",
            "type": "Note",
            "attributedTo": self.bob.id,
            "content": "<p>A hill</p>",
            "published": "2026-05-28T20:00:00Z",
            "to": [PUBLIC],
            "attachment": [{"type": "Document", "mediaType": "image/jpeg", "url": "https://there.test/1.jpg"}],
        } | parts
        self.there.serve(f"/notes/{name}", note)
        return str(note["id"])

    async def value(self, sql: str, *arguments: object) -> Any:
        return await self.here.instance.database.fetch_value(sql, *arguments)

    async def posts(self) -> list[str]:
        rows = await self.here.instance.database.fetch("SELECT uri FROM posts ORDER BY uri")
        return [row["uri"].rpartition("/")[2] for row in rows]


@pytest.fixture
async def stage(fediverse: Fediverse, here: Server, there: FakePeer) -> Stage:
    peer = await fediverse.peer("relay.test")
    relay = peer.actor("relay", type="Application", inbox=INBOX, endpoints={"sharedInbox": INBOX})
    async with here.instance.change() as change:
        alice = await a_person(change)
        await store_account_keys(change, alice.id, server_keys())
    return Stage(fediverse, here, there, peer, relay, there.actor("bob", key=1), alice)
