"""Crops, filters and adjustments as numbers: what is read, what is refused, and what comes out of a darkroom."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from rossgram_fed.config import LimitSettings
from rossgram_fed.media import profiles
from rossgram_fed.media.cropping import moved_focal, reshaped
from rossgram_fed.media.developing import develop
from rossgram_fed.media.editing import (
    ADJUSTMENTS,
    BOUNDS,
    SHAPES,
    UNTOUCHED,
    Edits,
    edits_from_form,
    edits_from_json,
)
from rossgram_fed.media.filters import FILTERS, LUMA
from rossgram_fed.media.pictures import Picture, Recipe
from rossgram_fed.media.studio import Studio
from rossgram_fed.media.toning import toned
from rossgram_fed.sizes import CALM, FEDERATED, FEED, GRID, ORIGINAL
from tests.rossgram_fed.media.samples import a_file, encoded, exif_with, pixels

ANY_CROP = st.builds(
    Edits,
    shape=st.sampled_from(list(SHAPES)),
    zoom=st.integers(*BOUNDS["zoom"]),
    x=st.integers(-100, 100),
    y=st.integers(-100, 100),
    turns=st.integers(0, 3),
    mirrored=st.booleans(),
    tilt=st.integers(-150, 150).map(lambda tenths: tenths / 10),
)

NO_EDITS = {
    "a name that is unknown": '{"blur": 3}',
    "a list": "[]",
    "no JSON": "{",
    "nested beyond reason": "[" * 100_000,
    "a text for a number": '{"zoom": "200"}',
    "a part where whole numbers go": '{"x": 1.5}',
    "true, which Python counts as 1": '{"turns": true}',
    "nothing at all for a number": '{"y": null}',
    "a number that is none": '{"tilt": NaN}',
    "an endless one": '{"exposure": 1e999}',
    "more than the most": '{"fade": 101}',
    "less than the least": '{"zoom": 99}',
    "five quarter turns": '{"turns": 5}',
    "finer than tenths of a degree": '{"tilt": 1.23}',
    "a shape of another shop": '{"shape": "9:16"}',
    "a list for a shape": '{"shape": "[]"}',
    "a filter nobody made": '{"filter": "clarendon"}',
    "mirrored a little": '{"mirrored": 1}',
}
NO_FORM = {
    "not a number": {"zoom": "near"},
    "what only Python reads": {"zoom": "1_00"},
    "digits of another script": {"zoom": "١٢٠"},
    "a blank": {"x": ""},
    "a space before": {"x": " 5"},
    "a plus": {"x": "+5"},
    "an exponent": {"x": "1e1"},
    "not a number, as floats say it": {"tilt": "nan"},
    "a part of a percent": {"fade": "0.5"},
    "far too long": {"zoom": "1" * 5000},
    "another form's field": {"caption": "hello"},
}


@pytest.mark.parametrize("what", NO_EDITS)
def test_strange_json_is_refused(what: str) -> None:
    """Only what ``as_json`` can have written is read."""
    with pytest.raises(ValueError):
        edits_from_json(NO_EDITS[what])


@pytest.mark.parametrize("what", NO_FORM)
def test_strange_forms_are_refused(what: str) -> None:
    """A field that no slider of ours sends is refused with a sentence."""
    with pytest.raises(ValueError, match=r"\.$"):
        edits_from_form(NO_FORM[what])


@given(ANY_CROP, st.sampled_from(list(FILTERS)), st.integers(0, 100), st.integers(-100, 100))
def test_edits_survive_their_column(crop: Edits, name: str, strength: int, amount: int) -> None:
    """What is written is what is read, and a settled value is settled for good."""
    edits = Edits(**{**crop.changed(), "filter": name, "strength": strength, "warmth": amount}).settled()  # type: ignore[arg-type]
    assert edits_from_json(edits.as_json()) == edits == edits.settled()


def test_what_does_nothing_is_nothing() -> None:
    """Numbers that change nothing are as if nobody had touched them, so nothing is made anew for them."""
    assert edits_from_form({"shape": "original", "x": "40", "y": "-3", "zoom": "100", "strength": "30"}) == UNTOUCHED
    assert edits_from_form({"filter": "noon", "strength": "0"}) == UNTOUCHED
    assert UNTOUCHED.as_json() == "{}"
    picture = pixels()
    assert reshaped(picture, UNTOUCHED) is picture
    assert toned(picture, UNTOUCHED) is picture


@given(ANY_CROP, st.integers(40, 300), st.integers(40, 300))
@settings(max_examples=60)
def test_no_corner_is_empty(edits: Edits, width: int, height: int) -> None:
    """However a photo is tilted, turned and zoomed, nothing but photo is in the crop, and it has the wanted shape."""
    kept = reshaped(Image.new("L", (width, height), 255), edits)
    assert kept.getextrema() == (255, 255)
    shape = SHAPES[edits.shape] or (height / width if edits.turns % 2 else width / height)
    assert abs(kept.width - kept.height * shape) <= 0.5 + shape / 2


@given(ANY_CROP, st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_focal_points_follow(crop: Edits, x: float, y: float) -> None:
    """A focal point that is in the crop comes back to where it was; one that was cut off comes to the edge."""
    there = moved_focal(crop, (x, y), size=(400, 300))
    assert all(-1 <= part <= 1 for part in there)
    if max(map(abs, there)) < 1:
        assert moved_focal(crop, there, size=(400, 300), back=True) == pytest.approx((x, y), abs=1e-6)


def test_focal_point_stays_on_its_subject() -> None:
    """The one white spot of a photo is where the moved focal point says, in the turned, tilted crop."""
    picture = Image.new("L", (400, 300))
    picture.paste(255, (296, 116, 304, 124))
    edits = Edits(shape="4:5", zoom=120, x=60, y=10, turns=1, mirrored=True, tilt=8.0)
    kept = reshaped(picture, edits)
    x, y = moved_focal(edits, (0.5, 0.2), size=(400, 300))
    left, top, right, bottom = kept.point(lambda value: 255 if value > 128 else 0).getbbox() or (0, 0, 0, 0)
    assert (left + right) / kept.width - 1 == pytest.approx(x, abs=0.02)
    assert 1 - (top + bottom) / kept.height == pytest.approx(y, abs=0.02)


@pytest.mark.parametrize("name", FILTERS)
def test_filters_are_gentle(name: str) -> None:
    """Every filter keeps dark darker than light in every channel, and half of it lies between nothing and all of it."""
    ramp = Image.linear_gradient("L").convert("RGB").resize((1, 256))
    for channel in toned(ramp, Edits(filter=name)).split():
        values = list(channel.tobytes())
        assert values == sorted(values)
        assert values[0] < 40
        assert values[-1] > 200
    whole, half = toned(ramp, Edits(filter=name)), toned(ramp, Edits(filter=name, strength=50))
    between = Image.blend(ramp, whole, 0.5)
    assert max(high for _, high in ImageChops.difference(half, between).getextrema()) <= 2


def test_black_and_white_is() -> None:
    """Two filters leave no colour at all."""
    for name in ("slate", "soot"):
        red, green, blue = toned(pixels(), Edits(filter=name)).split()
        assert red.tobytes() == green.tobytes() == blue.tobytes()
    assert sum(LUMA) == pytest.approx(1)


ADJUSTED = {
    "exposure": lambda image: ImageStat.Stat(image.convert("L")).mean[0],
    "contrast": lambda image: ImageStat.Stat(image.convert("L")).stddev[0],
    "warmth": lambda image: ImageStat.Stat(image).mean[0] - ImageStat.Stat(image).mean[2],
    "saturation": lambda image: ImageStat.Stat(image.convert("HSV").getchannel("S")).mean[0],
    "fade": lambda image: image.convert("L").getextrema()[0],
    "vignette": lambda image: -image.convert("L").getpixel((0, 0)),
    "sharpness": lambda image: ImageStat.Stat(
        ImageChops.difference(image.convert("L"), image.convert("L").resize((80, 60)).resize(image.size))
    ).sum[0],
}  # fmt: skip


@pytest.mark.parametrize("name", ADJUSTMENTS)
def test_adjustments_go_both_ways(name: str) -> None:
    """More is more and less is less, and transparency is left alone."""
    picture, measure = pixels(), ADJUSTED[name]
    if name == "sharpness":
        picture = picture.resize((1600, 1200)).resize((320, 240), Image.Resampling.NEAREST)
    less, more = toned(picture, Edits(**{name: -80})), toned(picture, Edits(**{name: 80}))
    assert measure(less) < measure(picture) < measure(more)
    clear = picture.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(picture.size))
    assert toned(clear, Edits(**{name: 80})).getchannel("A").tobytes() == clear.getchannel("A").tobytes()


def test_colours_are_not_sharpened() -> None:
    """Only lightness is made sharper: no edge gets a coloured fringe."""
    mild = Image.blend(pixels(400, 300), Image.new("RGB", (400, 300), "grey"), 0.5)
    mild.paste(mild.resize((40, 30), Image.Resampling.NEAREST), (180, 130))
    before, after = (one.convert("YCbCr").split() for one in (mild, toned(mild, Edits(sharpness=100))))
    apart = [ImageChops.difference(one, other).getextrema()[1] for one, other in zip(before, after, strict=True)]
    assert apart[0] > 10
    assert max(apart[1:]) <= 2


def test_a_large_photo_is_straightened_as_finely() -> None:
    """What saves half the work of slanting a large photo shows in no detail and shifts no colour."""
    large = pixels(3200, 2400).copy()
    large.paste(Image.effect_noise((400, 400), 60).resize((800, 800), Image.Resampling.BICUBIC), (700, 600))
    edits = Edits(tilt=7.3)
    slanted, truth = reshaped(large, edits), reshaped(large.convert("RGBA"), edits).convert("RGB")
    assert slanted.size == truth.size and slanted.width * slanted.height > CALM
    apart = ImageStat.Stat(ImageChops.subtract(slanted, truth, offset=128))
    assert all(abs(mean - 128) < 1.2 for mean in apart.mean), apart.mean
    assert max(apart.stddev) < 3, apart.stddev


def developed(data: bytes, edits: Edits, recipe: Recipe = Recipe.PHOTO) -> Picture:
    return develop(data, LimitSettings(), edits=edits, recipe=recipe)


def image_of(picture: Picture, name: str) -> Image.Image:
    return Image.open(BytesIO(picture.renditions[name].data)).convert("RGB")


def test_every_rendition_is_edited() -> None:
    """A crop is in every file that is made, upright as people see it, and the file that came in is not among them."""
    picture = developed(a_file(width=900, height=600, exif=exif_with(6)), Edits(shape="4:5"))
    assert ORIGINAL not in picture.renditions
    assert (picture.width, picture.height) == (600, 750)
    shapes = {name: (one.width, one.height) for name, one in picture.renditions.items() if not name.startswith(GRID)}
    assert set(shapes.values()) == {(600, 750)}
    assert developed(a_file(width=900, height=600, exif=exif_with(6)), UNTOUCHED).height == 900


def test_wide_colours_are_edited_in_srgb() -> None:
    """A Display P3 photo is brought into sRGB first: its edited files look as if the sRGB picture had been edited."""
    wide = encoded(pixels(400, 300), "PNG", icc_profile=profiles.made(profiles.P3_PRIMARIES))
    edits = Edits(filter="ember", exposure=20)
    plain = developed(wide, UNTOUCHED, Recipe.PROOF)
    expected = toned(image_of(plain, Recipe.PROOF), edits)
    found = image_of(developed(wide, edits, Recipe.PROOF), Recipe.PROOF)
    assert max(ImageStat.Stat(ImageChops.difference(found, expected)).mean) < 2


def test_a_near_crop_stays_fine() -> None:
    """A crop of a large photo is made of as many pixels as the file has there, not of a reduced picture."""
    large = encoded(pixels(6000, 4000), quality=60)
    picture = developed(large, Edits(zoom=400))
    assert (picture.renditions[FEED].width, picture.width) == (1080, 1500)


async def test_a_darkroom_takes_edits(studio: Studio) -> None:
    """Edits reach the process that decodes, and its next picture is untouched again."""
    edited = await studio.develop(a_file(), edits=Edits(shape="1:1", tilt=2.5, filter="fjord"))
    assert edited.width == edited.height
    assert (await studio.develop(a_file())).renditions[FEDERATED].width == 320
