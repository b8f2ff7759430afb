"""What we go and read ourselves: recent photos, missing parents, boosted posts; from its origin, within bounds."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.errors import ActivityPubError
from rossgram_fed.accounts.inbound import HANDLERS as ACCOUNTS
from rossgram_fed.federation.arrivals import Handlers
from rossgram_fed.federation.budget import BACKFILL
from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.follows import actions as follows
from rossgram_fed.follows.inbound import HANDLERS as FOLLOWS
from rossgram_fed.posts import backfill, fetching
from rossgram_fed.posts.inbound import HANDLERS as POSTS
from rossgram_fed.reactions.inbound import HANDLERS as REACTIONS
from tests.builders import a_person
from tests.fediverse import Actor, FakePeer, Fediverse, Server
from tests.rossgram_fed.posts.arrivals import PUBLIC

PICTURE = {"type": "Document", "mediaType": "image/jpeg", "url": "https://there.test/media/1.jpg"}
HANDLERS: Handlers = {
    kind: tuple(handler for registry in (POSTS, ACCOUNTS, FOLLOWS, REACTIONS) for handler in registry.get(kind, ()))
    for registry in (POSTS, ACCOUNTS, FOLLOWS, REACTIONS)
    for kind in registry
}


async def a_server(fediverse: Fediverse) -> Server:
    """https://here.test with Alice on it, all handlers and all jobs of posts."""
    jobs: dict[str, Any] = {}
    server = await fediverse.server("here", handlers=HANDLERS, jobs=jobs)
    for kind, job in (
        ("backfill", backfill.backfill),
        ("fetch_post", fetching.fetch_post),
        ("fetch_parent", fetching.fetch_parent),
    ):
        jobs[kind] = lambda payload, job=job: job(server.network, payload)
    async with server.instance.change() as change:
        await a_person(change)
    return server


def note(author: Actor, number: int | str, **parts: Any) -> dict[str, Any]:
    found = {
        "id": f"{author.id}/posts/{number}",
        "type": "Note",
        "attributedTo": author.id,
        "content": f"<p>{number}</p>",
        "published": f"2026-05-28T20:{int(number) % 60 if str(number).isdigit() else 0:02}:00Z",
        "to": [PUBLIC],
        "attachment": [PICTURE],
    }
    return found | parts


def wrapped(author: Actor, one: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"{one['id']}/activity", "type": "Create", "actor": author.id, "object": one, "to": one["to"]}


async def follow(server: Server, uri: str, *, accepted: bool = False) -> int:
    account_id = await by_uri(server.network, uri)
    async with server.instance.change() as change:
        alice_id = await change.tx.fetch_value("SELECT id FROM accounts WHERE username = 'alice' AND domain = ''")
        await follows.follow(change, account_id=alice_id, target_id=account_id)
        if accepted:
            await follows.receive_accept(change, follower_id=alice_id, followed_id=account_id)
    return account_id


async def stored(server: Server) -> list[str]:
    rows = await server.instance.database.fetch("SELECT uri FROM posts WHERE local = FALSE ORDER BY id")
    return [row["uri"].rpartition("/")[2] for row in rows]


def serve_pages(there: FakePeer, sam: Actor, pages: list[list[Any]]) -> None:
    """An outbox whose pages are at paths of their own, each naming the next."""
    outbox = f"{sam.id}/outbox"
    there.serve("/users/sam/outbox", {"id": outbox, "type": "OrderedCollection", "first": f"{outbox}/0"})
    for number, items in enumerate(pages):
        page = {"id": f"{outbox}/{number}", "type": "OrderedCollectionPage", "partOf": outbox, "orderedItems": items}
        if number + 1 < len(pages):
            page["next"] = f"{outbox}/{number + 1}"
        there.serve(f"/users/sam/outbox/{number}", page)


