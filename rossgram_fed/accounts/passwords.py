"""Passwords: hashed with Argon2id as the OWASP cheat sheet advises (19 MiB, two passes), two at a time.

A hash takes about 30 ms and 19 MiB, so it is made in a thread, and the number of threads is what bounds the memory
that a flood of sign-ins can take.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SHORTEST = 10
LONGEST = 200
_MEMORY_KIB, _PASSES, _LANES = 19_456, 2, 1
_AT_ONCE = 2


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="password")


def password_problem(password: str, *, username: str = "") -> str:
    """Return the sentence that says why a password cannot be taken; empty when it can."""
    if len(password) < SHORTEST:
        return f"A password needs at least {SHORTEST} characters. Several words make a good one."
    if len(password) > LONGEST:
        return f"A password has {LONGEST} characters at most."
    if len(set(password)) < 4 or (username and password.casefold().strip("0123456789!?. ") == username.casefold()):
        return "This password is too easy to guess."
    return ""


async def hash_password(password: str) -> str:
    """Return the hash to keep, as a PHC string with its own salt."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), _hash, password)


async def password_matches(password: str, kept: str | None) -> bool:
    """Say whether a password belongs to a hash; ``None`` (nobody) takes as long as somebody."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), _matches, password[: LONGEST + 1], kept)


def _hash(password: str) -> str:
    kdf = Argon2id(salt=secrets.token_bytes(16), length=32, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB)
    return str(kdf.derive_phc_encoded(_bytes(password)))


def _matches(password: str, kept: str | None) -> bool:
    try:
        Argon2id.verify_phc_encoded(_bytes(password), _nobodys_hash() if kept is None else kept)
    except (InvalidKey, ValueError):  # the second: a kept value that is no hash
        return False
    return kept is not None


@cache
def _nobodys_hash() -> str:
    return _hash(secrets.token_urlsafe())


def _bytes(password: str) -> bytes:
    """Return the same bytes for the same letters, whichever keyboard composed them (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace")
