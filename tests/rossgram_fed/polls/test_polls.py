"""Polls between servers: asked, answered once and in time, counted, told of, over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from rossgram_fed.follows import actions as follows
from rossgram_fed.follows.blocks import block
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Job, Notification, Post
from rossgram_fed.models.polls import Poll, PollOption, PollVote
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.polls import actions as polls
from rossgram_fed.polls.drafts import PollDraft
from rossgram_fed.posts import actions
from rossgram_fed.posts.asking import close_poll, tell_of_poll
from rossgram_fed.posts.drafts import PostDraft, PostEdit
from rossgram_fed.web.errors import Invalid, Refusal
from tests.builders import a_person, a_stranger
from tests.conftest import SettableClock
from tests.rossgram_fed.posts.arrivals import PUBLIC, a_note, activity, arrive
from tests.rossgram_fed.posts.photos import sent

HOUR = 3_600_000
TEA = PollDraft(("Tea", "Coffee", "Water"), 3600)


@pytest.fixture
async def alice(instance: Instance) -> Account:
    async with instance.change() as change:
        return await a_person(change)


@pytest.fixture
async def sam(instance: Instance, alice: Account) -> Account:
    """A stranger; each follows the other."""
    async with instance.change() as change:
        sam = await a_stranger(change)
        await follows.receive_follow(change, follower_id=sam.id, followed_id=alice.id, uri=f"{sam.uri}#follow")
        await follows.follow(change, account_id=alice.id, target_id=sam.id)
        await change.tx.execute("UPDATE follows SET state = 1")
        await change.tx.execute("DELETE FROM outbox_activities")
        return sam


async def asked(instance: Instance, author: Account, poll: PollDraft = TEA, **parts: Any) -> tuple[Post, Poll]:
    async with instance.change() as change:
        draft = PostDraft(caption="What will it be?", poll=poll, words_alone=True, **parts)
        post_id = await actions.publish(change, author_id=author.id, draft=draft)
    return await Post.get(id=post_id), await Poll.get(post_id=post_id)


async def voted(instance: Instance, voter: Account, poll: Poll, *choices: int) -> None:
    async with instance.change() as change:
        await polls.vote(change, account_id=voter.id, poll_id=poll.id, choices=choices)


def a_vote(voter: Account, post: Post, title: str, *, author: Account, **parts: Any) -> dict[str, Any]:
    """A vote as Mastodon sends it."""
    uri = f"{voter.uri}#votes/{title}"
    note = {"id": uri, "type": "Note", "name": title, "attributedTo": voter.uri, "inReplyTo": post.uri}
    note |= {"to": author.uri, "cc": []} | parts
    return activity(voter, "Create", note, id=f"{uri}/activity", to=author.uri)


async def tally(poll: Poll) -> list[int]:
    """Votes for each answer, then the number of those who voted."""
    options = await PollOption.filter(poll_id=poll.id).order_by("position")
    return [*(one.votes_count for one in options), (await Poll.get(id=poll.id)).voters_count]


async def test_a_poll_goes_out_as_a_question(instance: Instance, alice: Account, sam: Account) -> None:
    """Followers are sent a Question with its answers, its end and no votes yet."""
    post, poll = await asked(instance, alice)
    [(create, inboxes)] = await sent(instance)
    question = create["object"]
    assert (question["type"], question["id"], inboxes) == ("Question", post.uri, ["https://there.test/inbox"])
    assert [one["name"] for one in question["oneOf"]] == ["Tea", "Coffee", "Water"]
    assert {one["replies"]["totalItems"] for one in question["oneOf"]} == {question["votersCount"]} == {0}
    assert poll.expires_at == instance.clock() + HOUR
    assert question["endTime"].startswith("20")
    assert "closed" not in question


async def test_votes_from_elsewhere_count_once(instance: Instance, alice: Account, sam: Account) -> None:
    """A vote is counted, is no comment, and the same or another one of the same account counts no more."""
    post, poll = await asked(instance, alice)
    assert await arrive(instance, sam, a_vote(sam, post, "Coffee", author=alice))
    for title in ("Coffee", "Tea"):
        assert not await arrive(instance, sam, a_vote(sam, post, title, author=alice))
    assert await tally(poll) == [0, 1, 0, 1]
    assert await Post.filter(in_reply_to_id=post.id).count() == 0
    assert await Notification.filter(account_id=alice.id, post_id=post.id).count() == 0


async def test_several_answers_of_one_voter(instance: Instance, alice: Account, sam: Account) -> None:
    """Where several may be chosen they come one by one, and their sender is one voter."""
    post, poll = await asked(instance, alice, replace(TEA, multiple=True))
    for title in ("Tea", "Water", "Tea"):
        await arrive(instance, sam, a_vote(sam, post, title, author=alice))
    assert await tally(poll) == [1, 0, 1, 1]


async def test_votes_that_do_not_count(instance: Instance, alice: Account, sam: Account, clock: SettableClock) -> None:
    """No unknown answer, no other's name, no post without a poll, nothing across a block, hidden or too late."""
    post, poll = await asked(instance, alice)
    hidden, secret = await asked(instance, alice, visibility=Visibility.DIRECT)
    async with instance.change() as change:
        tim, cut = (
            await a_stranger(change, "tim", domain="far.test"),
            await a_stranger(change, "cut", domain="cut.test"),
        )
        await block(change, account_id=alice.id, target_id=cut.id)
        plain = await actions.publish(change, author_id=alice.id, draft=PostDraft(caption="Words", words_alone=True))
    words = await Post.get(id=plain)
    bad = [
        (sam, a_vote(sam, post, "Beer", author=alice), "an answer that is not there"),
        (sam, a_vote(sam, post, "Tea", author=alice, attributedTo=tim.uri), "in the name of another"),
        (sam, a_vote(sam, post, "Tea", author=alice, id=f"{tim.uri}#votes/1"), "under an address of another"),
        (sam, a_vote(sam, words, "Tea", author=alice), "of a post that asks nothing"),
        (sam, a_vote(sam, hidden, "Tea", author=alice), "of a poll they may not see"),
        (cut, a_vote(cut, post, "Tea", author=alice), "across a block"),
    ]
    for voter, document, reason in bad:
        assert not await arrive(instance, voter, document), reason
    clock.advance(HOUR)
    assert not await arrive(instance, sam, a_vote(sam, post, "Tea", author=alice)), "too late"
    assert await tally(poll) == await tally(secret) == [0, 0, 0, 0]
    assert await PollVote.all().count() == 0
    assert await Post.filter(local=False).count() == 0


