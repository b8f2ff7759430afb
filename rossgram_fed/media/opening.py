"""Open bytes that a stranger says are a picture: known by their first bytes, measured before they are decoded.

Nothing here trusts a name, a media type or a length that came with the bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import pi_heif
from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from rossgram_fed.media.errors import BROKEN, DAMAGED, TOO_HUNGRY, BadPicture
from rossgram_fed.media.stripping import Stripped, strip
from rossgram_fed.media.stripping.stripped import ORIENTATION

PLUGINS = (
    AvifImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,  # a JPEG with more pictures behind it
    PngImagePlugin,
    TiffImagePlugin,  # reads EXIF
    WebPImagePlugin,
)
"""Imported up front, where Pillow would do it on first use: the process that decodes may open no file any more."""

Image.preinit()
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)

LONGEST_SIDE = 32_768
"""Pixels; a picture a million pixels long and one high is no photo, whatever its area."""

MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}

_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def kind_of(data: bytes) -> str:
    """Return Pillow's name for the kind of picture that ``data`` begins like; raise ``BadPicture`` for any other."""
    if not data:
        raise BadPicture("This file is empty.")
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[4:8] == b"ftyp" and b"avi" in _brands(data):
        return "AVIF"
    if data[4:8] == b"ftyp" and any(brand in _brands(data) for brand in _HEIF_BRANDS):
        return "HEIF"
    raise BadPicture(_refusal(data))


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture whose header was read."""

    kind: str
    """Pillow's name for what it is."""
    image: Image.Image
    file: Stripped
    size: tuple[int, int]
    """Width and height in pixels, before it is turned upright; the image's own change when it is decoded smaller."""
    orientation: int
    """As in EXIF, 1 to 8; still to be applied."""


def open_picture(data: bytes, *, megapixels: int) -> Opened:
    """Take off the metadata, read the header, and refuse what is too large before a single pixel is decoded."""
    kind = kind_of(data)
    try:
        file = strip(kind, data)
        image = Image.open(BytesIO(file.data), formats=(kind,))
    except MemoryError as error:
        raise BadPicture(TOO_HUNGRY) from error
    except Image.DecompressionBombError as error:
        raise BadPicture(_too_many_pixels("too many", megapixels)) from error
    except BROKEN as error:
        raise BadPicture(DAMAGED) from error
    width, height = image.size
    if width * height > megapixels * 1_000_000:
        raise BadPicture(_too_many_pixels(f"{width * height / 1_000_000:.0f} million", megapixels))
    if max(width, height) > LONGEST_SIDE:
        raise BadPicture(f"This picture is too long; this server reads up to {LONGEST_SIDE:,} pixels on each side.")
    # In an AVIF the turn is part of the picture, which Pillow tells as EXIF; HEIF's decoder applies it itself.
    orientation = _told_orientation(image) if kind == "AVIF" else file.orientation
    return Opened(kind=kind, image=image, file=file, size=image.size, orientation=orientation)


def decode(image: Image.Image, *, long_edge: int) -> Image.Image:
    """Decode the pixels (of a GIF: the first frame), a JPEG at a half, quarter or eighth when that is large enough."""
    scale = long_edge / max(image.size)
    try:
        if scale < 1:
            image.draft(None, (max(1, int(image.width * scale)), max(1, int(image.height * scale))))
        image.load()
    except MemoryError as error:
        raise BadPicture(TOO_HUNGRY) from error
    except BROKEN as error:
        raise BadPicture(DAMAGED) from error
    return image


def _told_orientation(image: Image.Image) -> int:
    try:
        told = image.getexif().get(ORIENTATION, 1)
    except BROKEN:
        return 1
    return told if isinstance(told, int) and 1 <= told <= 8 else 1


def _too_many_pixels(held: str, megapixels: int) -> str:
    return f"This picture has {held} pixels; this server reads up to {megapixels} million."


def _brands(data: bytes) -> bytes:
    length = min(int.from_bytes(data[:4], "big"), 256)
    return data[8 : max(length, 12)]


def _refusal(data: bytes) -> str:
    head = data[:512].lstrip().lower()
    if b"<svg" in head or (head.startswith(b"<?xml") and b"svg" in data[:4096].lower()):
        return "This is an SVG drawing, not a photo. Save it as a PNG and try again."
    if data[4:8] == b"ftyp" or data.startswith(b"\x1a\x45\xdf\xa3"):
        return "This is a video of a kind that this server does not read. It reads MP4, MOV and WebM."
    return "This is not a picture that this server can read. It reads JPEG, PNG, WebP, GIF, AVIF and HEIC."
