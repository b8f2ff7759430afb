"""What is shown of a stranger's photo before it is there: its blurhash, decoded once into a tiny picture."""

from __future__ import annotations

from PIL import Image

from rossgram_fed.media import blurhash
from rossgram_fed.media.encoding import placeholder_of

EDGE = 16
"""Pixels; a blurhash holds less than that."""


def placeholder_from(text: str, *, width: int | None = None, height: int | None = None) -> str:
    """Return a tiny blurred WebP in base64 for a blurhash; empty when the text is none.

    ``width`` and ``height`` are the photo's, if the stranger told them; only their ratio matters.
    """
    across, down = _shape(width, height)
    try:
        pixels = blurhash.decode(text, across, height=down)
    except ValueError:
        return ""
    return placeholder_of(Image.frombytes("RGB", (across, down), pixels))


def _shape(width: int | None, height: int | None) -> tuple[int, int]:
    if not width or not height or width < 0 or height < 0:
        return EDGE, EDGE
    longest = max(width, height)
    return max(1, EDGE * width // longest), max(1, EDGE * height // longest)
