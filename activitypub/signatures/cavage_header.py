"""Read the Signature header of draft-cavage: a strict grammar first, then httpsig's parser.

httpsig keeps the last of two equal parameters, drops empty ones and ignores stray characters; here each is refused.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping

from activitypub.errors import MalformedSignature

from .library import parse_signature_header
from .values import Claim, Scheme

LONGEST_SIGNATURE = 4096
"""Characters; one by an RSA key of 8192 bits, with a long keyId, takes about 2,000."""
MOST_COVERED = 32

_QUOTED = r'"[\x20\x21\x23-\x5b\x5d-\x7e]*"'
_PARAMETER = rf"[A-Za-z][A-Za-z0-9_-]{{0,31}}=(?:{_QUOTED}|[0-9]{{1,12}})"
_HEADER = re.compile(rf"[ \t]*{_PARAMETER}(?:[ \t]*,[ \t]*{_PARAMETER})*[ \t]*")
_PAIR = re.compile(rf"([A-Za-z][A-Za-z0-9_-]*)=({_QUOTED}|[0-9]+)")
_MAY_BE_BARE = frozenset({"created", "expires"})
_PART = re.compile(r"\((?:request-target|created|expires)\)|[a-z0-9!#$%&'*+.^_`|~-]+")
_TIME = re.compile(r"[1-9][0-9]{0,11}")
_KEY_ID = re.compile(r"[\x21-\x7e]{1,2048}")


def read(header: str) -> Claim:
    """Return what the header claims; raise ``MalformedSignature`` for anything the draft does not allow."""
    values = _parameters(header)
    if "keyid" not in values or not _KEY_ID.fullmatch(values["keyid"]):
        raise MalformedSignature("The Signature header has no usable keyId.")
    if "signature" not in values:
        raise MalformedSignature("The Signature header has no signature.")
    return Claim(
        scheme=Scheme.CAVAGE,
        key_id=values["keyid"],
        algorithm=values.get("algorithm", "").lower(),
        covered=_covered(values.get("headers", "date")),
        signature=_decode(values["signature"]),
        created=_seconds(values, "created"),
        expires=_seconds(values, "expires"),
    )


def _parameters(header: str) -> dict[str, str]:
    if len(header) > LONGEST_SIGNATURE:
        raise MalformedSignature("The Signature header is too long.")
    if not _HEADER.fullmatch(header):
        raise MalformedSignature('The Signature header must be a list of name="value".')
    pairs = [(name.lower(), value) for name, value in _PAIR.findall(header)]
    if len({name for name, _value in pairs}) != len(pairs):
        raise MalformedSignature("The Signature header names a parameter twice.")
    for name, value in pairs:
        if value == '""':
            raise MalformedSignature(f"The {name} of the Signature header is empty.")
        if value[0] != '"' and name not in _MAY_BE_BARE:
            raise MalformedSignature(f"The {name} of the Signature header must be in quotes.")
    # httpsig reads one character at a time: spare it the long value.
    values: dict[str, str] = parse_signature_header(",".join(f"{n}={v}" for n, v in pairs if n != "signature"))
    return {**values, **{name: value.strip('"') for name, value in pairs if name == "signature"}}


def _covered(text: str) -> tuple[str, ...]:
    parts = tuple(text.lower().split(" "))
    if len(parts) > MOST_COVERED or not all(_PART.fullmatch(part) for part in parts):
        raise MalformedSignature("The list of signed headers cannot be read.")
    if len(set(parts)) != len(parts):
        raise MalformedSignature("The list of signed headers names one twice.")
    return parts


def _seconds(values: Mapping[str, str], name: str) -> int | None:
    if name not in values:
        return None
    if not _TIME.fullmatch(values[name]):
        raise MalformedSignature(f"The signature's {name} is not a whole number of seconds.")
    return int(values[name])


def _decode(text: str) -> bytes:
    try:
        signature = b64decode(text, validate=True)
    except ValueError as error:
        raise MalformedSignature("The signature is not base64.") from error
    if b64encode(signature).decode() != text:  # bits that decode to nothing would give one signature many spellings
        raise MalformedSignature("The signature is not base64.")
    return signature
