"""PNG (third edition, with APNG): chunks that make the picture stay; texts, times and EXIF go."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator

from rossgram_fed.media import profiles
from rossgram_fed.media.errors import DAMAGED, BadPicture
from rossgram_fed.media.stripping.stripped import LONGEST_TEXT, Stripped, exif_of, orientation_in, short

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB cICP sBIT bKGD acTL fcTL fdAT".split())
_XMP = b"XML:com.adobe.xmp\0"


def strip_png(data: bytes) -> Stripped:
    """Take off a PNG's metadata; raise ``BadPicture`` when its chunks make no sense or it has no end."""
    kept: list[bytes | memoryview] = []
    said: dict[bytes, bytes] = {}
    xmp, view = b"", memoryview(data)
    for name, start, end in _chunks(data):
        if name in _KEPT:
            kept.append(view[start:end])
        if name in (b"iCCP", b"eXIf", b"cICP", b"sRGB", b"gAMA", b"cHRM"):
            said.setdefault(name, data[start + 8 : end - 4])
        elif name == b"iTXt" and not xmp and data.startswith(_XMP, start + 8):
            xmp = _international(data[start + 8 + len(_XMP) : end - 4])
    exif = short(said.get(b"eXIf", b""))
    icc, orientation = _embedded(said.get(b"iCCP", b"")), orientation_in(exif)
    added = [_chunk(b"iCCP", b"Colours\0\0" + zlib.compress(icc))] if icc else []
    if orientation != 1:
        added.append(_chunk(b"eXIf", exif_of(orientation)))
    return Stripped(
        data=b"".join((SIGNATURE, kept[0], *added, *kept[1:])),
        exif=exif,
        xmp=short(xmp),
        icc=_meant(said, icc),
        orientation=orientation,
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield every chunk's name and where it begins and ends; the first is the header and the last the end."""
    place, name = len(SIGNATURE), b""
    while name != b"IEND":
        length = int.from_bytes(data[place : place + 4], "big")
        end = place + 12 + length
        if end > len(data) or (not name and data[place + 4 : place + 8] != b"IHDR"):
            raise BadPicture(DAMAGED)
        name = data[place + 4 : place + 8]
        yield name, place, end
        place = end


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _inflated(data: bytes, most: int) -> bytes:
    """Return what is in a compressed text or profile; nothing when that is broken or longer than ``most`` bytes."""
    inflater = zlib.decompressobj()
    try:
        found = inflater.decompress(data, most)
    except zlib.error:
        return b""
    return found if inflater.eof else b""


def _embedded(chunk: bytes) -> bytes:
    _, _, rest = chunk.partition(b"\0")
    return profiles.scrubbed(_inflated(rest[1:], profiles.LARGEST_PROFILE)) if rest else b""


def _international(text: bytes) -> bytes:
    compressed, method = text[:1], text[1:2]
    parts = text[2:].split(b"\0", 2)
    if len(parts) < 3 or method != b"\0":
        return b""
    return _inflated(parts[2], LONGEST_TEXT) if compressed == b"\1" else parts[2]


def _meant(said: dict[bytes, bytes], icc: bytes) -> bytes:
    """Return the profile of the pixels: cICP before iCCP before sRGB before gAMA and cHRM."""
    code_points = said.get(b"cICP", b"")
    if len(code_points) == 4:
        return profiles.of_code_points(code_points[0], code_points[1])
    if icc or b"sRGB" in said:
        return icc
    return _measured(said.get(b"gAMA", b""), said.get(b"cHRM", b""))


def _measured(gamma_chunk: bytes, points_chunk: bytes) -> bytes:
    """Return a profile for a gamma and chromaticities, unless they are sRGB's to the eye."""
    gamma = int.from_bytes(gamma_chunk, "big") / 100_000 if len(gamma_chunk) == 4 else 1 / 2.2
    numbers = [part / 100_000 for part in struct.unpack(">8I", points_chunk)] if len(points_chunk) == 32 else []
    usual = [profiles.D65, *profiles.SRGB_PRIMARIES]
    points = [(numbers[at], numbers[at + 1]) for at in range(0, len(numbers), 2)] or usual
    apart = [math.dist(point, norm) for point, norm in zip(points, usual, strict=True)]
    far = max(apart) > 0.005
    if not 0.1 <= gamma <= 2 or (abs(gamma - 1 / 2.2) < 0.02 and not far):
        return b""
    try:
        white, red, green, blue = points
        return profiles.made((red, green, blue), white=white, gamma=1 / gamma if gamma_chunk else None)
    except ValueError:
        return b""
