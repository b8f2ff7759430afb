"""Strangers' pictures: fetched when looked at, once, re-made here, and left alone when they cannot be had."""

from __future__ import annotations

import asyncio
from io import BytesIO

import pytest
from aiohttp import web
from PIL import Image

from rossgram_fed.federation.remote_media import NotToBeHad, RemoteMedia
from rossgram_fed.models import Account, MediaFailure, Photo
from rossgram_fed.models.posts import PhotoState
from tests.conftest import SettableClock
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.samples import a_file, exif_with, png_bomb

MINUTE, DAY = 60_000, 24 * 3600 * 1000


async def test_a_photo_is_fetched_and_kept(gallery: Gallery) -> None:
    """The first look fetches, without our actors' keys; the files are ours, the row is ready, and nothing is lost."""
    data = a_file(width=1600, height=1200, exif=exif_with(6, gps=True)) + b"SECRETTAIL"
    gallery.there.serve("/photo.jpg", data, content_type="image/jpeg")
    photo = await gallery.a_remote_photo(description="A lake")
    files = await gallery.remote.photo(photo.id)
    assert set(files) == {"grid", "feed", "full"}
    stored = await Photo.get(id=photo.id)
    assert (stored.state, stored.width, stored.height) == (PhotoState.READY, 1200, 1600)
    assert stored.blurhash
    assert stored.placeholder
    assert stored.description == "A lake"
    assert gallery.files == await gallery.known_files() == sorted(file["key"] for file in files.values())
    for file in files.values():
        data = gallery.folder.path(file["key"]).read_bytes()
        assert b"SECRET" not in data
        assert Image.open(BytesIO(data)).size == (file["width"], file["height"])
    (asked,) = gallery.there.received
    assert asked.headers["Accept"].startswith("image/")
    assert "Signature" not in asked.headers
    assert "Cookie" not in asked.headers


