"""How and where photos were taken, and their licences: what Vernissage and Pixelfed write is read, ours by anybody."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
from pyld import jsonld

from activitypub import parse, render
from activitypub.jsonld import OPTIONS
from activitypub.objects import Attachment, Exif, Note, Place
from tests.activitypub.told import EXIF, HOST, IMAGE, VERNISSAGE


def note(**changes: Any) -> Note:
    return parse.parse_note({"id": f"{HOST}/1", "type": "Note", "attributedTo": f"{HOST}/u", "content": "x", **changes})


def read_exif(**told: Any) -> Exif | None:
    return note(attachment=[IMAGE | told]).attachments[0].exif


def test_vernissage_is_read() -> None:
    """Vernissage's document tells everything but where exactly the photo was taken."""
    read = parse.parse_note(VERNISSAGE)
    assert read.attachments[0].exif == EXIF
    assert "51.11" not in repr(read.attachments[0].exif)
    assert read.place == Place("Wrocław", "PL", 51.1, 17.03333, 3081368)


def test_the_older_way_of_vernissage_is_read() -> None:
    """Its ``exif`` of before tells the same, where there is no ``exifData``."""
    older = {
        "createDate": "2025-02-27T17:38:49.000Z",
        "exposureTime": "1/200",
        "fNumber": "f/2.2",
        "focalLength": "85",
        "focalLenIn35mmFilm": "85",
        "lens": "Zeiss Batis 1.8/85",
        "make": "SONY",
        "model": "ILCE-7M4",
        "photographicSensitivity": "3200",
        "film": "Ilford HP5",
        "software": "darktable 5.0",
        "latitude": "51.1105N",
        "longitude": "17.0334E",
    }
    assert read_exif(exif=older) == EXIF
    newer = [{"type": "PropertyValue", "name": "Model", "value": "newer"}]
    assert read_exif(exif=older, exifData=newer) == Exif(model="newer")


@pytest.mark.parametrize(
    ("name", "value", "field", "read", "reason"),
    [
        ("FNumber", "f/2.8", "aperture", 2.8, "Vernissage"),
        ("FNumber", "2.8", "aperture", 2.8, "a number as text"),
        ("FNumber", 2.8, "aperture", 2.8, "a number"),
        ("FNumber", "28/10", "aperture", 2.8, "EXIF's own fraction"),
        ("FNumber", "f/2,8", "aperture", 2.8, "a comma"),
        ("FNumber", "0", "aperture", None, "a lens that the camera does not know"),
        ("FNumber", "f/0/0", "aperture", None, "by nothing"),
        ("FNumber", True, "aperture", None, "no number"),
        ("FNumber", float("nan"), "aperture", None, "no number"),
        ("FNumber", "9" * 400, "aperture", None, "no aperture"),
        ("FNumber", ["f/4"], "aperture", 4.0, "the first of a list"),
        ("FNumber", {"@value": "f/4"}, "aperture", 4.0, "JSON-LD's own form"),
        ("ExposureTime", "1/60", "exposure", "1/60", "a fraction"),
        ("ExposureTime", "0.0166", "exposure", "1/60", "seconds"),
        ("ExposureTime", "1/60 s", "exposure", "1/60", "with the unit"),
        ("ExposureTime", "10/600", "exposure", "1/60", "a fraction that can be made shorter"),
        ("ExposureTime", "30", "exposure", "30", "long"),
        ("ExposureTime", "2,5 sec.", "exposure", "2.5", "long, with a comma"),
        ("ExposureTime", "1e9999", "exposure", "", "no time"),
        ("ISOSpeedRatings", "ISO 400", "iso", 400, "EXIF's older name, and a word before it"),
        ("PhotographicSensitivity", 400, "iso", 400, "a number"),
        ("FocalLength", "50mm", "focal_length", 50.0, "no space"),
        ("FocalLength", "50 cm", "focal_length", None, "another unit"),
        ("DateTimeOriginal", "2024:01:02 03:04:05", "taken_at", "2024-01-02T03:04:05", "EXIF"),
        ("DateTime", "2024-01-02T03:04:05+02:00", "taken_at", "2024-01-02T03:04:05", "ISO 8601"),
        ("DateTime", "0000:00:00 00:00:00", "taken_at", "", "a camera without a clock"),
        ("DateTime", "yesterday", "taken_at", "", "no moment"),
        ("exif:Model", " X100\n V ", "model", "X100 V", "a prefix, and space"),
        ("Model", "x" * 5000, "model", "x" * 100, "cut"),
        ("Model", "a\0b", "model", "ab", "a character that no database takes"),
        ("Model", None, "model", "", "nothing"),
        ("GPSLatitude", "51.1N", "model", "", "where it was is not read"),
    ],
)  # fmt: skip
def test_values_are_read_leniently(name: str, value: Any, field: str, read: Any, reason: str) -> None:
    """A value in any of the forms that servers use becomes one form, and what is no value becomes nothing."""
    other = {"type": "PropertyValue", "name": "Make", "value": "M"}
    found = read_exif(exifData=[{"@type": "PropertyValue", "name": name, "value": value}, other])
    assert found is not None, "one odd value costs that value only"
    assert (getattr(found, field), found.make) == (read, "M"), reason


