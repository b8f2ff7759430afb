"""Follows, requests, blocks and mutes, among people here and across servers."""

from __future__ import annotations

from typing import Any

import pytest

from rossgram_fed.follows import actions, blocks
from rossgram_fed.follows.queries import followers, following, requests
from rossgram_fed.follows.relations import Relation, relation
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Block, Follow, Job, Notification
from rossgram_fed.models.relations import FollowState, NotificationKind
from rossgram_fed.web.errors import Forbidden, Invalid, NotFound
from tests.builders import a_person, a_stranger
from tests.rossgram_fed.posts.arrivals import activity, arrive
from tests.rossgram_fed.posts.photos import sent


async def counts(account: Account) -> tuple[int, int]:
    """Followers and following."""
    now = await Account.get(id=account.id)
    return now.followers_count, now.following_count


async def news(account: Account) -> list[NotificationKind]:
    return [row.kind for row in await Notification.filter(account_id=account.id).order_by("id")]


async def follow(instance: Instance, one: Account, other: Account) -> FollowState:
    async with instance.change() as change:
        return await actions.follow(change, account_id=one.id, target_id=other.id)


async def test_following_somebody_here(instance: Instance) -> None:
    """It counts at once, is told once, and twice is once; unfollowing takes it all back."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
    for _ in range(2):
        assert await follow(instance, alice, bob) is FollowState.ACCEPTED
    assert (await counts(alice), await counts(bob)) == ((0, 1), (1, 0))
    assert await news(bob) == [NotificationKind.FOLLOW]
    assert [one.account.username for one in await followers(instance.database, bob.id)] == ["alice"]
    assert [one.account.username for one in await following(instance.database, alice.id)] == ["bob"]
    for _ in range(2):
        async with instance.change() as change:
            await actions.unfollow(change, account_id=alice.id, target_id=bob.id)
    assert (await counts(alice), await counts(bob)) == ((0, 0), (0, 0))
    await follow(instance, alice, bob)
    assert await news(bob) == [NotificationKind.FOLLOW], "following again is no news"
    assert await sent(instance) == []


@pytest.mark.parametrize("answer", ["accept", "decline", "takes it back"])
async def test_a_locked_account_is_asked(instance: Instance, answer: str) -> None:
    """Nothing counts before the yes; an answered request is no longer in the news."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob", locked=True)
    assert await follow(instance, alice, bob) is FollowState.PENDING
    assert (await counts(bob), await news(bob)) == ((0, 0), [NotificationKind.FOLLOW_REQUEST])
    assert [one.account.id for one in await requests(instance.database, bob.id)] == [alice.id]
    assert await relation(instance.database, alice.id, bob.id) == Relation(requested=True)
    async with instance.change() as change:
        if answer == "accept":
            await actions.accept(change, account_id=bob.id, follower_id=alice.id)
        elif answer == "decline":
            await actions.decline(change, account_id=bob.id, follower_id=alice.id)
        else:
            await actions.unfollow(change, account_id=alice.id, target_id=bob.id)
    accepted = answer == "accept"
    assert await counts(bob) == (int(accepted), 0)
    assert await news(bob) == ([NotificationKind.FOLLOW] if accepted else [])
    assert await news(alice) == ([NotificationKind.FOLLOW_ACCEPTED] if accepted else [])
    with pytest.raises(NotFound):
        async with instance.change() as change:
            await actions.accept(change, account_id=bob.id, follower_id=alice.id)


async def test_refused_follows(instance: Instance) -> None:
    """Nobody follows themselves, somebody gone, or across a block in either direction."""
    async with instance.change() as change:
        alice, bob, eve = [await a_person(change, name) for name in ("alice", "bob", "eve")]
        await blocks.block(change, account_id=alice.id, target_id=eve.id)
        await change.tx.execute("UPDATE accounts SET deleted_at = 1 WHERE id = $1", bob.id)
    for one, other, refusal in (
        (alice, alice, Invalid),
        (alice, bob, NotFound),
        (alice, eve, Forbidden),
        (eve, alice, Forbidden),
    ):
        with pytest.raises(refusal):
            await follow(instance, one, other)
    assert await Follow.all().count() == 0


