"""Object integrity proofs, FEP-8b32: what is made verifies, what is recorded verifies, and all else is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activitypub import multibase
from activitypub.canonical.jcs import canonical_json
from activitypub.errors import BadSignature, MalformedSignature, MissingSignature, SignatureError
from activitypub.keys import load_multibase
from activitypub.keys import multibase as multikey
from activitypub.signatures import SigningKey, integrity_proof
from tests.activitypub.signed import NOW, ed25519_key, rsa_key

SHARED = Path(__file__).resolve().parents[3] / "shared" / "wire"
AS2 = "https://www.w3.org/ns/activitystreams"
KEY_ID = "https://there.test/users/bob#ed25519-key"
VECTOR_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
"""For the vector below, which any other implementation can repeat."""

Document = dict[str, Any]


def a_create(**changes: Any) -> Document:
    note = {
        "id": "https://there.test/notes/1",
        "type": "Note",
        "attributedTo": "https://there.test/users/bob",
        "content": "<p>héllo €</p>",
        "sensitive": False,
        "attachment": [{"type": "Document", "url": "https://there.test/1.jpg", "focalPoint": [0.5, -1e-7]}],
    }
    document: Document = {
        "@context": AS2,
        "id": "https://there.test/creates/1",
        "type": "Create",
        "actor": "https://there.test/users/bob",
        "to": [f"{AS2}#Public"],
        "object": note,
    }
    return document | changes


def proved(document: Document | None = None, **options: Any) -> Document:
    options = {"created": NOW} | options
    return integrity_proof.attach(document or a_create(), SigningKey(KEY_ID, ed25519_key()), **options)


def checked(document: Document, *, now: datetime = NOW, number: int = 0) -> Document:
    proof = integrity_proof.proofs_of(document)[number]
    return integrity_proof.check(document, proof, ed25519_key().public_key(), now=now)


def test_a_proof_verifies() -> None:
    """What ``attach`` makes, ``check`` believes, and returns it without the proof."""
    document = proved(expires=NOW + timedelta(days=2))
    assert document["proof"]["proofPurpose"] == "assertionMethod"
    believed = checked(document)
    assert "proof" not in believed
    assert believed == {**a_create(), "@context": [AS2, integrity_proof.CONTEXT_URL]}


def test_a_proof_is_made_as_the_vector_says() -> None:
    """The bytes that are signed, and the signature, are those written down here (VC Data Integrity EdDSA, 3.3)."""
    document = {"@context": [AS2], "id": "https://there.test/likes/1", "type": "Like", "n": 1.0}
    made = integrity_proof.attach(document, SigningKey(KEY_ID, VECTOR_KEY), created=datetime(2026, 5, 28, tzinfo=UTC))
    assert multikey(VECTOR_KEY.public_key()) == VECTOR["key"]
    assert made["proof"]["created"] == "2026-05-28T00:00:00Z"
    assert made["proof"]["proofValue"] == VECTOR["value"]


VECTOR = {
    "key": "z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd",
    "value": "z3YwZC5xJEKxuCGFJfAP49b367sLNp9L7fpYfncrWfEdKsmis8gKKcoWUJTwDWs4e513heiBaMrcUiKbfYc3hvbJd",
}

CONTEXT = [AS2, integrity_proof.CONTEXT_URL]


def changed(change: Callable[[Document], object]) -> Document:
    document = deepcopy(proved())
    change(document)
    return document


REFUSED: list[tuple[str, Document]] = [
    ("another object", changed(lambda d: d["object"].update(content="<p>bye</p>"))),
    ("something added", changed(lambda d: d.update(cc=["https://there.test/x"]))),
    ("something removed", changed(lambda d: d.pop("to"))),
    ("a number spelt otherwise is the same, another number is not", changed(lambda d: d.update(n=1))),
    ("another purpose", changed(lambda d: d["proof"].update(proofPurpose="authentication"))),
    ("no purpose", changed(lambda d: d["proof"].pop("proofPurpose"))),
    ("another time", changed(lambda d: d["proof"].update(created="2026-05-28T20:26:41Z"))),
    ("no time", changed(lambda d: d["proof"].pop("created"))),
    ("a chain of proofs", changed(lambda d: d["proof"].update(previousProof="urn:uuid:1"))),
    ("an expiry that was not signed", changed(lambda d: d["proof"].update(expires="2027-01-01T00:00:00Z"))),
    ("an expiry that is no time", changed(lambda d: d["proof"].update(expires="later"))),
    ("no value", changed(lambda d: d["proof"].pop("proofValue"))),
    ("a value that is no base58", changed(lambda d: d["proof"].update(proofValue="zO0"))),
    ("a value of the wrong length", changed(lambda d: d["proof"].update(proofValue=multibase.encode(b"1" * 63)))),
    ("a value that is a number", changed(lambda d: d["proof"].update(proofValue=7))),
    ("contexts in another order", changed(lambda d: d.update({"@context": CONTEXT[::-1]}))),
    ("a context put first", changed(lambda d: d.update({"@context": [{"content": "as:summary"}, *CONTEXT]}))),
    ("no context", changed(lambda d: d.pop("@context"))),
    ("a proof without its context", changed(lambda d: d["proof"].pop("@context"))),
    ("too deep to be spelt", changed(lambda d: d.update(n=json.loads("[" * 900 + "]" * 900)))),
]


@pytest.mark.parametrize(("why", "document"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_document_that_was_touched_is_refused(why: str, document: Document) -> None:
    """Whatever the proof covers, it covers; and what a proof must have, it must have."""
    with pytest.raises(SignatureError):
        checked(document)


def test_contexts_added_after_the_proof_are_not_read() -> None:
    """A context appended later (as an LD-signature does) spoils nothing and is not read."""
    document = proved()
    document["@context"] = [*document["@context"], {"content": "as:summary"}]
    assert checked(document)["@context"] == CONTEXT


def test_an_ld_signature_beside_the_proof_is_not_covered() -> None:
    """``signature`` goes before the proof is checked, and is not in what is believed."""
    assert "signature" not in checked({**proved(), "signature": {"type": "RsaSignature2017"}})


def test_another_key_is_refused() -> None:
    """A proof by one key is not believed with another."""
    document = proved()
    with pytest.raises(BadSignature, match="does not fit"):
        integrity_proof.check(document, document["proof"], VECTOR_KEY.public_key(), now=NOW)


AGES = [
    ("fresh", timedelta(0), None, True),
    ("two days", timedelta(days=2), None, True),
    ("more than three days", timedelta(days=3, seconds=1), None, False),
    ("a clock that is half an hour fast", -timedelta(minutes=30), None, True),
    ("from the future", -timedelta(minutes=61), None, False),
    ("not expired", timedelta(days=1), timedelta(days=2), True),
    ("just expired, by clocks that differ", timedelta(days=1), timedelta(hours=23, minutes=56), True),
    ("expired", timedelta(days=1), timedelta(hours=23), False),
    ("expired before it was made", timedelta(hours=1), -timedelta(hours=1), False),
]


@pytest.mark.parametrize(("why", "age", "lasts", "good"), AGES, ids=[row[0] for row in AGES])
def test_a_proof_lasts_so_long(why: str, age: timedelta, lasts: timedelta | None, good: bool) -> None:
    """Three days, or until it expires if that is sooner."""
    document = proved(created=NOW - age, expires=None if lasts is None else NOW - age + lasts)
    if good:
        assert checked(document)
    else:
        with pytest.raises(BadSignature):
            checked(document)


def test_several_proofs_verify_each() -> None:
    """Proofs do not cover one another, so each of them verifies; those of other kinds are left out."""
    one = proved()
    other = {"type": "DataIntegrityProof", "cryptosuite": "mldsa44-jcs-2024", "proofValue": "z"}
    both = {**one, "proof": [other, one["proof"], proved(created=NOW - timedelta(hours=1))["proof"]]}
    assert len(integrity_proof.proofs_of(both)) == 2
    assert checked(both, number=0) == checked(both, number=1)


UNREADABLE: list[tuple[str, Any, type[SignatureError]]] = [
    ("none", None, MissingSignature),
    ("an empty list", [], MissingSignature),
    ("another suite", {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}, MissingSignature),
    ("another kind", {"type": "Ed25519Signature2020"}, MissingSignature),
    ("a word", "proof", MalformedSignature),
    ("no key", {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022"}, MalformedSignature),
    ("a hundred", [{"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022"}] * 100, MalformedSignature),
]


@pytest.mark.parametrize(("why", "proof", "error"), UNREADABLE, ids=[row[0] for row in UNREADABLE])
def test_what_is_no_proof_of_this_suite_says_so(why: str, proof: Any, error: type[SignatureError]) -> None:
    """Documents without a proof we read, and with ones nobody may write."""
    with pytest.raises(error):
        integrity_proof.proofs_of(a_create(proof=proof))


def test_only_ed25519_keys_make_proofs() -> None:
    """An RSA key is a mistake of ours."""
    with pytest.raises(TypeError):
        integrity_proof.attach(a_create(), SigningKey(KEY_ID, rsa_key()), created=NOW)


@pytest.mark.parametrize("folder", [path for path in (SHARED / "eddsa-jcs-2022",) if path.is_dir()], ids=["w3c"])
def test_the_vectors_of_the_w3c_verify(folder: Path) -> None:
    """The test vectors of VC Data Integrity EdDSA (B.2), where they lie beside this repository, to the byte."""
    document, key = (json.loads((folder / name).read_text()) for name in ("signedJCS.json", "keyPair.json"))
    private = Ed25519PrivateKey.from_private_bytes(multibase.decode(key["privateKeyMultibase"])[2:])
    public = load_multibase(key["publicKeyMultibase"])
    now = datetime(2023, 2, 25, tzinfo=UTC)
    (proof,) = integrity_proof.proofs_of(document)
    unsecured = integrity_proof.check(document, proof, public, now=now)
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    assert canonical_json(unsecured).decode() == (folder / "canonDocJCS.txt").read_text().strip()
    assert canonical_json(config).decode() == (folder / "proofCanonJCS.txt").read_text().strip()
    hashed = bytes.fromhex((folder / "combinedHashJCS.txt").read_text().strip())
    assert multibase.encode(private.sign(hashed)) == proof["proofValue"]


def recorded() -> list[Any]:
    file = SHARED / "fedify.json"
    recording = json.loads(file.read_text()) if file.exists() else {"activities": []}
    rows = [(row, recording["multikeys"]) for row in recording["activities"] if '"proof"' in row["body"]]
    return [pytest.param(row, keys, id=f"fedify-{number}") for number, (row, keys) in enumerate(rows)]


@pytest.mark.parametrize(("row", "multikeys"), recorded())
def test_recorded_proofs_verify(row: Document, multikeys: dict[str, str]) -> None:
    """What Fedify sent verifies with its Multikey at the time it came, and not with its type changed."""
    document, now = json.loads(row["body"]), datetime.fromisoformat(row["receivedAt"])
    (proof,) = integrity_proof.proofs_of(document)
    key = load_multibase(multikeys[proof["verificationMethod"]])
    assert "proof" not in integrity_proof.check(document, proof, key, now=now)
    with pytest.raises(BadSignature):
        integrity_proof.check({**document, "type": "Listen"}, proof, key, now=now)
