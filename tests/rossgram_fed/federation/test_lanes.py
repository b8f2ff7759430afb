"""Whose turn it is: what one claim looks at is bounded, new work goes first, and nobody holds up the others."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from rossgram_fed.federation import lanes
from rossgram_fed.federation.account_rows import insert_account
from rossgram_fed.federation.hosts import SILENCES
from rossgram_fed.federation.lanes import Lanes
from rossgram_fed.instance import Instance
from tests.conftest import NOON

MINUTE = 60_000
Waiting = tuple[str, str, int, int]
"""Host, path of the inbox, attempts so far, and when it is due (milliseconds from noon)."""


async def put(instance: Instance, rows: Iterable[Waiting], *, sender: int = 1) -> list[int]:
    """Queue deliveries of one sender in this order; their ids."""
    async with instance.change() as change:
        if not await change.tx.fetch("SELECT id FROM accounts"):
            values = {"username": "ana", "uri": "https://here.test/users/ana", "url": "https://here.test/@ana"}
            await insert_account(change, 1, values | {"actor_type": "Person", "inbox": "https://here.test/inbox"})
            await change.tx.execute(
                "INSERT INTO outbox_activities (id, account_id, post_id, body, created_at) VALUES (1, 1, NULL, $1, 0)",
                b"{}",
            )
        made = [(change.new_id(), NOON + due, tried, f"https://{host}{path}", host) for host, path, tried, due in rows]
        await change.tx.execute_many(
            "INSERT INTO deliveries (id, state, run_at, leased_until, attempts, last_error, created_at, activity_id, "
            f"account_id, inbox, host) VALUES ($1, 0, $2, 0, $3, '', 0, 1, {sender:d}, $4, $5)",
            made,
        )
    return [row[0] for row in made]


async def trouble(instance: Instance, host: str, *, failures: int, paused_until: int) -> None:
    async with instance.change() as change:
        await change.tx.execute(
            "INSERT INTO hosts (host, failures, failing_since, paused_until, prefers_rfc9421_until, software, "
            "updated_at) VALUES ($1, $2, $3, $4, 0, '', $3)",
            *(host, failures, NOON - MINUTE, paused_until),
        )


async def served(
    instance: Instance, *, rounds: int = 1, limit: int = 32, busy: frozenset[str] = frozenset(), look: bool = True
) -> list[int]:
    """The ids that fresh lanes give, in as many claims."""
    turns, active, given = Lanes(instance), set(busy), []
    await turns.look()
    for _ in range(rounds):
        async with instance.change() as change:
            rows = await turns.claim(change, limit=limit, busy=busy, active=active)
        given += [row["id"] for row in rows]
        active |= {row["host"] for row in rows}
    return given


async def test_each_host_gives_one_row_a_turn(instance: Instance) -> None:
    """However much waits for one host, the others have their turn before its second."""
    big = await put(instance, [("big.test", f"/{number}", 0, 0) for number in range(50)])
    small = await put(instance, [(f"h{number}.test", "/inbox", 0, 5) for number in range(3)])
    instance.clock.advance(MINUTE)  # type: ignore[attr-defined]
    assert set(await served(instance, rounds=2, limit=4)) == {big[0], big[1], *small}


async def test_what_is_new_goes_before_what_was_tried(instance: Instance) -> None:
    """A fresh post goes to every host before any of the retries that fell due long ago, at its own host too."""
    hosts = [f"h{number}.test" for number in range(20)]
    old = await put(instance, [(host, f"/{n}", 3, -MINUTE) for n in range(30) for host in (*hosts, "tried.test")])
    new = await put(instance, [(host, "/inbox", 0, 0) for host in hosts])
    assert set(await served(instance, limit=20)) == set(new)
    assert set(await served(instance, limit=40)) <= set(old)


async def test_only_the_first_in_line_goes(instance: Instance) -> None:
    """Of one sender's rows to one inbox the oldest alone may go, also while it is under way or waits for its retry."""
    first, second = await put(instance, [("a.test", "/inbox", 0, 0), ("a.test", "/inbox", 0, 0)])
    [other] = await put(instance, [("a.test", "/inbox", 0, 0)], sender=2)
    assert await served(instance, rounds=4) == [first, other]
    [retried, _] = await put(instance, [("b.test", "/inbox", 2, MINUTE), ("b.test", "/inbox", 0, 0)])
    assert await served(instance, rounds=3) == []
    instance.clock.advance(MINUTE)  # type: ignore[attr-defined]
    assert await served(instance, rounds=3) == [retried]
    assert second


