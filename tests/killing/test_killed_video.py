"""A server is killed while it prepares a video: the work begins again, and what comes of it is whole."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from tempfile import SpooledTemporaryFile

import av
import pytest

from rossgram_fed.database import open_database
from rossgram_fed.database.migrate import migrate
from rossgram_fed.instance import Instance, system_clock
from rossgram_fed.media.storage import Folder
from rossgram_fed.media.sweeping import DAY, UNKNOWN_SECONDS, Sweep
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.videos import receive_video, store_video
from rossgram_fed.renditions import SOURCE, VIDEO, renditions_from
from rossgram_fed.web.forms import Upload
from tests.builders import a_person
from tests.databases import Engine
from tests.killing.server import settings_for
from tests.killing.test_killed_server import PATIENCE, forks
from tests.ports import free_port
from tests.rossgram_fed.media.clips import a_clip

FRAMES = 150
KILLS = 3


async def a_video(instance: Instance, folder: Folder) -> tuple[int, int]:
    """Somebody's upload that waits to be prepared: the ids of both."""
    file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile()  # noqa: SIM115 - gone with the test
    file.write(a_clip(width=640, height=480, frames=FRAMES, codec="mpeg4", kind="mov"))
    upload = Upload("files", "clip.mov", "video/quicktime", file, size=file.tell())
    video = await receive_video(folder, upload, media_type="video/quicktime", limits=instance.settings.limits)
    with instance.database.active():
        async with instance.change() as change:
            ana = await a_person(change, "ana")
            return ana.id, await store_video(change, ana.id, video=video, folder=folder)


async def begun(unfinished: Path, known: set[Path]) -> None:
    """Wait until a video is being written that was not there before."""
    async with asyncio.timeout(PATIENCE):
        while not [file for file in set(unfinished.glob("*")) - known if file.stat().st_size]:
            await asyncio.sleep(0.005)


@pytest.mark.timeout(600)
async def test_a_video_survives_the_death_of_who_prepares_it(engine: Engine, tmp_path: Path) -> None:
    """Killed again and again in the middle, the video is ready in the end, once and whole, and nothing else is left."""
    # Empty, and not ``migrated``: that one has the tables without the record of their migrations, so that a server
    # which starts in a process of its own would begin by making them again, and end.
    url, port = engine.empty(), free_port()
    settings = settings_for(url, tmp_path / "data", port)
    folder = Folder(settings.media_folder)
    folder.prepare()
    database = await open_database(url)
    try:
        await migrate(database)
        instance = Instance(settings, database, system_clock)
        ana_id, photo_id = await a_video(instance, folder)
        unfinished = settings.media_folder / "unfinished"
        query = "SELECT state, renditions, duration FROM photos WHERE id = $1"
        async with forks(url, tmp_path / "data", port) as server:
            for _ in range(KILLS):
                known = set(unfinished.glob("*"))
                pid = await server.start("worker")
                await begun(unfinished, known)
                await server.kill(pid)
                [row] = await database.fetch(query, photo_id)
                assert (row["state"], set(renditions_from(row["renditions"]))) == (PhotoState.PROCESSING, {SOURCE})
                assert len(await database.fetch("SELECT key FROM media_files")) == 1
            pid = await server.start("worker")
            async with asyncio.timeout(PATIENCE):
                while (await database.fetch(query, photo_id))[0]["state"] == PhotoState.PROCESSING:
                    await database.signals.wait("nothing", 0.05)
            await server.kill(pid)
        with database.active():
            async with instance.change() as change:
                draft = PostDraft(caption="a film", photos=(DraftPhoto(photo_id),))
                assert await publish(change, author_id=ana_id, draft=draft)
        [row] = await database.fetch(query, photo_id)
        renditions = renditions_from(row["renditions"])
        with av.open(str(folder.path(renditions[VIDEO]["key"])), "r") as played:
            assert len(list(played.decode(video=0))) == FRAMES
        await _nothing_else_is_left(instance, folder, {one["key"] for one in renditions.values()})
    finally:
        await database.close()
        engine.drop(url)


async def _nothing_else_is_left(instance: Instance, folder: Folder, keys: set[str]) -> None:
    """After the sweep of the next days there are the files of the video, and no other."""
    media = instance.settings.media_folder
    for path in [path for path in media.rglob("*") if path.is_file()]:
        age = path.stat().st_mtime - 2 * UNKNOWN_SECONDS
        os.utime(path, (age, age))
    folder.prepare()  # as the next start does
    sweep = Sweep(Instance(instance.settings, instance.database, lambda: system_clock() + 30 * DAY), folder)
    await sweep.work_once()
    await sweep.unneeded()
    assert {path.name for path in media.rglob("*") if path.is_file()} == keys
