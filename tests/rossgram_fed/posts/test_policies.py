"""Who may comment on a post holds for people here and elsewhere, and is said to other servers in their own words."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.objects import PUBLIC, Note
from activitypub.parse import parse_note
from rossgram_fed.follows import actions as follows
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, Delivery, InboxItem, Job, Mention, Notification, Post
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.posts import actions
from rossgram_fed.posts.claims import Author, claims_of, words_of
from rossgram_fed.posts.documents import post_document
from rossgram_fed.posts.drafts import PostDraft, PostEdit
from rossgram_fed.posts.fetching import take
from rossgram_fed.posts.sources import post_source
from rossgram_fed.web.errors import Forbidden
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.posts.arrivals import a_note, arrive, create

ALL = frozenset({"author", "follower", "mentioned", "answered", "asking", "stranger"})
INVITED = frozenset({"author", "mentioned"})
MAY: dict[Policy, frozenset[str]] = {
    Policy.EVERYONE: ALL,
    Policy.FOLLOWERS: INVITED | {"follower"},
    Policy.NOBODY: INVITED,
}
"""Who may answer the post itself; who was answered by its author may answer that answer besides."""


async def a_mention(change: Change, post: Post, account: Account) -> None:
    await Mention.create(id=change.new_id(), post_id=post.id, account_id=account.id)


async def a_scene(instance: Instance, policy: Policy, *, here: bool) -> tuple[Post, Post, dict[str, Account]]:
    """Alice's post, an answer of hers to somebody below it, and everybody who may want to comment."""
    async with instance.change() as change:
        alice = await a_person(change)
        post = await a_post(change, alice)
        await Post.filter(id=post.id).update(comment_policy=policy)
        people = {"author": alice}
        for name in sorted(ALL - {"author"}):
            people[name] = await (a_person(change, name) if here else a_stranger(change, name, domain=f"{name}.test"))
        earlier = await a_post(change, people["answered"], parent=post)
        answer = await a_post(change, alice, parent=earlier)
        await a_mention(change, post, people["mentioned"])
        await a_mention(change, answer, people["answered"])
        for name in ("follower", "asking"):
            await follows.follow(change, account_id=people[name].id, target_id=alice.id) if here else (
                await follows.receive_follow(
                    change, follower_id=people[name].id, followed_id=alice.id, uri=f"https://{name}.test/f"
                )
            )
        await change.tx.execute("UPDATE follows SET state = 0 WHERE follower_id = $1", people["asking"].id)
        await Delivery.all().delete()
        await Notification.all().delete()
    return post, answer, people


@pytest.mark.parametrize("policy", list(Policy))
async def test_comments_from_elsewhere(instance: Instance, policy: Policy) -> None:
    """Who may not comment leaves nothing: no row, no count, no news, nothing sent on, whichever way it comes."""
    post, answer, people = await a_scene(instance, policy, here=False)
    for name, somebody in people.items():
        if name == "author":
            continue
        for parent, allowed in ((post, name in MAY[policy]), (answer, name in MAY[policy] | {"answered"})):
            key = f"{name} to {'the post' if parent is post else 'the answer'}"
            said = create(somebody, f"below-{parent.id}", inReplyTo=parent.uri, attachment=[], content="<p>Hm</p>")
            before = await counts(parent)
            assert await arrive(instance, somebody, said) is allowed, key
            async with instance.change() as change:  # the same, read from its origin because somebody looked for it
                note = parse_note(a_note(somebody, f"sought-{parent.id}", inReplyTo=parent.uri))
                kept = await take(change, note, account_id=somebody.id, wanted=True)
            assert (kept is not None) is allowed, key
            if not allowed:
                assert await counts(parent) == before, key


async def counts(parent: Post) -> tuple[int, ...]:
    """Everything that a comment could have left behind."""
    (row,) = await Post.filter(id=parent.id).values("replies_count")
    tables = (Post, Notification, Delivery, Job, InboxItem, Mention)
    return (row["replies_count"], *[await table.all().count() for table in tables])


