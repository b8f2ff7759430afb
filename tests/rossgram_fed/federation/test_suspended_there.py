"""Whom their own server suspends is hidden here too, for as long as it says so; our staff's word stands by itself."""

from __future__ import annotations

from rossgram_fed.activities import HANDLERS
from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.follows import actions as follows
from rossgram_fed.moderation.staff import COMMAND_LINE
from rossgram_fed.moderation.standing import suspend, unsuspend
from tests.builders import a_person
from tests.fediverse import AS2, Fediverse
from tests.rossgram_fed.federation.refusing import INBOX

TOOT = [AS2, "https://w3id.org/security/v1", {"toot": "http://joinmastodon.org/ns#", "suspended": "toot:suspended"}]


async def test_a_suspension_elsewhere(either_fediverse: Fediverse) -> None:
    """Read from an Update and from the actor itself, lifted in the same ways; who follows them still does after it."""
    fediverse = either_fediverse
    here, there = await fediverse.server("here", handlers=HANDLERS), await fediverse.peer("there.test")
    sam = there.actor()
    sam_id = await by_uri(here.network, sam.id)
    async with here.instance.change() as change:
        alice = await a_person(change)
        await follows.follow(change, account_id=alice.id, target_id=sam_id)
        await follows.receive_accept(change, follower_id=alice.id, followed_id=sam_id)
    said = 0

    async def says(suspended: bool) -> int:
        nonlocal said
        said += 1
        actor = sam.document | ({"suspended": True} if suspended else {})
        document = {"@context": TOOT, "id": f"{sam.id}#{said}", "type": "Update", "actor": sam.id, "object": actor}
        status, _ = await there.post(INBOX, document, sam)
        await fediverse.settle()
        return status

    async def standing() -> tuple[bool, bool]:
        sql = "SELECT suspended_at, suspended_there FROM accounts WHERE id = $1"
        row = await here.instance.database.fetch_one(sql, sam_id)
        assert row is not None
        return row["suspended_at"] is not None, bool(row["suspended_there"])

    assert (await says(True), await standing()) == (202, (True, True))
    assert (await says(True), await standing()) == (202, (True, True))
    assert (await says(False), await standing()) == (202, (False, False))
    there.serve("/users/sam", sam.document | {"@context": TOOT, "suspended": True})
    await by_uri(here.network, sam.id, refresh=True)
    assert await standing() == (True, True)
    async with here.instance.change() as change:
        await suspend(change, COMMAND_LINE, account_id=sam_id, reason="And we say so too")
    assert await standing() == (True, False)
    assert (await says(False), await standing()) == (403, (True, False))
    there.serve("/users/sam", sam.document)
    await by_uri(here.network, sam.id, refresh=True)
    assert await standing() == (True, False), "what our staff decided is not theirs to lift"
    async with here.instance.change() as change:
        await unsuspend(change, COMMAND_LINE, account_id=sam_id, reason="Enough")
    assert (await says(False), await standing()) == (202, (False, False))
    assert await here.instance.database.fetch("SELECT id FROM follows WHERE followed_id = $1", sam_id)
