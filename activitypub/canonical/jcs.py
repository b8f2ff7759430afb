"""JSON in its one spelling: the JSON Canonicalization Scheme, RFC 8785.

Numbers are written as ECMAScript writes doubles, names are sorted by UTF-16 code units, and nothing is left to taste.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

EXACT = 2**53
"""Whole numbers beyond this are doubles to ECMAScript, and written as it rounds them."""


def canonical_json(value: Any) -> bytes:
    """Return the canonical form in UTF-8.

    Raises ``ValueError`` for what I-JSON has not (NaN, infinities, lone surrogates), ``TypeError`` for what is no JSON.
    """
    return _written(value).encode()


def _written(value: Any) -> str:
    match value:
        case None | bool():
            return json.dumps(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case int():
            return str(value) if -EXACT <= value <= EXACT else _number(float(value))
        case float():
            return _number(value)
        case list() | tuple():
            return f"[{','.join(map(_written, value))}]"
        case dict():
            names = sorted(value, key=_utf16)
            return f"{{{','.join(f'{_written(name)}:{_written(value[name])}' for name in names)}}}"
    raise TypeError(f"JSON has no {type(value).__name__}.")


def _utf16(name: Any) -> bytes:
    if not isinstance(name, str):
        raise TypeError("The names of a JSON object are strings.")
    return name.encode("utf-16-be")


def _number(value: float) -> str:
    """Write a double as ECMA-262 does (Number::toString); Python finds the same shortest digits."""
    if not isfinite(value):
        raise ValueError("JSON has no infinite number and none that is not a number.")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    point = len(whole) + int(exponent or 0)
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    """Place the decimal point after ``point`` of the digits, or write an exponent where ECMAScript does."""
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{rest}e{point - 1:+d}"
