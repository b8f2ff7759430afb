"""What hangs on a follow: options, mutes with an end, whole servers, notes, recommendations."""

from __future__ import annotations

import pytest

from rossgram_fed.follows import actions, blocks, hosts, options
from rossgram_fed.follows.relations import relation
from rossgram_fed.instance import Instance
from rossgram_fed.models import (
    Account,
    AccountList,
    AccountNote,
    Endorsement,
    Follow,
    HostMute,
    Job,
    ListMember,
    Mute,
    Notification,
)
from rossgram_fed.models.relations import FollowState, NotificationKind
from rossgram_fed.notifications.actions import notify
from rossgram_fed.visibility import not_muted
from rossgram_fed.web.errors import Forbidden, Invalid
from tests.builders import a_person, a_stranger
from tests.conftest import SettableClock
from tests.rossgram_fed.posts.photos import sent


async def followed(instance: Instance, one: Account, other: Account, *, uri: str = "https://here.test/f") -> None:
    async with instance.change() as change:
        await Follow.create(
            id=change.new_id(),
            follower_id=one.id,
            followed_id=other.id,
            state=FollowState.ACCEPTED,
            uri=uri,
            created_at=change.now,
        )


async def test_options_of_a_follow(instance: Instance) -> None:
    """They change where something is said, and only the follow that is meant; nonsense changes nothing."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
    await followed(instance, alice, bob)
    await followed(instance, bob, alice)
    async with instance.change() as change:
        await options.set_options(
            change, account_id=alice.id, target_id=bob.id, shows_boosts=False, notifies=True, languages=["de", "pt-BR"]
        )
        await options.set_options(change, account_id=alice.id, target_id=bob.id)
    found = await relation(instance.database, alice.id, bob.id)
    assert (found.shows_boosts, found.notifies, found.languages) == (False, True, ("de", "pt-BR"))
    other = await relation(instance.database, bob.id, alice.id)
    assert (other.shows_boosts, other.notifies, other.languages) == (True, False, ())
    for wrong in (["x"], ["en;--"], ["aaa-bbbbbbbb"] * 2 + [f"aa-{n:08}" for n in range(40)]):
        with pytest.raises(Invalid):
            async with instance.change() as change:
                await options.set_options(change, account_id=alice.id, target_id=bob.id, languages=wrong)
    assert (await relation(instance.database, alice.id, bob.id)).languages == ("de", "pt-BR")


async def test_a_mute_may_leave_the_news_alone_and_ends_by_itself(instance: Instance, clock: SettableClock) -> None:
    """News come through a mute that allows them; its job lifts it at its end, and not one that was prolonged."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        end = change.now + 60_000
        await blocks.mute(change, account_id=alice.id, target_id=bob.id, hides_news=False, until=end)
        await notify(change, account_id=alice.id, kind=NotificationKind.FOLLOW, actor_id=bob.id)
        await blocks.mute(change, account_id=alice.id, target_id=bob.id, until=end)
        await notify(change, account_id=alice.id, kind=NotificationKind.FOLLOW_REQUEST, actor_id=bob.id)
    assert [one.kind for one in await Notification.all()] == [NotificationKind.FOLLOW]
    (job,) = await Job.filter(kind="end_mute")
    assert job.run_at == end
    payload: dict[str, object] = {"account_id": alice.id, "target_id": bob.id}
    await blocks.end_mute(instance, payload)
    assert await Mute.all().count() == 1, "not yet"
    async with instance.change() as change:
        await blocks.mute(change, account_id=alice.id, target_id=bob.id, until=end + 60_000)
    clock.now = end
    await blocks.end_mute(instance, payload)
    assert await Mute.all().count() == 1, "it was prolonged"
    clock.now = end + 60_000
    await blocks.end_mute(instance, payload)
    rows = await instance.database.fetch(f"SELECT 1 AS free WHERE {not_muted('$1', '$2')}", alice.id, bob.id)
    assert rows
    assert await Mute.all().count() == 0


