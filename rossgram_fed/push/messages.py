"""One push as a request: encrypted so that the push service in between reads nothing of it, and signed as this server.

Newer apps read RFC 8291 (``aes128gcm``), older ones the draft before it (``aesgcm``). Pure, but for fresh keys.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from urllib.parse import urlsplit

import http_ece
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from multidict import CIMultiDict

from activitypub.http import Request
from rossgram_fed.secrets_file import Secrets

SECONDS_KEPT = 48 * 3600
"""How long a push service may keep a message for a device that is off (RFC 8030, section 5.2)."""
SECONDS_SIGNED = 12 * 3600
"""How long a signature holds; at most a day (RFC 8292, section 2)."""
_POINT = 65
_SECRET = 16


class BadKeys(ValueError):
    """An app's keys are none; the text says which."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where an app is reached, and for whom messages are encrypted."""

    endpoint: str
    public_key: bytes
    """Its point on P-256, uncompressed."""
    secret: bytes
    """16 bytes that the push service does not know."""
    standard: bool
    """Whether it reads RFC 8291."""


def recipient_from(*, endpoint: str, p256dh: str, auth: str, standard: bool) -> Recipient:
    """Read what an app sent, in base64 of either alphabet, padded or not; raise ``BadKeys``."""
    point, secret = _decoded(p256dh), _decoded(auth)
    if len(point) != _POINT:
        raise BadKeys("The key p256dh is not a point on P-256.")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise BadKeys("The key p256dh is not a point on P-256.") from error
    if len(secret) != _SECRET:
        raise BadKeys("The key auth is not 16 bytes long.")
    return Recipient(endpoint, point, secret, standard)


def request_for(
    recipient: Recipient, message: dict[str, object], secrets: Secrets, *, subject: str, now: int, urgent: bool
) -> Request:
    """Return the request that brings a message to a push service; ``subject`` is where its operator finds us."""
    key, salt = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    kind = "aes128gcm" if recipient.standard else "aesgcm"
    body: bytes = http_ece.encrypt(
        orjson.dumps(message),
        salt=salt,
        private_key=key,
        dh=recipient.public_key,
        auth_secret=recipient.secret,
        version=kind,
    )
    token, ours = _signature(recipient.endpoint, secrets, subject=subject, now=now), _unpadded(_point_of(secrets.vapid))
    headers = CIMultiDict(
        {
            "TTL": str(SECONDS_KEPT),
            "Urgency": "high" if urgent else "normal",
            "Content-Type": "application/octet-stream",
            "Content-Encoding": kind,
        }
    )
    if recipient.standard:
        headers["Authorization"] = f"vapid t={token},k={ours}"
    else:
        headers["Authorization"] = f"WebPush {token}"
        headers["Encryption"] = f"salt={_unpadded(salt)}"
        headers["Crypto-Key"] = f"dh={_unpadded(_point_of(key))};p256ecdsa={ours}"
    return Request("POST", recipient.endpoint, headers, body)


def _signature(endpoint: str, secrets: Secrets, *, subject: str, now: int) -> str:
    """Return a JSON Web Token for the push service at an endpoint (RFC 8292, section 2; ES256 of RFC 7518)."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now // 1000 + SECONDS_SIGNED, "sub": subject}
    signed = f"{_unpadded(orjson.dumps({'typ': 'JWT', 'alg': 'ES256'}))}.{_unpadded(orjson.dumps(claims))}"
    r, s = decode_dss_signature(secrets.vapid.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{_unpadded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadKeys("The keys are not in base64.") from error
