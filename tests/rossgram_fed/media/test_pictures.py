"""What becomes of an uploaded file, and what does not get in."""

from __future__ import annotations

import random
from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.developing import develop
from rossgram_fed.media.pictures import Picture, Recipe, Rendition
from rossgram_fed.sizes import FEDERATED_BYTES
from tests.rossgram_fed.media.samples import (
    ADOBE_RGB,
    DISPLAY_P3,
    KINDS,
    a_file,
    delta_e,
    encoded,
    exif_with,
    matrix_profile,
    pixels,
)

LIMITS = LimitSettings()
SMALL = LimitSettings(photo_megapixels=1)


def opened(rendition: Rendition) -> Image.Image:
    image = Image.open(BytesIO(rendition.data))
    image.load()
    return image


def test_a_photo_becomes_these_renditions() -> None:
    """Each rendition has its size, its type and the numbers that are written about it."""
    picture = develop(a_file(width=3000, height=2000), LIMITS)
    sizes = {name: (one.media_type, one.width, one.height) for name, one in picture.renditions.items()}
    assert sizes == {
        "grid": ("image/webp", 640, 640),
        "feed": ("image/webp", 1080, 720),
        "full": ("image/webp", 2048, 1365),
        "federated": ("image/jpeg", 3000, 2000),
        "original": ("image/jpeg", 3000, 2000),
        "grid-jpeg": ("image/jpeg", 640, 640),
        "feed-jpeg": ("image/jpeg", 1080, 720),
        "full-jpeg": ("image/jpeg", 2048, 1365),
    }
    for one in picture.renditions.values():
        assert opened(one).size == (one.width, one.height)
        assert Image.MIME[str(opened(one).format)] == one.media_type
        assert one.size == len(one.data)
    assert (picture.width, picture.height, picture.media_type) == (3000, 2000, "image/jpeg")
    placeholder = Image.open(BytesIO(b64decode(picture.placeholder)))
    assert placeholder.size == (24, 16)
    assert len(picture.placeholder) < 400


def test_only_a_large_photo_for_others_is_not_progressive() -> None:
    """Where browsers wait for it, the JPEG for other servers comes in stages; a large one is made six times as fast."""
    for size, progressive in (((1600, 1200), True), ((2500, 1700), False)):
        made = develop(encoded(pixels(*size), "PNG", compress_level=0), LIMITS).renditions["federated"]
        assert bool(opened(made).info.get("progressive")) is progressive


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_enlarged(kind: str) -> None:
    """A small file of any kind keeps its size in every rendition; the tile is its largest square."""
    picture = develop(a_file(kind, 40, 30), LIMITS)
    sizes = {name: (one.width, one.height) for name, one in picture.renditions.items()}
    assert {name: size for name, size in sizes.items() if not name.startswith("grid")} == dict.fromkeys(
        ("feed", "feed-jpeg", "full", "full-jpeg", "federated", "original"), (40, 30)
    )
    assert sizes["grid"] == sizes["grid-jpeg"] == (30, 30)


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (4097, 3), (2, 2)])
def test_odd_shapes_hold(size: tuple[int, int]) -> None:
    """No edge of any rendition ever comes out as nothing."""
    picture = develop(encoded(Image.new("RGB", size, "red"), "PNG"), LIMITS)
    assert all(min(one.width, one.height) >= 1 for one in picture.renditions.values())


def test_the_federated_copy_stays_small() -> None:
    """Even pure noise comes out under what other servers take: 4096 pixels and 8 MB."""
    noise = Image.frombytes("RGB", (4500, 2200), random.Random(3).randbytes(4500 * 2200 * 3))
    federated = develop(encoded(noise, "JPEG", quality=95), LIMITS).renditions["federated"]
    assert max(federated.width, federated.height) <= 4096
    assert federated.size < FEDERATED_BYTES


def marked(orientation: int) -> Image.Image:
    """A picture that looks upright (red top left, blue top right, green below) once ``orientation`` is applied."""
    upright = Image.new("RGB", (64, 48), (0, 160, 0))
    upright.paste((220, 0, 0), (0, 0, 32, 24))
    upright.paste((0, 0, 220), (32, 0, 64, 24))
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    return upright if undo is None else upright.transpose(undo)


