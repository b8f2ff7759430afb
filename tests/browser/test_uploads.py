"""Files that are chosen in the composer go up by themselves, through broken connections and reloads."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.breaking import Line, a_line
from tests.browser.conftest import Window
from tests.peers.here import Here, our_server
from tests.ports import free_port
from tests.rossgram_fed.media.samples import a_file, encoded

LOST = ".sending li:has-text('it goes on by itself')"


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """What carries everything to the server."""
    async with a_line(free_port()) as line:
        yield line


@pytest.fixture
async def here(tmp_path: Path, line: Line) -> AsyncIterator[Here]:
    async with our_server(tmp_path / "data", address=line.port) as here:
        line.to = int(here.instance.settings.server.listen.rpartition(":")[2])
        yield here


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A large photo, a text, an empty file and a small photo."""
    noise = Image.frombytes("RGB", (1600, 1400), random.Random(3).randbytes(1600 * 1400 * 3))
    held = {
        "large.png": encoded(noise, "PNG", compress_level=1),
        "notes.jpg": b"Dear diary, today",
        "empty.jpg": b"",
        "wave ✿.jpg": a_file(seed=2, width=320, height=200),
    }
    for name, data in held.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / name for name in held]


async def chosen(window: Window, files: list[Path]) -> None:
    """Sign in, open the composer, begin a caption and choose files."""
    await window.sign_in()
    await window.open("/new")
    await window.page.fill("textarea[name=caption]", "By the sea")
    await window.page.set_input_files("input[type=file]", [str(file) for file in files])


async def sizes(window: Window) -> list[tuple[int, int]]:
    """How large the photos of the form are, in its order."""
    cards = await window.page.locator("input[name=photo]").all()
    ids = [await card.get_attribute("value") for card in cards]
    rows = await window.here.instance.database.fetch("SELECT id, width, height FROM photos")
    known = {str(row["id"]): (row["width"], row["height"]) for row in rows}
    return [known[str(one)] for one in ids]


async def test_what_breaks_off_goes_on(window: Window, line: Line, files: list[Path]) -> None:
    """Many files go up at once; the connection breaks in the middle and nothing is sent twice; each file that is none
    is named with its reason, the others come in the order in which they were chosen, and what is typed stays.
    """
    page, large = window.page, files[0].stat().st_size
    line.breaks_at = line.carried + large * 2 // 3
    await chosen(window, files)
    await page.wait_for_selector(LOST)
    assert line.broken
    assert await page.locator(".sending progress:visible").first.evaluate("one => one.value / one.max") > 0.1
    await page.click("p.form-end button[value=post]")
    assert "still on their way" in await page.inner_text(".note")
    line.broken = False
    await page.fill("textarea[name=caption]", "By the wide sea")
    await page.locator("li.card").nth(1).wait_for()
    assert await sizes(window) == [(1600, 1400), (320, 200)]
    assert line.carried < large * 1.4, "it was begun anew"
    assert await page.input_value("textarea[name=caption]") == "By the wide sea"
    rows = await page.locator(".sending li").all_inner_texts()
    assert len(rows) == 2, rows
    assert "notes.jpg" in rows[0]
    assert "not a picture" in rows[0]
    assert "empty.jpg" in rows[1]
    assert "empty" in rows[1].partition("empty.jpg")[2]
    await page.locator("textarea[name^=description]").nth(0).fill("Grain")
    await page.locator("textarea[name^=description]").nth(1).fill("A wave")
    await page.click("p.form-end button[value=post]")
    await page.wait_for_url("**/p/*")
    assert "By the wide sea" in await page.inner_text("main")
    said = [text for text in window.complaints if "ERR_" not in text and "422" not in text]
    assert said == []


async def test_a_reload_goes_on(window: Window, line: Line, files: list[Path]) -> None:
    """After a reload the page tells what is on its way; the same file goes on where it was, another begins anew, and
    what had arrived is among the cards.
    """
    page, large = window.page, files[0].stat().st_size
    await chosen(window, files[3:])
    await page.wait_for_selector("li.card")
    line.breaks_at = line.carried + large // 2
    await page.set_input_files("input[type=file]", str(files[0]))
    await page.wait_for_selector(LOST)
    line.broken = False
    page.on("dialog", lambda dialog: dialog.accept())
    await page.reload()
    left = page.locator(".sending li:has-text('choose this file again')")
    await left.wait_for()
    assert "large.png" in await left.inner_text()
    assert await sizes(window) == [(320, 200)]
    before = line.carried
    await window.add(files[0])
    assert line.carried - before < large * 0.8, "it was begun anew"
    assert await sizes(window) == [(320, 200), (1600, 1400)]
    assert await page.locator(".sending li").count() == 0
    assert await window.here.value("SELECT COUNT(*) FROM arriving_files WHERE photo_id IS NULL") == 0
    await page.reload()
    assert await page.locator("li.card").count() == 2
    assert await page.locator(".sending li").count() == 0


async def test_one_more_for_a_post(window: Window, files: list[Path]) -> None:
    """Where a post is edited files go up as well, and stay with that edit after a reload."""
    post, _ = await window.here.post("A hill")
    await window.sign_in()
    await window.open(f"/p/{post}/edit")
    await window.add(files[3])
    await window.page.reload()
    assert await sizes(window) == [(320, 240), (320, 200)]
    await window.open("/new")
    assert await window.page.locator("li.card").count() == 0, "it is of no use elsewhere"
    await window.open(f"/p/{post}/edit")
    await window.page.click("p.form-end button[value=post]")
    assert await window.page.locator(".carousel li").count() == 2
    assert window.complaints == []
