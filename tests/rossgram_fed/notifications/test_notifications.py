"""News: for whom, how often, and for how long."""

from __future__ import annotations

import pytest

from rossgram_fed.follows import blocks
from rossgram_fed.instance import Instance
from rossgram_fed.models import Notification
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import mark_read, notify
from rossgram_fed.notifications.folding import folded
from rossgram_fed.notifications.queries import notifications_page, unread_count
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.reactions import actions as reactions
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import SettableClock
from tests.rossgram_fed.posts.photos import a_waiting_photo


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("another", True),
        ("oneself", False),
        ("muted", False),
        ("muting", True),
        ("blocked", False),
        ("blocking", False),
        ("remote", False),
    ],
)
async def test_who_is_told(instance: Instance, case: str, told: bool) -> None:
    """People here are told of others they neither muted nor share a block with; twice is once."""
    async with instance.change() as change:
        alice = await (a_stranger if case == "remote" else a_person)(change, "alice")
        actor = alice if case == "oneself" else await a_stranger(change, "actor")
        post = await a_post(change, alice)
        if case == "muted":
            await blocks.mute(change, account_id=alice.id, target_id=actor.id)
        if case == "muting":
            await blocks.mute(change, account_id=actor.id, target_id=alice.id)
        if case == "blocked":
            await blocks.receive_block(change, account_id=alice.id, target_id=actor.id, uri="")
        if case == "blocking":
            await blocks.receive_block(change, account_id=actor.id, target_id=alice.id, uri="")
        for kind in (NotificationKind.LIKE, NotificationKind.FOLLOW_REQUEST):
            for _ in range(2):
                about = post.id if kind is NotificationKind.LIKE else None
                await notify(change, account_id=alice.id, kind=kind, actor_id=actor.id, post_id=about)
    assert await Notification.all().count() == (2 if told else 0)


async def test_a_page_of_news(instance: Instance, clock: SettableClock) -> None:
    """Newest first, with who, what, a thumbnail and first words; only what is still true; cursors go on."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        photo = await a_waiting_photo(change, alice)
        post_id = await publish(change, author_id=alice.id, draft=PostDraft(photos=(DraftPhoto(photo),)))
        await reactions.like(change, account_id=bob.id, post_id=post_id)
        await reactions.boost(change, account_id=bob.id, post_id=post_id)
    clock.advance(1000)
    async with instance.change() as change:
        draft = PostDraft(caption="So <b>nice</b> @alice", parent_id=post_id)
        comment_id = await publish(change, author_id=bob.id, draft=draft)
        await reactions.unlike(change, account_id=bob.id, post_id=post_id)
    page = await notifications_page(instance.database, alice.id)
    assert [(one.kind, one.post_id, one.actor.username) for one in page] == [
        (NotificationKind.COMMENT, comment_id, "bob"),
        (NotificationKind.BOOST, post_id, "bob"),
    ]
    assert (page[0].excerpt, page[0].thumb, page[0].path) == ("So <b>nice</b> @alice", "", f"/p/{comment_id}")
    assert (page[1].excerpt, page[1].thumb) == ("", f"/media/{photo}-grid.jpg")
    assert [one.id for one in await notifications_page(instance.database, alice.id, before=page[0].id)] == [page[1].id]
    assert len(await notifications_page(instance.database, alice.id, limit=1)) == 1


async def test_reading_the_news(instance: Instance) -> None:
    """What was seen is read; what came meanwhile is not; nobody reads another's."""
    async with instance.change() as change:
        alice, bob, carol = [await a_person(change, name) for name in ("alice", "bob", "carol")]
        post = await a_post(change, alice)
        await reactions.like(change, account_id=bob.id, post_id=post.id)
    page = await notifications_page(instance.database, alice.id)
    async with instance.change() as change:
        await reactions.like(change, account_id=carol.id, post_id=post.id)
        await mark_read(change, account_id=bob.id, up_to=2**62)
    assert await unread_count(instance.database, alice.id) == 2
    async with instance.change() as change:
        await mark_read(change, account_id=alice.id, up_to=page[0].id)
    assert await unread_count(instance.database, alice.id) == 1
    assert [one.unread for one in await notifications_page(instance.database, alice.id)] == [True, False]


async def test_muting_later_hides_old_news(instance: Instance) -> None:
    """Mutes and blocks hide what was told before."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        post = await a_post(change, alice)
        await reactions.like(change, account_id=bob.id, post_id=post.id)
        await blocks.mute(change, account_id=alice.id, target_id=bob.id)
    assert await notifications_page(instance.database, alice.id) == ()
    assert await unread_count(instance.database, alice.id) == 0


async def test_news_goes_with_its_post(instance: Instance) -> None:
    """A deleted comment is no news any more."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        post = await a_post(change, alice)
        comment = await publish(change, author_id=bob.id, draft=PostDraft(caption="Hm", parent_id=post.id))
    assert await unread_count(instance.database, alice.id) == 1
    async with instance.change() as change:
        await change.tx.execute("DELETE FROM posts WHERE id = $1", comment)
    assert await unread_count(instance.database, alice.id) == 0


async def test_news_in_one_line(instance: Instance) -> None:
    """Likes of one post, and follows, share a line with each person once; what has words keeps a line of its own."""
    async with instance.change() as change:
        alice = await a_person(change)
        first, second = await a_post(change, alice), await a_post(change, alice)
        sam, tim, una = [await a_stranger(change, name) for name in ("sam", "tim", "una")]
        for actor, post in ((sam, first), (tim, second), (tim, first), (una, first)):
            await reactions.like(change, account_id=actor.id, post_id=post.id)
        for actor in (sam, tim):
            comment = await a_post(change, actor, parent=first)
            await notify(
                change, account_id=alice.id, kind=NotificationKind.COMMENT, actor_id=actor.id, post_id=comment.id
            )
    lines = folded(await notifications_page(instance.database, alice.id))
    assert [(line.news.kind.name, [one.username for one in line.actors], line.others) for line in lines] == [
        ("COMMENT", ["tim"], 0),
        ("COMMENT", ["sam"], 0),
        ("LIKE", ["una", "tim", "sam"], 2),
        ("LIKE", ["tim"], 0),
    ]
    async with instance.change() as change:
        await mark_read(change, account_id=alice.id, up_to=lines[2].news.id - 1)
    again = folded(await notifications_page(instance.database, alice.id))
    assert [line.unread for line in again] == [True, True, True, False]