async def test_following_a_stranger(instance: Instance) -> None:
    """A Follow goes out, their photos are fetched, and it counts only after their Accept."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
    assert await follow(instance, alice, sam) is FollowState.PENDING
    [(document, inboxes)] = await sent(instance)
    assert (document["type"], document["actor"], document["object"]) == ("Follow", alice.uri, sam.uri)
    assert inboxes == [sam.inbox]
    assert [job.kind for job in await Job.all()] == ["backfill"]
    assert await counts(sam) == (0, 0)
    assert await arrive(instance, sam, activity(sam, "Accept", document))
    assert not await arrive(instance, sam, activity(sam, "Accept", document)), "once is enough"
    assert (await counts(alice), await counts(sam)) == ((0, 1), (1, 0))
    assert await news(alice) == [NotificationKind.FOLLOW_ACCEPTED]
    async with instance.change() as change:
        await actions.unfollow(change, account_id=alice.id, target_id=sam.id)
    undo, _ = (await sent(instance))[-1]
    assert (undo["type"], undo["object"]["type"], undo["object"]["id"]) == ("Undo", "Follow", document["id"])
    assert (await counts(alice), await counts(sam)) == ((0, 0), (0, 0))


def follow_of(sender: Account, target: Account, **parts: Any) -> dict[str, Any]:
    return {"id": f"{sender.uri}#follow", "type": "Follow", "actor": sender.uri, "object": target.uri} | parts


@pytest.mark.parametrize(
    ("answer", "works", "reason"),
    [
        (lambda alice, sam, ours: ours, True, "the Follow as we sent it"),
        (lambda alice, sam, ours: ours["id"], True, "only its id"),
        (lambda alice, sam, ours: ours | {"id": "https://there.test/x"}, True, "an id of their own (Misskey)"),
        (
            lambda alice, sam, ours: ours | {"actor": {"type": "Person", "id": alice.uri}},
            True,
            "a whole actor (Fedify)",
        ),
        (
            lambda alice, sam, ours: ours | {"object": "https://far.test/users/far", "id": "x:y"},
            False,
            "another's follow",
        ),
        (lambda alice, sam, ours: "https://here.test/follows/1", False, "an invented follow"),
        (lambda alice, sam, ours: ours | {"actor": "https://here.test/users/bob", "id": ""}, False, "who never asked"),
    ],
)
@pytest.mark.parametrize("kind", ["Accept", "Reject"])
async def test_answers_to_our_follow(instance: Instance, kind: str, answer: Any, works: bool, reason: str) -> None:
    """Rows 50 and 158: an answer is matched with a follow of the answering side, however it names it."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        await a_person(change, "bob")
    await follow(instance, alice, sam)
    [(ours, _)] = await sent(instance)
    thing = answer(alice, sam, {key: value for key, value in ours.items() if key != "@context"})
    assert await arrive(instance, sam, activity(sam, kind, thing)) is works, reason
    states = [row.state for row in await Follow.all()]
    if not works:
        assert states == [FollowState.PENDING], reason
    else:
        assert states == ([FollowState.ACCEPTED] if kind == "Accept" else []), reason


@pytest.mark.parametrize("kind", ["Accept", "Reject"])
async def test_a_third_party_answers_nothing(instance: Instance, kind: str) -> None:
    """Row 158: nobody accepts or rejects for the followed side, not even its neighbour."""
    async with instance.change() as change:
        alice, sam, eve = await a_person(change), await a_stranger(change), await a_stranger(change, "eve")
    await follow(instance, alice, sam)
    [(ours, _)] = await sent(instance)
    for thing in (ours, ours["id"]):
        assert not await arrive(instance, eve, activity(eve, kind, thing))
    assert [row.state for row in await Follow.all()] == [FollowState.PENDING]


async def test_being_followed_from_elsewhere(instance: Instance) -> None:
    """The Accept embeds the whole Follow; a repeated Follow is answered again and counts once."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
    for number in (1, 2):
        assert await arrive(instance, sam, follow_of(sam, alice, id=f"{sam.uri}#follow{number}"))
        accept, inboxes = (await sent(instance))[-1]
        assert (accept["type"], accept["actor"], inboxes) == ("Accept", alice.uri, [sam.inbox])
        assert accept["object"] | {"to": None} == {
            "id": f"{sam.uri}#follow{number}",
            "type": "Follow",
            "actor": sam.uri,
            "to": None,
            "cc": [],
            "object": alice.uri,
        }
    assert len(await sent(instance)) == 2
    assert (await counts(alice), await news(alice)) == ((1, 0), [NotificationKind.FOLLOW])


async def test_a_locked_account_answers_strangers_itself(instance: Instance) -> None:
    """No Accept before the owner's yes; then one. Declining sends a Reject; removing later does too."""
    async with instance.change() as change:
        alice, sam = await a_person(change, locked=True), await a_stranger(change)
    await arrive(instance, sam, follow_of(sam, alice))
    await arrive(instance, sam, follow_of(sam, alice))
    assert (await sent(instance), await news(alice)) == ([], [NotificationKind.FOLLOW_REQUEST])
    async with instance.change() as change:
        await actions.accept(change, account_id=alice.id, follower_id=sam.id)
    async with instance.change() as change:
        await actions.remove_follower(change, account_id=alice.id, follower_id=sam.id)
    kinds = [document["type"] for document, _ in await sent(instance)]
    assert kinds == ["Accept", "Reject"]
    assert await counts(alice) == (0, 0)


