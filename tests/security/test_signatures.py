"""Signatures over odd requests, sent to the whole server: who signed what for whom, and what was changed on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest
from multidict import CIMultiDict

from activitypub.http import Request
from activitypub.signatures import Scheme, SigningKey
from activitypub.signatures.digest import digest_header
from tests.fediverse import Actor, FakePeer, a_key
from tests.security.house import HERE, INBOX, House

pytestmark = pytest.mark.asyncio(loop_scope="module")


def a_follow(actor: str) -> dict[str, object]:
    return {"id": f"{actor}#follow", "type": "Follow", "actor": actor, "object": f"{HERE}/users/alice"}


def signed(peer: FakePeer, sam: Actor, *, scheme: Scheme = Scheme.CAVAGE, url: str = INBOX) -> Request:
    return peer.signed(url, a_follow(sam.id), sam, scheme=scheme)


def with_header(request: Request, name: str, *values: str) -> Request:
    """The request with these values of a header, each on a line of its own, and no others."""
    headers = CIMultiDict(request.headers)
    headers.popall(name, None)
    for value in values:
        headers.add(name, value)
    return replace(request, headers=headers)


def covering(request: Request, listed: str) -> Request:
    """The request with another list of what is signed; the signature itself stays."""
    header = request.headers["Signature"]
    before, _, rest = header.partition('headers="')
    return with_header(request, "Signature", f'{before}headers="{listed}"{rest.partition(chr(34))[2]}')


def elsewhere(request: Request, path: str) -> Request:
    return replace(request, url=HERE + path)


def other_body(request: Request) -> bytes:
    return request.body.replace(b"alice", b"carol")


Attack = Callable[[FakePeer, Actor], Request]
ATTACKS: dict[str, Attack] = {
    "two digests, the true one first": lambda p, s: with_header(
        replace(signed(p, s), body=other_body(signed(p, s))),
        "Digest", signed(p, s).headers["Digest"], digest_header(other_body(signed(p, s))),
    ),
    "two digests, the true one last": lambda p, s: with_header(
        replace(signed(p, s), body=other_body(signed(p, s))),
        "Digest", digest_header(other_body(signed(p, s))), signed(p, s).headers["Digest"],
    ),
    "two digests in one header": lambda p, s: with_header(
        signed(p, s), "Digest", f"{signed(p, s).headers['Digest']},{digest_header(b'{}')}"
    ),
    "a digest of another kind beside a false one": lambda p, s: with_header(
        replace(signed(p, s), body=other_body(signed(p, s))), "Digest", "MD5=AAAA,SHA-256=AAAA"
    ),
    "the other scheme's digest instead": lambda p, s: with_header(
        with_header(signed(p, s), "Digest"), "Content-Digest", "sha-256=:AAAA:"
    ),
    "two dates": lambda p, s: with_header(
        signed(p, s), "Date", signed(p, s).headers["Date"], "Thu, 28 May 2026 20:26:40 GMT"
    ),
    "two signatures": lambda p, s: with_header(
        signed(p, s), "Signature", signed(p, s).headers["Signature"], signed(p, s).headers["Signature"]
    ),
    "two signatures in one header": lambda p, s: with_header(
        signed(p, s), "Signature", f"{signed(p, s).headers['Signature']},{signed(p, s).headers['Signature']}"
    ),
    "a signature in another header": lambda p, s: with_header(
        with_header(signed(p, s), "Signature"), "Authorization", f"Signature {signed(p, s).headers['Signature']}"
    ),
    "the target twice": lambda p, s: covering(signed(p, s), "(request-target) (request-target) host date digest"),
    "the host twice": lambda p, s: covering(signed(p, s), "(request-target) host host date digest content-type"),
    "the digest twice": lambda p, s: covering(signed(p, s), "(request-target) host date digest DIGEST"),
    "nothing signed": lambda p, s: covering(signed(p, s), ""),
    "spaces signed": lambda p, s: covering(signed(p, s), "(request-target)  host date digest"),
    "the status signed": lambda p, s: covering(signed(p, s), "(status) host date digest"),
    "a header that is not there": lambda p, s: covering(signed(p, s), "(request-target) host date digest x-not-there"),
    "sent to another inbox": lambda p, s: elsewhere(signed(p, s), "/users/alice/inbox"),
    "sent to the server actor's inbox": lambda p, s: elsewhere(signed(p, s), "/actor/inbox"),
    "an escape in the path": lambda p, s: elsewhere(signed(p, s), "/%69nbox"),
    "an escape in the path, RFC 9421": lambda p, s: elsewhere(signed(p, s, scheme=Scheme.RFC9421), "/%69nbox"),
    "a query added, RFC 9421": lambda p, s: elsewhere(signed(p, s, scheme=Scheme.RFC9421), "/inbox?a=b"),
    "another method": lambda p, s: replace(p.signed(INBOX, a_follow(s.id), s, method="PUT"), method="POST"),
    "a body for a request that had none": lambda p, s: with_header(
        replace(p.signed(INBOX, b"", s, method="GET"), method="POST", body=orjson.dumps(a_follow(s.id))),
        "Content-Type", "application/activity+json",
    ),
    "another body, RFC 9421": lambda p, s: replace(
        signed(p, s, scheme=Scheme.RFC9421), body=other_body(signed(p, s))
    ),
    "both schemes, the newer one broken": lambda p, s: with_header(
        with_header(signed(p, s), "Signature-Input", 'sig1=("@method");created=1'), "Signature", "sig1=:AAAA:"
    ),
    "an input without its signature": lambda p, s: with_header(
        signed(p, s, scheme=Scheme.RFC9421), "Signature", "other=:AAAA:"
    ),
    "for another server": lambda p, s: replace(signed(p, s, url="https://there.test/inbox"), url=INBOX),
    "with a key of nobody's": lambda p, s: p.signed(INBOX, a_follow(s.id), SigningKey(s.signing_key.key_id, a_key(3))),
}  # fmt: skip


@pytest.mark.parametrize("known", [False, True], ids=["a stranger", "somebody known"])
@pytest.mark.parametrize("what", ATTACKS)
async def test_what_was_not_signed_so_is_refused(house: House, what: str, known: bool) -> None:
    """Every way to change, repeat or move what was signed is 401, and leaves no row and no follower."""
    sam = house.there.actor("known" if known else f"new{abs(hash(what)) % 10**8}")
    if known:
        await house.post({"id": f"{sam.id}#x", "type": "Like", "actor": sam.id, "object": f"{HERE}/p/1"}, sam)
        await house.settle()
    before = await house.counts()
    status, answer = await house.there.send(ATTACKS[what](house.there, sam))
    assert status == 401, answer
    assert answer["error"].endswith(".")
    await house.settle()
    assert await house.counts() == before


async def test_the_same_signed_well_is_accepted(house: House) -> None:
    """What the attacks start from is good in both schemes: each was refused for its own change."""
    for number, scheme in enumerate(Scheme):
        sam = house.there.actor(f"good{number}")
        status, answer = await house.there.send(signed(house.there, sam, scheme=scheme))
        assert status == 202, answer
    await house.settle()


async def test_keys_are_not_exchanged_between_neighbours(house: House) -> None:
    """Nobody signs with a neighbour's key id, for a neighbour, or by listing a neighbour's key as theirs."""
    there = house.there
    vera = there.actor("vera", key=2)
    pem = there.actor("mallory", key=1).document["publicKey"]["publicKeyPem"]
    stolen = {"id": f"{vera.id}#main-key", "publicKeyPem": pem}
    before = await house.counts()
    for name, listed in (
        ("mallory1", {**stolen, "owner": vera.id}),
        ("mallory2", {**stolen, "owner": "https://there.test/users/mallory2"}),
        ("mallory3", [vera.document["publicKey"], {**stolen, "owner": vera.id}]),
    ):
        mallory = there.actor(name, key=1, publicKey=listed)
        for actor, key_id in (
            (vera.id, f"{vera.id}#main-key"),
            (vera.id, f"{mallory.id}#main-key"),
            (vera.id, mallory.id),
            (mallory.id, f"{mallory.id}#main-key"),
        ):
            status, answer = await there.post(INBOX, a_follow(actor), SigningKey(key_id, a_key(1)))
            assert status == 401, (name, actor, key_id, answer)
    await house.settle()
    assert await house.counts() == before
