"""Where a post was: as rows, and as what the composer proposes.

Where a file says that it was taken is used for one thing: to propose cities while an upload waits, to its owner, when
they ask. What goes out is the city that somebody chose, and its coordinates only when they ask for that as well.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Collection

from activitypub.objects import Place
from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change
from rossgram_fed.places.gazetteer import City, country_name, gazetteer
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.forms import clean_text

NAME_CHARACTERS, COUNTRY_CHARACTERS = 200, 100
"""What the columns keep."""


async def keep_place(change: Change, place: Place | None, *, post_id: int) -> None:
    """Write where a stranger's post was: its name and country. Their coordinates are not kept, whoever sent them."""
    await _write(
        change,
        post_id,
        number=place.geoname_id if place else None,
        name=clean_text(place.name)[:NAME_CHARACTERS] if place else "",
        country=clean_text(country_name(place.country))[:COUNTRY_CHARACTERS] if place else "",
    )


async def keep_city(change: Change, number: int, *, post_id: int, coordinates: bool) -> None:
    """Write which city a post from here was at, 0 for none; raise ``Invalid`` for a number that is no city's."""
    if not number:
        await _write(change, post_id)
        return
    city = (await gazetteer()).city(number)
    if city is None:
        raise Invalid("That place is not known here; choose one of those that were found.")
    await _write(
        change,
        post_id,
        number=city.id,
        name=city.name,
        country=city.country,
        latitude=city.latitude if coordinates else None,
        longitude=city.longitude if coordinates else None,
    )


async def _write(
    change: Change,
    post_id: int,
    *,
    number: int | None = None,
    name: str = "",
    country: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
) -> None:
    await change.tx.execute(
        "UPDATE posts SET place_id = $1, place_name = $2, place_country = $3, latitude = $4, longitude = $5 "
        "WHERE id = $6",
        number if name else None,
        name,
        country if name else "",
        latitude,
        longitude,
        post_id,
    )


async def proposed(reader: Reader, photo_ids: Collection[int], *, account_id: int) -> tuple[City, ...]:
    """Return cities near where somebody's own uploads that wait for a post were taken, if their files say so."""
    if not photo_ids:
        return ()
    rows = await reader.fetch(
        "SELECT taken_near FROM photos WHERE account_id = $1 AND post_id IS NULL AND taken_near <> '' "
        f"AND id IN ({placeholders(len(photo_ids), 2)}) ORDER BY id LIMIT 1",
        account_id,
        *photo_ids,
    )
    if not rows:
        return ()
    latitude, longitude = map(float, rows[0]["taken_near"].split(" "))
    return (await gazetteer()).near(latitude, longitude)
