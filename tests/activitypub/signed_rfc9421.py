"""Pieces of requests signed by RFC 9421, for the tables of good and of bad ones."""

from __future__ import annotations

from activitypub.http import Request
from tests.activitypub.signed import (
    ACTOR,
    KEY_ID,
    rfc9421,
    seconds,
)


def parameters(*, created: str | None = None, keyid: str | None = None, more: str = "") -> str:
    """The parameters of a signature, right unless changed."""
    created = f";created={seconds()}" if created is None else created
    return f'{created};keyid="{keyid if keyid is not None else KEY_ID}"{more}'


def get(covered: tuple[str, ...], url: str = ACTOR, **more: object) -> Request:
    return rfc9421(method="GET", url=url, covered=covered, body=b"", **more)  # type: ignore[arg-type]


def beside(request: Request, other: Request, *, first: bool = False) -> Request:
    """The request with the signature of another one beside its own."""
    pairs = [(name, request.headers[name], other.headers[name]) for name in ("Signature-Input", "Signature")]
    return request.with_headers({name: f"{b}, {a}" if first else f"{a}, {b}" for name, a, b in pairs})


def digests(value: str) -> Request:
    return (
        rfc9421(headers={"Content-Digest": value})
        if value.isascii()
        else rfc9421().with_headers({"Content-Digest": value})
    )
