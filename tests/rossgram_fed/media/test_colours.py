"""Colours come out as they were meant, however a file says what its numbers mean."""

from __future__ import annotations

import struct

import pytest
from PIL import Image, ImageCms

from rossgram_fed.config import LimitSettings
from rossgram_fed.media import profiles
from rossgram_fed.media.developing import develop
from rossgram_fed.media.editing import Edits
from tests.rossgram_fed.media.colours import (
    GREYS,
    INK_PATCHES,
    PATCHES,
    Colour,
    as_seen,
    chart,
    ciede2000,
    deep_png,
    far,
    grey_profile,
    ink_lab,
    ink_profile,
    opened,
    png_chunk,
    seen,
    srgb_of,
    with_chunks,
)
from tests.rossgram_fed.media.heic import HEIC_P3_CODE_POINTS, HEIC_P3_PROFILE, HEIC_PATCHES
from tests.rossgram_fed.media.samples import ADOBE_RGB, DISPLAY_P3, SRGB, converted_by_hand, encoded, matrix_profile

LIMITS = LimitSettings()
PROPHOTO = ((0.79767, 0.28804, 0.0), (0.13519, 0.71187, 0.0), (0.03134, 0.00009, 0.82491))
REC2020 = ((0.67348, 0.27904, -0.00193), (0.16566, 0.67534, 0.02998), (0.12505, 0.04561, 0.79686))
SHOWN = ("full", "full-jpeg", "federated")


def meant(primaries: object, gamma: float | None = 2.2) -> list[Colour]:
    return [converted_by_hand(patch, primaries, gamma=gamma) for patch in PATCHES]


def jpeg(image: Image.Image, **options: object) -> bytes:
    return encoded(image, "JPEG", quality=97, subsampling=0, **options)


def exif_of_a_camera(space: int, index: str = "") -> bytes:
    """EXIF that names a colour space, as a camera set to Adobe RGB writes it."""
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    photo = exif.get_ifd(0x8769)
    photo[0xA001] = space
    if index:
        photo[0xA005] = {1: index, 2: b"0100"}
    return exif.tobytes()


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def with_code_points(avif: bytes, primaries: int) -> bytes:
    place = avif.index(b"colrnclx") + 8
    return avif[:place] + primaries.to_bytes(2, "big") + avif[place + 2 :]