async def test_muting_a_server(instance: Instance) -> None:
    """Follows both ways end and are told there, news go, nobody of it follows again; others are left alone."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        sam, tim = await a_stranger(change), await a_stranger(change, "tim", domain="else.test")
        await notify(change, account_id=alice.id, kind=NotificationKind.FOLLOW, actor_id=sam.id)
    for one, other in ((alice, sam), (sam, alice), (alice, tim), (bob, sam)):
        await followed(instance, one, other, uri=f"https://here.test/{one.id}/{other.id}")
    async with instance.change() as change:
        assert await hosts.mute_host(change, "https://There.test/", account_id=alice.id) == "there.test"
        await hosts.mute_host(change, "there.test", account_id=alice.id)
    assert await Job.filter(kind="part_with_host").count() == 1
    assert await Notification.all().count() == 0
    await hosts.part_with_host(instance, {"account_id": alice.id, "host": "there.test"})
    assert {(one.follower_id, one.followed_id) for one in await Follow.all()} == {(alice.id, tim.id), (bob.id, sam.id)}
    assert sorted(one["type"] for one, _ in await sent(instance)) == ["Reject", "Undo"]
    with pytest.raises(Forbidden):
        async with instance.change() as change:
            await actions.follow(change, account_id=alice.id, target_id=sam.id)
    async with instance.change() as change:
        await actions.receive_follow(change, follower_id=sam.id, followed_id=alice.id, uri="https://there.test/f2")
        await notify(change, account_id=alice.id, kind=NotificationKind.MOVED, actor_id=sam.id)
    assert await Follow.filter(follower_id=sam.id).count() == await Notification.all().count() == 0
    async with instance.change() as change:
        await hosts.unmute_host(change, "there.test", account_id=alice.id)
        await actions.follow(change, account_id=alice.id, target_id=sam.id)
    await hosts.part_with_host(instance, {"account_id": alice.id, "host": "there.test"})
    assert await Follow.filter(follower_id=alice.id, followed_id=sam.id).count() == 1, "it is welcome again"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "nothing"),
        ("no host", "a space"),
        ("x" * 300 + ".test", "too long"),
        ("here.test", "ourselves"),
        ("127.0.0.1", "an address"),
    ],
)
async def test_servers_that_cannot_be_muted(instance: Instance, typed: str, reason: str) -> None:
    """What is no server, and our own, is refused and leaves nothing."""
    async with instance.change() as change:
        alice = await a_person(change)
    with pytest.raises(Invalid):
        async with instance.change() as change:
            await hosts.mute_host(change, typed, account_id=alice.id)
    assert await HostMute.all().count() == await Job.all().count() == 0, reason


async def test_notes_and_recommendations(instance: Instance) -> None:
    """A note is its author's alone; only who is followed is recommended, and leaves profile and lists when not."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        await options.set_note(change, account_id=alice.id, target_id=bob.id, comment="Met in Lisbon")
    assert (await relation(instance.database, alice.id, bob.id)).note == "Met in Lisbon"
    assert (await relation(instance.database, bob.id, alice.id)).note == ""
    with pytest.raises(Invalid):
        async with instance.change() as change:
            await options.set_note(change, account_id=alice.id, target_id=bob.id, comment="x" * 2001)
    with pytest.raises(Invalid):
        async with instance.change() as change:
            await options.endorse(change, account_id=alice.id, target_id=bob.id)
    assert await Endorsement.all().count() == 0
    await followed(instance, alice, bob)
    async with instance.change() as change:
        await options.endorse(change, account_id=alice.id, target_id=bob.id)
        mine = await AccountList.create(id=change.new_id(), account_id=alice.id, title="Sea", created_at=change.now)
        await ListMember.create(id=change.new_id(), list_id=mine.id, account_id=bob.id)
    assert (await relation(instance.database, alice.id, bob.id)).endorsed
    async with instance.change() as change:
        await actions.unfollow(change, account_id=alice.id, target_id=bob.id)
        await options.set_note(change, account_id=alice.id, target_id=bob.id, comment=" ")
    assert await Endorsement.all().count() == await ListMember.all().count() == await AccountNote.all().count() == 0
