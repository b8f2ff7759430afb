"""The story this is all for: a phone's HEIC, a large Adobe RGB JPEG and a MOV become one album, in a real browser, and
servers of three makes take it, then and after another crop a day later.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from PIL import Image
from playwright.async_api import Page

from rossgram_fed.instance import system_clock
from rossgram_fed.media.storage import STORAGE
from tests.browser.conftest import Window
from tests.conftest import SettableClock
from tests.emulators import mastodon, pixelfed
from tests.peers.fedify import FedifyPeer, fedify
from tests.peers.here import Here, our_server
from tests.rossgram_fed.media.clips import a_clip
from tests.rossgram_fed.media.colours import ACROSS, PATCHES, Colour, as_seen, chart, far
from tests.rossgram_fed.media.heic import HEIC_FROM_A_PHONE, HEIC_PATCHES
from tests.rossgram_fed.media.samples import ADOBE_RGB, DISPLAY_P3, converted_by_hand, encoded, matrix_profile
from tests.rossgram_fed.media.test_facts import exif_with

DAY = 24 * 3_600_000
WIDE, HIGH = 8208, 5472
"""45 megapixels."""
LENSES = ("iPhone 15 Pro back triple camera 6.765mm f/1.78", "NIKKOR Z 24-70mm f/2.8 S")
PLACES = (b"SECRETDATE", b"+52.5200", b"13.4050", b"com.apple.quicktime.location", b"GPSLat")
"""What the three files say of where they were made."""
WANTED = {
    "phone.heic": [converted_by_hand(patch, DISPLAY_P3, gamma=2.2) for patch in HEIC_PATCHES],
    "camera.jpg": [converted_by_hand(patch, ADOBE_RGB, gamma=2.199) for patch in PATCHES],
}
GRIDS = {"phone.heic": (4, 1), "camera.jpg": (ACROSS, len(PATCHES) // ACROSS)}
"""How many patches they have across and down."""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """What the photographer brings along."""
    exif = exif_with(
        {0x010F: "NIKON", 0x0110: "NIKON Z 8"},
        {0xA434: LENSES[1]},
        {1: "N", 2: (48.0, 12.0, 31.0), 3: "E", 4: (16.0, 22.0, 21.0), 29: "SECRETDATE"},
    )
    large = chart().resize((WIDE, HIGH), Image.Resampling.NEAREST)
    profile = matrix_profile(ADOBE_RGB, gamma=2.199)
    held = {
        "phone.heic": HEIC_FROM_A_PHONE,
        "camera.jpg": encoded(large, "JPEG", quality=90, icc_profile=profile, exif=exif),
        "clip.mov": a_clip(kind="mov", width=320, height=240),
    }
    for name, data in held.items():
        (tmp_path / name).write_bytes(data)
    assert all(any(place in data for place in PLACES) for data in held.values()), "they do say where"
    return [tmp_path / name for name in held]


@pytest.fixture
def clock() -> SettableClock:
    """It stands at the present, which Fedify lives in."""
    return SettableClock(system_clock())


@pytest.fixture
async def here(tmp_path: Path, clock: SettableClock) -> AsyncIterator[Here]:
    async with our_server(tmp_path / "data", clock=clock) as here:
        yield here


@pytest.fixture
async def fay(here: Here) -> AsyncIterator[FedifyPeer]:
    """Somebody on Fedify who follows the photographer."""
    async with fedify() as peer:
        await peer.follow(here.actor)
        await here.settle()
        await peer.clear_log()
        yield peer


async def test_a_photographers_album(window: Window, fay: FedifyPeer, files: list[Path], clock: SettableClock) -> None:
    """The colours are right on the page and in every file, the lens is told and the place nowhere, another crop is
    served and told a day later, and nobody refuses anything.
    """
    here, page = window.here, window.page
    clock.advance(-DAY)
    path = await posted(window, files)
    clock.advance(DAY)
    await colours_are_seen(page)
    await colours_are_kept(here)
    shown = await page.content()
    assert all(lens in shown for lens in LENSES)
    await here.settle()
    created = (await fay.log())[-1]
    assert created["type"] == "Create"
    first, second, video = attachments(created["document"])
    assert [one["mediaType"] for one in (first, second, video)] == ["image/jpeg", "image/jpeg", "video/mp4"]
    sent = await activities(here)
    assert all(lens in orjson.dumps(sent[-1]).decode() for lens in LENSES)
    await nobody_learns_where(here, shown)
    await recropped(window, path)
    await here.settle()
    log = await fay.log()
    assert [entry["type"] for entry in log] == ["Create", "Update"]
    again, *others = attachments(log[-1]["document"])
    assert (again["width"], again["height"]) == (320, 320)
    assert again["url"] != first["url"]
    assert [one["url"] for one in others] == [second["url"], video["url"]]
    status, picture = await fetched(page, again["url"])
    assert status == 200
    assert Image.open(BytesIO(picture)).size == (320, 320)
    assert (await fetched(page, first["url"]))[0] == 404, "it showed what was cut off"
    await nobody_learns_where(here, await page.content())
    assert refusals(await activities(here), here=here, now=clock.now) == []
    assert window.complaints == []


async def posted(window: Window, files: Sequence[Path]) -> str:
    """Make an album of the files in the composer; the path of its page."""
    page = window.page
    await window.sign_in()
    await window.open("/new")
    await window.add(*files)
    await window.here.settle()  # the video is prepared
    for number, words in enumerate(("Four colours", "A colour chart", "Red and blue")):
        await page.locator("textarea[name^=description]").nth(number).fill(words)
    await page.locator(".card-waiting").wait_for(state="detached")  # the page looks by itself
    await page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
    for box in await page.locator("input[name^=exif-]").all():
        await box.check()
    await page.fill("textarea[name=caption]", "One day, three cameras")
    await page.click("p.form-end button[value=post]")
    await page.wait_for_url("**/p/*")
    return page.url


async def recropped(window: Window, path: str) -> None:
    """Make the first photo a square."""
    page = window.page
    await page.goto(f"{path}/edit")
    await page.locator("summary:has-text('Crop and look')").first.click()
    await page.locator("input[data-look=shape][value='1:1']").first.check()
    await page.wait_for_selector(".look[data-drawn*='1:1']")
    await page.click("p.form-end button[value=post]")
    await page.wait_for_url(path)


def apart(image: Image.Image, name: str) -> list[float]:
    """How far the patches of a picture are from what they were meant to be (CIEDE2000); those at the corners, where a
    page has its buttons, do not count.
    """
    across, down = GRIDS[name]
    rgb = image.convert("RGB")

    def at(number: int) -> Colour:
        x, y = number % across, number // across
        return rgb.getpixel((round((x + 0.5) / across * rgb.width), round((y + 0.5) / down * rgb.height)))  # type: ignore[return-value]

    inner = [n for n in range(across * down) if down == 1 or 0 < n // across < down - 1]
    return [far(at(number), WANTED[name][number]) for number in inner]


async def colours_are_seen(page: Page) -> None:
    """What Chromium draws on the post's page is what the photographer saw."""
    for number, name in enumerate(WANTED):
        shown = page.locator(".carousel figure.photo img:not(.photo-blur)").nth(number)
        await shown.scroll_into_view_if_needed()
        await shown.evaluate("(one) => one.decode()")
        distances = apart(Image.open(BytesIO(await shown.screenshot())), name)
        assert max(distances) < 3, (name, distances)


