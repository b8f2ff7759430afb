"""Colour profiles (ICC.1): made for spaces that a file only names, and freed of what they say about a machine.

A file may say what its colours mean without a profile: by code points (CICP, H.273), by chromaticities (PNG), by a word
in its EXIF (Adobe RGB). A profile is made of that, so that there is one way from any picture to sRGB.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

LARGEST_PROFILE = 1 << 20
"""Bytes; a larger profile is not read, and the picture is taken for sRGB."""

Point = tuple[float, float]
"""A chromaticity x, y."""
Primaries = tuple[Point, Point, Point]
"""Of red, green and blue."""
Matrix = Sequence[Sequence[float]]

D65: Point = (0.3127, 0.3290)
SRGB_PRIMARIES: Primaries = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
P3_PRIMARIES: Primaries = ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06))
ADOBE_PRIMARIES: Primaries = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
REC2020_PRIMARIES: Primaries = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
ADOBE_GAMMA = 563 / 256

_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD: Matrix = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_CICP_PRIMARIES = {9: REC2020_PRIMARIES, 11: P3_PRIMARIES, 12: P3_PRIMARIES}
_CICP_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0}
_HEADER, _ENTRY = 128, 12
_SHOWING = frozenset(
    b"wtpt bkpt rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC chad chrm cicp lumi gamt A2B0 A2B1 A2B2 B2A0 B2A1 B2A2".split()
) | frozenset(b"D2B0 D2B1 D2B2 D2B3 B2D0 B2D1 B2D2 B2D3".split())
"""The tags that say what colours mean; all others are about a device, a person or a program."""
_MOST_TAGS = 100
_NAME = "Colours".encode("utf-16-be")
"""Made here: the first use of a codec opens a file, which processes that develop pictures may not."""


def made(primaries: Primaries, *, white: Point = D65, gamma: float | None = None) -> bytes:
    """Return an ICC v2 profile of these primaries; without a ``gamma`` its curve is sRGB's.

    Raises ``ValueError`` for primaries that span no space.
    """
    curve = _srgb_curve() if gamma is None else b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    colorants = _adapted(primaries, white)
    tags = {b"wtpt": _xyz(_D50)}
    tags |= {name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants, strict=True)}
    return _assembled(b"mntr", b"RGB ", b"XYZ ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def of_code_points(primaries: int, transfer: int) -> bytes:
    """Return a profile for H.273 code points; empty when they mean sRGB, nothing, or nothing that we know.

    The curves of video (BT.709 and its kin) are shown with sRGB's, as browsers do. Those of HDR (16, 18) are too, for
    want of a display that is as bright.
    """
    gamma = _CICP_GAMMAS.get(transfer)
    if primaries not in _CICP_PRIMARIES and gamma is None:
        return b""
    return made(_CICP_PRIMARIES.get(primaries, SRGB_PRIMARIES), gamma=gamma)


def scrubbed(profile: bytes) -> bytes:
    """Return a profile with nothing but what colours mean, under a neutral name; empty when it cannot be read.

    Profiles of calibrated screens carry the serial number of the screen (Apple's ``mmod``), the date and the person.
    """
    if not _HEADER + 4 <= len(profile) <= LARGEST_PROFILE or profile[36:40] != b"acsp":
        return b""
    (count,) = struct.unpack_from(">I", profile, _HEADER)
    if count > _MOST_TAGS or _HEADER + 4 + count * _ENTRY > len(profile):
        return b""
    tags: dict[bytes, bytes] = {}
    for number in range(count):
        name, start, length = struct.unpack_from(">4sII", profile, _HEADER + 4 + number * _ENTRY)
        if name not in _SHOWING:
            continue
        if start + length > len(profile) or start < _HEADER:
            return b""
        tags[name] = profile[start : start + length]
    return _assembled(
        profile[12:16], profile[16:20], profile[20:24], tags, version=profile[8:10], intent=profile[64:68]
    )


def _assembled(
    device: bytes,
    space: bytes,
    connection: bytes,
    tags: dict[bytes, bytes],
    *,
    version: bytes = b"\x02\x40",
    intent: bytes = bytes(4),
) -> bytes:
    """Put a profile together: header, table, and every value once."""
    named = _names(version) | tags
    body, table, places = bytearray(), bytearray(struct.pack(">I", len(named))), dict[bytes, int]()
    start = _HEADER + 4 + len(named) * _ENTRY
    for name, value in named.items():
        if value not in places:
            places[value] = start + len(body)
            body += value + bytes(-len(value) % 4)
        table += name + struct.pack(">II", places[value], len(value))
    head = struct.pack(">I4s4s", start + len(body), bytes(4), version + b"\0\0") + device + space + connection
    head += bytes(12) + b"acsp" + bytes(24) + intent + _xyz(_D50)[8:]
    return head + bytes(_HEADER - len(head)) + bytes(table) + bytes(body)


def _names(version: bytes) -> dict[bytes, bytes]:
    if version[:1] >= b"\x04":
        head = b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", 14, 28)
        text = head + _NAME
        return {b"desc": text, b"cprt": text}
    desc = b"desc\0\0\0\0" + struct.pack(">I", 8) + b"Colours\0" + bytes(78)
    return {b"desc": desc, b"cprt": b"text\0\0\0\0Colours\0"}


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _srgb_curve() -> bytes:
    points = [value / 1023 for value in range(1024)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in points]
    return b"curv\0\0\0\0" + struct.pack(">I1024H", 1024, *(round(part * 65535) for part in linear))


def _adapted(primaries: Primaries, white: Point) -> list[list[float]]:
    """Return the XYZ of red, green and blue at full strength, adapted from ``white`` to D50."""
    if any(not 0 < y <= 1 for _, y in (*primaries, white)):
        raise ValueError("these chromaticities span no space")
    lights = [[x / y, 1.0, (1 - x - y) / y] for x, y in primaries]
    source = [white[0] / white[1], 1.0, (1 - white[0] - white[1]) / white[1]]
    strengths = _times(_inverse([[light[axis] for light in lights] for axis in range(3)]), source)
    cones, wanted = _times(_BRADFORD, source), _times(_BRADFORD, _D50)
    back = _inverse(_BRADFORD)
    return [
        _times(back, [part * to / of for part, to, of in zip(_times(_BRADFORD, light), wanted, cones, strict=True)])
        for light in ([strength * part for part in light] for strength, light in zip(strengths, lights, strict=True))
    ]


def _times(matrix: Matrix, vector: Sequence[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _inverse(matrix: Matrix) -> list[list[float]]:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    if abs(determinant) < 1e-9:
        raise ValueError("these chromaticities span no space")
    rows = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    return [[value / determinant for value in row] for row in rows]


ADOBE_RGB = made(ADOBE_PRIMARIES, gamma=ADOBE_GAMMA)
