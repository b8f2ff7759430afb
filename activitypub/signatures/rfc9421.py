"""HTTP Message Signatures (RFC 9421) through http-message-signatures.

The library builds and checks; what must be covered, how old it may be and which key may do what is decided here. The
profile is the fediverse's: method and target, a creation time, and the digest of what is posted.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
)
from http_message_signatures.algorithms import ED25519, RSA_PSS_SHA512, RSA_V1_5_SHA256
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from multidict import CIMultiDict

from activitypub.errors import BadSignature
from activitypub.http import Request
from activitypub.keys import PrivateKey, PublicKey, acceptable

from . import rfc9421_header
from .digest import check_content_digest
from .target import authority, has_body
from .times import check_age, check_expiry
from .values import ALSO_COVERED, Claim, SigningKey

LABEL = "sig1"
COVERED = ("@method", "@target-uri")
_RSA: dict[str, type[HTTPSignatureAlgorithm]] = {
    "": RSA_V1_5_SHA256,
    "rsa-v1_5-sha256": RSA_V1_5_SHA256,
    "rsa-pss-sha512": RSA_PSS_SHA512,
}
_ED25519: dict[str, type[HTTPSignatureAlgorithm]] = {"": ED25519, "ed25519": ED25519}


class _Keys(HTTPSignatureKeyResolver):
    """The one parsed key that is in use; the library asks for it by name and gets no other."""

    def __init__(self, key: PrivateKey | PublicKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> PrivateKey | PublicKey:
        return self._key

    def resolve_public_key(self, key_id: str) -> PrivateKey | PublicKey:
        return self._key


class _Verifier(HTTPMessageVerifier):
    """The library's verifier without its own look at the clock: ``precheck`` has judged the times by the caller's."""

    def validate_created_and_expires(self, sig_input: object, max_age: timedelta | None = None) -> None:
        return


def sign(request: Request, key: SigningKey, *, now: datetime) -> Request:
    """Return ``request`` with Host, Signature-Input, Signature and, if it posts something, Content-Digest.

    Raise ``ValueError`` when the address is not an encoded http address.
    """
    signed = request.with_headers({"Host": authority(request.url)})
    algorithm = ED25519 if isinstance(key.private_key, Ed25519PrivateKey) else RSA_V1_5_SHA256
    signer = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=_Keys(key.private_key))
    body = request.body if has_body(request) else None  # the library adds Content-Digest and covers it
    covered = (*COVERED, *(name for name in ALSO_COVERED if name in request.headers))
    try:
        signer.sign(signed, key_id=key.key_id, created=now, label=LABEL, covered_component_ids=covered, body=body)
    except HTTPMessageSignaturesException as error:
        raise ValueError(f"The request cannot be signed: {error}") from error
    return signed


def precheck(request: Request, claim: Claim, *, now: datetime) -> None:
    """Raise ``BadSignature`` for what can be seen without the key: algorithm, coverage, age and digest."""
    if claim.algorithm not in _RSA and claim.algorithm not in _ED25519:
        raise BadSignature("The signature's alg is not one we accept: use rsa-v1_5-sha256 or ed25519.")
    missing = rfc9421_header.lacks(request, claim)
    if missing is not None:
        raise BadSignature(f"The signature does not cover {missing}.")
    if claim.created is None:
        raise BadSignature("The signature does not say when it was created.")
    check_age(claim.created, now)
    check_expiry(claim.created, claim.expires, now)
    if "content-digest" in claim.covered:
        check_content_digest(", ".join(request.headers.getall("Content-Digest", [])), request.body)


def verify(request: Request, claim: Claim, public_key: PublicKey) -> None:
    """Raise ``BadSignature`` unless ``public_key`` made the claim's signature; run ``precheck`` first."""
    key = acceptable(public_key)
    algorithms = _ED25519 if isinstance(key, Ed25519PublicKey) else _RSA
    algorithm = algorithms.get(claim.algorithm)
    if algorithm is None:
        raise BadSignature(f"The signature says {claim.algorithm}, but its key is of another kind.")
    verifier = _Verifier(signature_algorithm=algorithm, key_resolver=_Keys(key))
    try:
        verifier.verify(_only(request, claim), max_age=None)
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise BadSignature("The signature is not by this key over this request.") from error


def _only(request: Request, claim: Claim) -> Request:
    """Return the request as if the claimed signature were its only one, sent to the host that we are."""
    headers = CIMultiDict(request.headers)
    headers["Host"] = authority(request.url)
    headers["Signature-Input"] = claim.signature_input
    headers["Signature"] = f"{claim.label}=:{b64encode(claim.signature).decode()}:"
    return Request(request.method, request.url, headers, request.body)
