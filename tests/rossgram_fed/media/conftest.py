"""A server at https://here.test with a studio and a folder, and a stranger at https://there.test who has pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from rossgram_fed.config import LimitSettings
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.remote_media import REMOTE_MEDIA, RemoteMedia
from rossgram_fed.federation.remote_videos import REMOTE_VIDEOS, RemoteVideos
from rossgram_fed.instance import INSTANCE, Change, Instance
from rossgram_fed.media.storage import STORAGE, Folder
from rossgram_fed.media.studio import STUDIO, Studio
from rossgram_fed.media.sweeping import Sweep
from rossgram_fed.models import Account, Photo
from rossgram_fed.models.posts import PhotoState, Visibility
from rossgram_fed.posts.media_pages import serve_media, serve_photo
from rossgram_fed.secrets_file import Secrets
from rossgram_fed.web import plumbing
from tests.builders import a_post, a_stranger
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import FakePeer, Fediverse


@dataclass
class Gallery:
    """Everything that has to do with pictures on one server, and the stranger it copies from."""

    instance: Instance
    network: Network
    folder: Folder
    studio: Studio
    remote: RemoteMedia
    sweep: Sweep
    there: FakePeer
    path: Path

    @property
    def files(self) -> list[str]:
        """The keys in storage."""
        return sorted(file.name for file in self.path.glob("[0-9a-f][0-9a-f]/*"))

    async def known_files(self) -> list[str]:
        """The keys that rows know."""
        return sorted(row["key"] for row in await self.instance.database.fetch("SELECT key FROM media_files"))

    async def a_remote_photo(
        self,
        url: str = "https://there.test/photo.jpg",
        *,
        visibility: Visibility = Visibility.PUBLIC,
        **columns: object,
    ) -> Photo:
        """A stranger's post with one photo that nobody has looked at yet."""
        async with self.instance.change() as change:
            post = await a_post(change, await self.a_sam(change), visibility=visibility)
            values = {"state": PhotoState.REMOTE, "remote_url": url, "created_at": change.now} | columns
            return await Photo.create(id=change.new_id(), account_id=post.account_id, post_id=post.id, **values)

    async def a_sam(self, change: Change) -> Account:
        return await Account.get_or_none(username="sam") or await a_stranger(change)


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    made = Studio(LimitSettings(picture_processes=2))
    yield made
    await made.close()


@pytest.fixture
async def gallery(tmp_path: Path, clock: SettableClock, engine: Engine, studio: Studio) -> AsyncIterator[Gallery]:
    fediverse = Fediverse(tmp_path, clock=clock, new_database=engine.migrated)
    try:
        here, there = await fediverse.server("here"), await fediverse.peer("there.test")
        folder = Folder(tmp_path / "media")
        folder.prepare()
        with here.instance.database.active():
            yield Gallery(
                instance=here.instance,
                network=here.network,
                folder=folder,
                studio=studio,
                remote=RemoteMedia(here.network, studio, folder),
                sweep=Sweep(here.instance, folder),
                there=there,
                path=tmp_path / "media",
            )
    finally:
        await fediverse.close()


@pytest.fixture
async def videos(gallery: Gallery) -> AsyncIterator[RemoteVideos]:
    made = RemoteVideos(gallery.network, gallery.folder)
    yield made
    await made.close()


@pytest.fixture
async def client(gallery: Gallery, videos: RemoteVideos) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    app[INSTANCE], app[STUDIO], app[STORAGE] = gallery.instance, gallery.studio, gallery.folder
    app[REMOTE_MEDIA], app[REMOTE_VIDEOS] = gallery.remote, videos
    plumbing.install(app, secrets=Secrets(csrf=b"x" * 32, setup_token="y"))
    app.router.add_get("/media/{key}", serve_media)
    app.router.add_get("/photos/{photo_id}/{rendition}", serve_photo)
    async with TestClient(TestServer(app)) as made:
        yield made