async def test_a_strangers_words_stay(gallery: Gallery) -> None:
    """The blurhash that came with the post is kept; the focal point that came with it is used."""
    gallery.there.serve("/photo.jpg", a_file())
    photo = await gallery.a_remote_photo(blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj", placeholder="AAAA", focal_x=0.5)
    await gallery.remote.photo(photo.id)
    stored = await Photo.get(id=photo.id)
    assert (stored.blurhash, stored.placeholder) == ("LEHV6nWB2yk8pyo0adR*.7kCMdnj", "AAAA")


async def test_many_lookers_are_one_fetch(gallery: Gallery) -> None:
    """However many look at once, the origin is asked once, and one who leaves takes nothing from the others."""
    gate = asyncio.Event()

    async def slowly(_: web.Request) -> web.Response:
        await gate.wait()
        return web.Response(body=a_file())

    gallery.there.answers["/photo.jpg"] = slowly
    photo = await gallery.a_remote_photo()
    lookers = [asyncio.create_task(gallery.remote.photo(photo.id)) for _ in range(10)]
    while not gallery.there.received:
        await asyncio.sleep(0)
    lookers[0].cancel()
    gate.set()
    results = await asyncio.gather(*lookers[1:])
    assert all(result == results[0] for result in results)
    assert gallery.there.asked_for("/photo.jpg") == 1
    assert len(gallery.files) == 2


NOT_TO_BE_HAD = [
    ("a page", b"<html>Please sign in</html>", 200, PhotoState.FAILED),
    ("an empty answer", b"", 200, PhotoState.FAILED),
    ("an SVG", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 200, PhotoState.FAILED),
    ("half a photo", a_file()[:3000], 200, PhotoState.FAILED),
    ("a bomb", png_bomb(12_000, 12_000), 200, PhotoState.FAILED),
    ("gone", b"", 410, PhotoState.FAILED),
    ("not found", b"", 404, PhotoState.FAILED),
    ("forbidden", b"", 403, PhotoState.FAILED),
    ("a server in trouble", b"", 503, PhotoState.REMOTE),
    ("too many requests", b"", 429, PhotoState.REMOTE),
    ("a redirect to nowhere", b"", 302, PhotoState.REMOTE),
]


async def test_what_cannot_be_had_leaves_no_file(gallery: Gallery) -> None:
    """A failure leaves a note and no file; one that will last marks the photo, one that may pass does not; and the
    second look does not knock again.
    """
    for number, (name, body, status, state) in enumerate(NOT_TO_BE_HAD):
        path = f"/{number}.jpg"
        gallery.there.serve(path, body, content_type="image/jpeg", status=status)
        photo = await gallery.a_remote_photo(f"https://there.test{path}")
        for _ in range(2):
            with pytest.raises(NotToBeHad, match=r"\.$"):
                await gallery.remote.photo(photo.id)
        assert (await Photo.get(id=photo.id)).state == state, name
        assert gallery.files == await gallery.known_files() == [], name
        assert gallery.there.asked_for(path) == 1, name


async def test_a_failure_is_tried_again_later_and_forgotten(gallery: Gallery, clock: SettableClock) -> None:
    """After five minutes one more knock, then twenty; when it works at last the note goes."""
    gallery.there.serve("/photo.jpg", b"", status=503)
    photo = await gallery.a_remote_photo()
    for minutes, knocks in ((0, 1), (4, 1), (1, 2), (19, 2), (1, 3)):
        clock.advance(minutes * MINUTE)
        with pytest.raises(NotToBeHad):
            await gallery.remote.photo(photo.id)
        assert gallery.there.asked_for("/photo.jpg") == knocks
    gallery.there.serve("/photo.jpg", a_file())
    clock.advance(DAY)
    await gallery.remote.photo(photo.id)
    assert (await Photo.get(id=photo.id)).state == PhotoState.READY
    assert await MediaFailure.all().count() == 0


async def test_a_photo_that_failed_for_good_comes_back_when_asked_for(gallery: Gallery, clock: SettableClock) -> None:
    """A day after the origin said 404, whoever asks for the photo by its address makes us look once more."""
    gallery.there.serve("/photo.jpg", b"", status=404)
    photo = await gallery.a_remote_photo()
    with pytest.raises(NotToBeHad):
        await gallery.remote.photo(photo.id)
    gallery.there.serve("/photo.jpg", a_file())
    clock.advance(DAY)
    await gallery.remote.photo(photo.id)
    assert (await Photo.get(id=photo.id)).state == PhotoState.READY


async def test_a_server_that_never_recovers_is_given_up(gallery: Gallery, clock: SettableClock) -> None:
    """After six failures in a row a photo counts as failed, whatever the reason."""
    gallery.there.serve("/photo.jpg", b"", status=503)
    photo = await gallery.a_remote_photo()
    for _ in range(6):
        assert (await Photo.get(id=photo.id)).state == PhotoState.REMOTE
        with pytest.raises(NotToBeHad):
            await gallery.remote.photo(photo.id)
        clock.advance(DAY)
    assert (await Photo.get(id=photo.id)).state == PhotoState.FAILED


NOWHERE_TO_GO = [
    ("https://10.0.0.1/photo.jpg", "a private address"),
    ("https://[::1]/photo.jpg", "loopback in IPv6"),
    ("https://169.254.169.254/latest/meta-data", "the cloud's metadata"),
    ("https://inside.test/photo.jpg", "a name that leads inside"),
    ("file:///etc/passwd", "another protocol"),
    ("data:image/png;base64,AAAA", "no address at all"),
    ("https://here.test/photos/1/full", "ourselves"),
    ("https://user:secret@there.test/0.jpg", "credentials"),
]


async def test_the_guard_stands_at_every_hop(gallery: Gallery) -> None:
    """A redirect to where we do not go is refused, and only the first server was ever asked."""
    resolver = gallery.there.session.connector._resolver  # type: ignore[union-attr]
    resolver.addresses["inside.test"] = ["10.1.2.3"]  # type: ignore[union-attr]
    for number, (location, reason) in enumerate(NOWHERE_TO_GO):
        gallery.there.received.clear()
        gallery.there.serve(f"/{number}.jpg", b"", status=302, Location=location)
        photo = await gallery.a_remote_photo(f"https://there.test/{number}.jpg")
        with pytest.raises(NotToBeHad):
            await gallery.remote.photo(photo.id)
        assert [asked.path for asked in gallery.there.received] == [f"/{number}.jpg"], reason


async def test_redirects_are_followed_three_times(gallery: Gallery) -> None:
    """Three redirects are followed, also relative ones; the fourth is not."""
    for hop in range(5):
        gallery.there.serve(f"/{hop}.jpg", b"", status=302, Location=f"{hop + 1}.jpg")
    gallery.there.serve("/5.jpg", a_file())
    for start in (4, 2):
        await gallery.remote.photo((await gallery.a_remote_photo(f"https://there.test/{start}.jpg")).id)
    with pytest.raises(NotToBeHad):
        await gallery.remote.photo((await gallery.a_remote_photo("https://there.test/1.jpg")).id)
    assert gallery.there.asked_for("/4.jpg") == 3
    assert gallery.there.asked_for("/5.jpg") == 2


async def test_a_file_too_large_is_not_read_to_its_end(gallery: Gallery) -> None:
    """An endless answer is cut off at the limit."""
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(1_000_000))
                # Writing to a closed connection does not wait: without a turn of the loop nobody says that it closed.
                await asyncio.sleep(0)
                sent += 1_000_000
        except ConnectionError:
            cut_off.set()
        return response

    cut_off = asyncio.Event()
    gallery.there.answers["/photo.jpg"] = endless
    photo = await gallery.a_remote_photo()
    with pytest.raises(NotToBeHad):
        await gallery.remote.photo(photo.id)
    await asyncio.wait_for(cut_off.wait(), 60)
    assert sent < 100_000_000


