"""Strangers' videos that are not played: what browsers do not read, what is too large, and where we do not go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from io import BytesIO

import pytest
from aiohttp import web

from rossgram_fed.federation.remote_files import NotToBeHad
from rossgram_fed.federation.remote_videos import RemoteVideos
from rossgram_fed.media.video_codecs import is_played_by_browsers
from rossgram_fed.models import Account, MediaFailure, Photo
from rossgram_fed.models.posts import PhotoState
from tests.rossgram_fed.media.clips import a_clip, a_webm, box
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.films import FILM, Client, a_video, fetched
from tests.rossgram_fed.media.samples import a_file

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
    assert sent < 100_000_000
    assert "larger than 2 MB" in (await Photo.get(id=photo.id)).problem
    assert gallery.files == []
    assert not list((gallery.path / "unfinished").iterdir())
    await videos.close()


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
