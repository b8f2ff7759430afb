"""The strict servers do refuse what their models refuse: each rule on its own, on what they would take without it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from multidict import CIMultiDict

from activitypub.http import ACTIVITY_JSON, Request
from activitypub.keys import public_pem
from activitypub.signatures import Scheme, SigningKey, sign
from tests.conftest import NOON
from tests.emulators import gotosocial, mastodon, pixelfed
from tests.emulators.signing import flaws
from tests.strangers import AS2, Received, a_key

ANA = "https://here.test/users/ana"
KEY = f"{ANA}#main-key"
NOTE: dict[str, Any] = {
    **{"id": "https://here.test/p/1", "type": "Note", "attributedTo": ANA, "url": "https://here.test/p/1"},
    **{"published": "2026-05-28T20:26:40Z", "to": [f"{AS2}#Public"], "cc": [], "content": "<p>Hi</p>"},
    "attachment": [
        {
            **{"type": "Document", "mediaType": "image/jpeg", "url": "https://here.test/media/1.jpg", "name": "A hill"},
            **{"width": 4096, "height": 5000, "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj", "focalPoint": [0, 0]},
        }
    ],
}
CREATE: dict[str, Any] = {
    **{"@context": [AS2], "id": "https://here.test/p/1/activity", "type": "Create", "actor": ANA},
    **{"to": NOTE["to"], "object": NOTE},
}
FOLLOW = {"id": "https://there.test/f", "type": "Follow", "actor": "https://there.test/users/sam", "object": ANA}


def changed(path: str, value: object, document: dict[str, Any] = CREATE) -> dict[str, Any]:
    """The document with something else at a path; ``...`` takes it away."""
    made = copy.deepcopy(document)
    *way, last = path.split(".")
    place: Any = made
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    if value is ...:
        del place[last]
    else:
        place[int(last) if last.isdigit() else last] = value
    return made


def about(kind: str, thing: object, **more: object) -> dict[str, Any]:
    return {"@context": [AS2], "id": f"{ANA}#1", "type": kind, "actor": ANA, "object": thing, **more}


def deep(levels: int) -> dict[str, object]:
    return {"a": deep(levels - 1)} if levels else {}


def test_pixelfed_takes_a_good_post() -> None:
    """What every table below breaks is whole."""
    assert pixelfed.drops(CREATE, key_id=KEY, now=NOON) == []
    assert mastodon.refusals(CREATE, by=ANA) == []


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("object.type", "Image", "only notes are posts"),
        ("object.attachment", [], "a post without a photo"),
        ("object.attachment", ..., "no attachment at all"),
        ("object.attachment", NOTE["attachment"][0], "an object where an array belongs"),
        ("object.attachment.0.type", "Link", "an unknown type"),
        ("object.attachment.0.mediaType", "image/webp", "older servers take no WebP"),
        ("object.attachment.0.mediaType", "image/avif", "nor AVIF"),
        ("object.attachment.0.mediaType", ..., "no type"),
        ("object.attachment.0.url", [{"type": "Link", "href": "https://here.test/1.jpg"}], "not a plain string"),
        ("object.attachment.0.url", "http://here.test/media/1.jpg", "not https"),
        ("object.attachment.0.blurhash", "short", "too short a blurhash"),
        ("object.attachment.0.blurhash", "L" * 165, "too long a blurhash"),
        ("object.attachment.0.width", 5001, "too wide"),
        ("object.attachment.0.height", 0, "no height"),
        ("object.attachment.0.height", 99.5, "half a pixel"),
        ("object.to", ..., "nobody in to"),
        ("to", ..., "nobody in the activity's to"),
        ("object.published", "2026-05-30T20:26:40Z", "more than a day ahead"),
        ("object.published", "2000-01-01T00:00:00Z", "more than twenty years ago"),
        ("object.published", ..., "no date"),
        ("object.attributedTo", "https://there.test/users/sam", "somebody else's"),
        ("object.id", "https://there.test/p/1", "on another host"),
        ("object.url", "https://www.here.test/p/1", "a page on another host"),
        ("id", "https://there.test/p/1/activity", "an activity of another host"),
        ("id", "http://here.test/p/1/activity", "not https"),
        ("object.extra", deep(7), "nested too deep"),
        ("object", "https://here.test/p/1", "only an address"),
    ],
)
def test_pixelfed_drops_a_whole_post(path: str, value: object, why: str) -> None:
    """One thing wrong, and nothing of it is kept."""
    assert pixelfed.drops(changed(path, value), key_id=KEY, now=NOON), why


@pytest.mark.parametrize(
    ("activity", "taken", "why"),
    [
        (about("Delete", "https://here.test/p/1"), False, "a string is not looked at"),
        (about("Delete", {"id": "https://here.test/p/1", "type": "Tombstone"}), True, "an object is"),
        (about("Delete", {"id": "https://there.test/p/1", "type": "Tombstone"}), False, "somebody else's"),
        (about("Delete", {"id": ANA, "type": "Person"}), True, "an account as an object"),
        (about("Accept", FOLLOW["id"]), False, "an Accept needs its whole Follow"),
        (about("Accept", FOLLOW), True, "with actor, object and type"),
        (about("Accept", FOLLOW | {"object": "https://here.test/users/bo"}), False, "somebody else's to accept"),
        (about("Like", {"id": "https://there.test/p/1"}), False, "a like of a bare address only"),
        (about("Like", "https://there.test/p/1"), True, "a bare address"),
        (about("Announce", {"id": "https://there.test/p/1", "type": "Note"}), False, "a boost of a bare address only"),
        (about("Undo", f"{ANA}#likes/1"), False, "an Undo needs what it undoes"),
        (about("Move", ANA, target="https://there.test/users/ana"), True, "a move of the actor"),
        (about("Move", "https://here.test/users/bo", target=ANA), False, "a move of somebody else"),
        (about("Flag", []), False, "a report of nothing"),
    ],
)
def test_pixelfed_and_other_activities(activity: dict[str, Any], taken: bool, why: str) -> None:
    """Each type has its shape."""
    assert (pixelfed.drops(activity, key_id=KEY, now=NOON) == []) == taken, why


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("@context", ["https://example.org/ns"], "ActivityStreams is not named"),
        ("type", "View", "an activity it knows nothing of"),
        ("actor", "https://here.test/users/bo", "not who signed"),
        ("object.type", "Image", "turned into a link"),
        ("object.url", "https://www.here.test/p/1", "a url on another host"),
        ("object.attachment.0.href", "https://here.test/1", "a link card"),
        ("object.attachment.0.width", 90_000, "too many pixels"),
        ("object.attachment.0.name", "a" * 10_001, "too long a description"),
        ("object.attachment.0.focalPoint", [2, 0], "a focus outside of the photo"),
        ("object.attachment.0.blurhash", "|EHV6nWB2yk8pyo0adR*.7kCMdnj", "too fine a blurhash"),
        ("object.content", "a" * 1_100_000, "larger than a megabyte"),
    ],
)
def test_mastodon_refuses(path: str, value: object, why: str) -> None:
    """What it would ignore, cut or show as something else."""
    assert mastodon.refusals(changed(path, value), by=ANA), why


ACTOR: dict[str, Any] = {
    **{"@context": [AS2], "id": ANA, "type": "Person", "preferredUsername": "ana", "url": "https://here.test/@ana"},
    **{name: f"{ANA}/{name}" for name in ("inbox", "outbox", "followers", "following", "featured")},
    "publicKey": {"id": KEY, "owner": ANA, "publicKeyPem": "…"},
}


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("@context", AS2 + "x", "no ActivityStreams"),
        ("id", f"{ANA}/", "another id than was asked for"),
        ("type", "Robot", "no actor's type"),
        ("inbox", ..., "no inbox"),
        ("outbox", "https://there.test/outbox", "a collection elsewhere"),
        ("preferredUsername", "ana!", "a name it cannot read"),
        ("url", "https://www.here.test/@ana", "a page elsewhere"),
        ("name", "a" * 2049, "too long a name"),
        ("publicKey.owner", "https://here.test/users/bo", "somebody else's key"),
        ("publicKey.id", "https://there.test/key", "a key elsewhere"),
    ],
)
def test_mastodon_refuses_an_actor(path: str, value: object, why: str) -> None:
    """Who it would not take for an actor."""
    assert mastodon.actor_refusals(ACTOR, url=ANA) == []
    assert mastodon.actor_refusals(changed(path, value, ACTOR), url=ANA), why


def test_a_handle_must_lead_back() -> None:
    """WebFinger names the actor and the same handle."""
    links = [{"rel": "self", "href": ANA}]
    for jrd, taken in (
        ({"subject": "acct:ana@here.test", "links": links}, True),
        ({"subject": "acct:bo@here.test", "links": links}, False),
        ({"subject": "acct:ana@here.test", "links": []}, False),
    ):
        assert (mastodon.loop_refusals(jrd, handle="ana@here.test", actor=ANA) == []) == taken


def received(**headers: str) -> Received:
    signed = sign(
        Request("POST", "https://there.test/inbox", CIMultiDict({"Content-Type": ACTIVITY_JSON}), b"{}"),
        SigningKey(KEY, a_key()),
        scheme=Scheme.CAVAGE,
        now=datetime.fromtimestamp(NOON / 1000, UTC),
    )
    sent = CIMultiDict(signed.headers)
    sent.update({"User-Agent": "Test", "Host": "there.test", **headers})
    return Received("POST", "/inbox", sent, b"{}")


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Digest": "SHA-256=AAAA"}, "another body"),
        ({"Date": "Thu, 28 May 2026 19:00:00 GMT"}, "an old date"),
        ({"Signature": 'keyId="x",signature=""'}, "no list of headers"),
        ({"Host": "elsewhere.test"}, "meant for somebody else"),
        ({"Content-Type": "application/json"}, "a type that was not signed"),
    ],
)
def test_signatures_are_checked(headers: dict[str, str], why: str) -> None:
    """A signature that says something else than the request is none."""
    pem = public_pem(a_key())
    assert flaws(received(), pem, now=NOON) == []
    assert flaws(received(**headers), pem, now=NOON), why


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, None),
        ({"User-Agent": ""}, 418),
        ({"Content-Type": "application/json"}, 406),
        ({"Content-Type": "application/activity+json;charset=utf-8"}, 406),
        ({"Signature": ""}, 401),
    ],
)
def test_gotosocial_turns_away(headers: dict[str, str], status: int | None) -> None:
    """Exact content types, a name, and a signature."""
    refusal = gotosocial.post_refusal(received(**headers))
    assert (refusal and refusal[0]) == status