async def test_what_is_no_picture_is_not_fetched(gallery: Gallery) -> None:
    """What we can only link to, and an avatar that nobody has, cause no request."""
    for kind in ("video", "audio"):
        photo = await gallery.a_remote_photo("https://there.test/film.mp4", kind=kind)
        with pytest.raises(NotToBeHad):
            await gallery.remote.photo(photo.id)
    async with gallery.instance.change() as change:
        sam = await gallery.a_sam(change)
    with pytest.raises(NotToBeHad):
        await gallery.remote.avatar(sam.id)
    assert gallery.there.received == []


async def test_a_photo_that_changed_meanwhile_keeps_no_old_file(gallery: Gallery) -> None:
    """When the author exchanges a photo while it is fetched, what was fetched is thrown away."""
    photo = await gallery.a_remote_photo()

    async def exchanged(_: web.Request) -> web.Response:
        async with gallery.instance.change() as change:
            await change.tx.execute("UPDATE photos SET remote_url = 'https://there.test/other.jpg'")
        return web.Response(body=a_file())

    gallery.there.answers["/photo.jpg"] = exchanged
    with pytest.raises(NotToBeHad, match="changed or deleted"):
        await gallery.remote.photo(photo.id)
    assert gallery.files == await gallery.known_files() == []
    assert (await Photo.get(id=photo.id)).state == PhotoState.REMOTE


async def test_an_avatar_is_fetched_and_exchanged(gallery: Gallery) -> None:
    """A new address at the origin means a new picture here, and the old file goes."""
    gallery.there.serve("/one.png", a_file("PNG", 500, 500))
    gallery.there.serve("/two.png", a_file("PNG", 500, 500, seed=2))
    async with gallery.instance.change() as change:
        sam = await gallery.a_sam(change)
        await Account.filter(id=sam.id).update(avatar_url="https://there.test/one.png")
    first = (await gallery.remote.avatar(sam.id))["avatar"]
    assert (first["media_type"], first["width"]) == ("image/jpeg", 400)
    await Account.filter(id=sam.id).update(avatar_url="https://there.test/two.png")
    second = (await gallery.remote.avatar(sam.id))["avatar"]
    await gallery.sweep.work_once()
    assert gallery.files == await gallery.known_files() == [second["key"]]


async def test_a_header_and_an_avatar_of_one_account(gallery: Gallery) -> None:
    """Each is cut to its own shape, and a new one takes the place of the one before without touching the other."""
    for name, seed in (("one", 1), ("two", 2), ("wide", 3)):
        gallery.there.serve(f"/{name}.png", a_file("PNG", 600, 500, seed=seed))
    async with gallery.instance.change() as change:
        sam = await gallery.a_sam(change)
        addresses = {"avatar_url": "https://there.test/one.png", "header_url": "https://there.test/wide.png"}
        await Account.filter(id=sam.id).update(**addresses)
    header = (await gallery.remote.portrait(sam.id, "header"))["header"]
    assert (header["media_type"], header["width"], header["height"]) == ("image/jpeg", 600, 200)
    await gallery.remote.avatar(sam.id)
    await Account.filter(id=sam.id).update(avatar_url="https://there.test/two.png")
    avatar = (await gallery.remote.avatar(sam.id))["avatar"]
    await gallery.sweep.work_once()
    assert gallery.files == await gallery.known_files() == sorted([avatar["key"], header["key"]])


async def test_a_host_is_not_overrun_and_nobody_queues_without_end(gallery: Gallery) -> None:
    """One host is asked for three pictures at a time; beyond what may wait, the next ones are put off, not noted."""
    under_way, most, gate = 0, 0, asyncio.Event()

    async def slowly(_: web.Request) -> web.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await gate.wait()
        under_way -= 1
        return web.Response(body=a_file())

    photos = []
    for number in range(6):
        gallery.there.answers[f"/{number}.jpg"] = slowly
        photos.append(await gallery.a_remote_photo(f"https://there.test/{number}.jpg"))
    remote = RemoteMedia(gallery.network, gallery.studio, gallery.folder, most_waiting=5)
    looks = [asyncio.create_task(remote.photo(photo.id)) for photo in photos]
    await asyncio.wait(looks, return_when=asyncio.FIRST_EXCEPTION)
    (put_off,) = [look for look in looks if look.done()]
    with pytest.raises(NotToBeHad, match="try again in a moment"):
        await put_off
    while most < 3:
        await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*(look for look in looks if look is not put_off))
    assert most == 3
    assert await MediaFailure.all().count() == 0
