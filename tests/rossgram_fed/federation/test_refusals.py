"""Everything the inbox refuses: the status, the sentence, and that nothing is left behind: no row, no outward request.

Rows named after security cases are holes that other servers shipped.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
from multidict import CIMultiDict

from activitypub.http import Request
from activitypub.keys import public_pem
from activitypub.signatures import Scheme, SigningKey
from tests.conftest import NOON
from tests.fediverse import AS2, Actor, FakePeer, Fediverse, Server, a_key

INBOX = "https://here.test/inbox"
TABLES = ("inbox_items", "jobs", "deliveries", "outbox_activities", "hosts", "posts", "follows", "tombstones")
MINUTE = 60_000


def a_like(actor: str, /, **changes: object) -> dict[str, Any]:
    document = {
        "@context": AS2,
        "id": f"{actor}/likes/1",
        "type": "Like",
        "actor": actor,
        "object": "https://here.test/p/1",
    }
    return document | changes


async def rows(server: Server) -> dict[str, int]:
    """How many rows there are of everything a stranger could cause."""
    counts = {table: await server.instance.database.fetch_value(f"SELECT count(*) FROM {table}") for table in TABLES}
    strangers = "SELECT count(*) FROM accounts WHERE domain <> ''"
    return counts | {"accounts": await server.instance.database.fetch_value(strangers)}


def edited(request: Request, *, drop: str = "", body: bytes | None = None, **headers: str) -> Request:
    changed = CIMultiDict(request.headers)
    changed.popall(drop, None) if drop else None
    changed.update({name.replace("_", "-"): value for name, value in headers.items()})
    return replace(request, headers=changed, body=request.body if body is None else body)


def signature_with(request: Request, old: str, new: str) -> Request:
    return edited(request, Signature=request.headers["Signature"].replace(old, new))


@dataclass(frozen=True)
class Case:
    """One way to be refused; ``make`` builds the request of a sender whom we know or do not know."""

    name: str
    make: Callable[[FakePeer, Actor], Request]
    status: int
    says: str


def like(peer: FakePeer, sam: Actor, **changes: object) -> Request:
    return peer.signed(INBOX, a_like(sam.id, **changes), sam)


def modern(peer: FakePeer, sam: Actor) -> Request:
    return peer.signed(INBOX, a_like(sam.id), sam, scheme=Scheme.RFC9421)


CHEAP = [
    Case("unsigned", lambda p, s: edited(like(p, s), drop="Signature"), 401, "not signed"),
    Case("no digest at all", lambda p, s: edited(like(p, s), drop="Digest"), 401, "igest"),
    Case("another body", lambda p, s: edited(like(p, s), body=orjson.dumps(a_like(s.id, x=1))), 401, "igest"),
    Case("an uncovered digest (case 6)", lambda p, s: signature_with(like(p, s), " digest", ""), 401, "digest"),
    Case(
        "only the date covered", lambda p, s: signature_with(like(p, s), "(request-target) host date", "date"), 401, ""
    ),
    Case(
        "an algorithm of the sender's choice",
        lambda p, s: signature_with(like(p, s), "rsa-sha256", "none"),
        401,
        "algorithm",
    ),
    Case(
        "an HMAC with the public key",
        lambda p, s: signature_with(like(p, s), "rsa-sha256", "hmac-sha256"),
        401,
        "algorithm",
    ),
    Case("no key id", lambda p, s: signature_with(like(p, s), "keyId", "key"), 401, ""),
    Case("an empty signature header", lambda p, s: edited(like(p, s), Signature=""), 401, ""),
    Case(
        "a signature that is no base64", lambda p, s: signature_with(like(p, s), 'signature="', 'signature="!'), 401, ""
    ),
    Case("stale", lambda p, s: p.signed(INBOX, a_like(s.id), s, now=NOON - 66 * MINUTE), 401, "old"),
    Case("from the future", lambda p, s: p.signed(INBOX, a_like(s.id), s, now=NOON + 61 * MINUTE), 401, ""),
    Case("a date that is none", lambda p, s: edited(like(p, s), Date="yesterday"), 401, ""),
    Case(
        "stale, RFC 9421",
        lambda p, s: p.signed(INBOX, a_like(s.id), s, now=NOON - 66 * MINUTE, scheme=Scheme.RFC9421),
        401,
        "old",
    ),
    Case(
        "another body, RFC 9421",
        lambda p, s: edited(
            p.signed(INBOX, a_like(s.id), s, scheme=Scheme.RFC9421),
            body=b'{"type":"Like","actor":"https://there.test/users/sam"}',
        ),
        401,
        "igest",
    ),
    Case(
        "an unreadable Signature-Input",
        lambda p, s: edited(modern(p, s), Signature_Input="sig=("),
        401,
        "",
    ),
    Case("not JSON", lambda p, s: p.signed(INBOX, b"<html>", s), 400, "not JSON"),
    Case("a list", lambda p, s: p.signed(INBOX, b"[]", s), 400, "not a JSON object"),
    Case("too deep", lambda p, s: p.signed(INBOX, b'{"a":' * 40 + b"1" + b"}" * 40, s), 400, ""),
    Case("without a type", lambda p, s: like(p, s, type=None), 400, "no type"),
    Case("without an actor", lambda p, s: like(p, s, actor=None), 400, "no actor"),
    Case("an actor that is a word", lambda p, s: like(p, s, actor="sam"), 400, "actor"),
    Case(
        "an actor with a password (case 31)",
        lambda p, s: like(p, s, actor="https://a:b@there.test/users/sam"),
        400,
        "actor",
    ),
    Case("an actor in a file", lambda p, s: like(p, s, actor="file:///etc/passwd"), 400, "actor"),
    Case("one of ours (case 27)", lambda p, s: like(p, s, actor="https://here.test/users/alice"), 403, "our accounts"),
    Case(
        "one of ours, in capitals (case 33)",
        lambda p, s: like(p, s, actor="https://HERE.test./users/alice"),
        403,
        "our",
    ),
    Case("another host's actor (case 3)", lambda p, s: like(p, s, actor="https://victim.test/users/vera"), 401, "host"),
    Case(
        "a key on a private address (case 98)",
        lambda p, s: p.signed(INBOX, a_like(s.id), SigningKey("http://127.0.0.1:6379/key", s.key)),
        401,
        "host",
    ),
    Case(
        "a key on another host",
        lambda p, s: p.signed(INBOX, a_like(s.id), SigningKey("https://evil.test/key", s.key)),
        401,
        "host",
    ),
    Case(
        "not labelled as an activity", lambda p, s: edited(like(p, s), Content_Type="text/plain"), 415, "activity+json"
    ),
    Case(
        "compressed",
        lambda p, s: edited(like(p, s), body=gzip.compress(like(p, s).body), Content_Encoding="gzip"),
        415,
        "uncompressed",
    ),
    Case("too large", lambda p, s: like(p, s, content="x" * 1_100_000), 413, "bytes"),
]
"""Refused without asking anybody anything."""

DEAR = [
    Case(
        "signed for another host",
        lambda p, s: replace(p.signed("https://other.test/inbox", a_like(s.id), s), url=INBOX),
        401,
        "",
    ),
    Case(
        "signed for another path",
        lambda p, s: replace(p.signed("https://here.test/actor/inbox", a_like(s.id), s), url=INBOX),
        401,
        "",
    ),
    Case(
        "signed with another key",
        lambda p, s: p.signed(INBOX, a_like(s.id), SigningKey(s.signing_key.key_id, a_key(1))),
        401,
        "key",
    ),
    Case(
        "signed with another key, RFC 9421",
        lambda p, s: p.signed(INBOX, a_like(s.id), SigningKey(s.signing_key.key_id, a_key(1)), scheme=Scheme.RFC9421),
        401,
        "",
    ),
    Case(
        "a key the actor does not list",
        lambda p, s: p.signed(INBOX, a_like(s.id), SigningKey(f"{s.id}#other-key", s.key)),
        401,
        "not one that the activity's actor lists",
    ),
    Case("an object that is no activity", lambda p, s: like(p, s, type="Note"), 400, "not an activity"),
    Case("an activity about nothing", lambda p, s: like(p, s, object=None), 400, "no object"),
    Case("a kind we do not know", lambda p, s: like(p, s, type="Listen"), 202, "nothing about a Listen"),
]
"""Refused when the sender's key is known, for which an unknown sender's actor is asked once."""


@pytest.mark.parametrize("case", CHEAP, ids=lambda case: case.name)
async def test_cheap_refusals_cost_nothing(here: Server, there: FakePeer, case: Case) -> None:
    """What can be refused without the network is: with its status and a sentence, no row and no outward request."""
    sam = there.actor()
    before = await rows(here)
    status, answer = await there.send(case.make(there, sam))
    assert status == case.status, answer
    assert case.says in answer["error"]
    assert answer["error"].endswith(".")
    assert await rows(here) == before
    assert there.received == []


@pytest.mark.parametrize("case", [case for case in CHEAP + DEAR if case.status != 202], ids=lambda case: case.name)
async def test_refusals_of_somebody_known_change_nothing(here: Server, there: FakePeer, case: Case) -> None:
    """A known sender's bad request leaves what is there as it was; at most their own key is asked for again."""
    sam = there.actor()
    assert (await there.post(INBOX, a_like(sam.id, id=f"{sam.id}/likes/0"), sam))[0] == 202
    before, asked = await rows(here), len(there.received)
    status, answer = await there.send(case.make(there, sam))
    assert status == case.status, answer
    assert case.says in answer["error"]
    assert await rows(here) == before
    assert {one.path for one in there.received[asked:]} <= {"/users/sam"}


@pytest.mark.parametrize("case", DEAR, ids=lambda case: case.name)
async def test_a_stranger_who_proves_nothing_is_not_kept(here: Server, there: FakePeer, case: Case) -> None:
    """An unknown sender's actor is read once, from its own origin, and not kept unless the signature holds."""
    sam = there.actor()
    before = await rows(here)
    status, answer = await there.send(case.make(there, sam))
    assert status == case.status, answer
    assert case.says in answer.get("error", answer.get("note"))
    proven = case.says in ("not an activity", "no object", "nothing about a Listen")
    assert await rows(here) == before | {"accounts": int(proven)}
    assert there.asked_for("/users/sam") == 1
    assert {one.method for one in there.received} == {"GET"}


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
