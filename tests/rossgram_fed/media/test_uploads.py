"""A form with photos: each file is taken or refused by name, and nothing half-done stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import SpooledTemporaryFile

import orjson
import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.storage import STORAGE, Folder, Written
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.models import MediaFile, Photo
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts import uploads
from rossgram_fed.posts.uploads import RefusedUpload, Uploaded, discard, receive
from rossgram_fed.web.bodies import close_uploads, read_form, takes_uploads
from rossgram_fed.web.forms import Upload
from tests.builders import a_person
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.samples import a_file, encoded, exif_with, pixels, png_bomb

Client = TestClient[web.Request, web.Application]


@takes_uploads
async def take(request: web.Request) -> web.Response:
    """A composer without its pages."""
    form = await read_form(request, request.app[INSTANCE].settings.limits)
    try:
        outcomes = await receive(request, form.files("files"), account_id=int(form.value("account")))
    finally:
        close_uploads(form)
    return web.json_response(
        [[one.name, one.photo_id if isinstance(one, Uploaded) else one.reason] for one in outcomes]
    )


@pytest.fixture
async def client(gallery: Gallery) -> AsyncIterator[Client]:
    limits = replace(gallery.instance.settings.limits, photo_megabytes=1)
    app = web.Application()
    app[INSTANCE] = replace(gallery.instance, settings=replace(gallery.instance.settings, limits=limits))
    app[STUDIO], app[STORAGE] = gallery.studio, gallery.folder
    app.router.add_post("/", take)
    async with TestClient(TestServer(app)) as made:
        yield made


@pytest.fixture
async def alice(gallery: Gallery) -> int:
    async with gallery.instance.change() as change:
        return int((await a_person(change)).id)


async def send(client: Client, account_id: int, *files: tuple[str, bytes]) -> list[list[object]]:
    form = FormData()
    form.add_field("account", str(account_id))
    for name, data in files:
        form.add_field("files", data, filename=name, content_type="image/jpeg")
    async with client.post("/", data=form) as response:
        assert response.status == 200
        answered: list[list[object]] = await response.json()
        return answered


async def test_a_photo_comes_in(gallery: Gallery, client: Client, alice: int) -> None:
    """A file becomes files in storage, their rows, and a photo that waits for its post."""
    ((name, photo_id),) = await send(client, alice, ("lake.jpg", a_file(width=1600, height=1200)))
    assert name == "lake.jpg"
    photo = await Photo.get(id=photo_id)
    assert (photo.account_id, photo.post_id, photo.state) == (alice, None, PhotoState.READY)
    assert (photo.width, photo.height, photo.media_type, photo.kind) == (1600, 1200, "image/jpeg", "image")
    assert len(photo.blurhash) == 28
    renditions = orjson.loads(photo.renditions)
    sizes = {"grid", "feed", "full", "grid-jpeg", "feed-jpeg", "full-jpeg"}
    assert set(renditions) == sizes | {"federated", "original"}
    assert renditions["federated"]["key"] == renditions["original"]["key"], "it was within every limit as it was"
    for rendition in renditions.values():
        assert gallery.folder.path(rendition["key"]).stat().st_size == rendition["size"]
    assert gallery.files == await gallery.known_files() == sorted({one["key"] for one in renditions.values()})
    assert {file.photo_id for file in await MediaFile.all()} == {photo_id}


async def test_bad_files_cost_the_others_nothing(gallery: Gallery, client: Client, alice: int) -> None:
    """Each bad file is named with its reason, the good ones are kept, and the order is the sender's."""
    good = a_file()
    outcomes = await send(
        client,
        alice,
        ("one.jpg", good),
        ("notes.txt", b"buy milk"),
        ("half.jpg", good[:2000]),
        ("bomb.png", png_bomb(12_000, 12_000)),
        ("huge.jpg", good + bytes(1_500_000)),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("nothing.jpg", b""),
        ("two.png", encoded(pixels(30, 20), "PNG")),
    )
    assert [name for name, _ in outcomes] == [
        *("one.jpg", "notes.txt", "half.jpg", "bomb.png", "huge.jpg", "drawing.svg", "nothing.jpg", "two.png"),
    ]
    assert [outcome for _, outcome in outcomes[1:-1]] == [
        "This is not a picture that this server can read. It reads JPEG, PNG, WebP, GIF, AVIF and HEIC.",
        "This picture is damaged or incomplete.",
        "This picture has too many pixels; this server reads up to 60 million.",
        "This file is larger than 1 MB, the most this server takes.",
        "This is an SVG drawing, not a photo. Save it as a PNG and try again.",
        "This file is empty.",
    ]
    ids = [outcomes[0][1], outcomes[-1][1]]
    assert [photo.id for photo in await Photo.all().order_by("id")] == ids
    assert len(gallery.files) == 4 + 6, "a JPEG stands for itself; a PNG needs a JPEG for others and one for browsers"
    assert gallery.files == await gallery.known_files()


