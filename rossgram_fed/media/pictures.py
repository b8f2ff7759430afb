"""Make out of one uploaded file everything that is shown of it: its renditions, its blurhash, its placeholder.

Pure computation over bytes, run in a process of its own (``studio``). What comes out was encoded here from pixels
alone: no byte of the file that came in, and so none of its metadata, survives. Nothing is ever enlarged.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageFilter

from rossgram_fed.config import LimitSettings
from rossgram_fed.media import blurhash, colour
from rossgram_fed.media.errors import TOO_HUNGRY, BadPicture
from rossgram_fed.media.opening import MEDIA_TYPES, decode, open_picture, orientation_of

FEDERATED_EDGE, FULL_EDGE, FEED_EDGE, GRID_EDGE, AVATAR_EDGE = 4096, 2048, 1080, 640, 400
"""Pixels: the long edge of the first three, both edges of the square ones."""

FEDERATED_BYTES = 8_000_000
"""Other servers refuse larger files; ours stay below."""

NEAR = 0.9
"""How much shorter than wanted a large rendition may come out, when that is much cheaper to make."""


class Recipe(StrEnum):
    """What is made of a picture."""

    PHOTO = "photo"
    """A local photo: grid, feed, full, and the JPEG that other servers fetch."""
    COPY = "copy"
    """Our copy of a stranger's photo: grid, feed and full."""
    AVATAR = "avatar"
    """One square JPEG; JPEG because some servers read no other avatar."""


_EDGES = {Recipe.PHOTO: FEDERATED_EDGE, Recipe.COPY: FULL_EDGE, Recipe.AVATAR: FEED_EDGE}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Rendition:
    """One encoded file."""

    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Picture:
    """What was made of an upload."""

    renditions: dict[str, Rendition]
    """By name: ``grid``, ``feed``, ``full``, ``federated``, or ``avatar``."""
    blurhash: str
    placeholder: str
    """A tiny blurred WebP as base64."""
    width: int
    height: int
    """The size of the largest rendition in pixels, the right way up."""
    media_type: str
    """The type of the file that came in."""

    def without_bytes(self) -> Picture:
        """Return what is known about the picture, once its bytes are somewhere else."""
        return replace(self, renditions={name: replace(one, data=b"") for name, one in self.renditions.items()})


Focal = tuple[float, float]
"""Where to look: x from -1 (left) to 1, y from -1 (bottom) to 1, as others send it."""


def develop(data: bytes, limits: LimitSettings, *, focal: Focal = (0.0, 0.0), recipe: Recipe = Recipe.PHOTO) -> Picture:
    """Turn an uploaded file into a picture; raise ``BadPicture`` with a sentence for whoever sent it."""
    image = open_picture(data, megapixels=limits.photo_megapixels)
    media_type = MEDIA_TYPES.get(image.format or "", "image/jpeg")  # "MPO" is a JPEG with more pictures behind it
    try:
        master = _master(image, _EDGES[recipe])
        renditions = _RECIPES[recipe](master, focal)
        blur, placeholder = _impression(master)
    except MemoryError as error:
        raise BadPicture(TOO_HUNGRY) from error
    largest = max(renditions.values(), key=lambda rendition: rendition.width * rendition.height)
    return Picture(
        renditions=renditions,
        blurhash=blur,
        placeholder=placeholder,
        width=largest.width,
        height=largest.height,
        media_type=media_type,
    )


def placeholder_of(thumb: Image.Image) -> str:
    """Return a thumbnail of some 24 pixels as a blurred WebP in base64."""
    return b64encode(_webp(thumb.filter(ImageFilter.GaussianBlur(1)), quality=40, method=4).data).decode()


