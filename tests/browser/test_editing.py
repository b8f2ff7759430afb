"""A photo is cropped, given a filter and posted in a real browser: with our scripts, and without any."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from PIL import Image
from playwright.async_api import Browser

from rossgram_fed.demo.pictures import draw_landscape
from rossgram_fed.media.editing import Edits
from rossgram_fed.media.storage import STORAGE
from tests.browser.conftest import Window
from tests.peers.here import Here


@pytest.fixture
async def photo(tmp_path: Path) -> Path:
    """A file to upload, wider than high."""
    data = (await asyncio.to_thread(draw_landscape, 3, width=1200, height=800))[0]
    path = tmp_path / "lake.jpg"
    path.write_bytes(data)
    return path


@pytest.fixture(params=["with scripts", "without scripts"])
async def either_window(here: Here, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Window]:
    scripts = request.param == "with scripts"
    context = await browser.new_context(java_script_enabled=scripts)
    window = Window(here, await context.new_page(), scripts=scripts)
    window.listen()
    yield window
    await context.close()


async def upload(window: Window, photo: Path) -> None:
    await window.sign_in()
    await window.open("/new")
    await window.add(photo)


async def stored(window: Window) -> tuple[Edits, dict[str, dict[str, int | str]]]:
    """The newest photo's edits and renditions."""
    row = await window.here.instance.database.fetch_one("SELECT edits, renditions FROM photos ORDER BY id DESC LIMIT 1")
    assert row is not None
    return Edits(**orjson.loads(row["edits"])), orjson.loads(row["renditions"])


async def test_cropped_and_posted(either_window: Window, photo: Path) -> None:
    """Signing in, uploading, describing, cropping to 4:5, choosing a filter and posting works for everybody; what is
    stored has that shape and look, the file that came in is kept, and no page complains or asks anybody else.
    """
    window, page = either_window, either_window.page
    await upload(window, photo)
    await page.fill("textarea[name^=description]", "A lake between hills.")
    await page.click("summary:has-text('Crop and look')")
    await page.check("input[data-look=shape][value='4:5']")
    await page.check("input[data-look=filter][value=slate]")
    await page.click("button:has-text('Show me')")
    assert await page.is_checked("input[data-look=filter][value=slate]")
    await page.fill("textarea[name=caption]", "Still water")
    await page.click("p.form-end button[value=post]")
    await page.wait_for_url("**/p/*")
    edits, files = await stored(window)
    assert edits == Edits(shape="4:5", filter="slate")
    assert (files["federated"]["width"], files["federated"]["height"]) == (640, 800)
    assert (files["original"]["width"], files["original"]["height"]) == (1200, 800)
    path = await window.here.app[STORAGE].fetch(str(files["federated"]["key"]))
    assert path is not None
    with Image.open(BytesIO(path.read_bytes())) as image:
        channels = image.convert("RGB").split()
    assert channels[0].tobytes() == channels[1].tobytes() == channels[2].tobytes(), "slate is black and white"
    assert window.complaints == []


async def test_preview_follows_the_form(window: Window, photo: Path) -> None:
    """With scripts a change is seen at once, with no request to the server, and dragging the preview moves the crop."""
    page = window.page
    await upload(window, photo)
    await page.click("summary:has-text('Crop and look')")
    await page.wait_for_selector(".look[data-drawn]")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.check("input[data-look=shape][value='1:1']")
    await page.wait_for_selector(".look[data-drawn*='1:1']")
    canvas = page.locator(".look-shown canvas")
    assert await canvas.evaluate("one => one.width === one.height")
    await canvas.scroll_into_view_if_needed()
    box = await canvas.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 150, box["y"] + 50)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 100, box["y"] + 50, steps=3)
    await page.mouse.up()
    assert int(await page.input_value("input[data-look=x]")) > 10
    assert int(await page.input_value("input[data-look=y]")) == 0
    assert [url for url in asked if "size=tile" not in url] == []
    assert window.complaints == []


async def test_keys_and_taps(window: Window, photo: Path) -> None:
    """Sliders are moved by keys and show their numbers; a tap says what must stay in sight, which the crop takes along,
    and which the server cuts around.
    """
    page = window.page
    await upload(window, photo)
    await page.click("summary:has-text('Crop and look')")
    await page.wait_for_selector(".look[data-drawn]")
    await page.focus("input[data-look=exposure]")
    for _ in range(3):
        await page.keyboard.press("ArrowRight")
    await page.wait_for_selector(".look[data-drawn*='\"exposure\":3']")
    assert await page.locator(".slide:has([data-look=exposure]) output").inner_text() == "+3"
    canvas = page.locator(".look-shown canvas")
    await canvas.scroll_into_view_if_needed()
    box = await canvas.bounding_box()
    assert box is not None
    assert not await page.locator(".look-focus").is_visible()
    await page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    await page.locator(".look-focus").wait_for()
    point = [int(await page.input_value(f"input[data-focus={name}]")) for name in ("across", "down")]
    assert point == [pytest.approx(50, abs=2), pytest.approx(-50, abs=2)]
    assert await page.input_value("input[data-look=x]") == "0", "a tap moves no crop"
    await page.check("input[data-look=shape][value='1:1']")
    await page.wait_for_selector(".look[data-drawn*='1:1']")
    across = int(await page.input_value("input[data-focus=across]"))
    assert across == pytest.approx(point[0] * 1.5, abs=2), "it is where it was in a picture that is narrower"
    await page.fill("textarea[name^=description]", "A lake")
    await page.click("p.form-end button[value=post]")
    await page.wait_for_url("**/p/*")
    row = await window.here.instance.database.fetch_one("SELECT focal_x, focal_y FROM photos")
    assert row is not None
    assert (row["focal_x"], row["focal_y"]) == (across / 100, -point[1] / 100)
    assert window.complaints == []
