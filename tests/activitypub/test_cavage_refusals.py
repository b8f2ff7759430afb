"""draft-cavage-12: nothing that is wrong in any way gets through, one row for each way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA512

from activitypub.errors import BadSignature, MalformedSignature, MissingSignature, SignatureError
from activitypub.http import Request
from activitypub.signatures import claim_of, precheck
from tests.activitypub.signed import (
    ALL,
    INBOX,
    KEY_ID,
    NOW,
    a_post,
    added,
    added_parameter,
    cavage,
    digest,
    ed25519_key,
    hmac_with_the_public_key,
    http_time,
    rsa_key,
    seconds,
    sha512_of_body,
    signed_with,
    verify,
    with_signature,
    without,
)

CREATED = ("(request-target)", "host", "(created)", "digest")
PLAIN = 'headers="(request-target) host date digest"'


def sha1_signature() -> Request:
    request = cavage(algorithm="rsa-sha1")
    text = f"(request-target): post /users/alice/inbox\nhost: here.test\ndate: {http_time()}\ndigest: {digest()}"
    return signed_with(request, rsa_key().sign(text.encode(), PKCS1v15(), SHA1()))


def respelled(request: Request) -> Request:
    """The same signature in another spelling: the last letter before the padding has four bits that nobody reads."""
    text = request.headers["Signature"]
    end = text.index('=="')
    letter = chr(ord(text[end - 1]) + 1)
    return request.with_headers({"Signature": f"{text[: end - 1]}{letter}{text[end:]}"})


BAD: list[tuple[str, type[SignatureError], Callable[[], Request]]] = [
    ("no signature", MissingSignature, a_post),
    ("an empty header", MalformedSignature, lambda: a_post().with_headers({"Signature": ""})),
    ("no parameters", MalformedSignature, lambda: a_post().with_headers({"Signature": "signature"})),
    ("two Signature headers", MalformedSignature, lambda: added(cavage(), "Signature", 'keyId="x",signature="eA=="')),
    ("two signatures in one header", MalformedSignature, lambda: added_parameter(cavage(), 'signature="eA=="')),
    ("a parameter twice", MalformedSignature, lambda: added_parameter(cavage(), 'keyId="https://evil.test/#k"')),
    ("twice in other letters", MalformedSignature, lambda: added_parameter(cavage(), 'KEYID="https://evil.test/#k"')),
    ("keyId without quotes", MalformedSignature, lambda: with_signature(cavage(), {f'"{KEY_ID}"': KEY_ID})),
    ("keyId a bare number", MalformedSignature, lambda: with_signature(cavage(), {f'"{KEY_ID}"': "1"})),
    ("keyId empty", MalformedSignature, lambda: with_signature(cavage(), {KEY_ID: ""})),
    ("keyId with a space", MalformedSignature, lambda: with_signature(cavage(), {KEY_ID: f"{KEY_ID} x"})),
    ("no keyId", MalformedSignature, lambda: with_signature(cavage(), {"keyId": "key"})),
    ("no signature parameter", MalformedSignature, lambda: with_signature(cavage(), {"signature=": "sig="})),
    ("not base64", MalformedSignature, lambda: with_signature(cavage(), {'signature="': 'signature="!'})),
    ("base64 without its padding", MalformedSignature, lambda: with_signature(cavage(), {'=="': '"'})),
    ("base64 with bits that mean nothing", MalformedSignature, lambda: respelled(cavage())),
    ("a backslash", MalformedSignature, lambda: with_signature(cavage(), {KEY_ID: f"{KEY_ID}\\"})),
    ("not ASCII", MalformedSignature, lambda: with_signature(cavage(), {KEY_ID: f"{KEY_ID}é"})),
    ("an endless header", MalformedSignature, lambda: added_parameter(cavage(), f'x="{"x" * 5000}"')),
    ("headers empty", MalformedSignature, lambda: with_signature(cavage(), {PLAIN: 'headers=""'})),
    ("headers with a name twice", MalformedSignature, lambda: cavage(covered=(*ALL, "date"))),
    ("headers with two spaces", MalformedSignature, lambda: with_signature(cavage(), {"host date": "host  date"})),
    ("an unknown special part", MalformedSignature, lambda: cavage(covered=(*ALL, "(request)"))),
    ("endless headers", MalformedSignature, lambda: cavage(covered=(*ALL, *(f"x-{n}" for n in range(40))))),
    ("no list of headers", BadSignature, lambda: with_signature(cavage(), {f",{PLAIN}": ""})),
    ("an absent header signed", BadSignature, lambda: cavage(covered=(*ALL, "x-absent"))),
    ("an absent Date signed", BadSignature, lambda: without(cavage(), "Date")),
    ("algorithm none", BadSignature, lambda: cavage(algorithm="none")),
    ("HMAC keyed with the public key", BadSignature, hmac_with_the_public_key),
    ("rsa-sha1", BadSignature, sha1_signature),
    ("rsa-sha512 by name", BadSignature, lambda: cavage(algorithm="rsa-sha512")),
    ("an empty signature", MalformedSignature, lambda: signed_with(cavage(), b"")),
    ("a signature of one byte", BadSignature, lambda: signed_with(cavage(), b"x")),
    ("a signature of zeros", BadSignature, lambda: signed_with(cavage(), bytes(256))),
    ("the target not signed", BadSignature, lambda: cavage(covered=ALL[1:])),
    ("the host not signed", BadSignature, lambda: cavage(covered=(ALL[0], "date", "digest"))),
    ("neither date nor created signed", BadSignature, lambda: cavage(covered=(*ALL[:2], "digest"))),
    ("the digest not signed", BadSignature, lambda: cavage(covered=ALL[:3])),
    ("an empty POST without its digest signed", BadSignature, lambda: cavage(covered=ALL[:3], body=b"")),
    ("a GET with a body and no digest", BadSignature, lambda: cavage(method="GET", covered=ALL[:3])),
    ("a GET without host", BadSignature, lambda: cavage(method="GET", covered=(ALL[0], "date"), body=b"")),
    ("the digest of another body", BadSignature, lambda: cavage(headers={"Digest": digest(b"other")})),
    ("no Digest header", BadSignature, lambda: without(cavage(), "Digest")),
    ("two Digest headers", BadSignature, lambda: added(cavage(), "Digest", digest(b"other"))),
    (
        "two Digest headers, both right",
        BadSignature,
        lambda: added(cavage(headers={"Digest": f"{digest()}, SHA-512={sha512_of_body()}"}), "Digest", "MD5=AAAA"),
    ),
    ("two digests, one wrong", BadSignature, lambda: cavage(headers={"Digest": f"{digest()},SHA-512=AAAA"})),
    ("one algorithm twice", BadSignature, lambda: cavage(headers={"Digest": f"{digest(b'o')},{digest()}"})),
    ("only a weak digest", BadSignature, lambda: cavage(headers={"Digest": "MD5=1B2M2Y8AsgTpgAmY7PhCfg=="})),
    ("a digest that is not base64", BadSignature, lambda: cavage(headers={"Digest": digest() + "!"})),
    ("a digest without its padding", BadSignature, lambda: cavage(headers={"Digest": digest().rstrip("=")})),
    ("an endless digest", BadSignature, lambda: cavage(headers={"Digest": ",".join([digest()] * 99)})),
    (
        "65 minutes and a second old",
        BadSignature,
        lambda: cavage(date=http_time(NOW - timedelta(minutes=65, seconds=1))),
    ),
    (
        "an hour and a second ahead",
        BadSignature,
        lambda: cavage(date=http_time(NOW + timedelta(minutes=60, seconds=1))),
    ),
    ("a date that is none", BadSignature, lambda: cavage(date="yesterday")),
    ("the 31st of February", BadSignature, lambda: cavage(date="Sat, 31 Feb 2026 20:26:40 GMT")),
    ("a date without a zone", BadSignature, lambda: cavage(date="Thu, 28 May 2026 20:26:40")),
    ("two Date headers", BadSignature, lambda: added(cavage(), "Date", http_time())),
    (
        "created covered but not given",
        BadSignature,
        lambda: cavage(covered=CREATED, algorithm="hs2019"),
    ),
    ("created with rsa-sha256", BadSignature, lambda: cavage(covered=CREATED, created=str(seconds()))),
    ("created a fraction", MalformedSignature, lambda: cavage(covered=CREATED, algorithm="hs2019", created="1.5")),
    ("created negative", MalformedSignature, lambda: cavage(covered=CREATED, algorithm="hs2019", created="-1")),
    ("created no number", MalformedSignature, lambda: cavage(covered=CREATED, algorithm="hs2019", created='"now"')),
    ("created empty", MalformedSignature, lambda: cavage(covered=CREATED, algorithm="hs2019", created="")),
    (
        "created long ago",
        BadSignature,
        lambda: cavage(covered=CREATED, algorithm="hs2019", created=str(seconds(-66))),
    ),
    (
        "created in the future",
        BadSignature,
        lambda: cavage(covered=CREATED, algorithm="hs2019", created=str(seconds(61))),
    ),
    (
        "expired",
        BadSignature,
        lambda: cavage(covered=CREATED, algorithm="hs2019", created=str(seconds(-30)), expires=str(seconds(-6))),
    ),
    (
        "expires before created",
        BadSignature,
        lambda: cavage(covered=CREATED, algorithm="hs2019", created=str(seconds(20)), expires=str(seconds(10))),
    ),
    ("made for another host", BadSignature, lambda: cavage(headers={"Host": "elsewhere.test"})),
    ("sent to another host", BadSignature, lambda: moved("https://victim.test/users/alice/inbox")),
    ("sent to another path", BadSignature, lambda: moved("https://here.test/inbox")),
    ("sent to another port", BadSignature, lambda: moved("https://here.test:8443/users/alice/inbox")),
    ("sent with another query", BadSignature, lambda: moved(f"{INBOX}?b", target="/users/alice/inbox?a")),
    ("sent with another method", BadSignature, lambda: other_method("PUT")),
    (
        "a signed header changed",
        BadSignature,
        lambda: cavage().with_headers({"Date": http_time(NOW + timedelta(1 / 1440))}),
    ),
    (
        "a signed header sent twice",
        BadSignature,
        lambda: added(cavage(covered=(*ALL, "x-note"), headers={"X-Note": "a"}), "X-Note", "b"),
    ),
    (
        "a signed header that is not ASCII",
        BadSignature,
        lambda: cavage(covered=(*ALL, "x-note"), headers={"X-Note": "é"}),
    ),
    ("a path that is not ASCII", BadSignature, lambda: moved("https://here.test/users/é/inbox")),
]


def moved(url: str, target: str = "/users/alice/inbox") -> Request:
    request = cavage(target=target)
    return Request(request.method, url, request.headers, request.body)


def other_method(method: str) -> Request:
    request = cavage()
    return Request(method, request.url, request.headers, request.body)


@pytest.mark.parametrize(("reason", "error", "make"), BAD, ids=[row[0] for row in BAD])
def test_a_bad_signature_is_refused(reason: str, error: type[SignatureError], make: Callable[[], Request]) -> None:
    """Each of these fails closed, with the error that tells an unreadable header from a wrong signature."""
    with pytest.raises(SignatureError) as caught:
        verify(make())
    assert type(caught.value) is error
    assert str(caught.value).endswith(".")


def test_a_changed_body_is_refused_before_any_key_is_needed() -> None:
    """The precheck alone finds a body that its signed digest does not describe."""
    request = cavage()
    changed = Request(request.method, request.url, request.headers, b'{"type":"Undo"}')
    with pytest.raises(BadSignature, match="not that of the body"):
        precheck(changed, claim_of(changed), now=NOW)


def test_another_key_does_not_verify() -> None:
    """A right signature by somebody else's key of the same size is refused."""
    with pytest.raises(BadSignature, match="not by this key"):
        verify(cavage(), key=rsa_key(2048, 1))


