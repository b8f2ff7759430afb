"""Colour profiles: those that are made, those that are read, and what they say besides colours."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import ImageCms

from rossgram_fed.config import LimitSettings
from rossgram_fed.media import profiles
from rossgram_fed.media.developing import develop
from tests.rossgram_fed.media.colours import GREYS, PATCHES, chart, far, grey_profile, opened, seen
from tests.rossgram_fed.media.samples import ADOBE_RGB, DISPLAY_P3, encoded, matrix_profile

LIMITS = LimitSettings()


@pytest.mark.parametrize("primaries", [profiles.P3_PRIMARIES, profiles.ADOBE_PRIMARIES], ids=["P3", "Adobe RGB"])
def test_made_profiles_are_profiles(primaries: profiles.Primaries) -> None:
    """What is made for a name is read by a colour engine, and gets through its own scrubbing with the same colours."""
    made = profiles.made(primaries, gamma=2.2)
    scrubbed = profiles.scrubbed(made)
    image, srgb = chart(), ImageCms.createProfile("sRGB")
    one, other = (
        ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(BytesIO(profile)), srgb)
        for profile in (made, scrubbed)
    )
    assert one is not None and other is not None
    assert one.tobytes() == other.tobytes() != image.tobytes()


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        (b"", "nothing"),
        (b"SECRET" * 100, "no profile"),
        (matrix_profile(DISPLAY_P3, gamma=2.2)[:140], "a table cut short"),
        (matrix_profile(DISPLAY_P3, gamma=2.2)[:400], "values cut short"),
        (matrix_profile(DISPLAY_P3, gamma=2.2)[:128] + b"\xff\xff\xff\xff" + bytes(500), "four billion tags"),
        (grey_profile(2.2) + bytes(profiles.LARGEST_PROFILE), "a profile of megabytes"),
    ],
)
def test_broken_profiles_are_left_out(profile: bytes, reason: str) -> None:
    """What is no profile of a sensible size is not kept, and costs the picture nothing else."""
    assert profiles.scrubbed(profile) == b"", reason
    picture = develop(encoded(chart(), "PNG", icc_profile=profile or None), LIMITS)
    assert "icc_profile" not in opened(picture, "original").info
    assert max(far(one, other) for one, other in zip(seen(opened(picture, "full-jpeg")), PATCHES, strict=True)) < 6


def test_a_profile_says_nothing_about_the_machine() -> None:
    """Names and serial numbers of screens stay behind; the colours are the same."""
    profile = grey_profile(1.8)
    assert b"SECRETSERIAL" in profile
    picture = develop(encoded(chart(GREYS, "L"), "PNG", icc_profile=profile), LIMITS)
    kept = opened(picture, "original").info["icc_profile"]
    assert b"SECRET" not in kept and b"kTRC" in kept
    assert all(b"SECRET" not in one.data for one in picture.renditions.values())


def test_a_profile_of_another_kind_is_passed_over() -> None:
    """A grey picture with a profile for colour, and the reverse, are taken for what they look like."""
    for image, profile in ((chart(GREYS, "L"), matrix_profile(ADOBE_RGB, gamma=1.0)), (chart(), grey_profile(1.0))):
        picture = develop(encoded(image, "PNG", icc_profile=profile), LIMITS)
        distances = [
            far(one, other) for one, other in zip(seen(opened(picture, "full-jpeg")), seen(image), strict=True)
        ]
        assert max(distances) < 6
