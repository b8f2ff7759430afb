"""Requests signed by hand: what the draft and the RFC say, written out without any of the code under test."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from hashlib import sha256, sha512

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from multidict import CIMultiDict

from activitypub.http import ACTIVITY_JSON, Request
from activitypub.keys import PrivateKey, public_pem
from activitypub.signatures import SigningKey, check, claim_of

NOW = datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)
INBOX = "https://here.test/users/alice/inbox"
ACTOR = "https://here.test/users/alice"
KEY_ID = "https://there.test/users/bob#main-key"
BODY = b'{"type":"Like"}'
ALL = ("(request-target)", "host", "date", "digest")


@cache
def rsa_key(bits: int = 2048, number: int = 0) -> RSAPrivateKey:
    """An RSA key, made once for each size and number."""
    return generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ed25519_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def signing_key(key: PrivateKey | None = None, key_id: str = KEY_ID) -> SigningKey:
    return SigningKey(key_id, key or rsa_key())


def a_post(body: bytes = BODY, url: str = INBOX) -> Request:
    """An unsigned POST of an activity."""
    return Request("POST", url, CIMultiDict({"Content-Type": ACTIVITY_JSON}), body)


def a_get(url: str = ACTOR) -> Request:
    """An unsigned GET of a document."""
    return Request("GET", url, CIMultiDict({"Accept": ACTIVITY_JSON}))


def http_time(moment: datetime = NOW) -> str:
    return format_datetime(moment, usegmt=True)


def seconds(minutes: float = 0) -> int:
    """A time that many minutes after NOW, as Unix seconds."""
    return int((NOW + timedelta(minutes=minutes)).timestamp())


def digest(body: bytes = BODY) -> str:
    return "SHA-256=" + b64encode(sha256(body).digest()).decode()


def content_digest(body: bytes = BODY) -> str:
    return "sha-256=:" + b64encode(sha256(body).digest()).decode() + ":"


def signature_by(key: PrivateKey, text: str) -> str:
    data = text.encode()
    made = key.sign(data) if isinstance(key, Ed25519PrivateKey) else key.sign(data, PKCS1v15(), SHA256())
    return b64encode(made).decode()


def cavage(
    *,
    covered: Sequence[str] = ALL,
    algorithm: str | None = "rsa-sha256",
    key: PrivateKey | None = None,
    method: str = "POST",
    url: str = INBOX,
    target: str = "/users/alice/inbox",
    body: bytes = BODY,
    date: str | None = None,
    created: str | None = None,
    expires: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Request:
    """A request signed by draft-cavage-12, right in every respect that the caller does not change."""
    sent = CIMultiDict({"Host": "here.test", "Date": date or http_time(), "Digest": digest(body)})
    sent.update(headers or {})
    values = {"(request-target)": f"{method.lower()} {target}", "(created)": created, "(expires)": expires}
    lines = [f"{part}: {values[part] if part in values else sent.get(part, '')}" for part in covered]
    parameters = [f'keyId="{KEY_ID}"']
    parameters += [f'algorithm="{algorithm}"'] if algorithm is not None else []
    parameters += [f"created={created}"] if created is not None else []
    parameters += [f"expires={expires}"] if expires is not None else []
    made = signature_by(key or rsa_key(), "\n".join(lines))
    parameters += [f'headers="{" ".join(covered)}"', f'signature="{made}"']
    sent["Signature"] = ",".join(parameters)
    return Request(method, url, sent, body)


def rfc9421(
    *,
    covered: Sequence[str] = ("@method", "@target-uri", "content-digest"),
    parameters: str | None = None,
    key: PrivateKey | None = None,
    method: str = "POST",
    url: str = INBOX,
    body: bytes = BODY,
    headers: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    label: str = "sig1",
) -> Request:
    """A request signed by RFC 9421, right in every respect that the caller does not change."""
    sent = CIMultiDict({"Host": "here.test", "Content-Digest": content_digest(body)})
    sent.update(headers or {})
    known = {"@method": method, "@target-uri": url, "@authority": "here.test", **(values or {})}
    if parameters is None:
        parameters = f';created={seconds()};keyid="{KEY_ID}"'
    names = " ".join(f'"{part}"' for part in covered)
    lines = [f'"{part}": {known[part] if part in known else sent.get(part, "")}' for part in covered]
    lines.append(f'"@signature-params": ({names}){parameters}')
    sent["Signature-Input"] = f"{label}=({names}){parameters}"
    sent["Signature"] = f"{label}=:{signature_by(key or rsa_key(), chr(10).join(lines))}:"
    return Request(method, url, sent, body)


def with_signature(request: Request, change: Mapping[str, str]) -> Request:
    """The request with pieces of its Signature header replaced."""
    text = request.headers["Signature"]
    for old, new in change.items():
        assert old in text, old
        text = text.replace(old, new)
    return request.with_headers({"Signature": text})


def verify(request: Request, *, key: PrivateKey | None = None, now: datetime = NOW) -> None:
    """Read and check a request as a server does that already has the sender's key."""
    check(request, claim_of(request), (key or rsa_key()).public_key(), now=now)


def hmac_with_the_public_key() -> Request:
    """The classic: sign as HMAC, with the victim's public PEM as the secret."""
    request = cavage(algorithm="hmac-sha256")
    text = f"(request-target): post /users/alice/inbox\nhost: here.test\ndate: {http_time()}\ndigest: {digest()}"
    made = hmac.digest(public_pem(rsa_key()).encode(), text.encode(), "sha256")
    return signed_with(request, made)


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


def sha512_of_body() -> str:
    return b64encode(sha512(cavage().body).digest()).decode()


def added_parameter(request: Request, text: str) -> Request:
    return request.with_headers({"Signature": f"{request.headers['Signature']},{text}"})
