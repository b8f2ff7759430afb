"""Pictures for these tests, drawn from seeds: photos, profiles, bombs and files that are no pictures at all."""

from __future__ import annotations

import math
import random
import struct
import zlib
from functools import cache, lru_cache
from io import BytesIO
from typing import Any

from PIL import Image

KINDS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")


@cache
def pixels(width: int = 320, height: int = 240, *, mode: str = "RGB", seed: int = 1) -> Image.Image:
    """A smooth, colourful picture with some grain."""
    chance = random.Random(seed)
    channels = []
    for _ in range(Image.getmodebands(mode)):
        small = Image.frombytes("L", (8, 6), bytes(chance.randrange(256) for _ in range(48)))
        channels.append(small.resize((width, height), Image.Resampling.BICUBIC))
    return channels[0] if mode == "L" else Image.merge(mode, channels)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    stream = BytesIO()
    if kind == "AVIF":
        options.setdefault("speed", 10)
    image.save(stream, kind, **options)
    return stream.getvalue()


@lru_cache(maxsize=64)
def a_file(kind: str = "JPEG", width: int = 320, height: int = 240, *, seed: int = 1, **options: Any) -> bytes:
    """A valid picture file of the kind."""
    return encoded(pixels(width, height, seed=seed), kind, **options)


def exif_with(orientation: int = 1, *, gps: bool = False) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    if gps:
        exif[0x010F] = "SECRETMAKE"
        exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0), 29: "SECRETDATE"}
    return exif.tobytes()


def png_bomb(width: int, height: int, *, rows: int | None = None) -> bytes:
    """A tiny PNG that says it is huge, and is (unless ``rows`` cuts it short): one bit a pixel, all alike."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    row = b"\0" * ((width + 7) // 8 + 1)
    squeezer = zlib.compressobj(9)
    body = b"".join(squeezer.compress(row) for _ in range(height if rows is None else rows)) + squeezer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def matrix_profile(primaries: tuple[tuple[float, float, float], ...], *, gamma: float) -> bytes:
    """A minimal ICC v2 RGB profile: the D50 colorants (rows R, G, B as XYZ) and one gamma for all channels."""

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"Test\0" + bytes(78) + b"\0\0\0",
        b"wtpt": b"XYZ \0\0\0\0" + fixed(0.9642) + fixed(1.0) + fixed(0.8249),
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        **{
            name: b"XYZ \0\0\0\0" + b"".join(map(fixed, colorant))
            for name, colorant in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)
        },
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += name + struct.pack(">II", start + len(body), len(data))
        body += padded
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"test", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + fixed(0.9642) + fixed(1.0) + fixed(0.8249)
    return header + bytes(128 - len(header)) + table + body


DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
"""The D50 colorants of Display P3 (gamma 2.2 here)."""
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))


def converted_by_hand(
    colour: tuple[int, int, int], primaries: Any, *, gamma: float | None
) -> tuple[float, float, float]:
    """What a colour of a matrix profile is in sRGB, by plain arithmetic; without a gamma its curve is sRGB's."""
    light = [(value / 255) ** gamma if gamma else _linear(value) for value in colour]
    xyz = [sum(light[i] * primaries[i][axis] for i in range(3)) for axis in range(3)]
    inverse = _inverse([[SRGB[i][axis] for i in range(3)] for axis in range(3)])
    linear = [max(0.0, min(1.0, sum(inverse[row][axis] * xyz[axis] for axis in range(3)))) for row in range(3)]
    red, green, blue = (
        255 * (part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055) for part in linear
    )
    return red, green, blue


def delta_e(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The CIE76 distance of two sRGB colours."""
    return math.dist(lab(one), lab(other))


def _linear(value: float) -> float:
    return value / 255 / 12.92 if value / 255 <= 0.04045 else ((value / 255 + 0.055) / 1.055) ** 2.4


def lab(colour: tuple[float, ...]) -> tuple[float, float, float]:
    linear = [_linear(value) for value in colour]
    white = (0.9642, 1.0, 0.8249)
    xyz = [sum(linear[i] * SRGB[i][axis] for i in range(3)) / white[axis] for axis in range(3)]
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _inverse(matrix: list[list[float]]) -> list[list[float]]:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    adjugate = [
        [e * i - f * h, c * h - b * i, b * f - c * e],
        [f * g - d * i, a * i - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d],
    ]
    return [[value / determinant for value in row] for row in adjugate]