@pytest.mark.parametrize(
    "told", [5, "x", [], [5], {}, {"@list": "x"}, [[{"name": "Make"}]], [[[[{}]]]], None, [{}] * 9999]
)
def test_nothing_is_made_of_nonsense(told: Any) -> None:
    """What tells nothing is nothing, and never an error."""
    assert read_exif(exifData=told) is None
    assert read_exif(exif=told) is None
    assert note(location=told).place is None


@pytest.mark.parametrize(
    ("location", "place", "reason"),
    [
        (
            {"type": "Place", "name": "Paris", "longitude": "2.35", "latitude": "48.85", "country": "France"},
            Place("Paris", "France", 48.85, 2.35),
            "Pixelfed",
        ),
        ({"type": "Place", "name": "B", "latitude": 59.91, "longitude": 10.75}, Place("B", "", 59.91, 10.75), "AS2"),
        ({"type": "Place", "name": "B", "latitude": "22,9 S", "longitude": "4W"}, Place("B", "", -22.9, -4), "letters"),
        ({"type": "Place", "name": "Here", "latitude": "91", "longitude": "0"}, Place("Here"), "beyond the pole"),
        ({"type": "Place", "name": "Here", "latitude": "48.85"}, Place("Here"), "half of it"),
        ({"type": "Place", "name": "Here", "latitude": "nan", "longitude": "inf"}, Place("Here"), "no numbers"),
        ({"type": "Place", "name": " \n"}, None, "no name"),
        ({"type": "Place", "latitude": 1, "longitude": 1}, None, "coordinates alone say too much and show nothing"),
        ({"type": "Note", "name": "x"}, None, "no place"),
        ([{"type": "Place"}, {"type": "Place", "name": "B"}], Place("B"), "the first with a name"),
        ({"type": "Place", "name": "B", "geonameId": "-3"}, Place("B"), "no number of a place"),
        ({"type": "Place", "name": "B", "address": {"addressCountry": {"name": "C"}}}, Place("B", "C"), "schema.org"),
    ],
)  # fmt: skip
def test_places_are_read(location: Any, place: Place | None, reason: str) -> None:
    """A place with a name is read in every form that servers write it."""
    assert note(location=location).place == place, reason


@pytest.mark.parametrize(
    ("told", "licence", "reason"),
    [
        ({"license": "CC BY-SA"}, "CC BY-SA", "Pixelfed"),
        ({"license": {"name": "CC BY", "url": "x"}}, "CC BY", "an object"),
        ({"license": "CC BY", "schema:license": "https://creativecommons.org/licenses/by/3.0/"},
         "https://creativecommons.org/licenses/by/3.0/", "the address says more"),
        ({"license": {"id": "https://creativecommons.org/licenses/by/4.0/"}},
         "https://creativecommons.org/licenses/by/4.0/", "an object with an address"),
        ({"license": 11}, "", "a number says nothing outside of its database"),
        ({"license": "x" * 5000}, "x" * 300, "cut"),
        ({}, "", "nothing"),
    ],
)  # fmt: skip
def test_licences_are_found(told: dict[str, Any], licence: str, reason: str) -> None:
    """What a document says of a licence is found, the address before a name."""
    assert note(attachment=[IMAGE | told]).attachments[0].licence == licence, reason


