"""A real browser for tests, which sees pages as people do: found on this machine, never skipped when it is missing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from playwright.async_api import Browser, async_playwright

CARRIED = Path(__file__).parent / "carried" / "chromium"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have little of it
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
)


class NoBrowser(Exception):
    """There is no Chromium on this machine."""


@cache
def chromium_path() -> str:
    """Return where a Chromium is; raise ``NoBrowser``, which fails the tests, when there is none."""
    for name in _NAMES:
        path = shutil.which(name)
        # Some systems have a command of the name that only says how to get a browser.
        if path and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:
            return path
    if CARRIED.exists():
        return str(CARRIED)
    raise NoBrowser("These tests need Chromium. Run tests/browser/install, or install it: apt install chromium")


@asynccontextmanager
async def a_chromium() -> AsyncIterator[Browser]:
    """Start one without a window; closed with the block."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path(),
            args=_FLAGS,
            # Playwright's default; people's browsers keep pages that they come back to.
            ignore_default_args=["--disable-back-forward-cache"],
            timeout=100_000,
        )
        try:
            yield browser
        finally:
            await browser.close()
