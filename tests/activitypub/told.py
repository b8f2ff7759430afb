"""A photo of which much is told, in the shape in which Vernissage sends it."""

from __future__ import annotations

from typing import Any

from activitypub.objects import Exif

HOST = "https://a.example"
IMAGE = {"type": "Image", "mediaType": "image/jpeg", "url": f"{HOST}/p.jpg"}
EXIF = Exif(
    make="SONY",
    model="ILCE-7M4",
    lens="Zeiss Batis 1.8/85",
    aperture=2.2,
    exposure="1/200",
    iso=3200,
    focal_length=85.0,
    focal_length_35=85,
    film="Ilford HP5",
    software="darktable 5.0",
    taken_at="2025-02-27T17:38:49",
)

VERNISSAGE: dict[str, Any] = {
    "@context": [
        "https://www.w3.org/ns/activitystreams",
        {
            "addressCountry": "schema:addressCountry",
            "blurhash": "toot:blurhash",
            "geonameId": "photos:geonameId",
            "Category": "photos:Category",
            "PropertyValue": "schema:PropertyValue",
            "photos": "https://joinvernissage.org/ns#",
            "schema": "https://schema.org/",
            "toot": "http://joinmastodon.org/ns#",
        },
    ],
    "id": f"{HOST}/statuses/1",
    "type": "Note",
    "attributedTo": f"{HOST}/actors/jo",
    "content": "<p>Waiting...</p>",
    "attachment": [
        IMAGE
        | {
            "exifData": [
                {"@type": "PropertyValue", "name": "DateTime", "value": "2025:02:27 17:38:49"},
                {"@type": "PropertyValue", "name": "ExposureTime", "value": "1/200"},
                {"@type": "PropertyValue", "name": "FNumber", "value": "f/2.2"},
                {"@type": "PropertyValue", "name": "FocalLength", "value": "85 mm"},
                {"@type": "PropertyValue", "name": "FocalLengthIn35mmFilm", "value": "85"},
                {"@type": "PropertyValue", "name": "LensModel", "value": "Zeiss Batis 1.8/85"},
                {"@type": "PropertyValue", "name": "Make", "value": "SONY"},
                {"@type": "PropertyValue", "name": "Model", "value": "ILCE-7M4"},
                {"@type": "PropertyValue", "name": "PhotographicSensitivity", "value": "3200"},
                {"@type": "PropertyValue", "name": "Film", "value": "Ilford HP5"},
                {"@type": "PropertyValue", "name": "Software", "value": "darktable 5.0"},
                {"@type": "PropertyValue", "name": "Flash", "value": "Flash did not fire, compulsory flash mode"},
                {"@type": "PropertyValue", "name": "GPSLatitude", "value": "51.110501666666664N"},
                {"@type": "PropertyValue", "name": "GPSLongitude", "value": "17.033457778333332E"},
            ],
            "location": {
                "addressCountry": "PL",
                "geonameId": "3081368",
                "latitude": "51,1",
                "longitude": "17,03333",
                "name": "Wrocław",
                "type": "Place",
            },
        }
    ],
}
