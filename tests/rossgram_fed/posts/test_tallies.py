"""How strangers' polls stand: asked of their own servers, for who is signed in, seldom, and once after the end."""

from __future__ import annotations

from typing import Any

from rossgram_fed.models import Account, Post
from rossgram_fed.models.polls import Poll, PollOption
from rossgram_fed.polls import actions as polls
from rossgram_fed.posts import asking, fetching, tallies
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.fediverse import Actor, Fediverse, Server
from tests.rossgram_fed.posts.test_fetching import HANDLERS, note
from tests.rossgram_fed.posts.test_threads import served

MINUTE = 60_000
HOUR = 60 * MINUTE
POLL = "/users/sam/posts/poll"


async def a_server(fediverse: Fediverse) -> Server:
    """https://here.test with Alice on it, and the jobs of polls."""
    jobs: dict[str, Any] = {}
    server = await fediverse.server("here", handlers=HANDLERS, jobs=jobs)
    jobs["refresh_poll"] = lambda payload: tallies.refresh_poll(server.network, payload)
    jobs["close_poll"] = lambda payload: asking.close_poll(server.instance, payload)
    async with server.instance.change() as change:
        await a_person(change)
    return server


def asks(author: Actor, *votes: int, ends: str = "2036-01-01T00:00:00Z", **parts: Any) -> dict[str, Any]:
    """A question with so many votes for each answer."""
    options = [
        {"type": "Note", "name": f"Answer {place}", "replies": {"type": "Collection", "totalItems": count}}
        for place, count in enumerate(votes)
    ]
    return note(author, "poll", type="Question", attachment=[], oneOf=options, endTime=ends, **parts)


async def kept(server: Server, document: dict[str, Any]) -> int:
    """A post here as if somebody had looked it up."""
    post_id = await fetching.keep_document(server.network, document)
    assert post_id is not None
    return post_id


async def stands(post_id: int) -> list[int]:
    """How often each answer was chosen."""
    options = await PollOption.filter(poll_id=(await Poll.get(post_id=post_id)).id).order_by("position")
    return [one.votes_count for one in options]


async def test_who_looks_hears_how_it_stands(fediverse: Fediverse, clock: SettableClock) -> None:
    """A look has its server asked, a second one within the minute has not, and one that waits is answered at once."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam")
    post_id = await kept(here, served(there, asks(sam, 1, 0)))
    await tallies.look(here.network, post_id)
    await fediverse.settle()
    assert there.asked_for(POLL) == 0, "it has only just come"
    clock.advance(HOUR)
    served(there, asks(sam, 5, 2, votersCount=6))
    for _ in range(2):
        await tallies.look(here.network, post_id)
        await fediverse.settle()
    with here.instance.database.active():
        assert (await stands(post_id), (await Poll.get()).voters_count, there.asked_for(POLL)) == ([5, 2], 6, 1)
        assert (await Post.get(id=post_id)).edited_at is None
        served(there, asks(sam, 6, 2))
        assert not await tallies.ask_now(here.network, post_id)
        clock.advance(MINUTE + 1)
        assert await tallies.ask_now(here.network, post_id)
        assert await stands(post_id) == [6, 2]


async def test_what_is_not_asked_for_and_what_changes_nothing(fediverse: Fediverse, clock: SettableClock) -> None:
    """Nobody is asked about what is not for all or was told after the end; nor does another's word change it."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam, eve = there.actor("sam"), there.actor("eve")
    post_id = await kept(here, served(there, asks(sam, 1, 0, ends="2026-05-28T21:00:00Z")))
    answers: tuple[tuple[dict[str, Any] | None, str], ...] = (
        (None, "it is gone"),
        (asks(sam, 9, 9) | {"attributedTo": eve.id}, "another account of the same server says it"),
        (asks(sam, 9, 9) | {"id": f"{sam.id}/posts/other"}, "it is another poll"),
        (note(sam, "poll"), "it asks nothing any more"),
    )
    with here.instance.database.active():
        for document, reason in answers:
            clock.advance(MINUTE + 1)
            here.network.failures.clear()
            there.answers.pop(POLL, None)
            if document is not None:
                there.serve(POLL, {"@context": "https://www.w3.org/ns/activitystreams"} | document)
            asked = there.asked_for(POLL)
            await tallies.ask_now(here.network, post_id)
            assert there.asked_for(POLL) > asked, reason
            assert (await stands(post_id), await Post.all().count()) == ([1, 0], 1), reason
        asked = there.asked_for(POLL)
        await Post.filter(id=post_id).update(visibility=2)
        clock.advance(HOUR)
        assert not await tallies.ask_now(here.network, post_id), "it is for followers"
        await Post.filter(id=post_id).update(visibility=0)
        await Poll.filter(post_id=post_id).update(fetched_at=clock.now - MINUTE)
        clock.advance(HOUR)
        assert not await tallies.ask_now(here.network, post_id), "it was told after the end"
        await Poll.filter(post_id=post_id).update(fetched_at=0)
        await Account.filter(username="sam").update(suspended_at=1)
        clock.advance(HOUR)
        assert not await tallies.ask_now(here.network, post_id), "its author is suspended here"
        assert there.asked_for(POLL) == asked


async def test_the_end_is_asked_for(fediverse: Fediverse, clock: SettableClock) -> None:
    """Once, some minutes after the end of a poll that somebody here voted in; nobody asks for others."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam")
    post_id = await kept(here, served(there, asks(sam, 1, 0, ends="2026-05-28T21:00:00Z")))
    with here.instance.database.active():
        poll, alice = await Poll.get(), await Account.get(username="alice")
        served(there, asks(sam, 1, 7, ends="2026-05-28T21:00:00Z", closed="2026-05-28T21:00:00Z"))
        async with here.instance.change() as change:
            await tallies.ask_after_the_end(change, post_id=post_id)
        clock.advance(HOUR)
        await fediverse.settle()
        assert there.asked_for(POLL) == 0, "nobody here voted"
        await Poll.filter(id=poll.id).update(closed_at=None, expires_at=clock.now + MINUTE)
        async with here.instance.change() as change:
            await polls.vote(change, account_id=alice.id, poll_id=poll.id, choices=[1])
        await Poll.filter(id=poll.id).update(expires_at=clock.now)
        await asking.close_poll(here.instance, {"poll_id": poll.id, "at": clock.now})
        for _ in range(3):
            clock.advance(3 * MINUTE)
            await fediverse.settle()
        assert (there.asked_for(POLL), await stands(post_id)) == (1, [1, 7])
