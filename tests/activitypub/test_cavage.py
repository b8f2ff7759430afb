"""draft-cavage-12: we read what others sign, and others read what we sign."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from activitypub.http import Request
from activitypub.keys import dump_private, public_pem
from activitypub.signatures import Scheme, claim_of, sign
from activitypub.signatures.library import HeaderSigner, HeaderVerifier
from tests.activitypub.signed import (
    ALL,
    INBOX,
    KEY_ID,
    NOW,
    a_get,
    a_post,
    added_parameter,
    cavage,
    digest,
    hmac_with_the_public_key,
    http_time,
    rsa_key,
    seconds,
    sha512_of_body,
    signing_key,
    verify,
    with_signature,
)

CREATED = ("(request-target)", "host", "(created)", "digest")
PLAIN = 'headers="(request-target) host date digest"'


GOOD: list[tuple[str, Callable[[], Request]]] = [
    ("a plain POST", cavage),
    ("hs2019 with an RSA key, as GoToSocial sends", lambda: cavage(algorithm="hs2019")),
    ("no algorithm, which means hs2019", lambda: cavage(algorithm=None)),
    ("the algorithm in capitals", lambda: cavage(algorithm="RSA-SHA256")),
    ("created instead of a date", lambda: cavage(covered=CREATED, algorithm="hs2019", created=str(seconds()))),
    (
        "created and expires",
        lambda: cavage(
            covered=(*CREATED, "(expires)"), algorithm="hs2019", created=str(seconds()), expires=str(seconds(5))
        ),
    ),
    ("created in quotes", lambda: with_signature(cavage(created=str(seconds())), {str(seconds()): f'"{seconds()}"'})),
    ("an unknown parameter", lambda: added_parameter(cavage(), 'opaque="x"')),
    ("64 minutes old", lambda: cavage(date=http_time(NOW - timedelta(minutes=64)))),
    ("59 minutes ahead", lambda: cavage(date=http_time(NOW + timedelta(minutes=59)))),
    ("the query signed", lambda: cavage(url=f"{INBOX}?a=1&b", target="/users/alice/inbox?a=1&b")),
    ("the query not signed", lambda: cavage(url=f"{INBOX}?a=1&b")),
    ("two digests, both right", lambda: cavage(headers={"Digest": f"{digest()}, sha-512={sha512_of_body()}"})),
    ("an unknown digest beside a right one", lambda: cavage(headers={"Digest": f"MD5=AAAA,{digest()}"})),
    ("sha-256 in small letters", lambda: cavage(headers={"Digest": digest().replace("SHA", "sha")})),
    ("a GET", lambda: cavage(method="GET", covered=ALL[:3], body=b"")),
    ("a GET that signs a digest of nothing, as snac does", lambda: cavage(method="GET", body=b"")),
    ("a Host header that a proxy changed", lambda: cavage().with_headers({"Host": "127.0.0.1:8000"})),
    ("parameters in another order with spaces", lambda: reordered(cavage())),
]


def reordered(request: Request) -> Request:
    return request.with_headers({"Signature": " , ".join(reversed(request.headers["Signature"].split(",")))})


@pytest.mark.parametrize(("reason", "make"), GOOD, ids=[reason for reason, _ in GOOD])
def test_a_good_signature_is_accepted(reason: str, make: Callable[[], Request]) -> None:
    """What real servers send, and what the draft allows, verifies."""
    verify(make())


def test_what_we_sign_is_what_servers_expect() -> None:
    """A POST signs target, host, date, digest and type as rsa-sha256, and leaves the original request alone."""
    request = a_post()
    signed = sign(request, signing_key(), scheme=Scheme.CAVAGE, now=NOW)
    assert "Signature" not in request.headers
    assert signed.headers["Host"] == "here.test"
    assert signed.headers["Date"] == http_time()
    assert signed.headers["Digest"] == digest()
    text = signed.headers["Signature"]
    assert f'keyId="{KEY_ID}"' in text
    assert 'algorithm="rsa-sha256"' in text
    assert 'headers="(request-target) host date digest content-type"' in text
    verify(signed)


def test_a_get_signs_target_host_date_and_accept() -> None:
    """A GET carries no digest: some servers compare one with nothing."""
    signed = sign(a_get(f"{INBOX}?page=1"), signing_key(), scheme=Scheme.CAVAGE, now=NOW)
    assert "Digest" not in signed.headers
    assert 'headers="(request-target) host date accept"' in signed.headers["Signature"]
    verify(signed)


def test_the_query_can_be_left_out_of_a_signature() -> None:
    """For servers that verify the path alone, the same request is signed without its query."""
    url = f"{INBOX}?page=1"
    signed = sign(a_get(url), signing_key(), scheme=Scheme.CAVAGE, now=NOW, with_query=False)
    assert signed.url == url
    bare = Request("GET", INBOX, signed.headers)
    verify(bare)


@pytest.mark.parametrize("key_id", ["https://here.test/users/%E3%81%82#main-key", "https://here.test/%s%d%%"])
def test_a_percent_sign_in_the_key_id_survives(key_id: str) -> None:
    """httpsig fills a template with the % operator; our ids may contain one."""
    signed = sign(a_post(), signing_key(key_id=key_id), scheme=Scheme.CAVAGE, now=NOW)
    assert claim_of(signed).key_id == key_id
    verify(signed)


def test_signing_what_is_not_ascii_is_refused_plainly() -> None:
    """An address that was not encoded is the caller's mistake and no UnicodeEncodeError deep inside."""
    with pytest.raises(ValueError, match="ascii"):
        sign(a_get("https://here.test/é"), signing_key(), scheme=Scheme.CAVAGE, now=NOW)


