"""Give a picture in sRGB its filter and adjustments. ``static/js/looks.js`` does the same on a canvas, step by step.

The steps, each rounded to 8 bits once: a table for every channel (exposure, contrast, warmth), a matrix (saturation and
the filter's), a table again (the filter's curves, fade), fine detail of the lightness, vignette. Steps that change
nothing are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageChops, ImageFilter

from rossgram_fed.media.editing import NO_FILTER, Edits
from rossgram_fed.media.filters import FILTERS, LUMA, STRAIGHT, STRENGTHS, Curve, Filter, Weights

_EDGE = 128
"""Pixels of the small vignette that is stretched over a picture."""
_PLAIN = Filter("", 1.0, STRAIGHT, STRAIGHT, STRAIGHT)

Rows = tuple[tuple[float, float, float], ...]


def toned(image: Image.Image, edits: Edits) -> Image.Image:
    """Return an RGB or RGBA picture with its filter and adjustments; what is transparent stays so."""
    if image.mode == "RGBA":
        result = toned(image.convert("RGB"), edits)
        result.putalpha(image.getchannel("A"))
        return result
    for step in (_exposed, _mixed, _curved, _sharpened, _shaded):
        image = step(image, edits)
    return image


def bent(curve: Curve, value: float) -> float:
    """Return what a curve makes of a value: a Catmull-Rom spline, whose ends run on straight."""
    place = min(3, int(value * 4))
    first, second = curve[place], curve[place + 1]
    before = curve[place - 1] if place else 2 * first - second
    after = curve[place + 2] if place < 3 else 2 * second - first
    part = value * 4 - place
    linear, square = second - before, 2 * before - 5 * first + 4 * second - after
    return first + part / 2 * (linear + part * (square + part * (3 * (first - second) + after - before)))


def _exposed(image: Image.Image, edits: Edits) -> Image.Image:
    if not (edits.exposure or edits.contrast or edits.warmth):
        return image
    gain = 2 ** (STRENGTHS.stops * edits.exposure / 100)
    contrast, warmth = edits.contrast / 100, edits.warmth / 100

    def channel(warming: float) -> Callable[[float], float]:
        def tone(value: float) -> float:
            lit = value if gain == 1 else _srgb(_linear(value) * gain)
            if contrast > 0:
                lit += contrast * (lit * lit * (3 - 2 * lit) - lit)
            elif contrast < 0:
                lit += -contrast * STRENGTHS.flattened * (0.5 - lit)
            return lit * (1 + warmth * warming)

        return tone

    gains = (STRENGTHS.red_gain, STRENGTHS.green_gain, STRENGTHS.blue_gain)
    return image.point([value for warming in gains for value in _table(channel(warming))])


def _mixed(image: Image.Image, edits: Edits) -> Image.Image:
    chosen, strength = _filter(edits)
    colour = 1 + edits.saturation / 100 * (STRENGTHS.saturation if edits.saturation > 0 else 1)
    filtered = 1 + strength * (chosen.saturation - 1)
    if colour == filtered == 1:
        return image
    first, second = _saturating(colour, LUMA), _saturating(filtered, chosen.weights)
    rows = [[sum(second[i][k] * first[k][j] for k in range(3)) for j in range(3)] for i in range(3)]
    return image.convert("RGB", matrix=tuple(part for row in rows for part in (*row, 0.0)))


def _curved(image: Image.Image, edits: Edits) -> Image.Image:
    chosen, strength = _filter(edits)
    if chosen is _PLAIN and not edits.fade:
        return image
    fade = edits.fade / 100
    low = STRENGTHS.faded_black * fade if fade > 0 else STRENGTHS.deepened * fade / (1 + STRENGTHS.deepened * fade)
    high = 1 - STRENGTHS.faded_white * fade if fade > 0 else 1.0

    def channel(curve: Curve) -> Callable[[float], float]:
        return lambda value: low + (high - low) * (value + strength * (bent(curve, value) - value))

    curves = (chosen.red, chosen.green, chosen.blue)
    return image.point([value for curve in curves for value in _table(channel(curve))])


def _sharpened(image: Image.Image, edits: Edits) -> Image.Image:
    if not edits.sharpness:
        return image
    light = image.convert("L")
    soft = light.filter(ImageFilter.BoxBlur(max(image.size) / STRENGTHS.detail))
    amount = STRENGTHS.sharpness * edits.sharpness / 100
    detail = ImageChops.subtract(light, soft, scale=1 / amount, offset=128)
    return ImageChops.add(image, Image.merge("RGB", (detail,) * 3), offset=-128)


def _shaded(image: Image.Image, edits: Edits) -> Image.Image:
    if not edits.vignette:
        return image
    # A row and column more on each side, so that the edges of the picture lie between known points.
    inside = (1, 1, _EDGE + 1, _EDGE + 1)
    kept = _vignette(edits.vignette).resize(image.size, Image.Resampling.BILINEAR, box=inside)
    # Multiplied with the shade, or screened with the light: the picture laid on black, or on white, through a mask.
    shaded = Image.new("RGB", image.size, "black" if edits.vignette > 0 else "white")
    shaded.paste(image, mask=kept)
    return shaded


@lru_cache(maxsize=8)
def _vignette(amount: int) -> Image.Image:
    """Return how much of the picture stays where, from 0 to 255; the rest is black or, of a negative one, white."""
    dark = STRENGTHS.dark_corner * amount / 100
    light = -STRENGTHS.light_corner * amount / 100
    squares = [((2 * place + 1) / _EDGE - 1) ** 2 / 2 for place in range(-1, _EDGE + 1)]
    shades = bytes(
        _byte(1 - dark * (across + down) ** 2 if amount > 0 else 1 - light * (across + down) ** 2)
        for down in squares
        for across in squares
    )
    return Image.frombytes("L", (_EDGE + 2, _EDGE + 2), shades)


def _filter(edits: Edits) -> tuple[Filter, float]:
    return (_PLAIN, 0.0) if edits.filter == NO_FILTER else (FILTERS[edits.filter], edits.strength / 100)


def _saturating(amount: float, weights: Weights) -> Rows:
    return tuple(
        tuple((1 - amount) * weight + (amount if i == j else 0.0) for j, weight in enumerate(weights))  # type: ignore[misc]
        for i in range(3)
    )


def _table(tone: Callable[[float], float]) -> list[int]:
    return [_byte(tone(value / 255)) for value in range(256)]


def _byte(part: float) -> int:
    return int(max(0.0, min(1.0, part)) * 255 + 0.5)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _srgb(part: float) -> float:
    part = min(1.0, part)
    return part * 12.92 if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)
