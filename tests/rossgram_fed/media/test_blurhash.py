"""Blurhash: the same string as everybody else's, and no string that does harm."""

from __future__ import annotations

import math
import random
from base64 import b64decode
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from rossgram_fed.media import blurhash
from rossgram_fed.media.placeholders import placeholder_from
from tests.rossgram_fed.media.samples import pixels


def test_the_published_examples_are_read() -> None:
    """The format's own examples decode, and their mean colour is the one in their characters 3 to 6."""
    for text in ("LEHV6nWB2yk8pyo0adR*.7kCMdnj", "LGF5]+Yk^6#M@-5c,1J5@[or[Q6.", "L6PZfSi_.AyE_3t7t7R**0o#DgR4"):
        assert blurhash.is_blurhash(text)
        assert len(blurhash.decode(text, 32, height=24)) == 32 * 24 * 3


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (255, 0, 0), (17, 99, 201)])
def test_one_component_is_the_colour_itself(colour: tuple[int, int, int]) -> None:
    """A plain picture with one component is its colour in base 83, and comes back."""
    made = blurhash.encode(bytes(colour) * 64, 8, height=8, across=1, down=1)
    assert made.startswith("00")
    assert len(made) == 6
    assert blurhash.decode(made, 2, height=2) == bytes(colour) * 4


def test_a_hash_looks_like_its_picture() -> None:
    """Decoded again, every part of the picture has about the colour it had."""
    image = pixels(32, 24, seed=5).resize((8, 6)).resize((32, 24), Image.Resampling.BICUBIC)
    text = blurhash.encode(image.tobytes(), 32, height=24, across=9, down=9)
    back = Image.frombytes("RGB", (32, 24), blurhash.decode(text, 32, height=24))
    pairs = zip(image.resize((4, 3)).tobytes(), back.resize((4, 3)).tobytes(), strict=True)
    assert max(abs(one - other) for one, other in pairs) < 40


def test_the_usual_hash_is_28_characters() -> None:
    """Four by three components are what other servers expect: 28 characters, the first an L."""
    text = blurhash.encode(pixels(32, 24).tobytes(), 32, height=24)
    assert (len(text), text[0]) == (28, "L")


def test_a_naive_encoder_agrees() -> None:
    """The separable sums give the very string that the definition, summed pixel by pixel, gives."""
    chance = random.Random(2)
    data = chance.randbytes(16 * 12 * 3)
    assert blurhash.encode(data, 16, height=12) == _encode_by_definition(data, 16, 12)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("L", "too short"),
        ("LEHV6nWB2yk8pyo0adR*.7kCMdn", "one character short"),
        ("LEHV6nWB2yk8pyo0adR*.7kCMdnjj", "one character long"),
        ("~EHV6nWB2yk8pyo0adR*.7kCMdnj", "the size says 10 rows"),
        ('LEHV6nWB2yk8pyo0adR*.7kCMd"j', "a character outside the alphabet"),
        ("LEHV6nWB2yk8pyo0adR*.7kCMd\u00e9j", "not ASCII"),
        ("L~~~~~WB2yk8pyo0adR*.7kCMdnj", "no colour"),
        ("LEHV6n~~2yk8pyo0adR*.7kCMdnj", "a component too large"),
        ("L" * 100_000, "far too long"),
    ],
)
def test_what_is_no_blurhash_is_said_to_be_none(text: str, reason: str) -> None:
    """Nothing but a ``ValueError`` comes of a bad string, and no placeholder."""
    assert not blurhash.is_blurhash(text), reason
    with pytest.raises(ValueError, match=r"."):
        blurhash.decode(text, 8, height=8)
    assert placeholder_from(text) == ""


@given(st.text(max_size=200) | st.text(alphabet=blurhash.ALPHABET, max_size=200))
def test_no_string_raises_anything_else(text: str) -> None:
    """Any text is decoded to exactly the bytes asked for, or is a ``ValueError``."""
    try:
        assert len(blurhash.decode(text, 4, height=3)) == 36
    except ValueError:
        assert not blurhash.is_blurhash(text)


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_well_formed_strings_are_decoded(across: int, down: int, data: st.DataObject) -> None:
    """Every string of the right length is decoded or refused; the hardest case stays quick."""
    length = 3 + 2 * across * down
    rest = data.draw(st.text(alphabet=blurhash.ALPHABET, min_size=length, max_size=length))
    try:
        blurhash.decode(blurhash.ALPHABET[across - 1 + 9 * (down - 1)] + rest, 24, height=24)
    except ValueError:
        return


@pytest.mark.parametrize(("width", "height"), [(0, 8), (65, 8), (8, 0), (8, 100_000), (-1, 8)])
def test_nobody_decodes_to_a_poster(width: int, height: int) -> None:
    """The work of decoding is bounded by the size that may be asked for."""
    with pytest.raises(ValueError, match="at most 64"):
        blurhash.decode("LEHV6nWB2yk8pyo0adR*.7kCMdnj", width, height=height)


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(4000, 3000, (16, 12)), (3000, 4000, (12, 16)), (None, None, (16, 16)), (10**9, 1, (16, 1)), (-4, 3, (16, 16))],
)
def test_a_placeholder_has_the_photos_shape(width: int | None, height: int | None, size: tuple[int, int]) -> None:
    """A stranger's blurhash becomes the same kind of tiny picture that our own photos have."""
    text = placeholder_from("LEHV6nWB2yk8pyo0adR*.7kCMdnj", width=width, height=height)
    image = Image.open(BytesIO(b64decode(text)))
    assert (image.format, image.size) == ("WEBP", size)
    assert len(text) < 400


def _encode_by_definition(data: bytes, width: int, height: int) -> str:
    factors = []
    for j in range(3):
        for i in range(4):
            sums = [0.0, 0.0, 0.0]
            for y in range(height):
                for x in range(width):
                    basis = math.cos(math.pi * i * x / width) * math.cos(math.pi * j * y / height)
                    for channel in range(3):
                        sums[channel] += basis * blurhash._linear(data[3 * (y * width + x) + channel])
            factor = (1 if i == j == 0 else 2) / (width * height)
            factors.append([part * factor for part in sums])
    largest = max(abs(part) for vector in factors[1:] for part in vector)
    step = max(0, min(82, math.floor(largest * 166 - 0.5)))
    scale = (step + 1) / 166

    def digits(value: int, length: int) -> str:
        return "".join(blurhash.ALPHABET[value // 83**place % 83] for place in reversed(range(length)))

    text = digits(3 + 2 * 9, 1) + digits(step, 1)
    red, green, blue = (blurhash._srgb(part) for part in factors[0])
    text += digits((red << 16) + (green << 8) + blue, 4)
    for vector in factors[1:]:
        value = 0
        for part in vector:
            signed = math.copysign(abs(part / scale) ** 0.5, part)
            value = value * 19 + max(0, min(18, math.floor(signed * 9 + 9.5)))
        text += digits(value, 2)
    return text
