"""What the browser shows before is what the server makes after: every filter, every adjustment, every crop."""

from __future__ import annotations

import base64
import random
from dataclasses import asdict
from io import BytesIO

from PIL import Image, ImageChops

from rossgram_fed.media.cropping import frame_of, reshaped
from rossgram_fed.media.editing import ADJUSTMENTS, SHAPES, Edits
from rossgram_fed.media.filters import FILTERS, table
from rossgram_fed.media.toning import toned
from tests.browser.conftest import Window

APART = 3
"""By how much of 255 a channel of a pixel may differ."""

_TONED = """async ([png, all, table]) => {
  const { tone } = await import("/static/js/looks.js");
  const picture = new Image();
  picture.src = png;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d");
  const results = [];
  for (const edits of all) {
    context.drawImage(picture, 0, 0);
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    tone(image.data, canvas.width, canvas.height, edits, table);
    let text = "";
    for (let at = 0; at < image.data.length; at += 16384) {
      text += String.fromCharCode(...image.data.subarray(at, at + 16384));
    }
    results.push(btoa(text));
  }
  return results;
}"""
_CROPPED = _TONED.replace("{ tone }", "{ drawFrame, frameOf }").replace(
    "context.drawImage(picture, 0, 0);",
    """const frame = frameOf(edits, picture.width, picture.height, table);
    [canvas.width, canvas.height] = [Math.round(frame.width), Math.round(frame.height)];
    drawFrame(context, picture, edits, frame);""",
).replace("    tone(image.data, canvas.width, canvas.height, edits, table);\n", "")  # fmt: skip

LOOKS = [
    *(Edits(filter=name, strength=strength) for name in FILTERS for strength in (100, 50)),
    *(Edits(**{name: amount}) for name in ADJUSTMENTS for amount in (-100, -50, 50, 100)),
    Edits(filter="ember", strength=80, **dict.fromkeys(ADJUSTMENTS, 40)),
    Edits(filter="soot", **dict.fromkeys(ADJUSTMENTS, -60)),
]
CROPS = [
    *(Edits(shape=shape) for shape in SHAPES),
    *(Edits(turns=turns, mirrored=mirrored) for turns in range(4) for mirrored in (False, True)),
    Edits(shape="4:5", zoom=150, x=100, y=-100),
    Edits(shape="16:9", zoom=220, x=-40, y=30, turns=1, mirrored=True),
    Edits(tilt=15.0),
    Edits(shape="1:1", tilt=-7.5, zoom=130, x=60, y=-80, turns=3),
]


def noise() -> Image.Image:
    """A picture with every kind of trouble: all greys, strong colours, hard edges and noise."""
    some = random.Random(7)
    picture = Image.merge("RGB", [Image.linear_gradient("L").resize((96, 64)).rotate(turn) for turn in (0, 90, 180)])
    picture.paste(Image.frombytes("RGB", (96, 32), some.randbytes(96 * 32 * 3)), (0, 32))
    for place, colour in enumerate(("black", "white", "red", "lime", "blue", "yellow", "cyan", "magenta")):
        picture.paste(colour, (place * 12, 20, place * 12 + 12, 32))
    return picture


def slopes() -> Image.Image:
    """A picture whose neighbours are alike, so that only a wrong place shows."""
    across = Image.linear_gradient("L").rotate(90).resize((180, 120))
    down = Image.linear_gradient("L").resize((180, 120))
    return Image.merge("RGB", (across, down, Image.radial_gradient("L").resize((180, 120))))


async def in_browser(
    window: Window, script: str, picture: Image.Image, looks: list[Edits], numbers: object
) -> list[bytes]:
    stream = BytesIO()
    picture.save(stream, "PNG")
    png = f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"
    # No page of ours would run this test's own words.
    context = await window.page.context.browser.new_context(bypass_csp=True)  # type: ignore[union-attr]
    page = await context.new_page()
    await page.goto(window.url("/sign-in"))
    made = await page.evaluate(script, [png, [asdict(edits) for edits in looks], numbers])
    await context.close()
    return [base64.b64decode(one) for one in made]


def furthest(one: Image.Image, other: Image.Image) -> int:
    return max(high for _, high in ImageChops.difference(one, other).getextrema())


async def test_filters_and_adjustments_agree(window: Window) -> None:
    """Chromium's preview differs from the server's result by at most 3/255 anywhere, for every look there is."""
    picture = noise()
    made = await in_browser(window, _TONED, picture, LOOKS, table())
    apart = {
        str(edits.changed()): furthest(
            Image.frombytes("RGBA", picture.size, pixels).convert("RGB"), toned(picture, edits)
        )
        for edits, pixels in zip(LOOKS, made, strict=True)
    }
    assert {look: most for look, most in apart.items() if most > APART} == {}


async def test_fine_detail_agrees_in_large_pictures(window: Window) -> None:
    """Where fine detail is more than a pixel wide, it is made sharper and softer alike too."""
    picture = noise().resize((2600, 24), Image.Resampling.NEAREST)
    looks = [Edits(sharpness=amount) for amount in (-100, 60, 100)]
    made = await in_browser(window, _TONED, picture, looks, table())
    for edits, pixels in zip(looks, made, strict=True):
        shown = Image.frombytes("RGBA", picture.size, pixels).convert("RGB")
        assert furthest(shown, toned(picture, edits)) <= APART, edits


async def test_crops_agree(window: Window) -> None:
    """What the canvas shows of a photo is what the server keeps of it, turned, mirrored, tilted and zoomed."""
    picture = slopes()
    made = await in_browser(window, _CROPPED, picture, CROPS, SHAPES)
    for edits, pixels in zip(CROPS, made, strict=True):
        kept = reshaped(picture, edits)
        frame = frame_of(edits, *picture.size)
        assert kept.size == (round(frame.width), round(frame.height))
        shown = Image.frombytes("RGBA", kept.size, pixels).convert("RGB")
        # A canvas smooths the outermost pixels into nothing where it stretches; they are never part of what is posted.
        inner = (2, 2, kept.width - 2, kept.height - 2)
        assert furthest(shown.crop(inner), kept.crop(inner)) <= APART, edits
