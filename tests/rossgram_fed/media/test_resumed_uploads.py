"""Uploads that break off go on where they were: nothing is sent twice, nothing is taken from anybody else."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from rossgram_fed.instance import Instance
from rossgram_fed.media.arriving import ARRIVING, KEPT, Arriving, forget_late
from rossgram_fed.media.quota import set_quota
from rossgram_fed.media.storage import STORAGE, Folder
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.models import ArrivingFile, MediaFile, Photo, User
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.arriving import MOST_ARRIVING
from rossgram_fed.routes import UPLOADS
from rossgram_fed.web.csrf import machine
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.samples import encoded
from tests.rossgram_fed.media.senders import PHOTO, TUS, Counter, Sender
from tests.rossgram_fed.site import Site
from tests.rossgram_fed.web.browser import browser_for, plain_app

random_places = random.Random(4)


def with_limits(instance: Instance, **limits: int) -> Instance:
    return replace(instance, settings=replace(instance.settings, limits=replace(instance.settings.limits, **limits)))


@pytest.fixture
async def counter(gallery: Gallery, tmp_path: Path) -> AsyncIterator[Counter]:
    app = plain_app(with_limits(gallery.instance, photo_megabytes=1, video_megabytes=1))
    app[STUDIO], app[STORAGE], app[ARRIVING] = gallery.studio, gallery.folder, Arriving(tmp_path / "arriving")
    for method, path, handler in UPLOADS:
        app.router.add_route(method, path, machine(handler))
    visitor = await browser_for(app)
    yield Counter(gallery, app, Site(gallery.instance, visitor), tmp_path / "arriving")
    await visitor.client.close()


async def test_what_breaks_off_goes_on(counter: Counter) -> None:
    """Connections cut at random places lose nothing that arrived; the last byte makes the photo, once."""
    alice = await counter.sender("alice")
    path = await alice.begun()
    host, port = str(alice.browser.client.host), alice.browser.client.port
    cookie = "; ".join(f"{name}={value}" for name, value in alice.browser.cookies.items())
    for _ in range(8):
        held = await alice.offset(path)
        _reader, writer = await asyncio.open_connection(host, port)
        lines = [f"PATCH {path} HTTP/1.1", f"Host: {host}", f"Cookie: {cookie}", "Tus-Resumable: 1.0.0"]
        lines += [f"Upload-Offset: {held}", "Content-Type: application/offset+octet-stream"]
        lines += [f"Content-Length: {len(PHOTO) - held}", "", ""]
        sent = random_places.randrange((len(PHOTO) - held) // 2)
        writer.write("\r\n".join(lines).encode() + PHOTO[held : held + sent])
        await writer.drain()
        async with asyncio.timeout(60):
            while await alice.offset(path) < held + sent:
                await asyncio.sleep(0.002)
        writer.transport.abort()
        async with asyncio.timeout(60):
            while (await alice.add(path, 0 if held + sent else 1, b"")).status == 423:
                await asyncio.sleep(0.002)
        assert await alice.offset(path) == held + sent
        assert await Photo.all().count() == 0, "nothing is decoded before it is whole"
    held = await alice.offset(path)
    done = await alice.add(path, held, PHOTO[held:])
    assert (done.status, done.headers["Upload-Offset"]) == (204, str(len(PHOTO)))
    photo = await Photo.get(id=int(done.headers["Upload-Photo"]))
    assert (photo.account_id, photo.post_id, photo.width) == (alice.account_id, None, 900)
    assert counter.held == []
    again = await alice.add(path, len(PHOTO), b"")
    assert again.headers["Upload-Photo"] == str(photo.id), "who lost the answer asks once more"
    told = await (await alice.browser.get(path)).json()
    assert told == {"name": "lake.jpg", "state": "photo", "photo": str(photo.id), "error": ""}
    assert await Photo.all().count() == 1


async def test_a_restart_forgets_nothing(counter: Counter) -> None:
    """What a killed process had written is where the next one goes on, also when only the photo was left to make."""
    alice = await counter.sender("alice")
    path = await alice.begun()
    file = counter.path / path.rpartition("/")[2]
    counter.path.mkdir()
    file.write_bytes(PHOTO[:1234])
    assert await alice.offset(path) == 1234
    file.write_bytes(PHOTO)
    assert await alice.offset(path) == len(PHOTO)
    done = await alice.add(path, len(PHOTO), b"")
    assert done.status == 204
    assert await Photo.all().count() == 1
    file.write_bytes(PHOTO)  # killed between the row and the removal
    assert (await alice.add(path, len(PHOTO), b"")).headers["Upload-Photo"] == done.headers["Upload-Photo"]
    assert await Photo.all().count() == 1


async def test_nobody_elses(counter: Counter) -> None:
    """Another person's upload is not there for anybody, and nothing of it changes."""
    alice, bob = await counter.sender("alice"), await counter.sender("bob")
    path = await alice.begun()
    await alice.add(path, 0, PHOTO[:100])
    nobody = Sender(counter.site.visitor, 0)
    for who, status in ((bob, 404), (nobody, 401)):
        assert (await who.add(path, 100, PHOTO[100:])).status == status
        assert (await who.browser.fetch("HEAD", path, **TUS)).status == status
        assert (await who.browser.fetch("DELETE", path, **TUS)).status == status
        assert (await who.browser.get(path)).status == status
    assert (await nobody.announce(100)).status == 401
    assert await alice.offset(path) == 100
    assert await ArrivingFile.all().count() == 1
    assert await Photo.all().count() == 0


