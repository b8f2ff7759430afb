"""Darkrooms: bad pictures, lost processes and long waits never reach the server itself."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.developing import develop
from rossgram_fed.media.errors import TOO_HUNGRY, TOO_SLOW, BadPicture, Interrupted
from rossgram_fed.media.pictures import Picture, Recipe
from rossgram_fed.media.studio import Studio
from tests.rossgram_fed.media.samples import (
    DISPLAY_P3,
    KINDS,
    a_file,
    encoded,
    exif_with,
    matrix_profile,
    pixels,
    png_bomb,
)

LIMITS = LimitSettings(picture_processes=2)


def with_endless_scans(count: int = 9_000) -> bytes:
    """A large progressive JPEG whose last scan comes again and again: a few bytes each, and every block's turn."""
    whole = encoded(Image.new("L", (7_000, 7_000), 90), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * count + whole[-2:]


ENDLESS = with_endless_scans()
"""A JPEG header that takes Pillow seconds to get through."""


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    studio = Studio(LIMITS)
    yield studio
    await studio.close()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_profile_of_version_four(studio: Studio, kind: str) -> None:
    """A profile of any version is rewritten in a process that can open no file, not even a codec of Python."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert profile[8] == 4
    picture = await studio.develop(encoded(pixels(60, 40), kind, icc_profile=profile))
    assert "feed" in picture.renditions


def is_running(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in ("Z", "X")


async def ended(process_id: int) -> None:
    """Wait until the kernel says that a process is over."""
    over = asyncio.Event()
    try:
        process = os.pidfd_open(process_id)
    except ProcessLookupError:
        return
    asyncio.get_running_loop().add_reader(process, over.set)
    try:
        async with asyncio.timeout(60):
            await over.wait()
    finally:
        asyncio.get_running_loop().remove_reader(process)
        os.close(process)


async def under_way(studio: Studio) -> tuple[asyncio.Task[Picture], int]:
    """A picture that a darkroom is busy with and does not come to the end of, and the number of that process."""
    await studio.develop(a_file())
    (process_id,) = studio.process_ids
    picture = asyncio.create_task(studio.develop(ENDLESS))
    await asyncio.sleep(0)
    assert studio._free == [], "it was given to the process that ran already"
    return picture, process_id


@pytest.mark.parametrize("kind", KINDS)
async def test_a_darkroom_gives_what_plain_code_gives(studio: Studio, kind: str) -> None:
    """Without files, environment or imports on first use, the darkroom reads every kind, its EXIF and its profile."""
    extras = {} if kind == "GIF" else {"exif": exif_with(6), "icc_profile": matrix_profile(DISPLAY_P3, gamma=2.2)}
    data = a_file(kind, 300, 200, **extras)
    picture = await studio.develop(data, focal=(0.5, -0.5))
    assert picture == develop(data, LIMITS, focal=(0.5, -0.5))
    assert (picture.width, picture.height) == ((300, 200) if kind == "GIF" else (200, 300))


@pytest.mark.parametrize("recipe", list(Recipe))
async def test_every_recipe_crosses_over(studio: Studio, recipe: Recipe) -> None:
    """What is made of a picture is said by whoever brings it."""
    data = encoded(pixels(300, 200), "MPO", save_all=True, append_images=[pixels(30, 20)])
    assert await studio.develop(data, recipe=recipe) == develop(data, LIMITS, recipe=recipe)


async def test_a_refusal_crosses_over_and_the_darkroom_stays(studio: Studio) -> None:
    """A bad picture costs nobody anything: the same process takes the next one."""
    with pytest.raises(BadPicture, match="This is an SVG drawing"):
        await studio.develop(b"<svg/>")
    before = studio.process_ids
    await studio.develop(a_file())
    assert studio.process_ids == before


async def test_a_bomb_is_refused_at_once(studio: Studio) -> None:
    """17 kB that unfold to 144 megapixels cost neither time nor memory."""
    bomb = png_bomb(12_000, 12_000)
    assert len(bomb) < 25_000
    await studio.develop(a_file())
    (process_id,) = studio.process_ids
    before = peak_memory(process_id)
    with pytest.raises(BadPicture, match="too many pixels"):
        await studio.develop(bomb)
    with pytest.raises(BadPicture, match="81 million pixels; this server reads up to 60 million"):
        await studio.develop(png_bomb(9_000, 9_000))
    assert peak_memory(process_id) - before < 5_000


def peak_memory(process_id: int) -> int:
    """Kibibytes."""
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


async def test_memory_is_limited() -> None:
    """A picture within the pixels allowed that needs more memory than allowed is refused, and the next one is read."""
    studio = Studio(LimitSettings(picture_megabytes=128))
    try:
        with pytest.raises(BadPicture) as refusal:
            await studio.develop(png_bomb(7_700, 7_700))
        assert refusal.value.reason == TOO_HUNGRY
        assert (await studio.develop(a_file())).width == 320
    finally:
        await studio.close()


async def test_a_picture_that_takes_too_long_is_given_up() -> None:
    """After its time the process is killed, with a sentence for the sender, and another takes the next picture."""
    studio = Studio(LimitSettings(picture_processes=1, picture_seconds=1))
    try:
        with pytest.raises(BadPicture) as refusal:
            await studio.develop(ENDLESS)
        assert refusal.value.reason == TOO_SLOW
        studio._limits = LIMITS  # for a busy machine one second is little, a process to start included
        assert (await studio.develop(a_file())).width == 320
    finally:
        await studio.close()


async def test_a_killed_darkroom_harms_one_picture_only(studio: Studio) -> None:
    """SIGKILL in the middle of a picture: that one is refused with a sentence, its neighbour and the next are read."""
    doomed, victim = await under_way(studio)
    neighbour = asyncio.create_task(studio.develop(a_file(width=640, height=480)))
    os.kill(victim, signal.SIGKILL)
    with pytest.raises(Interrupted, match=r"Reading this picture was interrupted\."):
        await doomed
    assert (await neighbour).width == 640
    assert (await studio.develop(a_file())).width == 320
    assert victim not in studio.process_ids


async def test_a_darkroom_that_died_while_idle_is_replaced(studio: Studio) -> None:
    """What kills an idle process is noticed before the next picture is given to it."""
    await studio.develop(a_file())
    (victim,) = studio.process_ids
    (idle,) = studio._all
    os.kill(victim, signal.SIGKILL)
    await idle._process.wait()
    assert (await studio.develop(a_file())).width == 320


async def test_one_who_stops_waiting_leaves_nothing_behind(studio: Studio) -> None:
    """A cancelled picture ends its process, so that its answer cannot become another picture's."""
    waiting, process_id = await under_way(studio)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await studio.develop(a_file(width=100))).width == 100
    await ended(process_id)


