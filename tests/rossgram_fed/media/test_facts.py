"""What a file tells: read as typed values, bounded, and never the place."""

from __future__ import annotations

from fractions import Fraction

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.developing import develop
from rossgram_fed.media.facts import Facts, facts_from, facts_of
from rossgram_fed.media.pictures import Recipe
from tests.rossgram_fed.media.colours import png_chunk, with_chunks
from tests.rossgram_fed.media.samples import encoded, pixels
from tests.rossgram_fed.media.test_stripping import segment

LIMITS = LimitSettings()

MAIN = {0x010F: "FUJIFILM", 0x0110: "X-T5", 0x0131: "darktable 5.2", 0x013B: "Ana", 0x8298: "(c) Ana"}
PHOTO = {
    0x829A: Fraction(1, 250),
    0x829D: Fraction(28, 10),
    0x8827: 400,
    0x920A: Fraction(23, 1),
    0xA405: 35,
    0xA434: "XF23mmF1.4 R",
    0x9003: "2026:05:01 12:30:15",
    0x9011: "+02:00",
}


def exif_with(main: dict[int, object], photo: dict[int, object] | None = None, gps: object = None) -> bytes:
    exif = Image.Exif()
    for tag, value in main.items():
        exif[tag] = value
    directory = exif.get_ifd(0x8769)
    for tag, value in (photo or {}).items():
        directory[tag] = IFDRational(value) if isinstance(value, Fraction) else value
    if gps is not None:
        exif[0x8825] = gps
    return exif.tobytes()


def xmp_with(properties: str) -> bytes:
    return (
        '<?xpacket begin="\ufeff"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF '
        'xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:i="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" xmlns:cc="http://creativecommons.org/ns#" '
        'xmlns:f="http://analogexif.sourceforge.net/ns" xmlns:w="http://ns.adobe.com/xap/1.0/rights/">'
        f"<r:Description{properties}</r:Description></r:RDF></x:xmpmeta>"
    ).encode()


def photo(*, exif: bytes = b"", xmp: bytes = b"", iptc: bytes = b"") -> bytes:
    options = {"exif": exif} if exif else {}
    data = encoded(pixels(64, 48), "JPEG", **options, **({"xmp": xmp} if xmp else {}))
    said = segment(0xED, b"Photoshop 3.0\0" + iptc) if iptc else b""
    return data[:2] + said + data[2:]


def record(number: int, text: bytes) -> bytes:
    return b"\x1c\x02" + bytes((number,)) + len(text).to_bytes(2, "big") + text


def resource(records: bytes) -> bytes:
    return b"8BIM\x04\x04\0\0" + len(records).to_bytes(4, "big") + records


def told(data: bytes) -> dict[str, object]:
    return develop(data, LIMITS).facts.known()


def test_a_camera_tells() -> None:
    """Everything an ordinary camera writes comes out as what it is, in every kind of file that can carry it."""
    exif = exif_with(MAIN, PHOTO)
    wanted = {
        "make": "FUJIFILM", "model": "X-T5", "lens": "XF23mmF1.4 R", "aperture": 2.8, "exposure": "1/250", "iso": 400,
        "focal_length": 23.0, "focal_length_35": 35, "software": "darktable 5.2",
        "taken_at": "2026-05-01T12:30:15+02:00", "creator": "Ana", "licence": "(c) Ana",
    }  # fmt: skip
    for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
        assert told(encoded(pixels(64, 48), kind, exif=exif)) == wanted, kind


def test_a_program_tells() -> None:
    """The description for those who cannot see comes before the caption; licence and film are read; and the creator."""
    xmp = xmp_with(
        ' f:Film="Kodak Portra 400" w:WebStatement="https://example.com/licence">'
        "<i:AltTextAccessibility><r:Alt><r:li xml:lang='de'>Ein See</r:li>"
        "<r:li xml:lang='x-default'>A lake &amp; a\nboat</r:li></r:Alt></i:AltTextAccessibility>"
        "<dc:description><r:Alt><r:li xml:lang='x-default'>Summer!</r:li></r:Alt></dc:description>"
        "<dc:creator><r:Seq><r:li>Bo</r:li><r:li>Cy</r:li></r:Seq></dc:creator>"
        '<cc:license r:resource="https://creativecommons.org/licenses/by/4.0/"/>'
    )
    assert told(photo(xmp=xmp, exif=exif_with({0x013B: "Ana"}))) == {
        "film": "Kodak Portra 400",
        "description": "A lake & a\nboat",
        "creator": "Bo",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
    }


def test_an_agency_tells() -> None:
    """IPTC is read in UTF-8 when it says so, else as Latin-1, among other resources of Photoshop's."""
    other = b"8BIM\x04\x25\x03abc" + (3).to_bytes(4, "big") + b"xyz\0"
    for mark, text in ((b"\x1c\x01\x5a\0\x03\x1b%G", "Ärger".encode()), (b"", "Ärger".encode("latin-1"))):
        iptc = other + resource(mark + record(80, b"Di") + record(116, b"All rights") + record(120, text))
        assert told(photo(iptc=iptc)) == {"description": "Ärger", "creator": "Di", "licence": "All rights"}


