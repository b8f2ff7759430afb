"""Threads made whole: what answers a post elsewhere is read for who looks, from where it lives, within bounds."""

from __future__ import annotations

from typing import Any

import pytest

from rossgram_fed.federation.budget import THREAD
from rossgram_fed.models import Account
from rossgram_fed.posts import fetching, threads
from tests.builders import a_person, a_post
from tests.conftest import SettableClock
from tests.fediverse import AS2, Actor, FakePeer, Fediverse, Server
from tests.rossgram_fed.posts.arrivals import PUBLIC
from tests.rossgram_fed.posts.test_fetching import HANDLERS, note

MINUTE = 60_000


async def a_server(fediverse: Fediverse) -> Server:
    """https://here.test with Alice on it, and the jobs of threads."""
    jobs: dict[str, Any] = {}
    server = await fediverse.server("here", handlers=HANDLERS, jobs=jobs)
    for kind, job in (
        ("fetch_post", fetching.fetch_post),
        ("fetch_parent", fetching.fetch_parent),
        ("fetch_thread", threads.fetch_thread),
    ):
        jobs[kind] = lambda payload, job=job: job(server.network, payload)
    async with server.instance.change() as change:
        await a_person(change)
    return server


def served(peer: FakePeer, document: dict[str, Any]) -> dict[str, Any]:
    """A document at its own address."""
    peer.serve(document["id"].removeprefix(f"https://{peer.host}"), {"@context": AS2} | document)
    return document


def said(author: Actor, name: str, parent: str, **parts: Any) -> dict[str, Any]:
    """An answer, of words alone."""
    return note(author, name, inReplyTo=parent, attachment=[], published="2026-05-28T20:10:00Z") | parts


def collection(uri: str, items: list[Any], **parts: Any) -> dict[str, Any]:
    return {"id": uri, "type": "Collection", "items": items} | parts


async def keep(server: Server, document: dict[str, Any]) -> int:
    """Have a post here as if somebody had looked it up."""
    post_id = await fetching.keep_document(server.network, document)
    assert post_id is not None
    return post_id


async def look(fediverse: Fediverse, server: Server, post_id: int) -> None:
    """Look at a post's page as somebody who is signed in, as a process does that has just started."""
    server.network.threads_seen.clear()
    await threads.look(server.network, post_id)
    await fediverse.settle()


async def names(server: Server) -> set[str]:
    """The last parts of the addresses of all that is here."""
    rows = await server.instance.database.fetch("SELECT uri FROM posts WHERE local = FALSE")
    return {row["uri"].rpartition("/")[2] for row in rows}


async def test_a_whole_talk_is_read(fediverse: Fediverse) -> None:
    """Answers come as objects and addresses, on several pages and servers, and the answers to answers come too."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    far = await fediverse.peer("far.test")
    sam, eve = there.actor("sam"), far.actor("eve")
    root = f"{sam.id}/posts/1"
    deep = served(far, said(eve, "deep", f"{eve.id}/posts/far"))
    far_replies = collection(f"{eve.id}/posts/far/replies", [deep["id"]])
    answer = served(far, said(eve, "far", root, replies=far_replies))
    named = served(there, said(sam, "named", root))
    page = served(there, collection(f"{root}/replies/2", [answer["id"], named["id"]], type="CollectionPage"))
    first = {"type": "CollectionPage", "items": [said(sam, "inside", root)], "next": page["id"]}
    replies = collection(f"{root}/replies", [], first=first)
    below = said(sam, "below", f"{sam.id}/posts/inside")
    talk = served(there, collection(f"{sam.id}/talk", [below], type="OrderedCollection"))
    talk["orderedItems"] = talk.pop("items")
    served(there, talk)
    post = served(
        there, note(sam, 1, replies=replies, context=talk["id"], likes={"type": "Collection", "totalItems": 7})
    )
    post_id = await keep(here, post)
    await look(fediverse, here, post_id)
    assert await names(here) == {"1", "inside", "named", "far", "deep", "below"}
    rows = await here.instance.database.fetch("SELECT thread_id, likes_count FROM posts ORDER BY id")
    assert {row["thread_id"] for row in rows} == {post_id}
    assert rows[0]["likes_count"] == 7
    count = await here.instance.database.fetch_value("SELECT replies_count FROM posts WHERE id = $1", post_id)
    assert count == 3
    assert await here.instance.database.fetch_value("SELECT COUNT(*) FROM notifications") == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"to": ["https://there.test/users/sam/followers"]}, "for followers only"),
        ({"to": ["https://here.test/users/alice"]}, "private"),
        ({"inReplyTo": None}, "it answers nothing"),
        ({"inReplyTo": "https://far.test/else"}, "it answers something else"),
        ({"attributedTo": "https://far.test/users/eve"}, "an author elsewhere"),
        ({"attributedTo": "https://here.test/users/alice"}, "an author here"),
        ({"type": "Person"}, "no post"),
        ({"id": "https://far.test/users/eve/posts/9"}, "somebody else's, as this server tells it"),
        ({"id": "https://here.test/p/9"}, "ours, as this server tells it"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_no_answer(fediverse: Fediverse, changes: dict[str, Any], reason: str) -> None:
    """What is private, forged or no part of the talk leaves no row, though the collection says that it belongs."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    await fediverse.peer("far.test")
    sam = there.actor("sam")
    root = f"{sam.id}/posts/1"
    replies = collection(f"{root}/replies", [said(sam, "lie", root) | changes])
    await look(fediverse, here, await keep(here, served(there, note(sam, 1, replies=replies))))
    assert await names(here) == {"1"}, reason
    assert await here.instance.database.fetch_value("SELECT COUNT(*) FROM posts") == 1, reason


