"""Videos on pages: what moves by itself stands still for whoever asked for less motion, and can be started by them."""

from __future__ import annotations

import asyncio
from io import BytesIO
from tempfile import SpooledTemporaryFile

from PIL import Image
from playwright.async_api import Locator

from rossgram_fed.media.storage import STORAGE
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.videos import receive_video, store_video
from rossgram_fed.web.forms import Upload
from tests.browser.conftest import Window
from tests.peers.here import Here


async def a_moving_picture(here: Here) -> str:
    """Post a GIF that moves; return the path of its page."""
    gif, file = BytesIO(), SpooledTemporaryFile[bytes]()
    first, *rest = [Image.new("RGB", (320, 240), (number * 40, 90, 200)) for number in range(6)]
    first.save(gif, "GIF", save_all=True, append_images=rest, duration=400, loop=0)
    file.write(gif.getvalue())
    upload = Upload("files", "a.gif", "image/gif", file, size=len(gif.getvalue()))
    folder, limits = here.app[STORAGE], here.instance.settings.limits
    video = await receive_video(folder, upload, media_type="image/gif", limits=limits)
    async with here.instance.change() as change:
        photo_id = await store_video(change, here.alice, video=video, folder=folder)
    await here.settle()
    async with here.instance.change() as change:
        draft = PostDraft(caption="it moves", photos=(DraftPhoto(photo_id, "colours"),))
        return f"/p/{await publish(change, author_id=here.alice, draft=draft)}"


async def _runs(film: Locator) -> None:
    """Wait until a film has got somewhere."""
    far = "film.currentTime > 0.1 && done(true)"
    async with asyncio.timeout(60):
        assert await film.evaluate(f"film => new Promise(done => film.addEventListener('timeupdate', () => {far}))")


async def test_less_motion(here: Here, window: Window) -> None:
    """A picture that moves runs by itself, and not for who asked for less motion: for them it is a still with buttons,
    and none of it is loaded before they press one. No script is needed.
    """
    path = await a_moving_picture(here)
    moving, still = window.page.locator(".film-moving"), window.page.locator(".film-still")
    await window.page.emulate_media(reduced_motion="no-preference")
    await window.open(path)
    await _runs(moving)
    assert (await moving.is_visible(), await still.is_visible()) == (True, False)
    assert await moving.evaluate("film => film.muted && film.loop && film.controls")

    await window.page.emulate_media(reduced_motion="reduce")
    await window.open(path)
    assert (await moving.is_visible(), await still.is_visible()) == (False, True)
    loaded = "performance.getEntriesByType('resource').filter(one => one.name.endsWith('.mp4')).length"
    assert await window.page.evaluate(loaded) == 0
    assert await still.evaluate("film => film.paused && film.controls && film.poster !== ''")
    await still.evaluate("film => film.play()")
    await _runs(still)
    assert window.complaints == []
