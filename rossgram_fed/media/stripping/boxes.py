"""The boxes that HEIF and AVIF files are made of (ISO 14496-12, 23008-12): where each is, and which bytes are whose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

MOST = 20_000
"""Boxes, items or pieces of one file; more are no photo."""

Range = tuple[int, int]
"""Where something begins and ends in the file."""


class Unreadable(ValueError):
    """The boxes make no sense, or are of a kind that we do not know."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its name, where it begins, where its content begins, where it ends."""

    name: bytes
    start: int
    body: int
    end: int


@dataclass(slots=True)
class Item:
    """One picture or one piece of metadata."""

    name: bytes
    """Its type."""
    info: Range
    """Its entry: from its type to the end."""
    content_type: bytes = b""
    pieces: list[Range] = field(default_factory=list)


class Reader:
    """Numbers read one after the other; ``Unreadable`` at the end."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._data = data
        self.place = start
        self._end = end

    def number(self, length: int) -> int:
        """Return a number of so many bytes."""
        return int.from_bytes(self.take(length), "big")

    def take(self, length: int) -> bytes:
        """Return so many bytes."""
        if length > self._end - self.place:
            raise Unreadable
        self.place += length
        return self._data[self.place - length : self.place]


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between two places."""
    count = 0
    while start < end:
        count += 1
        reader = Reader(data, start, end)
        length, name = reader.number(4), reader.take(4)
        if length == 1:
            length = reader.number(8)
        elif length == 0:
            length = end - start
        if length < reader.place - start or start + length > end or count > MOST:
            raise Unreadable
        yield Box(name, start, reader.place, start + length)
        start += length


def items_of(data: bytes, info: Box) -> dict[int, Item]:
    """Return what an ``iinf`` box lists, by number."""
    version = data[info.body]
    items: dict[int, Item] = {}
    for box in boxes(data, info.body + (6 if version == 0 else 8), info.end):
        reader = Reader(data, box.body, box.end)
        kind = reader.number(4) >> 24
        if box.name != b"infe" or kind not in (2, 3):
            raise Unreadable
        number = reader.number(2 if kind == 2 else 4)
        reader.take(2)
        item = Item(name=reader.take(4), info=(reader.place - 4, box.end))
        item.content_type = data[reader.place : box.end].split(b"\0")[1:2][0] if item.name == b"mime" else b""
        items[number] = item
    return items


def locate(data: bytes, location: Box, items: dict[int, Item], *, own: Range | None) -> None:
    """Write down where the bytes of each item are, as an ``iloc`` box says; ``own`` is the content of ``idat``."""
    reader = Reader(data, location.body, location.end)
    version = reader.number(4) >> 24
    sizes = reader.number(2)
    offset_size, length_size, base_size, index_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    if version > 2:
        raise Unreadable
    total = 0
    for _ in range(reader.number(4 if version == 2 else 2)):
        number = reader.number(4 if version == 2 else 2)
        method = reader.number(2) & 15 if version else 0
        elsewhere, base = reader.number(2), reader.number(base_size)
        if method > 1 or elsewhere or (method == 1 and own is None):
            raise Unreadable
        low, high = own if method == 1 and own is not None else (0, len(data))
        for _ in range(reader.number(2)):
            total += 1
            reader.take(index_size if version else 0)
            start = low + base + reader.number(offset_size)
            length = reader.number(length_size)
            end = start + length if length else high
            if end > high or total > MOST:
                raise Unreadable
            if number in items:
                items[number].pieces.append((start, end))


def properties_of(data: bytes, association: Box, item: int) -> list[int]:
    """Return the numbers (from 1) of the properties that an ``ipma`` box gives to an item."""
    reader = Reader(data, association.body, association.end)
    head = reader.number(4)
    version, wide = head >> 24, head & 1
    found: list[int] = []
    for _ in range(reader.number(4)):
        number = reader.number(4 if version else 2)
        entries = [reader.number(2) & 0x7FFF if wide else reader.number(1) & 0x7F for _ in range(reader.number(1))]
        if number == item:
            found += entries
    return found
