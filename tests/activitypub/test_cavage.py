"""draft-cavage-12: we read what others sign, others read what we sign, and nothing that is wrong gets through."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha512

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512

from activitypub.errors import BadSignature, MalformedSignature, MissingSignature, SignatureError
from activitypub.http import Request
from activitypub.keys import dump_private, public_pem
from activitypub.signatures import Scheme, claim_of, precheck, sign
from activitypub.signatures.library import HeaderSigner, HeaderVerifier
from tests.activitypub.signed import (
    ALL,
    INBOX,
    KEY_ID,
    NOW,
    a_get,
    a_post,
    cavage,
    digest,
    ed25519_key,
    http_time,
    rsa_key,
    seconds,
    signing_key,
    verify,
    with_signature,
)

CREATED = ("(request-target)", "host", "(created)", "digest")
PLAIN = 'headers="(request-target) host date digest"'


def hmac_with_the_public_key() -> Request:
    """The classic: sign as HMAC, with the victim's public PEM as the secret."""
    request = cavage(algorithm="hmac-sha256")
    text = f"(request-target): post /users/alice/inbox\nhost: here.test\ndate: {http_time()}\ndigest: {digest()}"
    made = hmac.digest(public_pem(rsa_key()).encode(), text.encode(), "sha256")
    return signed_with(request, made)


def sha1_signature() -> Request:
    request = cavage(algorithm="rsa-sha1")
    text = f"(request-target): post /users/alice/inbox\nhost: here.test\ndate: {http_time()}\ndigest: {digest()}"
    return signed_with(request, rsa_key().sign(text.encode(), PKCS1v15(), SHA1()))


def signed_with(request: Request, signature: bytes) -> Request:
    before = request.headers["Signature"].partition('signature="')[0]
    return request.with_headers({"Signature": f'{before}signature="{b64encode(signature).decode()}"'})


def added(request: Request, name: str, value: str) -> Request:
    """The request with one header line more, beside any of the same name."""
    headers = request.headers.copy()
    headers.add(name, value)
    return Request(request.method, request.url, headers, request.body)


def without(request: Request, name: str) -> Request:
    headers = request.headers.copy()
    del headers[name]
    return Request(request.method, request.url, headers, request.body)


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


def sha512_of_body() -> str:
    return b64encode(sha512(cavage().body).digest()).decode()


def added_parameter(request: Request, text: str) -> Request:
    return request.with_headers({"Signature": f"{request.headers['Signature']},{text}"})


def respelled(request: Request) -> Request:
    """The same signature in another spelling: the last letter before the padding has four bits that nobody reads."""
    text = request.headers["Signature"]
    end = text.index('=="')
    letter = chr(ord(text[end - 1]) + 1)
    return request.with_headers({"Signature": f"{text[: end - 1]}{letter}{text[end:]}"})


def reordered(request: Request) -> Request:
    return request.with_headers({"Signature": " , ".join(reversed(request.headers["Signature"].split(",")))})


@pytest.mark.parametrize(("reason", "make"), GOOD, ids=[reason for reason, _ in GOOD])
def test_a_good_signature_is_accepted(reason: str, make: Callable[[], Request]) -> None:
    """What real servers send, and what the draft allows, verifies."""
    verify(make())


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
