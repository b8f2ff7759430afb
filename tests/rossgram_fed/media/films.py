"""A stranger's video in a post, and who plays it."""

from __future__ import annotations

from aiohttp import web
from aiohttp.test_utils import TestClient

from rossgram_fed.federation.remote_videos import RemoteVideos
from rossgram_fed.models import Photo
from rossgram_fed.models.posts import Visibility
from tests.rossgram_fed.media.clips import a_clip
from tests.rossgram_fed.media.conftest import Gallery

Client = TestClient[web.Request, web.Application]
FILM = a_clip(frames=30)


async def a_video(gallery: Gallery, **columns: object) -> Photo:
    visibility = columns.pop("visibility", Visibility.PUBLIC)
    assert isinstance(visibility, Visibility)
    return await gallery.a_remote_photo("https://there.test/film.mp4", kind="video", visibility=visibility, **columns)


async def fetched(videos: RemoteVideos, photo: Photo) -> None:
    """Wait until it is whole and kept."""
    await (await videos.video(photo.id)).whole()