async def test_following_a_stranger_fills_their_profile(fediverse: Fediverse) -> None:
    """Public photos of their own come in from Creates, bare notes and addresses; nothing else does, nor news of it."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam")
    named = note(sam, 3)
    there.serve("/users/sam/posts/3", named | {"@context": "https://www.w3.org/ns/activitystreams"})
    pages = [
        [
            wrapped(sam, note(sam, 5, tag=[{"type": "Mention", "href": "https://here.test/users/alice"}])),
            {"id": f"{sam.id}#b", "type": "Announce", "actor": sam.id, "object": "https://far.test/1"},
            note(sam, 4),
            named["id"],
        ],
        [
            wrapped(sam, note(sam, "words", attachment=[])),
            wrapped(sam, note(sam, "answer", inReplyTo=f"{sam.id}/posts/5")),
            wrapped(sam, note(sam, "private", to=[f"{sam.id}/followers"])),
            wrapped(sam, note(sam, "forged", attributedTo="https://there.test/users/eve")),
            wrapped(sam, note(sam, "elsewhere") | {"id": "https://far.test/posts/1"}),
            wrapped(sam, note(sam, "ours") | {"id": "https://here.test/p/1"}),
            "https://far.test/posts/2",
            {"type": "Create"},
            7,
            wrapped(sam, note(sam, 2)),
        ],
    ]
    serve_pages(there, sam, pages)
    account_id = await follow(here, sam.id)
    await fediverse.settle()
    assert await stored(here) == ["2", "3", "4", "5"]
    row = await here.instance.database.fetch_one("SELECT backfilled_at FROM accounts WHERE id = $1", account_id)
    assert row is not None
    assert row["backfilled_at"] > 0
    assert await here.instance.database.fetch_value("SELECT COUNT(*) FROM notifications") == 0


@pytest.mark.parametrize(
    ("outbox", "found", "reason"),
    [
        ({"type": "OrderedCollection", "totalItems": 9}, [], "Pixelfed only counts"),
        ({"type": "OrderedCollection", "orderedItems": "BARE"}, ["1", "2"], "Takahe's is whole, of bare notes"),
        ({"type": "Note"}, [], "no collection"),
        ({"type": "OrderedCollection", "first": "https://far.test/page"}, [], "pages on another host"),
        (
            {"type": "OrderedCollection", "first": {"type": "OrderedCollectionPage", "orderedItems": "BARE"}},
            ["1", "2"],
            "the first page embedded",
        ),
    ],
)
async def test_outboxes_of_every_kind(
    fediverse: Fediverse, outbox: dict[str, Any], found: list[str], reason: str
) -> None:
    """Every shape that real servers have is read, and a strange one does no harm."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    far = await fediverse.peer("far.test")
    sam = there.actor("sam")
    bare = [note(sam, 2), note(sam, 1)]

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(one) for key, one in value.items()}
        return bare if value == "BARE" else value

    there.serve("/users/sam/outbox", {"id": f"{sam.id}/outbox"} | filled(outbox))
    await follow(here, sam.id)
    await fediverse.settle()
    assert await stored(here) == found, reason
    assert far.received == [], reason


async def test_backfill_has_bounds(fediverse: Fediverse) -> None:
    """Posts, pages and requests are limited, and a loop of pages is walked once."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam")
    serve_pages(there, sam, [[note(sam, number) for number in range(59, 19, -1)]])
    await follow(here, sam.id)
    await fediverse.settle()
    assert len(await stored(here)) == here.instance.settings.limits.backfill_posts
    loops = there.actor("loops")
    page = {
        "id": f"{loops.id}/outbox",
        "type": "OrderedCollectionPage",
        "orderedItems": [],
        "next": f"{loops.id}/outbox",
    }
    there.serve("/users/loops/outbox", page)
    names = there.actor("names")
    items = [f"{names.id}/posts/{number}" for number in range(100)]
    there.serve("/users/names/outbox", {"id": f"{names.id}/outbox", "type": "OrderedCollection", "orderedItems": items})
    for actor in (loops, names):
        await follow(here, actor.id)
    before = len(there.received)
    await fediverse.settle()
    assert there.asked_for("/users/loops/outbox") == 1
    assert len([one for one in there.received[before:] if one.method == "GET"]) <= 4 + BACKFILL.requests


async def test_a_missing_parent_is_fetched_and_linked(fediverse: Fediverse) -> None:
    """The thread above a comment is read up to its root, each post once, from each author's own server."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    far = await fediverse.peer("far.test")
    sam, eve = there.actor("sam"), far.actor("eve")
    root = note(eve, 1)
    middle = note(eve, 2, inReplyTo=root["id"], attachment=[])
    for one in (root, middle):
        far.serve(one["id"].removeprefix("https://far.test"), one)
    await follow(here, sam.id, accepted=True)
    for number in (3, 4):
        comment = note(sam, number, inReplyTo=middle["id"], attachment=[])
        await there.post("https://here.test/inbox", wrapped(sam, comment), sam)
    await fediverse.settle()
    rows = await here.instance.database.fetch("SELECT id, uri, in_reply_to_id, thread_id FROM posts")
    posts = {row["uri"]: row for row in rows}
    assert len(posts) == 4
    assert {row["thread_id"] for row in rows} == {posts[root["id"]]["id"]}
    assert posts[middle["id"]]["in_reply_to_id"] == posts[root["id"]]["id"]
    assert posts[f"{sam.id}/posts/4"]["in_reply_to_id"] == posts[middle["id"]]["id"]
    assert far.asked_for("/users/eve/posts/1") == far.asked_for("/users/eve/posts/2") == 1


