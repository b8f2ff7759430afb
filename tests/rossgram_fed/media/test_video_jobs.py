"""A video from the upload to what others see: taken at once, prepared by a job, posted only when it is ready."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from tempfile import SpooledTemporaryFile

import av
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from rossgram_fed.federation import errands
from rossgram_fed.instance import INSTANCE
from rossgram_fed.jobs.runner import JobSource
from rossgram_fed.media.quota import set_quota
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.media.video_studio import VideoStudio
from rossgram_fed.models import Job, MediaFile, Photo
from rossgram_fed.models.posts import PhotoState, Visibility
from rossgram_fed.posts import actions, documents
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.media_pages import serve_media
from rossgram_fed.posts.queries import post_page
from rossgram_fed.posts.sources import post_source
from rossgram_fed.posts.uploads import RefusedUpload, Uploaded, discard, receive
from rossgram_fed.posts.videos import VideoMaker
from rossgram_fed.renditions import SOURCE, VIDEO, renditions_from
from rossgram_fed.secrets_file import Secrets
from rossgram_fed.web import plumbing
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.forms import Upload
from tests.builders import a_person
from tests.rossgram_fed.media.clips import SECRETS, a_clip
from tests.rossgram_fed.media.conftest import Gallery

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(gallery: Gallery) -> AsyncIterator[Client]:
    app = web.Application()
    app[INSTANCE], app[STUDIO], app[STORAGE] = gallery.instance, gallery.studio, gallery.folder
    plumbing.install(app, secrets=Secrets(csrf=b"x" * 32, setup_token="y"))
    app.router.add_get("/media/{key}", serve_media)
    async with TestClient(TestServer(app)) as made:
        yield made


@pytest.fixture
async def alice(gallery: Gallery) -> int:
    async with gallery.instance.change() as change:
        return int((await a_person(change)).id)


def videos_of(gallery: Gallery) -> JobSource:
    maker = VideoMaker(gallery.instance, gallery.folder, gallery.studio, VideoStudio(gallery.instance.settings.limits))
    handlers = {errands.PREPARE_VIDEO: maker.prepare}
    return JobSource(gallery.instance, handlers, only=errands.PREPARE_VIDEO, seconds_per_job=900)


async def send(gallery: Gallery, account_id: int, *files: bytes, **limits: int) -> list[Uploaded | RefusedUpload]:
    """Send files as a form does."""
    app = web.Application()
    settings = gallery.instance.settings
    settings = replace(settings, limits=replace(settings.limits, **limits))
    app[INSTANCE] = replace(gallery.instance, settings=settings)
    app[STUDIO], app[STORAGE] = gallery.studio, gallery.folder
    uploads = []
    for data in files:
        file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile()  # noqa: SIM115 - gone with the test
        file.write(data)
        uploads.append(Upload("files", "clip.mov", "image/jpeg", file, size=len(data)))
    return await receive(make_mocked_request("POST", "/", app=app), uploads, account_id=account_id)


async def a_video(gallery: Gallery, account_id: int, data: bytes) -> int:
    (outcome,) = await send(gallery, account_id, data)
    assert isinstance(outcome, Uploaded)
    return outcome.photo_id


async def begun(gallery: Gallery) -> None:
    """Wait until a video is being written."""
    async with asyncio.timeout(60):
        while not list((gallery.path / "unfinished").glob("*")):
            await asyncio.sleep(0.01)


async def test_taken_at_once_and_prepared_later(gallery: Gallery, alice: int) -> None:
    """An upload keeps the file and asks for the rest; the job leaves only what was made of it, which tells nothing."""
    photo_id = await a_video(gallery, alice, a_clip(kind="mov", codec="mpeg4"))
    photo = await Photo.get(id=photo_id)
    assert (photo.kind, photo.state, photo.post_id) == ("video", PhotoState.PROCESSING, None)
    assert set(renditions_from(photo.renditions)) == {SOURCE}
    assert len(gallery.files) == 1
    assert await videos_of(gallery).work_once() == 1
    photo = await Photo.get(id=photo_id)
    assert (photo.state, photo.width, photo.height, photo.duration) == (PhotoState.READY, 160, 120, 500)
    assert photo.media_type == "video/mp4"
    assert len(photo.blurhash) == 28
    assert photo.placeholder
    renditions = renditions_from(photo.renditions)
    assert set(renditions) == {"video", "grid", "feed", "full", "federated", "grid-jpeg", "feed-jpeg", "full-jpeg"}
    await gallery.sweep.unneeded()
    assert gallery.files == sorted({one["key"] for one in renditions.values()}), "what was sent is gone"
    for key in gallery.files:
        data = gallery.folder.path(key).read_bytes()
        assert not any(secret in data for secret in SECRETS), key
    assert not list((gallery.path / "unfinished").iterdir())
    assert await videos_of(gallery).work_once() == 0


async def test_a_post_waits_for_its_video(gallery: Gallery, alice: int) -> None:
    """A video that is not ready, or never will be, is refused by name, and nothing is published or sent."""
    photo_id = await a_video(gallery, alice, a_clip())
    draft = PostDraft(caption="a film", photos=(DraftPhoto(photo_id),))
    for state, sentence in ((PhotoState.PROCESSING, "still being prepared"), (PhotoState.FAILED, "could not")):
        await Photo.filter(id=photo_id).update(state=state)
        with pytest.raises(Invalid, match=sentence):
            async with gallery.instance.change() as change:
                await actions.publish(change, author_id=alice, draft=draft)
        assert await gallery.instance.database.fetch_value("SELECT COUNT(*) FROM posts") == 0
    await Photo.filter(id=photo_id).update(state=PhotoState.PROCESSING)
    assert await videos_of(gallery).work_once() == 1
    async with gallery.instance.change() as change:
        assert await actions.publish(change, author_id=alice, draft=draft)


async def test_on_the_wire_and_on_the_page(gallery: Gallery, alice: int) -> None:
    """Others are told of the file, its type, size and length, and of a still picture; pages have what to play."""
    photo_id = await a_video(gallery, alice, a_clip(frames=45, turned=90))
    await videos_of(gallery).work_once()
    draft = PostDraft(caption="a film", photos=(DraftPhoto(photo_id, description="red beside blue"),))
    async with gallery.instance.change() as change:
        post_id = await actions.publish(change, author_id=alice, draft=draft)
    source = await post_source(gallery.instance.database, post_id)
    assert source is not None
    (attachment,) = documents.post_document(source, gallery.instance.settings)["attachment"]
    renditions = renditions_from((await Photo.get(id=photo_id)).renditions)
    assert attachment["type"] == "Document"
    assert attachment["mediaType"] == "video/mp4"
    assert attachment["url"] == f"https://here.test/media/{renditions[VIDEO]['key']}"
    assert (attachment["width"], attachment["height"], attachment["duration"]) == (120, 160, "PT1.5S")
    assert attachment["name"] == "red beside blue"
    assert attachment["icon"] == {
        "type": "Image",
        "mediaType": "image/jpeg",
        "url": f"https://here.test/media/{renditions['federated']['key']}",
    }
    page = await post_page(gallery.instance.database, post_id, viewer_id=None)
    assert page is not None
    (shot,) = page.post.photos
    assert (shot.video, shot.length) == (f"/media/{renditions[VIDEO]['key']}", "0:02")
    assert shot.src.endswith(".jpg")
    assert shot.grid.endswith(".webp")


async def test_parts_are_served(gallery: Gallery, alice: int, client: Client) -> None:
    """A browser is given the part of a video that it asks for; the file that was sent, and others' videos, nobody."""
    photo_id = await a_video(gallery, alice, a_clip())
    sent = renditions_from((await Photo.get(id=photo_id)).renditions)[SOURCE]["key"]
    async with client.get(f"/media/{sent}") as response:
        assert response.status == 404
    await videos_of(gallery).work_once()
    path = f"/media/{renditions_from((await Photo.get(id=photo_id)).renditions)[VIDEO]['key']}"
    async with client.get(path) as response:
        assert response.status == 404, "it waits in a composer"
    draft = PostDraft(caption="", photos=(DraftPhoto(photo_id),), visibility=Visibility.PUBLIC)
    async with gallery.instance.change() as change:
        await actions.publish(change, author_id=alice, draft=draft)
    async with client.get(path) as response:
        whole = await response.read()
        assert (response.status, response.content_type) == (200, "video/mp4")
        tag = response.headers["ETag"]
    for headers, status, expected in (
        ({"Range": "bytes=0-99"}, 206, whole[:100]),
        ({"Range": "bytes=-50"}, 206, whole[-50:]),
        ({"Range": f"bytes={len(whole)}-"}, 416, b""),
        ({"Range": "bytes=5-9", "If-Range": "Wed, 21 Oct 2015 07:28:00 GMT"}, 200, whole),
        ({"If-None-Match": tag}, 304, b""),
    ):
        async with client.get(path, headers=headers) as response:
            assert response.status == status, headers
            assert status == 416 or await response.read() == expected, headers
    with av.open(BytesIO(whole), "r") as container:
        assert len(list(container.decode(video=0))) == 15


