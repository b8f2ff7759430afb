"""Pruning: what is over goes after its time, and nothing else does."""

from __future__ import annotations

import pytest

from rossgram_fed.instance import Change, Instance
from rossgram_fed.jobs.hourly import HOUR, Hourly
from rossgram_fed.jobs.pruning import BATCH, DAY, prune
from rossgram_fed.models import (
    Attempt,
    Delivery,
    Follow,
    InboxItem,
    Invite,
    Job,
    OutboxActivity,
    Session,
    Tombstone,
    User,
)
from rossgram_fed.models.federation import WorkState
from rossgram_fed.models.relations import FollowState
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import SettableClock


async def some_work(change: Change, state: WorkState) -> None:
    alice = await a_person(change, f"alice{state.value}")
    work = {"state": state, "run_at": 0, "created_at": change.now}
    await Job.create(id=change.new_id(), kind="k", **work)
    await InboxItem.create(id=change.new_id(), dedupe_key=f"k{state.value}", sender_id=alice.id, body=b"", **work)
    activity = await OutboxActivity.create(id=change.new_id(), account_id=alice.id, body=b"{}", created_at=change.now)
    await Delivery.create(id=change.new_id(), activity_id=activity.id, account_id=alice.id, inbox="i", host="h", **work)


async def left(instance: Instance) -> list[int]:
    tables = ("jobs", "inbox_items", "deliveries", "outbox_activities")
    return [await instance.database.fetch_value(f"SELECT COUNT(*) FROM {table}") for table in tables]


@pytest.mark.parametrize(
    ("state", "days", "kept"),
    [
        (WorkState.DONE, 6.9, True),
        (WorkState.DONE, 7.1, False),
        (WorkState.FAILED, 29.9, True),
        (WorkState.FAILED, 30.1, False),
        (WorkState.WAITING, 400, True),
    ],
)
async def test_finished_work_goes(
    instance: Instance, clock: SettableClock, state: WorkState, days: float, kept: bool
) -> None:
    """Done work is kept a week, failed work a month for the admin to see, and waiting work for ever."""
    async with instance.change() as change:
        await some_work(change, state)
    clock.advance(int(days * DAY))
    await prune(instance)
    assert await left(instance) == ([1, 1, 1, 1] if kept else [0, 0, 0, 0])


async def test_a_strangers_tombstone_goes_and_ours_stays(instance: Instance, clock: SettableClock) -> None:
    """What our own people deleted answers 410 for good.

    A stranger's deletion is forgotten after half a year, and after a week where nobody here has to do with them.
    """
    async with instance.change() as change:
        alice, sam, pat = await a_person(change), await a_stranger(change), await a_stranger(change, "pat")
        await a_post(change, sam)
        follow = {"follower_id": alice.id, "followed_id": pat.id, "state": FollowState.ACCEPTED, "uri": "x"}
        await Follow.create(id=change.new_id(), created_at=change.now, **follow)
        for uri in (alice.uri, sam.uri, pat.uri, "https://there.test/users/eve"):
            await Tombstone.create(id=change.new_id(), uri=f"{uri}/1", actor_uri=uri, created_at=change.now)
    for days, names in ((6.9, {"alice", "sam", "pat", "eve"}), (0.2, {"alice", "sam", "pat"}), (173, {"alice"})):
        clock.advance(int(days * DAY))
        await prune(instance)
        rows = await instance.database.fetch("SELECT uri FROM tombstones")
        assert {row["uri"].split("/")[-2] for row in rows} == names, days


async def test_ended_sessions_and_throttles_go(instance: Instance, clock: SettableClock) -> None:
    """Sessions and attempts go when their time is up, invites a month later."""
    async with instance.change() as change:
        await a_person(change)
        user = await User.get()
        for number, end in enumerate((change.now + HOUR, change.now + 90 * DAY)):
            made = {"created_at": change.now, "expires_at": end}
            await Session.create(
                id=change.new_id(), user_id=user.id, token_hash=f"s{number}", seen_at=change.now, **made
            )
            await Invite.create(id=change.new_id(), created_by_id=user.id, code_hash=f"i{number}", **made)
            await Attempt.create(id=change.new_id(), subject=f"a{number}", window_ends_at=end)
    clock.advance(2 * HOUR)
    assert await prune(instance) == 2
    clock.advance(31 * DAY)
    assert await prune(instance) == 1
    rows = await instance.database.fetch("SELECT token_hash FROM sessions UNION ALL SELECT code_hash FROM invites")
    assert [row["token_hash"] for row in rows] == ["s1", "i1"]


async def test_many_rows_go_in_batches(instance: Instance, clock: SettableClock) -> None:
    """More rows than fit one batch go in one pruning, and the source then rests for an hour."""
    async with instance.change() as change:
        await change.tx.execute_many(
            "INSERT INTO attempts (id, subject, count, window_ends_at) VALUES ($1, $2, 1, $3)",
            [(number, f"a{number}", change.now - 1) for number in range(2 * BATCH + 1)],
        )
    source = Hourly(instance, prune, signal="pruning")
    assert await source.work_once() == 2 * BATCH + 1
    async with instance.change() as change:
        await Attempt.create(id=1, subject="a", window_ends_at=change.now - 1)
    assert await source.work_once() == 0
    clock.advance(HOUR)
    assert await source.work_once() == 1
