"""What somebody wants done to a photo, as numbers: crop, turn, filter and adjustments.

A photo's ``Edits`` are kept beside it and always applied to the file that came in, so that nothing is lost by changing
one's mind. Whatever is read from outside is either wholly within its bounds or a ``ValueError`` with a sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from rossgram_fed.media.filters import FILTERS

SHAPES: dict[str, float | None] = {"original": None, "1:1": 1.0, "4:5": 4 / 5, "16:9": 16 / 9}
"""Width divided by height; None keeps the photo's own."""
NO_FILTER = "none"
ADJUSTMENTS = ("exposure", "contrast", "warmth", "saturation", "fade", "vignette", "sharpness")
BOUNDS: dict[str, tuple[int, int]] = {
    "zoom": (100, 400),
    "x": (-100, 100),
    "y": (-100, 100),
    "turns": (0, 3),
    "tilt": (-15, 15),
    "strength": (0, 100),
    **dict.fromkeys(ADJUSTMENTS, (-100, 100)),
}
"""The least and the most of every number."""


@dataclass(frozen=True, slots=True)
class Edits:
    """What is done to a photo, in this order: turned, mirrored, straightened, cropped, adjusted, filtered."""

    shape: str = "original"
    zoom: int = 100
    """Percent of the largest crop of that shape."""
    x: int = 0
    y: int = 0
    """Where the crop lies, from -100 (left, top) to 100, in parts of the room it has."""
    turns: int = 0
    """Quarter turns clockwise."""
    mirrored: bool = False
    """Left and right changed, after the turns."""
    tilt: float = 0.0
    """Degrees clockwise, in tenths; the crop shrinks so that no corner is empty."""
    filter: str = NO_FILTER
    strength: int = 100
    """Percent of the filter."""
    exposure: int = 0
    contrast: int = 0
    warmth: int = 0
    saturation: int = 0
    fade: int = 0
    vignette: int = 0
    sharpness: int = 0

    @property
    def crops(self) -> bool:
        """Whether anything of the photo's edges is cut off."""
        return self.shape != "original" or self.zoom != 100 or self.tilt != 0

    @property
    def reshapes(self) -> bool:
        """Whether pixels move at all."""
        return self.crops or self.turns != 0 or self.mirrored

    def settled(self) -> Edits:
        """Return the same in its shortest form: numbers that do nothing here are as if they were never touched."""
        settled = self if self.crops else replace(self, x=0, y=0)
        if self.filter == NO_FILTER or self.strength == 0:
            settled = replace(settled, filter=NO_FILTER, strength=100)
        return settled

    def as_json(self) -> str:
        """Return it as the column ``Photo.edits`` keeps it: only what differs from an untouched photo."""
        return json.dumps(self.changed(), separators=(",", ":"))

    def changed(self) -> dict[str, object]:
        """Return what differs from an untouched photo, by name."""
        untouched = asdict(UNTOUCHED)
        return {name: value for name, value in asdict(self.settled()).items() if value != untouched[name]}


UNTOUCHED = Edits()
_NAMES = frozenset(asdict(UNTOUCHED))
_SLIDER = re.compile(r"-?[0-9]{1,4}(?:\.[0-9]{1,2})?")


def edits_from_json(text: str) -> Edits:
    """Read the column ``Photo.edits``; raise ``ValueError`` for anything that ``as_json`` does not write."""
    try:
        values = json.loads(text or "{}")
    except RecursionError as error:
        raise ValueError("These are no edits.") from error
    return edits_from_values(values)


def edits_from_values(values: object) -> Edits:
    """Read edits out of parsed JSON: an object of known names with values of their types, within their bounds."""
    if not isinstance(values, dict) or not _NAMES.issuperset(values):
        raise ValueError("These are no edits.")
    return _checked(values)


def edits_from_form(fields: Mapping[str, str]) -> Edits:
    """Read edits as forms and addresses say them, all as text; names that are missing are untouched."""
    values: dict[str, object] = dict(fields)
    if not _NAMES.issuperset(values):
        raise ValueError("These are no edits.")
    values["mirrored"] = bool(fields.get("mirrored"))
    for name in BOUNDS:
        if name in fields:
            values[name] = _number(name, fields[name])
    return _checked(values)


def _number(name: str, text: str) -> int | float:
    # Browsers send "7" or "-2.5"; whatever else int() and float() take ("1_0", "nan", "٣") comes from no slider.
    if not _SLIDER.fullmatch(text):
        raise ValueError(f"The number for {name} is none that this form can send.")
    return float(text) if name == "tilt" or "." in text else int(text)


def _checked(values: Mapping[str, object]) -> Edits:
    if values.get("shape", "original") not in SHAPES:
        raise ValueError("There is no such crop.")
    if values.get("filter", NO_FILTER) not in (NO_FILTER, *FILTERS):
        raise ValueError("There is no such filter.")
    if type(values.get("mirrored", False)) is not bool:
        raise ValueError("A photo is mirrored or it is not.")
    for name, (least, most) in BOUNDS.items():
        value = values.get(name, least)
        if type(value) is not int and not (name == "tilt" and type(value) is float and round(value, 1) == value):
            raise ValueError(f"The number for {name} is none that this form can send.")
        if not least <= value <= most:
            raise ValueError(f"The number for {name} lies between {least} and {most}.")
    return Edits(**{**values, "tilt": float(values.get("tilt", 0.0))}).settled()  # type: ignore[arg-type]