P3_CHROMA = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
SPACES: dict[str, tuple[bytes, list[Colour]]] = {
    "P3 in a JPEG": (jpeg(chart(), icc_profile=matrix_profile(DISPLAY_P3, gamma=2.2)), meant(DISPLAY_P3)),
    "P3 in a WebP": (
        encoded(chart(), "WEBP", lossless=True, icc_profile=matrix_profile(DISPLAY_P3, gamma=2.2)),
        meant(DISPLAY_P3),
    ),
    "P3 in an AVIF": (
        encoded(chart(), "AVIF", quality=95, subsampling="4:4:4", icc_profile=matrix_profile(DISPLAY_P3, gamma=2.2)),
        meant(DISPLAY_P3),
    ),
    "P3 by code points in an AVIF": (
        with_code_points(encoded(chart(), "AVIF", quality=95, subsampling="4:4:4"), 12),
        meant(DISPLAY_P3, None),
    ),
    "P3 by code points in a PNG": (
        with_chunks(encoded(chart(), "PNG"), png_chunk(b"cICP", b"\x0c\x0d\x00\x01")),
        meant(DISPLAY_P3, None),
    ),
    "P3 by chromaticities": (
        with_chunks(
            encoded(chart(), "PNG"), png_chunk(b"gAMA", struct.pack(">I", 45455)), png_chunk(b"cHRM", P3_CHROMA)
        ),
        meant(DISPLAY_P3),
    ),
    "Rec. 2020 by code points": (
        with_chunks(encoded(chart(), "PNG"), png_chunk(b"cICP", b"\x09\x0d\x00\x01")),
        meant(REC2020, None),
    ),
    "Adobe RGB in a JPEG": (jpeg(chart(), icc_profile=matrix_profile(ADOBE_RGB, gamma=2.199)), meant(ADOBE_RGB)),
    "Adobe RGB by EXIF": (jpeg(chart(), exif=exif_of_a_camera(2)), meant(ADOBE_RGB)),
    "Adobe RGB by EXIF's R03": (jpeg(chart(), exif=exif_of_a_camera(65535, "R03")), meant(ADOBE_RGB)),
    "ProPhoto in a PNG": (
        encoded(chart(), "PNG", icc_profile=matrix_profile(PROPHOTO, gamma=1.8)),
        meant(PROPHOTO, 1.8),
    ),
    "ProPhoto with 16 bits": (deep_png(chart(), profile=matrix_profile(PROPHOTO, gamma=1.8)), meant(PROPHOTO, 1.8)),
    "linear light": (
        with_chunks(encoded(chart(), "PNG"), png_chunk(b"gAMA", struct.pack(">I", 100_000))),
        meant(SRGB, 1.0),
    ),
    "grey of another gamma": (
        encoded(chart(GREYS, "L"), "PNG", icc_profile=grey_profile(1.8)),
        [converted_by_hand(grey * 3, SRGB, gamma=1.8) for grey in GREYS],
    ),
    "four inks": (
        jpeg(chart(INK_PATCHES, "CMYK"), icc_profile=ink_profile()),
        [srgb_of(ink_lab(inks)) for inks in INK_PATCHES],
    ),
    "sRGB, and says so by EXIF": (jpeg(chart(), exif=exif_of_a_camera(1)), list(PATCHES)),
    "sRGB, and says so by a profile": (
        jpeg(chart(), icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()),
        list(PATCHES),
    ),
    "sRGB by gamma and chromaticities": (
        with_chunks(
            encoded(chart(), "PNG"),
            png_chunk(b"gAMA", struct.pack(">I", 45455)),
            png_chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
        ),
        list(PATCHES),
    ),
    "uncalibrated, and nothing more": (jpeg(chart(), exif=exif_of_a_camera(65535)), list(PATCHES)),
    "chromaticities that are nonsense": (
        with_chunks(encoded(chart(), "PNG"), png_chunk(b"cHRM", bytes(32)), png_chunk(b"gAMA", bytes(4))),
        list(PATCHES),
    ),
}


def test_the_measure_is_right() -> None:
    """CIEDE2000 gives the published distances of three of Sharma's pairs."""
    for one, other, distance in (
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ):
        assert ciede2000(one, other) == pytest.approx(distance, abs=1e-4)


@pytest.mark.parametrize("space", SPACES)
def test_colours_come_out_as_they_were_meant(space: str) -> None:
    """Two dozen patches are within a CIEDE2000 of 2 of what they mean, or of the nearest that sRGB can show."""
    data, wanted = SPACES[space]
    picture = develop(data, LIMITS)
    for name in SHOWN:
        distances = [far(one, other) for one, other in zip(seen(as_seen(opened(picture, name))), wanted, strict=True)]
        assert sum(distances) / len(distances) < 2, (name, distances)
        assert max(distances) < 6, (name, distances)


@pytest.mark.parametrize("data", [HEIC_P3_CODE_POINTS, HEIC_P3_PROFILE], ids=["code points", "profile"])
def test_a_phones_colours_come_out_as_they_were_meant(data: bytes) -> None:
    """P3 in a HEIC is converted, whether a profile says it or the code points."""
    image = opened(develop(data, LIMITS), "full-jpeg").convert("RGB")
    wanted = [converted_by_hand(patch, DISPLAY_P3, gamma=None) for patch in HEIC_PATCHES]
    distances = [far(image.getpixel((16 + 32 * n, 32)), one) for n, one in enumerate(wanted)]  # type: ignore[arg-type]
    assert sum(distances) / len(distances) < 2, distances


PHONE = profiles.made(profiles.P3_PRIMARIES)