@pytest.mark.parametrize("policy", list(Policy))
async def test_comments_from_here(instance: Instance, policy: Policy) -> None:
    """Who lives here is told in a sentence why they may not, and nothing is kept."""
    post, answer, people = await a_scene(instance, policy, here=True)
    for name, somebody in people.items():
        for parent, allowed in ((post, name in MAY[policy]), (answer, name in MAY[policy] | {"answered"})):
            before = await counts(parent)
            draft = PostDraft(caption="Hm", parent_id=parent.id)
            if allowed:
                async with instance.change() as change:
                    await actions.publish(change, author_id=somebody.id, draft=draft)
                continue
            with pytest.raises(Forbidden, match="comment"):
                async with instance.change() as change:
                    await actions.publish(change, author_id=somebody.id, draft=draft)
            assert await counts(parent) == before, name


async def test_comments_that_came_before_what_they_answer(instance: Instance) -> None:
    """A stranger's answer to a comment that arrives later stays outside a thread whose author takes none of theirs."""
    post, _, people = await a_scene(instance, Policy.FOLLOWERS, here=False)
    stranger, follower = people["stranger"], people["follower"]
    comment = a_note(follower, "comment", inReplyTo=post.uri, attachment=[])
    async with instance.change() as change:
        early = parse_note(a_note(stranger, "early", inReplyTo=comment["id"]))
        welcome = parse_note(a_note(people["mentioned"], "early", inReplyTo=comment["id"]))
        for note, author in ((early, stranger), (welcome, people["mentioned"])):
            assert await take(change, note, account_id=author.id, wanted=True)
        assert await take(change, parse_note(comment), account_id=follower.id, wanted=True)
    assert (await Post.get(uri=early.id)).thread_id != post.id
    assert (await Post.get(uri=welcome.id)).thread_id == post.id
    assert (await Post.get(uri=comment["id"])).replies_count == 1


async def test_what_is_said_of_a_post(instance: Instance) -> None:
    """Each choice is written as Pixelfed, GoToSocial and FEP-044f read it, and an edit of it goes out as an Update."""
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_stranger(change, "bob")
        follower = await a_stranger(change, "fay", domain="fay.test")
        await follows.receive_follow(change, follower_id=follower.id, followed_id=alice.id, uri="https://fay.test/f")
        followers, me = alice.followers_uri, alice.uri
        expected: tuple[tuple[Visibility, Policy, Policy, dict[str, Any]], ...] = (
            (Visibility.PUBLIC, Policy.EVERYONE, Policy.EVERYONE, {"reply": [PUBLIC], "quote": [PUBLIC]}),
            (
                Visibility.UNLISTED,
                Policy.FOLLOWERS,
                Policy.FOLLOWERS,
                {"reply": [bob.uri, me, followers], "quote": [me, followers]},
            ),
            (Visibility.PUBLIC, Policy.NOBODY, Policy.NOBODY, {"reply": [bob.uri, me], "quote": [me]}),
            (
                Visibility.FOLLOWERS,
                Policy.EVERYONE,
                Policy.EVERYONE,
                {"reply": [bob.uri, me, followers], "quote": [me]},
            ),
            (Visibility.DIRECT, Policy.EVERYONE, Policy.EVERYONE, {"reply": [bob.uri, me], "quote": [me]}),
        )
        for visibility, comments, quotes, said in expected:
            post = await a_post(change, alice, visibility=visibility)
            await a_mention(change, post, bob)
            edit = PostEdit(caption="Hello", comment_policy=comments, quote_policy=quotes, photos=())
            await Post.filter(id=post.id).update(in_reply_to_uri="https://x.test/1")  # without photos
            await actions.edit(change, author_id=alice.id, post_id=post.id, edit=edit)
            source = await post_source(change.tx, post.id)
            assert source is not None
            document = post_document(source, change.settings)
            policy = {key: rule["automaticApproval"] for key, rule in document["interactionPolicy"].items()}
            assert (policy["canReply"], policy["canQuote"]) == (said["reply"], said["quote"]), (visibility, comments)
            is_open = visibility in (Visibility.PUBLIC, Visibility.UNLISTED)
            assert (policy["canLike"] == [PUBLIC]) is (policy["canAnnounce"] == [PUBLIC]) is is_open
            assert document["commentsEnabled"] is (comments is not Policy.NOBODY)
            assert document["capabilities"]["reply"] == said["reply"][-1]
            read = claims_of(parse_note(document), Author(1, me, followers))
            meant = Policy.NOBODY if visibility is Visibility.DIRECT else comments
            meant = Policy.FOLLOWERS if visibility is Visibility.FOLLOWERS else meant
            assert read.comment_policy is meant, "what we write we read"
    bodies = await instance.database.fetch("SELECT body FROM outbox_activities")
    assert sum(b'"Update"' in bytes(row["body"]) for row in bodies) == len(expected)


