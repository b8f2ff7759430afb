"""How a picture was taken, as documents tell it: FEP-ee3a's ``exifData``, and Vernissage's ``exif`` of before.

The rule: every value is read into one bounded form or not at all, and where a picture was taken is never read. Numbers
are written as strings, in the forms that Vernissage shows as they are: ``f/2.2``, ``1/200``, ``85 mm``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from activitypub import fields
from activitypub.objects import Exif

MAX_PROPERTIES = 100
MAX_TEXT = 100
MAX_NUMBER = 1_000_000_000

_NUMBER = re.compile(
    r"(?:f/?|iso)?\s*(\d{1,9}(?:[.,]\d{1,9})?)(?:\s*/\s*(\d{1,9}(?:[.,]\d{1,9})?))?\s*(?:mm|s|sec)?\.?", re.I
)
_MOMENT = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?")


def exif_of(attachment: Mapping[str, Any]) -> Exif | None:
    """Read what an attachment tells; None when that is nothing."""
    told = _told(attachment)
    if not told:
        return None
    found = Exif(**{field: read(told[name]) for name, (field, read) in reversed(_READERS.items()) if name in told})
    return found if found != Exif() else None


def _told(attachment: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties by their names in small letters; the first of a name counts, the older way comes second."""
    told: dict[str, Any] = {}
    for entry in fields.mappings(attachment.get("exifData"), MAX_PROPERTIES):
        name = fields.text(entry.get("name"), MAX_TEXT).strip().lower().removeprefix("exif:")
        told.setdefault(name, entry.get("value"))
    if not told:
        older = fields.mapping(attachment.get("exif"))
        told = {name.lower(): value for name, value in list(older.items())[:MAX_PROPERTIES] if isinstance(name, str)}
    return told


def _text(value: Any) -> str:
    return " ".join(fields.text(value, MAX_TEXT * 4).split())[:MAX_TEXT]


def _number(value: Any) -> float | None:
    if isinstance(value, int | float):
        value = f"{value:f}" if not isinstance(value, bool) and abs(value) < MAX_NUMBER else ""
    found = _NUMBER.fullmatch(_text(value))
    if found is None:
        return None
    number, by = (float(part.replace(",", ".")) if part else 1.0 for part in found.groups())
    return number / by if number and by and number / by <= MAX_NUMBER else None


def _tenths(value: Any) -> float | None:
    number = _number(value)
    return (round(number, 1) or None) if number is not None else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return (round(number) or None) if number is not None else None


def _exposure(value: Any) -> str:
    seconds = _number(value)
    if seconds is None or not 1e-6 < seconds < 100_000:
        return ""
    return f"{seconds:.1f}".removesuffix(".0") if seconds >= 0.3 else f"1/{round(1 / seconds)}"


def _moment(value: Any) -> str:
    found = _MOMENT.fullmatch(_text(value))
    if found is None or found[1] == "0000":
        return ""
    year, month, day, hour, minute, second = found.groups()[:6]
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}"


Reader = Callable[[Any], Any]
_READERS: dict[str, tuple[str, Reader]] = {
    # Of two names for one thing the upper one counts.
    "make": ("make", _text),
    "model": ("model", _text),
    "lensmodel": ("lens", _text),
    "lens": ("lens", _text),
    "fnumber": ("aperture", _tenths),
    "exposuretime": ("exposure", _exposure),
    "photographicsensitivity": ("iso", _whole),
    "isospeedratings": ("iso", _whole),
    "focallength": ("focal_length", _tenths),
    "focallengthin35mmfilm": ("focal_length_35", _whole),
    "focallenin35mmfilm": ("focal_length_35", _whole),
    "film": ("film", _text),
    "software": ("software", _text),
    "datetimeoriginal": ("taken_at", _moment),
    "datetime": ("taken_at", _moment),
    "createdate": ("taken_at", _moment),
}


def exif_document(exif: Exif) -> list[dict[str, str]]:
    """Write what is known as a list of ``PropertyValue``, in EXIF's own names; FEP-ee3a requires ``@type``."""
    written = {
        "Make": exif.make,
        "Model": exif.model,
        "LensModel": exif.lens,
        "FNumber": f"f/{_plain(exif.aperture)}" if exif.aperture else "",
        "ExposureTime": exif.exposure,
        "PhotographicSensitivity": _plain(exif.iso),
        "FocalLength": f"{_plain(exif.focal_length)} mm" if exif.focal_length else "",
        "FocalLengthIn35mmFilm": _plain(exif.focal_length_35),
        "Film": exif.film,
        "Software": exif.software,
        "DateTime": _exif_moment(exif.taken_at),
    }
    return [{"@type": "PropertyValue", "name": name, "value": value} for name, value in written.items() if value]


def _plain(number: float | None) -> str:
    return f"{number:.1f}".removesuffix(".0") if number else ""


def _exif_moment(moment: str) -> str:
    """Return ``2025:02:27 17:38:49``, as EXIF and Vernissage have it: the photographer's clock, without an offset."""
    found = _MOMENT.fullmatch(moment)
    return "{}:{}:{} {}:{}:{}".format(*found.groups()[:6]) if found else ""
