"""Where something was, as documents tell it: Pixelfed's ``location`` of a post and Vernissage's of an attachment.

The rule: a place has a name. Coordinates are written with a hundredth of a degree and no finer, as strings (so do both
servers, and so one spelling is signed), and read with points, commas and letters for the directions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from activitypub import fields
from activitypub.objects import Place

MAX_NAME = 200
MAX_GEONAME_ID = 2**31 - 1
MAX_LOCATIONS = 5

_DEGREES = re.compile(r"([+-]?)\s*(\d{1,3}(?:[.,]\d{1,20})?)\s*°?\s*([NSEWnsew]?)")


def place_of(document: Mapping[str, Any]) -> Place | None:
    """Read the first place with a name that a post or an attachment says it was at."""
    for location in fields.mappings(document.get("location"), MAX_LOCATIONS):
        address = fields.mapping(location.get("address"))
        name = _text(location.get("name"))
        if not name or fields.kind(location.get("type")) not in ("Place", ""):
            continue
        country = location.get("country") or location.get("addressCountry") or address.get("addressCountry")
        latitude = _degrees(location.get("latitude"), most=90)
        longitude = _degrees(location.get("longitude"), most=180)
        known = latitude is not None and longitude is not None
        return Place(
            name=name,
            country=_text(country.get("name") if isinstance(country, dict) else country),
            latitude=latitude if known else None,
            longitude=longitude if known else None,
            geoname_id=fields.count(location.get("geonameId"), MAX_GEONAME_ID) or None,
        )
    return None


def place_document(place: Place) -> dict[str, str]:
    """Write a place; coordinates only when it has both, which is its author's choice."""
    document = {"type": "Place", "name": place.name}
    if place.country:
        document["country"] = place.country
    if place.geoname_id:
        document["geonameId"] = str(place.geoname_id)
    if place.latitude is not None and place.longitude is not None:
        document |= {"latitude": f"{place.latitude:.2f}", "longitude": f"{place.longitude:.2f}"}
    return document


def _text(value: Any) -> str:
    return " ".join(fields.text(value, MAX_NAME * 2).split())[:MAX_NAME]


def _degrees(value: Any, *, most: int) -> float | None:
    number = fields.number(value)
    if number is None:
        found = _DEGREES.fullmatch(fields.text(value, 40).strip())
        if found is None:
            return None
        number = float(found[2].replace(",", "."))
        number = -number if found[1] == "-" or found[3].upper() in ("S", "W") else number
    return number if abs(number) <= most else None
