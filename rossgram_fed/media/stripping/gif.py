"""GIF (89a): frames and their timing stay; comments, texts and applications' blocks go."""

from __future__ import annotations

from rossgram_fed.media.errors import DAMAGED, BadPicture
from rossgram_fed.media.stripping.stripped import Stripped

_EXTENSION, _FRAME, _END = 0x21, 0x2C, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = (b"\x0bNETSCAPE2.0\x03\x01", b"\x0bANIMEXTS1.0\x03\x01")


def strip_gif(data: bytes) -> Stripped:
    """Take off a GIF's metadata; raise ``BadPicture`` when its blocks make no sense or it has no end."""
    if len(data) < 13:
        raise BadPicture(DAMAGED)
    place = 13 + _table(data[10])
    kept = [data[:place]]
    while (kind := _byte(data, place)) != _END:
        if kind == _FRAME:
            end = _blocks_end(data, place + 11 + _table(_byte(data, place + 9)))
            kept.append(data[place:end])
        elif kind == _EXTENSION:
            label, end = _byte(data, place + 1), _blocks_end(data, place + 2)
            if label == _CONTROL or (
                label == _APPLICATION and data.startswith(_LOOPS, place + 2) and end - place == 19
            ):
                kept.append(data[place:end])
        else:
            raise BadPicture(DAMAGED)
        place = end
    return Stripped(data=b"".join((*kept, b";")))


def _byte(data: bytes, place: int) -> int:
    if place >= len(data):
        raise BadPicture(DAMAGED)
    return data[place]


def _table(flags: int) -> int:
    """Return the length of the colour table that these flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(data: bytes, place: int) -> int:
    """Return where a chain of blocks ends: each with its length, the last with none."""
    while length := _byte(data, place):
        place += 1 + length
    return place + 1
