"""Take off what a file says about itself without touching its pixels.

This is the only reader of metadata: decoders are handed what is left, so no bomb in a profile, a text or an appendix
ever reaches one, and what is kept of an upload is this very file.
"""

from __future__ import annotations

from rossgram_fed.media.stripping.gif import strip_gif
from rossgram_fed.media.stripping.heif import strip_heif
from rossgram_fed.media.stripping.jpeg import strip_jpeg
from rossgram_fed.media.stripping.png import strip_png
from rossgram_fed.media.stripping.stripped import Stripped
from rossgram_fed.media.stripping.webp import strip_webp

_STRIPPERS = {
    "JPEG": strip_jpeg,
    "PNG": strip_png,
    "WEBP": strip_webp,
    "GIF": strip_gif,
    "AVIF": strip_heif,
    "HEIF": strip_heif,
}


def strip(kind: str, data: bytes) -> Stripped:
    """Return a file of this kind (``opening.kind_of``) without its metadata; raise ``BadPicture`` for damaged ones."""
    return _STRIPPERS[kind](data)


__all__ = ["Stripped", "strip"]
