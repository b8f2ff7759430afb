"""Strangers' videos: fetched when played, once, served by us alone, with ranges; links when they cannot be had."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import ClientError, web

from rossgram_fed.federation.remote_files import NotToBeHad
from rossgram_fed.federation.remote_videos import RemoteVideos
from rossgram_fed.media.collecting import waste
from rossgram_fed.models import MediaFailure, Photo
from rossgram_fed.models.posts import PhotoState, Visibility
from rossgram_fed.posts.queries import post_page
from rossgram_fed.renditions import renditions_from
from tests.conftest import SettableClock
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.films import FILM, Client, a_video, fetched
from tests.rossgram_fed.media.samples import a_file

MINUTE, DAY = 60_000, 24 * 3_600_000


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
