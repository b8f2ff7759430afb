"""What people here are told when somebody elsewhere posts, or changes a post."""

from __future__ import annotations

from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Follow, Notification, Post
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.reactions import actions as reactions
from tests.rossgram_fed.posts.arrivals import a_note, a_picture, activity, arrive, create


async def test_changes_and_new_posts_of_strangers(instance: Instance, people: tuple[Account, Account]) -> None:
    """Who watches a stranger hears of a post, not of an answer; who boosted one hears of a newer version."""
    alice, sam = people
    await Follow.filter(follower_id=alice.id).update(notifies=True)
    await arrive(instance, sam, create(sam, attachment=[a_picture(sam, "1")]))
    post = await Post.get(account_id=sam.id)
    answer = create(sam, "2", inReplyTo=post.uri)
    await arrive(instance, sam, answer)
    told = await Notification.exclude(kind=NotificationKind.FOLLOW_ACCEPTED)
    assert [(one.kind, one.post_id) for one in told] == [(NotificationKind.POSTED, post.id)]
    async with instance.change() as change:
        await reactions.boost(change, account_id=alice.id, post_id=post.id)
    for words, at in (("New", "2026-05-28T20:10:00Z"), ("Older", "2026-05-28T20:05:00Z")):
        edited = a_note(sam, content=words, updated=at, attachment=[a_picture(sam, "1")])
        await arrive(instance, sam, activity(sam, "Update", edited))
    found = await Notification.filter(kind=NotificationKind.EDITED)
    assert [(one.account_id, one.actor_id, one.post_id) for one in found] == [(alice.id, sam.id, post.id)]
