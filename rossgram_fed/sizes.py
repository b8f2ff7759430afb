"""The files that are kept of a photo, by name, and how large they are. Plain words and numbers for everybody."""

from __future__ import annotations

GRID, FEED, FULL = "grid", "feed", "full"
"""What browsers show, as WebP; ``jpeg_of`` each is the same as a JPEG."""
FEDERATED = "federated"
"""The JPEG that other servers fetch."""
ORIGINAL = "original"
"""The file as it was sent, without its metadata."""
VIDEO = "video"
"""What is played of a video; its other files are made of one of its pictures."""
THUMBNAIL = "thumbnail"
"""A small picture that somebody sent to stand for a video, as it was but for its metadata."""
SOURCE = "source"
"""A video as it was sent, with all its metadata, until it is prepared; shown to nobody."""

FEDERATED_EDGE, FULL_EDGE, FEED_EDGE, GRID_EDGE, AVATAR_EDGE = 4096, 2048, 1080, 640, 400
"""Pixels: the long edge of the first three, both edges of the square ones."""
HEADER_SIZE = (1500, 500)
"""Pixels of the wide picture above a profile, at most: what other servers show of theirs has the same shape."""
LONG_EDGES = {FEED: FEED_EDGE, FULL: FULL_EDGE}
"""Of the renditions for browsers that keep a photo's shape."""

FEDERATED_BYTES = 8_000_000
"""Other servers refuse larger files; ours stay below."""

CALM = 4_000_000
"""Pixels; a larger picture keeps its colour at half the size (4:2:0), whose loss nobody sees there, and its JPEG is not
progressive: that would make it a seventh smaller for six times the work."""

LIGHT_BYTES = 90_000
"""What the feed's WebP should not exceed, for somebody on a slow line waits for it; a busy photo pays with quality."""


def jpeg_of(name: str) -> str:
    """Return the name of the JPEG that stands in for a WebP where that is not understood."""
    return f"{name}-jpeg"


QUALITIES = {
    GRID: 75,
    FEED: 78,
    FULL: 80,
    jpeg_of(GRID): 80,
    jpeg_of(FEED): 80,
    jpeg_of(FULL): 82,
    FEDERATED: 90,
}
"""What encoders are asked for, of 100; the last one as far as the file stays below ``FEDERATED_BYTES``."""

LARGE_QUALITY = 88
"""What is asked for, of 100, of the JPEG for other servers beyond ``CALM``."""
