"""An album is put in order in a real browser, by buttons, dragging and keys, and nothing of it goes with the tab."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser.conftest import Window
from tests.rossgram_fed.media.samples import a_file

WIDTHS = (320, 340, 360, 380)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Four photos, each wider than the one before."""
    held = [tmp_path / f"{width}.jpg" for width in WIDTHS]
    for number, path in enumerate(held):
        path.write_bytes(a_file(seed=number, width=WIDTHS[number]))
    return held


async def order(window: Window) -> list[int]:
    """The photos of the form, as numbers of those that were chosen."""
    cards = [await one.get_attribute("value") for one in await window.page.locator("input[name=photo]").all()]
    rows = await window.here.instance.database.fetch("SELECT id, width FROM photos")
    places = {str(row["id"]): WIDTHS.index(row["width"]) for row in rows}
    return [places[str(card)] for card in cards]


async def kept(window: Window) -> None:
    """Wait until the page says that what is in it now is kept."""
    await window.page.wait_for_selector("#kept:has-text('Nobody else sees it')")


async def test_an_album_in_order(window: Window, files: list[Path]) -> None:
    """Every way of moving a photo does so in place, tells the number in all its labels, and keeps what holds the focus;
    what is typed and moved is there when another tab opens the composer, and is posted so.
    """
    page = window.page
    await window.sign_in()
    await window.open("/new")
    await window.add(*files)
    await page.locator("textarea[name^=description]").nth(0).fill("See photo 9")
    await page.locator("button[value^=later]").nth(0).click()
    assert await order(window) == [1, 0, 2, 3]
    assert (await page.evaluate("document.activeElement.value")).startswith("later")
    await page.keyboard.press("Enter")
    assert await order(window) == [1, 2, 0, 3]
    assert "Describe photo 3" in await page.locator("li.card").nth(2).inner_text()
    assert await page.locator("textarea[name^=description]").nth(2).input_value() == "See photo 9"
    assert await page.locator("#camera label[for^=licence]").all_text_contents() == [
        f"Licence of photo {number}" for number in (1, 2, 3, 4)
    ]
    await page.click("button:has-text('Change the order')")
    first = await page.locator("li.card").nth(0).bounding_box()
    last = await page.locator("li.card").nth(3).bounding_box()
    assert first
    assert last
    await page.mouse.move(first["x"] + 40, first["y"] + 40)
    await page.mouse.down()
    await page.mouse.move(last["x"] + 40, last["y"] + 40, steps=4)
    await page.mouse.up()
    assert await order(window) == [2, 0, 3, 1]
    await page.locator("li.card").nth(3).focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowRight")
    assert await order(window) == [2, 1, 0, 3]
    assert re.match("Photo 2 of 4", await page.evaluate("document.activeElement.ariaLabel"))
    await page.click("button:has-text('Done')")
    await page.fill("textarea[name=caption]", "In order")
    await kept(window)
    other = await page.context.new_page()
    await page.close()
    window.page = page = other
    window.listen()
    await window.open("/new")
    assert await page.input_value("textarea[name=caption]") == "In order"
    assert await order(window) == [2, 1, 0, 3]
    await page.click("p.form-end button[value=post]")
    await page.click("button[value=post-anyway]")
    await page.wait_for_url("**/p/*")
    rows = await window.here.instance.database.fetch("SELECT width FROM photos ORDER BY position")
    assert [WIDTHS.index(row["width"]) for row in rows] == [2, 1, 0, 3]
    assert [text for text in window.complaints if "422" not in text] == []


async def test_without_loading_again(window: Window, files: list[Path]) -> None:
    """Removing a photo and finding a city leave the page where it is; Enter in a line posts nothing, and with Ctrl it
    does.
    """
    page = window.page
    await window.sign_in()
    await window.open("/new")
    await window.add(*files[:2])
    await page.evaluate("window.same = true")
    await page.locator("button[value^=remove]").first.click()
    await page.locator("li.card").nth(1).wait_for(state="detached")
    assert await page.evaluate("document.activeElement.name.split('-')[0]") == "description"
    assert await order(window) == [1]
    await page.click("#place summary")
    await page.fill("input[name=place-name]", "Ljubljana")
    await page.keyboard.press("Enter")
    await page.locator("input[name=place]").first.wait_for()
    assert await page.evaluate("document.activeElement.name") == "place"
    assert await page.evaluate("window.same")
    assert await window.here.value("SELECT COUNT(*) FROM posts") == 0
    await page.keyboard.press("Space")
    await page.click("#people summary")
    await page.locator("input[name=people]").press("Enter")
    await page.locator("input[name=people]").press("Control+Enter")
    await page.click("button[value=post-anyway]")
    assert "Ljubljana" in await page.inner_text("main")
