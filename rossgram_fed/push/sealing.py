"""Tokens kept so that they can be sent back to their apps, and to nobody else.

Apps know by the token in a push which of their accounts it is for. Of tokens the database has hashes alone; the token
of a subscription is kept beside it, encrypted (AES-GCM) with a key that is made of the server's secrets. Who has the
database only has no token; who has both has one for each app that is woken up, until it is revoked.
"""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rossgram_fed.secrets_file import Secrets

_NONCE = 12


def sealed(secrets: Secrets, token: str, *, token_id: int) -> str:
    """Return a token as it may be kept, bound to its id."""
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + _cipher(secrets).encrypt(nonce, token.encode(), str(token_id).encode())).decode()


def opened(secrets: Secrets, kept: str, *, token_id: int) -> str:
    """Return the token; nothing for one that was sealed with other secrets, or for another id."""
    raw = base64.b64decode(kept)
    try:
        return _cipher(secrets).decrypt(raw[:_NONCE], raw[_NONCE:], str(token_id).encode()).decode()
    except (InvalidTag, ValueError):
        return ""


def _cipher(secrets: Secrets) -> AESGCM:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rossgram push tokens").derive(secrets.csrf)
    return AESGCM(key)
