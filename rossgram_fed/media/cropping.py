"""Turn, mirror, straighten and crop a picture as its edits say. ``static/js/looks.js`` does the same on a canvas.

Sizes and places are in pixels of the turned picture, y downwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageFilter

from rossgram_fed.media.editing import SHAPES, Edits
from rossgram_fed.sizes import CALM

_TURNS = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}

_UNBLURRED = ImageFilter.Kernel((3, 3), (0, -0.09, 0, -0.09, 1.36, -0.09, 0, -0.09, 0), scale=1, offset=0.5)
"""Undoes what reading between pixels blurs on the whole, and that Pillow cuts off there instead of rounding; measured
against pictures slanted at three times the size."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is kept of a turned picture: a rectangle around a centre, turned against the tilt."""

    centre_x: float
    centre_y: float
    width: float
    height: float
    tilt: float
    """Radians clockwise by which the picture is turned under the rectangle."""


def frame_of(edits: Edits, width: float, height: float) -> Frame:
    """Return what is kept of a picture of this size, before its turns; it never reaches beyond the picture."""
    if edits.turns % 2:
        width, height = height, width
    ratio = SHAPES[edits.shape] or width / height
    tilt = math.radians(edits.tilt)
    cosine, sine = math.cos(tilt), abs(math.sin(tilt))
    # The largest tilted rectangle is the one whose upright bounding box just fits.
    across = min(width / (cosine + sine / ratio), height / (sine + cosine / ratio)) * 100 / edits.zoom
    down = across / ratio
    room_x = max(0.0, width - across * cosine - down * sine)
    room_y = max(0.0, height - across * sine - down * cosine)
    return Frame(
        centre_x=(width + edits.x / 100 * room_x) / 2,
        centre_y=(height + edits.y / 100 * room_y) / 2,
        width=across,
        height=down,
        tilt=tilt,
    )


def kept_part(edits: Edits, width: int, height: int) -> float:
    """Return the long edge of what is kept as a part of the long edge of the whole."""
    frame = frame_of(edits, width, height)
    return min(1.0, max(frame.width, frame.height) / max(width, height))


def reshaped(image: Image.Image, edits: Edits) -> Image.Image:
    """Return the picture turned, mirrored, straightened and cropped; its pixels keep their size."""
    frame = frame_of(edits, image.width, image.height)
    if edits.turns:
        image = image.transpose(_TURNS[edits.turns])
    if edits.mirrored:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if not edits.crops:
        return image
    width, height = max(1, round(frame.width)), max(1, round(frame.height))
    if not frame.tilt:
        left = max(0, min(image.width - width, round(frame.centre_x - width / 2)))
        top = max(0, min(image.height - height, round(frame.centre_y - height / 2)))
        return image.crop((left, top, left + width, top + height))
    # Rounding may have made the rectangle larger than it may be: it is stretched over the true one.
    across, down = frame.width / width, frame.height / height
    cosine, sine = math.cos(frame.tilt), math.sin(frame.tilt)
    a, b, d, e = cosine * across, sine * down, -sine * across, cosine * down
    start_x = frame.centre_x - a * width / 2 - b * height / 2
    start_y = frame.centre_y - d * width / 2 - e * height / 2
    return _slanted(image, (width, height), (a, b, start_x, d, e, start_y))


def moved_focal(
    edits: Edits, focal: tuple[float, float], *, size: tuple[int, int], back: bool = False
) -> tuple[float, float]:
    """Return where a point of the untouched photo of this size lies in the edited one, or ``back``.

    As elsewhere x runs from -1 (left) to 1 and y from -1 (bottom) to 1; a point that was cut off comes to the edge.
    """
    frame = frame_of(edits, *size)
    width, height = size if edits.turns % 2 == 0 else size[::-1]
    cosine, sine = math.cos(frame.tilt), math.sin(frame.tilt)
    off_x, off_y = frame.centre_x - width / 2, frame.centre_y - height / 2
    if back:
        x, y = focal[0] * frame.width / 2, -focal[1] * frame.height / 2
        x, y = x * cosine + y * sine + off_x, y * cosine - x * sine + off_y
        x, y = _turned(-x if edits.mirrored else x, y, -edits.turns % 4)
        return _within(2 * x / size[0]), _within(-2 * y / size[1])
    x, y = _turned(focal[0] * size[0] / 2, -focal[1] * size[1] / 2, edits.turns)
    x, y = (-x if edits.mirrored else x) - off_x, y - off_y
    x, y = x * cosine - y * sine, x * sine + y * cosine
    return _within(2 * x / frame.width), _within(-2 * y / frame.height)


def _slanted(image: Image.Image, size: tuple[int, int], places: tuple[float, ...]) -> Image.Image:
    """Return a picture of this size, read along a slant: ``places`` says where, as Pillow's affine transform does.

    Of a large picture colour is read at half the size, as its JPEG keeps it, and lightness between two pixels each way;
    sharpened by what that blurs, it comes as near to the truth as a cubic does, for half the work.
    """
    if image.mode != "RGB" or size[0] * size[1] <= CALM:
        return image.transform(size, Image.Transform.AFFINE, places, Image.Resampling.BICUBIC)
    half, (a, b, x, d, e, y) = (-(-size[0] // 2), -(-size[1] // 2)), places
    light, *colours = image.convert("YCbCr").split()
    light = light.transform(size, Image.Transform.AFFINE, places, Image.Resampling.BILINEAR).filter(_UNBLURRED)
    for number, colour in enumerate(colours):
        read = colour.reduce(2).transform(
            half, Image.Transform.AFFINE, (a, b, x / 2, d, e, y / 2), Image.Resampling.BILINEAR
        )
        colours[number] = read.resize(size, Image.Resampling.NEAREST, box=(0, 0, size[0] / 2, size[1] / 2))
    return Image.merge("YCbCr", (light, *colours)).convert("RGB")


def _turned(x: float, y: float, turns: int) -> tuple[float, float]:
    for _ in range(turns):
        x, y = -y, x
    return x, y


def _within(part: float) -> float:
    return max(-1.0, min(1.0, part)) + 0.0