async def colours_are_kept(here: Here) -> None:
    """And so it is in every file that is shown to anybody."""
    rows = await here.instance.database.fetch("SELECT renditions FROM photos WHERE kind = 'image' ORDER BY position")
    for row, name in zip(rows, WANTED, strict=True):
        for rendition, file in orjson.loads(row["renditions"]).items():
            if rendition == "original" or "grid" in rendition:
                continue
            path = await here.app[STORAGE].fetch(file["key"])
            assert path is not None
            with Image.open(path) as image:
                distances = await asyncio.to_thread(apart, as_seen(image), name)
            assert max(distances) < 3, (name, rendition, distances)


async def nobody_learns_where(here: Here, shown: str) -> None:
    """Neither a page, nor a document, nor any file that is kept says where a photo was taken."""
    held = [shown.encode(), *(orjson.dumps(activity) for activity in await activities(here))]
    folder = here.instance.settings.storage.data
    held += [path.read_bytes() for path in (folder / "media").rglob("*") if path.is_file()]
    assert len(held) > 15
    assert [place for place in PLACES if any(place in data for data in held)] == []
    for data in held:
        if data[:2] == b"\xff\xd8":
            assert not Image.open(BytesIO(data)).getexif().get_ifd(0x8825)


async def activities(here: Here) -> list[dict[str, object]]:
    """What was sent, the oldest first."""
    rows = await here.instance.database.fetch("SELECT body FROM outbox_activities ORDER BY id")
    return [orjson.loads(bytes(row["body"])) for row in rows]


def attachments(document: dict[str, object]) -> list[dict[str, object]]:
    note = document["object"]
    assert isinstance(note, dict)
    return list(note["attachment"])


def refusals(sent: Sequence[dict[str, object]], *, here: Here, now: int) -> list[str]:
    """What Pixelfed and Mastodon would not take; both speak https alone, which this server of a test does not."""
    ours = here.instance.settings.base_url
    secure = [orjson.loads(orjson.dumps(one).replace(ours.encode(), b"https://ours.test")) for one in sent]
    actor = here.actor.replace(ours, "https://ours.test")
    said = [one for one in secure if one["type"] != "Accept"]  # which embeds what Fedify sent, without TLS
    assert [one["type"] for one in said] == ["Create", "Update"]
    return [
        why
        for one in said
        for why in (*pixelfed.drops(one, key_id=f"{actor}#main-key", now=now), *mastodon.refusals(one, by=actor))
    ]


async def fetched(page: Page, url: object) -> tuple[int, bytes]:
    answer = await page.request.get(str(url))
    return answer.status, await answer.body()
