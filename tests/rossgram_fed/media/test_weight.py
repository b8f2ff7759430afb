"""How heavy the picture is that people on slow lines wait for, and what that costs it."""

from __future__ import annotations

import cmath
import itertools
import math
import operator
import random
import statistics
from io import BytesIO

from PIL import Image, ImageDraw

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.developing import develop
from rossgram_fed.media.encoding import light_webp, webp
from rossgram_fed.sizes import FEED, LIGHT_BYTES, QUALITIES
from tests.rossgram_fed.media.samples import a_file, encoded, pixels

LIMITS = LimitSettings()


def leaves(image: Image.Image, count: int) -> Image.Image:
    """Strew sharp leaves over a picture."""
    chance, drawn = random.Random(5), ImageDraw.Draw(image)
    for _ in range(count):
        x, y, length = chance.uniform(0, image.width), chance.uniform(0, image.height), chance.uniform(4, 18)
        tip = cmath.rect(length, chance.uniform(0, math.pi))
        side = tip * 0.35j
        outline = [complex(x, y) + point for point in (tip, side, -tip, -side)]
        shade = chance.uniform(0.3, 1.2)
        colour = tuple(round(part * shade) for part in (120, 170, 70))
        drawn.polygon([(point.real, point.imag) for point in outline], fill=colour)
    return image


def likeness(one: Image.Image, other: Image.Image) -> float:
    """How alike two pictures are in blocks of 8 pixels (SSIM, of lightness), from 0 to 1."""
    lights = [image.convert("L").crop((400, 300, 640, 540)) for image in (one, other)]
    found = []
    for x, y in itertools.product(range(0, 240, 8), repeat=2):
        first, second = (list(light.crop((x, y, x + 8, y + 8)).tobytes()) for light in lights)
        mean, norm = statistics.fmean(first), statistics.fmean(second)
        spread = statistics.pvariance(first, mean) + statistics.pvariance(second, norm)
        shared = statistics.fmean(map(operator.mul, first, second)) - mean * norm
        alike = (2 * mean * norm + 6.5) * (2 * shared + 58.5)
        found.append(alike / ((mean * mean + norm * norm + 6.5) * (spread + 58.5)))
    return statistics.fmean(found)


def test_a_typical_photo_is_light() -> None:
    """The rendition that a feed shows first stays within 90 KB for a photo without much grain."""
    assert develop(a_file(width=1600, height=1200, quality=92), LIMITS).renditions["feed"].size <= LIGHT_BYTES


def test_a_busy_photo_is_light_too() -> None:
    """Grain and leaves that would make the feed's picture too heavy cost quality instead, as little as nobody sees."""
    grain = Image.effect_noise((540, 400), 45).resize((1080, 800), Image.Resampling.BICUBIC)
    grainy = Image.blend(pixels(1080, 800), Image.merge("RGB", (grain,) * 3), 0.35)
    tree = pixels(1080, 800, seed=2).copy()
    tree.paste(leaves(Image.new("RGB", (1080, 500), (25, 40, 15)), 12000), (0, 300))
    for busy, usual, least in ((grainy, 110_000, 0.86), (tree, 160_000, 0.9)):
        assert webp(busy, quality=QUALITIES[FEED], method=2).size > usual, "the test can tell"
        feed = develop(encoded(busy, "PNG"), LIMITS).renditions["feed"]
        assert feed.size <= LIGHT_BYTES
        assert likeness(busy, Image.open(BytesIO(feed.data))) > least


def test_quality_is_lowered_no_further_than_needed() -> None:
    """What is light enough keeps its quality; what is nothing but noise ends at the lowest there is."""
    calm = pixels(1080, 800)
    assert light_webp(calm, quality=78, method=0, most=LIGHT_BYTES).data == webp(calm, quality=78, method=0).data
    noise = Image.frombytes("RGB", (600, 600), random.Random(4).randbytes(600 * 600 * 3))
    assert light_webp(noise, quality=78, method=0, most=10_000).data == webp(noise, quality=20, method=0).data
