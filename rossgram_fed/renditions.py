"""Where a browser finds a photo's renditions on this server.

Ours are files in our storage. Those of remote photos have an address of ours too, so that no reader's browser ever
talks to a stranger's server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import orjson

from rossgram_fed.models.posts import PhotoState

GRID, FEED, FULL, FEDERATED = "grid", "feed", "full", "federated"
LONG_EDGES = {FEED: 1080, FULL: 2048}
"""Pixels of the longer edge, for the renditions that keep a photo's shape."""


class Rendition(TypedDict):
    """One file of a photo, as ``Photo.renditions`` keeps it under the rendition's name."""

    key: str
    media_type: str
    width: int
    height: int
    size: int


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


def rendered_width(name: str, *, width: int | None, height: int | None) -> int | None:
    """Return how wide the rendition of a photo of this size comes out, in pixels; None when the size is unknown."""
    if not width or not height or name not in LONG_EDGES:
        return None
    return max(1, round(width * min(1.0, LONG_EDGES[name] / max(width, height))))
