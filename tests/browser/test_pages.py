"""The main pages as people see them: axe finds nothing wrong in light and dark, and no page complains or looks away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from rossgram_fed.demo.pictures import draw_landscape
from tests.browser.conftest import Window
from tests.peers.here import Here

SIGNED_OUT = ("/explore", "/@alice", "/p/{post}", "/sign-in", "/about", "/search?q=hill")
SIGNED_IN = ("/", "/new", "/p/{post}", "/p/{post}/edit", "/notifications", "/saved", "/drafts", "/settings", "/admin")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pages_are_for_everybody(here: Here, browser: Browser, scheme: str, tmp_path: Path) -> None:
    """No violation of WCAG that axe knows, no error in the console and no request to anybody else, on any main page."""
    post, _ = await here.post("A hill at #dawn")
    photo = tmp_path / "hill.jpg"
    photo.write_bytes((await asyncio.to_thread(draw_landscape, 2, width=400, height=300))[0])
    context = await browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    window = Window(here, await context.new_page())
    window.listen()
    wrong = {path: await _violations(window, path.format(post=post)) for path in SIGNED_OUT}
    await window.sign_in()
    await window.open("/new")
    await window.add(photo)
    wrong |= {f"{path}, signed in": await _violations(window, path.format(post=post)) for path in SIGNED_IN}
    assert {path: found for path, found in wrong.items() if found} == {}
    assert window.complaints == []


async def _violations(window: Window, path: str) -> list[str]:
    await window.open(path)
    # All that can be opened is looked at too, but for the menus that take the whole page.
    await window.page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
    found = (await Axe().run(window.page)).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
