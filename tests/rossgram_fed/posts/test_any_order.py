"""Undo and Delete in any order, and anything twice: what was taken back stays so, by whatever way it comes again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.models import Account
from rossgram_fed.posts import backfill
from tests.builders import a_post
from tests.conftest import SettableClock
from tests.fediverse import AS2, Actor, Fediverse, Server
from tests.rossgram_fed.posts.arrivals import PUBLIC
from tests.rossgram_fed.posts.test_fetching import a_server, follow, note, wrapped

ORDERS = ("01", "10", "001", "010", "011", "100", "101", "110")
"""The first and the second of two activities, some of them delivered twice."""
Pair = Callable[[Actor, str, int], list[dict[str, Any]]]
"""An activity and what takes it back, of an actor, about a post of ours, with a number that makes them unique."""


def act(actor: Actor, kind: str, thing: Any, number: int) -> dict[str, Any]:
    return {
        "id": f"{actor.id}#{kind.lower()}{number}",
        "type": kind,
        "actor": actor.id,
        "object": thing,
        "to": [PUBLIC],
    }


def undone(kind: str, *, whole: bool = True, about: str = "") -> Pair:
    """An activity and its Undo, with the activity in it or its id alone."""

    def pair(actor: Actor, ours: str, number: int) -> list[dict[str, Any]]:
        done = act(actor, kind, about or ours, number)
        return [done, act(actor, "Undo", done if whole else done["id"], number)]

    return pair


def deleted(actor: Actor, _: str, number: int) -> list[dict[str, Any]]:
    one = note(actor, f"d{number}")
    return [wrapped(actor, one), act(actor, "Delete", {"id": one["id"], "type": "Tombstone"}, number)]


ALICE = "https://here.test/users/alice"
_FOLLOWERS = f"follows WHERE followed_id IN (SELECT id FROM accounts WHERE uri = '{ALICE}')"
PAIRS: dict[str, tuple[Pair, str]] = {
    "Create, Delete": (deleted, "posts WHERE local = FALSE"),
    "Like, Undo": (undone("Like"), "likes"),
    "Like, Undo by id": (undone("Like", whole=False), "likes"),
    "EmojiReact, Undo": (undone("EmojiReact"), "likes"),
    "Announce, Undo": (undone("Announce"), "boosts"),
    "Announce, Undo by id": (undone("Announce", whole=False), "boosts"),
    "Announce of a stranger's, Undo": (undone("Announce", about="https://far.test/users/eve/posts/1"), "boosts"),
    "Follow, Undo": (undone("Follow", about=ALICE), _FOLLOWERS),
    "Follow, Undo by id": (undone("Follow", about=ALICE, whole=False), _FOLLOWERS),
    "Block, Undo": (undone("Block", about=ALICE), "blocks"),
}  # fmt: skip


async def count(server: Server, what: str) -> int:
    found = await server.instance.database.fetch_value(f"SELECT COUNT(*) FROM {what}")
    return int(found)


@pytest.mark.parametrize("name", PAIRS)
async def test_what_was_taken_back_stays_so(fediverse: Fediverse, name: str) -> None:
    """In each order, with repetitions, also while what it needs is being fetched: at the end nothing is left."""
    pair, table = PAIRS[name]
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    far = await fediverse.peer("far.test")
    sam, eve = there.actor("sam"), far.actor("eve")
    far.serve("/users/eve/posts/1", {"@context": AS2} | note(eve, 1))
    if not name.startswith(("Follow", "Block")):
        await follow(here, sam.id, accepted=True)
    with here.instance.database.active():
        async with here.instance.change() as change:
            ours = await a_post(change, await Account.get(username="alice", domain=""))
    number, about_far = 0, "stranger" in name
    for order in ORDERS:
        for at_once in (False, True) if about_far else (False,):
            number += 1
            both = pair(sam, ours.uri, number)
            for which in order:
                status, _ = await there.post("https://here.test/inbox", both[int(which)], sam)
                assert status == 202, (order, at_once)
                if not at_once:
                    await fediverse.settle()
            await fediverse.settle()
            assert await count(here, table) == 0, (order, at_once)


async def test_create_update_and_delete(fediverse: Fediverse) -> None:
    """A post ends deleted in all six orders, and at its newest words in both orders without the Delete."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam")
    await follow(here, sam.id, accepted=True)
    orders: list[tuple[int, ...]] = [*permutations(range(3)), (0, 1), (1, 0), (0, 1, 0, 1), (0, 2, 1, 0)]
    for number, order in enumerate(orders):
        one = note(sam, f"n{number}")
        newer = one | {"content": "<p>newer</p>", "updated": "2026-05-28T20:25:00Z"}
        three = [
            wrapped(sam, one),
            act(sam, "Update", newer, number),
            act(sam, "Delete", {"id": one["id"], "type": "Tombstone"}, number),
        ]
        for which in order:
            await there.post("https://here.test/inbox", three[which], sam)
            await fediverse.settle()
        words = await here.instance.database.fetch_value("SELECT content_html FROM posts WHERE uri = $1", one["id"])
        assert words == (None if 2 in order else "<p>newer</p>"), order


async def test_a_profile_brings_nothing_back(fediverse: Fediverse, clock: SettableClock) -> None:
    """An outbox and pins that still name what was deleted, known or not, leave it deleted."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam", featured="https://there.test/users/sam/featured")
    await follow(here, sam.id, accepted=True)
    gone, never = note(sam, "gone"), note(sam, "never")
    await there.post("https://here.test/inbox", wrapped(sam, gone), sam)
    for number, one in enumerate((gone, never)):
        await there.post("https://here.test/inbox", act(sam, "Delete", one["id"], number), sam)
    await fediverse.settle()
    for path in ("outbox", "featured"):
        items = [wrapped(sam, gone), never, gone["id"], never["id"]]
        document = {"id": f"{sam.id}/{path}", "type": "OrderedCollection", "orderedItems": items}
        there.serve(f"/users/sam/{path}", {"@context": AS2} | document)
    for one in (gone, never):
        there.serve(one["id"].removeprefix("https://there.test"), {"@context": AS2} | one)
    await backfill.backfill(here.network, {"account_id": await by_uri(here.network, sam.id)})
    assert await count(here, "posts WHERE local = FALSE") == 0
    assert await count(here, "pins") == 0
    assert there.asked_for("/users/sam/posts/gone") == there.asked_for("/users/sam/posts/never") == 0