async def test_refusals(gallery: Gallery, alice: int) -> None:
    """What is too large is refused at once, what cannot be prepared by the job, each with its reason; no file stays."""
    (refused,) = await send(gallery, alice, a_clip(frames=600, codec="mpeg4") + bytes(1 << 20), video_megabytes=1)
    assert isinstance(refused, RefusedUpload)
    assert refused.reason == "This video is larger than 1 MB, the most this server takes."
    (refused,) = await send(gallery, alice, a_clip(), video_seconds=0)
    assert isinstance(refused, RefusedUpload)
    assert refused.reason == "This is a video; this server takes photos only."
    assert (gallery.files, await Photo.all().count(), await Job.all().count()) == ([], 0, 0)
    photo_id = await a_video(gallery, alice, a_clip()[:900])
    assert await videos_of(gallery).work_once() == 1
    photo = await Photo.get(id=photo_id)
    assert (photo.state, photo.problem) == (PhotoState.FAILED, "This video is damaged or incomplete.")
    await gallery.sweep.unneeded()
    assert gallery.files == []


async def test_a_killed_job_begins_again(gallery: Gallery, alice: int) -> None:
    """A job that is cut off leaves nothing half made and is done anew; a video removed meanwhile leaves nothing."""
    photo_id = await a_video(gallery, alice, a_clip(width=640, height=480, frames=240, codec="mpeg4"))
    source = videos_of(gallery)
    work = asyncio.create_task(source.work_once())
    await begun(gallery)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert (await Photo.get(id=photo_id)).state is PhotoState.PROCESSING
    assert (len(gallery.files), list((gallery.path / "unfinished").iterdir())) == (1, [])
    work = asyncio.create_task(source.work_once())
    await begun(gallery)
    async with gallery.instance.change() as change:
        await discard(change, [photo_id], account_id=alice)
    assert await work == 1
    await gallery.sweep.unneeded()
    assert (gallery.files, await Photo.all().count()) == ([], 0)


