"""A file without what it says about itself, and what it said."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from rossgram_fed.media.errors import BROKEN

LONGEST_TEXT = 256 * 1024
"""Bytes of EXIF, XMP or IPTC that are read; longer ones are taken off unread."""

ORIENTATION = 0x0112
_EXIF_IFD, _INTEROP_IFD = 0x8769, 0xA005
_COLOUR_SPACE, _INTEROP_INDEX = 0xA001, 0x0001
_ADOBE_RGB, _UNCALIBRATED = 2, 0xFFFF


@dataclass(frozen=True, slots=True)
class Stripped:
    """What is left of a file, and what was taken off it."""

    data: bytes
    """The file without metadata, its pixels untouched; a decoder reads this, never what came in."""
    exif: bytes = b""
    """A TIFF structure."""
    xmp: bytes = b""
    iptc: bytes = b""
    """Photoshop's resource blocks."""
    icc: bytes = b""
    """The profile of the pixels; empty means sRGB."""
    orientation: int = 1
    """As in EXIF, 1 to 8; still to be applied to what a decoder gives."""
    clean: bool = True
    """Whether everything that is known to be metadata could be taken off."""
    common: bool = False
    """A JPEG of the kind that every decoder reads: 8 bits, grey or YCbCr, Huffman codes."""


def short(text: bytes) -> bytes:
    """Return a piece of metadata, or nothing when it is too long to be read."""
    return text if len(text) <= LONGEST_TEXT else b""


def orientation_in(exif: bytes) -> int:
    """Return the EXIF orientation, 1 to 8; 1 when there is none that can be read."""
    value = _directories(exif)[0].get(ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def says_adobe_rgb(exif: bytes) -> bool:
    """Say whether EXIF calls the colours Adobe RGB, as cameras do that embed no profile (DCF 2.0)."""
    _, photo, interop = _directories(exif)
    space = photo.get(_COLOUR_SPACE)
    return space == _ADOBE_RGB or (space == _UNCALIBRATED and str(interop.get(_INTEROP_INDEX, "")).startswith("R03"))


def exif_of(orientation: int) -> bytes:
    """Return the smallest EXIF that says how a picture is to be turned."""
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + orientation.to_bytes(2, "big") + bytes(6)


def _directories(exif: bytes) -> tuple[dict[int, object], dict[int, object], dict[int, object]]:
    read = Image.Exif()
    try:
        read.load(exif)
        photo = read.get_ifd(_EXIF_IFD) if exif else {}
        interop = read.get_ifd(_INTEROP_IFD) if _INTEROP_IFD in photo else {}
        return dict(read), dict(photo), dict(interop)
    except BROKEN:
        return {}, {}, {}
