"""What goes out arrives, in order, once the other side can take it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from aiohttp import web

from activitypub.signatures import Scheme
from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.outbox import Audience
from tests.builders import a_stranger
from tests.conftest import SettableClock
from tests.fediverse import FakePeer, Fediverse, Server
from tests.rossgram_fed.federation.sending import DAY, HOUR, MINUTE, a_document, an_author, deliveries, send


async def test_nothing_overtakes(fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock) -> None:
    """While an earlier activity to an inbox waits for its next try, a later one of the same author waits too."""
    alice = await an_author(here)
    there.inbox_status = 403
    await send(here, alice, a_document(1))
    await fediverse.settle()
    there.inbox_status = 202
    await send(here, alice, a_document(2))
    await fediverse.settle()
    assert [post.document["id"][-1] for post in there.posts if post.headers] == ["1"]
    clock.advance(2 * MINUTE)
    await fediverse.settle()
    assert [post.document["id"][-1] for post in there.posts] == ["1", "1", "2"]
    assert {row["state"] for row in await deliveries(here)} == {1}


async def test_every_try_is_signed_anew(
    fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock
) -> None:
    """A retry carries a fresh date and a fresh signature."""
    alice = await an_author(here)
    there.inbox_status = 503
    await send(here, alice)
    await fediverse.settle()
    clock.advance(2 * MINUTE)
    await fediverse.settle()
    assert len({post.headers["Date"] for post in there.posts}) == 2
    assert len({post.headers["Signature"] for post in there.posts}) == 2


@pytest.mark.parametrize("status", [400, 405, 406, 413, 415, 422, 501])
async def test_final_answers_are_final(fediverse: Fediverse, here: Server, there: FakePeer, status: int) -> None:
    """An answer that will not change is not asked for again, and does not count against the host."""
    alice = await an_author(here)
    there.inbox_status = status
    await send(here, alice)
    await fediverse.settle()
    (row,) = await deliveries(here)
    assert (row["state"], str(status) in row["last_error"]) == (2, True)
    assert await here.instance.database.fetch_value("SELECT COALESCE(sum(failures), 0) FROM hosts") == 0


@pytest.mark.parametrize("status", [401, 403, 404, 408, 410, 429, 500, 502, 503, 504])
async def test_other_refusals_are_tried_again(
    fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock, status: int
) -> None:
    """Everything else is tried again later, and arrives when the other side has mended itself."""
    alice = await an_author(here)
    there.inbox_status = status
    await send(here, alice)
    await fediverse.settle()
    (row,) = await deliveries(here)
    assert (row["state"], row["run_at"] > clock.now) == (0, True)
    there.inbox_status = 200
    clock.advance(2 * MINUTE)
    await fediverse.settle()
    assert (await deliveries(here))[0]["state"] == 1


async def test_refusals_end_after_a_while(
    fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock
) -> None:
    """A host that keeps saying no is asked six times, not for a week."""
    alice = await an_author(here)
    there.inbox_status = 403
    await send(here, alice)
    for _ in range(10):
        await fediverse.settle()
        clock.advance(DAY)
    assert len(there.posts) == 6
    assert (await deliveries(here))[0]["state"] == 2


async def test_retry_after_is_obeyed(fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock) -> None:
    """A host that says when to come back is left alone until then, as a whole."""
    alice = await an_author(here)
    there.serve("/inbox", b"", status=429, **{"Retry-After": "7200"})
    await send(here, alice)
    await fediverse.settle()
    async with here.instance.change() as change:
        kim = await a_stranger(change, "kim")
    await send(here, alice, a_document(2), audience=Audience(account_ids=frozenset({kim.id})))
    clock.advance(HOUR)
    await fediverse.settle()
    assert len(there.posts) == 1
    clock.advance(HOUR + MINUTE)
    await fediverse.settle()
    assert {post.path for post in there.posts} == {"/inbox", "/users/kim/inbox"}


async def test_the_second_knock_is_remembered(
    fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock
) -> None:
    """A host that takes RFC 9421 only is knocked at with it first from then on, and for a week."""
    alice = await an_author(here)

    async def modern(request: web.Request) -> web.Response:
        return web.Response(status=202 if "Signature-Input" in request.headers else 401)

    there.answers["/inbox"] = modern
    for number in range(3):
        await send(here, alice, a_document(number))
        await fediverse.settle()
    assert ["Signature-Input" in post.headers for post in there.posts] == [False, True, True, True]
    clock.advance(8 * DAY)
    await send(here, alice, a_document(4))
    await fediverse.settle()
    assert "Signature-Input" not in there.posts[4].headers


async def test_a_host_that_signs_with_rfc_9421_can_read_it(fediverse: Fediverse, here: Server, there: FakePeer) -> None:
    """Whoever sends us a verified RFC 9421 signature gets the same."""
    alice = await an_author(here)
    kim = there.actor("kim")
    like = {"id": f"{kim.id}/1", "type": "Like", "actor": kim.id, "object": "https://here.test/p/1"}
    assert (await there.post("https://here.test/inbox", like, kim, scheme=Scheme.RFC9421))[0] == 202
    await send(here, alice)
    await fediverse.settle()
    assert "Signature-Input" in there.posts[0].headers


@pytest.mark.parametrize("inbox", ["http://127.0.0.1:6379/", "https://169.254.169.254/inbox", "https://10.0.0.1/inbox"])
async def test_private_inboxes_are_never_contacted(fediverse: Fediverse, here: Server, inbox: str) -> None:
    """An inbox on a refused address gets nothing and is given up at once (case 88)."""
    alice = await an_author(here)
    async with here.instance.change() as change:
        await change.tx.execute("UPDATE accounts SET inbox = $1, shared_inbox = '' WHERE username = 'sam'", inbox)
    here.network.transport._development = type(here.network.transport._development)()
    await send(here, alice)
    await fediverse.settle()
    assert [(row["state"], row["attempts"]) for row in await deliveries(here)] == [(2, 1)]
    assert fediverse.names.asked == []


async def test_an_account_that_is_gone_gets_nothing_more(fediverse: Fediverse, there: FakePeer) -> None:
    """410 at a personal inbox makes us read the actor again; if that is gone too, nothing more is sent there."""
    jobs: dict[str, Any] = {}
    here = await fediverse.server("here", jobs=jobs)
    jobs["refresh_account"] = partial(remote_accounts.refresh, here.network)
    alice = await an_author(here, [])
    sam = there.actor()
    sam_id = await remote_accounts.by_uri(here.network, sam.id)
    there.serve("/users/sam/inbox", b"", status=410)
    there.serve("/users/sam", b"", status=410)
    await send(here, alice, audience=Audience(account_ids=frozenset({sam_id})))
    await fediverse.settle()
    (row,) = await deliveries(here)
    assert (row["state"], row["last_error"]) == (2, "The account is gone.")
    assert await send(here, alice, audience=Audience(account_ids=frozenset({sam_id}))) == 0


async def test_a_sender_without_a_key_sends_nothing(fediverse: Fediverse, here: Server, there: FakePeer) -> None:
    """Deliveries of an account whose keys are gone are given up, not sent unsigned."""
    alice = await an_author(here)
    async with here.instance.change() as change:
        await change.tx.execute("DELETE FROM account_keys WHERE account_id = $1", alice.id)
    await send(here, alice)
    await fediverse.settle()
    assert there.posts == []
    assert [row["state"] for row in await deliveries(here)] == [2]


async def test_what_a_dead_worker_held_is_sent_again(either_fediverse: Fediverse, clock: SettableClock) -> None:
    """A delivery whose worker died is sent when its lease has run out."""
    here = await either_fediverse.server("here")
    there = await either_fediverse.peer("there.test")
    alice = await an_author(here)
    await send(here, alice)
    async with here.instance.change() as change:
        await change.tx.execute("UPDATE deliveries SET leased_until = $1, attempts = 1", change.now + 5 * MINUTE)
    await either_fediverse.settle()
    assert there.posts == []
    clock.advance(6 * MINUTE)
    await either_fediverse.settle()
    assert len(there.posts) == 1


async def test_what_we_sign_another_server_of_ours_accepts(fediverse: Fediverse, here: Server) -> None:
    """A delivery reaches another server, verifies with the key our actor lists, and is a row there."""
    other = await fediverse.server("other")
    alice = await an_author(here, [("bob", "other.test")])
    like = {"id": "https://here.test/likes/1", "type": "Like", "actor": alice.uri, "object": "https://other.test/p/1"}
    await send(here, alice, like)
    await fediverse.settle()
    rows = await other.instance.database.fetch("SELECT a.uri FROM inbox_items i JOIN accounts a ON a.id = i.sender_id")
    assert [row["uri"] for row in rows] == [alice.uri]