@pytest.mark.parametrize(
    ("data", "kept", "reason"),
    [
        (jpeg(chart(), icc_profile=PHONE), "as it is", "upright and within every limit"),
        (jpeg(chart(), icc_profile=PHONE, exif=turned(6)), "made anew", "it lies on its side"),
        (encoded(chart(), "PNG", icc_profile=PHONE), "made anew", "it is no JPEG"),
        (jpeg(chart(), icc_profile=profiles.ADOBE_RGB), "as it is", "no further from sRGB than a phone's colours"),
        (jpeg(chart(), icc_profile=matrix_profile(ADOBE_RGB, gamma=2.199)), "as it is", "the same by another profile"),
        (jpeg(chart(), exif=exif_of_a_camera(2)), "as it is", "a camera's word for it becomes a profile"),
        (jpeg(chart(), icc_profile=profiles.ADOBE_RGB, exif=turned(6)), "made anew", "it lies on its side"),
        (jpeg(chart(), icc_profile=profiles.made(profiles.REC2020_PRIMARIES)), "converted", "looks wrong without it"),
        (jpeg(chart(), icc_profile=matrix_profile(PROPHOTO, gamma=1.8)), "converted", "wider still"),
    ],
)
def test_usual_wide_colours_stay(data: bytes, kept: str, reason: str) -> None:
    """What others fetch in the colours of phones and cameras keeps them and its profile; what we show is in sRGB."""
    picture = develop(data, LIMITS)
    federated = picture.renditions["federated"]
    assert (federated.data is picture.renditions["original"].data) is (kept == "as it is"), reason
    assert bool(opened(picture, "federated").info.get("icc_profile")) is (kept != "converted"), reason
    assert "icc_profile" not in opened(picture, "full").info, reason
    edited = develop(data, LIMITS, edits=Edits(exposure=10))
    assert "icc_profile" not in opened(edited, "federated").info, "a look is made in sRGB"


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize(
    ("profile", "space", "gamma"),
    [(PHONE, DISPLAY_P3, None), (profiles.ADOBE_RGB, ADOBE_RGB, 2.199)],
    ids=["Display P3", "Adobe RGB"],
)
def test_wide_colours_are_right_in_every_file(
    profile: bytes, space: object, gamma: float | None, orientation: int
) -> None:
    """Read with their profiles, all files of a photo show the same colours: those that it means."""
    picture = develop(jpeg(chart(), icc_profile=profile, exif=turned(orientation)), LIMITS)
    wanted = meant(space, gamma)
    for name in ("full", "full-jpeg", "feed", "federated"):
        image = as_seen(opened(picture, name))
        shown = image.transpose(Image.Transpose.ROTATE_90) if orientation == 6 else image
        distances = [far(one, other) for one, other in zip(seen(shown), wanted, strict=True)]
        assert sum(distances) / len(distances) < 2, (name, distances)


def test_what_is_kept_is_near_enough() -> None:
    """Passed over, a profile that is kept costs a few parts of a colour's distance; the others would cost far more."""
    lost = {
        name: sum(far(one, other) for one, other in zip(PATCHES, meant(space, gamma), strict=True)) / len(PATCHES)
        for name, space, gamma in (
            ("Display P3", DISPLAY_P3, None),
            ("Adobe RGB", ADOBE_RGB, 2.2),
            ("Rec. 2020", REC2020, None),
            ("ProPhoto", PROPHOTO, 1.8),
        )
    }
    assert max(lost["Display P3"], lost["Adobe RGB"]) < 3 < 4 < min(lost["Rec. 2020"], lost["ProPhoto"])


def test_the_test_can_tell() -> None:
    """Taken for sRGB, wide colours would be far from what they mean."""
    for primaries in (DISPLAY_P3, ADOBE_RGB, PROPHOTO):
        distances = [far(one, other) for one, other in zip(PATCHES, meant(primaries), strict=True)]
        assert sum(distances) / len(distances) > 2


def test_an_adobe_rgb_photo_keeps_its_colours_when_its_exif_goes() -> None:
    """The original gets a profile for the word that it loses, and only then."""
    for data, profile in ((jpeg(chart(), exif=exif_of_a_camera(2)), True), (jpeg(chart()), False)):
        kept = opened(develop(data, LIMITS), "original")
        assert bool(kept.info.get("icc_profile")) is profile
        assert not kept.getexif()
