"""Whose word counts: keys, actors and those who only pretend, named after the holes that other servers shipped."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from activitypub.keys import public_pem
from activitypub.signatures import SigningKey
from tests.fediverse import FakePeer, Fediverse, Server, a_key
from tests.rossgram_fed.federation.refusing import INBOX, MINUTE, a_like, rows


async def test_a_replay_is_accepted_and_adds_nothing(either_fediverse: Fediverse) -> None:
    """The same activity again, to any of our inboxes, is one row; the same id with another body is two (Takahe)."""
    here = await either_fediverse.server("here")
    there = await either_fediverse.peer("there.test")
    sam = there.actor()
    request = there.signed(INBOX, a_like(sam.id), sam)
    assert [(await there.send(request))[0] for _ in range(3)] == [202, 202, 202]
    assert (await there.post("https://here.test/actor/inbox", a_like(sam.id), sam))[0] == 202
    assert (await rows(here))["inbox_items"] == 1
    assert (await there.post(INBOX, a_like(sam.id, summary="again"), sam))[0] == 202
    assert (await rows(here))["inbox_items"] == 2


@pytest.mark.parametrize("kind", ["Delete", "Update"])
@pytest.mark.parametrize("thing", ["id", "object"])
async def test_strangers_who_only_end_or_change_cost_nothing(
    here: Server, there: FakePeer, kind: str, thing: str
) -> None:
    """Delete or Update of an actor we never met is answered 202 without a fetch and without a row (case 122)."""
    sam = there.actor()
    before = await rows(here)
    document = a_like(sam.id, type=kind, object=sam.id if thing == "id" else {"id": sam.id, "type": "Person"})
    status, _ = await there.post(INBOX, document, sam)
    assert status == 202
    assert await rows(here) == before
    assert there.received == []


async def test_suspended_and_deleted_senders_are_turned_away(here: Server, there: FakePeer) -> None:
    """A suspended sender gets 403, a deleted one 410, also right after they were known as neither (case 43)."""
    sam = there.actor()
    assert (await there.post(INBOX, a_like(sam.id), sam))[0] == 202
    before = await rows(here)
    for column, expected in (("suspended_at", 403), ("deleted_at", 410)):
        async with here.instance.change() as change:
            account = await change.tx.fetch_one(
                f"UPDATE accounts SET suspended_at = NULL, deleted_at = NULL, {column} = 1 WHERE uri = $1 RETURNING id",
                sam.id,
            )
            assert account is not None
            change.tx.signal("account", str(account["id"]))
        assert (await there.post(INBOX, a_like(sam.id, id=f"{sam.id}/likes/2"), sam))[0] == expected
    assert (await there.post(INBOX, a_like(sam.id, type="Delete", object=sam.id), sam))[0] == 202
    assert await rows(here) == before


async def test_a_key_document_that_claims_a_victim_proves_nothing(fediverse: Fediverse, here: Server) -> None:
    """A key served at evil.test with a victim's address as its owner never signs for the victim (cases 1, 2 and 40)."""
    evil, victim = await fediverse.peer("evil.test"), await fediverse.peer("victim.test")
    vera = victim.actor("vera")
    before = await rows(here)
    key = SigningKey("https://evil.test/key", a_key(1))
    evil.serve("/key", {"id": "https://evil.test/key", "owner": vera.id, "publicKeyPem": public_pem(a_key(1))})
    assert (await evil.post(INBOX, a_like(vera.id), key))[0] == 401
    evil.serve(
        "/key",
        vera.document | {"publicKey": {"id": key.key_id, "owner": vera.id, "publicKeyPem": public_pem(a_key(1))}},
    )
    assert (await evil.post(INBOX, a_like(vera.id), key))[0] == 401
    assert await rows(here) == before
    assert (evil.received, victim.received) == ([], [])


@pytest.mark.parametrize("named", ["https://victim.test/users/vera", "https://evil.test/users/other"])
async def test_an_actor_document_speaks_only_for_its_own_address(
    fediverse: Fediverse, here: Server, named: str
) -> None:
    """An actor document with somebody else's id makes nobody anybody (cases 18, 21 and 36)."""
    evil, victim = await fediverse.peer("evil.test"), await fediverse.peer("victim.test")
    victim.actor("vera")
    mallory = evil.actor("mallory", key=1)
    evil.serve("/users/mallory", mallory.document | {"id": named})
    before = await rows(here)
    status, _ = await evil.post(INBOX, a_like(mallory.id), mallory)
    assert status == 401
    assert (await evil.post(INBOX, a_like(named), mallory))[0] == 401
    assert await rows(here) == before


