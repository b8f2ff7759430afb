"""The one door to both schemes: which one is chosen, and what is refused before a key is needed."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from activitypub.errors import BadSignature, MissingSignature
from activitypub.http import Request
from activitypub.signatures import Scheme, check, claim_of, precheck, sign
from activitypub.signatures.times import read_http_date
from tests.activitypub.signed import (
    KEY_ID,
    NOW,
    a_get,
    a_post,
    cavage,
    ed25519_key,
    rfc9421,
    rsa_key,
    seconds,
    signing_key,
)


@pytest.mark.parametrize("scheme", list(Scheme))
def test_the_scheme_is_read_off_the_request(scheme: Scheme) -> None:
    """Signature-Input means RFC 9421; without it the request is read as draft-cavage."""
    assert claim_of(sign(a_post(), signing_key(), scheme=scheme, now=NOW)).scheme is scheme
    assert scheme.other.other is scheme


@pytest.mark.parametrize("scheme", list(Scheme))
@pytest.mark.parametrize("url", ["", "/users/alice", "ftp://here.test/", "https:///a"])
def test_what_is_no_http_address_is_not_signed(scheme: Scheme, url: str) -> None:
    """Both schemes say so with the same error."""
    with pytest.raises(ValueError, match="http"):
        sign(a_get(url), signing_key(), scheme=scheme, now=NOW)


def test_an_unsigned_request_has_no_claim() -> None:
    """Missing is told from wrong, so that a GET without a signature can be served what anybody may see."""
    with pytest.raises(MissingSignature):
        claim_of(a_get())


@pytest.mark.parametrize("make", [cavage, rfc9421])
@pytest.mark.parametrize(
    ("reason", "minutes", "body"),
    [("too old", 70, None), ("too new", -65, None), ("another body", 0, b'{"type":"Undo"}')],
)
def test_precheck_refuses_without_a_key(make, reason: str, minutes: int, body: bytes | None) -> None:
    """What no key could mend is refused before one is fetched, and by the full check too."""
    request = make()
    if body is not None:
        request = Request(request.method, request.url, request.headers, body)
    claim, now = claim_of(request), NOW + timedelta(minutes=minutes)
    with pytest.raises(BadSignature):
        precheck(request, claim, now=now)
    with pytest.raises(BadSignature):
        check(request, claim, rsa_key().public_key(), now=now)


@pytest.mark.parametrize(
    "request_",
    [
        cavage(algorithm="hmac-sha256"),
        cavage(algorithm="none"),
        rfc9421(parameters=f';created={seconds()};keyid="{KEY_ID}";alg="hmac-sha256"'),
    ],
)
def test_precheck_refuses_an_algorithm_that_no_key_goes_with(request_: Request) -> None:
    """An algorithm outside the short list costs the sender no key fetch of ours."""
    with pytest.raises(BadSignature, match="not one we accept"):
        precheck(request_, claim_of(request_), now=NOW)


@pytest.mark.parametrize("make", [cavage, rfc9421])
def test_precheck_lets_pass_what_only_the_key_can_decide(make) -> None:
    """A forged signature passes the precheck and fails the check."""
    request = make(key=rsa_key(2048, 1))
    precheck(request, claim_of(request), now=NOW)
    with pytest.raises(BadSignature, match="not by this key"):
        check(request, claim_of(request), rsa_key().public_key(), now=NOW)


def test_a_claim_does_not_carry_over_to_another_request() -> None:
    """A claim that was read from one request proves nothing about another."""
    for make in (cavage, rfc9421):
        claim = claim_of(make())
        with pytest.raises(BadSignature):
            check(make(url="https://here.test/inbox"), claim, ed25519_key().public_key(), now=NOW)
        moved = Request("POST", "https://here.test/inbox", make().headers, make().body)
        with pytest.raises(BadSignature):
            check(moved, claim, rsa_key().public_key(), now=NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thu, 28 May 2026 20:26:40 GMT", seconds()),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784111777),
        ("Sunday, 06-Nov-94 08:49:37 GMT", None),
        ("Sun Nov  6 08:49:37 1994", None),
        ("Thu, 28 May 2026 20:26:40 +0000", None),
        ("Thu, 28 May 2026 25:26:40 GMT", None),
        ("Thu, ٢٨ May 2026 20:26:40 GMT", None),
        ("", None),
    ],
)
def test_http_dates(text: str, expected: int | None) -> None:
    """Only the one form that RFC 9110 lets senders write is a date."""
    assert read_http_date(text) == expected


def test_httpsig_is_imported_without_pkg_resources_and_leaves_none_behind() -> None:
    """The stand-in for the module that setuptools took away is gone after the import."""
    program = "import sys, activitypub.signatures as s; sys.exit('pkg_resources' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
