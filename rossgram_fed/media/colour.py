"""Bring any picture into plain sRGB: whatever mode it was decoded in, whatever profile it came with."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from itertools import repeat

from PIL import Image, ImageChops, ImageCms

from rossgram_fed.media.profiles import ADOBE_RGB, P3_PRIMARIES, made

_SPACES = {"RGB": "RGB ", "RGBA": "RGB ", "L": "GRAY", "CMYK": "CMYK"}
_SRGB = ImageCms.createProfile("sRGB")
_STEPS = (0, 40, 80, 128, 176, 216, 255)
_SAMPLES = Image.new("RGB", (49, 7))
_SAMPLES.putdata([(red, green, blue) for red in _STEPS for green in _STEPS for blue in _STEPS])
_SAME = 3
"""By how much of 255 a colour may change and still be called the same."""
_KEPT = made(P3_PRIMARIES), ADOBE_RGB
_SMALL_PROFILE = 16 * 1024
"""Bytes; a larger profile is no plain description of a space."""


def plain(image: Image.Image) -> Image.Image:
    """Return the picture as L, RGB, RGBA or CMYK with 8 bits a channel; its colours still mean what they meant."""
    if image.mode.startswith(("I", "F")):
        return _eight_bits(image)
    if image.has_transparency_data or image.mode in ("LA", "La", "PA", "RGBa"):
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture as RGB or RGBA in sRGB, given its ICC profile; a broken one is passed over.

    Relative colorimetric with black point compensation: what sRGB can show is shown exactly, the rest as near as it
    can, and the darkest shadows stay apart.
    """
    if image.mode in _SPACES and not is_srgb(profile, image.mode):
        transform = _transform(profile, image.mode)
        image = image if transform is None else transform.apply(image)
    return image if image.mode in ("RGB", "RGBA") else image.convert("RGB")


@lru_cache(maxsize=4)
def is_srgb(profile: bytes, mode: str) -> bool:
    """Say whether a picture of this profile needs no conversion: its colours come out of one as they went in.

    A profile's name proves nothing, so a few colours are tried. A profile that cannot be used counts as sRGB too.
    """
    transform = _transform(profile, mode) if profile else None
    if transform is None:
        return mode != "CMYK"
    if mode not in ("RGB", "RGBA"):
        return False
    samples = _SAMPLES.convert(mode)
    return _apart(samples, transform.apply(samples)) <= _SAME


@lru_cache(maxsize=4)
def is_kept(profile: bytes, mode: str) -> bool:
    """Say whether a picture may go on in its own colours: Display P3, the space of phones, or Adobe RGB, of cameras.

    Both are a little wider than sRGB, by much the same: those who look at the profile see all of their colours, and
    those who pass over it a somewhat paler picture. Wider spaces would look wrong to the latter. Again colours are
    tried, not names.
    """
    if not profile or mode not in ("RGB", "RGBA") or len(profile) > _SMALL_PROFILE:
        return False
    transform = _transform(profile, mode)
    if transform is None:
        return False
    samples = _SAMPLES.convert(mode)
    tried = transform.apply(samples)
    return any(_apart(tried, known.apply(samples)) <= _SAME for known in map(_transform, _KEPT, repeat(mode)) if known)


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


def _apart(one: Image.Image, other: Image.Image) -> int:
    return max(ImageChops.difference(one, other).convert("RGB").tobytes())


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Pillow clips 16 bits to 8 instead of scaling them; the table takes the high byte.
        return image.point(lambda value: value / 256).convert("L")
    return image.convert("L")


@lru_cache(maxsize=4)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        # RGBA pictures made from grey ones keep their grey profile, which then fits no more.
        if source.profile.xcolor_space != _SPACES.get(mode):
            return None
        return ImageCms.buildTransform(
            source,
            _SRGB,
            mode,
            "RGBA" if mode == "RGBA" else "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