async def test_keys_of_other_owners_in_an_actor_document_are_not_its_own(here: Server, there: FakePeer) -> None:
    """A key that says it is owned by another actor, or that lies on another host, is not the actor's."""
    for name, listed in (
        ("one", {"owner": "https://victim.test/users/vera"}),
        ("two", {"id": "https://victim.test/users/vera#main-key"}),
    ):
        actor = there.actor(name)
        there.serve(f"/users/{name}", actor.document | {"publicKey": {**actor.document["publicKey"], **listed}})
        key = SigningKey(listed.get("id", actor.signing_key.key_id), actor.key)
        assert (await there.post(INBOX, a_like(actor.id), key))[0] == 401
    assert (await rows(here))["accounts"] == 0


@pytest.mark.parametrize("label", ["application/json", "text/plain", "image/png", "application/ld+json", "text/html"])
async def test_a_file_with_an_actor_in_it_is_no_actor(here: Server, there: FakePeer, label: str) -> None:
    """A document that is not labelled as ActivityPub, such as an uploaded file, proves nothing (case 19)."""
    sam = there.actor()
    there.serve("/users/sam", sam.document, content_type=label)
    status, answer = await there.post(INBOX, a_like(sam.id), sam)
    assert (status, "label" in answer["error"]) == (401, True)
    assert (await rows(here))["accounts"] == 0


async def test_failing_fetches_are_remembered(here: Server, there: FakePeer) -> None:
    """However often a sender without an actor knocks, their server is asked once (case 104)."""
    sam = there.actor()
    del there.answers["/users/sam"]
    for _ in range(5):
        assert (await there.post(INBOX, a_like(sam.id), sam))[0] == 401
    assert there.asked_for("/users/sam") <= 2  # both knocks of one fetch


async def test_a_changed_key_is_asked_for_once(here: Server, there: FakePeer, clock: Any) -> None:
    """A new key is believed when the actor's own document lists it; a wrong one makes us ask once in five minutes."""
    sam = there.actor()
    assert (await there.post(INBOX, a_like(sam.id), sam))[0] == 202
    wrong = SigningKey(sam.signing_key.key_id, a_key(2))
    for _ in range(4):
        assert (await there.post(INBOX, a_like(sam.id, id=f"{sam.id}/2"), wrong))[0] == 401
    assert there.asked_for("/users/sam") == 2
    clock.advance(6 * MINUTE)
    renewed = there.actor(key=2)
    assert (await there.post(INBOX, a_like(sam.id, id=f"{sam.id}/3"), renewed))[0] == 202
    assert there.asked_for("/users/sam") == 3
    old = SigningKey(sam.signing_key.key_id, a_key(0))
    assert (await there.post(INBOX, a_like(sam.id, id=f"{sam.id}/4"), old))[0] == 401


async def test_a_silent_key_host_is_503(fediverse: Fediverse, here: Server, there: FakePeer) -> None:
    """When the sender's own server cannot be reached the sender is told to come back (V10)."""
    sam = there.actor()
    request = there.signed(INBOX, a_like(sam.id), sam)
    del fediverse.names.ports["there.test"]
    async with fediverse.session.post(INBOX, data=request.body, headers=request.headers) as response:
        assert response.status == 503
        assert int(response.headers["Retry-After"]) > 0
        assert "could not be read" in (await response.json())["error"]


async def test_many_unknown_knocks_share_one_fetch(here: Server, there: FakePeer) -> None:
    """Ten activities of one unknown sender at once cause one fetch of their actor."""
    sam = there.actor()
    answers = await asyncio.gather(
        *(there.post(INBOX, a_like(sam.id, id=f"{sam.id}/likes/{number}"), sam) for number in range(10))
    )
    assert {status for status, _ in answers} == {202}
    assert there.asked_for("/users/sam") == 1
    assert (await rows(here))["inbox_items"] == 10
