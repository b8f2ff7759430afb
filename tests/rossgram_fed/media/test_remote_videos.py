"""Strangers' videos: fetched when played, once, served by us alone, with ranges; links when they cannot be had."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientError, web
from aiohttp.test_utils import TestClient, TestServer

from rossgram_fed.federation.remote_files import NotToBeHad
from rossgram_fed.federation.remote_media import REMOTE_MEDIA
from rossgram_fed.federation.remote_videos import REMOTE_VIDEOS, RemoteVideos
from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.collecting import waste
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.media.video_codecs import is_played_by_browsers
from rossgram_fed.models import Account, MediaFailure, Photo
from rossgram_fed.models.posts import PhotoState, Visibility
from rossgram_fed.posts.media_pages import serve_media, serve_photo
from rossgram_fed.posts.queries import post_page
from rossgram_fed.renditions import renditions_from
from rossgram_fed.secrets_file import Secrets
from rossgram_fed.web import plumbing
from tests.conftest import SettableClock
from tests.rossgram_fed.media.clips import a_clip, a_webm, box
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.samples import a_file

Client = TestClient[web.Request, web.Application]
MINUTE, DAY = 60_000, 24 * 3_600_000
FILM = a_clip(frames=30)


@pytest.fixture
async def videos(gallery: Gallery) -> AsyncIterator[RemoteVideos]:
    made = RemoteVideos(gallery.network, gallery.folder)
    yield made
    await made.close()


@pytest.fixture
async def client(gallery: Gallery, videos: RemoteVideos) -> AsyncIterator[Client]:
    app = web.Application()
    app[INSTANCE], app[STUDIO], app[STORAGE] = gallery.instance, gallery.studio, gallery.folder
    app[REMOTE_MEDIA], app[REMOTE_VIDEOS] = gallery.remote, videos
    plumbing.install(app, secrets=Secrets(csrf=b"x" * 32, setup_token="y"))
    app.router.add_get("/media/{key}", serve_media)
    app.router.add_get("/photos/{photo_id}/{rendition}", serve_photo)
    async with TestClient(TestServer(app)) as made:
        yield made


async def a_video(gallery: Gallery, **columns: object) -> Photo:
    visibility = columns.pop("visibility", Visibility.PUBLIC)
    assert isinstance(visibility, Visibility)
    return await gallery.a_remote_photo("https://there.test/film.mp4", kind="video", visibility=visibility, **columns)


async def fetched(videos: RemoteVideos, photo: Photo) -> None:
    """Wait until it is whole and kept."""
    await (await videos.video(photo.id)).whole()


async def test_played_by_way_of_us(gallery: Gallery, client: Client, videos: RemoteVideos) -> None:
    """The first who plays a video has it fetched without our keys; it is served as a video that can do nothing else."""
    gallery.there.serve("/film.mp4", FILM, content_type="text/html")
    photo = await a_video(gallery)
    for _ in range(2):
        async with client.get(f"/photos/{photo.id}/video") as response:
            assert (response.status, await response.read()) == (200, FILM)
            assert response.headers["Content-Type"] == "video/mp4"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert response.headers["Accept-Ranges"] == "bytes"
    await fetched(videos, photo)
    (asked,) = gallery.there.received
    assert asked.headers["Accept"].startswith("video/")
    assert asked.headers["Accept-Encoding"] == "identity"
    assert not {"Signature", "Cookie", "Referer"} & set(asked.headers)
    stored = await Photo.get(id=photo.id)
    (one,) = renditions_from(stored.renditions).values()
    assert (stored.state, one["size"], [one["key"]]) == (PhotoState.REMOTE, len(FILM), gallery.files)
    assert await gallery.known_files() == gallery.files
    assert not list((gallery.path / "unfinished").iterdir())


RANGES = [
    ("bytes=0-1", 206, FILM[:2], "the first bytes, as Safari asks first"),
    ("bytes=100-199", 206, FILM[100:200], "a part"),
    (f"bytes={len(FILM)}-", 416, b"", "nothing of it"),
    ("bytes=9-3", 416, b"", "backwards"),
    ("bytes=0-", 206, FILM, "from the beginning, as browsers ask first"),
    ("bytes=-7", 206, FILM[-7:], "the end"),
    (f"bytes={len(FILM) - 1}-{len(FILM) + 9}", 206, FILM[-1:], "more than there is"),
]


@pytest.mark.parametrize("arrived", [False, True])
async def test_ranges(gallery: Gallery, client: Client, videos: RemoteVideos, arrived: bool) -> None:
    """A part is answered with that part, while a video arrives as well as after; what is not there with 416."""
    half, rest = asyncio.Event(), asyncio.Event()

    async def slowly(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = len(FILM)
        await response.prepare(request)
        await response.write(FILM[:1000])
        half.set()
        await rest.wait()
        await response.write(FILM[1000:])
        return response

    gallery.there.answers["/film.mp4"] = slowly
    photo = await a_video(gallery)
    if arrived:
        rest.set()
        await fetched(videos, photo)
    for asked, status, body, reason in RANGES:
        async with client.get(f"/photos/{photo.id}/video", headers={"Range": asked}) as response:
            assert response.status == status, reason
            if status == 416:
                assert response.headers["Content-Range"] == f"bytes */{len(FILM)}"
                continue
            place = FILM.rfind(body) if asked.startswith("bytes=-") else int(asked[6:].partition("-")[0])
            assert response.headers["Content-Range"] == f"bytes {place}-{place + len(body) - 1}/{len(FILM)}", reason
            assert rest.is_set() or "no-store" in response.headers["Cache-Control"]
            if place + len(body) > 1000:
                assert half.is_set()
                rest.set()  # the answer had begun before the rest arrived
            assert await response.read() == body, reason
    assert gallery.there.asked_for("/film.mp4") == 1


async def test_many_players_are_one_fetch(gallery: Gallery, client: Client, videos: RemoteVideos) -> None:
    """However many play at once the origin is asked once, and one who leaves takes nothing from the others."""
    gate = asyncio.Event()

    async def slowly(_: web.Request) -> web.Response:
        await gate.wait()
        return web.Response(body=FILM)

    gallery.there.answers["/film.mp4"] = slowly
    photo = await a_video(gallery)

    async def play() -> bytes:
        async with client.get(f"/photos/{photo.id}/video") as response:
            return await response.read()

    players = [asyncio.create_task(play()) for _ in range(5)]
    while not gallery.there.received:
        await asyncio.sleep(0)
    players[0].cancel()
    gate.set()
    assert await asyncio.gather(*players[1:]) == [FILM] * 4
    await fetched(videos, photo)
    assert gallery.there.asked_for("/film.mp4") == 1
    assert len(gallery.files) == 1


NOT_PLAYED = [
    ("a page", b"<html>Please sign in</html>" * 9, 200, True),
    ("nothing", b"", 200, True),
    ("a photo", a_file(), 200, True),
    ("HEVC, which few browsers play", a_clip(codec="libx265"), 200, True),
    ("MPEG-4 of old", a_clip(codec="mpeg4"), 200, True),
    ("an MP4 without a table", FILM[:36] + bytes(4000), 200, True),
    ("Matroska", b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska" + bytes(900), 200, True),
    ("gone", b"", 410, True),
    ("a server in trouble", b"", 503, False),
]


@pytest.mark.parametrize(("name", "body", "status", "lasts"), NOT_PLAYED, ids=[row[0] for row in NOT_PLAYED])
async def test_what_cannot_be_played_is_a_link(
    gallery: Gallery, client: Client, videos: RemoteVideos, name: str, body: bytes, status: int, lasts: bool
) -> None:
    """What browsers do not play leaves no file; one that lasts makes it a link; none is asked twice."""
    gallery.there.serve("/film.mp4", body, content_type="video/mp4", status=status)
    photo = await a_video(gallery)
    for _ in range(2):
        async with client.get(f"/photos/{photo.id}/video") as response:
            # What begins like a video is played from its beginning, and breaks off.
            assert response.status == 404 or body[4:8] == b"ftyp"
        with pytest.raises(NotToBeHad, match=r"\.$"):
            await fetched(videos, photo)
    stored = await Photo.get(id=photo.id)
    assert (bool(stored.problem), stored.renditions, stored.state) == (lasts, "{}", PhotoState.REMOTE)
    assert gallery.files == await gallery.known_files() == []
    assert not list((gallery.path / "unfinished").iterdir())
    assert gallery.there.asked_for("/film.mp4") == 1


@pytest.mark.parametrize("announced", [True, False])
async def test_too_large(gallery: Gallery, announced: bool) -> None:
    """What is larger than allowed is not read to its end, whether it says so or not, and is a link from then on."""
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        if announced:
            response.content_length = 100_000_000
        await response.prepare(request)
        while sent < 100_000_000 and request.transport is not None and not request.transport.is_closing():
            await response.write(FILM[:64] + bytes(999_936))
            sent += 1_000_000
            await asyncio.sleep(0)
        return response

    gallery.there.answers["/film.mp4"] = endless
    settings = gallery.instance.settings
    limits = replace(settings.limits, remote_video_megabytes=2)
    network = replace(gallery.network, instance=replace(gallery.instance, settings=replace(settings, limits=limits)))
    videos, photo = RemoteVideos(network, gallery.folder), await a_video(gallery)
    with pytest.raises(NotToBeHad, match="larger than 2 MB"):
        await fetched(videos, photo)
    assert sent < 30_000_000
    assert "larger than 2 MB" in (await Photo.get(id=photo.id)).problem
    assert gallery.files == []
    assert not list((gallery.path / "unfinished").iterdir())
    await videos.close()


async def test_broken_off_and_tried_again(
    gallery: Gallery, client: Client, videos: RemoteVideos, clock: SettableClock
) -> None:
    """A video that breaks off half-way is not taken for whole by anybody, and is fetched anew after a while."""
    begun = asyncio.Event()

    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = len(FILM)
        await response.prepare(request)
        await response.write(FILM[:2000])
        await begun.wait()
        assert request.transport is not None
        request.transport.abort()
        return response

    gallery.there.answers["/film.mp4"] = half
    photo = await a_video(gallery)
    with pytest.raises(ClientError):
        async with client.get(f"/photos/{photo.id}/video") as response:
            assert response.status == 200
            begun.set()
            await response.read()
    assert gallery.files == []
    with pytest.raises(NotToBeHad):
        await fetched(videos, photo)
    assert (gallery.there.asked_for("/film.mp4"), await MediaFailure.all().count()) == (1, 1)
    gallery.there.serve("/film.mp4", FILM)
    clock.advance(6 * MINUTE)
    await fetched(videos, photo)
    assert len(gallery.files) == 1
    assert await MediaFailure.all().count() == 0


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://10.0.0.1/film.mp4", "a private address"),
        ("https://169.254.169.254/latest/meta-data", "the cloud's metadata"),
        ("file:///etc/passwd", "a file"),
        ("https://here.test/photos/1/video", "ourselves"),
    ],
)
async def test_the_guard_stands_at_every_hop(
    gallery: Gallery, videos: RemoteVideos, location: str, reason: str
) -> None:
    """A redirect to where we do not go is refused."""
    gallery.there.serve("/film.mp4", b"", status=302, Location=location)
    photo = await a_video(gallery)
    with pytest.raises(NotToBeHad):
        await fetched(videos, photo)
    assert len(gallery.there.received) == 1, reason
    assert gallery.files == []


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
async def test_for_whom(gallery: Gallery, client: Client, videos: RemoteVideos, visibility: Visibility) -> None:
    """A video of a post that is not open to all is for nobody who may not see the post, by neither address."""
    gallery.there.serve("/film.mp4", FILM)
    photo = await a_video(gallery, visibility=visibility)
    async with client.get(f"/photos/{photo.id}/video") as response:
        assert response.status == 404
    assert gallery.there.received == []
    await fetched(videos, photo)
    for path in (f"/photos/{photo.id}/video", f"/media/{gallery.files[0]}"):
        async with client.get(path) as response:
            assert response.status == 404


async def test_refused_media(gallery: Gallery, client: Client, videos: RemoteVideos) -> None:
    """Of a server whose media are refused nothing is fetched, and what is here already is shown to nobody."""
    gallery.there.serve("/film.mp4", FILM)
    photo = await a_video(gallery)
    await Account.filter(id=photo.account_id).update(media_refused=True)
    async with client.get(f"/photos/{photo.id}/video") as response:
        assert response.status == 404
    assert gallery.there.received == []
    await fetched(videos, photo)
    for path in (f"/photos/{photo.id}/video", f"/media/{gallery.files[0]}"):
        async with client.get(path) as response:
            assert response.status == 404


async def test_still_and_video_come_and_go(
    gallery: Gallery, client: Client, videos: RemoteVideos, clock: SettableClock
) -> None:
    """The still is made anew here as photos are; neither costs the other; both go when nobody looks, and come again."""
    gallery.there.serve("/film.mp4", FILM)
    gallery.there.serve("/still.jpg", a_file(width=640, height=480), content_type="image/jpeg")
    photo = await a_video(gallery, still_url="https://there.test/still.jpg", duration=1000)
    await asyncio.gather(gallery.remote.photo(photo.id), fetched(videos, photo))
    stored = await Photo.get(id=photo.id)
    assert set(renditions_from(stored.renditions)) == {"video", "grid", "feed", "full"}
    assert (stored.state, stored.width, stored.height, stored.duration) == (PhotoState.REMOTE, 640, 480, 1000)
    async with client.get(f"/photos/{photo.id}/grid") as response:
        assert (response.status, response.headers["Content-Type"]) == (200, "image/webp")
    assert gallery.files == await gallery.known_files()
    held = len(gallery.files)
    clock.advance(100 * DAY)
    assert sum(kind.files for kind in await waste(gallery.instance, gallery.folder)) == held
    assert await gallery.sweep.too_old() == held
    assert (await Photo.get(id=photo.id)).renditions == "{}"
    await fetched(videos, photo)
    assert len(gallery.files) == 1


@pytest.mark.parametrize(
    ("columns", "video", "still", "reason"),
    [
        ({}, True, False, "played by way of us"),
        ({"still_url": "https://there.test/s.jpg"}, True, True, "with its still"),
        ({"problem": "No.", "still_url": "https://there.test/s.jpg"}, False, True, "a link with a still"),
        ({"kind": "audio"}, False, False, "a sound is a link"),
    ],
)
async def test_what_a_page_shows(
    gallery: Gallery, columns: dict[str, Any], video: bool, still: bool, reason: str
) -> None:
    """What a page loads comes from here; the address at the origin is only ever linked to."""
    photo = await gallery.a_remote_photo("https://there.test/film.mp4", **({"kind": "video"} | columns))
    assert photo.post_id is not None
    page = await post_page(gallery.instance.database, photo.post_id, viewer_id=None)
    assert page is not None
    (shot,) = page.post.photos
    assert shot.video == (f"/photos/{photo.id}/video" if video else ""), reason
    assert shot.grid == (f"/photos/{photo.id}/grid" if still else ""), reason
    assert shot.remote_url == "https://there.test/film.mp4"


async def test_a_still_that_is_gone_is_not_asked_for_again(gallery: Gallery) -> None:
    """A video whose still cannot be had goes without, and is still a video."""
    photo = await a_video(gallery, still_url="https://there.test/still.jpg")
    with pytest.raises(NotToBeHad):
        await gallery.remote.photo(photo.id)
    stored = await Photo.get(id=photo.id)
    assert (stored.still_url, stored.state, stored.problem) == ("", PhotoState.REMOTE, "")


async def test_nobody_queues_without_end(gallery: Gallery) -> None:
    """Beyond what may wait the next videos are put off, and not noted as failures."""
    gate = asyncio.Event()

    async def slowly(_: web.Request) -> web.Response:
        await gate.wait()
        return web.Response(body=FILM)

    gallery.there.answers["/film.mp4"] = slowly
    videos = RemoteVideos(gallery.network, gallery.folder, most_waiting=2)
    photos = [await a_video(gallery) for _ in range(3)]
    waiting = [asyncio.create_task(videos.video(photo.id)) for photo in photos[:2]]
    await asyncio.sleep(0)
    with pytest.raises(NotToBeHad, match="try again in a moment"):
        await videos.video(photos[2].id)
    assert await MediaFailure.all().count() == 0
    await videos.close()
    for one in waiting:
        with pytest.raises(NotToBeHad):
            await one
    assert gallery.files == []


PLAYED = [
    ("H.264", FILM, True),
    ("QuickTime with H.264", a_clip(kind="mov"), True),
    ("WebM with VP9", a_webm(), True),
    ("H.265", a_clip(codec="libx265"), False),
    ("MJPEG", a_clip(codec="mjpeg", pixels="yuvj420p", kind="mov"), False),
    ("a table that is larger than the file", box(b"ftyp", b"isom") + b"\xff\xff\xff\xffmoov", False),
    ("boxes of no size", box(b"ftyp", b"isom") + b"\0\0\0\7moov" * 9999, False),
    ("a WebM that ends in a number", b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm\x18\x53\x80\x67\x01", False),
    ("nothing", b"", False),
]


@pytest.mark.parametrize(("name", "data", "played"), PLAYED, ids=[row[0] for row in PLAYED])
def test_what_browsers_play(name: str, data: bytes, played: bool) -> None:
    """What a file is coded in is read from its tables, and what cannot be read is not played."""
    assert is_played_by_browsers(BytesIO(data)) is played
