"""RFC 9421: nothing that is wrong in any way gets through, one row for each way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from activitypub.errors import BadSignature, MalformedSignature, MissingSignature, SignatureError
from activitypub.http import Request
from tests.activitypub.signed import (
    ACTOR,
    BODY,
    INBOX,
    KEY_ID,
    cavage,
    content_digest,
    rfc9421,
    rsa_key,
    seconds,
    verify,
    without,
)
from tests.activitypub.signed_rfc9421 import beside, digests, get, parameters


def replaced(request: Request, old: str, new: str) -> Request:
    """The request with a piece of its Signature-Input replaced after signing."""
    text = request.headers["Signature-Input"]
    assert old in text
    return request.with_headers({"Signature-Input": text.replace(old, new)})


def many(count: int) -> Request:
    """A request with that many signatures that cover nothing."""
    request = rfc9421(label="s0", covered=())
    for number in range(1, count):
        request = beside(request, rfc9421(label=f"s{number}", covered=()))
    return request


def expiring(*, created: int, expires: int) -> str:
    return parameters(created=f";created={seconds(created)}", more=f";expires={seconds(expires)}")


def changed(*, method: str = "POST", url: str = INBOX, body: bytes = BODY) -> Request:
    """A well-signed request, changed after signing."""
    return Request(method, url, rfc9421().headers, body)


def other_body(body: bytes) -> Request:
    return changed(body=body).with_headers({"Content-Digest": content_digest(body)})


def fragment() -> Request:
    signed = get(("@method", "@target-uri"), url=f"{ACTOR}#main-key")
    return Request("GET", ACTOR, signed.headers)


ONE = "@method", "@target-uri", "content-digest"
BAD: list[tuple[str, type[SignatureError], Callable[[], Request]]] = [
    ("an input without a signature", MissingSignature, lambda: without(rfc9421(), "Signature")),
    ("an empty input", MalformedSignature, lambda: rfc9421().with_headers({"Signature-Input": ""})),
    ("an input that is no dictionary", MalformedSignature, lambda: rfc9421().with_headers({"Signature-Input": "(("})),
    ("an input that is no list", MalformedSignature, lambda: rfc9421().with_headers({"Signature-Input": 'sig1="x"'})),
    ("a signature of another label", MalformedSignature, lambda: replaced(rfc9421(), "sig1=", "sig2=")),
    ("a signature that is no bytes", MalformedSignature, lambda: rfc9421().with_headers({"Signature": 'sig1="x"'})),
    ("a signature that is empty", MalformedSignature, lambda: rfc9421().with_headers({"Signature": "sig1=::"})),
    ("a draft-cavage signature under it", MalformedSignature, lambda: rfc9421().with_headers(dict(cavage().headers))),
    ("a label twice", MalformedSignature, lambda: beside(rfc9421(), rfc9421())),
    (
        "a parameter twice",
        MalformedSignature,
        lambda: rfc9421(parameters=parameters(more=';keyid="https://evil.test"')),
    ),
    ("nine signatures", MalformedSignature, lambda: many(9)),
    ("an endless input", MalformedSignature, lambda: rfc9421(parameters=parameters(more=f';nonce="{"x" * 9000}"'))),
    ("endless coverage", MalformedSignature, lambda: rfc9421(covered=(*ONE, *(f"x-{n}" for n in range(40))))),
    ("a part twice", MalformedSignature, lambda: rfc9421(covered=(*ONE, "@method"))),
    ("parts that are tokens", MalformedSignature, lambda: replaced(rfc9421(), '"content-digest"', "content-digest")),
    ("not ASCII", MalformedSignature, lambda: replaced(rfc9421(), KEY_ID, f"{KEY_ID}é")),
    ("no keyid", MalformedSignature, lambda: rfc9421(parameters=f";created={seconds()}")),
    ("keyid empty", MalformedSignature, lambda: rfc9421(parameters=parameters(keyid=""))),
    ("keyid a token", MalformedSignature, lambda: rfc9421(parameters=f";created={seconds()};keyid=key")),
    ("alg a token", MalformedSignature, lambda: rfc9421(parameters=parameters(more=";alg=ed25519"))),
    ("alg empty", MalformedSignature, lambda: rfc9421(parameters=parameters(more=';alg=""'))),
    ("created a fraction", MalformedSignature, lambda: rfc9421(parameters=parameters(created=";created=1.5"))),
    ("created negative", MalformedSignature, lambda: rfc9421(parameters=parameters(created=";created=-1"))),
    ("created a word", MalformedSignature, lambda: rfc9421(parameters=parameters(created=';created="now"'))),
    ("created true", MalformedSignature, lambda: rfc9421(parameters=parameters(created=";created"))),
    ("no created", BadSignature, lambda: rfc9421(parameters=parameters(created=""))),
    ("created long ago", BadSignature, lambda: rfc9421(parameters=parameters(created=f";created={seconds(-66)}"))),
    ("created in the future", BadSignature, lambda: rfc9421(parameters=parameters(created=f";created={seconds(61)}"))),
    ("expired", BadSignature, lambda: rfc9421(parameters=expiring(created=-30, expires=-6))),
    ("expires before created", BadSignature, lambda: rfc9421(parameters=expiring(created=20, expires=10))),
    ("alg hmac-sha256", BadSignature, lambda: rfc9421(parameters=parameters(more=';alg="hmac-sha256"'))),
    ("alg none", BadSignature, lambda: rfc9421(parameters=parameters(more=';alg="none"'))),
    ("alg of another kind of key", BadSignature, lambda: rfc9421(parameters=parameters(more=';alg="ed25519"'))),
    (
        "alg PSS over a PKCS#1 signature",
        BadSignature,
        lambda: rfc9421(parameters=parameters(more=';alg="rsa-pss-sha512"')),
    ),
    ("nothing signed", BadSignature, lambda: rfc9421(covered=())),
    ("the method not signed", BadSignature, lambda: rfc9421(covered=ONE[1:])),
    ("the target not signed", BadSignature, lambda: rfc9421(covered=("@method", "content-digest"))),
    ("the host not signed", BadSignature, lambda: get(("@method", "@path"), values={"@path": "/users/alice"})),
    ("the path not signed", BadSignature, lambda: get(("@method", "@authority"))),
    (
        "the query not signed",
        BadSignature,
        lambda: get(("@method", "@authority", "@path"), url=f"{ACTOR}?page=1", values={"@path": "/users/alice"}),
    ),
    ("the digest not signed", BadSignature, lambda: rfc9421(covered=ONE[:2])),
    ("an empty POST without its digest signed", BadSignature, lambda: rfc9421(covered=ONE[:2], body=b"")),
    (
        "a member of the digest only",
        BadSignature,
        lambda: replaced(rfc9421(), '"content-digest"', '"content-digest";bs'),
    ),
    ("the method of another request", BadSignature, lambda: replaced(rfc9421(), '"@method"', '"@method";req')),
    ("no Content-Digest header", BadSignature, lambda: without(rfc9421(), "Content-Digest")),
    ("the digest of another body", BadSignature, lambda: rfc9421(headers={"Content-Digest": content_digest(b"x")})),
    ("two digests, one wrong", BadSignature, lambda: digests(f"{content_digest()}, sha-512=:AAAA:")),
    ("one digest twice", BadSignature, lambda: digests(f"{content_digest(b'x')}, {content_digest()}")),
    ("only a weak digest", BadSignature, lambda: digests("md5=:1B2M2Y8AsgTpgAmY7PhCfg==:")),
    ("a digest that is no dictionary", BadSignature, lambda: digests("((")),
    ("a digest that is no bytes", BadSignature, lambda: digests('sha-256="x"')),
    ("a digest that is not ASCII", BadSignature, lambda: digests(content_digest() + "é")),
    ("an endless digest", BadSignature, lambda: digests(f'{content_digest()};x="{"x" * 1000}"')),
    ("an absent header signed", BadSignature, lambda: rfc9421(covered=(*ONE, "x-absent"))),
    ("an unknown derived part", BadSignature, lambda: rfc9421(covered=(*ONE, "@unknown"))),
    ("a part in capitals", BadSignature, lambda: rfc9421(covered=(*ONE, "Host"))),
    ("an unknown parameter", BadSignature, lambda: rfc9421(parameters=parameters(more=';zone="x"'))),
    ("a parameter changed", BadSignature, lambda: replaced(rfc9421(), f"{seconds()}", f"{seconds(1)}")),
    ("the body and its digest changed", BadSignature, lambda: other_body(b"{}")),
    ("the body changed", BadSignature, lambda: changed(body=b"{}")),
    ("sent to another host", BadSignature, lambda: changed(url="https://victim.test/users/alice/inbox")),
    ("sent to another path", BadSignature, lambda: changed(url="https://here.test/inbox")),
    ("sent with a query", BadSignature, lambda: changed(url=f"{INBOX}?a")),
    ("sent by plain http", BadSignature, lambda: changed(url="http://here.test/users/alice/inbox")),
    ("sent with another method", BadSignature, lambda: changed(method="PUT")),
    ("a path that is not ASCII", BadSignature, lambda: changed(url="https://here.test/é")),
    ("signed with the fragment that is not sent", BadSignature, fragment),
    ("two signatures, the first of them bad", BadSignature, lambda: beside(changed(body=BODY, method="PUT"), many(1))),
]


@pytest.mark.parametrize(("reason", "error", "make"), BAD, ids=[row[0] for row in BAD])
def test_a_bad_signature_is_refused(reason: str, error: type[SignatureError], make: Callable[[], Request]) -> None:
    """Each of these fails closed, with the error that tells an unreadable header from a wrong signature."""
    with pytest.raises(SignatureError) as caught:
        verify(make())
    assert type(caught.value) is error
    assert str(caught.value).endswith(".")


def test_another_key_does_not_verify() -> None:
    """A right signature by somebody else's key is refused."""
    with pytest.raises(BadSignature, match="not by this key"):
        verify(rfc9421(), key=rsa_key(2048, 1))


def test_a_short_rsa_key_does_not_verify() -> None:
    """A right signature by an RSA-1024 key is refused."""
    with pytest.raises(BadSignature, match="1024 bits"):
        verify(rfc9421(key=rsa_key(1024)), key=rsa_key(1024))
