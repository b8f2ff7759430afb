"""JPEG (T.81): the segments that make the picture stay, byte for byte; all others go, and whatever follows its end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rossgram_fed.media import profiles
from rossgram_fed.media.errors import DAMAGED, BadPicture
from rossgram_fed.media.stripping.stripped import (
    LONGEST_TEXT,
    Stripped,
    exif_of,
    orientation_in,
    says_adobe_rgb,
    short,
)

_END, _SCAN, _ADOBE = 0xD9, 0xDA, 0xEE
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_COMMON_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_KEPT = _FRAMES | {0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}
"""Frames, tables (Huffman, arithmetic, quantisation), number of lines, restarts, hierarchies."""
_MOST_SEGMENTS = 20_000
"""No photo has so many."""
_FILL = re.compile(rb"\xff+")
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_PROFILE, _PHOTOSHOP = b"ICC_PROFILE\0", b"Photoshop 3.0\0"
_CHUNK = 65_519
"""The longest piece of a profile in one segment."""


@dataclass(slots=True)
class _Parts:
    """What a walk through the segments finds."""

    picture: list[bytes | memoryview] = field(default_factory=list)
    jfif: bytes = b""
    adobe: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    profile: dict[int, bytes] = field(default_factory=dict)
    frame: bytes = b""
    """The marker of the frame and its segment."""

    def note(self, marker: int, body: bytes) -> None:
        """Read a segment that says something about the picture."""
        if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 12 and not self.jfif:
            self.jfif = body[:12] + b"\0\0"  # without the thumbnail that may follow
        elif marker == 0xE1 and body.startswith(_EXIF) and not self.exif:
            self.exif = body[len(_EXIF) :]
        elif marker == 0xE1 and body.startswith(_XMP) and not self.xmp:
            self.xmp = body[len(_XMP) :]
        elif marker == 0xE2 and body.startswith(_PROFILE) and len(body) > len(_PROFILE) + 2:
            self.profile.setdefault(body[len(_PROFILE)], body[len(_PROFILE) + 2 :])
        elif marker == 0xED and body.startswith(_PHOTOSHOP) and len(self.iptc) < LONGEST_TEXT:
            self.iptc += body[len(_PHOTOSHOP) :]
        elif marker == _ADOBE and body.startswith(b"Adobe") and len(body) >= 12:
            self.adobe = body[:12]

    @property
    def icc(self) -> bytes:
        """The profile, put together and freed of what is none of our business."""
        if sum(map(len, self.profile.values())) > profiles.LARGEST_PROFILE:
            return b""
        return profiles.scrubbed(b"".join(self.profile[number] for number in sorted(self.profile)))

    @property
    def common(self) -> bool:
        """Whether everybody's decoder reads it."""
        if len(self.frame) < 7 or self.frame[0] not in _COMMON_FRAMES or self.frame[1] != 8:
            return False
        components, first = self.frame[6], self.frame[7::3]
        as_rgb = (bool(self.adobe) and self.adobe[11] == 0) or first[:3] == b"RGB"
        return components == 1 or (components == 3 and not as_rgb)


def strip_jpeg(data: bytes) -> Stripped:
    """Take off a JPEG's metadata; raise ``BadPicture`` when its segments make no sense or it has no end."""
    parts = _walked(data)
    exif = short(parts.exif)
    orientation, icc = orientation_in(exif), parts.icc
    if not icc and says_adobe_rgb(exif):
        icc = profiles.ADOBE_RGB
    head = [b"\xff\xd8"]
    if parts.jfif:
        head.append(_segment(0xE0, parts.jfif))
    if orientation != 1:
        head.append(_segment(0xE1, _EXIF + exif_of(orientation)))
    pieces = [icc[start : start + _CHUNK] for start in range(0, len(icc), _CHUNK)]
    for number, piece in enumerate(pieces, 1):
        head.append(_segment(0xE2, _PROFILE + bytes((number, len(pieces))) + piece))
    if parts.adobe:
        head.append(_segment(_ADOBE, parts.adobe))
    return Stripped(
        data=b"".join((*head, *parts.picture, b"\xff\xd9")),
        exif=exif,
        xmp=short(parts.xmp),
        iptc=short(parts.iptc),
        icc=icc,
        orientation=orientation,
        common=parts.common,
    )


def _walked(data: bytes) -> _Parts:
    parts, view, place = _Parts(), memoryview(data), 2
    for _ in range(_MOST_SEGMENTS):
        # Decoders pass over bytes between segments, and over fill bytes before a marker.
        found = _FILL.search(data, place)
        if found is None or found.end() == len(data):
            raise BadPicture(DAMAGED)
        marker, place = data[found.end()], found.end() + 1
        if marker == _END:
            return parts
        if marker == 0 or marker in _ALONE:
            continue
        length = int.from_bytes(data[place : place + 2], "big")
        end = place + length
        if length < 2 or end > len(data):
            raise BadPicture(DAMAGED)
        if marker == _SCAN:
            end = _scan_end(data, end)
        if marker == _SCAN or marker in _KEPT:
            parts.picture += (bytes((0xFF, marker)), view[place:end])
        else:
            parts.note(marker, data[place + 2 : end])
        if marker in _FRAMES and not parts.frame:
            parts.frame = bytes((marker,)) + data[place + 2 : end]
        place = end
    raise BadPicture(DAMAGED)


def _scan_end(data: bytes, start: int) -> int:
    found = _NEXT_MARKER.search(data, start)
    if found is None:
        raise BadPicture(DAMAGED)
    return found.start()


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body
