"""HEIF and AVIF: metadata is overwritten where it lies, so that nothing moves and no pixel is touched.

What stays is known by name: pictures, how they are put together, and what is needed to show them. Everything else
becomes free space full of zeros: EXIF, XMP, descriptions, dates, makers' boxes, and bytes that nothing refers to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rossgram_fed.media import profiles
from rossgram_fed.media.errors import DAMAGED, BadPicture
from rossgram_fed.media.stripping.boxes import (
    Box,
    Item,
    Range,
    Reader,
    Unreadable,
    boxes,
    items_of,
    locate,
    properties_of,
)
from rossgram_fed.media.stripping.stripped import Stripped, short

_TOP = frozenset({b"ftyp", b"meta", b"mdat"})
_META = frozenset(b"hdlr pitm iinf iloc iref iprp idat grpl".split())
_PICTURES = frozenset(b"hvc1 av01 grid iovl iden tmap mski".split())
_PROPERTIES = frozenset(
    b"ispe pixi colr pasp clap irot imir hvcC av1C auxC a1op a1lx lsel rloc clli mdcv cclv amve reve ndwt".split()
)


@dataclass(slots=True)
class _Plan:
    """What is to become of a file."""

    wiped: list[Range] = field(default_factory=list)
    freed: list[int] = field(default_factory=list)
    """Where names stand that are to become ``free``."""
    replaced: list[tuple[int, bytes]] = field(default_factory=list)
    exif: bytes = b""
    xmp: bytes = b""
    icc: bytes = b""
    clean: bool = True

    def free(self, box: Box) -> None:
        """Make a box free space."""
        self.freed.append(box.start + 4)
        self.wiped.append((box.body, box.end))


def strip_heif(data: bytes) -> Stripped:
    """Take off the metadata of a HEIF or an AVIF; raise ``BadPicture`` when its boxes make no sense.

    Moving pictures (``moov``) keep theirs and come back as not ``clean``: their samples lie elsewhere.
    """
    try:
        top = _top(data)
        data = data[: max(box.end for box in top if box.name in _TOP)]
        plan = _planned(data, top)
    except (Unreadable, IndexError) as error:
        raise BadPicture(DAMAGED) from error
    result = bytearray(data)
    for start, end in plan.wiped:
        result[start:end] = bytes(end - start)
    for start in plan.freed:
        result[start : start + 4] = b"free"
    for start, value in plan.replaced:
        result[start : start + len(value)] = value
    return Stripped(data=bytes(result), exif=short(plan.exif), xmp=short(plan.xmp), icc=plan.icc, clean=plan.clean)


def _top(data: bytes) -> list[Box]:
    """Return the boxes that a file begins with; what follows and is no box is no part of it."""
    found: list[Box] = []
    try:
        for box in boxes(data, 0, len(data)):
            found.append(box)
    except Unreadable:
        if not {b"meta", b"mdat"} <= {box.name for box in found}:
            raise
    return found


def _planned(data: bytes, top: Sequence[Box]) -> _Plan:
    plan = _Plan()
    metas = [box for box in top if box.name == b"meta"]
    if len(metas) != 1:
        raise Unreadable
    plan.clean = all(box.name not in (b"moov", b"moof") for box in top)
    if not plan.clean:
        return plan
    pictures = _plan_meta(data, metas[0], plan)
    for box in top:
        if box.name == b"mdat":
            plan.wiped += _gaps((box.body, box.end), pictures)
        elif box.name not in _TOP and box.end <= len(data):
            plan.free(box)
    return plan


def _plan_meta(data: bytes, meta: Box, plan: _Plan) -> list[Range]:
    """Plan the box that describes everything; return where the bytes of pictures are."""
    inside = {box.name: box for box in boxes(data, meta.body + 4, meta.end)}
    for box in boxes(data, meta.body + 4, meta.end):
        if box.name not in _META:
            plan.free(box)
    if not {b"iinf", b"iloc", b"pitm", b"iprp"} <= inside.keys():
        raise Unreadable
    items = items_of(data, inside[b"iinf"])
    own = inside.get(b"idat")
    locate(data, inside[b"iloc"], items, own=(own.body, own.end) if own else None)
    if b"hdlr" in inside:
        plan.wiped.append((inside[b"hdlr"].body + 24, inside[b"hdlr"].end))  # the name of a program
    pictures = [piece for item in items.values() if item.name in _PICTURES for piece in item.pieces]
    for item in items.values():
        if item.name not in _PICTURES:
            _plan_item(data, item, plan)
    if own:
        plan.wiped += _gaps((own.body, own.end), pictures)
    _plan_properties(data, inside, plan)
    return pictures


def _plan_item(data: bytes, item: Item, plan: _Plan) -> None:
    """Read and wipe an item that is no picture."""
    content = b"".join(data[start:end] for start, end in item.pieces)
    if item.name == b"Exif" and not plan.exif:
        plan.exif = content[4 + int.from_bytes(content[:4], "big") :]
    elif item.content_type == b"application/rdf+xml" and not plan.xmp:
        plan.xmp = content
    plan.freed.append(item.info[0])
    plan.wiped.append((item.info[0] + 4, item.info[1]))


def _plan_properties(data: bytes, inside: dict[bytes, Box], plan: _Plan) -> None:
    """Keep what is needed to show the pictures, and find out what the main one's colours mean."""
    parts = {box.name: box for box in boxes(data, inside[b"iprp"].body, inside[b"iprp"].end)}
    if not {b"ipco", b"ipma"} <= parts.keys():
        raise Unreadable
    properties = list(boxes(data, parts[b"ipco"].body, parts[b"ipco"].end))
    for box in properties:
        if box.name not in _PROPERTIES:
            plan.free(box)
        elif box.name == b"colr" and data[box.body : box.body + 4] in (b"prof", b"rICC"):
            _plan_profile(data, box, plan)
    reader = Reader(data, inside[b"pitm"].body, inside[b"pitm"].end)
    main = reader.number(2 if reader.number(4) >> 24 == 0 else 4)
    numbers = properties_of(data, parts[b"ipma"], main)
    plan.icc = _meant(data, [properties[number - 1] for number in numbers if 0 < number <= len(properties)])


def _plan_profile(data: bytes, box: Box, plan: _Plan) -> None:
    profile = profiles.scrubbed(data[box.body + 4 : box.end])
    room = box.end - box.body - 4
    if profile and len(profile) <= room:
        plan.replaced.append((box.body + 4, profile + bytes(room - len(profile))))


def _meant(data: bytes, properties: Sequence[Box]) -> bytes:
    """Return the profile of a picture: an embedded one before code points."""
    colours = [data[box.body : box.end] for box in properties if box.name == b"colr"]
    for colour in colours:
        if colour[:4] in (b"prof", b"rICC"):
            return profiles.scrubbed(colour[4:])
    for colour in colours:
        if colour[:4] == b"nclx" and len(colour) >= 8:
            return profiles.of_code_points(int.from_bytes(colour[4:6], "big"), int.from_bytes(colour[6:8], "big"))
    return b""


def _gaps(whole: Range, kept: Iterable[Range]) -> list[Range]:
    """Return the parts of a range that nothing kept lies in."""
    found, place = [], whole[0]
    for start, end in sorted(kept):
        if start > place:
            found.append((place, min(start, whole[1])))
        place = max(place, end)
        if place >= whole[1]:
            return found
    return [*found, (place, whole[1])]
