"""How a picture travels between the studio and a darkroom: a JSON head and a body of bytes, each with its length.

The darkroom handles what strangers send and may have been taken over by it, so what comes back is checked as strictly
as what comes in. Files that several renditions share travel once.
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass

from rossgram_fed.media.blurhash import is_blurhash
from rossgram_fed.media.facts import facts_from
from rossgram_fed.media.pictures import Picture, Rendition
from rossgram_fed.sizes import ORIGINAL

LENGTHS = struct.Struct(">II")
"""The lengths of head and body in bytes."""
LONGEST_HEAD = 64 * 1024
LONGEST_RENDITIONS = 64 * 1024 * 1024
"""What everything made of a file may take together; the file itself may come back besides."""

_MEDIA_TYPES = frozenset({"image/webp", "image/jpeg"})
_ORIGINAL_TYPES = _MEDIA_TYPES | {"image/png", "image/gif", "image/avif", "image/heic"}
_SOURCE_TYPE = re.compile(r"image/[a-z]{3,8}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{0,4000}={0,2}")
_NAME = re.compile(r"[a-z]{1,16}(?:-jpeg)?")
_SENTENCE = re.compile(r"[^\n]{1,300}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a darkroom answers instead of a picture."""

    reason: str


def label(head: object, body_length: int = 0) -> bytes:
    """Return what precedes a parcel's body: the lengths and the head."""
    text = json.dumps(head, separators=(",", ":")).encode()
    return LENGTHS.pack(len(text), body_length) + text


def pack_picture(picture: Picture) -> list[bytes]:
    """Return a finished picture as the pieces of a parcel: the label, then each file once."""
    files: list[bytes] = []
    places: dict[int, int] = {}
    rows = []
    for name, one in picture.renditions.items():
        if id(one.data) not in places:
            places[id(one.data)] = len(files)
            files.append(one.data)
        rows.append([name, one.media_type, one.width, one.height, places[id(one.data)]])
    head = {
        "renditions": rows,
        "files": [len(file) for file in files],
        "blurhash": picture.blurhash,
        "placeholder": picture.placeholder,
        "width": picture.width,
        "height": picture.height,
        "media_type": picture.media_type,
        "facts": picture.facts.known(),
        "near": picture.near,
    }
    return [label(head, sum(map(len, files))), *files]


def unpack(head: bytes, body: bytes) -> Picture | Refusal:
    """Read a darkroom's answer; raise ``ValueError`` for anything that an honest darkroom does not say."""
    try:
        values = json.loads(head)
        if "refused" in values:
            return Refusal(reason=_matching(values["refused"], _SENTENCE))
        return Picture(
            renditions=_renditions(values["renditions"], _files(values["files"], body)),
            blurhash=_blurhash(values["blurhash"]),
            placeholder=_matching(values["placeholder"], _BASE64),
            width=_length(values["width"]),
            height=_length(values["height"]),
            media_type=_matching(values["media_type"], _SOURCE_TYPE),
            facts=facts_from(values["facts"]),
            near=_near(values["near"]),
        )
    except (KeyError, TypeError, IndexError, RecursionError) as error:
        raise ValueError("this is no picture") from error


def _files(lengths: list[object], body: bytes) -> list[bytes]:
    files, start = [], 0
    for length in lengths:
        if type(length) is not int or not 0 < length <= len(body) - start:
            raise ValueError("this is no file")
        files.append(body[start : start + length])
        start += length
    if start != len(body):
        raise ValueError("the files are not what was sent")
    return files


def _renditions(rows: list[list[object]], files: list[bytes]) -> dict[str, Rendition]:
    renditions, named = {}, set()
    for name, media_type, width, height, number in rows:
        if media_type not in (_ORIGINAL_TYPES if name == ORIGINAL else _MEDIA_TYPES):
            raise ValueError("this is no rendition")
        if type(number) is not int or not 0 <= number < len(files):
            raise ValueError("this rendition has no file")
        named.add(number)
        renditions[_matching(name, _NAME)] = Rendition(
            data=files[number],
            media_type=str(media_type),
            width=_length(width),
            height=_length(height),
        )
    if not renditions or len(named) != len(files):
        raise ValueError("the renditions are not what was sent")
    return renditions


def _near(value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    latitude, longitude = value  # type: ignore[misc]
    for degrees, most in ((latitude, 90), (longitude, 180)):  # type: ignore[has-type]
        if type(degrees) not in (int, float) or not -most <= degrees <= most or round(degrees, 2) != degrees:
            raise ValueError("this is no place")
    return latitude, longitude  # type: ignore[has-type]


def _matching(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError("this text is not of the expected shape")
    return value


def _blurhash(value: object) -> str:
    if not isinstance(value, str) or not is_blurhash(value):
        raise ValueError("this is no blurhash")
    return value


def _length(value: object) -> int:
    if not isinstance(value, int) or not 0 < value <= 65_535:
        raise ValueError("this is no length in pixels")
    return value
