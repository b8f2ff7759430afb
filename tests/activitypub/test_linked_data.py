"""LD-signatures: what is made verifies, what is recorded verifies, and one graph never has two meanings.

Rows named after security cases are holes that other servers shipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from activitypub.canonical import rdf
from activitypub.errors import ActivityPubError, BadSignature, MalformedDocument, SignatureError
from activitypub.keys import load_public
from activitypub.parse import parse_activity
from activitypub.render import CONTEXT
from activitypub.signatures import SigningKey, linked_data
from tests.activitypub.signed import KEY_ID, NOW, ed25519_key, rsa_key, signing_key

FEDIFY = Path(__file__).resolve().parents[3] / "shared" / "wire" / "fedify.json"
AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"
BOB = "https://there.test/users/bob"

Document = dict[str, Any]


def a_create(**changes: Any) -> Document:
    note = {
        "id": "https://there.test/notes/1",
        "type": "Note",
        "attributedTo": BOB,
        "url": "https://there.test/notes/1",
        "published": "2026-05-28T20:26:00Z",
        "to": [PUBLIC],
        "cc": [f"{BOB}/followers"],
        "summary": "a spider",
        "sensitive": True,
        "content": "<p>look</p>",
        "contentMap": {"en": "<p>look</p>"},
        "attachment": [
            {"type": "Document", "url": "https://there.test/1.jpg", "width": 640, "focalPoint": [0.5, -0.25]},
            {"type": "Document", "url": "https://there.test/2.jpg", "name": "the web"},
        ],
        "tag": [{"type": "Hashtag", "href": "https://there.test/tags/spiders", "name": "#spiders"}],
    }
    document: Document = {
        "@context": CONTEXT,
        "id": "https://there.test/creates/1",
        "type": "Create",
        "actor": BOB,
        "to": [PUBLIC],
        "cc": [f"{BOB}/followers"],
        "object": note,
    }
    return document | changes


def signed(document: Document | None = None, *, age: timedelta = timedelta(0), lasts: int = 2) -> Document:
    created = NOW - age
    expires = created + timedelta(days=lasts)
    prepared = linked_data.prepare(document or a_create(), creator=KEY_ID, created=created, expires=expires)
    return linked_data.attach(prepared, linked_data.signable(prepared), signing_key())


def believed(document: Document, *, key: RSAPrivateKey | None = None) -> Document:
    claim = linked_data.claim_of(document, now=NOW)
    meaning = linked_data.meaning(document)
    linked_data.check(claim, meaning.text, (key or rsa_key()).public_key())
    return meaning.document


def test_a_signature_verifies_and_what_it_covers_reads_as_before() -> None:
    """What ``attach`` makes, ``check`` believes; compaction changes nothing that we read."""
    document = signed()
    assert document["signature"]["type"] == "RsaSignature2017"
    assert parse_activity(believed(document)) == parse_activity(a_create())


def test_a_document_with_one_context_gets_the_signature_s_own() -> None:
    """Where the context does not define ``signature``, it is added before anything is hashed."""
    document = signed({"@context": AS2, "id": f"{BOB}/1", "type": "Announce", "actor": BOB, "object": f"{BOB}/2"})
    assert document["@context"] == [AS2, "https://w3id.org/security/v1"]
    assert believed(document)["type"] == "Announce"


def changed(change: Callable[[Document], object], *, document: Document | None = None) -> Document:
    document = deepcopy(document or signed())
    change(document)
    return document


REFUSED: list[tuple[str, Document]] = [
    ("another word", changed(lambda d: d["object"].update(content="<p>don't</p>"))),
    ("something added that has a name", changed(lambda d: d["object"].update(inReplyTo="https://here.test/p/1"))),
    ("the warning removed", changed(lambda d: d["object"].pop("summary"))),
    ("another actor", changed(lambda d: d.update(actor="https://there.test/users/eve"))),
    ("another time", changed(lambda d: d["signature"].update(created="2026-05-28T20:26:41Z"))),
    ("another expiry", changed(lambda d: d["signature"].update(expires="2026-06-28T20:26:41Z"))),
    ("another creator", changed(lambda d: d["signature"].update(creator="https://evil.test/key"))),
    ("no value", changed(lambda d: d["signature"].pop("signatureValue"))),
    ("a value that is no base64", changed(lambda d: d["signature"].update(signatureValue="!"))),
    ("a value that is a list", changed(lambda d: d["signature"].update(signatureValue=["AAAA"]))),
    ("another kind of signature", changed(lambda d: d["signature"].update(type="RsaSignature2015"))),
    ("an option nobody uses", changed(lambda d: d["signature"].update({"@graph": []}))),
    ("an option that is an object", changed(lambda d: d["signature"].update(nonce={"id": BOB}))),
    ("no time", changed(lambda d: d["signature"].pop("created"))),
    ("no signature", changed(lambda d: d.pop("signature"))),
    ("a signature that is a word", changed(lambda d: d.update(signature="signed"))),
    ("old", signed(age=timedelta(days=3, minutes=1), lasts=9)),
    ("expired", signed(age=timedelta(days=1, minutes=6), lasts=1)),
    ("from the future", signed(age=-timedelta(minutes=61))),
    ("a term that means something else (case 10)", changed(lambda d: d["@context"].append({"summary": "as:name"}))),
    ("a term that means nothing", changed(lambda d: d["@context"].append({"sensitive": None}))),
    ("a graph beside it", changed(lambda d: d.update({"@graph": [{"id": "https://there.test/2"}]}))),
    ("something included", changed(lambda d: d.update({"@included": [{"id": "https://there.test/2"}]}))),
    (
        "the audience said backwards",
        changed(lambda d: d["object"].update({"@reverse": {"object": {"id": d["id"]}}})),
    ),
    (
        "the audience said backwards, under another name",
        changed(
            lambda d: (
                d["@context"].append({"heldBy": {"@reverse": "as:object"}}),
                d["object"].update(heldBy={"id": d["id"]}),
            )
        ),
    ),
    ("a thing of two types", signed(a_create(object={**a_create()["object"], "type": ["Note", "Article"]}))),
    (
        "graphs under another name",
        changed(
            lambda d: (
                d["@context"].append({"all": "@graph"}),
                d.update(all=[{"id": "https://there.test/2", "type": "Note"}]),
            )
        ),
    ),
    (
        "an audience nobody signed, by a short name",
        changed(lambda d: (d["to"].append("Public"), d["cc"].append("you"), d["object"]["cc"].append("Public"))),
    ),
    ("two types", signed(a_create(type=["Create", "Delete"]))),
    ("two actors", signed(a_create(actor=[BOB, "https://there.test/users/eve"]))),
    ("two objects", signed(a_create(object=["https://there.test/1", "https://there.test/2"]))),
]


@pytest.mark.parametrize(("why", "document"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_was_touched_or_can_be_read_in_two_ways_is_refused(why: str, document: Document) -> None:
    """A signature covers a graph: what changes it breaks the signature, and what hides a part of it is refused."""
    with pytest.raises(ActivityPubError):
        believed(document)


def renamed(document: Document, old: str, new: str) -> None:
    document["@context"] = [*document["@context"], {new: f"as:{old}"}]
    document["object"][new] = document["object"].pop(old)


DISGUISES: list[tuple[str, Document]] = [
    ("an alias for a word (case 11)", changed(lambda d: renamed(d, "summary", "warning"))),
    ("keywords for words (case 11)", changed(lambda d: d.update({"@type": d.pop("type"), "@id": d.pop("id")}))),
    (
        "a prefix for a word (case 11)",
        changed(lambda d: d["object"].update({"as:summary": d["object"].pop("summary")})),
    ),
    (
        "a word nobody signed beside its IRI (case 12)",
        changed(
            lambda d: (
                d["@context"].append({"summary": None, "sensitive": None}),
                d["object"].update(
                    {"as:summary": "a spider", "as:sensitive": True, "summary": "a kitten", "sensitive": False}
                ),
            )
        ),
    ),
    (
        "words that are in no graph (cases 14, 15)",
        changed(
            lambda d: d["object"].update(_misskey_content="bye", quoteUrl="https://evil.test/1", capabilities=None)
        ),
    ),
    ("a graph of nothing", changed(lambda d: (d["@context"].append({"all": "@graph"}), d.update(all=[{"id": BOB}])))),
    (
        "a warning moved to where nobody looks",
        changed(lambda d: d["object"].update(url={"id": d["object"]["id"], "summary": d["object"].pop("summary")})),
    ),
    (
        "a warning written as a typed value",
        changed(
            lambda d: d["object"].update(
                summary={"@value": "a spider", "@type": "http://www.w3.org/2001/XMLSchema#string"}
            )
        ),
    ),
    (
        "a switch written as a typed value",
        changed(
            lambda d: d["object"].update(
                sensitive={"@value": "true", "@type": "http://www.w3.org/2001/XMLSchema#boolean"}
            )
        ),
    ),
    ("attribution domains (case 16)", changed(lambda d: d["object"].update(attributionDomains=["evil.test"]))),
    ("a context behind an address (case 17)", changed(lambda d: d["@context"].append("https://evil.test/context"))),
    ("lists of one", changed(lambda d: d.update(type=["Create"], actor=[BOB]))),
]


@pytest.mark.parametrize(("why", "document"), DISGUISES, ids=[row[0] for row in DISGUISES])
def test_a_disguised_document_means_what_was_signed(why: str, document: Document) -> None:
    """The same graph in other words verifies, and what is believed of it is what the signer wrote."""
    assert parse_activity(believed(document)) == parse_activity(believed(signed()))


def test_words_without_a_name_here_are_not_believed() -> None:
    """What the document says under an IRI that we do not know is left out."""
    document = signed(a_create(**{"https://else.test/ns#claim": "mine"}))
    assert not any(":" in name for name in believed(document))


def test_another_key_is_refused() -> None:
    """Another RSA key, and a key of another kind."""
    document = signed()
    with pytest.raises(BadSignature, match="does not fit"):
        believed(document, key=rsa_key(number=1))
    meaning = linked_data.meaning(document)
    with pytest.raises(BadSignature, match="another kind"):
        linked_data.check(linked_data.claim_of(document, now=NOW), meaning.text, ed25519_key().public_key())


def test_only_rsa_keys_make_signatures() -> None:
    """An Ed25519 key is a mistake of ours."""
    with pytest.raises(TypeError):
        linked_data.attach(a_create(), "", SigningKey(KEY_ID, ed25519_key()))


def nested(depth: int) -> Document:
    return {"tag": nested(depth - 1)} if depth else {"type": "Hashtag"}


TOO_MUCH: list[tuple[str, Document]] = [
    ("blank nodes (case 117)", a_create(tag=[{"type": "Hashtag", "name": f"#{n}"} for n in range(101)])),
    ("labelled nodes, of which poison is made (case 117)", a_create(tag=[{"id": "_:a", "url": {"id": "_:a"}}])),
    ("values", a_create(to=[f"https://there.test/{n}" for n in range(1001)])),
    ("levels", a_create(tag=nested(40))),
    ("contexts", a_create(tag=[{"@context": {}, "type": "Hashtag", "name": f"#{n}"} for n in range(40)])),
    ("terms", a_create(**{"@context": [*CONTEXT, {f"t{n}": f"as:t{n}" for n in range(500)}]})),
]


@pytest.mark.parametrize(("why", "document"), TOO_MUCH, ids=[row[0] for row in TOO_MUCH])
def test_what_costs_too_much_is_refused_before_it_is_canonicalised(why: str, document: Document) -> None:
    """Blank nodes, values, levels and contexts are bounded; ``expand`` refuses, and so nothing is normalised."""
    with pytest.raises(MalformedDocument):
        rdf.expand(document)


def recorded() -> list[Any]:
    recording = json.loads(FEDIFY.read_text()) if FEDIFY.exists() else {"activities": []}
    rows = [row for row in recording["activities"] if '"signature"' in row["body"]]
    return [pytest.param(row, recording["publicKeys"], id=f"fedify-{number}") for number, row in enumerate(rows)]


NOT_BELIEVED = frozenset({"Update(Person)", "Flag", "Create(Question) poll"})
"""They verify, but write a key or a number as a typed value, or name several objects; they are fetched instead."""


@pytest.mark.parametrize(("row", "keys"), recorded())
def test_recorded_signatures_verify(row: Document, keys: dict[str, str]) -> None:
    """What Fedify sent verifies at the time it came, reads as before, and does not verify with its type changed."""
    document, now = json.loads(row["body"]), datetime.fromisoformat(row["receivedAt"])
    claim = linked_data.claim_of(document, now=now)
    key = load_public(keys[claim.creator])
    linked_data.check(claim, linked_data.signable(document), key)
    if row["label"] in NOT_BELIEVED:
        with pytest.raises(MalformedDocument):
            linked_data.meaning(document)
    else:
        meaning = linked_data.meaning(document)
        linked_data.check(claim, meaning.text, key)
        assert parse_activity(meaning.document) == parse_activity(document)
    with pytest.raises(SignatureError):
        linked_data.check(claim, linked_data.signable({**document, "type": "Listen"}), key)
