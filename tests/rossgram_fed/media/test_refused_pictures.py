"""Files that are refused, and damaged ones that must do no harm."""

from __future__ import annotations

import random

import pytest
from PIL import Image

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.developing import develop
from rossgram_fed.media.errors import DAMAGED, BadPicture
from tests.rossgram_fed.media.heic import HEIC_WITH_EVERYTHING
from tests.rossgram_fed.media.samples import (
    ADOBE_RGB,
    KINDS,
    a_file,
    encoded,
    exif_with,
    matrix_profile,
    png_bomb,
)

LIMITS = LimitSettings()
SMALL = LimitSettings(photo_megapixels=1)


REFUSED = [
    ("empty", b"", "This file is empty."),
    ("text", b"hello, I am a photo", "This is not a picture that this server can read."),
    ("html", b"<!doctype html><script>alert(1)</script>", "This is not a picture"),
    ("svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "This is an SVG drawing, not a photo."),
    ("svg with a prologue", b'<?xml version="1.0"?>\n<!-- x -->\n<svg/>', "This is an SVG drawing, not a photo."),
    ("tiff", encoded(Image.new("L", (8, 8)), "TIFF"), "This is not a picture"),
    ("bmp", encoded(Image.new("RGB", (8, 8)), "BMP"), "This is not a picture"),
    ("ico", encoded(Image.new("RGB", (16, 16)), "ICO"), "This is not a picture"),
    ("postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "This is not a picture"),
    ("pdf", b"%PDF-1.7\n", "This is not a picture"),
    ("mvg", b"push graphic-context\nimage over 0,0 0,0 'https://x/'", "This is not a picture"),
    ("only the magic of a heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", DAMAGED),
    ("mp4", b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", "This is a video"),
    ("webm", b"\x1a\x45\xdf\xa3" + bytes(40), "This is a video"),
    ("only the magic of a jpeg", b"\xff\xd8\xff", DAMAGED),
    ("only the magic of a png", b"\x89PNG\r\n\x1a\n", DAMAGED),
    ("only the magic of a webp", b"RIFF\0\0\0\0WEBP", DAMAGED),
    ("only the magic of an avif", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", DAMAGED),
    ("gif that is a script", b"GIF89a/*" + b"\0" * 8 + b"*/=1;alert(1)//", DAMAGED),
    ("jpeg that is a page", b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>", DAMAGED),
    ("bomb of 144 megapixels", png_bomb(12_000, 12_000), "This picture has 144 million pixels; this server reads up"),
    ("bomb of 2500 megapixels", png_bomb(50_000, 50_000, rows=9), "This picture has too many pixels"),
    ("long strip", png_bomb(1_000_000, 1), "This picture is too long; this server reads up to 32,768 pixels"),
    ("high strip", png_bomb(1, 40_000), "This picture is too long"),
]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("name", "data", "sentence"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_no_photo_is_refused(name: str, data: bytes, sentence: str) -> None:
    """Every file that is not a picture we read is refused with a whole sentence that says what is wrong."""
    with pytest.raises(BadPicture) as refusal:
        develop(data, LIMITS)
    assert refusal.value.reason.startswith(sentence)
    assert refusal.value.reason.endswith(".")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_truncated_files_are_refused(kind: str, part: float) -> None:
    """Half a photo is refused rather than shown grey."""
    whole = a_file(kind, 640, 480)
    with pytest.raises(BadPicture) as refusal:
        develop(whole[: int(len(whole) * part)], LIMITS)
    assert refusal.value.reason == DAMAGED


def test_a_truncated_progressive_photo_is_refused() -> None:
    """A progressive JPEG whose first scan is whole is still incomplete."""
    whole = a_file("JPEG", 640, 480, progressive=True)
    with pytest.raises(BadPicture):
        develop(whole[: int(len(whole) * 0.6)], LIMITS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_admins_limit_of_pixels_holds(kind: str) -> None:
    """One row more than a megapixel is refused where a megapixel is the limit, and the sentence says so."""
    develop(encoded(Image.new("RGB", (1000, 1000)), kind), SMALL)
    with pytest.raises(BadPicture, match="this server reads up to 1 million"):
        develop(encoded(Image.new("RGB", (1000, 1001)), kind), SMALL)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", [*KINDS, "HEIF"])
def test_mutated_files_never_crash(kind: str) -> None:
    """However a valid file is bent, it is developed or refused with a sentence, and nothing else happens."""
    chance = random.Random(f"mutations of {kind}")
    profile = matrix_profile(ADOBE_RGB, gamma=2.2)
    extras = {} if kind == "GIF" else {"exif": exif_with(6, gps=True), "icc_profile": profile}
    whole = HEIC_WITH_EVERYTHING if kind == "HEIF" else a_file(kind, 96, 64, **extras)
    refused = 0
    for _ in range(120):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 2, 8, 40))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            start = chance.randrange(len(data))
            del data[start : start + chance.randrange(1, 64)]
        if chance.random() < 0.2:
            start = chance.randrange(len(data))
            data[start:start] = chance.randbytes(chance.randrange(1, 64))
        try:
            picture = develop(bytes(data), SMALL)
            assert all(one.width and one.height and one.data for one in picture.renditions.values())
        except BadPicture as refusal:
            refused += 1
            assert refusal.reason.endswith(".")
    assert 0 < refused < 120
