"""Where an application keeps what only this server knows, and the signatures made with it."""

from __future__ import annotations

import hashlib
import hmac

from aiohttp.web import AppKey

from rossgram_fed.secrets_file import Secrets

SECRETS: AppKey[Secrets] = AppKey("secrets", Secrets)
"""Where an aiohttp application keeps its secrets."""


def signature(secrets: Secrets, purpose: str, text: str) -> str:
    """Return the HMAC-SHA-256 (hex) of a text; ``purpose`` keeps one use's signatures from serving another."""
    return hmac.new(secrets.csrf, f"{purpose}\0{text}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
