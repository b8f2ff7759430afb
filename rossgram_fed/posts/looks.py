"""The crop and look of photos in forms: what was typed, what is shown for it, and the tiles to choose a filter by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

import orjson

from rossgram_fed.media.editing import (
    ADJUSTMENTS,
    BOUNDS,
    NO_FILTER,
    SHAPES,
    UNTOUCHED,
    Edits,
    edits_from_form,
    edits_from_json,
)
from rossgram_fed.media.filters import FILTERS, table
from rossgram_fed.media.pictures import Focal
from rossgram_fed.posts import focus
from rossgram_fed.web.forms import Form

_FIELDS = ("shape", "filter", "mirrored", *BOUNDS)
_WORDS = {
    "exposure": ("Exposure", "darker", "brighter"),
    "contrast": ("Contrast", "softer", "stronger"),
    "warmth": ("Warmth", "cooler", "warmer"),
    "saturation": ("Saturation", "greyer", "more colour"),
    "fade": ("Fade", "deeper blacks", "paler blacks"),
    "vignette": ("Vignette", "light corners", "dark corners"),
    "sharpness": ("Sharpness", "softer", "sharper"),
}
_UNITS = {"zoom": " %", "strength": " %", "tilt": "°"}


@dataclass(frozen=True, slots=True)
class Slider:
    """A number to choose, and what its ends mean."""

    name: str
    label: str
    low: str
    high: str
    least: int
    most: int
    step: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """The crop and look of one photo, as its card shows it."""

    photo_id: int
    edits: Edits
    fresh: bool
    """Whether the photo's own files show it already."""
    focus: tuple[int, int] = (0, 0)
    """What must stay in sight, as ``posts.focus`` has it."""

    @property
    def shown(self) -> str:
        """The path of a picture that shows it, where the photo's own files do not."""
        return proof_path(self.photo_id, self.edits)

    @property
    def tile(self) -> str:
        """The same as a small square."""
        return proof_path(self.photo_id, self.edits, tile=True)

    @property
    def untouched(self) -> str:
        """The path of the photo as it came in, for the preview in the browser."""
        return proof_path(self.photo_id, UNTOUCHED)

    @property
    def numbers(self) -> str:
        """All numbers of all looks as JSON, for the preview in the browser."""
        return numbers()

    @property
    def touched(self) -> bool:
        """Whether anything is done to the photo."""
        return self.edits != UNTOUCHED or self.focus != (0, 0)

    @property
    def shapes(self) -> tuple[tuple[str, str], ...]:
        """Values and labels of the crops."""
        return tuple((shape, "Original" if shape == "original" else shape) for shape in SHAPES)

    @property
    def filters(self) -> tuple[tuple[str, str, str], ...]:
        """Values, labels and the paths of their tiles."""
        names = {NO_FILTER: "None"} | {name: one.label for name, one in FILTERS.items()}
        return tuple(
            (name, label, proof_path(self.photo_id, Edits(filter=name), tile=True)) for name, label in names.items()
        )

    @property
    def crop_sliders(self) -> tuple[Slider, ...]:
        """How near, and where."""
        return (
            self._slider("zoom", "Zoom", "whole", "near"),
            self._slider("x", "Across", "left", "right"),
            self._slider("y", "Down", "top", "bottom"),
            self._slider("tilt", "Straighten", "anticlockwise", "clockwise", step="0.5"),
        )

    @property
    def focus_sliders(self) -> tuple[Slider, ...]:
        """Where the point is that must stay in sight."""
        across, down = map(str, self.focus)
        return (
            Slider("across", "Point across", "left", "right", focus.LEAST, focus.MOST, "1", across),
            Slider("down", "Point down", "top", "bottom", focus.LEAST, focus.MOST, "1", down),
        )

    @property
    def turns(self) -> tuple[tuple[str, str], ...]:
        """Values and labels of the quarter turns."""
        return (("0", "Upright"), ("1", "Right"), ("2", "Upside down"), ("3", "Left"))

    @property
    def strength(self) -> Slider:
        """How much of the filter."""
        return self._slider("strength", "Strength of the filter", "faint", "full")

    @property
    def adjustments(self) -> tuple[Slider, ...]:
        """The seven adjustments."""
        return tuple(self._slider(name, *_WORDS[name]) for name in ADJUSTMENTS)

    def field(self, name: str) -> str:
        """Return the name of a form field."""
        return _field(name, self.photo_id)

    def _slider(self, name: str, label: str, low: str, high: str, *, step: str = "1") -> Slider:
        least, most = BOUNDS[name]
        value = f"{getattr(self.edits, name):g}"
        return Slider(name, label, low, high, least, most, step, value, _UNITS.get(name, ""))


def look_of(form: Form, photo_id: int, *, kept: str, focal: Focal = (0.0, 0.0)) -> Look:
    """Return the look that was typed for a photo, or else the ``kept`` one (the column ``Photo.edits``)."""
    now = edits_from_json(kept)
    try:
        edits = _typed(form, photo_id) or now
        point = focus.typed_focus(form, photo_id) or focus.as_typed(focal)
    except ValueError:
        edits, point = now, focus.as_typed(focal)
    return Look(photo_id, edits, fresh=edits == now, focus=point)


def looks_from(form: Form, photo_ids: Iterable[int]) -> dict[int, Edits]:
    """Read what was typed for photos; those without fields are left out, and nonsense is an error of the form."""
    typed = {}
    for photo_id in photo_ids:
        try:
            edits = _typed(form, photo_id)
        except ValueError as error:
            form.error(f"look-{photo_id}", str(error))
            continue
        if edits is not None:
            typed[photo_id] = edits
    return typed


def proof_path(photo_id: int, edits: Edits, *, tile: bool = False) -> str:
    """Return the path where a proof of a photo is made."""
    query = ({"size": "tile"} if tile else {}) | edits.changed()
    return f"/photos/{photo_id}/proof" + (f"?{urlencode(query)}" if query else "")


@cache
def numbers() -> str:
    """Return the numbers of all looks as JSON, for the preview in the browser."""
    return orjson.dumps({**table(), "shapes": SHAPES}).decode()


def _typed(form: Form, photo_id: int) -> Edits | None:
    if _field("shape", photo_id) not in form.values:
        return None
    return edits_from_form(
        {name: form.value(_field(name, photo_id)) for name in _FIELDS if _field(name, photo_id) in form.values}
    )


def _field(name: str, photo_id: int) -> str:
    return f"look-{name}-{photo_id}"
