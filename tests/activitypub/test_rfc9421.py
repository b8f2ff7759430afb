"""RFC 9421: we read what others sign, others read what we sign, and the RFC's own example holds."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha512

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.hashes import SHA512
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519, RSA_V1_5_SHA256
from multidict import CIMultiDict

from activitypub.errors import BadSignature
from activitypub.http import Request
from activitypub.keys import PrivateKey, load_public
from activitypub.signatures import Scheme, claim_of, precheck, sign
from activitypub.signatures import rfc9421 as scheme
from tests.activitypub.signed import (
    ACTOR,
    BODY,
    INBOX,
    KEY_ID,
    NOW,
    a_get,
    a_post,
    content_digest,
    ed25519_key,
    rfc9421,
    rsa_key,
    seconds,
    signing_key,
    verify,
)
from tests.activitypub.signed_rfc9421 import beside, digests, get, parameters

FEDIFY = ("@method", "@target-uri", "@authority", "host", "date", "content-digest")
DATE = {"Date": "Thu, 28 May 2026 20:26:40 GMT"}


def pss() -> Request:
    request = rfc9421(parameters=parameters(more=';alg="rsa-pss-sha512"'))
    covered = '("@method" "@target-uri" "content-digest")'
    lines = [
        '"@method": POST',
        f'"@target-uri": {INBOX}',
        f'"content-digest": {content_digest()}',
        f'"@signature-params": {covered}{parameters(more=";alg=" + chr(34) + "rsa-pss-sha512" + chr(34))}',
    ]
    made = rsa_key().sign("\n".join(lines).encode(), PSS(MGF1(SHA512()), 64), SHA512())
    return request.with_headers({"Signature": f"sig1=:{b64encode(made).decode()}:"})


GOOD: list[tuple[str, Callable[[], Request]]] = [
    ("method, target and digest", rfc9421),
    ("all that Fedify signs", lambda: rfc9421(covered=FEDIFY, headers=DATE)),
    ("a Host header that a proxy changed", lambda: rfc9421(covered=FEDIFY, headers=DATE).with_headers({"Host": "x"})),
    ("its algorithm named", lambda: rfc9421(parameters=parameters(more=';alg="rsa-v1_5-sha256"'))),
    ("RSA-PSS, named", pss),
    ("expires, nonce and tag", lambda: rfc9421(parameters=parameters(more=f';expires={seconds(5)};nonce="n";tag="t"'))),
    ("64 minutes old", lambda: rfc9421(parameters=parameters(created=f";created={seconds(-64)}"))),
    ("59 minutes ahead", lambda: rfc9421(parameters=parameters(created=f";created={seconds(59)}"))),
    ("a GET", lambda: get(("@method", "@target-uri"))),
    ("host and path", lambda: get(("@method", "@authority", "@path"), values={"@path": "/users/alice"})),
    (
        "host, path and query",
        lambda: get(
            ("@method", "@authority", "@path", "@query"),
            url=f"{ACTOR}?page=1",
            values={"@path": "/users/alice", "@query": "?page=1"},
        ),
    ),
    (
        "host and request-target",
        lambda: get(
            ("@method", "@authority", "@request-target"),
            url=f"{ACTOR}?page=1",
            values={"@request-target": "/users/alice?page=1"},
        ),
    ),
    ("the query in the target", lambda: get(("@method", "@target-uri"), url=f"{ACTOR}?page=1")),
    ("another label", lambda: rfc9421(label="x")),
    ("a strange signature beside", lambda: beside(rfc9421(), rfc9421(label="cdn", covered=("@status",)))),
    ("a strange signature before", lambda: beside(rfc9421(), rfc9421(label="cdn", covered=("@path",)), first=True)),
    (
        "an unknown digest beside a right one",
        lambda: rfc9421(headers={"Content-Digest": f"unixsum=:MDAwMA==:, {content_digest()}"}),
    ),
    ("SHA-512", lambda: digests(f"sha-512=:{b64encode(sha512(BODY).digest()).decode()}:")),
]


@pytest.mark.parametrize(("reason", "make"), GOOD, ids=[reason for reason, _ in GOOD])
def test_a_good_signature_is_accepted(reason: str, make: Callable[[], Request]) -> None:
    """What real servers send, and what the profile allows, verifies."""
    verify(make())


@pytest.mark.parametrize("more", ["", ';alg="ed25519"'])
def test_ed25519_signatures_verify(more: str) -> None:
    """An Ed25519 key signs as ed25519, named or not."""
    verify(rfc9421(key=ed25519_key(), parameters=parameters(more=more)), key=ed25519_key())


@pytest.mark.parametrize("alg", ["rsa-v1_5-sha256", "rsa-pss-sha512"])
def test_the_algorithm_must_be_the_keys(alg: str) -> None:
    """An Ed25519 signature that names an RSA algorithm is refused."""
    with pytest.raises(BadSignature, match="of another kind"):
        verify(rfc9421(key=ed25519_key(), parameters=parameters(more=f';alg="{alg}"')), key=ed25519_key())


@pytest.mark.parametrize("key", [rsa_key(), ed25519_key()], ids=["rsa", "ed25519"])
@pytest.mark.parametrize("make", [a_post, a_get])
def test_what_we_sign_verifies(key: PrivateKey, make: Callable[[], Request]) -> None:
    """Our own signatures hold under our own rules, for both kinds of key, and the original request is left alone."""
    request = make()
    signed = sign(request, signing_key(key), scheme=Scheme.RFC9421, now=NOW)
    assert "Signature" not in request.headers
    assert claim_of(signed).key_id == KEY_ID
    verify(signed, key=key)


def test_a_post_covers_what_mastodon_demands() -> None:
    """Method, target and content digest, with the creation time and the algorithm beside them."""
    claim = claim_of(sign(a_post(), signing_key(), scheme=Scheme.RFC9421, now=NOW))
    assert claim.covered == ("@method", "@target-uri", "content-digest")
    assert (claim.created, claim.algorithm) == (seconds(), "rsa-v1_5-sha256")


def test_a_key_id_with_odd_characters_survives() -> None:
    """The keyid is quoted as RFC 9651 wants."""
    key_id = "https://here.test/%22'();=#main-key"
    assert claim_of(sign(a_post(), signing_key(key_id=key_id), scheme=Scheme.RFC9421, now=NOW)).key_id == key_id


def test_signing_what_is_no_encoded_address_is_refused_plainly() -> None:
    """An address that was not encoded is the caller's mistake, with the same error as in the other scheme."""
    with pytest.raises(ValueError, match="cannot be signed"):
        sign(a_get("https://here.test/é"), signing_key(), scheme=Scheme.RFC9421, now=NOW)


