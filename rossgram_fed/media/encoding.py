"""Encode pixels: what comes out was made of them alone, without a word about where they are from."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

from PIL import Image, ImageFilter

from rossgram_fed.media.pictures import Rendition
from rossgram_fed.sizes import CALM, FEDERATED, FEDERATED_BYTES, LARGE_QUALITY, QUALITIES

FULL_COLOUR, HALF_COLOUR = 0, 2
"""Pillow's words for chroma subsampling: 4:4:4 and 4:2:0."""
_LADDER = (
    (QUALITIES[FEDERATED], FULL_COLOUR),
    (LARGE_QUALITY, HALF_COLOUR),
    (80, HALF_COLOUR),
    (60, HALF_COLOUR),
    (40, HALF_COLOUR),
)
_LIGHTER: tuple[tuple[int, float, float], ...] = (
    *((70, 0.84, 0.88), (62, 0.76, 0.81), (54, 0.69, 0.75), (47, 0.63, 0.70), (40, 0.57, 0.64)),
    *((33, 0.50, 0.58), (27, 0.45, 0.54), (23, 0.41, 0.51), (20, 0.38, 0.49)),
)
"""Qualities below the usual, and what part of its bytes a busy picture then takes: one of grain, one of leaves."""


def jpeg(
    image: Image.Image,
    *,
    quality: int,
    progressive: bool = False,
    subsampling: int = HALF_COLOUR,
    profile: bytes = b"",
) -> Rendition:
    """Return the picture, which has no transparency, as a JPEG; not progressive where that cannot be had."""
    stream = BytesIO()
    options = {"quality": quality, "subsampling": subsampling, "icc_profile": profile or None}
    try:
        _bare(image).save(stream, "JPEG", progressive=progressive, **options)
    except OSError:
        # Pillow gives a progressive file a byte for every pixel; pure noise needs more.
        if not progressive:
            raise
        return jpeg(image, quality=quality, subsampling=subsampling, profile=profile)
    return Rendition(data=stream.getvalue(), media_type="image/jpeg", width=image.width, height=image.height)


def webp(image: Image.Image, *, quality: int, method: int) -> Rendition:
    """Return the picture as a WebP; ``method`` is 0 (fast) to 6 (small)."""
    stream = BytesIO()
    _bare(image).save(stream, "WEBP", quality=quality, method=method)
    return Rendition(data=stream.getvalue(), media_type="image/webp", width=image.width, height=image.height)


def light_webp(image: Image.Image, *, quality: int, method: int, most: int) -> Rendition:
    """Return the picture as a WebP of at most ``most`` bytes, if two more tries at lower qualities bring it there.

    A picture that is busy enough to need it hides the loss; below the lowest quality here it would not, and so what is
    nothing but leaves from edge to edge may stay heavier.
    """
    made = usual = webp(image, quality=quality, method=method)
    for kind in (1, 2):
        lower = next((row[0] for row in _LIGHTER if usual.size * row[kind] <= most), _LIGHTER[-1][0])
        if made.size <= most or lower == quality:
            return made
        made, quality = webp(image, quality=lower, method=method), lower
    return made


def federated_jpeg(image: Image.Image, *, profile: bytes = b"") -> Rendition:
    """Return the picture as the best JPEG that other servers take; ``profile`` says what its colours mean, if not sRGB.

    A large one is not progressive.
    """
    large = image.width * image.height > CALM
    for quality, subsampling in _LADDER[large:]:
        rendition = jpeg(image, quality=quality, progressive=not large, subsampling=subsampling, profile=profile)
        if rendition.size < FEDERATED_BYTES:
            return rendition
    return federated_jpeg(image.reduce(2), profile=profile)


def placeholder_of(thumb: Image.Image) -> str:
    """Return a thumbnail of some 24 pixels as a blurred WebP in base64."""
    return b64encode(webp(thumb.filter(ImageFilter.GaussianBlur(1)), quality=40, method=4).data).decode()


def _bare(image: Image.Image) -> Image.Image:
    """Forget what the file said about itself: some of Pillow's encoders would write comments and profiles back."""
    image.info = {}
    return image
