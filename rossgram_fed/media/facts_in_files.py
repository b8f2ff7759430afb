"""Read what files tell: EXIF (CIPA DC-008), XMP (ISO 16684) and IPTC (IIM 4.2). Runs where decoders run.

Cameras and programs write all of these loosely, and some write nonsense; what cannot be read is passed over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from PIL import Image

from rossgram_fed.media.errors import BROKEN
from rossgram_fed.media.facts import (
    LONGEST_DESCRIPTION,
    LONGEST_LICENCE,
    LONGEST_NAME,
    Facts,
    clean,
    facts_from,
)
from rossgram_fed.media.iptc import records_in
from rossgram_fed.media.stripping import Stripped
from rossgram_fed.media.xmp import CREATIVE_COMMONS, DC, FILM, IPTC, RIGHTS, properties_in

_PHOTO, _GPS = 0x8769, 0x8825
_MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")
_NOBODY_WROTE = re.compile(
    r"(?i)(olympus|minolta|sony|konica|samsung|kodak)? *(digital camera|dsc|dcim.*|default|untitled)"
)
"""Descriptions that cameras put into every photo."""

Texts = Mapping[str, str]


def facts_in(file: Stripped) -> Facts:
    """Return what a file told about how the photo was made."""
    main, photo, _ = _directories(file.exif)
    xmp, iptc = properties_in(file.xmp), records_in(file.iptc)
    found: dict[str, object] = {
        "make": _name(main.get(0x010F)),
        "model": _name(main.get(0x0110)),
        "lens": _name(photo.get(0xA434)),
        "aperture": _number(photo.get(0x829D), digits=1),
        "exposure": _exposure(photo.get(0x829A)),
        "iso": _whole(photo.get(0x8827)),
        "focal_length": _number(photo.get(0x920A), digits=1),
        "focal_length_35": _whole(photo.get(0xA405)),
        "film": _name(xmp.get(FILM)),
        "software": _name(main.get(0x0131)),
        "taken_at": _moment(photo.get(0x9003) or main.get(0x0132), photo.get(0x9011)),
        "description": _description(xmp, iptc, main.get(0x010E)),
        "creator": _name(xmp.get(f"{DC}creator") or iptc.get("creator") or main.get(0x013B)),
        "licence": _licence(xmp, iptc, main.get(0x8298)),
    }
    return _those_that_hold(found)


def near_in(file: Stripped) -> tuple[float, float] | None:
    """Return about where it was taken: latitude and longitude, rounded to a hundredth of a degree."""
    _, _, place = _directories(file.exif)
    latitude = _degrees(place.get(2), place.get(1), negative="S", most=90)
    longitude = _degrees(place.get(4), place.get(3), negative="W", most=180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None
    return latitude, longitude


def _those_that_hold(found: dict[str, object]) -> Facts:
    """Leave out, one by one, what is beyond its bounds."""
    held: dict[str, object] = {}
    for name, value in found.items():
        if value in ("", None):
            continue
        try:
            facts_from({name: value})
        except ValueError:
            continue
        held[name] = value
    return facts_from(held)


def _directories(exif: bytes) -> tuple[dict[int, Any], dict[int, Any], dict[int, Any]]:
    if not exif:
        return {}, {}, {}
    read = Image.Exif()
    try:
        read.load(exif)
        return dict(read), dict(read.get_ifd(_PHOTO)), dict(read.get_ifd(_GPS))
    except BROKEN:
        return {}, {}, {}


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    value = value.partition("\0")[0]
    try:
        # EXIF is ASCII by its letter; most programs write UTF-8, which Pillow reads as Latin-1.
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _name(value: object) -> str:
    return clean(_text(value), LONGEST_NAME)


def _first(value: object) -> object:
    return value[0] if isinstance(value, tuple) and value else value


def _number(value: object, *, digits: int) -> float | None:
    try:
        number = float(_first(value))  # type: ignore[arg-type]
    except BROKEN:
        return None
    return round(number, digits) if math.isfinite(number) else None


def _whole(value: object) -> int | None:
    number = _number(value, digits=0)
    return None if number is None else int(number)


def _exposure(value: object) -> str:
    try:
        seconds = float(_first(value))  # type: ignore[arg-type]
        if not 0 < seconds < 100_000:
            return ""
        return f"{seconds:.1f}".removesuffix(".0") if seconds >= 0.3 else f"1/{round(1 / seconds)}"
    except BROKEN:
        return ""


def _moment(value: object, offset: object) -> str:
    found = _MOMENT.match(_text(value))
    if found is None or found[1] == "0000":
        return ""
    year, month, day, hour, minute, second = found.groups()
    zone = _text(offset)
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone if _OFFSET.fullmatch(zone) else ''}"


def _degrees(value: object, letter: object, *, negative: str, most: int) -> float | None:
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in value)
        size = degrees + minutes / 60 + seconds / 3600
    except BROKEN:
        return None
    if not 0 <= size <= most:
        return None
    return round(-size if _text(letter).upper() == negative else size, 2)


def _description(xmp: Texts, iptc: Texts, exif: object) -> str:
    """Return what was written for those who cannot see it, else what was written for everybody."""
    for text in (xmp.get(f"{IPTC}AltTextAccessibility"), xmp.get(f"{DC}description"), iptc.get("description"), exif):
        said = clean(_text(text), LONGEST_DESCRIPTION, lines=True)
        if said and not _NOBODY_WROTE.fullmatch(said):
            return said
    return ""


def _licence(xmp: Texts, iptc: Texts, exif: object) -> str:
    told = (f"{CREATIVE_COMMONS}license", f"{RIGHTS}WebStatement", f"{RIGHTS}UsageTerms", f"{DC}rights")
    texts = [*(xmp.get(name) for name in told), iptc.get("rights"), exif]
    return next((said for text in texts if (said := clean(_text(text), LONGEST_LICENCE))), "")