async def test_a_name_and_a_type_prove_nothing(gallery: Gallery, client: Client, alice: int) -> None:
    """A PNG called page.html is a photo, and its file's name is ours."""
    ((_, photo_id),) = await send(client, alice, ("../../page.html", encoded(pixels(30, 20), "PNG")))
    assert await Photo.get(id=photo_id)
    assert all(key.endswith((".webp", ".jpg", ".png")) for key in gallery.files)


async def test_no_position_is_kept(gallery: Gallery, client: Client, alice: int) -> None:
    """Where a photo was taken is in no file and in no row."""
    await send(client, alice, ("home.jpg", a_file(exif=exif_with(1, gps=True))))
    for key in gallery.files:
        data = gallery.folder.path(key).read_bytes()
        assert b"Exif" not in data
        assert b"SECRET" not in data


async def test_when_the_rows_fail_the_files_go(gallery: Gallery, client: Client) -> None:
    """An account that does not exist gets no photo, and storage is as it was."""
    form = FormData()
    form.add_field("account", "404")
    form.add_field("files", a_file(), filename="one.jpg")
    async with client.post("/", data=form) as response:
        assert response.status == 500
    assert gallery.files == await gallery.known_files() == []


class ToldFolder(Folder):
    """A folder that says when something was written into it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.written = asyncio.Event()

    async def put_all(self, files: Sequence[tuple[bytes, str]]) -> list[Written]:
        written = await super().put_all(files)
        self.written.set()
        return written


async def test_one_who_leaves_leaves_no_file(gallery: Gallery, alice: int) -> None:
    """When the request is dropped half-way, what was already written is removed."""
    sent = [Upload("files", "a.jpg", "image/jpeg", SpooledTemporaryFile()) for _ in range(6)]  # noqa: SIM115
    for upload in sent:
        upload.file.write(a_file(width=900, height=700))
    limits, folder = gallery.instance.settings.limits, ToldFolder(gallery.path)
    work = asyncio.create_task(uploads.develop_all(gallery.studio, folder, sent, limits=limits))
    async with asyncio.timeout(60):
        await folder.written.wait()
    assert len(gallery.files) >= 4
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert gallery.files == []


async def test_nobody_fills_the_disk_by_never_posting(gallery: Gallery, client: Client, alice: int) -> None:
    """Beyond the number that may wait, photos are refused until some are posted or removed."""
    async with gallery.instance.change() as change:
        for _ in range(uploads.MOST_WAITING - 1):
            await Photo.create(id=change.new_id(), account_id=alice, state=PhotoState.READY, created_at=change.now)
    (_, first), (_, second) = await send(client, alice, ("one.jpg", a_file()), ("two.jpg", a_file()))
    assert isinstance(first, int)
    assert second == "You have 200 photos waiting already. Post or remove some of them first."
    async with gallery.instance.change() as change:
        await discard(change, [first], account_id=alice)
    ((_, third),) = await send(client, alice, ("two.jpg", a_file()))
    assert isinstance(third, int)


async def test_only_the_owner_discards(gallery: Gallery, client: Client, alice: int) -> None:
    """Nobody removes somebody else's photo, and nobody a photo that was posted; one's own goes with its files."""
    ((_, photo_id),) = await send(client, alice, ("one.jpg", a_file()))
    posted = await gallery.a_remote_photo()
    assert isinstance(photo_id, int)
    async with gallery.instance.change() as change:
        await discard(change, [photo_id, posted.id], account_id=posted.account_id)
    assert await Photo.all().count() == 2
    async with gallery.instance.change() as change:
        await discard(change, [photo_id], account_id=alice)
    await gallery.sweep.work_once()
    assert await Photo.all().count() == 1
    assert gallery.files == await gallery.known_files() == []


def test_outcomes_are_plain_values() -> None:
    """A template can tell the two apart and compare them."""
    assert RefusedUpload("a.jpg", "Why.") == RefusedUpload("a.jpg", "Why.")
    assert not isinstance(Uploaded("a.jpg", 1), RefusedUpload)
