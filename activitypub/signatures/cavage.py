"""draft-cavage-http-signatures-12, through httpsig in two hardened subclasses.

httpsig builds the signing string; everything it would do with keys is replaced. The key's type decides the algorithm,
never the header: as shipped, httpsig lets anyone sign with a victim's *public* key as an HMAC secret.
"""

from __future__ import annotations

from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from activitypub.errors import BadSignature, MissingSignature
from activitypub.http import Request
from activitypub.keys import PublicKey, acceptable

from . import cavage_header
from .digest import check_digest, digest_header
from .library import HeaderSigner, HeaderVerifier, build_signature_template
from .target import authority, has_body, request_target, single_header
from .times import check_age, check_expiry, http_date, read_http_date
from .values import ALSO_COVERED, Claim, SigningKey

TARGET, CREATED, EXPIRES = "(request-target)", "(created)", "(expires)"
ALGORITHMS = frozenset({"", "hs2019", "rsa-sha256"})
"""An absent algorithm means hs2019, and hs2019 means what the key's type says."""

_PADDING, _SHA256, _SHA512 = PKCS1v15(), SHA256(), SHA512()


class _Signer(HeaderSigner):  # type: ignore[misc]  # httpsig has no types
    """httpsig's signer with a parsed key; the parents' constructors would parse a PEM each time and are skipped."""

    def __init__(self, key: SigningKey, covered: list[str]) -> None:
        self._key = key.private_key
        self._rsa = self  # httpsig asks only whether it is there
        self.headers = covered
        self.sign_header = "signature"
        algorithm = "hs2019" if isinstance(key.private_key, Ed25519PrivateKey) else "rsa-sha256"
        key_id = key.key_id.replace("%", "%%")  # httpsig fills its template with the % operator
        self.signature_template = build_signature_template(key_id, algorithm, covered, "signature")

    def _sign_rsa(self, data: bytes) -> bytes:
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(data)
        return self._key.sign(data, _PADDING, _SHA256)


class _Verifier(HeaderVerifier):  # type: ignore[misc]  # httpsig has no types
    """httpsig's verifier for a claim that was read and prechecked, with a parsed key."""

    def __init__(self, request: Request, claim: Claim, key: PublicKey) -> None:
        self._key = key
        # Some senders of hs2019 mean RSA with SHA-512; GoToSocial tries both too.
        self._hashes = (_SHA256,) if claim.algorithm == "rsa-sha256" else (_SHA256, _SHA512)
        self.headers = _signed_headers(request, claim)
        self.auth_dict = {"headers": " ".join(claim.covered), "signature": claim.signature}
        self.required_headers = [TARGET, "host"]
        self.method = request.method
        self.host = authority(request.url)
        self.path = request_target(request.url)

    def _verify(self, data: bytes, signature: bytes) -> bool:
        return any(self._holds(data, signature, sha) for sha in self._hashes)

    def _holds(self, data: bytes, signature: bytes, sha: SHA256 | SHA512) -> bool:
        try:
            if isinstance(self._key, Ed25519PublicKey):
                self._key.verify(signature, data)
            else:
                self._key.verify(signature, data, _PADDING, sha)
        except InvalidSignature:
            return False
        return True


def sign(request: Request, key: SigningKey, *, now: datetime, with_query: bool = True) -> Request:
    """Return ``request`` with Host, Date, Signature and, if it posts something, Digest.

    ``with_query=False`` leaves the query out of what is signed, as some servers want it.
    Raise ``ValueError`` when the address or a signed header is not ASCII.
    """
    extra = {"Host": authority(request.url), "Date": http_date(now)}
    covered = [TARGET, "host", "date"]
    if has_body(request):
        extra["Digest"] = digest_header(request.body)
        covered.append("digest")
    covered += [name for name in ("content-type", "accept", *ALSO_COVERED) if name in request.headers]
    signed = request.with_headers(extra)
    named = {name: signed.headers[name] for name in covered if name != TARGET}
    target = request_target(request.url, with_query=with_query)
    result = _Signer(key, covered).sign(named, method=request.method, path=target)
    return signed.with_headers({"Signature": result["signature"]})


def read_claim(request: Request) -> Claim:
    """Read the Signature header; raise ``MissingSignature`` or ``MalformedSignature``."""
    if "Signature" not in request.headers:
        raise MissingSignature("The request is not signed.")
    return cavage_header.read(single_header(request, "Signature"))


def precheck(request: Request, claim: Claim, *, now: datetime) -> None:
    """Raise ``BadSignature`` for what can be seen without the key: algorithm, coverage, age and digest."""
    if claim.algorithm not in ALGORITHMS:
        raise BadSignature("The signature's algorithm is not one we accept: use rsa-sha256 or hs2019.")
    for part in (TARGET, "host"):
        if part not in claim.covered:
            raise BadSignature(f"The signature does not cover {part}.")
    _check_times(request, claim, now)
    if "digest" in claim.covered:
        check_digest(_value(request, "digest"), request.body)
    elif has_body(request):
        raise BadSignature("The signature does not cover the digest of the body.")


def verify(request: Request, claim: Claim, public_key: PublicKey) -> None:
    """Raise ``BadSignature`` unless ``public_key`` made the claim's signature; run ``precheck`` first."""
    key = acceptable(public_key)
    if isinstance(key, Ed25519PublicKey) and claim.algorithm == "rsa-sha256":
        raise BadSignature("The signature says rsa-sha256, but its key is Ed25519.")
    verifier = _Verifier(request, claim, key)
    try:
        if verifier.verify():
            return
        if "?" in verifier.path:  # some senders, Pixelfed among them, sign the path alone
            verifier.path = request_target(request.url, with_query=False)
            if verifier.verify():
                return
    except UnicodeEncodeError as error:
        raise BadSignature("What was signed contains characters that are not ASCII.") from error
    raise BadSignature("The signature is not by this key over this request.")


def _check_times(request: Request, claim: Claim, now: datetime) -> None:
    created = CREATED in claim.covered
    if "date" not in claim.covered and not created:
        raise BadSignature("The signature covers neither the date nor (created).")
    if claim.algorithm == "rsa-sha256" and (created or EXPIRES in claim.covered):
        raise BadSignature("(created) and (expires) go with hs2019 only.")
    for part, value in ((CREATED, claim.created), (EXPIRES, claim.expires)):
        if part in claim.covered and value is None:
            raise BadSignature(f"The signature covers {part} but does not give it.")
    if "date" in claim.covered:
        date = read_http_date(_value(request, "date"))
        if date is None:
            raise BadSignature("The Date header cannot be read.")
        check_age(date, now)
    if created and claim.created is not None:
        check_age(claim.created, now)
    check_expiry(claim.created, claim.expires, now)


def _signed_headers(request: Request, claim: Claim) -> dict[str, str]:
    """Collect what the claim covers; Host is not among it, for httpsig is told the host that we are."""
    special = {TARGET: "", "host": "", CREATED: str(claim.created), EXPIRES: str(claim.expires)}
    return {part: special[part] if part in special else _value(request, part) for part in claim.covered}


def _value(request: Request, name: str) -> str:
    values = request.headers.getall(name, [])
    if not values:
        raise BadSignature(f"The signature covers {name}, which the request does not carry.")
    if len(values) > 1 and name in {"date", "digest"}:
        raise BadSignature(f"The request carries {name} twice.")
    return ", ".join(value.strip(" \t") for value in values)