def fitted(image: Image.Image, long_edge: int, *, near: float = 1.0) -> Image.Image:
    """Return the picture with its longer edge at most ``long_edge``; smaller ones come back as they are.

    With ``near`` below 1 the edge may come out that much shorter, where averaging whole pixels brings it there: that is
    ten times as fast as a filter.
    """
    step = int(max(image.size) / (long_edge * near))
    if step >= 2 and min(image.size) >= step:
        image = image.reduce(step)
    scale = long_edge / max(image.size)
    if scale >= 1:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def square(image: Image.Image, edge: int, *, focal: Focal) -> Image.Image:
    """Return a square of at most ``edge`` pixels cut around the focal point."""
    side = min(image.size)
    left = _start(image.width, side, centre=(focal[0] + 1) / 2)
    top = _start(image.height, side, centre=(1 - focal[1]) / 2)
    edge = min(edge, side)
    box = (left, top, left + side, top + side)
    return image.resize((edge, edge), Image.Resampling.LANCZOS, box=box, reducing_gap=2.0)


def _start(length: int, side: int, *, centre: float) -> int:
    wanted = round(length * min(1.0, max(0.0, centre)) - side / 2) if centre == centre else 0  # noqa: PLR0124 (NaN)
    return max(0, min(length - side, wanted))


def _master(image: Image.Image, long_edge: int) -> Image.Image:
    decoded = decode(image, long_edge=int(long_edge * NEAR))
    orientation, profile = orientation_of(decoded), decoded.info.get("icc_profile")
    master = colour.to_srgb(fitted(colour.plain(decoded), long_edge, near=NEAR), profile)
    if orientation in _TURNS:
        master = master.transpose(_TURNS[orientation])
    return colour.without_idle_alpha(master)


def _photo(master: Image.Image, focal: Focal) -> dict[str, Rendition]:
    return {**_copy(master, focal), "federated": _federated(colour.opaque(master))}


def _copy(master: Image.Image, focal: Focal) -> dict[str, Rendition]:
    full = fitted(master, FULL_EDGE, near=NEAR)
    return {
        "grid": _webp(square(full, GRID_EDGE, focal=focal), quality=75, method=2),
        "feed": _webp(fitted(full, FEED_EDGE), quality=78, method=4),
        "full": _webp(full, quality=80, method=1),
    }


def _avatar(master: Image.Image, focal: Focal) -> dict[str, Rendition]:
    return {"avatar": _jpeg(square(colour.opaque(master), AVATAR_EDGE, focal=focal), quality=88)}


_RECIPES: dict[Recipe, Callable[[Image.Image, Focal], dict[str, Rendition]]] = {
    Recipe.PHOTO: _photo,
    Recipe.COPY: _copy,
    Recipe.AVATAR: _avatar,
}


def _impression(master: Image.Image) -> tuple[str, str]:
    tiny = colour.opaque(master.resize((32, 24), Image.Resampling.BILINEAR, reducing_gap=2.0))
    scale = 24 / max(master.size)
    shape = max(1, round(master.width * scale)), max(1, round(master.height * scale))
    return blurhash.encode(tiny.tobytes(), 32, height=24), placeholder_of(tiny.resize(shape))


def _federated(image: Image.Image) -> Rendition:
    for quality in (85, 75, 60, 40):
        rendition = _jpeg(image, quality=quality)
        if rendition.size < FEDERATED_BYTES:
            return rendition
    return _federated(image.reduce(2))


def _jpeg(image: Image.Image, *, quality: int) -> Rendition:
    stream = BytesIO()
    _bare(image).save(stream, "JPEG", quality=quality)
    return Rendition(data=stream.getvalue(), media_type="image/jpeg", width=image.width, height=image.height)


def _webp(image: Image.Image, *, quality: int, method: int) -> Rendition:
    stream = BytesIO()
    _bare(image).save(stream, "WEBP", quality=quality, method=method)
    return Rendition(data=stream.getvalue(), media_type="image/webp", width=image.width, height=image.height)


def _bare(image: Image.Image) -> Image.Image:
    """Forget what the file said about itself: some of Pillow's encoders would write comments and profiles back."""
    image.info = {}
    return image
