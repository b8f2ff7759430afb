"""Read IPTC's records (IIM 4.2) where Photoshop puts them. Runs where decoders run."""

from __future__ import annotations

_NAMES = {80: "creator", 116: "rights", 120: "description"}


def records_in(blocks: bytes) -> dict[str, str]:
    """Return description, creator and rights out of Photoshop's resource 0x0404."""
    place = 0
    while blocks.startswith(b"8BIM", place) and place + 12 <= len(blocks):
        number = int.from_bytes(blocks[place + 4 : place + 6], "big")
        start = place + 6 + (blocks[place + 6] + 2) // 2 * 2 + 4
        length = int.from_bytes(blocks[start - 4 : start], "big")
        if number == 0x0404:
            return _records(blocks[start : start + length])
        place = start + length + length % 2
    return {}


def _records(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    utf8, place = b"\x1c\x01\x5a\0\x03\x1b%G" in data, 0
    while data.startswith(b"\x1c", place) and place + 5 <= len(data):
        record, number = data[place + 1], data[place + 2]
        length = int.from_bytes(data[place + 3 : place + 5], "big")
        value = data[place + 5 : place + 5 + length]
        if record == 2 and number in _NAMES and length < 0x8000:
            found.setdefault(_NAMES[number], value.decode("utf-8" if utf8 else "latin-1", "replace"))
        place += 5 + length
    return found