async def test_videos_hold_up_no_other_job(gallery: Gallery, alice: int) -> None:
    """The sources of other jobs leave videos alone, and the other way round."""
    await a_video(gallery, alice, a_clip())
    async with gallery.instance.change() as change:
        await errands.backfill(change, account_id=alice)
    done: list[dict[str, object]] = []

    async def note(payload: dict[str, object]) -> None:
        done.append(payload)

    others = JobSource(gallery.instance, {errands.BACKFILL: note}, but=(errands.PREPARE_VIDEO,))
    assert (await others.work_once(), await others.work_once(), done) == (1, 0, [{"account_id": alice}])
    assert await videos_of(gallery).work_once() == 1


async def test_a_full_share_loses_nothing(gallery: Gallery, alice: int) -> None:
    """A video that outgrows its owner's share waits as it was sent, with the reason, and leaves nothing else."""
    photo_id = await a_video(gallery, alice, a_clip(codec="mpeg4"))
    async with gallery.instance.change() as change:
        await set_quota(change, username="alice", megabytes=1)
        await MediaFile.filter(photo_id=photo_id).update(size=0)
        other = await Photo.create(id=change.new_id(), account_id=alice, state=PhotoState.READY, created_at=change.now)
        await MediaFile.create(id=change.new_id(), key="x", photo_id=other.id, size=1 << 20, created_at=change.now)
    await videos_of(gallery).work_once()
    photo = await Photo.get(id=photo_id)
    assert (photo.state, set(renditions_from(photo.renditions))) == (PhotoState.PROCESSING, {SOURCE})
    assert "your share" in photo.problem
    assert len(gallery.files) == 1
    assert not list((gallery.path / "unfinished").iterdir())
