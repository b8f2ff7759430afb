"""Photos for the demo: landscapes drawn from a seed, so that no picture needs to be shipped.

The same seed draws the same picture.
"""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Light:
    """The colours of one hour of the day."""

    name: str
    zenith: Colour
    horizon: Colour
    sun: Colour
    ridge: Colour
    mist: Colour


LIGHTS = (
    Light("dawn", (44, 62, 110), (250, 190, 150), (255, 236, 200), (34, 40, 62), (214, 170, 160)),
    Light("noon", (64, 132, 196), (206, 230, 240), (255, 255, 246), (38, 76, 70), (176, 208, 206)),
    Light("dusk", (38, 28, 74), (244, 122, 92), (255, 206, 140), (28, 20, 40), (188, 100, 104)),
    Light("night", (8, 12, 34), (46, 62, 110), (236, 240, 255), (8, 12, 24), (44, 56, 92)),
    Light("autumn", (120, 142, 160), (248, 214, 160), (255, 244, 214), (66, 40, 28), (214, 160, 110)),
)


def draw_landscape(seed: int, *, width: int = 1600, height: int = 1200) -> tuple[bytes, str]:
    """Return a JPEG of hills over water and a description of it."""
    chance = random.Random(seed)  # noqa: S311 - a picture, not a secret
    light = LIGHTS[seed % len(LIGHTS)]
    shore = int(height * chance.uniform(0.62, 0.74))
    picture = _gradient(width, height, light.zenith, light.horizon)
    sun = (chance.uniform(0.2, 0.8) * width, shore * chance.uniform(0.35, 0.7))
    picture = _glow(picture, sun, light.sun, radius=width // chance.randint(18, 30))
    layers = chance.randint(3, 5)
    for layer in range(layers):
        depth = layer / (layers - 1)
        base = shore * (0.66 + 0.34 * depth)
        colour = _between(light.mist, light.ridge, depth)
        _ridge(picture, chance, colour=colour, base=base, swing=height * 0.13 * (1.25 - depth * 0.7), shore=shore)
    picture = _with_water(picture, shore, light, chance)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=90)
    return written.getvalue(), f"Hills behind a lake at {light.name}, the light low over the water."


def draw_portrait(seed: int, *, size: int = 400) -> bytes:
    """Return a square JPEG for an avatar: a circle of light on a gradient."""
    chance = random.Random(seed * 7919)  # noqa: S311 - a picture, not a secret
    light = LIGHTS[(seed * 2 + 1) % len(LIGHTS)]
    picture = _gradient(size, size, light.horizon, light.zenith)
    centre = (size * chance.uniform(0.35, 0.65), size * chance.uniform(0.35, 0.65))
    picture = _glow(picture, centre, light.sun, radius=int(size * chance.uniform(0.16, 0.26)))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=90)
    return written.getvalue()


def _between(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _gradient(width: int, height: int, top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, 256))
    for row in range(256):
        column.putpixel((0, row), _between(top, bottom, (row / 255) ** 1.4))
    return column.resize((width, height), Image.Resampling.BICUBIC)


def _glow(picture: Image.Image, centre: tuple[float, float], colour: Colour, *, radius: int) -> Image.Image:
    x, y = centre
    for scale, strength, blur in ((6.0, 0.35, 2.2), (2.4, 0.5, 0.9), (1.0, 1.0, 0.06)):
        layer = Image.new("RGB", picture.size)
        reach = radius * scale
        shade = _between((0, 0, 0), colour, strength)
        ImageDraw.Draw(layer).ellipse((x - reach, y - reach, x + reach, y + reach), fill=shade)
        small = layer.resize((picture.width // 4, picture.height // 4)).filter(
            ImageFilter.GaussianBlur(reach * blur / 4)
        )
        picture = ImageChops.screen(picture, small.resize(picture.size, Image.Resampling.BICUBIC))
    return picture


def _ridge(
    picture: Image.Image, chance: random.Random, *, colour: Colour, base: float, swing: float, shore: int
) -> None:
    waves = [(chance.uniform(0.6, 1.6) * 1.9**octave, chance.uniform(0, 6.28), 0.5**octave) for octave in range(6)]
    points = []
    for x in range(0, picture.width + 4, 4):
        angle = x / picture.width * 2 * math.pi
        points.append((x, base - swing * sum(math.sin(angle * pace + start) * part for pace, start, part in waves)))
    ImageDraw.Draw(picture).polygon([(0, shore), *points, (picture.width, shore)], fill=colour)


def _with_water(picture: Image.Image, shore: int, light: Light, chance: random.Random) -> Image.Image:
    depth = picture.height - shore
    mirrored = picture.crop((0, max(0, shore - depth), picture.width, shore)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirrored = mirrored.resize((picture.width, depth)).filter(ImageFilter.GaussianBlur(5))
    water = Image.blend(mirrored, Image.new("RGB", mirrored.size, light.zenith), 0.28)
    lines = ImageDraw.Draw(water)
    for _ in range(depth // 3):
        y = int(depth * chance.random() ** 1.6)
        x, length = chance.uniform(0, picture.width), chance.uniform(30, 60 + y)
        lines.line(
            (x, y, x + length, y), fill=_between(light.mist, light.sun, chance.random() * 0.5), width=1 + y // 160
        )
    picture.paste(Image.blend(water, water.filter(ImageFilter.GaussianBlur(2)), 0.6), (0, shore))
    return picture.filter(ImageFilter.UnsharpMask(1, 40, 2))
