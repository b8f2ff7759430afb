"""Trying now, through the real delivery loop: one knock at a silent server, and everything once it answers."""

from __future__ import annotations

from rossgram_fed.deliveries.actions import try_now
from rossgram_fed.federation.outbox import Audience
from tests.builders import a_post, a_stranger
from tests.conftest import SettableClock
from tests.fediverse import Fediverse
from tests.rossgram_fed.federation.sending import DAY, a_document, an_author, deliveries, send


async def test_a_silent_host_gets_one_probe(either_fediverse: Fediverse, clock: SettableClock) -> None:
    """While it stays silent one delivery goes and the pause grows; once it answers, all of them go in order."""
    here = await either_fediverse.server("here")
    there = await either_fediverse.peer("there.test")
    alice = await an_author(here, [])
    async with here.instance.change() as change:
        people = [await a_stranger(change, f"p{number}") for number in range(12)]
        post = await a_post(change, alice)
    audience = Audience(account_ids=frozenset(person.id for person in people))
    there.inbox_status = 500
    await send(here, alice, a_document(1), audience=audience, post_id=post.id)
    await send(here, alice, a_document(2, "Update"), audience=audience, post_id=post.id)
    await either_fediverse.settle()
    tried = len(there.posts)

    async def press() -> None:
        rows = await here.instance.database.fetch("SELECT id FROM outbox_activities WHERE post_id = $1", post.id)
        async with here.instance.change() as change:
            await try_now(change, sender_id=alice.id, activity_ids=[row["id"] for row in rows])
        await either_fediverse.settle()

    await press()
    assert len(there.posts) == tried + 1
    paused = await here.instance.database.fetch_value("SELECT paused_until FROM hosts WHERE host = 'there.test'")
    assert paused > clock.now
    there.inbox_status = 202
    await press()
    assert {row["state"] for row in await deliveries(here)} == {1}
    for person in people:
        path = person.inbox.removeprefix("https://there.test")
        taken = [one.document["type"] for one in there.posts[tried + 1 :] if one.path == path]
        assert taken == ["Create", "Update"]


async def test_what_was_given_up_gets_another_go(either_fediverse: Fediverse, clock: SettableClock) -> None:
    """A server that refused for good and has changed its mind takes the post when it is asked again."""
    here = await either_fediverse.server("here")
    there = await either_fediverse.peer("there.test")
    alice = await an_author(here)
    async with here.instance.change() as change:
        post = await a_post(change, alice)
    there.inbox_status = 422
    await send(here, alice, post_id=post.id)
    await either_fediverse.settle()
    [row] = await deliveries(here)
    assert row["state"] == 2
    clock.advance(DAY)
    for status, state in ((422, 2), (202, 1)):
        there.inbox_status = status
        async with here.instance.change() as change:
            await try_now(change, sender_id=alice.id, activity_ids=[row["activity_id"]])
        await either_fediverse.settle()
        assert [row["state"] for row in await deliveries(here)] == [state]
