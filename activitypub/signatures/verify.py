"""One door to both schemes: read a claim, refuse what can be refused cheaply, then check it against a key.

Nothing here fetches a key. A caller reads the claim, runs ``precheck`` before it asks the network for anything, and
believes the sender only after ``check`` has returned.
"""

from __future__ import annotations

from datetime import datetime

from activitypub.http import Request
from activitypub.keys import PublicKey

from . import cavage, rfc9421, rfc9421_header
from .values import Claim, Scheme, SigningKey


def sign(request: Request, key: SigningKey, *, scheme: Scheme, now: datetime, with_query: bool = True) -> Request:
    """Return a signed copy of ``request``; the original is untouched.

    ``with_query=False`` leaves the query out of a draft-cavage signature, for servers that verify it so.
    Raise ``ValueError`` when the address is not an encoded, absolute http address.
    """
    if scheme is Scheme.CAVAGE:
        return cavage.sign(request, key, now=now, with_query=with_query)
    return rfc9421.sign(request, key, now=now)


def claim_of(request: Request) -> Claim:
    """Read what the request says about its signature.

    Raise ``MissingSignature`` when there is none and ``MalformedSignature`` when it cannot be read.
    """
    if "Signature-Input" in request.headers:
        return rfc9421_header.read(request)
    return cavage.read_claim(request)


def precheck(request: Request, claim: Claim, *, now: datetime) -> None:
    """Raise ``BadSignature`` for all that needs no key: algorithm, coverage, age (65 minutes, 60 ahead), digest."""
    scheme = cavage if claim.scheme is Scheme.CAVAGE else rfc9421
    scheme.precheck(request, claim, now=now)


def check(request: Request, claim: Claim, public_key: PublicKey, *, now: datetime) -> None:
    """Raise ``BadSignature`` unless the claim holds in every respect; includes ``precheck``."""
    precheck(request, claim, now=now)
    check_key(request, claim, public_key)


def check_key(request: Request, claim: Claim, public_key: PublicKey) -> None:
    """Raise ``BadSignature`` unless a claim that passed ``precheck`` is by this key."""
    scheme = cavage if claim.scheme is Scheme.CAVAGE else rfc9421
    scheme.verify(request, claim, public_key)
