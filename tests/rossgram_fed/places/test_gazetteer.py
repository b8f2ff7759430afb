"""Cities are found as people type them, quickly and whatever is typed, and the file is what the script wrote."""

from __future__ import annotations

import random
import sys
import time
import tracemalloc

import pytest

from rossgram_fed.places.folding import fold
from rossgram_fed.places.gazetteer import MOST_FOUND, Gazetteer, _loaded, gazetteer


@pytest.fixture(scope="module")
def cities() -> Gazetteer:
    return _loaded()


@pytest.mark.parametrize(
    ("typed", "first", "reason"),
    [
        ("Zürich", "Zürich, Switzerland", "as it is written"),
        ("zurich", "Zürich, Switzerland", "without the accent"),
        ("ZÜR", "Zürich, Switzerland", "a beginning, in capitals"),
        ("Wien", "Vienna, Austria", "the name that those have for it who live there"),
        ("  köln ", "Köln, Germany", "with space around it"),
        ("Cologne", "Köln, Germany", "the name that others have for it"),
        ("lodz", "Łódź, Poland", "letters that are no others with an accent"),
        ("Paris", "Paris, France", "the larger of those of one name"),
        ("Paris, United States", "Paris, United States", "in a country"),
        ("paris,us", "Paris, United States", "in a country by its code"),
        ("St. Petersburg, Rus", "Saint Petersburg, Russia", "signs, and the beginning of a country"),
        ("São", "São Paulo, Brazil", "the largest before the smaller"),
        ("par", "Paris, France", "its own name before what others call larger cities"),
        ("York", "York, United Kingdom", "the very name before a larger city that begins so"),
        ("sao\u0303 paulo", "São Paulo, Brazil", "an accent on the wrong letter, and written apart"),
    ],
)
def test_cities_are_found_as_people_type_them(cities: Gazetteer, typed: str, first: str, reason: str) -> None:
    """The city that was meant comes first."""
    assert cities.search(typed)[0].label == first, reason


def test_other_languages_do_not_stand_before(cities: Gazetteer) -> None:
    """What begins so in a language that few know comes after what is called so, and the well-known is not lost."""
    assert "Warsaw, Poland" not in [city.label for city in cities.search("par")][:3]
    assert "Vienna, Austria" in [city.label for city in cities.search("wie")][:3]
    assert "Munich, Germany" in [city.label for city in cities.search("münch")][:3]


@pytest.mark.parametrize("typed", ["", "  ", ",", ", France", "…", "Nowhere at all", "paris, atlantis", "\u0301"])
def test_nothing_is_found_where_nothing_is_meant(cities: Gazetteer, typed: str) -> None:
    """A text that names no city brings none, and not the largest ones."""
    assert cities.search(typed) == ()


def test_a_city_is_known_by_its_number_and_by_nearness(cities: Gazetteer) -> None:
    """What was chosen is found again; what is near a photo is found, and nothing far away is called near."""
    vienna = cities.city(2761369)
    assert vienna is not None
    assert (vienna.name, vienna.country_code) == ("Vienna", "AT")
    assert (vienna.latitude, vienna.longitude) == (48.21, 16.37)
    assert cities.city(1) is None
    near = cities.near(48.2, 16.4, most=3)
    assert near[0] == vienna, "the city before its districts"
    assert len(near) <= 3
    assert [city.country for city in cities.near(-18.14, 178.44)][:1] == ["Fiji"]
    assert [city.country for city in cities.near(-16.5, 180.0 - 0.5)] in ([], ["Fiji"])
    for latitude, longitude in ((0.0, -30.0), (90.0, 0.0), (-90.0, 180.0), (0.0, 180.0), (float("nan"), 0.0)):
        assert cities.near(latitude, longitude) == (), "no city is there"


def test_whatever_is_typed_is_answered_at_once(cities: Gazetteer) -> None:
    """No text, however strange or long, raises or takes longer than looking at a bounded number of names."""
    chance = random.Random(7)
    letters = "aäąsßzЖ京é' ,.-|\t\n\0\ud800\U0001f4f7%_\\1"
    texts = ["".join(chance.choices(letters, k=chance.randrange(12))) for _ in range(2000)]
    texts += ["a" * 1_000_000, "," * 100_000, "\u0301" * 100_000, "ﷺ" * 1000]
    started = time.process_time()
    for text in texts:
        found = cities.search(text)
        assert len(found) <= MOST_FOUND
        assert len({city.id for city in found}) == len(found)
    assert time.process_time() - started < 30


def test_every_city_is_found_by_its_own_name(cities: Gazetteer) -> None:
    """The file holds what ``fold`` makes of names now, and every city's numbers can be read."""
    chance = random.Random(11)
    for number in chance.sample(sorted(cities._by_id), 400):
        city = cities.city(number)
        assert city is not None
        assert city.country, city
        assert abs(city.latitude) <= 90, city
        assert abs(city.longitude) <= 180, city
        assert not fold(city.name) or city in cities.search(f"{city.name}, {city.country_code}", most=1000), city


async def test_cities_take_little_memory() -> None:
    """All of them together stay under 16 MiB, and nothing reads them before somebody asks."""
    if sys.gettrace() is not None:
        pytest.skip("a tracer counts its own memory")
    _loaded.cache_clear()
    tracemalloc.start()
    fresh = await gazetteer()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(fresh) > 30_000
    assert kept < 16 * 1024 * 1024
