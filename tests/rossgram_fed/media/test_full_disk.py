"""A disk that is full while photos come in: the system itself refuses to write (``RLIMIT_FSIZE``), for root as well."""

from __future__ import annotations

import base64
import random
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from rossgram_fed.media.arriving import ARRIVING
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.renditions import renditions_from
from tests.journeys.pages import Page
from tests.journeys.visitor import Visitor
from tests.peers.here import Here, our_server
from tests.rossgram_fed.media.samples import a_file, encoded

FULL_AT = 5 << 19
"""Bytes that any one file may have while the disk is "full"."""
SMALL = a_file(seed=5)


@contextmanager
def a_full_disk() -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes: what would be written behind them is ``EFBIG``."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


def noise(width: int, height: int) -> Image.Image:
    """What no format makes small."""
    return Image.frombytes("RGB", (width, height), random.Random(6).randbytes(width * height * 3))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    async with our_server(tmp_path / "data") as here:
        yield here


@pytest.fixture
async def alice(here: Here) -> AsyncIterator[Visitor]:
    visitor = Visitor(here.instance.settings.base_url, username="alice")
    await visitor.sign_in()
    yield visitor
    await visitor.close()


async def photos(here: Here) -> list[int]:
    return [int(row["id"]) for row in await here.instance.database.fetch("SELECT id FROM photos ORDER BY id")]


async def nothing_is_half_stored(here: Here) -> None:
    """Every file that is kept is one that a photo has, whole, and every photo has all of its files."""
    rows = await here.instance.database.fetch("SELECT renditions FROM photos")
    known = {file["key"]: file["size"] for row in rows for file in renditions_from(row["renditions"]).values()}
    folder = here.instance.settings.media_folder
    kept = {path.name: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    assert kept == known


def cards(page: Page) -> list[str]:
    return [value for name, value in page.form("/new").fields if name == "photo"]


async def test_files_of_a_form(here: Here, alice: Visitor) -> None:
    """What does not fit is named with the reason, what fits beside it is kept, and what was there before stays."""
    page = await alice.submit(await alice.get("/new"), "/new", press="add", files=[("before.jpg", SMALL)])
    (before,) = cards(page)
    files = [
        ("long.png", encoded(noise(1100, 900), "PNG", compress_level=1)),  # too long already on its way in
        ("wide.webp", encoded(noise(2000, 1500), "WEBP", quality=60, method=0)),  # what is made of it is too long
        ("fits.jpg", a_file(seed=7)),
    ]
    assert len(files[1][1]) < FULL_AT < len(files[0][1])
    with a_full_disk():
        page = await alice.submit(page, "/new", press="add", files=files)
    assert page.status == 200, page.text
    for name in ("long.png", "wide.webp"):
        assert name in page.text
        assert "its disk may be full" in page.text.partition(name)[2]
    assert "fits.jpg" not in page.text
    assert cards(page)[0] == before
    assert len(cards(page)) == len(await photos(here)) == 2
    await nothing_is_half_stored(here)
    page = await alice.submit(page, "/new", press="add", files=files[:1])
    assert len(cards(page)) == 3, "there is room again"


async def test_a_file_in_pieces(here: Here, alice: Visitor) -> None:
    """It is refused with a sentence; what arrived stays, to the byte, and goes on from there once there is room."""
    picture = noise(1100, 900)
    data = encoded(picture, "PNG", compress_level=1)
    tus = {"Tus-Resumable": "1.0.0"}
    name = base64.b64encode(b"long.png").decode()
    sent = tus | {"Upload-Length": str(len(data)), "Upload-Metadata": f"filename {name}"}
    async with alice._session.post(alice.url / "uploads", headers=sent) as answer:
        path = answer.headers["Location"]
    body = tus | {"Content-Type": "application/offset+octet-stream"}
    with a_full_disk():
        async with alice._session.patch(path, data=data, headers=body | {"Upload-Offset": "0"}) as answer:
            assert answer.status == 507
            assert "disk is full" in (await answer.json())["error"]
    async with alice._session.head(path, headers=tus) as answer:
        held = int(answer.headers["Upload-Offset"])
    (file,) = here.app[ARRIVING].path.iterdir()
    assert held == FULL_AT == file.stat().st_size
    assert file.read_bytes() == data[:held]
    assert await photos(here) == []
    async with alice._session.patch(path, data=data[held:], headers=body | {"Upload-Offset": str(held)}) as answer:
        assert (answer.status, answer.headers["Upload-Photo"]) == (204, str((await photos(here))[0]))
    await nothing_is_half_stored(here)
    row = await here.instance.database.fetch_one("SELECT renditions FROM photos")
    assert row is not None
    original = await here.app[STORAGE].fetch(renditions_from(row["renditions"])["original"]["key"])
    assert original is not None
    with Image.open(original) as image:
        assert image.convert("RGB").tobytes() == picture.tobytes(), "nothing was lost in between"