@pytest.mark.parametrize(
    ("undone", "works", "reason"),
    [
        (follow_of, True, "the Follow itself"),
        (lambda sam, alice: follow_of(sam, alice, id="https://there.test/other"), True, "another inner id (Misskey)"),
        (lambda sam, alice: f"{sam.uri}#follow", True, "only the Follow's id"),
        (lambda sam, alice: alice.uri, True, "only the followed actor (snac)"),
        (lambda sam, alice: "https://there.test/else", False, "an unknown id"),
        (lambda sam, alice: follow_of(sam, alice, actor="https://there.test/users/eve"), False, "another's follow"),
    ],
)
async def test_unfollowing_from_elsewhere(instance: Instance, undone: Any, works: bool, reason: str) -> None:
    """An Undo is matched by actor and object, and ends only the sender's own follow."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        eve = await a_stranger(change, "eve")
    await arrive(instance, sam, follow_of(sam, alice))
    await arrive(instance, eve, follow_of(eve, alice))
    assert await arrive(instance, sam, activity(sam, "Undo", undone(sam, alice))) is works, reason
    assert (await counts(alice))[0] == (1 if works else 2), reason
    assert await Follow.filter(follower_id=eve.id).count() == 1, reason


async def test_blocking_a_stranger(instance: Instance) -> None:
    """Follows end both ways, the other server hears Undo, Reject and Block, and news of them is forgotten."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
    await follow(instance, alice, sam)
    await arrive(instance, sam, follow_of(sam, alice))
    async with instance.change() as change:
        await blocks.block(change, account_id=alice.id, target_id=sam.id)
        await blocks.block(change, account_id=alice.id, target_id=sam.id)
    assert [document["type"] for document, _ in await sent(instance)][2:] == ["Undo", "Reject", "Block"]
    assert (await Follow.all().count(), await news(alice), await counts(alice)) == (0, [], (0, 0))
    assert not await Follow.all()
    assert await arrive(instance, sam, follow_of(sam, alice)), "taken, and without effect"
    assert (await Follow.all().count(), await news(alice), len(await sent(instance))) == (0, [], 5)
    async with instance.change() as change:
        await blocks.unblock(change, account_id=alice.id, target_id=sam.id)
    undo, _ = (await sent(instance))[-1]
    assert (undo["type"], undo["object"]["type"]) == ("Undo", "Block")
    assert await Block.all().count() == 0


async def test_being_blocked_from_elsewhere(instance: Instance) -> None:
    """A received Block ends follows both ways quietly; its Undo lifts it; neither works for others."""
    async with instance.change() as change:
        alice, sam, eve = await a_person(change), await a_stranger(change), await a_stranger(change, "eve")
    await follow(instance, alice, sam)
    await arrive(instance, sam, follow_of(sam, alice))
    before = len(await sent(instance))
    assert await arrive(instance, sam, activity(sam, "Block", alice.uri))
    assert (await Follow.all().count(), len(await sent(instance))) == (0, before)
    assert await relation(instance.database, alice.id, sam.id) == Relation(blocked_by=True)
    with pytest.raises(Forbidden):
        await follow(instance, alice, sam)
    undo = {"type": "Block", "actor": sam.uri, "object": alice.uri, "id": f"{sam.uri}#block"}
    assert not await arrive(instance, eve, activity(eve, "Undo", undo))
    assert await Block.all().count() == 1
    assert await arrive(instance, sam, activity(sam, "Undo", undo))
    assert await Block.all().count() == 0


async def test_muting(instance: Instance) -> None:
    """A mute is there once, ends no follow, tells nobody; oneself cannot be muted or blocked."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        for _ in range(2):
            await blocks.mute(change, account_id=alice.id, target_id=sam.id)
    assert await relation(instance.database, alice.id, sam.id) == Relation(muting=True, muting_news=True)
    await arrive(instance, sam, follow_of(sam, alice))
    assert (await counts(alice), await news(alice)) == ((1, 0), [])
    for act in (blocks.mute, blocks.block):
        with pytest.raises(Invalid):
            async with instance.change() as change:
                await act(change, account_id=alice.id, target_id=alice.id)
    async with instance.change() as change:
        await blocks.unmute(change, account_id=alice.id, target_id=sam.id)
    assert await relation(instance.database, alice.id, sam.id) == Relation(followed_by=True)