def test_a_short_rsa_key_does_not_verify() -> None:
    """A right signature by an RSA-1024 key is refused: whoever can factor it could have made it."""
    with pytest.raises(BadSignature, match="1024 bits"):
        verify(cavage(key=rsa_key(1024)), key=rsa_key(1024))


def test_ed25519_goes_with_hs2019_only() -> None:
    """An Ed25519 key signs as hs2019 (or unnamed); one that says rsa-sha256 is refused."""
    verify(cavage(key=ed25519_key(), algorithm="hs2019"), key=ed25519_key())
    verify(cavage(key=ed25519_key(), algorithm=None), key=ed25519_key())
    with pytest.raises(BadSignature, match="Ed25519"):
        verify(cavage(key=ed25519_key()), key=ed25519_key())


def test_a_signature_by_another_kind_of_key_is_refused() -> None:
    """An RSA signature does not verify with an Ed25519 key, nor the other way."""
    for made_by, checked_with in ((rsa_key(), ed25519_key()), (ed25519_key(), rsa_key())):
        with pytest.raises(BadSignature):
            verify(cavage(key=made_by, algorithm="hs2019"), key=checked_with)


@pytest.mark.parametrize(("algorithm", "accepted"), [("hs2019", True), (None, True), ("rsa-sha256", False)])
def test_rsa_with_sha512_passes_as_hs2019_only(algorithm: str | None, accepted: bool) -> None:
    """hs2019 leaves the hash to the key's owner; rsa-sha256 names it."""
    request = cavage(algorithm=algorithm)
    text = f"(request-target): post /users/alice/inbox\nhost: here.test\ndate: {http_time()}\ndigest: {digest()}"
    request = signed_with(request, rsa_key().sign(text.encode(), PKCS1v15(), SHA512()))
    if accepted:
        verify(request)
    else:
        with pytest.raises(BadSignature):
            verify(request)