async def test_who_stands_behind_a_retry_is_set_aside(instance: Instance) -> None:
    """What cannot go before a later instant is due only then, so that nobody looks at it again meanwhile."""
    await put(instance, [("b.test", "/inbox", 2, MINUTE), *[("b.test", "/inbox", 0, 0)] * 20])
    assert await served(instance, rounds=2) == []
    assert await instance.database.fetch_value("SELECT COUNT(*) FROM deliveries WHERE run_at = $1", NOON + MINUTE) == 21


async def test_a_long_line_hides_nobody(instance: Instance) -> None:
    """Behind a line of hundreds at the same host, another sender's post has its turn."""
    line = await put(instance, [("a.test", "/inbox", 0, 0)] * 300)
    [other] = await put(instance, [("a.test", "/inbox", 0, 0)], sender=2)
    assert await served(instance, rounds=4) == [line[0], other]


@pytest.mark.parametrize(
    ("failures", "paused_until", "gives", "why"),
    [
        (0, 0, 4, "it is well"),
        (SILENCES - 1, 0, 4, "a few failures pause nothing"),
        (SILENCES, NOON + 1, 0, "it is paused"),
        (0, NOON + 1, 0, "it asked for a rest"),
        (SILENCES, NOON, 1, "its pause is over: one probe"),
    ],
)
async def test_a_troubled_host_gets_little(
    instance: Instance, failures: int, paused_until: int, gives: int, why: str
) -> None:
    """A paused host gives nothing, one that has been silent gives a probe, in whichever process."""
    await put(instance, [("a.test", f"/{number}", 0, 0) for number in range(4)])
    await trouble(instance, "a.test", failures=failures, paused_until=paused_until)
    assert len(await served(instance, rounds=5) + await served(instance, rounds=5)) == gives, why


async def test_a_busy_host_keeps_its_turn(instance: Instance) -> None:
    """A host that has all the connections it may have is passed over, and served when it has room."""
    [a, b] = await put(instance, [("a.test", "/inbox", 0, 0), ("b.test", "/inbox", 0, 0)])
    turns = Lanes(instance)
    await turns.look()
    async with instance.change() as change:
        rows = await turns.claim(change, limit=9, busy={"a.test"}, active={"a.test"})
        assert [row["id"] for row in rows] == [b]
        assert not turns.may_serve({"a.test", "b.test"})
        assert a in [row["id"] for row in await turns.claim(change, limit=9, busy=set(), active=set())]


async def test_a_host_loses_its_turn_when_it_has_nothing_to_give(instance: Instance) -> None:
    """Turns are given to who has something due, and nobody is remembered for longer."""
    await put(instance, [("a.test", "/inbox", 0, 0), ("later.test", "/inbox", 0, MINUTE)])
    turns = Lanes(instance)
    for kept in (1, 1, 0):
        await turns.look() if kept and not len(turns) else None
        assert len(turns) == kept
        async with instance.change() as change:
            await turns.claim(change, limit=9, busy=set(), active={"a.test"})


async def test_two_processes_never_take_the_same(instance: Instance) -> None:
    """What one has leased the other does not get."""
    ids = await put(instance, [(f"h{number}.test", f"/{way}", 0, 0) for number in range(10) for way in range(2)])
    one, two = await served(instance), await served(instance)
    assert sorted(one + two) == sorted(ids)


async def test_claims_walk_along_one_index(instance: Instance) -> None:
    """Looking and claiming leap over the index of lanes; no table is read through, at whatever length of the queue."""
    await put(instance, [(f"h{number}.test", "/inbox", 0, 0) for number in range(200)])
    choice = f"WITH lanes(host) AS (VALUES ('h1.test'), ('h2.test')) SELECT {lanes._CHOICE} FROM lanes"
    async with instance.change() as change:
        if instance.database.postgresql:
            await change.tx.execute("SET LOCAL enable_seqscan = off")
            await change.tx.execute("SET LOCAL enable_bitmapscan = off")
        how = "EXPLAIN " if instance.database.postgresql else "EXPLAIN QUERY PLAN "
        for sql in (lanes._LANES, choice):
            rows = await change.tx.fetch(how + sql.replace("$1", str(NOON)))
            steps = [str(list(row.values())[-1]) for row in rows]
            assert any("idx_deliveries_host" in step for step in steps), steps
            whole = [step for step in steps if "SCAN waiting" in step or "Seq Scan on deliveries" in step]
            assert whole == [], steps
