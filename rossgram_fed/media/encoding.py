"""Encode pixels: what comes out was made of them alone, without a word about where they are from."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

from PIL import Image, ImageFilter

from rossgram_fed.media.pictures import Rendition
from rossgram_fed.sizes import FEDERATED, FEDERATED_BYTES, QUALITIES

FULL_COLOUR, HALF_COLOUR = 0, 2
"""Pillow's words for chroma subsampling: 4:4:4 and 4:2:0."""
_LADDER = (
    (QUALITIES[FEDERATED], FULL_COLOUR),
    (88, HALF_COLOUR),
    (80, HALF_COLOUR),
    (60, HALF_COLOUR),
    (40, HALF_COLOUR),
)
_CALM = 4_000_000
"""Pixels; a larger picture starts at 4:2:0, whose loss nobody sees at that size."""


def jpeg(image: Image.Image, *, quality: int, progressive: bool = False, subsampling: int = HALF_COLOUR) -> Rendition:
    """Return the picture, which has no transparency, as a JPEG; not progressive where that cannot be had."""
    stream = BytesIO()
    try:
        _bare(image).save(stream, "JPEG", quality=quality, progressive=progressive, subsampling=subsampling)
    except OSError:
        # Pillow gives a progressive file a byte for every pixel; pure noise needs more.
        if not progressive:
            raise
        return jpeg(image, quality=quality, subsampling=subsampling)
    return Rendition(data=stream.getvalue(), media_type="image/jpeg", width=image.width, height=image.height)


def webp(image: Image.Image, *, quality: int, method: int) -> Rendition:
    """Return the picture as a WebP; ``method`` is 0 (fast) to 6 (small)."""
    stream = BytesIO()
    _bare(image).save(stream, "WEBP", quality=quality, method=method)
    return Rendition(data=stream.getvalue(), media_type="image/webp", width=image.width, height=image.height)


def federated_jpeg(image: Image.Image) -> Rendition:
    """Return the picture as the best progressive JPEG that other servers take."""
    for quality, subsampling in _LADDER[image.width * image.height > _CALM :]:
        rendition = jpeg(image, quality=quality, progressive=True, subsampling=subsampling)
        if rendition.size < FEDERATED_BYTES:
            return rendition
    return federated_jpeg(image.reduce(2))


def placeholder_of(thumb: Image.Image) -> str:
    """Return a thumbnail of some 24 pixels as a blurred WebP in base64."""
    return b64encode(webp(thumb.filter(ImageFilter.GaussianBlur(1)), quality=40, method=4).data).decode()


def _bare(image: Image.Image) -> Image.Image:
    """Forget what the file said about itself: some of Pillow's encoders would write comments and profiles back."""
    image.info = {}
    return image