def looks_upright(rendition: Rendition) -> bool:
    image = opened(rendition).convert("RGB")
    corners = [image.getpixel((x, y)) for x, y in ((10, 10), (image.width - 11, 10), (10, image.height - 11))]
    return [max(range(3), key=lambda channel: corner[channel]) for corner in corners] == [0, 2, 1]  # type: ignore[index]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_orientation_is_applied(kind: str, orientation: int) -> None:
    """All eight EXIF orientations come out upright, with width and height the right way round."""
    options = {"quality": 95} if kind != "PNG" else {}
    data = encoded(marked(orientation), kind, exif=exif_with(orientation), **options)
    picture = develop(data, LIMITS)
    assert (picture.width, picture.height) == (64, 48)
    assert looks_upright(picture.renditions["federated"])
    assert looks_upright(picture.renditions["full"])


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_a_meaningless_orientation_is_passed_over(value: int) -> None:
    """An orientation that EXIF does not know leaves the picture as it is."""
    picture = develop(encoded(marked(1), "PNG", exif=exif_with(value)), LIMITS)
    assert looks_upright(picture.renditions["full"])


TRACES = (
    b"Exif",
    b"GPS",
    b"SECRET",
    b"http://ns.adobe.com",
    b"xmpmeta",
    b"ICC_PROFILE",
    b"ICCP",
    b"acsp",
    b"Photoshop",
)
PROFILES = (b"ICC_PROFILE", b"ICCP", b"acsp")


@pytest.mark.parametrize("kind", KINDS)
def test_no_metadata_gets_out(kind: str) -> None:
    """Position, camera, comments, XMP and whatever was glued to the end are in no byte of any rendition.

    Profiles are in the original alone.
    """
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" about="http://ns.adobe.com/xap/1.0/">SECRETXMP</x:xmpmeta>'
    options: dict[str, object] = {"comment": b"SECRETCOMMENT"} if kind in ("JPEG", "GIF") else {}
    if kind != "GIF":
        options |= {"exif": exif_with(1, gps=True), "xmp": xmp, "icc_profile": matrix_profile(DISPLAY_P3, gamma=2.2)}
    data = encoded(pixels(800, 600), kind, **options) + b"<script>SECRETTAIL</script>"
    assert data.count(b"SECRET") >= 2
    for recipe in Recipe:
        picture = develop(data, LIMITS, recipe=recipe)
        outputs = {name: one.data for name, one in picture.renditions.items()} | {"": b64decode(picture.placeholder)}
        found = [(name, trace) for trace in TRACES for name, output in outputs.items() if trace in output]
        told = [(name, trace) for name, trace in found if name != "original" or trace not in PROFILES]
        assert told == [], recipe


def test_a_broken_profile_is_passed_over() -> None:
    """Bytes that are no profile cost a picture its profile, not the picture."""
    data = encoded(Image.new("RGB", (64, 64), (200, 120, 80)), "PNG", icc_profile=b"SECRET" * 40)
    got = opened(develop(data, LIMITS).renditions["federated"]).getpixel((32, 32))
    assert delta_e(got, (200, 120, 80)) < 2  # type: ignore[arg-type]


def test_every_mode_is_understood() -> None:
    """Grey, 16-bit grey, bilevel, palette, CMYK and transparent pictures keep their brightness."""
    grey16 = Image.frombytes("I;16", (64, 64), (40_000).to_bytes(2, "little") * 4096)
    linear = matrix_profile(ADOBE_RGB, gamma=1)
    cases = [
        ("L", encoded(Image.new("L", (64, 64), 156), "PNG")),
        ("I;16", encoded(grey16, "PNG")),
        ("LA", encoded(Image.new("LA", (64, 64), (156, 255)), "PNG")),
        ("P", encoded(Image.new("RGB", (64, 64), (156, 156, 156)).quantize(8), "PNG")),
        ("RGBA", encoded(Image.new("RGBA", (64, 64), (156, 156, 156, 255)), "PNG")),
        ("CMYK", encoded(Image.new("CMYK", (64, 64), (99, 99, 99, 0)), "JPEG")),
        ("grey JPEG", encoded(Image.new("L", (64, 64), 156), "JPEG")),
        ("L with an RGB profile", encoded(Image.new("L", (64, 64), 156), "JPEG", icc_profile=linear)),
    ]
    for name, data in cases:
        picture = develop(data, LIMITS)
        for one in (one for rendition, one in picture.renditions.items() if rendition != "original"):
            pixel = opened(one).convert("RGB").getpixel((8, 8))
            assert all(abs(part - 156) <= 4 for part in pixel), (name, pixel)  # type: ignore[union-attr, arg-type]


