"""The cities of GeoNames with 15,000 people and more: found by the beginning of a name, by number, or by nearness.

The file (``scripts/make-gazetteer`` writes it) is read when somebody first asks, never at the start, in a thread of its
own. Afterwards some ten megabytes stay. The largest cities come first in the file, so a city's line is its rank.
"""

from __future__ import annotations

import asyncio
import gzip
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from importlib.resources import files
from itertools import islice
from math import cos, hypot, radians

from rossgram_fed.places.folding import fold

MOST_FOUND = 8
SCANNED = 20_000
"""Names looked at for one question, so that a single letter costs no more than a word."""
ABROAD = 30
NEAR = 30.0
"""Kilometres: no city further off than this is proposed for a photo."""
_KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class City:
    """A city."""

    id: int
    """Its number at GeoNames."""
    name: str
    country: str
    """In English."""
    country_code: str
    latitude: float
    longitude: float
    """Degrees, to a hundredth: about a kilometre."""
    population: int

    @property
    def label(self) -> str:
        """What people choose between."""
        return f"{self.name}, {self.country}" if self.country else self.name


class Gazetteer:
    """All cities."""

    def __init__(self, cities: str, countries: Mapping[str, str]) -> None:
        """Read the text of the file; ``countries`` are names by codes. See ``gazetteer``."""
        self._countries = countries
        self._lines: list[str] = []
        self._latitudes, self._longitudes = array("f"), array("f")
        self._by_id: dict[int, int] = {}
        shelves: dict[str, list[tuple[str, int, bool]]] = {}
        for rank, line in enumerate(cities.splitlines()):
            kept, _, keys = line.rpartition("\t")
            number, _, _, latitude, longitude, _ = kept.split("\t")
            self._lines.append(kept)
            self._by_id[int(number)] = rank
            self._latitudes.append(float(latitude))
            self._longitudes.append(float(longitude))
            for number_of_key, key in enumerate(keys.split("|")):
                shelves.setdefault(key[:1], []).append((key, rank, number_of_key == 0))
        self._names: list[str] = []
        self._ranks = array("I")
        self._own = bytearray()
        """Whether a name is the city's own, and not one that others have for it."""
        # Letter by letter, since everybody waits while one list is sorted.
        for _, names in sorted(shelves.items()):
            names.sort()
            self._names.extend(name for name, _, _ in names)
            self._ranks.extend(rank for _, rank, _ in names)
            self._own.extend(own for _, _, own in names)

    def __len__(self) -> int:
        return len(self._lines)

    def search(self, text: str, *, most: int = MOST_FOUND) -> tuple[City, ...]:
        """Return cities whose name begins so, those of that very name first, then the larger before the smaller.

        A city that only begins so in another language counts as ``ABROAD`` times further down.
        Behind a comma may stand the beginning of the country's name, or its code: ``Paris, US``.
        """
        name, _, country = text.partition(",")
        wanted, country = fold(name), fold(country)
        if not wanted:
            return ()
        found: dict[int, tuple[bool, int]] = {}
        start = bisect_left(self._names, wanted)
        for at in range(start, min(start + SCANNED, len(self._names))):
            if not self._names[at].startswith(wanted):
                break
            rank = self._ranks[at]
            place = (self._names[at] != wanted, rank if self._own[at] else rank * ABROAD)
            found[rank] = min(found.get(rank, place), place)
        ordered = nsmallest(len(found) if country else most, found, key=lambda rank: found[rank])
        return tuple(islice((city for city in map(self._city, ordered) if _is_in(city, country)), most))

    def city(self, number: int) -> City | None:
        """Return the city with a number of GeoNames."""
        rank = self._by_id.get(number)
        return None if rank is None else self._city(rank)

    def near(self, latitude: float, longitude: float, *, most: int = MOST_FOUND) -> tuple[City, ...]:
        """Return the cities within ``NEAR`` kilometres, the largest first, but the nearest among them in any case.

        Large cities stand in the file with their districts, and most people would rather name the city.
        """
        shrinking = cos(radians(latitude))
        around: dict[int, float] = {}
        for rank, north in enumerate(self._latitudes):
            if not abs(north - latitude) * _KM_PER_DEGREE <= NEAR:
                continue
            east = abs(self._longitudes[rank] - longitude)
            off = hypot(north - latitude, min(east, 360 - east) * shrinking) * _KM_PER_DEGREE
            if off <= NEAR:
                around[rank] = off
        if not around:
            return ()
        nearest = min(around, key=lambda rank: around[rank])
        chosen = sorted({nearest, *nsmallest(most - 1, around)})
        return tuple(self._city(rank) for rank in chosen)

    def _city(self, rank: int) -> City:
        number, name, code, latitude, longitude, population = self._lines[rank].split("\t")
        country = self._countries.get(code, "")
        return City(int(number), name, country, code, float(latitude), float(longitude), int(population))


def _is_in(city: City, country: str) -> bool:
    return not country or city.country_code.casefold() == country or fold(city.country).startswith(country)


def country_name(told: str) -> str:
    """Return a country's English name for its code of two letters, and anything else as it is."""
    return _countries().get(told.upper(), told) if len(told) == 2 else told


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    lines = (files(__package__) / "countries.tsv").read_text(encoding="utf-8").splitlines()
    codes = (line.partition("\t") for line in lines)
    return {code: name for code, _, name in codes}


@lru_cache(maxsize=1)
def _loaded() -> Gazetteer:
    cities = gzip.decompress((files(__package__) / "cities.tsv.gz").read_bytes()).decode()
    return Gazetteer(cities, _countries())


async def gazetteer() -> Gazetteer:
    """Return all cities, read when first asked for."""
    return await asyncio.to_thread(_loaded)