NOT_RIGHT: list[tuple[str, dict[str, str], int, str]] = [
    ("PATCH", {"Upload_Offset": "99"}, 409, "bytes would be sent twice"),
    ("PATCH", {"Upload_Offset": "101"}, 409, "bytes would be missing"),
    ("PATCH", {"Upload_Offset": "-1"}, 400, "no number"),
    ("PATCH", {"Upload_Offset": "٣"}, 400, "no number that the protocol knows"),
    ("PATCH", {"Upload_Offset": ""}, 400, "nothing said"),
    ("PATCH", {"Content_Type": "image/jpeg"}, 415, "not as the protocol has it"),
    ("PATCH", {"Tus_Resumable": "0.2.2"}, 412, "another protocol"),
    ("PATCH", {"Tus_Resumable": ""}, 412, "what a form of another site can send"),
    ("PATCH", {"Origin": "https://evil.test"}, 403, "a page of another site"),
    ("PATCH", {"Sec_Fetch_Site": "cross-site"}, 403, "a page of another site"),
    ("DELETE", {"Tus_Resumable": ""}, 412, "what needs no preflight"),
    ("DELETE", {"Origin": "https://evil.test"}, 403, "a page of another site"),
]


async def test_what_is_not_right_changes_nothing(counter: Counter) -> None:
    """Bytes at a wrong place or from a wrong page are refused, and the file is as it was."""
    alice = await counter.sender("alice")
    path = await alice.begun()
    await alice.add(path, 0, PHOTO[:100])
    for method, headers, status, why in NOT_RIGHT:
        sent = TUS | {"Upload_Offset": "100", "Content_Type": "application/offset+octet-stream"} | headers
        sent = {name: value for name, value in sent.items() if value}
        refused = await alice.browser.fetch(method, path, data=b"more", **sent)
        assert refused.status == status, why
        assert (await refused.json())["error"], why
        assert await alice.offset(path) == 100, why


async def test_two_at_once(counter: Counter) -> None:
    """While one request adds to a file another is told to wait, and the bytes are those of one of them."""
    alice = await counter.sender("alice")
    path = await alice.begun()
    with counter.app[ARRIVING].opened(int(path.rpartition("/")[2])):
        assert (await alice.add(path, 0, PHOTO)).status == 423
    answers = await asyncio.gather(*(alice.add(path, 0, PHOTO) for _ in range(4)))
    assert sorted({answer.status for answer in answers} | {204}) in ([204], [204, 409], [204, 409, 423], [204, 423])
    assert await Photo.all().count() == 1


async def test_bounds(counter: Counter) -> None:
    """Too large, too many, more than announced, or nothing: refused with a sentence, and nothing of it is kept."""
    alice = await counter.sender("alice")
    assert (await alice.announce((1 << 20) + 1)).status == 413
    assert (await alice.announce(0)).status == 422
    assert (await alice.announce(5, Upload_Metadata="filename ***")).status == 400
    assert (await alice.browser.fetch("POST", "/uploads", **TUS)).status == 400
    assert await ArrivingFile.all().count() == 0
    paths = [await alice.begun(5) for _ in range(MOST_ARRIVING)]
    refused = await alice.announce(5)
    assert refused.status == 429
    assert "on their way already" in (await refused.json())["error"]
    assert (await alice.add(paths[0], 0, b"123456")).status == 413
    assert (await alice.add(paths[0], 0, b"123")).status == 204
    assert counter.held == [paths[0].rpartition("/")[2]]
    assert (await alice.browser.fetch("DELETE", paths[0], **TUS)).status == 204
    assert counter.held == []
    assert (await alice.announce(5)).status == 201
    assert (await (await counter.sender("bob")).announce(5)).status == 201