async def test_others_are_told_how_it_stands(instance: Instance, alice: Account, sam: Account) -> None:
    """Votes bring one Update after some minutes, to followers and voters, and the post is not marked as edited."""
    async with instance.change() as change:
        far = await a_stranger(change, "far", domain="far.test")
        bob = await a_person(change, "bob")
    post, poll = await asked(instance, alice)
    await arrive(instance, far, a_vote(far, post, "Tea", author=alice))
    await voted(instance, bob, poll, 2)
    jobs = await Job.filter(kind="tell_of_poll")
    assert [job.run_at for job in jobs] == [instance.clock() + polls.TOLD_AFTER]
    await tell_of_poll(instance, {"post_id": post.id})
    update, inboxes = (await sent(instance))[-1]
    assert (update["type"], inboxes) == ("Update", ["https://far.test/inbox", "https://there.test/inbox"])
    assert [one["replies"]["totalItems"] for one in update["object"]["oneOf"]] == [1, 0, 1]
    assert update["object"]["votersCount"] == 2
    assert "updated" not in update["object"]


async def test_hidden_numbers_are_told_to_nobody(instance: Instance, alice: Account, sam: Account) -> None:
    """A poll that hides its numbers tells other servers none before its end."""
    post, poll = await asked(instance, alice, replace(TEA, hides_totals=True))
    await arrive(instance, sam, a_vote(sam, post, "Tea", author=alice))
    await tell_of_poll(instance, {"post_id": post.id})
    assert {one["replies"]["totalItems"] for one in (await sent(instance))[-1][0]["object"]["oneOf"]} == {0}
    await close_poll(instance, {"poll_id": poll.id, "at": poll.expires_at})
    closed = (await sent(instance))[-1][0]["object"]
    assert [one["replies"]["totalItems"] for one in closed["oneOf"]] == [1, 0, 0]
    assert closed["closed"] == closed["endTime"]


async def test_who_takes_part_is_told_of_the_end(instance: Instance, alice: Account, sam: Account) -> None:
    """The author and the voters here hear of it once, other servers too; an end that was moved is none."""
    async with instance.change() as change:
        bob, eve = await a_person(change, "bob"), await a_person(change, "eve")
    _, poll = await asked(instance, alice)
    await voted(instance, bob, poll, 0)
    await close_poll(instance, {"poll_id": poll.id, "at": 7})
    assert await Notification.filter(kind=NotificationKind.POLL_OVER).count() == 0
    for _ in range(2):
        await close_poll(instance, {"poll_id": poll.id, "at": poll.expires_at})
    told = await Notification.filter(kind=NotificationKind.POLL_OVER)
    assert {one.account_id for one in told} == {alice.id, bob.id}
    assert eve.id not in {one.account_id for one in told}
    assert [document["type"] for document, _ in await sent(instance)] == ["Create", "Update"]


