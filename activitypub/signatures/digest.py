"""The digest of a body: ``Digest`` (RFC 3230, beside draft-cavage) and ``Content-Digest`` (RFC 9530, beside RFC 9421).

Both are recomputed over the raw bytes. Every SHA-256 and SHA-512 value must match and at least one must be there;
values of other algorithms are ignored, for they prove nothing.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256, sha512
from typing import cast

import http_sf

from activitypub.errors import BadSignature

LONGEST_DIGEST = 1024
"""Characters in the header."""

_HASHES: dict[str, Callable[[bytes], bytes]] = {
    "sha-256": lambda body: sha256(body).digest(),
    "sha-512": lambda body: sha512(body).digest(),
}
_PART = re.compile(r"([A-Za-z0-9-]{1,32})=([A-Za-z0-9+/]+={0,2})")


def digest_header(body: bytes) -> str:
    """Write the ``Digest`` header of a body."""
    return "SHA-256=" + b64encode(sha256(body).digest()).decode()


def check_digest(header: str, body: bytes) -> None:
    """Raise ``BadSignature`` unless a ``Digest`` header, with one or more algorithms, is that of ``body``."""
    _check_length(header)
    values: dict[str, bytes] = {}
    for part in header.split(","):
        match = _PART.fullmatch(part.strip(" \t"))
        if match is None:
            raise BadSignature("The Digest header cannot be read.")
        name = match[1].lower()
        if name in values:
            raise BadSignature(f"The Digest header names {name} twice.")
        values[name] = _decode(match[2]) if name in _HASHES else b""
    _compare(values, body, "Digest")


def check_content_digest(header: str, body: bytes) -> None:
    """Raise ``BadSignature`` unless a ``Content-Digest`` header is that of ``body``."""
    _check_length(header)
    try:
        members = http_sf.parse(header.encode("ascii"), tltype="dictionary", on_duplicate_key=_refuse_duplicate)
    except (ValueError, TypeError) as error:  # http_sf's own errors and UnicodeEncodeError are ValueErrors
        raise BadSignature("The Content-Digest header cannot be read.") from error
    found = cast(dict[str, tuple[object, object]], members)
    values = {name: value for name, (value, _parameters) in found.items()}
    _compare(values, body, "Content-Digest")


def _compare(values: Mapping[str, object], body: bytes, header: str) -> None:
    known = values.keys() & _HASHES.keys()
    if not known:
        raise BadSignature(f"The {header} header holds neither SHA-256 nor SHA-512.")
    if not all(values[name] == _HASHES[name](body) for name in known):
        raise BadSignature(f"The {header} header is not that of the body.")


def _check_length(header: str) -> None:
    if len(header) > LONGEST_DIGEST:
        raise BadSignature("The digest header is too long.")


def _decode(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise BadSignature("The Digest header cannot be read.") from error


def _refuse_duplicate(name: str, context: str) -> None:
    raise BadSignature(f"The Content-Digest header names {name} twice.")
