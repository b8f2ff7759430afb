"""How a picture travels between the studio and a darkroom: a JSON head and a body of bytes, each with its length.

The darkroom handles what strangers send and may have been taken over by it, so what comes back is checked as strictly
as what comes in.
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass

from rossgram_fed.media.blurhash import is_blurhash
from rossgram_fed.media.pictures import Picture, Rendition

LENGTHS = struct.Struct(">II")
"""The lengths of head and body in bytes."""
LONGEST_HEAD = 64 * 1024
LONGEST_BODY = 64 * 1024 * 1024

_MEDIA_TYPES = {"image/webp", "image/jpeg"}
_SOURCE_TYPE = re.compile(r"image/[a-z]{3,8}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{0,4000}={0,2}")
_NAME = re.compile(r"[a-z]{1,16}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a darkroom answers instead of a picture."""

    reason: str


def label(head: object, body_length: int = 0) -> bytes:
    """Return what precedes a parcel's body: the lengths and the head."""
    text = json.dumps(head, separators=(",", ":")).encode()
    return LENGTHS.pack(len(text), body_length) + text


def pack_picture(picture: Picture) -> bytes:
    """Return a finished picture as a parcel; the renditions' bytes follow each other in the body."""
    renditions = [
        [name, rendition.media_type, rendition.width, rendition.height, rendition.size]
        for name, rendition in picture.renditions.items()
    ]
    head = {
        "renditions": renditions,
        "blurhash": picture.blurhash,
        "placeholder": picture.placeholder,
        "width": picture.width,
        "height": picture.height,
        "media_type": picture.media_type,
    }
    body = b"".join(rendition.data for rendition in picture.renditions.values())
    return label(head, len(body)) + body


def unpack(head: bytes, body: bytes) -> Picture | Refusal:
    """Read a darkroom's answer; raise ``ValueError`` for anything that an honest darkroom does not say."""
    try:
        values = json.loads(head)
        if "refused" in values:
            return Refusal(reason=_matching(values["refused"], re.compile(r"[^\n]{1,300}")))
        return Picture(
            renditions=_renditions(values["renditions"], body),
            blurhash=_blurhash(values["blurhash"]),
            placeholder=_matching(values["placeholder"], _BASE64),
            width=_length(values["width"]),
            height=_length(values["height"]),
            media_type=_matching(values["media_type"], _SOURCE_TYPE),
        )
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("this is no picture") from error


def _renditions(rows: list[list[object]], body: bytes) -> dict[str, Rendition]:
    renditions, start = {}, 0
    for name, media_type, width, height, size in rows:
        if media_type not in _MEDIA_TYPES or not isinstance(size, int) or not 0 < size <= len(body) - start:
            raise ValueError("this is no rendition")
        renditions[_matching(name, _NAME)] = Rendition(
            data=body[start : start + size],
            media_type=str(media_type),
            width=_length(width),
            height=_length(height),
        )
        start += size
    if not renditions or start != len(body):
        raise ValueError("the renditions are not what was sent")
    return renditions


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
