"""Our server on loopback, and a browser with a window of its own for every test, whose complaints are collected."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.browser.chromium import a_chromium
from tests.peers.here import PASSWORD, Here, our_server


@dataclass
class Window:
    """One person's browser window at our server."""

    here: Here
    page: Page
    scripts: bool = True
    complaints: list[str] = field(default_factory=list)
    """Errors in the console, failed requests, and requests to anybody but our server."""

    def url(self, path: str) -> str:
        return f"{self.here.instance.settings.base_url}{path}"

    async def open(self, path: str) -> None:
        await self.page.goto(self.url(path))

    async def sign_in(self) -> None:
        await self.open("/sign-in")
        await self.page.fill("input[name=username]", "alice")
        await self.page.fill("input[name=password]", PASSWORD)
        await self.page.click("main form button")
        await self.page.wait_for_url(lambda url: not url.endswith("/sign-in"))

    async def add(self, *files: Path) -> None:
        """Choose files in the form that is open, and wait until each of them has its card."""
        cards = self.page.locator("li.card")
        wanted = await cards.count() + len(files)
        await self.page.set_input_files("input[type=file]", [str(file) for file in files])
        if not self.scripts:
            await self.page.click("button[value=add]")
        await cards.nth(wanted - 1).wait_for()

    def listen(self) -> None:
        self.page.set_default_timeout(60_000)
        ours = self.here.instance.settings.base_url + "/"

        def asked(url: str) -> None:
            if not url.startswith((ours, "data:", "about:")):
                self.complaints.append(f"asked somebody else: {url}")

        def failed(url: str, why: str) -> None:
            if "ERR_ABORTED" not in why:  # so are all pictures called that a page was left without
                self.complaints.append(f"{why}: {url}")

        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: failed(request.url, request.failure or ""))
        self.page.on("request", lambda request: asked(request.url))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    async with our_server(tmp_path) as here:
        yield here


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with a_chromium() as browser:
        yield browser


@pytest.fixture
async def window(here: Here, browser: Browser) -> AsyncIterator[Window]:
    context = await browser.new_context()
    window = Window(here, await context.new_page())
    window.listen()
    yield window
    await context.close()
