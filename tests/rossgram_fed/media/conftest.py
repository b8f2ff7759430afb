"""A server at https://here.test with a studio and a folder, and a stranger at https://there.test who has pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rossgram_fed.config import LimitSettings
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.remote_media import RemoteMedia
from rossgram_fed.instance import Change, Instance
from rossgram_fed.media.storage import Folder
from rossgram_fed.media.studio import Studio
from rossgram_fed.media.sweeping import Sweep
from rossgram_fed.models import Account, Photo
from rossgram_fed.models.posts import PhotoState, Visibility
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
