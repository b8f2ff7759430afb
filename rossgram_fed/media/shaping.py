"""Make pictures smaller and cut them to a shape; never larger."""

from __future__ import annotations

from PIL import Image

from rossgram_fed.media.pictures import Focal

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def fitted(image: Image.Image, long_edge: int, *, near: float = 1.0) -> Image.Image:
    """Return the picture with its longer edge at most ``long_edge``; smaller ones come back as they are.

    With ``near`` below 1 the edge may come out that much shorter, where averaging whole pixels brings it there: that is
    ten times as fast as a filter. Where it does not, a filter does that is half as costly as the best; on large
    pictures nobody can tell.
    """
    step = int(max(image.size) / (long_edge * near))
    if step >= 2 and min(image.size) >= step:
        image = image.reduce(step)
    scale = long_edge / max(image.size)
    if scale >= 1:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS if near == 1 else Image.Resampling.HAMMING)


def square(image: Image.Image, edge: int, *, focal: Focal) -> Image.Image:
    """Return a square of at most ``edge`` pixels cut around the focal point."""
    return cut(image, (edge, edge), focal=focal)


def cut(image: Image.Image, size: tuple[int, int], *, focal: Focal) -> Image.Image:
    """Return what has the shape of ``size`` and is no larger, cut around the focal point."""
    scale = min(image.width / size[0], image.height / size[1])
    width, height = (
        max(1, min(image.width, round(size[0] * scale))),
        max(1, min(image.height, round(size[1] * scale))),
    )
    left = _start(image.width, width, centre=(focal[0] + 1) / 2)
    top = _start(image.height, height, centre=(1 - focal[1]) / 2)
    made = (min(size[0], width), min(size[1], height))
    return image.resize(made, Image.Resampling.LANCZOS, box=(left, top, left + width, top + height), reducing_gap=2.0)


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Return the picture turned and mirrored as an EXIF orientation says."""
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def _start(length: int, side: int, *, centre: float) -> int:
    wanted = round(length * min(1.0, max(0.0, centre)) - side / 2) if centre == centre else 0  # noqa: PLR0124 (NaN)
    return max(0, min(length - side, wanted))
