"""Answers, blocks, news and ends: how what arrives fits in with what is here."""

from __future__ import annotations

import pytest

from rossgram_fed.follows import actions as follows
from rossgram_fed.follows.blocks import block
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Follow, Job, Mention, Notification, Post
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState, NotificationKind
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.posts.arrivals import PUBLIC, activity, arrive, create


async def stored(uri: str) -> Post:
    return await Post.get(uri=uri)


async def test_threads_of_any_depth_in_any_order(instance: Instance, people: tuple[Account, Account]) -> None:
    """Comments that come before what they answer wait, are asked for once, and are linked when it comes."""
    alice, sam = people
    async with instance.change() as change:
        root = await a_post(change, alice)
    uris = [root.uri, *(f"{sam.uri}/posts/{number}" for number in range(1, 5))]
    for number in (3, 4, 2, 1):
        await arrive(instance, sam, create(sam, str(number), inReplyTo=uris[number - 1], attachment=[]))
    posts = {post.uri: post for post in await Post.all()}
    assert {post.thread_id for post in posts.values()} == {root.id}
    for child, parent in zip(uris[1:], uris, strict=False):
        assert posts[child].in_reply_to_id == posts[parent].id
    assert [posts[uri].replies_count for uri in uris] == [1, 1, 1, 1, 0]
    waiting = [job.kind for job in await Job.filter(kind="fetch_parent")]
    assert len(waiting) == 2, "the parents of 3 and 2 were unknown when those came"


async def test_loops_of_answers_end(instance: Instance, people: tuple[Account, Account]) -> None:
    """Posts that answer each other, or themselves, do no harm."""
    _, sam = people
    await arrive(instance, sam, create(sam, "1", inReplyTo=f"{sam.uri}/posts/2"))
    await arrive(instance, sam, create(sam, "2", inReplyTo=f"{sam.uri}/posts/1"))
    await arrive(instance, sam, create(sam, "3", inReplyTo=f"{sam.uri}/posts/3"))
    first, second, third = [await stored(f"{sam.uri}/posts/{number}") for number in (1, 2, 3)]
    assert first.in_reply_to_id is None
    assert second.in_reply_to_id == first.id
    assert (third.in_reply_to_id, third.in_reply_to_uri) == (None, "")


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
async def test_no_answers_to_what_one_may_not_see(instance: Instance, visibility: Visibility) -> None:
    """A stranger who guesses the address of a private post cannot comment on it."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        post = await a_post(change, alice, visibility=visibility)
    assert not await arrive(instance, sam, create(sam, inReplyTo=post.uri, cc=[alice.uri]))
    assert await Post.filter(local=False).count() == await Notification.all().count() == 0


async def test_blocked_people_are_not_heard(instance: Instance, people: tuple[Account, Account]) -> None:
    """Comments and mentions across a block leave no row and tell nobody."""
    alice, sam = people
    async with instance.change() as change:
        post = await a_post(change, alice)
        await block(change, account_id=alice.id, target_id=sam.id)
    assert not await arrive(instance, sam, create(sam, "1", inReplyTo=post.uri))
    assert not await arrive(instance, sam, create(sam, "2", cc=[alice.uri]))
    assert await Post.filter(local=False).count() == await Notification.all().count() == 0


async def test_who_is_told(instance: Instance) -> None:
    """Whom a comment answers and whom it names are told once each; those in copy are not."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        carol, sam = await a_person(change, "carol"), await a_stranger(change)
        post = await a_post(change, alice)
    tags = [{"type": "Mention", "href": uri} for uri in (alice.uri, bob.uri)]
    await arrive(instance, sam, create(sam, inReplyTo=post.uri, cc=[carol.uri, alice.uri], tag=tags))
    news = {(row.account_id, row.kind) for row in await Notification.all()}
    assert news == {(alice.id, NotificationKind.COMMENT), (bob.id, NotificationKind.MENTION)}
    assert await Mention.all().count() == 3


async def test_an_account_that_goes_takes_its_traces_along(instance: Instance, people: tuple[Account, Account]) -> None:
    """Posts, likes, boosts and follows of a deleted account go, and the counters with them."""
    alice, sam = people
    async with instance.change() as change:
        post = await a_post(change, alice)
        await follows.receive_follow(change, follower_id=sam.id, followed_id=alice.id, uri=f"{sam.uri}#f")
    await arrive(instance, sam, create(sam, "1"))
    await arrive(instance, sam, create(sam, "2", inReplyTo=post.uri))
    await arrive(instance, sam, activity(sam, "Like", post.uri))
    await arrive(instance, sam, activity(sam, "Announce", post.uri))
    before = await stored(post.uri)
    assert (before.likes_count, before.boosts_count, before.replies_count) == (1, 1, 1)
    await arrive(instance, sam, activity(sam, "Delete", sam.uri))
    after = await stored(post.uri)
    assert (after.likes_count, after.boosts_count, after.replies_count) == (0, 0, 0)
    assert [one.uri for one in await Post.all()] == [post.uri]
    assert await Follow.filter(state=FollowState.ACCEPTED).count() == await Notification.all().count() == 0
    alice = await Account.get(id=alice.id)
    assert (alice.followers_count, alice.following_count) == (0, 0)


async def test_a_create_that_only_names_its_post(instance: Instance, people: tuple[Account, Account]) -> None:
    """It is fetched when its author is followed here, and only from the author's own server."""
    _, sam = people
    assert await arrive(instance, sam, activity(sam, "Create", f"{sam.uri}/posts/1", to=[PUBLIC]))
    assert not await arrive(instance, sam, activity(sam, "Create", "https://elsewhere.test/1", to=[PUBLIC]))
    assert [job.kind for job in await Job.filter(kind="fetch_post")] == ["fetch_post"]
