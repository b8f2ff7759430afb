"""Blurhash (https://github.com/woltapp/blurhash): a few cosines that look like a photo from afar, as a short text.

Pure arithmetic on lists of bytes. The encoder sums each axis apart, which makes plain Python fast enough for the
thumbnail it is given. The decoder is for what strangers send: any string is either decoded or a ``ValueError``,
and the work it causes is bounded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
MOST_COMPONENTS = 9
_VALUES = {character: value for value, character in enumerate(ALPHABET)}

Vector = tuple[float, float, float]


def _linear(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


_LINEAR = tuple(_linear(value) for value in range(256))


def encode(pixels: Sequence[int], width: int, *, height: int, across: int = 4, down: int = 3) -> str:
    """Return the blurhash of ``width * height`` RGB pixels (three bytes each, rows from the top).

    ``across`` and ``down`` are the numbers of components, 1 to 9. Raises ``ValueError`` when the sizes do not agree.
    """
    if len(pixels) != 3 * width * height or not (1 <= across <= MOST_COMPONENTS and 1 <= down <= MOST_COMPONENTS):
        raise ValueError("these are not the pixels of such a picture")
    flat = [value for row in _factors(pixels, width, height=height, across=across, down=down) for value in row]
    largest = max((abs(part) for vector in flat[1:] for part in vector), default=0.0)
    step = max(0, min(82, int(largest * 166 - 0.5)))
    scale = (step + 1) / 166
    text = _digits((across - 1) + (down - 1) * 9, 1) + _digits(step if len(flat) > 1 else 0, 1)
    red, green, blue = (_srgb(part) for part in flat[0])
    text += _digits((red << 16) + (green << 8) + blue, 4)
    return text + "".join(_digits(_quantised(vector, scale), 2) for vector in flat[1:])


def decode(blurhash: str, width: int, *, height: int) -> bytes:
    """Return ``width * height`` RGB pixels, three bytes each; raise ``ValueError`` for what is no blurhash."""
    if not (1 <= width <= 64 and 1 <= height <= 64):
        raise ValueError("a blurhash is decoded to at most 64 by 64 pixels")
    across, down, vectors = _vectors(blurhash)
    columns, rows = _cosines(width, across), _cosines(height, down)
    result = bytearray()
    for y in range(height):
        line = [
            tuple(sum(rows[j][y] * vectors[j * across + i][channel] for j in range(down)) for channel in range(3))
            for i in range(across)
        ]
        for x in range(width):
            for channel in range(3):
                result.append(_srgb(sum(columns[i][x] * line[i][channel] for i in range(across))))
    return bytes(result)


def is_blurhash(text: str) -> bool:
    """Say whether a text that came from elsewhere can be decoded."""
    try:
        _vectors(text)
    except ValueError:
        return False
    return True


def _factors(pixels: Sequence[int], width: int, *, height: int, across: int, down: int) -> list[list[Vector]]:
    columns, rows = _cosines(width, across), _cosines(height, down)
    sums = [[[0.0, 0.0, 0.0] for _ in range(across)] for _ in range(down)]
    for y in range(height):
        line = [_LINEAR[value] for value in pixels[3 * width * y : 3 * width * (y + 1)]]
        channels = (line[0::3], line[1::3], line[2::3])
        for i, cosines in enumerate(columns):
            along = [math.fsum(map(float.__mul__, cosines, channel)) for channel in channels]
            for j in range(down):
                cell, weight = sums[j][i], rows[j][y]
                for channel in range(3):
                    cell[channel] += weight * along[channel]
    area = width * height
    return [[_scaled(sums[j][i], (1.0 if i == j == 0 else 2.0) / area) for i in range(across)] for j in range(down)]


def _scaled(vector: Sequence[float], factor: float) -> Vector:
    return vector[0] * factor, vector[1] * factor, vector[2] * factor


@lru_cache(maxsize=64)
def _cosines(size: int, components: int) -> tuple[tuple[float, ...], ...]:
    return tuple(
        tuple(math.cos(math.pi * component * place / size) for place in range(size)) for component in range(components)
    )


def _vectors(blurhash: str) -> tuple[int, int, list[Vector]]:
    if not 6 <= len(blurhash) <= 4 + 2 * MOST_COMPONENTS**2:
        raise ValueError("a blurhash has 6 to 166 characters")
    size = _number(blurhash[0])
    across, down = size % 9 + 1, size // 9 + 1
    if down > MOST_COMPONENTS or len(blurhash) != 4 + 2 * across * down:
        raise ValueError("this blurhash is not as long as its first character says")
    scale = (_number(blurhash[1]) + 1) / 166
    mean = _number(blurhash[2:6])
    if mean >> 24:
        raise ValueError("this blurhash begins with no colour")
    vectors: list[Vector] = [(_LINEAR[mean >> 16], _LINEAR[mean >> 8 & 255], _LINEAR[mean & 255])]
    for place in range(6, len(blurhash), 2):
        value = _number(blurhash[place : place + 2])
        if value >= 19**3:
            raise ValueError("this blurhash holds a number too large")
        parts = value // 361, value // 19 % 19, value % 19
        red, green, blue = (math.copysign(((part - 9) / 9) ** 2, part - 9) * scale for part in parts)
        vectors.append((red, green, blue))
    return across, down, vectors


def _quantised(vector: Vector, scale: float) -> int:
    result = 0
    for part in vector:
        root = math.copysign(math.sqrt(abs(part / scale)), part)
        result = result * 19 + max(0, min(18, math.floor(root * 9 + 9.5)))
    return result


def _srgb(value: float) -> int:
    part = max(0.0, min(1.0, value))
    return int((part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055) * 255 + 0.5)


def _digits(value: int, length: int) -> str:
    return "".join(ALPHABET[value // 83**place % 83] for place in reversed(range(length)))


def _number(text: str) -> int:
    result = 0
    for character in text:
        if character not in _VALUES:
            raise ValueError(f"{character!r} does not occur in a blurhash")
        result = result * 83 + _VALUES[character]
    return result