async def test_a_strangers_rule(instance: Instance) -> None:
    """What a stranger's post says of comments holds here, and is read again when it is edited."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        await follows.follow(change, account_id=alice.id, target_id=sam.id)
        await follows.receive_accept(change, follower_id=alice.id, followed_id=sam.id)
    sent: tuple[tuple[dict[str, Any], Policy, str], ...] = (
        ({}, Policy.EVERYONE, "Mastodon, Misskey"),
        ({"commentsEnabled": False, "capabilities": {"reply": "[]"}}, Policy.NOBODY, "Pixelfed"),
        ({"interactionPolicy": {"canReply": {"always": [sam.followers_uri]}}}, Policy.FOLLOWERS, "GoToSocial"),
        ({"interactionPolicy": {"canReply": {"always": [sam.following_uri]}}}, Policy.EVERYONE, "not for us to know"),
        ({"interactionPolicy": {"canReply": {"automaticApproval": sam.uri}}}, Policy.NOBODY, "the author alone"),
    )
    for number, (said, policy, who) in enumerate(sent):
        assert await arrive(instance, sam, create(sam, str(number), **said)), who
        post = await Post.get(uri=f"{sam.uri}/posts/{number}")
        assert post.comment_policy is policy, who
        draft = PostDraft(caption="Hm", parent_id=post.id)
        if policy is Policy.NOBODY:
            with pytest.raises(Forbidden):
                async with instance.change() as change:
                    await actions.publish(change, author_id=alice.id, draft=draft)
        else:
            async with instance.change() as change:
                await actions.publish(change, author_id=alice.id, draft=draft)
    opened = a_note(sam, "1", updated="2026-05-28T20:10:00Z")
    update = {"id": f"{sam.uri}#u", "type": "Update", "actor": sam.uri, "object": opened, "to": [PUBLIC]}
    assert await arrive(instance, sam, update)
    assert (await Post.get(uri=opened["id"])).comment_policy is Policy.EVERYONE
    assert not await Notification.filter(kind=NotificationKind.COMMENT)


@pytest.mark.parametrize(
    ("content", "quote", "words"),
    [
        ('<p class="quote-inline">RE: <a href="x">x</a></p><p>Hi</p>', "https://a.test/1", "<p>Hi</p>"),
        ('<p>Hi<span class="quote-inline"><br>RE: x</span></p>', "https://a.test/1", "<p>Hi</p>"),
        ('<p class="quote-inline">Hi</p>', "", '<p class="quote-inline">Hi</p>'),
        ('<p class="quote-inline">Hi', "https://a.test/1", '<p class="quote-inline">Hi'),
    ],
    ids=["Mastodon", "the FEP", "no quote", "never closed"],
)
def test_the_line_that_stands_for_a_quote_goes(content: str, quote: str, words: str) -> None:
    """Where a quote is shown as one, the line for servers that know none is not shown besides."""
    note = Note(id="https://b.test/1", attributed_to="https://b.test/u", content=content, quote=quote)
    assert words_of(note) == words
