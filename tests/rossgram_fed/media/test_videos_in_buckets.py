"""Videos on a server that keeps its files in a bucket: played in parts, moved, checked, collected and renewed."""

from __future__ import annotations

import tracemalloc
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.bucket import Bucket
from rossgram_fed.media.checking import check
from rossgram_fed.media.collecting import collect
from rossgram_fed.media.errors import NotKept, NotStored
from rossgram_fed.media.moving import Place, move
from rossgram_fed.media.quota import set_quota, share_of
from rossgram_fed.media.renewing import copied
from rossgram_fed.media.shelves import Shelves
from rossgram_fed.media.storage import STORAGE, Folder, random_key
from rossgram_fed.models import Photo
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import actions
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft, PostEdit
from rossgram_fed.posts.media_pages import serve_media
from rossgram_fed.renditions import VIDEO, Rendition, Renditions, renditions_from
from rossgram_fed.secrets_file import Secrets
from rossgram_fed.web import plumbing
from tests.builders import a_person
from tests.rossgram_fed.media.buckets import FailingStore, bucket_at, make_bucket, s3
from tests.rossgram_fed.media.clips import a_clip
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.test_video_jobs import a_video, videos_of

Client = TestClient[web.Request, web.Application]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3() as address:
        yield address


@pytest.fixture
def shelved(gallery: Gallery, endpoint: str, tmp_path: Path) -> Gallery:
    """The same server with a bucket."""
    bucket = bucket_at(endpoint, make_bucket(endpoint))
    storage = Shelves(gallery.path, bucket, copies=tmp_path / "copies", most=1 << 30, in_bucket=True)
    storage.prepare()
    return replace(gallery, folder=storage)


@pytest.fixture
async def client(shelved: Gallery) -> AsyncIterator[Client]:
    app = web.Application()
    app[INSTANCE], app[STORAGE] = shelved.instance, shelved.folder
    plumbing.install(app, secrets=Secrets(csrf=b"x" * 32, setup_token="y"))
    app.router.add_get("/media/{key}", serve_media)
    async with TestClient(TestServer(app)) as made:
        yield made


async def posted(gallery: Gallery) -> tuple[int, int, int]:
    """A public post with a video: its author, itself, and the video."""
    async with gallery.instance.change() as change:
        alice = (await a_person(change)).id
    photo_id = await a_video(gallery, alice, a_clip())
    assert await videos_of(gallery).work_once() == 1
    async with gallery.instance.change() as change:
        draft = PostDraft(caption="a film", photos=(DraftPhoto(photo_id),), visibility=Visibility.PUBLIC)
        return alice, (await actions.publish(change, author_id=alice, draft=draft)), photo_id


async def files_of(photo_id: int) -> Renditions:
    return renditions_from((await Photo.get(id=photo_id)).renditions)


async def keys_in(storage: Folder | Bucket) -> set[str]:
    return {key async for keys in storage.old_keys(-5) for key in keys}


async def test_a_video_lives_in_a_bucket(shelved: Gallery, client: Client) -> None:
    """It is kept there alone, played in parts, moved both ways, whole each time, and what no row needs is collected."""
    storage = cast(Shelves, shelved.folder)
    alice, post_id, photo_id = await posted(shelved)
    await collect(shelved.instance, storage)
    kept = {one["key"] for one in (await files_of(photo_id)).values()}
    path = f"/media/{(await files_of(photo_id))[VIDEO]['key']}"
    assert (await keys_in(storage.bucket), shelved.files) == (kept, [])

    folder, bucket, reader = Place(Folder(shelved.path)), Place(storage.bucket), shelved.instance.database
    for source, target in ((bucket, folder), (folder, bucket)):
        async with client.get(path, headers={"Range": "bytes=4-7"}) as part:
            assert (part.status, part.content_type, await part.read()) == (206, "video/mp4", b"ftyp")
        done = await move(reader, source, target, delete_source=True)
        assert (done.copied, done.deleted, done.failed) == (len(kept), len(kept), 0)
        checked = await check(reader, (folder, bucket))
        assert (checked.bad, checked.unverified, checked.unreachable) == (0, 0, 0)
    async with shelved.instance.change() as change:
        await actions.delete(change, author_id=alice, post_id=post_id)
    await collect(shelved.instance, storage)
    assert await keys_in(storage.bucket) == set()