TOLD = Note(
    id=f"{HOST}/1",
    attributed_to=f"{HOST}/u",
    content="x",
    attachments=(
        Attachment(
            url=f"{HOST}/p.jpg",
            media_type="image/jpeg",
            exif=EXIF,
            licence="CC BY-SA",
            licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
        ),
    ),
    place=Place("Vienna", "Austria", 48.21, 16.37, 2761369),
)


def test_what_we_write_is_what_others_read() -> None:
    """Our document has Vernissage's and Pixelfed's names and forms, numbers as strings, and comes back as it went."""
    document = render.with_context(render.note_document(TOLD))
    assert document["@context"] == render.TELLING_CONTEXT
    attached = document["attachment"][0]
    assert {one["name"]: one["value"] for one in attached["exifData"]} == {
        one["name"]: one["value"]
        for one in VERNISSAGE["attachment"][0]["exifData"]
        if not one["name"].startswith(("GPS", "Flash"))
    }
    assert {one["@type"] for one in attached["exifData"]} == {"PropertyValue"}
    assert attached["license"] == "CC BY-SA", "the very title that Pixelfed looks for"
    assert document["location"] == {
        "type": "Place",
        "name": "Vienna",
        "country": "Austria",
        "geonameId": "2761369",
        "latitude": "48.21",
        "longitude": "16.37",
    }
    read = parse.parse_note(orjson.loads(orjson.dumps(document)))
    assert read.place == TOLD.place
    assert read.attachments[0].exif == EXIF
    assert read.attachments[0].licence == "https://creativecommons.org/licenses/by-sa/4.0/"


def test_every_word_of_it_has_a_meaning_in_json_ld() -> None:
    """Nothing that we tell is lost on who reads by the context, and so nothing of it is outside of what is signed."""
    document = render.with_context(render.note_document(TOLD))
    meant = orjson.dumps(jsonld.expand(document, OPTIONS)).decode()
    for word in (
        "https://schema.org/exifData",
        "https://schema.org/PropertyValue",
        "https://schema.org/value",
        "http://schema.org#license",
        "http://pixelfed.org/ns#license",
        "http://pixelfed.org/ns#country",
        "https://joinvernissage.org/ns#geonameId",
        "https://www.w3.org/ns/activitystreams#location",
        "https://www.w3.org/ns/activitystreams#latitude",
    ):
        assert word in meant, word
    for value in ("f/2.2", "1/200", "85 mm", "Ilford HP5", "CC BY-SA", "Vienna", "Austria"):
        assert f'"{value}"' in meant, value


def test_posts_that_tell_nothing_are_as_small_as_before() -> None:
    """Neither a name nor a longer context is sent where there is nothing to tell, nor half a position."""
    plain = Note(id=f"{HOST}/1", attributed_to=f"{HOST}/u", attachments=(Attachment(url=f"{HOST}/p.jpg", exif=Exif()),))
    document = render.with_context(render.note_document(plain))
    assert document["@context"] == render.CONTEXT
    assert not {"exifData", "license", "schema:license", "location"} & (
        document.keys() | document["attachment"][0].keys()
    )
    half = render.note_document(Note(id="x", attributed_to="y", place=Place("B", latitude=1.0)))
    assert half["location"] == {"type": "Place", "name": "B"}
    page = render.page_document(f"{HOST}/o", part_of=HOST, items=[render.note_document(TOLD), document])
    assert render.with_context(page)["@context"] == render.TELLING_CONTEXT


def test_any_values_are_read_without_an_error() -> None:
    """Whatever stands where values are expected, reading ends, within bounds."""
    chance = random.Random(5)
    odd: list[Any] = [
        None,
        True,
        -1,
        1e308,
        10**400,
        "",
        "f/",
        "1/",
        "/1",
        "1/0",
        "١/٢",
        "9" * 9999,
        [],
        {},
        [[]],
        "\ud800",
    ]
    names = ["FNumber", "ExposureTime", "FocalLength", "DateTime", "Model", "ISOSpeedRatings", "\ud800", 5, None]
    for _ in range(2000):
        told = [{"name": chance.choice(names), "value": chance.choice(odd)} for _ in range(3)]
        where = {name: chance.choice(odd) for name in ("name", "country", "latitude", "longitude", "geonameId", "type")}
        read = note(attachment=[IMAGE | {"exifData": told, "license": chance.choice(odd)}], location=where)
        assert len(repr(read.attachments[0].exif)) < 2000
        repr(read).encode()
