"""Followers collection synchronization (FEP-8fcf): the header, its digest, and the list behind it. Sans I/O.

The rule: what the header says is a hint to go and ask its sender. Nobody is removed for what it says, only for what the
sender's own origin lists, and only where that list is whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from activitypub import fields
from activitypub.errors import MalformedDocument
from activitypub.http import Request
from activitypub.parse import COLLECTION_KINDS

HEADER = "Collection-Synchronization"
MOST_FOLLOWERS = 25_000
"""Of one account; where there are more nothing is said and nothing believed, as on Mastodon."""
LONGEST_HEADER = 8192
NOBODY = "0" * 64
"""The digest of an empty list."""

_PARAMETER = r"([A-Za-z]{1,32})=\"([\x20\x21\x23-\x5b\x5d-\x7e]{0,4096})\""
_PAIR = re.compile(_PARAMETER)
_WHOLE = re.compile(rf"[ \t]*{_PARAMETER}(?:[ \t]*,[ \t]*{_PARAMETER}){{0,15}}[ \t]*")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sender says about their followers at the receiver's origin."""

    collection: str
    """Their followers collection."""
    url: str
    """Where those of the receiver's origin are listed."""
    digest: str
    """Of these, in lower-case hexadecimal."""

    def __str__(self) -> str:
        """Return the value of the header."""
        return f'collectionId="{self.collection}", url="{self.url}", digest="{self.digest}"'


def digest_of(ids: Iterable[str]) -> str:
    """Return the partial follower collection digest: the SHA-256 of each id, XORed together, in hexadecimal."""
    total = 0
    for one in ids:
        total ^= int.from_bytes(sha256(one.encode()).digest())
    return f"{total:064x}"


def claim_in(request: Request, covered: Iterable[str]) -> Claim | None:
    """Return what a request's header claims; None when there is none, or one not signed, doubled or not readable.

    ``covered`` are the parts that the request's signature covers, which the caller has checked.
    """
    values = request.headers.getall(HEADER, [])
    if len(values) != 1 or HEADER.lower() not in covered:
        return None
    if len(values[0]) > LONGEST_HEADER or not _WHOLE.fullmatch(values[0]):
        return None
    pairs = _PAIR.findall(values[0])
    found = {name.lower(): value for name, value in pairs}
    if len(found) != len(pairs):
        return None
    claim = Claim(found.get("collectionid", ""), found.get("url", ""), found.get("digest", "").lower())
    return claim if claim.collection and claim.url and _DIGEST.fullmatch(claim.digest) else None


def listed_in(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids in a partial followers collection.

    Raises ``MalformedDocument`` unless it is a collection that is here as a whole: not in pages, not longer than
    ``MOST_FOLLOWERS``, of readable ids, and as many as it says. Half a list would end follows that are none's to end.
    """
    if fields.kind(document.get("type")) not in COLLECTION_KINDS:
        raise MalformedDocument("That is no collection of followers.")
    items = document.get("orderedItems", document.get("items", []))
    items = items if isinstance(items, list) else [items]
    if any(document.get(name) for name in ("first", "next", "prev", "last")) or len(items) > MOST_FOLLOWERS:
        raise MalformedDocument("The collection of followers is not whole.")
    ids = [fields.address(item) for item in items]
    if not all(ids) or document.get("totalItems", len(items)) != len(items):
        raise MalformedDocument("The collection of followers is not whole.")
    return frozenset(ids)