async def test_fewer_may_see_it(shelved: Gallery, client: Client) -> None:
    """A video whose post is for fewer has new addresses, in the bucket too, and the old ones open to nobody; that is
    done for whose share is full as well.
    """
    storage, (alice, post_id, photo_id) = cast(Shelves, shelved.folder), await posted(shelved)
    before = await files_of(photo_id)
    async with client.get(f"/media/{before[VIDEO]['key']}") as response:
        film = await response.read()
    async with shelved.instance.change() as change:
        await change.tx.execute("UPDATE media_files SET size = $1 WHERE photo_id = $2", 1 << 20, photo_id)
        await set_quota(change, username="alice", megabytes=1)
    copies = await copied(storage, {photo_id: before})
    async with shelved.instance.change() as change:
        edit = PostEdit(caption="a film", visibility=Visibility.FOLLOWERS)
        await actions.edit(change, author_id=alice, post_id=post_id, edit=edit, copies=copies)
    await collect(shelved.instance, storage)
    after = await files_of(photo_id)
    new = {one["key"] for one in after.values()}
    assert (after.keys(), new & {one["key"] for one in before.values()}) == (before.keys(), set())
    assert await keys_in(storage.bucket) == new
    async with client.get(f"/media/{before[VIDEO]['key']}") as response:
        assert response.status == 404
    path = await storage.fetch(after[VIDEO]["key"])
    assert path is not None and path.read_bytes() == film
    share = await share_of(shelved.instance.database, alice, limits=shelved.instance.settings.limits)
    assert share.used == sum({one["key"]: one["size"] for one in after.values()}.values()), "each file once"


def a_file(folder: Folder, size: int) -> Rendition:
    key = random_key(".mp4")
    folder.path(key).parent.mkdir(exist_ok=True)
    folder.path(key).write_bytes(bytes(size))
    return Rendition(key=key, media_type="video/mp4", width=1, height=1, size=size)


async def test_a_large_file_is_not_read_into_memory(tmp_path: Path) -> None:
    """A copy of forty megabytes takes a few of memory."""
    folder = Folder(tmp_path)
    folder.prepare()
    film = a_file(folder, 40 << 20)
    tracemalloc.start()
    try:
        copies = await copied(folder, {1: {VIDEO: film}})
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert folder.path(copies[1][VIDEO]["key"]).stat().st_size == 40 << 20
    assert copies[1][VIDEO]["key"] != film["key"]


async def test_a_full_disk_and_a_silent_bucket_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When one file cannot be copied, or cannot be had, the ones before it are removed again."""
    folder, reached = Folder(tmp_path / "media"), iter([0, 1])
    folder.prepare()
    films = {VIDEO: a_file(folder, 10), "feed": a_file(folder, 20)}
    before = await keys_in(folder)
    with monkeypatch.context() as patched:
        patched.setattr(folder, "shortage", lambda ahead=0: next(reached))
        with pytest.raises(NotStored):
            await copied(folder, {1: films})
    assert await keys_in(folder) == before
    store = FailingStore()
    await store.server.start_server()
    try:
        bucket = bucket_at(store.endpoint)
        storage = Shelves(tmp_path / "media", bucket, copies=tmp_path / "copies", most=1 << 30, in_bucket=True)
        away = Rendition(**{**films["feed"], "key": random_key(".jpg")})
        store.objects[f"{away['key'][:2]}/{away['key']}"] = b"x"
        store.trouble = "500"
        with pytest.raises(NotKept):
            await copied(storage, {1: {**films, "grid": away}})
    finally:
        await store.server.close()
    assert await keys_in(folder) == before
    assert not list((tmp_path / "media" / "unfinished").iterdir())
