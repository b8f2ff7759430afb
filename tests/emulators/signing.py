"""Signatures as other servers check them: read by their patterns, verified without any of our own code."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.strangers import Received

_PART = re.compile(r"(.+?)=\"(.*)\"")
"""Each part between commas, as Pixelfed reads it: only what stands in double quotes is seen."""


@dataclass(frozen=True)
class Signature:
    """A ``Signature`` header of draft-cavage."""

    key_id: str
    algorithm: str
    headers: tuple[str, ...]
    signature: bytes


def signature_of(headers: Mapping[str, str]) -> Signature | None:
    """What stands in the header; None where a part that every server needs is missing."""
    parts = (_PART.match(part) for part in headers.get("Signature", "").split(","))
    found = {match[1]: match[2] for match in parts if match}
    if not {"keyId", "headers", "signature"} <= set(found):
        return None
    return Signature(
        found["keyId"],
        found.get("algorithm", ""),
        tuple(found["headers"].split(" ")),
        base64.b64decode(found["signature"]),
    )


def flaws(received: Received, pem: str, *, now: int) -> list[str]:
    """Why Mastodon, Pixelfed and GoToSocial would not believe who a request is from."""
    signature = signature_of(received.headers)
    if signature is None:
        return ["the Signature header lacks keyId, headers or signature"]
    wanted = {"(request-target)", "host", "date"} | ({"digest", "content-type"} if received.body else set())
    found = [f"{name} is not signed" for name in sorted(wanted - set(signature.headers))]
    if signature.algorithm != "rsa-sha256":
        found.append(f"the algorithm is {signature.algorithm!r} (Vernissage throws without one)")
    age = datetime.fromtimestamp(now / 1000, UTC) - parsedate_to_datetime(received.headers["Date"])
    if abs(age.total_seconds()) > 60:
        found.append("the Date is not that of this try")
    if received.body:
        digest = base64.b64encode(hashlib.sha256(received.body).digest()).decode()
        if received.headers.get("Digest") != f"SHA-256={digest}":
            found.append("the Digest is not that of the body")
    if not _holds(received, signature, pem):
        found.append("the signature does not hold")
    return found


def _holds(received: Received, signature: Signature, pem: str) -> bool:
    lines = [
        f"(request-target): {received.method.lower()} {received.path}"
        if name == "(request-target)"
        else f"{name}: {received.headers.get(name, '')}"
        for name in signature.headers
    ]
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, RSAPublicKey)
    try:
        key.verify(signature.signature, "\n".join(lines).encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
