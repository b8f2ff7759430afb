"""Multibase in its base58btc spelling (a z, then Bitcoin's alphabet): how keys and proofs are written.

The rule: what is decoded is short, because base58 takes time that grows with the square of its length.
"""

from __future__ import annotations

LONGEST = 1024
"""Characters; a signature takes 89, an Ed25519 key 48."""

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}


def encode(data: bytes) -> str:
    """Write bytes."""
    number = int.from_bytes(data)
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = _ALPHABET[digit] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + _ALPHABET[0] * zeros + digits


def decode(text: str) -> bytes:
    """Read what ``encode`` wrote; raise ``ValueError`` for another base, another letter, or too much."""
    if not text.startswith("z") or len(text) > LONGEST:
        raise ValueError("That is not base58btc multibase, or too long.")
    number = 0
    for letter in text[1:]:
        value = _VALUES.get(letter)
        if value is None:
            raise ValueError("That has a letter that base58 has not.")
        number = number * 58 + value
    zeros = len(text) - 1 - len(text[1:].lstrip(_ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