def stock_verifier(request: Request) -> HeaderVerifier:
    return HeaderVerifier(
        dict(request.headers.items()),
        public_pem(rsa_key()),
        required_headers=["(request-target)", "host", "date", "digest"],
        method=request.method,
        path="/users/alice/inbox",
        sign_header="signature",
    )


def test_httpsig_as_published_verifies_what_we_sign() -> None:
    """The library's own verifier, with its own cryptography, accepts our signature."""
    assert stock_verifier(sign(a_post(), signing_key(), scheme=Scheme.CAVAGE, now=NOW)).verify()


def test_we_verify_what_httpsig_as_published_signs() -> None:
    """The library's own signer makes a signature that we accept."""
    signer = HeaderSigner(
        KEY_ID, dump_private(rsa_key()), algorithm="rsa-sha256", headers=list(ALL), sign_header="signature"
    )
    headers = {"Host": "here.test", "Date": http_time(), "Digest": digest()}
    signed = signer.sign(headers, method="POST", path="/users/alice/inbox")
    verify(a_post().with_headers({**headers, "Signature": signed["signature"]}))


def test_the_library_as_published_falls_for_the_public_key_as_a_secret() -> None:
    """The hole our subclasses close is real: the request we refuse above passes httpsig's own verifier."""
    assert stock_verifier(hmac_with_the_public_key()).verify()


def test_a_minute_later_the_signature_is_another_one() -> None:
    """Every try is signed anew, with the time of that try."""
    first, second = (
        sign(a_post(), signing_key(), scheme=Scheme.CAVAGE, now=moment) for moment in (NOW, NOW + timedelta(minutes=1))
    )
    assert first.headers["Signature"] != second.headers["Signature"]
    assert datetime.strptime(second.headers["Date"], "%a, %d %b %Y %H:%M:%S GMT").minute == NOW.minute + 1


def test_sha256_is_what_rsa_sha256_means() -> None:
    """The signature over the draft's signing string, checked with nothing but cryptography."""
    signed = sign(a_get(), signing_key(), scheme=Scheme.CAVAGE, now=NOW)
    accept = signed.headers["Accept"]
    text = f"(request-target): get /users/alice\nhost: here.test\ndate: {http_time()}\naccept: {accept}"
    rsa_key().public_key().verify(claim_of(signed).signature, text.encode(), PKCS1v15(), SHA256())
