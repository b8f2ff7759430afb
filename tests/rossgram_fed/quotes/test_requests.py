"""Requests to quote and to answer: what the rules allow is allowed at once, the rest is refused or not even heard."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from rossgram_fed.follows import actions as follows
from rossgram_fed.follows.blocks import block
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, Authorization, Delivery, Notification, OutboxActivity, Post
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.models.posts import QuoteState, Visibility
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.posts import actions
from rossgram_fed.quotes import words
from rossgram_fed.quotes.revoking import revoke_quotes
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.posts.arrivals import a_note, arrive, create

NOTHING, NO, YES = "nothing", "Reject", "Accept"


@pytest.fixture
async def people(instance: Instance) -> dict[str, Account]:
    """Alice, a follower of hers, a stranger, and one whom she blocks."""
    async with instance.change() as change:
        found = {"alice": await a_person(change)}
        for name in ("follower", "stranger", "blocked"):
            found[name] = await a_stranger(change, name, domain=f"{name}.test")
        alice, follower = found["alice"], found["follower"]
        await follows.receive_follow(change, follower_id=follower.id, followed_id=alice.id, uri="https://f.test/1")
        await block(change, account_id=alice.id, target_id=found["blocked"].id)
        await clear()
    return found


async def clear() -> None:
    for table in (Delivery, OutboxActivity, Notification):
        await table.all().delete()


async def a_target(change: Change, author: Account, policy: Policy, visibility: Visibility) -> Post:
    post = await a_post(change, author, visibility=visibility)
    await Post.filter(id=post.id).update(quote_policy=policy, comment_policy=policy)
    return await Post.get(id=post.id)


def a_request(sender: Account, target: str, name: str, kind: str = "QuoteRequest", **parts: Any) -> dict[str, Any]:
    """As Mastodon sends it: the whole note in it."""
    does = {"quote": target} if kind == "QuoteRequest" else {"inReplyTo": target}
    note = a_note(sender, name, **does)
    document = {"id": f"{note['id']}/request", "type": kind, "actor": sender.uri, "object": target, "instrument": note}
    return document | parts


async def answers() -> list[dict[str, Any]]:
    return [orjson.loads(one.body) for one in await OutboxActivity.all().order_by("id")]


ASKED = (
    ("stranger", Policy.EVERYONE, Visibility.PUBLIC, YES, "everybody may"),
    ("stranger", Policy.EVERYONE, Visibility.UNLISTED, YES, "everybody may who finds it"),
    ("stranger", Policy.FOLLOWERS, Visibility.PUBLIC, NO, "is no follower"),
    ("follower", Policy.FOLLOWERS, Visibility.PUBLIC, YES, "is a follower"),
    ("follower", Policy.NOBODY, Visibility.PUBLIC, NO, "nobody may"),
    ("follower", Policy.EVERYONE, Visibility.FOLLOWERS, NO, "what is for followers is quoted by nobody"),
    ("stranger", Policy.EVERYONE, Visibility.FOLLOWERS, NOTHING, "is not told that the post is there"),
    ("blocked", Policy.EVERYONE, Visibility.PUBLIC, NOTHING, "does not see the post"),
)


async def test_who_may_quote(instance: Instance, people: dict[str, Account]) -> None:
    """By the post's rule: an Accept with the word's address, a Reject, or silence to those who cannot see the post."""
    for number, (name, policy, visibility, answer, why) in enumerate(ASKED):
        await clear()
        async with instance.change() as change:
            post = await a_target(change, people["alice"], policy, visibility)
        request = a_request(people[name], post.uri, str(number))
        for time in range(2):  # asking twice brings the same
            assert await arrive(instance, people[name], request) is (answer != NOTHING), why
            given = await Authorization.filter(post_id=post.id)
            assert len(given) == (1 if answer == YES else 0), why
            said = await answers()
            assert [one["type"] for one in said] == ([] if answer == NOTHING else [answer] * (time + 1)), why
        told = await Notification.filter(kind=NotificationKind.QUOTE, post_id=post.id)
        assert len(told) == (1 if answer == YES else 0), why
        kept = await Post.get_or_none(uri=request["instrument"]["id"])
        if answer != YES:
            assert kept is None, why
            continue
        assert kept is not None
        assert said[0] == said[1], "the same word, the same answer"
        assert said[0]["result"] == given[0].uri
        assert said[0]["to"] == [people[name].uri]
        asked = said[0]["object"]
        assert (asked["type"], asked["id"]) == ("QuoteRequest", request["id"])
        assert asked["instrument"] == request["instrument"]["id"], "and not the note itself"


async def test_requests_that_prove_nothing(instance: Instance, people: dict[str, Account]) -> None:
    """Who asks for somebody else's post, or for one that does another thing, is not answered, and nothing is kept."""
    async with instance.change() as change:
        post = await a_target(change, people["alice"], Policy.EVERYONE, Visibility.PUBLIC)
        other = await a_target(change, people["alice"], Policy.EVERYONE, Visibility.PUBLIC)
    sender, follower = people["stranger"], people["follower"]
    good = a_request(sender, post.uri, "1")
    note = good["instrument"]
    for document, why in (
        (good | {"instrument": a_note(follower, "1", quote=post.uri)}, "another's post"),
        (good | {"instrument": f"{follower.uri}/posts/1"}, "another's post, by its address"),
        (good | {"instrument": note | {"attributedTo": follower.uri}}, "a post that says it is another's"),
        (good | {"instrument": note | {"quote": other.uri}}, "quotes another post"),
        (good | {"instrument": {**note, "quote": None}}, "quotes nothing"),
        (good | {"instrument": other.uri}, "a post of ours"),
        (good | {"object": "https://here.test/p/1"}, "no such post"),
        (good | {"object": f"{follower.uri}/posts/9"}, "not our post"),
        (good | {"type": "ReplyRequest"}, "does not answer it"),
        ({**good, "id": None}, "nothing to answer to"),
    ):
        assert not await arrive(instance, sender, document), why
        assert not await Authorization.all().count(), why
        assert not await OutboxActivity.all().count(), why
        assert await Post.all().count() == 2, why
        assert not await Notification.all().count(), why


