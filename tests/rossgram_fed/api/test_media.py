"""Files that apps send: ready or on their way, described, refused with a sentence, and nobody else's."""

from __future__ import annotations

import asyncio
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import FormData
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from rossgram_fed.federation.errands import PREPARE_VIDEO
from rossgram_fed.instance import Instance
from rossgram_fed.jobs.runner import JobSource
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.media.sweeping import UNPOSTED, Sweep
from rossgram_fed.media.video_studio import VideoStudio
from rossgram_fed.models import Account, Job, Photo, User
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.videos import VideoMaker
from rossgram_fed.renditions import SOURCE, THUMBNAIL, renditions_from
from tests.apps import ApiSite, Client, Reply
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import SettableClock
from tests.rossgram_fed.api.files import a_png, send
from tests.rossgram_fed.media.clips import a_clip

VIDEO = b"\x00\x00\x00\x20ftypisom" + b"\x00" * 200


@pytest.fixture
async def alice(site: ApiSite) -> Account:
    async with site.instance.change() as change:
        return await a_person(change)


@pytest.fixture
async def app(site: ApiSite, alice: Account) -> Client:
    return await site.app(alice)


def files_in(instance: Instance) -> list[Path]:
    return [path for path in instance.settings.media_folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("path", ["/api/v2/media", "/api/v1/media"])
async def test_a_photo_is_sent(site: ApiSite, app: Client, alice: Account, path: str) -> None:
    """It is ready at once, with what was said of it, and begins as its owner settled for all photos."""
    await User.filter(account_id=alice.id).update(licence="cc-by", shows_exif=True)
    reply = await send(app, a_png(80, 60), path=path, description="A square", focus="0.5,-0.25")
    assert reply.status == 200, reply.body
    assert (reply.body["type"], reply.body["description"]) == ("image", "A square")
    assert reply.body["meta"]["focus"] == {"x": 0.5, "y": -0.25}
    assert reply.body["meta"]["original"]["size"] == "80x60"
    assert reply.body["url"].endswith(".jpg")
    assert reply.body["preview_url"].endswith(".jpg")
    photo = await Photo.get(id=int(reply.body["id"]))
    assert (photo.account_id, photo.post_id, photo.licence, photo.shows_exif) == (alice.id, None, "cc-by", True)
    assert (await site.visitor.get(reply.body["url"].removeprefix(site.instance.settings.base_url))).status == 404


async def test_a_file_is_its_owners(site: ApiSite, app: Client) -> None:
    """It is shown, described and thrown away by its owner, and not there for anybody else."""
    async with site.instance.change() as change:
        bob = await a_person(change, "bob")
    other = await site.app(bob)
    where = f"/api/v1/media/{(await send(app, a_png())).body['id']}"
    for method in ("GET", "PUT", "DELETE"):
        assert (await other.call(method, where)).status == 404
    assert (await app.get(where)).status == 200
    told = await app.put(where, description="Better", focus="-1,1")
    assert (told.body["description"], told.body["meta"]["focus"]) == ("Better", {"x": -1.0, "y": 1.0})
    for wrong in ({"focus": "7,7"}, {"focus": "nan,0"}, {"focus": "left"}, {"description": "x" * 2000}):
        assert (await app.put(where, **wrong)).status == 422, wrong
    assert (await app.get(where)).body["description"] == "Better"
    assert (await app.delete(where)).body == {}
    assert await Photo.all().count() == 0
    assert (await app.get(where)).status == 404


async def test_what_is_posted_is_changed_with_its_post_only(app: Client) -> None:
    """A file of a post is shown, not thrown away, and described as an edit of the post, never behind its back."""
    media = (await send(app, a_png(), description="Before")).body["id"]
    posted = await app.post("/api/v1/statuses", media_ids=[media], status="Dunes #sand")
    assert (await app.get(f"/api/v1/media/{media}")).status == 200
    assert (await app.put(f"/api/v1/media/{media}", description="Before")).status == 200
    assert (await app.delete(f"/api/v1/media/{media}")).status == 422
    where = f"/api/v1/statuses/{posted.body['id']}"
    assert (await app.get(where)).body["edited_at"] is None
    assert (await app.put(f"/api/v1/media/{media}", description="x" * 2000)).status == 422
    assert (await app.put(f"/api/v1/media/{media}?description=After")).body["description"] == "After"
    after = (await app.get(where)).body
    assert after["media_attachments"][0]["description"] == "After"
    assert after["edited_at"] is not None
    assert (after["content_text"], [tag["name"] for tag in after["tags"]]) == ("Dunes #sand", ["sand"])


async def test_a_video_is_prepared_first(site: ApiSite, app: Client) -> None:
    """A video is taken with 202 and is not there to look at or to post until it is ready; why it failed is said."""
    reply = await send(app, VIDEO, name="a.mp4")
    assert (reply.status, reply.body["type"], reply.body["url"]) == (202, "video", None), reply.body
    where = f"/api/v1/media/{reply.body['id']}"
    assert (await app.get(where)).status == 206
    refused = await app.post("/api/v1/statuses", status="x", media_ids=[reply.body["id"]])
    assert (refused.status, "still being prepared" in refused.body["error"]) == (422, True)
    assert await Job.filter(kind="prepare_video").count() == 1
    await Photo.filter(id=int(reply.body["id"])).update(state=PhotoState.FAILED, problem="It is damaged.")
    failed = await app.get(where)
    assert (failed.status, failed.body) == (422, {"error": "It is damaged."})


@pytest.mark.parametrize(
    ("data", "fields", "reason"),
    [
        (b"", {}, "an empty file"),
        (b"no picture at all", {}, "no picture"),
        (a_png()[:60], {}, "half a picture"),
        (a_png(), {"focus": "2,2"}, "a point outside"),
        (a_png(), {"description": "x" * 2000}, "a description that is too long"),
    ],
)
async def test_bad_files_are_refused(
    site: ApiSite, app: Client, data: bytes, fields: dict[str, str], reason: str
) -> None:
    """They are refused with a sentence, and neither a row nor a file is left."""
    reply = await send(app, data, **fields)
    assert (reply.status, list(reply.body)) == (422, ["error"]), (reason, reply.body)
    assert await Photo.all().count() == 0
    assert files_in(site.instance) == []


async def test_no_file_and_no_form(site: ApiSite, app: Client) -> None:
    """A call without a file is refused, and so is a file where none is taken."""
    assert (await app.post("/api/v2/media", description="Nothing")).status == 422
    assert (await app.form("POST", "/api/v2/media", FormData([("file", "words")]))).status == 422
    form = FormData()
    form.add_field("status", "x")
    form.add_field("file", a_png(), filename="a.png")
    assert (await app.form("POST", "/api/v1/statuses", form)).status == 415
    assert await Photo.all().count() == 0


async def test_a_full_share_is_refused(site: ApiSite, app: Client, alice: Account) -> None:
    """Whoever has used up their share is told so; nothing is stored."""
    await send(app, a_png())
    await User.filter(account_id=alice.id).update(quota_megabytes=1)
    async with site.instance.change() as change:
        await change.tx.execute("UPDATE media_files SET size = $1", 1 << 20)
    before = files_in(site.instance)
    reply = await send(app, a_png(90, 90))
    assert (reply.status, list(reply.body), await Photo.all().count()) == (422, ["error"], 1)
    assert files_in(site.instance) == before


async def test_an_upload_that_is_cut_off_leaves_nothing(site: ApiSite, app: Client) -> None:
    """A connection that breaks in the middle of a file leaves neither a row nor a file."""
    server = site.visitor.client.server
    _, writer = await asyncio.open_connection(server.host, server.port)
    head = (
        f"POST /api/v2/media HTTP/1.1\r\nHost: {server.host}\r\nAuthorization: Bearer {app.token}\r\n"
        "Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: 100000\r\n\r\n"
        '--cut\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    )
    writer.write(head.encode() + a_png())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await send(app, a_png())).status == 200
    assert await Photo.all().count() == 1


async def test_what_nobody_posts_is_swept(site: ApiSite, app: Client, clock: SettableClock) -> None:
    """A file that waits in vain is gone after a day."""
    await send(app, a_png())
    clock.advance(UNPOSTED + 1)
    await Sweep(site.instance, site.visitor.client.app[STORAGE]).work_once()
    assert await Photo.all().count() == 0
    assert files_in(site.instance) == []


async def prepared(site: ApiSite) -> None:
    """Do what the server's worker does for videos."""
    app, instance = site.visitor.client.app, site.instance
    maker = VideoMaker(instance, app[STORAGE], app[STUDIO], VideoStudio(instance.settings.limits))
    source = JobSource(instance, {PREPARE_VIDEO: maker.prepare}, only=PREPARE_VIDEO, seconds_per_job=900)
    assert await source.work_once() == 1


async def with_thumbnail(app: Client, data: bytes, thumbnail: bytes, **how: str) -> Reply:
    form = FormData()
    if data:
        form.add_field("file", data, filename="a.webm", content_type="video/webm")
    form.add_field("thumbnail", thumbnail, filename="t.png", content_type="image/png")
    return await app.form(how.get("method", "POST"), how.get("path", "/api/v2/media"), form)


async def test_a_thumbnail_stands_for_a_video(site: ApiSite, app: Client) -> None:
    """A small PNG is what is shown of the video, as it was but for its metadata, and stays when the video is ready; a
    large picture is shown in our sizes; another one can be chosen until it is posted."""
    told = PngInfo()
    told.add_text("Comment", "SECRET")
    small, large = BytesIO(), BytesIO()
    Image.new("RGB", (50, 50), "teal").save(small, "PNG", pnginfo=told)
    Image.effect_noise((1400, 700), 90).save(large, "PNG")
    reply = await with_thumbnail(app, a_clip(kind="webm", codec="libvpx", sound=""), large.getvalue())
    assert (reply.status, reply.body["type"]) == (202, "video"), reply.body
    where = f"/api/v1/media/{reply.body['id']}"
    await prepared(site)
    ready = (await app.get(where)).body
    assert (ready["meta"]["small"]["size"], ready["meta"]["original"]["size"]) == ("1080x540", "160x120")
    assert (await with_thumbnail(app, b"", small.getvalue(), method="PUT", path=where)).status == 200
    kept = renditions_from((await Photo.get(id=int(reply.body["id"]))).renditions)
    assert (await site.visitor.get(f"/media/{kept[THUMBNAIL]['key']}")).status == 404, "it waits for its post"
    posted = await app.post("/api/v1/statuses", status="x", media_ids=[reply.body["id"]])
    [media] = posted.body["media_attachments"]
    assert (media["type"], media["meta"]["small"]["size"]) == ("video", "50x50")
    assert (media["url"][-4:], media["preview_url"][-4:]) == (".mp4", ".png")
    shown = await site.visitor.client.get(media["preview_url"].removeprefix(site.instance.settings.base_url))
    data = await shown.read()
    assert (shown.status, b"SECRET" in data, Image.open(BytesIO(data)).size) == (200, False, (50, 50))
    assert (await with_thumbnail(app, b"", small.getvalue(), method="PUT", path=where)).status == 404, "it is posted"
    await Sweep(site.instance, site.visitor.client.app[STORAGE]).work_once()
    kept = renditions_from((await Photo.get(id=int(media["id"]))).renditions)
    assert {path.name for path in files_in(site.instance)} == {one["key"] for one in kept.values()}
    assert SOURCE not in kept


@pytest.mark.parametrize(
    ("thumbnail", "megabytes", "reason"),
    [(b"no picture", 100, "no picture"), (a_png()[:60], 100, "half a picture"), (a_png(900, 900), 1, "a full share")],
)
async def test_a_bad_thumbnail_leaves_nothing(
    site: ApiSite, app: Client, alice: Account, thumbnail: bytes, megabytes: int, reason: str
) -> None:
    """It is refused with a sentence, and so is the video that came with it."""
    await User.filter(account_id=alice.id).update(quota_megabytes=megabytes)
    padding = bytes((1 << 20) - 3000 - len(VIDEO)) if megabytes == 1 else b""
    reply = await with_thumbnail(app, VIDEO + padding, thumbnail)
    assert (reply.status, list(reply.body)) == (422, ["error"]), (reason, reply.body)
    assert (await Photo.all().count(), await Job.filter(kind=PREPARE_VIDEO).count()) == (0, 0)
    assert files_in(site.instance) == []


async def test_a_moving_picture_is_a_gifv(site: ApiSite, app: Client) -> None:
    """A GIF that moves is what apps know as one, with the length and size of what is played."""
    still, moving = Image.new("RGB", (64, 48), "red"), BytesIO()
    still.save(moving, "GIF", save_all=True, append_images=[Image.new("RGB", (64, 48), "blue")], duration=500, loop=0)
    reply = await send(app, moving.getvalue(), name="a.gif")
    await prepared(site)
    ready = (await app.get(f"/api/v1/media/{reply.body['id']}")).body
    assert (ready["type"], ready["url"][-4:]) == ("gifv", ".mp4")
    assert (ready["meta"]["original"]["size"], ready["meta"]["original"]["duration"]) == ("64x48", 1.0)


@pytest.mark.parametrize("still", ["https://there.test/still.jpg", ""])
async def test_a_strangers_video_is_played_by_way_of_us(site: ApiSite, app: Client, still: str) -> None:
    """Apps get addresses of this server for a stranger's video and its still, and never load from the stranger's."""
    async with site.instance.change() as change:
        post = await a_post(change, await a_stranger(change))
        photo = await Photo.create(
            id=change.new_id(),
            account_id=post.account_id,
            post_id=post.id,
            state=PhotoState.REMOTE,
            kind="video",
            remote_url="https://there.test/film.mp4",
            still_url=still,
            width=640,
            height=360,
            duration=2500,
            created_at=change.now,
        )
    [media] = (await app.get(f"/api/v1/statuses/{post.id}")).body["media_attachments"]
    ours = f"{site.instance.settings.base_url}/photos/{photo.id}"
    assert (media["type"], media["url"], media["remote_url"]) == ("video", f"{ours}/video", photo.remote_url)
    assert media["preview_url"] == (f"{ours}/feed" if still else None)
    assert media["meta"]["original"] == {
        "width": 640, "height": 360, "size": "640x360", "aspect": 1.7778, "duration": 2.5
    }  # fmt: skip