async def test_an_edit_of_the_answers_begins_anew(instance: Instance, alice: Account, sam: Account) -> None:
    """Other answers take the votes away; the same ones keep them; no poll takes it all."""
    post, poll = await asked(instance, alice)
    await arrive(instance, sam, a_vote(sam, post, "Tea", author=alice))

    async def edited(draft: PollDraft | None) -> None:
        async with instance.change() as change:
            edit = PostEdit(caption="And now?", poll=draft)
            await actions.edit(change, author_id=alice.id, post_id=post.id, edit=edit)

    await edited(replace(TEA, seconds=7200))
    assert await tally(poll) == [1, 0, 0, 1]
    assert (await Poll.get(id=poll.id)).expires_at == instance.clock() + 2 * HOUR
    await edited(PollDraft(("Tea", "Milk"), 3600))
    assert await tally(poll) == [0, 0, 0]
    await edited(None)
    assert await Poll.all().count() == await PollVote.all().count() == 0
    assert (await sent(instance))[-1][0]["object"]["type"] == "Note"


def a_question(author: Account, votes: Iterable[int] = (0, 0), **parts: Any) -> dict[str, Any]:
    options = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": count}}
        for name, count in zip(("Yes", "No"), votes, strict=False)
    ]
    parts = {"oneOf": options, "votersCount": sum(votes), "endTime": "2036-01-01T00:00:00Z"} | parts
    return a_note(author, "poll", type="Question", attachment=[], content="<p>Tea?</p>", **parts)


async def test_a_strangers_poll_is_answered_here(instance: Instance, alice: Account, sam: Account) -> None:
    """It is kept with its numbers; a vote goes to its author alone, once, and their server says what counts."""
    await arrive(instance, sam, activity(sam, "Create", a_question(sam, (2, 1)), to=[PUBLIC]))
    poll = await Poll.get()
    assert await tally(poll) == [2, 1, 3]
    await voted(instance, alice, poll, 1)
    assert await tally(poll) == [2, 2, 4]
    [(create, inboxes)] = await sent(instance)
    vote = create["object"]
    assert (inboxes, create["to"], vote["to"]) == ([sam.inbox], [sam.uri], [sam.uri])
    assert (vote["type"], vote["name"], vote["inReplyTo"]) == ("Note", "No", f"{sam.uri}/posts/poll")
    assert "content" not in vote
    with pytest.raises(Refusal, match="already voted"):
        await voted(instance, alice, poll, 0)
    assert await arrive(instance, sam, activity(sam, "Update", a_question(sam, (5, 2)), to=[PUBLIC]))
    assert await tally(poll) == [5, 2, 7]
    assert (await Post.get()).edited_at is None
    await close_poll(instance, {"poll_id": poll.id, "at": poll.expires_at})
    assert [one.account_id for one in await Notification.filter(kind=NotificationKind.POLL_OVER)] == [alice.id]
    assert len(await sent(instance)) == 1


async def test_nobody_else_says_how_a_strangers_poll_stands(instance: Instance, alice: Account, sam: Account) -> None:
    """Numbers from another account, also one on the same server, change nothing."""
    await arrive(instance, sam, activity(sam, "Create", a_question(sam, (2, 1)), to=[PUBLIC]))
    async with instance.change() as change:
        forgers = [await a_stranger(change, "eve"), await a_stranger(change, "mal", domain="far.test")]
    for forger in forgers:
        for author in (sam, forger):
            forged = a_question(sam, (0, 99)) | {"attributedTo": author.uri}
            assert not await arrive(instance, forger, activity(forger, "Update", forged, to=[PUBLIC]))
    assert await tally(await Poll.get()) == [2, 1, 3]


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ((), "does not exist"),
        ((3,), "does not exist"),
        ((-1,), "does not exist"),
        ((0, 1), "already voted"),
    ],
)
async def test_bad_votes_here(
    instance: Instance, alice: Account, choices: tuple[int, ...], sentence: str, clock: SettableClock
) -> None:
    """What cannot be chosen is refused and leaves no vote; so are one's own poll and one that is over."""
    async with instance.change() as change:
        bob = await a_person(change, "bob")
    _, poll = await asked(instance, alice)
    with pytest.raises(Refusal, match=sentence):
        await voted(instance, bob, poll, *choices)
    with pytest.raises(Invalid, match="own polls"):
        await voted(instance, alice, poll, 0)
    clock.advance(HOUR)
    with pytest.raises(Refusal, match="ended"):
        await voted(instance, bob, poll, 0)
    assert await tally(poll) == [0, 0, 0, 0]
    assert await Job.filter(kind="tell_of_poll").count() == 0
