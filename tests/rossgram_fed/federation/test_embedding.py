"""What we send carries signatures of its own, where it is public, and never anywhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from activitypub.keys import load_private
from activitypub.objects import PUBLIC
from activitypub.render import CONTEXT, with_context
from activitypub.signatures import integrity_proof, linked_data
from rossgram_fed.federation.embedding import KINDS, Embedding
from tests.conftest import SettableClock
from tests.fediverse import FakePeer, Fediverse, Server, server_keys
from tests.rossgram_fed.federation.sending import DAY, MINUTE, an_author, send

ALICE = "https://here.test/users/alice"
FOLLOWERS = f"{ALICE}/followers"


def an_activity(kind: str = "Create", /, **changes: Any) -> dict[str, Any]:
    note = {
        "id": "https://here.test/p/1",
        "type": "Note",
        "attributedTo": ALICE,
        "to": [PUBLIC],
        "cc": [FOLLOWERS],
        "content": "<p>hello</p>",
        "attachment": [{"type": "Document", "mediaType": "image/jpeg", "url": "https://here.test/media/1.jpg"}],
    }
    document = {"id": f"{ALICE}#1", "type": kind, "actor": ALICE, "to": [PUBLIC], "cc": [FOLLOWERS], "object": note}
    return with_context(document | changes)


def moment(clock: SettableClock) -> datetime:
    return datetime.fromtimestamp(clock.now / 1000, UTC)


def check_signature(document: dict[str, Any], clock: SettableClock) -> None:
    """The LD-signature is Alice's and holds."""
    claim = linked_data.claim_of(document, now=moment(clock))
    assert claim.creator == f"{ALICE}#main-key"
    key = load_private(server_keys().rsa_pem).public_key()
    linked_data.check(claim, linked_data.signable(document), key)


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_what_is_public_is_signed(
    fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock, kind: str
) -> None:
    """A public activity of a kind that others pass on carries its author's LD-signature, good for two days."""
    await send(here, await an_author(here), an_activity(kind))
    await fediverse.settle()
    (post,) = there.posts
    check_signature(post.document, clock)
    assert "proof" not in post.document
    assert post.document["object"] == an_activity()["object"]
    clock.advance(2 * DAY - MINUTE)
    check_signature(post.document, clock)


NEVER: list[tuple[str, dict[str, Any]]] = [
    ("for followers", an_activity(to=[FOLLOWERS], cc=[])),
    ("direct", an_activity(to=["https://there.test/users/sam"], cc=[])),
    ("for nobody", an_activity(to=[], cc=[])),
    ("a Follow", an_activity("Follow", object="https://there.test/users/sam")),
    ("a Like, even a public one", an_activity("Like", object="https://there.test/1")),
    ("an Undo", an_activity("Undo")),
    ("an Accept", an_activity("Accept")),
    ("somebody else's", an_activity(actor="https://there.test/users/sam")),
    ("signed already", an_activity(signature={"type": "RsaSignature2017"})),
    ("proved already", an_activity(proof={"type": "DataIntegrityProof"})),
]


@pytest.mark.parametrize(("why", "document"), NEVER, ids=[row[0] for row in NEVER])
async def test_what_is_not_public_or_not_ours_goes_out_as_it_is(
    fediverse: Fediverse, here: Server, there: FakePeer, why: str, document: dict[str, Any]
) -> None:
    """A signature that anybody can check is on nothing private, and no stranger's document is touched."""
    await send(here, await an_author(here), document)
    await fediverse.settle()
    (post,) = there.posts
    assert post.document == document
    assert here.network.scribes.process_id is None


async def test_an_unlisted_announce_gets_the_context_it_needs(
    fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock
) -> None:
    """Public in ``cc`` is public too, and a document without the terms of a signature is given them."""
    announce = an_activity("Announce", to=[FOLLOWERS], cc=[PUBLIC], object="https://there.test/1")
    assert announce["@context"] != CONTEXT
    await send(here, await an_author(here), announce)
    await fediverse.settle()
    (post,) = there.posts
    assert "https://w3id.org/security/v1" in post.document["@context"]
    check_signature(post.document, clock)


async def test_signing_is_done_once_for_all_and_repeats_itself(
    fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock
) -> None:
    """Every inbox gets the same bytes, also after a restart; the next day's are signed anew."""
    await fediverse.peer("else.test")
    alice = await an_author(here, [("sam", "there.test"), ("eva", "else.test")])
    await send(here, alice, an_activity())
    await fediverse.settle()
    first, second = there.posts[0].body, fediverse.peers["else.test"].posts[0].body
    assert first == second
    row = await here.instance.database.fetch_one("SELECT id, body FROM outbox_activities")
    assert row is not None
    assert b"signature" not in bytes(row["body"])
    clock.advance(DAY - MINUTE)
    restarted = Embedding(here.network)
    assert await restarted.body_of(row["id"], alice.id, bytes(row["body"])) == first
    clock.advance(2 * MINUTE)
    later = await Embedding(here.network).body_of(row["id"], alice.id, bytes(row["body"]))
    assert later != first


async def test_with_the_switch_on_a_proof_comes_first(fediverse: Fediverse, clock: SettableClock) -> None:
    """With ``federation.integrity_proofs`` both are there, and each verifies as Mastodon checks it."""
    settings = fediverse.settings("here")
    settings = replace(settings, federation=replace(settings.federation, integrity_proofs=True))
    here, there = await fediverse.server("here", settings=settings), await fediverse.peer("there.test")
    await send(here, await an_author(here), an_activity())
    await fediverse.settle()
    (post,) = there.posts
    check_signature(post.document, clock)
    (proof,) = integrity_proof.proofs_of(post.document)
    assert proof["verificationMethod"] == f"{ALICE}#ed25519-key"
    key = load_private(server_keys().ed25519_pem).public_key()
    believed = integrity_proof.check(post.document, proof, key, now=moment(clock))  # type: ignore[arg-type]
    assert believed["object"] == an_activity()["object"]


async def test_what_cannot_be_canonicalised_goes_out_unsigned(
    fediverse: Fediverse, here: Server, there: FakePeer
) -> None:
    """A signature is worth having, but not worth keeping a post back for."""
    huge = an_activity(
        object={**an_activity()["object"], "tag": [{"type": "Hashtag", "name": f"#{n}"} for n in range(200)]}
    )
    await send(here, await an_author(here), huge)
    await fediverse.settle()
    (post,) = there.posts
    assert post.document["id"] == huge["id"]
    assert "signature" not in post.document


async def test_a_post_waits_for_no_scribe(fediverse: Fediverse, here: Server, there: FakePeer) -> None:
    """With no scribe to be had, everything is delivered, unsigned."""
    await here.network.scribes.close()
    await send(here, await an_author(here), an_activity())
    await fediverse.settle()
    assert "signature" not in there.posts[0].document