async def test_no_more_processes_than_allowed_and_the_loop_stays_free(studio: Studio) -> None:
    """Twelve pictures at once are developed by two processes, while the event loop goes on turning."""
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    pictures = await asyncio.gather(*[studio.develop(a_file(width=400 + n)) for n in range(12)])
    turning.cancel()
    assert [picture.width for picture in pictures] == [400 + n for n in range(12)]
    assert len(studio.process_ids) == 2
    assert turns > 100


async def test_idle_darkrooms_end() -> None:
    """After a while without work no process is left; the next picture starts one."""
    studio = Studio(LIMITS, idle_seconds=0.05)
    try:
        await studio.develop(a_file())
        (process_id,) = studio.process_ids
        await ended(process_id)
        assert studio.process_ids == []
        assert (await studio.develop(a_file())).width == 320
    finally:
        await studio.close()


async def test_closing_ends_everything() -> None:
    """A closed studio has no processes and takes no pictures; the one under way is refused."""
    studio = Studio(LIMITS)
    picture, process_id = await under_way(studio)
    await studio.close()
    with pytest.raises(Interrupted):
        await picture
    assert not is_running(process_id)
    with pytest.raises(Interrupted, match="shutting down"):
        await studio.develop(a_file())


async def test_an_empty_room(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A darkroom knows none of our environment, holds no file, can open none, and has the limits it was told."""
    monkeypatch.setenv("ROSSGRAM_SECRET", "hunter2")
    await studio.develop(a_file())
    (process_id,) = studio.process_ids
    proc = Path(f"/proc/{process_id}")
    assert b"hunter2" not in (proc / "environ").read_bytes()
    assert b"HOME=" not in (proc / "environ").read_bytes()
    limits = {line[:25].strip(): line[25:].split()[:2] for line in (proc / "limits").read_text().splitlines()}
    opened = sorted(int(entry.name) for entry in (proc / "fd").iterdir())
    assert limits["Max open files"] == [str(opened[-1] + 1)] * 2
    assert len(opened) == opened[-1] + 1
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max address space"] == [str(LIMITS.picture_megabytes << 20)] * 2
    assert int(limits["Max cpu time"][0]) <= LIMITS.picture_seconds + 2


def test_a_darkroom_is_light() -> None:
    """It imports Pillow and our picture modules, and neither the server, nor the database, nor a way to the network."""
    program = "import sys, json, rossgram_fed.media.darkroom; print(json.dumps(sorted(sys.modules)))"
    listed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=60).stdout
    modules = {name.split(".")[0] for name in json.loads(listed)}
    assert not modules & {"aiohttp", "asyncio", "tortoise", "cryptography", "socket", "ssl", "orjson", "numpy"}
