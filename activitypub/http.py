"""HTTP as values: what is signed, what is verified, and the one thing a transport must be able to do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from multidict import CIMultiDict, CIMultiDictProxy

Headers = CIMultiDict[str] | CIMultiDictProxy[str]

ACTIVITY_JSON = "application/activity+json"
LD_JSON = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
ACCEPT_ACTIVITY = f"{ACTIVITY_JSON}, {LD_JSON}"
"""Sent when fetching; both strings are matched byte for byte by some servers (Pixelfed, GoToSocial)."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as its sender meant it: ``url`` is absolute and public, never the socket's idea of it."""

    method: str
    url: str
    headers: Headers = field(default_factory=CIMultiDict)
    body: bytes = b""

    def with_headers(self, extra: dict[str, str]) -> Request:
        """Return a copy that carries ``extra`` too, replacing headers of the same name; the original is untouched."""
        headers = CIMultiDict(self.headers)
        headers.update(extra)
        return replace(self, headers=headers)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back from ``url``; the body is complete and within the transport's limits."""

    status: int
    url: str
    headers: Headers = field(default_factory=CIMultiDict)
    body: bytes = b""


class Transport(Protocol):
    """Sends one request and follows no redirect."""

    async def send(self, request: Request) -> Response:
        """Return the answer, whatever its status; raise ``Unreachable`` when there is none."""
        ...
