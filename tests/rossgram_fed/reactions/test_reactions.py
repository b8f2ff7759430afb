"""Likes, boosts and bookmarks, here and across servers."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from rossgram_fed.follows import actions as follows
from rossgram_fed.follows.blocks import block
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Bookmark, Boost, Job, Like, Notification, Post
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.reactions import actions
from rossgram_fed.reactions.queries import boosted_by, liked_by
from rossgram_fed.web.errors import Forbidden, NotFound
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.posts.arrivals import PUBLIC, activity, arrive
from tests.rossgram_fed.posts.photos import sent

ACTS = (actions.like, actions.boost, actions.bookmark)


async def test_liking_somebody_here(instance: Instance) -> None:
    """It counts once and is told once, however often it is done and undone."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        post = await a_post(change, alice)
    for act in (actions.like, actions.like, actions.unlike, actions.unlike, actions.like):
        async with instance.change() as change:
            await act(change, account_id=bob.id, post_id=post.id)
    assert (await Post.get(id=post.id)).likes_count == 1
    assert [row.kind for row in await Notification.filter(account_id=alice.id)] == [NotificationKind.LIKE]
    assert [card.username for _, card in await liked_by(instance.database, post.id, viewer_id=None)] == ["bob"]
    async with instance.change() as change:
        await actions.like(change, account_id=alice.id, post_id=post.id)
    assert await Notification.all().count() == 1, "one's own likes are no news"
    assert await sent(instance) == []


async def test_liking_a_stranger(instance: Instance) -> None:
    """The author's server gets a Like with a bare address, and an Undo that embeds it."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        post = await a_post(change, sam)
        await actions.like(change, account_id=alice.id, post_id=post.id)
        await actions.unlike(change, account_id=alice.id, post_id=post.id)
    [(like, first), (undo, second)] = await sent(instance)
    assert (like["type"], like["actor"], like["object"]) == ("Like", alice.uri, post.uri)
    assert (undo["type"], undo["object"]["type"], undo["object"]["id"]) == ("Undo", "Like", like["id"])
    assert first == second == [sam.inbox]


async def test_boosting(instance: Instance) -> None:
    """Followers and author get an Announce for everybody, and an Undo later."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        fan = await a_stranger(change, "fan", domain="far.test")
        await follows.receive_follow(change, follower_id=fan.id, followed_id=alice.id, uri="")
        post = await a_post(change, sam)
        await change.tx.execute("DELETE FROM outbox_activities")
        await actions.boost(change, account_id=alice.id, post_id=post.id)
        await actions.boost(change, account_id=alice.id, post_id=post.id)
    [(announce, inboxes)] = await sent(instance)
    assert (announce["type"], announce["object"], announce["to"]) == ("Announce", post.uri, [PUBLIC])
    assert announce["cc"] == [alice.followers_uri, sam.uri]
    assert inboxes == ["https://far.test/inbox", "https://there.test/inbox"]
    assert (await Post.get(id=post.id)).boosts_count == 1
    assert [card.id for _, card in await boosted_by(instance.database, post.id, viewer_id=None)] == [alice.id]
    async with instance.change() as change:
        await actions.unboost(change, account_id=alice.id, post_id=post.id)
    undo, _ = (await sent(instance))[-1]
    assert (undo["type"], undo["object"]["id"]) == ("Undo", announce["id"])
    assert (await Post.get(id=post.id)).boosts_count == 0


@pytest.mark.parametrize("act", ACTS)
async def test_nothing_is_done_to_what_one_may_not_see(instance: Instance, act: Any) -> None:
    """Posts for others, posts across a block and posts that are not there refuse alike, with no row left."""
    async with instance.change() as change:
        alice, eve = await a_person(change), await a_person(change, "eve")
        posts = [await a_post(change, alice, visibility=one) for one in (Visibility.FOLLOWERS, Visibility.DIRECT)]
        blocker = await a_person(change, "blocker")
        posts.append(await a_post(change, blocker))
        await block(change, account_id=blocker.id, target_id=eve.id)
    for post_id in (*(post.id for post in posts), 7):
        with pytest.raises(NotFound):
            async with instance.change() as change:
                await act(change, account_id=eve.id, post_id=post_id)
    assert await Like.all().count() == await Boost.all().count() == await Bookmark.all().count() == 0


async def test_private_posts_are_not_boosted(instance: Instance) -> None:
    """Not even by followers or by their own author."""
    async with instance.change() as change:
        alice = await a_person(change)
        post = await a_post(change, alice, visibility=Visibility.FOLLOWERS)
    with pytest.raises(Forbidden):
        async with instance.change() as change:
            await actions.boost(change, account_id=alice.id, post_id=post.id)