class Keys(HTTPSignatureKeyResolver):
    """The library's way to ask for keys."""

    def __init__(self, key: PrivateKey) -> None:
        self.key = key

    def resolve_public_key(self, key_id: str) -> object:
        return self.key.public_key()

    def resolve_private_key(self, key_id: str) -> object:
        return self.key


class StandingVerifier(HTTPMessageVerifier):
    """The library's verifier, whose clock is the machine's, told to leave the time to others."""

    def validate_created_and_expires(self, sig_input: object, max_age: timedelta | None = None) -> None:
        return


@pytest.mark.parametrize(
    ("key", "algorithm"), [(rsa_key(), RSA_V1_5_SHA256), (ed25519_key(), ED25519)], ids=["rsa", "ed25519"]
)
def test_the_library_as_published_agrees(key: PrivateKey, algorithm: type) -> None:
    """It verifies what we sign, digest included, and we verify what it signs by default."""
    ours = sign(a_post(), signing_key(key), scheme=Scheme.RFC9421, now=NOW)
    StandingVerifier(signature_algorithm=algorithm, key_resolver=Keys(key)).verify(ours, body=BODY)
    theirs = Request("POST", INBOX, CIMultiDict(), BODY)
    signer = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=Keys(key))
    signer.sign(theirs, key_id=KEY_ID, created=NOW, body=BODY)
    verify(theirs, key=key)


def example_of_the_rfc() -> Request:
    """RFC 9421, appendix B.2 with the signature of B.2.6."""
    headers = {
        "Host": "example.com",
        "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "Content-Type": "application/json",
        "Content-Digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm"
        "+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
        "Content-Length": "18",
        "Signature-Input": 'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"',
        "Signature": "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQ"
        "CK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
    }
    return Request("POST", "https://example.com/foo?param=Value&Pet=dog", CIMultiDict(headers), b'{"hello": "world"}')


EXAMPLE_KEY = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""


def test_the_example_of_the_rfc() -> None:
    """The signature of B.2.6 holds under its key, not when a byte is changed, and covers too little for us."""
    request = example_of_the_rfc()
    claim = claim_of(request)
    assert claim.signature == b64decode(request.headers["Signature"][9:-1])
    scheme.verify(request, claim, load_public(EXAMPLE_KEY))
    with pytest.raises(BadSignature):
        scheme.verify(request.with_headers({"Content-Length": "19"}), claim, load_public(EXAMPLE_KEY))
    with pytest.raises(BadSignature, match="does not cover the query"):
        precheck(request, claim, now=NOW)
