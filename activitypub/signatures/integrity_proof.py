"""Object integrity proofs: FEP-8b32 with the cryptosuite ``eddsa-jcs-2022`` (canonical JSON, SHA-256, Ed25519).

The rule: a proof speaks for the document exactly as it was sent, less ``proof`` and ``signature``, and read with the
contexts that the proof itself covers. What ``check`` returns is that document, and nothing else of it is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from activitypub import multibase
from activitypub.canonical.jcs import canonical_json
from activitypub.errors import BadSignature, MalformedSignature, MissingSignature

from .times import check_embedded, timestamp
from .values import SigningKey

KIND = "DataIntegrityProof"
SUITE = "eddsa-jcs-2022"
PURPOSE = "assertionMethod"
CONTEXT_URL = "https://w3id.org/security/data-integrity/v1"
MOST = 4
"""Proofs in one document that are looked at; one that has more is not accepted."""

Document = Mapping[str, Any]


def attach(
    document: Document, key: SigningKey, *, created: datetime, expires: datetime | None = None
) -> dict[str, Any]:
    """Return the document with a proof; ``key`` is an Ed25519 key under the id that ``assertionMethod`` lists.

    The proof's context is added to the document's, which must have one. Fedify reads the proof with the document's
    contexts, so that none should be added later, and without ``expires``, so that one with it fails there.
    """
    if not isinstance(key.private_key, Ed25519PrivateKey):
        raise TypeError("Proofs are made with Ed25519 keys.")
    context = list(_listed(document["@context"]))
    if CONTEXT_URL not in context:
        context.append(CONTEXT_URL)
    unsecured = {**document, "@context": context}
    proof: dict[str, Any] = {
        "@context": context,
        "type": KIND,
        "cryptosuite": SUITE,
        "verificationMethod": key.key_id,
        "proofPurpose": PURPOSE,
        "created": timestamp(created),
    }
    if expires is not None:
        proof["expires"] = timestamp(expires)
    value = multibase.encode(key.private_key.sign(_hashed(unsecured, proof)))
    return {**unsecured, "proof": {**proof, "proofValue": value}}


def proofs_of(document: Document) -> list[Document]:
    """Return the document's proofs that are of this suite, whoever made them.

    Raises ``MissingSignature`` when there is none, ``MalformedSignature`` when there are too many or one is unreadable.
    """
    listed = _listed(document.get("proof"))
    if len(listed) > MOST:
        raise MalformedSignature("The document has too many proofs.")
    if not all(isinstance(proof, Mapping) for proof in listed):
        raise MalformedSignature("A proof is not an object.")
    found = [proof for proof in listed if proof.get("type") == KIND and proof.get("cryptosuite") == SUITE]
    if not found:
        raise MissingSignature("The document has no proof of a kind we read.")
    if not all(isinstance(proof.get("verificationMethod"), str) for proof in found):
        raise MalformedSignature("A proof does not name its key.")
    return found


def check(document: Document, proof: Document, public_key: Ed25519PublicKey, *, now: datetime) -> dict[str, Any]:
    """Return the document as the proof covers it; raise ``MalformedSignature`` or ``BadSignature`` if it does not.

    That the key is the actor's own and listed for assertions is for the caller to know.
    """
    if proof.get("proofPurpose") != PURPOSE:
        raise BadSignature("The proof was made for another purpose.")
    if "previousProof" in proof:
        raise BadSignature("The proof is part of a chain, which we do not read.")
    check_embedded(proof.get("created"), proof.get("expires"), now=now)
    unsecured = _unsecured(document, proof)
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        public_key.verify(multibase.decode(str(proof.get("proofValue"))), _hashed(unsecured, config))
    except InvalidSignature as error:
        raise BadSignature("The proof does not fit the document.") from error
    except (ValueError, RecursionError) as error:
        raise MalformedSignature("The proof, or what it covers, cannot be read.") from error
    return unsecured


def _unsecured(document: Document, proof: Document) -> dict[str, Any]:
    """Take proof and signature off, and with them contexts that were added after the proof was made."""
    unsecured = {name: value for name, value in document.items() if name not in ("proof", "signature")}
    if "@context" not in proof:
        return unsecured
    covered = _listed(proof["@context"])
    if _listed(document.get("@context"))[: len(covered)] != covered:
        raise BadSignature("The proof was made for a document with other contexts.")
    return {**unsecured, "@context": proof["@context"]}


def _hashed(unsecured: Document, config: Document) -> bytes:
    """Return what is signed (VC Data Integrity EdDSA, section 3.3.4)."""
    return sha256(canonical_json(dict(config))).digest() + sha256(canonical_json(dict(unsecured))).digest()


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
