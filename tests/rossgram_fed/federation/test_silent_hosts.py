"""A server that does not answer costs little, and gets everything once it does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rossgram_fed.federation.hosts import DEAD_AFTER, GIVE_UP_AFTER, GIVEN_UP, LONGEST_PAUSE, SILENCES, pause
from rossgram_fed.federation.outbox import Audience
from rossgram_fed.jobs import pruning
from tests.builders import a_stranger
from tests.conftest import SettableClock
from tests.fediverse import FakePeer, Fediverse, Server
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


async def test_a_dead_host_is_tried_once_a_day_and_given_up_after_thirty(
    either_fediverse: Fediverse, clock: SettableClock
) -> None:
    """After a week one probe a day goes out; after a month what waits is given up, in words; what is new is probed."""
    here = await either_fediverse.server("here")
    there = await either_fediverse.peer("there.test")
    alice = await an_author(here, [])
    async with here.instance.change() as change:
        people = [await a_stranger(change, f"p{number}") for number in range(80)]
    there.inbox_status = 503
    began = clock.now
    await send(here, alice, audience=Audience(account_ids=frozenset(person.id for person in people)))

    async def tries(days: int) -> list[int]:
        """How many requests went out on each day, looked at every hour."""
        counts = []
        for _ in range(days):
            before = len(there.posts)
            for _ in range(24):
                clock.advance(DAY // 24)
                await either_fediverse.settle()
            counts.append(len(there.posts) - before)
        return counts

    await either_fediverse.settle()
    first = await tries(8)
    assert sum(first) < 40
    assert set(await tries(21)) == {1}
    assert {row["state"] for row in await deliveries(here)} == {0}, "not one of them was at fault"
    assert clock.now - began < GIVE_UP_AFTER
    await tries(2)
    assert {(row["state"], row["last_error"]) for row in await deliveries(here)} == {(2, GIVEN_UP)}
    for _ in range(2):
        await send(here, alice, a_document(2), audience=Audience(account_ids=frozenset({people[0].id})))
        await either_fediverse.settle()
    assert sum(await tries(1)) <= 1
    there.inbox_status = 202
    await send(here, alice, a_document(3), audience=Audience(account_ids=frozenset({people[0].id})))
    await tries(1)
    assert (await deliveries(here))[-1]["state"] == 1
    assert await here.instance.database.fetch_value("SELECT failures FROM hosts WHERE host = 'there.test'") == 0


async def test_a_gone_shared_inbox_takes_nobody_along(fediverse: Fediverse, here: Server, there: FakePeer) -> None:
    """410 or 404 at a shared inbox is no word on the people behind it: they stay, and follow as before."""
    alice = await an_author(here)
    for status in (404, 410):
        there.inbox_status = status
        await send(here, alice)
        await fediverse.settle()
    database = here.instance.database
    assert await database.fetch_value("SELECT COUNT(*) FROM follows WHERE state = 1") == 1
    assert await database.fetch_value("SELECT COUNT(*) FROM accounts WHERE deleted_at IS NOT NULL") == 0
    assert await database.fetch_value("SELECT COUNT(*) FROM jobs") == 0


async def test_what_is_known_of_hosts_is_bounded(
    either_fediverse: Fediverse, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many names one stranger answers to, rows about them run out, and are never more than so many (107)."""
    here = await either_fediverse.server("here")
    hosts, database = here.network.hosts, here.instance.database
    async with here.instance.change() as change:
        for number in range(30):
            await hosts.silent(change, f"h{number}.evil.test")
            await hosts.rest(change, f"r{number}.evil.test", until=change.now + MINUTE)
    assert await database.fetch_value("SELECT COUNT(*) FROM hosts") == 60
    rules = [rule for rule in pruning.RULES if rule.table == "hosts"]
    narrow = [replace(rule, when=rule.when.replace(str(pruning.MOST_HOSTS), "40")) for rule in rules]
    monkeypatch.setattr(pruning, "RULES", tuple(narrow))
    await pruning.prune(here.instance)
    assert await database.fetch_value("SELECT COUNT(*) FROM hosts") == 40
    clock.advance(2 * MINUTE)
    await pruning.prune(here.instance)
    assert await database.fetch_value("SELECT COUNT(*) FROM hosts WHERE failures = 0") == 0
    clock.advance(61 * DAY)
    await pruning.prune(here.instance)
    assert await database.fetch_value("SELECT COUNT(*) FROM hosts") == 0
    assert here.network.hosts._known._most <= 10_000


def test_pauses_grow_and_stay_bounded() -> None:
    """A few failures pause nothing; then pauses double from two minutes to twelve hours."""
    assert [pause(number) for number in range(SILENCES)] == [0] * SILENCES
    assert [pause(SILENCES + number) for number in range(3)] == [2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert pause(10_000) == LONGEST_PAUSE
    assert pause(10_000, silent_for=DEAD_AFTER) == DAY
