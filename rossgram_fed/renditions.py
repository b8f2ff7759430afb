"""Where a browser finds a photo's renditions on this server.

Ours are files in our storage. Those of remote photos have an address of ours too, so that no reader's browser ever
talks to a stranger's server.

The sizes for browsers are WebP; local photos have each of them as a JPEG too, under ``jpeg_of`` its name. Rows that
were written before there were any, and copies of strangers' photos, have the WebP alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import NotRequired, TypedDict

import orjson

from rossgram_fed.models.posts import PhotoState
from rossgram_fed.sizes import FEDERATED, FEED, FULL, GRID, LONG_EDGES, ORIGINAL, SOURCE, THUMBNAIL, VIDEO, jpeg_of

__all__ = [
    "FEDERATED",
    "FEED",
    "FULL",
    "GRID",
    "ORIGINAL",
    "SOURCE",
    "THUMBNAIL",
    "VIDEO",
    "Rendition",
    "Renditions",
    "copy_word",
    "jpeg_of",
    "photo_path",
    "rendered_width",
    "renditions_from",
    "thumb_path",
]


class Rendition(TypedDict):
    """One file of a photo, as ``Photo.renditions`` keeps it under the rendition's name."""

    key: str
    media_type: str
    width: int
    height: int
    size: int
    digest: NotRequired[str]
    """SHA-256 (hex) of the file, until it is noted in a row of its own (``media.keeping``)."""


Renditions = Mapping[str, Rendition]


def renditions_from(text: str) -> Renditions:
    """Read the column ``Photo.renditions``."""
    stored: Renditions = orjson.loads(text or "{}")
    return stored


def photo_path(photo_id: int, *, state: PhotoState, renditions: Renditions, name: str) -> str:
    """Return the path of a rendition on this server; empty when there is nothing to show."""
    if state is PhotoState.REMOTE:
        return f"/photos/{photo_id}/{name}"
    rendition = renditions.get(name)
    return f"/media/{rendition['key']}" if state is PhotoState.READY and rendition else ""


def thumb_path(photo_id: int, *, kind: str, state: PhotoState, renditions: Renditions, still_url: str) -> str:
    """Return the path of the square picture that stands for a photo or a video; empty when there is none to show."""
    # Of a stranger's video there is a still only where its server named one; ours have one of their own.
    if kind != "image" and GRID not in renditions and not (kind == "video" and still_url):
        return ""
    name = GRID if state is PhotoState.REMOTE or GRID in renditions else FEED
    return photo_path(photo_id, state=state, renditions=renditions, name=name)


def rendered_width(name: str, *, width: int | None, height: int | None) -> int | None:
    """Return how wide the rendition of a photo of this size comes out, in pixels; None when the size is unknown."""
    if not width or not height or name not in LONG_EDGES:
        return None
    return max(1, round(width * min(1.0, LONG_EDGES[name] / max(width, height))))


def copy_word(photo_id: int, remote_url: str) -> str:
    """Return what opens our copy of a stranger's photo that is not for everybody, in the query of its address.

    Apps load pictures without saying for whom. Who knows the address at the origin may load it there; the word is made
    of that address, so it opens no more than that does, and cannot be made without it.
    """
    return sha256(f"copy of {photo_id}\0{remote_url}".encode()).hexdigest()[:40]
