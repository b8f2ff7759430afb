"""WebP (RFC 9649): the chunks that make the picture stay; EXIF, XMP and all that is unknown go."""

from __future__ import annotations

import struct

from rossgram_fed.media import profiles
from rossgram_fed.media.errors import DAMAGED, BadPicture
from rossgram_fed.media.stripping.stripped import Stripped, exif_of, orientation_in, says_adobe_rgb, short

_KEPT = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})
_PROFILE, _EXIF, _XMP = 0x20, 0x08, 0x04
"""Bits of the VP8X chunk."""


def strip_webp(data: bytes) -> Stripped:
    """Take off a WebP's metadata; raise ``BadPicture`` when its chunks make no sense."""
    chunks = _chunks(data)
    said = {name: data[start:end] for name, start, end in reversed(chunks) if name not in _KEPT}
    exif = short(said.get(b"EXIF", b"").removeprefix(b"Exif\0\0"))
    orientation, icc = orientation_in(exif), profiles.scrubbed(said.get(b"ICCP", b""))
    if not icc and b"VP8X" in said and says_adobe_rgb(exif):
        icc = profiles.ADOBE_RGB
    view = memoryview(data)
    pieces: list[bytes | memoryview] = []
    extended = bytearray(said.get(b"VP8X", b""))
    if len(extended) >= 10:
        extended[0] = extended[0] & ~(_PROFILE | _EXIF | _XMP) & 0xFF
        extended[0] |= (_PROFILE if icc else 0) | (_EXIF if orientation != 1 else 0)
        pieces.append(_chunk(b"VP8X", bytes(extended)))
        pieces += [_chunk(b"ICCP", icc)] if icc else []
    for name, start, end in chunks:
        if name in _KEPT:
            pieces += (_head(name, end - start), view[start:end], bytes((end - start) % 2))
    if len(extended) >= 10 and orientation != 1:
        pieces.append(_chunk(b"EXIF", exif_of(orientation)))
    body = b"".join(pieces)
    return Stripped(
        data=_head(b"RIFF", len(body) + 4) + b"WEBP" + body,
        exif=exif,
        xmp=short(said.get(b"XMP ", b"")),
        icc=icc,
        orientation=orientation,
    )


def _chunks(data: bytes) -> list[tuple[bytes, int, int]]:
    """Return every chunk's name and where its content begins and ends."""
    limit = 8 + int.from_bytes(data[4:8], "little")
    if limit > len(data):
        raise BadPicture(DAMAGED)
    found, place = [], 12
    while place + 8 <= limit:
        name, length = struct.unpack_from("<4sI", data, place)
        if place + 8 + length > limit:
            raise BadPicture(DAMAGED)
        found.append((name, place + 8, place + 8 + length))
        place += 8 + length + length % 2
    return found


def _head(name: bytes, length: int) -> bytes:
    return name + length.to_bytes(4, "little")


def _chunk(name: bytes, body: bytes) -> bytes:
    return _head(name, len(body)) + body + bytes(len(body) % 2)
