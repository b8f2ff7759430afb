"""Forwarded deletions that nobody signed: only the origin's own word removes anything (case 38)."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.models import Account
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.confirming import confirm_delete
from tests.builders import a_post
from tests.fediverse import AS2, Actor, FakePeer, Fediverse, Server
from tests.rossgram_fed.posts.arrivals import PUBLIC
from tests.rossgram_fed.posts.test_fetching import HANDLERS

NOTE = "https://bobs.test/users/bob/posts/"
ANSWERS: list[tuple[str, int, dict[str, Any], bool]] = [
    ("gone", 410, {}, True),
    ("a tombstone, gone", 410, {"type": "Tombstone"}, True),
    ("not found", 404, {}, True),
    ("a tombstone", 200, {"type": "Tombstone"}, True),
    ("still there", 200, {"type": "Note"}, False),
    ("not for us", 403, {}, False),
    ("not without a better signature", 401, {}, False),
    ("out of order", 500, {}, False),
]


async def staged(fediverse: Fediverse, visibility: Visibility) -> tuple[Server, FakePeer, Actor, str]:
    """Here has a post of Bob's, and knows Sam."""
    jobs: dict[str, Any] = {}
    here = await fediverse.server("here", handlers=HANDLERS, jobs=jobs)
    jobs["confirm_delete"] = lambda payload: confirm_delete(here.network, payload)
    bobs, there = await fediverse.peer("bobs.test"), await fediverse.peer("there.test")
    bob, sam = bobs.actor("bob", key=1), there.actor()
    await by_uri(here.network, sam.id)
    account_id = await by_uri(here.network, bob.id)
    async with here.instance.change() as change:
        post = await a_post(change, await Account.get(id=account_id), visibility=visibility)
    return here, bobs, sam, post.uri


async def passed_on(fediverse: Fediverse, sam: Actor, uri: str) -> int:
    """Sam says that Bob said that his post is gone."""
    actor = "https://bobs.test/users/bob"
    delete = {"@context": AS2, "id": f"{uri}#delete", "type": "Delete", "actor": actor, "to": [PUBLIC], "object": uri}
    status, _ = await fediverse.peers["there.test"].post("https://here.test/inbox", delete, sam)
    return int(status)


async def posts(here: Server) -> int:
    return int(await here.instance.database.fetch_value("SELECT count(*) FROM posts"))


@pytest.mark.parametrize(("why", "status", "document", "gone"), ANSWERS, ids=[row[0] for row in ANSWERS])
async def test_a_forwarded_deletion_is_what_its_origin_says(
    fediverse: Fediverse, why: str, status: int, document: dict[str, Any], gone: bool
) -> None:
    """The post goes, and stays away, when its origin has it no more; anything else changes nothing."""
    here, bobs, sam, uri = await staged(fediverse, Visibility.PUBLIC)
    bobs.serve(uri.removeprefix("https://bobs.test"), {"id": uri} | document, status=status)
    assert await passed_on(fediverse, sam, uri) == 202
    assert await posts(here) == 1
    await fediverse.settle()
    assert await posts(here) == (0 if gone else 1)
    assert await here.instance.database.fetch_value("SELECT count(*) FROM tombstones") == (1 if gone else 0)


async def test_silence_is_no_answer(fediverse: Fediverse) -> None:
    """An origin that hangs up is asked again later."""
    here, bobs, sam, uri = await staged(fediverse, Visibility.UNLISTED)

    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    bobs.answers[uri.removeprefix("https://bobs.test")] = hang_up
    assert await passed_on(fediverse, sam, uri) == 202
    await fediverse.settle()
    assert await posts(here) == 1
    assert await here.instance.database.fetch_value("SELECT count(*) FROM jobs WHERE state = 0") == 1


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
async def test_what_its_origin_hides_from_strangers_is_not_asked_about(
    fediverse: Fediverse, visibility: Visibility
) -> None:
    """A 404 for a private post says nothing, so nobody can have one removed by saying that it is gone."""
    here, bobs, sam, uri = await staged(fediverse, visibility)
    assert await passed_on(fediverse, sam, uri) == 202
    await fediverse.settle()
    assert await posts(here) == 1
    assert bobs.asked_for(uri.removeprefix("https://bobs.test")) == 0
