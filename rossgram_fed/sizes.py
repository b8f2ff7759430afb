"""The files that are kept of a photo, by name, and how large they are. Plain words and numbers for everybody."""

from __future__ import annotations

GRID, FEED, FULL = "grid", "feed", "full"
"""What browsers show, as WebP; ``jpeg_of`` each is the same as a JPEG."""
FEDERATED = "federated"
"""The JPEG that other servers fetch."""
ORIGINAL = "original"
"""The file as it was sent, without its metadata."""

FEDERATED_EDGE, FULL_EDGE, FEED_EDGE, GRID_EDGE, AVATAR_EDGE = 4096, 2048, 1080, 640, 400
"""Pixels: the long edge of the first three, both edges of the square ones."""
LONG_EDGES = {FEED: FEED_EDGE, FULL: FULL_EDGE}
"""Of the renditions for browsers that keep a photo's shape."""

FEDERATED_BYTES = 8_000_000
"""Other servers refuse larger files; ours stay below."""


def jpeg_of(name: str) -> str:
    """Return the name of the JPEG that stands in for a WebP where that is not understood."""
    return f"{name}-jpeg"
