"""Bring any picture into plain sRGB: whatever mode it was decoded in, whatever profile it came with."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageCms

LARGEST_PROFILE = 4 * 1024 * 1024
"""Bytes; a larger one is not read and the picture is taken for sRGB."""

_SPACES = {"RGB": "RGB ", "RGBA": "RGB ", "L": "GRAY", "CMYK": "CMYK"}
_SRGB = ImageCms.createProfile("sRGB")


def plain(image: Image.Image) -> Image.Image:
    """Return the picture as L, RGB, RGBA or CMYK with 8 bits a channel; its colours still mean what they meant."""
    if image.mode.startswith(("I", "F")):
        return _eight_bits(image)
    if image.has_transparency_data or image.mode in ("LA", "La", "PA", "RGBa"):
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Return the picture as RGB or RGBA in sRGB, given its ICC profile's bytes; a broken profile is passed over."""
    converted = _by_profile(image, profile) if isinstance(profile, bytes) else None
    result = image if converted is None else converted
    return result if result.mode in ("RGB", "RGBA") else result.convert("RGB")


def opaque(image: Image.Image) -> Image.Image:
    """Return the picture without transparency, laid on white."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def without_idle_alpha(image: Image.Image) -> Image.Image:
    """Return the picture without its alpha channel when nothing in it is transparent, as in most screenshots."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Pillow clips 16 bits to 8 instead of scaling them; the table takes the high byte.
        return image.point(lambda value: value / 256).convert("L")
    return image.convert("L")


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    if len(profile) > LARGEST_PROFILE:
        return None
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        # RGBA pictures made from grey ones keep their grey profile, which then fits no more.
        if source.profile.xcolor_space != _SPACES.get(image.mode):
            return None
        if ImageCms.getProfileDescription(source).strip().startswith("sRGB"):
            return None
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
