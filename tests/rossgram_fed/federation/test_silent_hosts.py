"""A server that does not answer costs little, and gets everything once it does."""

from __future__ import annotations

from rossgram_fed.federation.hosts import GIVE_UP_AFTER, LONGEST_PAUSE, SILENCES, pause
from rossgram_fed.federation.outbox import Audience
from tests.builders import a_stranger
from tests.conftest import SettableClock
from tests.fediverse import FakePeer, Fediverse, Server, closed
from tests.rossgram_fed.federation.sending import DAY, MINUTE, a_document, an_author, deliveries, send


async def test_a_silent_host_is_paused_as_a_whole(either_fediverse: Fediverse, clock: SettableClock) -> None:
    """After five silences nothing is sent to a host but one probe per pause; its first answer ends the pause."""
    here = await either_fediverse.server("here")
    there = await either_fediverse.peer("there.test")
    alice = await an_author(here, [])
    async with here.instance.change() as change:
        people = [await a_stranger(change, f"p{number}") for number in range(12)]
    there.inbox_status = 500
    await send(here, alice, audience=Audience(account_ids=frozenset(person.id for person in people)))
    await either_fediverse.settle()
    tried = len(there.posts)
    assert SILENCES <= tried <= SILENCES + 4
    row = await here.instance.database.fetch_one("SELECT * FROM hosts WHERE host = 'there.test'")
    assert row is not None
    assert row["paused_until"] > clock.now
    await send(here, alice, a_document(2), audience=Audience(account_ids=frozenset({people[0].id})))
    await either_fediverse.settle()
    assert len(there.posts) == tried
    clock.now = row["paused_until"] + 1
    await either_fediverse.settle()
    assert len(there.posts) == tried + 1
    there.inbox_status = 202
    clock.advance(DAY)
    await either_fediverse.settle()
    assert {row["state"] for row in await deliveries(here)} == {1}
    assert await here.instance.database.fetch_value("SELECT failures FROM hosts WHERE host = 'there.test'") == 0


async def test_a_verified_request_ends_the_pause(
    fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock
) -> None:
    """A host that knocks is alive: what waits for it goes at once."""
    alice = await an_author(here, [])
    async with here.instance.change() as change:
        people = [await a_stranger(change, f"p{number}") for number in range(6)]
    there.inbox_status = 500
    await send(here, alice, audience=Audience(account_ids=frozenset(person.id for person in people)))
    await fediverse.settle()
    assert {row["state"] for row in await deliveries(here)} == {0}
    there.inbox_status = 202
    kim = there.actor("kim")
    like = {"id": f"{kim.id}/1", "type": "Like", "actor": kim.id, "object": "https://here.test/p/1"}
    assert (await there.post("https://here.test/inbox", like, kim))[0] == 202
    await fediverse.settle()
    assert {row["state"] for row in await deliveries(here)} == {1}


async def test_nothing_waits_for_a_dead_host_for_ever(
    fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock
) -> None:
    """What a silent host has not taken in a week is given up, without trying each."""
    alice = await an_author(here, [])
    async with here.instance.change() as change:
        people = [await a_stranger(change, f"p{number}") for number in range(40)]
    assert there.runner is not None
    await closed(there.runner)
    await send(here, alice, audience=Audience(account_ids=frozenset(person.id for person in people)))
    await fediverse.settle()
    clock.advance(GIVE_UP_AFTER + DAY)
    await fediverse.settle()
    assert {row["state"] for row in await deliveries(here)} == {2}


def test_pauses_grow_and_stay_bounded() -> None:
    """A few failures pause nothing; then pauses double from two minutes to twelve hours."""
    assert [pause(number) for number in range(SILENCES)] == [0] * SILENCES
    assert [pause(SILENCES + number) for number in range(3)] == [2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert pause(10_000) == LONGEST_PAUSE
