"""Fedify judges the signatures inside our documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activitypub.activities import Create
from activitypub.objects import PUBLIC, Attachment, Hashtag, Note
from activitypub.render import activity_document
from activitypub.signatures import Scheme, integrity_proof, linked_data
from tests.peers.test_fedify_signatures import Neighbour, two

Document = dict[str, Any]


def a_post(nina: Neighbour) -> Document:
    """A post as we send it: photos, a warning, tags, and who may do what."""
    note = Note(
        id=f"{nina.origin}/p/1",
        attributed_to=nina.actor,
        content='<p>héllo <a href="https://here.test/tags/spider">#spider</a></p>',
        summary="a spider",
        sensitive=True,
        to=(PUBLIC,),
        cc=(f"{nina.actor}/followers",),
        url=f"{nina.origin}/p/1",
        published=datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC),
        attachments=tuple(
            Attachment(
                url=f"{nina.origin}/media/{number}.jpg",
                media_type="image/jpeg",
                description=f"photo {number}",
                width=4000,
                height=3000,
                blurhash="L6PZfSi_.AyE_3t7t7R**0o#DgR4",
                focal_point=(0.5, -0.25),
            )
            for number in range(3)
        ),
        hashtags=(Hashtag(name="#spider", href=f"{nina.origin}/tags/spider"),),
    )
    create = Create(
        id=f"{note.id}/activity", actor=nina.actor, to=note.to, cc=note.cc, published=note.published, object=note
    )
    return activity_document(create)


def signed(nina: Neighbour, document: Document, *, proof: bool) -> Document:
    now = datetime.now(UTC)
    if proof:
        document = integrity_proof.attach(linked_data.with_terms(document), nina.proof_key, created=now)
    prepared = linked_data.prepare(document, creator=nina.key.key_id, created=now, expires=now + timedelta(days=2))
    return linked_data.attach(prepared, linked_data.signable(prepared), nina.key)


@pytest.mark.parametrize("proof", [False, True], ids=["an LD-signature", "a proof inside an LD-signature"])
async def test_fedify_believes_our_documents(proof: bool) -> None:
    """Both signatures of a whole post hold, alone and together, and neither does when a word is changed."""
    async with two(Scheme.CAVAGE) as (peer, nina, _):
        document = signed(nina, a_post(nina), proof=proof)
        assert await peer.verify_document(document) == {"linkedData": True, "proof": proof}
        document["object"]["content"] = "<p>changed</p>"
        assert await peer.verify_document(document) == {"linkedData": False, "proof": False}


async def test_fedify_believes_a_lone_proof() -> None:
    """A proof needs no LD-signature beside it."""
    async with two(Scheme.CAVAGE) as (peer, nina, _):
        document = integrity_proof.attach(a_post(nina), nina.proof_key, created=datetime.now(UTC))
        assert await peer.verify_document(document) == {"linkedData": False, "proof": True}


async def test_fedify_believes_a_boost_and_a_deletion() -> None:
    """Documents that come with ActivityStreams' context alone get what a signature needs."""
    async with two(Scheme.CAVAGE) as (peer, nina, _):
        for kind, thing in (
            ("Announce", f"{peer.origin}/notes/1"),
            ("Delete", {"id": f"{nina.origin}/p/1", "type": "Tombstone"}),
        ):
            bare = {"id": f"{nina.actor}#{kind}", "type": kind, "actor": nina.actor, "to": [PUBLIC], "object": thing}
            document = signed(nina, {"@context": "https://www.w3.org/ns/activitystreams", **bare}, proof=True)
            assert await peer.verify_document(document) == {"linkedData": True, "proof": True}
