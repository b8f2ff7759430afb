"""The looks a photo can be given, as one table of numbers. The browser's preview is sent this very table.

Everything happens in sRGB as it is stored, on parts of 1. A filter mixes each colour with its grey (``saturation`` 1
leaves it, 0 is black and white), then bends each channel along a curve through five points.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

Weights = tuple[float, float, float]
Curve = tuple[float, float, float, float, float]
"""What becomes of 0, 1/4, 1/2, 3/4 and 1; between them it runs smoothly (``toning.bent``)."""

LUMA: Weights = (0.2126, 0.7152, 0.0722)
"""How bright red, green and blue look (Rec. 709)."""
STRAIGHT: Curve = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Filter:
    """One named look."""

    label: str
    """What people read."""
    saturation: float
    red: Curve
    green: Curve
    blue: Curve
    weights: Weights = LUMA
    """How grey is mixed of red, green and blue."""


def _grey(label: str, curve: Curve, weights: Weights = LUMA) -> Filter:
    return Filter(label, 0.0, curve, curve, curve, weights)


FILTERS: dict[str, Filter] = {
    "noon": Filter(
        "Noon", 1.18, (0.0, 0.225, 0.515, 0.785, 1.0), (0.0, 0.225, 0.51, 0.78, 1.0), (0.0, 0.22, 0.5, 0.77, 0.99)
    ),
    "birch": Filter(
        "Birch", 0.9, (0.05, 0.31, 0.57, 0.8, 0.99), (0.05, 0.31, 0.57, 0.8, 0.99), (0.06, 0.32, 0.57, 0.79, 0.97)
    ),
    "linden": Filter(
        "Linden", 0.95, (0.03, 0.26, 0.51, 0.76, 0.98), (0.04, 0.28, 0.54, 0.78, 0.99), (0.03, 0.24, 0.47, 0.71, 0.93)
    ),
    "marigold": Filter(
        "Marigold", 1.06, (0.01, 0.27, 0.55, 0.8, 1.0), (0.01, 0.25, 0.51, 0.76, 0.99), (0.02, 0.22, 0.44, 0.68, 0.91)
    ),
    "ember": Filter(
        "Ember", 1.1, (0.0, 0.26, 0.56, 0.82, 1.0), (0.0, 0.22, 0.48, 0.74, 0.97), (0.02, 0.22, 0.45, 0.69, 0.9)
    ),
    "harbour": Filter(
        "Harbour", 0.92, (0.0, 0.21, 0.48, 0.77, 1.0), (0.02, 0.25, 0.51, 0.76, 0.98), (0.06, 0.29, 0.52, 0.74, 0.93)
    ),
    "fjord": Filter(
        "Fjord", 0.96, (0.0, 0.21, 0.46, 0.73, 0.97), (0.0, 0.24, 0.5, 0.77, 0.99), (0.03, 0.28, 0.55, 0.8, 1.0)
    ),
    "dusk": Filter(
        "Dusk", 0.84, (0.05, 0.28, 0.52, 0.76, 0.98), (0.02, 0.23, 0.47, 0.73, 0.96), (0.08, 0.31, 0.54, 0.76, 0.95)
    ),
    "plum": Filter(
        "Plum", 0.88, (0.09, 0.29, 0.52, 0.77, 0.98), (0.03, 0.23, 0.49, 0.75, 0.97), (0.1, 0.3, 0.51, 0.73, 0.93)
    ),
    "postcard": Filter(
        "Postcard", 0.78, (0.1, 0.34, 0.57, 0.78, 0.96), (0.08, 0.31, 0.54, 0.76, 0.94), (0.1, 0.29, 0.48, 0.68, 0.86)
    ),
    "slate": _grey("Slate", (0.02, 0.25, 0.51, 0.77, 0.99)),
    "soot": _grey("Soot", (0.0, 0.17, 0.49, 0.83, 1.0), weights=(0.5, 0.42, 0.08)),
}
"""By the names that forms and rows use, in the order they are offered."""


@dataclass(frozen=True, slots=True)
class Strengths:
    """What an adjustment of 100 does; smaller and negative ones in proportion."""

    stops: float = 1.5
    """By how many stops ``exposure`` changes the light."""
    flattened: float = 0.5
    """How much of the contrast -100 takes away."""
    red_gain: float = 0.12
    green_gain: float = 0.015
    blue_gain: float = -0.16
    """What ``warmth`` adds to a channel, as a part of it."""
    saturation: float = 0.8
    """How much colour +100 adds; -100 takes away all."""
    faded_black: float = 0.16
    faded_white: float = 0.08
    """How far ``fade`` lifts black and lowers white."""
    deepened: float = 0.1
    """What of the darkest part a fade of -100 makes black."""
    dark_corner: float = 0.75
    light_corner: float = 0.5
    """How far ``vignette`` takes the corners towards black, or white when negative."""
    sharpness: float = 1.0
    """How often the fine detail is added; at -100 it is gone."""
    detail: float = 1080.0
    """What counts as fine: the long edge of the picture divided by this, in pixels each way."""


STRENGTHS = Strengths()


def table() -> dict[str, object]:
    """Return all numbers of this module as JSON has them, for the preview in the browser."""
    return {
        "luma": LUMA,
        "straight": STRAIGHT,
        "strengths": asdict(STRENGTHS),
        "filters": {name: asdict(one) for name, one in FILTERS.items()},
    }