def test_transparency_is_laid_on_white_where_there_is_none() -> None:
    """The JPEG that other servers fetch shows white behind; our own renditions stay transparent."""
    clear = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (0, 0, 32, 64))
    for kind in ("PNG", "WEBP", "GIF"):
        picture = develop(encoded(clear, kind, **({"lossless": True} if kind == "WEBP" else {})), LIMITS)
        assert min(opened(picture.renditions["federated"]).getpixel((56, 32))) > 245  # type: ignore[type-var, arg-type]
        assert opened(picture.renditions["full"]).convert("RGBA").getpixel((56, 32))[3] == 0  # type: ignore[index]


def test_an_idle_alpha_channel_is_dropped() -> None:
    """A screenshot with an alpha channel that hides nothing becomes a plain picture."""
    picture = develop(encoded(pixels(200, 100).convert("RGBA"), "PNG"), LIMITS)
    assert opened(picture.renditions["full"]).mode == "RGB"


def test_the_first_frame_of_an_animation_is_the_photo() -> None:
    """Of a moving picture only the first frame is decoded."""
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue", "blue")]
    for kind in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
        pixel = opened(develop(data, LIMITS).renditions["federated"]).getpixel((30, 30))
        assert pixel[0] > 200 and pixel[2] < 60, kind  # type: ignore[index, operator]


@pytest.mark.parametrize(
    ("focal", "channel", "reason"),
    [
        ((-1.0, 0.0), 0, "the left is red"),
        ((0.0, 0.0), 1, "the middle is green"),
        ((1.0, 0.0), 2, "the right is blue"),
        ((-99.0, 5.0), 0, "what lies outside means the edge"),
        ((float("nan"), float("nan")), 0, "what is no number does no harm"),
    ],
)
def test_the_tile_is_cut_around_the_focal_point(focal: tuple[float, float], channel: int, reason: str) -> None:
    """The grid's square shows what the focal point says."""
    strip = Image.new("RGB", (300, 100), (0, 200, 0))
    strip.paste((200, 0, 0), (0, 0, 100, 100))
    strip.paste((0, 0, 200), (200, 0, 300, 100))
    tile = opened(develop(encoded(strip, "PNG"), LIMITS, focal=focal).renditions["grid"])
    pixel = tile.getpixel((50, 50))
    assert tile.size == (100, 100)
    assert max(range(3), key=lambda part: pixel[part]) == channel, reason  # type: ignore[index]


def test_high_is_up() -> None:
    """A positive y of the focal point means the upper part, as others send it."""
    tower = Image.new("RGB", (100, 300), (200, 0, 0))
    tower.paste((0, 0, 200), (0, 150, 100, 300))
    pixel = opened(develop(encoded(tower, "PNG"), LIMITS, focal=(0, 1)).renditions["grid"]).getpixel((50, 50))
    assert pixel[0] > 150  # type: ignore[index, operator]


def test_an_avatar_is_a_square_jpeg() -> None:
    """The avatar's recipe yields one file of 400 by 400, or the largest square of a smaller picture."""
    large, small = (develop(a_file(width=w, height=h), LIMITS, recipe=Recipe.AVATAR) for w, h in ((900, 700), (90, 70)))
    assert set(large.renditions) == {"avatar"}
    assert (large.width, large.height, large.renditions["avatar"].media_type) == (400, 400, "image/jpeg")
    assert (small.width, small.height) == (70, 70)


def test_a_copy_has_no_federated_file() -> None:
    """A stranger's photo is never sent on by us, so that rendition is not made."""
    assert set(develop(a_file(), LIMITS, recipe=Recipe.COPY).renditions) == {"grid", "feed", "full"}


def test_a_phones_double_picture_is_read() -> None:
    """An MPO, a JPEG with a second picture behind it, is a JPEG to us."""
    data = encoded(pixels(200, 150), "MPO", save_all=True, append_images=[pixels(200, 150, seed=2)])
    picture: Picture = develop(data, LIMITS)
    assert (picture.width, picture.media_type) == (200, "image/jpeg")
