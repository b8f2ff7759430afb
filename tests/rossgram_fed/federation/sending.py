"""An author with followers elsewhere, and what becomes of what they send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rossgram_fed.federation import outbox
from rossgram_fed.federation.outbox import Audience
from rossgram_fed.federation.signers import store_account_keys
from rossgram_fed.models import Account
from rossgram_fed.models.relations import Follow, FollowState
from tests.builders import a_person, a_stranger
from tests.fediverse import Server, server_keys

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def a_document(number: int = 1, kind: str = "Create") -> dict[str, object]:
    return {"id": f"https://here.test/{kind}/{number}", "type": kind, "actor": "https://here.test/users/alice"}


async def an_author(server: Server, followers: Iterable[tuple[str, str]] = (("sam", "there.test"),)) -> Account:
    """Alice, who can sign, with accepted followers elsewhere."""
    async with server.instance.change() as change:
        alice = await a_person(change)
        await store_account_keys(change, alice.id, server_keys())
        for username, domain in followers:
            follower = await a_stranger(change, username, domain=domain)
            await Follow.create(
                id=change.new_id(),
                follower_id=follower.id,
                followed_id=alice.id,
                state=FollowState.ACCEPTED,
                uri=f"{follower.uri}/follow",
                created_at=change.now,
            )
    return alice


async def send(server: Server, alice: Account, document: dict[str, object] | None = None, **how: Any) -> int:
    async with server.instance.change() as change:
        audience = how.pop("audience", Audience(followers=True))
        return await outbox.send(
            change, sender_id=alice.id, document=document or a_document(), audience=audience, **how
        )


async def deliveries(server: Server) -> list[dict[str, Any]]:
    return [dict(row) for row in await server.instance.database.fetch("SELECT * FROM deliveries ORDER BY id")]