async def test_a_word_taken_back(instance: Instance, people: dict[str, Account]) -> None:
    """The author alone takes it back; followers and the quoting server hear of it; asking anew brings a no."""
    alice, sender = people["alice"], people["stranger"]
    async with instance.change() as change:
        post = await a_target(change, alice, Policy.EVERYONE, Visibility.PUBLIC)
        other = await a_person(change, "bob")
    assert await arrive(instance, sender, create(sender, "1", quote=post.uri)) is False, "concerns nobody here yet"
    request = a_request(sender, post.uri, "1")
    assert await arrive(instance, sender, request)
    (word,) = await Authorization.all()
    quoting = await Post.get(uri=request["instrument"]["id"])
    assert (quoting.quote_state, quoting.quoted_id) == (QuoteState.ACCEPTED, post.id)
    await clear()
    async with instance.change() as change:
        assert not await words.revoke(change, word.id, author_id=other.id)
        assert await words.revoke(change, word.id, author_id=alice.id)
        assert not await words.revoke(change, word.id, author_id=alice.id)
    (said,) = await answers()
    assert (said["type"], said["object"]) == ("Delete", {"id": word.uri, "type": "QuoteAuthorization"})
    assert {one.host for one in await Delivery.all()} == {"stranger.test", "follower.test"}
    assert (await Post.get(id=quoting.id)).quote_state is QuoteState.REJECTED
    await clear()
    assert await arrive(instance, sender, request)
    assert [one["type"] for one in await answers()] == ["Reject"]
    assert await Authorization.all().count() == 1


async def test_a_block_takes_words_back(instance: Instance, people: dict[str, Account]) -> None:
    """All that the blocked account was allowed with one's posts ends, and nothing of others'."""
    alice = people["alice"]
    async with instance.change() as change:
        posts = [await a_target(change, alice, Policy.EVERYONE, Visibility.PUBLIC) for _ in range(2)]
    for post in posts:
        for name in ("stranger", "follower"):
            assert await arrive(instance, people[name], a_request(people[name], post.uri, f"{name}-{post.id}"))
    async with instance.change() as change:
        await block(change, account_id=alice.id, target_id=people["stranger"].id)
    await revoke_quotes(instance, {"author_id": alice.id, "account_id": people["stranger"].id})
    left = await Authorization.filter(revoked_at=None)
    assert {one.account_id for one in left} == {people["follower"].id}
    async with instance.change() as change:
        await clear()
        await actions.delete(change, author_id=alice.id, post_id=posts[0].id)
    assert await Authorization.filter(post_id=posts[0].id).count() == 0
    assert {one.host for one in await Delivery.all()} == {"stranger.test", "follower.test"}


async def test_gotosocial_asks_to_answer(instance: Instance, people: dict[str, Account]) -> None:
    """A ReplyRequest of a follower where followers may comment is kept as their comment and gets its word; no other."""
    alice, follower, stranger = people["alice"], people["follower"], people["stranger"]
    async with instance.change() as change:
        post = await a_target(change, alice, Policy.FOLLOWERS, Visibility.PUBLIC)
    for sender, answer in ((stranger, NO), (follower, YES)):
        await clear()
        document = a_request(sender, post.uri, "1", "ReplyRequest")
        assert await arrive(instance, sender, document)
        (said,) = await answers()
        assert (said["type"], said["object"]["type"]) == (answer, "ReplyRequest")
        assert await Post.filter(uri=document["instrument"]["id"]).count() == (1 if answer == YES else 0)
    (word,) = await Authorization.all()
    assert (word.kind, word.uri, word.account_id) == (AuthorizationKind.REPLY, said["result"], follower.id)
    (told,) = await Notification.all()
    assert told.kind == NotificationKind.COMMENT
    later = create(follower, "1", inReplyTo=post.uri, replyAuthorization=word.uri)
    assert await arrive(instance, follower, later), "the Create that follows changes nothing"
    assert (await Post.get(id=post.id)).replies_count == 1


async def test_one_account_gets_only_so_many_words(instance: Instance, people: dict[str, Account]) -> None:
    """However many posts somebody says they quote one in, rows and news stay few."""
    async with instance.change() as change:
        post = await a_target(change, people["alice"], Policy.EVERYONE, Visibility.PUBLIC)
    sender = people["stranger"]
    for number in range(words.MOST_OF_ONE + 2):
        request = a_request(sender, post.uri, str(number), instrument=f"{sender.uri}/posts/{number}")
        assert await arrive(instance, sender, request)
    assert await Authorization.all().count() == words.MOST_OF_ONE
    assert [one["type"] for one in await answers()][-2:] == ["Reject", "Reject"]
    assert await Notification.all().count() == 1