async def test_bookmarks_are_private(instance: Instance) -> None:
    """Kept once, told nobody, dropped again."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        post = await a_post(change, sam)
        for _ in range(2):
            await actions.bookmark(change, account_id=alice.id, post_id=post.id)
    assert await Bookmark.all().count() == 1
    async with instance.change() as change:
        await actions.unbookmark(change, account_id=alice.id, post_id=post.id)
    assert await Bookmark.all().count() == await Notification.all().count() == len(await sent(instance)) == 0


@pytest.mark.parametrize(
    ("kind", "model", "told"),
    [
        ("Like", Like, NotificationKind.LIKE),
        ("EmojiReact", Like, NotificationKind.LIKE),
        ("Announce", Boost, NotificationKind.BOOST),
    ],
)
async def test_reactions_from_elsewhere(instance: Instance, kind: str, model: Any, told: NotificationKind) -> None:
    """They count and are told once, and are undone by the whole activity, whatever its id, or by the id alone."""
    async with instance.change() as change:
        alice, sam, eve = await a_person(change), await a_stranger(change), await a_stranger(change, "eve")
        post = await a_post(change, alice)
    document = activity(sam, kind, post.uri, content="❤")
    for undone in (document | {"id": "https://there.test/other"}, document["id"]):
        for _ in range(2):
            assert await arrive(instance, sam, document)
        assert await model.all().count() == 1
        assert [row.kind for row in await Notification.all()] == [told]
        assert not await arrive(instance, eve, activity(eve, "Undo", undone)), "row 158: another's reaction"
        assert await model.all().count() == 1
        assert await arrive(instance, sam, activity(sam, "Undo", undone))
        assert await model.all().count() == 0
    after = await Post.get(id=post.id)
    assert (after.likes_count, after.boosts_count) == (0, 0)


@pytest.mark.parametrize("kind", ["Like", "Announce"])
async def test_reactions_without_effect(instance: Instance, kind: str) -> None:
    """To what the sender may not see, across a block, or to what we do not know: no row, no news, no request."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        private = await a_post(change, alice, visibility=Visibility.FOLLOWERS)
        blocker = await a_person(change, "blocker")
        post = await a_post(change, blocker)
        await block(change, account_id=blocker.id, target_id=sam.id)
        await change.tx.execute("DELETE FROM outbox_activities")
        await change.tx.execute("DELETE FROM jobs")
    for uri in (private.uri, post.uri, "https://far.test/posts/1", "https://here.test/p/1"):
        assert not await arrive(instance, sam, activity(sam, kind, uri))
    assert await Like.all().count() == await Boost.all().count() == 0
    assert await Notification.all().count() == await Job.all().count() == 0


async def test_a_follower_boosts_what_was_for_followers(instance: Instance) -> None:
    """Who may see a followers-only post still cannot pass it on."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        await follows.receive_follow(change, follower_id=sam.id, followed_id=alice.id, uri="")
        post = await a_post(change, alice, visibility=Visibility.FOLLOWERS)
    await arrive(instance, sam, activity(sam, "Announce", post.uri))
    assert await Boost.all().count() == 0
    assert await arrive(instance, sam, activity(sam, "Like", post.uri))
    assert await Like.all().count() == 1


@pytest.mark.parametrize(
    ("uri", "fetched", "reason"),
    [
        ("https://far.test/posts/1", True, "a stranger's post"),
        ("https://far.test/gone", False, "deleted"),
        ("https://here.test/p/1", False, "an address of ours with nothing behind it"),
        ("http://far.test/posts/1", False, "not https"),
        ("https://127.0.0.1/posts/1", False, "no name"),
    ],
)
async def test_what_somebody_followed_boosts_is_fetched(
    instance: Instance, uri: str, fetched: bool, reason: str
) -> None:
    """A boost of something unknown becomes a job when somebody here follows the booster."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        await follows.follow(change, account_id=alice.id, target_id=sam.id)
        await follows.receive_accept(change, follower_id=alice.id, followed_id=sam.id)
        await change.tx.execute("DELETE FROM jobs")
        await change.tx.execute(
            "INSERT INTO tombstones (id, uri, actor_uri, created_at) VALUES (1, 'https://far.test/gone', 'x', 0)"
        )
    assert await arrive(instance, sam, activity(sam, "Announce", uri)) is fetched, reason
    jobs = [(job.kind, orjson.loads(job.payload)) for job in await Job.all()]
    assert jobs == (
        [("fetch_post", {"uri": uri, "reason": "boost", "account_id": sam.id, "boost_uri": f"{sam.uri}#announce"})]
        if fetched
        else []
    ), reason


async def test_lists_of_people_keep_secrets(instance: Instance) -> None:
    """Who liked a private post is for those who may see it; people across a block are left out."""
    async with instance.change() as change:
        alice, bob, eve = [await a_person(change, name) for name in ("alice", "bob", "eve")]
        private = await a_post(change, alice, visibility=Visibility.FOLLOWERS)
        public = await a_post(change, alice)
        for post in (private, public):
            await actions.like(change, account_id=alice.id, post_id=post.id)
        await actions.like(change, account_id=bob.id, post_id=public.id)
        await block(change, account_id=bob.id, target_id=eve.id)

    async def names(post: Post, viewer: Account | None) -> list[str]:
        found = await liked_by(instance.database, post.id, viewer_id=viewer.id if viewer else None)
        return sorted(card.username for _, card in found)

    assert (await names(private, alice), await names(private, eve), await names(private, None)) == (["alice"], [], [])
    assert (await names(public, None), await names(public, eve)) == (["alice", "bob"], ["alice"])