@pytest.mark.parametrize(
    ("main", "photo_tags", "wanted", "reason"),
    [
        ({0x010F: "Nikon\0\0\0junk"}, {}, {"make": "Nikon"}, "what follows a zero is no text"),
        ({0x010F: "  A\x07  B\n"}, {}, {"make": "A B"}, "control characters go, blanks are joined"),
        ({0x010F: "A" * 5000}, {}, {"make": "A" * 100}, "a name has a hundred characters"),
        ({0x010E: "OLYMPUS DIGITAL CAMERA"}, {}, {}, "a camera's own caption describes nothing"),
        ({0x010E: "A dog"}, {}, {"description": "A dog"}, "a person's does"),
        ({0x010E: "x" * 9000}, {}, {"description": "x" * 1500}, "a description has its bounds"),
        ({}, {0x829A: Fraction(5, 2)}, {"exposure": "2.5"}, "seconds with a half"),
        ({}, {0x829A: Fraction(30, 1)}, {"exposure": "30"}, "seconds"),
        ({}, {0x829A: Fraction(10, 8000)}, {"exposure": "1/800"}, "a fraction is shortened"),
        ({}, {0x829A: Fraction(0, 1)}, {}, "no time at all"),
        ({}, {0x829D: Fraction(0, 1)}, {}, "a lens that does not tell"),
        ({}, {0x8827: 0}, {}, "no ISO"),
        ({}, {0xA405: 0}, {}, "an unknown focal length"),
        ({}, {0x9003: "0000:00:00 00:00:00"}, {}, "a clock that was never set"),
        ({}, {0x9003: "yesterday"}, {}, "no moment"),
        ({}, {0x9003: "2026:05:01 12:30:15", 0x9011: "soon"}, {"taken_at": "2026-05-01T12:30:15"}, "no offset"),
        ({0x0132: "2026:05:01 12:30:15"}, {}, {"taken_at": "2026-05-01T12:30:15"}, "the file's own moment"),
    ],
)
def test_nonsense_is_left_out(
    main: dict[int, object], photo_tags: dict[int, object], wanted: dict[str, object], reason: str
) -> None:
    """Each value stands for itself: a bad one costs the others nothing."""
    assert told(photo(exif=exif_with(main | {0x0110: "M"}, photo_tags))) == wanted | {"model": "M"}, reason


@pytest.mark.parametrize(
    ("xmp", "reason"),
    [
        (b"<x", "no XML"),
        (b"\xff\xfe<", "no text"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "a document type"),
        (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', "a file of ours"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode("utf-16"), "a document type in another encoding"),
        (b'<?xml version="1.0" encoding="cp037"?>' + "<!DOCTYPE x><x/>".encode("cp037"), "and in yet another"),
        (b"<a>" * 20_000 + b"</a>" * 20_000, "very deep"),
        (xmp_with(">" + "<dc:x>y</dc:x>" * 20_000), "longer than is read"),
    ],
)
def test_bad_packets_say_nothing(xmp: bytes, reason: str) -> None:
    """XMP that is none, or does more than say something, is passed over."""
    data = encoded(pixels(64, 48), "PNG")
    body = b"XML:com.adobe.xmp\0\0\0\0\0" + xmp
    assert told(with_chunks(data, png_chunk(b"iTXt", body))) == {}, reason


HERE = {1: "S", 2: (52.0, 31.0, 12.49), 3: "W", 4: (13.0, 24.0, 36.0)}


@pytest.mark.parametrize(
    ("gps", "near", "reason"),
    [
        (HERE, (-52.52, -13.41), "south and west are negative; seconds are rounded away"),
        ({2: (52.0, 31.0, 12.0), 4: (13.0, 24.0, 36.0)}, (52.52, 13.41), "without letters it is north and east"),
        ({2: (91.0, 0.0, 0.0), 4: (13.0, 0.0, 0.0)}, None, "beyond the pole"),
        ({2: (52.0, 0.0, 0.0)}, None, "half a place"),
        ({2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)}, None, "no fix"),
        ({2: (52.0, 31.0), 4: (13.0, 24.0, 36.0)}, None, "not as EXIF writes it"),
    ],
)
def test_a_place_comes_out_roughly(gps: dict[int, object], near: object, reason: str) -> None:
    """A kilometre is as near as the place ever gets out of the process, and it is no fact about the photo."""
    picture = develop(photo(exif=exif_with({0x0110: "M"}, gps=gps)), LIMITS)
    assert picture.near == near, reason
    assert picture.facts.known() == {"model": "M"}


def test_a_copy_tells_nothing() -> None:
    """Of strangers' files, and of avatars, nothing is read."""
    data = photo(exif=exif_with(MAIN, PHOTO, gps=HERE))
    for recipe in (Recipe.COPY, Recipe.AVATAR):
        picture = develop(data, LIMITS, recipe=recipe)
        assert (picture.facts, picture.near) == (Facts(), None)


def test_facts_survive_being_kept() -> None:
    """What is written into the column is what is read from it; the empty column is no facts."""
    facts = facts_from({"make": "Ä", "aperture": 1.4, "iso": 100, "description": "two\nlines"})
    assert facts_of(facts.as_json()) == facts
    assert facts_of("{}") == facts_of("") == Facts()