async def test_a_boosted_post_is_fetched_and_the_boost_recorded(fediverse: Fediverse) -> None:
    """What somebody followed boosts comes from its own origin, with its author."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    far = await fediverse.peer("far.test")
    sam, eve = there.actor("sam"), far.actor("eve")
    far.serve("/users/eve/posts/1", note(eve, 1))
    await follow(here, sam.id, accepted=True)
    announce = {"id": f"{sam.id}#b", "type": "Announce", "actor": sam.id, "object": f"{eve.id}/posts/1", "to": [PUBLIC]}
    await there.post("https://here.test/inbox", announce, sam)
    await fediverse.settle()
    rows = await here.instance.database.fetch(
        "SELECT a.uri AS booster, p.uri, p.boosts_count FROM boosts b JOIN accounts a ON a.id = b.account_id "
        "JOIN posts p ON p.id = b.post_id"
    )
    assert [(row["booster"], row["uri"], row["boosts_count"]) for row in rows] == [(sam.id, f"{eve.id}/posts/1", 1)]


@pytest.mark.parametrize(
    ("served", "reason"),
    [
        (None, "nothing there"),
        ({"id": "https://there.test/users/sam/posts/9"}, "an id of another host"),
        ({"attributedTo": "https://there.test/users/sam"}, "an author of another host"),
        ({"attributedTo": "https://here.test/users/alice"}, "one of ours as author"),
        ({"type": "Person"}, "no post"),
    ],
)
async def test_what_an_origin_cannot_say(fediverse: Fediverse, served: dict[str, Any] | None, reason: str) -> None:
    """Rows 18 to 23: a fetched post counts only under its author's own origin; otherwise no row is left."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    far = await fediverse.peer("far.test")
    sam, eve = there.actor("sam"), far.actor("eve")
    if served is not None:
        far.serve("/users/eve/posts/1", note(eve, 1) | served)
    await follow(here, sam.id, accepted=True)
    announce = {"id": f"{sam.id}#b", "type": "Announce", "actor": sam.id, "object": f"{eve.id}/posts/1", "to": [PUBLIC]}
    await there.post("https://here.test/inbox", announce, sam)
    await fediverse.settle()
    for table in ("posts", "boosts", "photos"):
        assert await here.instance.database.fetch_value(f"SELECT COUNT(*) FROM {table}") == 0, reason


async def test_a_silent_origin_is_asked_again_later(fediverse: Fediverse) -> None:
    """Silence and a server's own trouble are worth another try; a plain no is not."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    there.serve("/posts/1", {"error": "later"}, status=503)
    there.serve("/posts/2", {"error": "no"}, status=403)
    with pytest.raises(ActivityPubError):
        await fetching.fetch_post(here.network, {"uri": "https://there.test/posts/1", "reason": "inbox"})
    await fetching.fetch_post(here.network, {"uri": "https://there.test/posts/2", "reason": "inbox"})