async def test_a_bad_file_is_named(counter: Counter) -> None:
    """A file that is no photo is refused when it is whole, with its reason, for good."""
    alice = await counter.sender("alice")
    path = await alice.begun(12)
    for _ in range(2):
        refused = await alice.add(path, await alice.offset(path), b"" if await alice.offset(path) else b"no photo at.")
        assert refused.status == 422
        assert "not a picture" in (await refused.json())["error"]
    assert counter.held == []
    assert (await (await alice.browser.get(path)).json())["state"] == "refused"
    assert await Photo.all().count() == 0


async def test_a_full_disk(counter: Counter, tmp_path: Path) -> None:
    """Where the disk's reserve is reached nothing is taken, and what had arrived waits for better times."""
    alice = await counter.sender("alice")
    path = await alice.begun()
    await alice.add(path, 0, PHOTO[:500])
    folder = counter.app[STORAGE]
    folder._reserve = 1 << 60
    assert (await alice.announce(100)).status == 507
    refused = await alice.add(path, 500, PHOTO[500:])
    assert refused.status == 507
    assert "nearly full" in (await refused.json())["error"]
    assert await alice.offset(path) == 500
    folder._reserve = 0
    assert (await alice.add(path, 500, PHOTO[500:])).status == 204
    full = Folder(tmp_path / "full", reserve=1 << 60)
    full.prepare()
    assert full.shortage() > 0


async def test_what_never_ends_is_forgotten(counter: Counter) -> None:
    """After a day the row and the bytes are gone, and so are bytes that no row knows."""
    alice, instance = await counter.sender("alice"), counter.gallery.instance
    path = await alice.begun()
    await alice.add(path, 0, PHOTO[:500])
    assert await forget_late(instance, counter.app[ARRIVING]) == 0
    late = replace(instance, clock=lambda: instance.clock() + KEPT + 1000)
    assert await forget_late(late, counter.app[ARRIVING]) == 1
    assert (counter.held, await ArrivingFile.all().count()) == ([], 0)
    assert (await alice.add(path, 500, PHOTO[500:])).status == 404


async def test_nobody_squeezes_in_twice(counter: Counter) -> None:
    """Of two photos at once that fit into a share only alone one is kept; the other is told why, and keeps its turn."""
    alice = await counter.sender("alice")
    noise = [
        encoded(Image.frombytes("RGB", (560, 560), random_places.randbytes(560 * 560 * 3)), "JPEG") for _ in range(2)
    ]
    await User.filter(account_id=alice.account_id).update(quota_megabytes=1)
    paths = [await alice.begun(len(data)) for data in noise]
    answers = await asyncio.gather(*(alice.add(path, 0, data) for path, data in zip(paths, noise, strict=True)))
    assert sorted(answer.status for answer in answers) == [204, 507]
    assert await Photo.all().count() == 1
    await counter.gallery.sweep.work_once()
    assert counter.gallery.files == await counter.gallery.known_files()
    (late,) = [number for number, answer in enumerate(answers) if answer.status == 507]
    assert "of 1 MB are used" in (await answers[late].json())["error"]
    await User.filter(account_id=alice.account_id).update(quota_megabytes=0)
    assert (await alice.add(paths[late], len(noise[late]), b"")).status == 204
    assert await Photo.all().count() == 2


async def test_a_full_share_is_said_before_any_work(counter: Counter) -> None:
    """Who has filled their share announces nothing, and a whole form is refused file by file."""
    alice = await counter.sender("alice")
    await User.filter(account_id=alice.account_id).update(quota_megabytes=1)
    async with counter.gallery.instance.change() as change:
        photo = await Photo.create(
            id=change.new_id(), account_id=alice.account_id, state=PhotoState.READY, created_at=change.now
        )
        for key in ("a", "a", "b"):  # a file that two photos need counts once
            await MediaFile.create(id=change.new_id(), key=key, photo_id=photo.id, size=1 << 19, created_at=0)
    refused = await alice.announce(100)
    assert refused.status == 507
    assert "1 of 1 MB are used" in (await refused.json())["error"]
    assert await ArrivingFile.all().count() == 0
    async with counter.gallery.instance.change() as change:
        assert await set_quota(change, username="alice", megabytes=None)
        assert not await set_quota(change, username="nobody", megabytes=5)
    assert (await alice.announce(100)).status == 201
