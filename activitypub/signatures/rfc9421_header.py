"""Read Signature-Input and Signature of RFC 9421 and choose the one signature that will be verified.

A request may carry several. The first that covers what this server demands is taken; the others prove nothing
and do no harm.
"""

from __future__ import annotations

import re
from typing import cast

import http_sf

from activitypub.errors import MalformedSignature, MissingSignature
from activitypub.http import Request

from .target import has_body
from .values import Claim, Scheme

LONGEST_FIELD = 8192
"""Characters in each of the two fields."""
MOST_SIGNATURES = 8
MOST_COVERED = 32

Parameters = dict[str, object]
_KEY_ID = re.compile(r"[\x21-\x7e]{1,2048}")


def read(request: Request) -> Claim:
    """Return what the request claims; raise ``MissingSignature`` or ``MalformedSignature``."""
    if "Signature-Input" not in request.headers or "Signature" not in request.headers:
        raise MissingSignature("The request is not signed: it needs both Signature-Input and Signature.")
    text = _field(request, "Signature-Input")
    inputs, signatures = _dictionary(text), _dictionary(_field(request, "Signature"))
    if len(inputs) == 1:
        (label,) = inputs
        return _claim(label, inputs, signatures, text=text)
    claims = [_claim(label, inputs, signatures, text=http_sf.ser({label: inputs[label]})) for label in inputs]  # type: ignore[dict-item]
    return next((claim for claim in claims if lacks(request, claim) is None), claims[0])


def lacks(request: Request, claim: Claim) -> str | None:
    """Say which part of the request the claim ought to cover and does not; None when it covers enough."""
    covered = set(claim.covered)
    if "@method" not in covered:
        return "the method"
    if "@target-uri" not in covered:
        if "@authority" not in covered:
            return "the host"
        if "@request-target" not in covered and "@path" not in covered:
            return "the path"
        if "@request-target" not in covered and "?" in request.url and "@query" not in covered:
            return "the query"
    if has_body(request) and "content-digest" not in covered:
        return "the digest of the body"
    return None


def _field(request: Request, name: str) -> str:
    text = ", ".join(request.headers.getall(name))
    if len(text) > LONGEST_FIELD:
        raise MalformedSignature(f"The {name} header is too long.")
    return text


def _dictionary(text: str) -> dict[str, tuple[object, Parameters]]:
    try:
        members = http_sf.parse(text.encode("ascii"), tltype="dictionary", on_duplicate_key=_refuse_duplicate)
    except ValueError as error:  # http_sf's own errors and UnicodeEncodeError are ValueErrors
        raise MalformedSignature("The signature's headers are no structured dictionaries (RFC 9651).") from error
    found = cast(dict[str, tuple[object, Parameters]], members)
    if not 0 < len(found) <= MOST_SIGNATURES:
        raise MalformedSignature(f"The request must carry 1 to {MOST_SIGNATURES} signatures.")
    return found


def _claim(
    label: str,
    inputs: dict[str, tuple[object, Parameters]],
    signatures: dict[str, tuple[object, Parameters]],
    *,
    text: str,
) -> Claim:
    components, parameters = inputs[label]
    signature = signatures.get(label, (None, {}))[0]
    if not isinstance(signature, bytes) or not signature:
        raise MalformedSignature(f"The signature {label} has an input but no value.")
    key_id, algorithm = parameters.get("keyid"), parameters.get("alg", "")
    if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
        raise MalformedSignature("The signature has no usable keyid.")
    if not isinstance(algorithm, str) or ("alg" in parameters and not algorithm):
        raise MalformedSignature("The signature's alg cannot be read.")
    return Claim(
        scheme=Scheme.RFC9421,
        key_id=key_id,
        algorithm=algorithm,
        covered=_components(components),
        signature=signature,
        created=_seconds(parameters, "created"),
        expires=_seconds(parameters, "expires"),
        label=label,
        signature_input=text,
    )


def _components(components: object) -> tuple[str, ...]:
    """Return plain names as they are, and names with parameters in full so that neither passes for the other."""
    if not isinstance(components, list) or len(components) > MOST_COVERED:
        raise MalformedSignature("The list of signed parts cannot be read.")
    for name, _parameters in components:
        if not isinstance(name, str):
            raise MalformedSignature("The list of signed parts must hold strings.")
    names = tuple(http_sf.ser((name, parameters)) if parameters else name for name, parameters in components)
    if len(set(names)) != len(names):
        raise MalformedSignature("The list of signed parts names one twice.")
    return names


def _seconds(parameters: Parameters, name: str) -> int | None:
    value = parameters.get(name)
    if value is None:
        return None
    if type(value) is not int or value <= 0:
        raise MalformedSignature(f"The signature's {name} is not a whole number of seconds.")
    return value


def _refuse_duplicate(name: str, context: str) -> None:
    raise MalformedSignature(f"The signature's headers name {name} twice.")
