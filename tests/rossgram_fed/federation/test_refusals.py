"""Everything the inbox refuses: the status, the sentence, and that nothing is left behind: no row, no outward request.

Rows named after security cases are holes that other servers shipped.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace

import orjson
import pytest
from multidict import CIMultiDict

from activitypub.http import Request
from activitypub.signatures import Scheme, SigningKey
from tests.conftest import NOON
from tests.fediverse import Actor, FakePeer, Server, a_key
from tests.rossgram_fed.federation.refusing import INBOX, MINUTE, a_like, rows


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
