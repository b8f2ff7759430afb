"""What a file told about how a photo was made, as typed, bounded values. Where it was taken is never among them.

As JSON this is the column ``Photo.exif``. It is read in the darkroom and checked again outside, like everything that
comes from there.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict, dataclass, fields

LONGEST_NAME = 100
LONGEST_DESCRIPTION = 1500
LONGEST_LICENCE = 300
"""Characters."""

_EXPOSURE = re.compile(r"1/[1-9][0-9]{0,5}|[0-9]{1,5}(?:\.[0-9])?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[+-][0-9]{2}:[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything may be missing: empty, or None."""

    make: str = ""
    model: str = ""
    lens: str = ""
    aperture: float | None = None
    """The f-number."""
    exposure: str = ""
    """Seconds as photographers write them: ``1/250``, ``2.5``."""
    iso: int | None = None
    focal_length: float | None = None
    """Millimetres."""
    focal_length_35: int | None = None
    """Millimetres that show as much on 35 mm film."""
    film: str = ""
    software: str = ""
    taken_at: str = ""
    """The camera's clock in ISO 8601; with an offset only when the camera knew it."""
    description: str = ""
    """Of what can be seen, for those who cannot see it."""
    creator: str = ""
    licence: str = ""
    """An address or a name."""

    def as_json(self) -> str:
        """Return what is known as a JSON object."""
        return json.dumps(self.known(), ensure_ascii=False, separators=(",", ":"))

    def known(self) -> dict[str, object]:
        """Return what is known, by name."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}


_TEXTS = {one.name: LONGEST_NAME for one in fields(Facts) if one.type == "str"} | {
    "description": LONGEST_DESCRIPTION,
    "licence": LONGEST_LICENCE,
}
_SHAPES = {"exposure": _EXPOSURE, "taken_at": _MOMENT}
_NUMBERS: dict[str, tuple[float, float]] = {
    "aperture": (0.1, 1000),
    "iso": (1, 10_000_000),
    "focal_length": (0.1, 100_000),
    "focal_length_35": (1, 100_000),
}


def facts_from(values: object) -> Facts:
    """Read facts that were checked by nobody; raise ``ValueError`` for any that ``facts_in`` never makes."""
    if not isinstance(values, dict) or not values.keys() <= _TEXTS.keys() | _NUMBERS.keys():
        raise ValueError("these are no facts about a photo")
    for name, value in values.items():
        if not (_is_text(name, value) if name in _TEXTS else _is_number(name, value)):
            raise ValueError(f"this is no {name} of a photo")
    return Facts(**values)


def facts_of(text: str) -> Facts:
    """Read the column ``Photo.exif``."""
    return Facts(**json.loads(text)) if text and text != "{}" else Facts()


def clean(text: str, most: int, *, lines: bool = False) -> str:
    """Return a text in NFC, without control characters, its blanks joined, and cut to ``most`` characters."""
    kept = "".join(
        letter if letter == "\n" and lines else " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", text[: most * 4])
        if letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cs", "Cn", "Co")
    )
    return "\n".join(" ".join(line.split()) for line in kept.split("\n")).strip()[:most].rstrip()


def _is_text(name: str, value: object) -> bool:
    if not isinstance(value, str) or not value:
        return False
    shape = _SHAPES.get(name)
    if shape is not None:
        return shape.fullmatch(value) is not None
    return len(value) <= _TEXTS[name] and clean(value, _TEXTS[name], lines=name == "description") == value


def _is_number(name: str, value: object) -> bool:
    low, high = _NUMBERS[name]
    kinds = (int,) if name in ("iso", "focal_length_35") else (int, float)
    return type(value) in kinds and low <= value <= high  # type: ignore[operator]