async def test_a_deleted_answer_stays_deleted(fediverse: Fediverse) -> None:
    """A collection that still lists what its author deleted brings nothing back, and it is not even asked for."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam")
    root = f"{sam.id}/posts/1"
    gone = served(there, said(sam, "gone", root))
    post_id = await keep(here, served(there, note(sam, 1, replies=collection(f"{root}/replies", [gone, gone["id"]]))))
    delete = {"id": f"{gone['id']}#d", "type": "Delete", "actor": sam.id, "object": gone["id"], "to": [PUBLIC]}
    await there.post("https://here.test/inbox", delete, sam)
    await fediverse.settle()
    await look(fediverse, here, post_id)
    assert await names(here) == {"1"}
    assert there.asked_for("/users/sam/posts/gone") == 0


async def test_one_look_in_a_while(fediverse: Fediverse, clock: SettableClock) -> None:
    """A talk is read at most every quarter of an hour, not in its first minutes once it has answers, nor if private."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam")
    root = f"{sam.id}/posts/1"

    def serve(count: int) -> dict[str, Any]:
        answers: list[Any] = [said(sam, f"a{number}", root) for number in range(count)]
        return served(
            there, note(sam, 1, published="2026-05-28T20:26:00Z", replies=collection(f"{root}/replies", answers))
        )

    post_id = await keep(here, serve(1))
    for minutes, count, expected, reason in (
        (0, 1, {"1", "a0"}, "young, but without any answers here"),
        (3, 2, {"1", "a0"}, "read a moment ago"),
        (13, 3, {"1", "a0", "a1", "a2"}, "a quarter of an hour later"),
    ):
        serve(count)
        clock.advance(minutes * MINUTE)
        await look(fediverse, here, post_id)
        assert await names(here) == expected, reason
    asked = len(there.received)
    for visibility, published_at, reason in ((2, 0, "for followers only"), (0, clock.now, "young")):
        async with here.instance.change() as change:
            sql = "UPDATE posts SET visibility = $1, replies_fetched_at = 0, published_at = $2"
            await change.tx.execute(sql, visibility, published_at)
        await look(fediverse, here, post_id)
        assert len(there.received) == asked, reason


async def test_answers_below_our_own_posts(fediverse: Fediverse) -> None:
    """What strangers say among themselves below a post of ours, which nobody delivers to us, is read as well."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam")
    with here.instance.database.active():
        async with here.instance.change() as change:
            alice = await Account.get(username="alice", domain="")
            ours = await a_post(change, alice, published_at=change.now - 60 * MINUTE)
    below = said(sam, "below", f"{sam.id}/posts/answer")
    answer = said(sam, "answer", ours.uri, replies=collection(f"{sam.id}/posts/answer/replies", [below]))
    served(there, collection(f"{sam.id}/posts/answer/replies", [below]))
    create = {"id": f"{answer['id']}#c", "type": "Create", "actor": sam.id, "object": answer, "to": [PUBLIC]}
    await there.post("https://here.test/inbox", create, sam)
    await fediverse.settle()
    await look(fediverse, here, ours.id)
    assert await names(here) == {"answer", "below"}


async def test_a_collection_full_of_others(fediverse: Fediverse) -> None:
    """Row 121: a collection that names many posts of many servers makes us ask a few of them a few times."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam")
    root = f"{sam.id}/posts/1"
    victims = [await fediverse.peer(f"victim{number}.test") for number in range(20)]
    items: list[Any] = [f"https://{victim.host}/x/{number}" for number in range(60) for victim in victims]
    items.insert(300, said(sam, "own", root))
    await look(
        fediverse, here, await keep(here, served(there, note(sam, 1, replies=collection(f"{root}/replies", items))))
    )
    asked = [len(victim.received) for victim in victims]
    assert sum(count > 0 for count in asked) <= THREAD.hosts
    assert max(asked) <= THREAD.requests_per_host
    assert sum(asked) <= THREAD.requests
    assert await names(here) == {"1", "own"}


async def test_what_a_stranger_leads_us_to_costs_less(fediverse: Fediverse) -> None:
    """An answer to something unknown brings its parent and some of the talk, from the parent's own server alone."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    far, victim = await fediverse.peer("far.test"), await fediverse.peer("victim.test")
    sam, eve = there.actor("sam"), far.actor("eve")
    root = f"{eve.id}/posts/1"
    items = [said(eve, "more", root), "https://victim.test/1", *[f"https://far.test/none/{one}" for one in range(90)]]
    replies = served(far, collection(f"{root}/replies", items))
    served(far, note(eve, 1, replies=replies["id"]))
    comment = said(sam, "comment", root, tag=[{"type": "Mention", "href": "https://here.test/users/alice"}])
    create = {"id": f"{comment['id']}#c", "type": "Create", "actor": sam.id, "object": comment, "to": [PUBLIC]}
    await there.post("https://here.test/inbox", create, sam)
    await fediverse.settle()
    assert await names(here) == {"1", "comment", "more"}
    assert victim.received == []
    assert len(far.received) <= 10
