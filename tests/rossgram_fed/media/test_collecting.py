"""What can go is counted before it goes, and copies go in the order in which nobody misses them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.media.collecting import collect, waste
from rossgram_fed.media.keeping import Files, note_photo_files
from rossgram_fed.media.sweeping import DAY, Sweep
from rossgram_fed.media.viewed import AGAIN_AFTER, Viewed
from rossgram_fed.models import MediaFile, Photo
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.renditions import Rendition
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.rossgram_fed.media.conftest import Gallery

MEGABYTE = 1 << 20


def with_limits(instance: Instance, **limits: int) -> Instance:
    return replace(instance, settings=replace(instance.settings, limits=replace(instance.settings.limits, **limits)))


async def a_copy(gallery: Gallery, number: int) -> Photo:
    """A remote photo that was fetched, of one megabyte as its row says."""
    photo = await gallery.a_remote_photo(f"https://there.test/{number}.jpg")
    key = await gallery.folder.put(b"copy", ".jpg")
    file = Rendition(key=key, media_type="image/jpeg", width=1, height=1, size=MEGABYTE, digest="")
    files: Files = {"feed": file}
    async with gallery.instance.change() as change:
        await change.tx.execute("UPDATE photos SET state = $1 WHERE id = $2", int(PhotoState.READY), photo.id)
        await note_photo_files(change, files, photo_id=photo.id, remote=True)
    return photo


async def states(*photos: Photo) -> list[PhotoState]:
    return [(await Photo.get(id=photo.id)).state for photo in photos]


async def test_the_longest_unseen_go_first(gallery: Gallery, clock: SettableClock) -> None:
    """A copy that was fetched first and is still looked at stays; one that nobody looks at goes."""
    seen, first, second = [await a_copy(gallery, number) for number in range(3)]
    viewed = Viewed(gallery.instance)
    clock.now += AGAIN_AFTER
    await viewed.photo(seen.id)
    await viewed.photo(seen.id)
    await viewed.write_down()
    noted = await MediaFile.get(photo_id=seen.id)
    assert noted.viewed_at == clock.now
    sweep = Sweep(with_limits(gallery.instance, remote_media_cache_megabytes=2), gallery.folder)
    assert await sweep.beyond_the_cache() == 2
    assert await states(seen, first, second) == [PhotoState.READY, PhotoState.REMOTE, PhotoState.REMOTE]


async def test_copies_have_an_age(gallery: Gallery, clock: SettableClock) -> None:
    """A copy that nobody looked at for the days that are set goes though there is room, and 0 keeps it."""
    old = await a_copy(gallery, 1)
    clock.now += 8 * DAY
    new = await a_copy(gallery, 2)
    assert await Sweep(with_limits(gallery.instance, remote_media_cache_days=0), gallery.folder).too_old() == 0
    assert await Sweep(with_limits(gallery.instance, remote_media_cache_days=7), gallery.folder).too_old() == 1
    assert await states(old, new) == [PhotoState.REMOTE, PhotoState.READY]


async def test_copies_make_room_before_anybody_is_refused(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk comes near its reserve copies go, while uploads are still taken."""
    copies = [await a_copy(gallery, number) for number in range(3)]
    lacking = {0: 0, 100: MEGABYTE + 1}
    gallery.folder._reserve = 100
    monkeypatch.setattr(gallery.folder, "shortage", lambda *, ahead=0: lacking.get(ahead, 0))
    await gallery.folder.put(b"an upload", ".jpg")
    assert await gallery.sweep.beyond_the_cache() == 2
    assert await states(*copies) == [PhotoState.REMOTE, PhotoState.REMOTE, PhotoState.READY]


async def test_counted_first_then_taken(gallery: Gallery, clock: SettableClock) -> None:
    """What is said to go is what goes, no more; a second look finds nothing."""
    instance = with_limits(gallery.instance, remote_media_cache_days=7)
    await a_copy(gallery, 1)
    async with instance.change() as change:
        person = await a_person(change)
        for number, needed in enumerate((True, False)):
            key = await gallery.folder.put(b"file", ".jpg")
            await MediaFile.create(
                id=change.new_id(), key=key, size=5 + number, created_at=0, account_id=person.id if needed else None
            )
        await Photo.create(id=change.new_id(), account_id=person.id, state=PhotoState.READY, created_at=change.now)
    clock.now += 8 * DAY
    before = gallery.files
    counted = [(one.files, one.size) for one in await waste(instance, gallery.folder)]
    assert counted == [(1, 6), (0, 0), (1, MEGABYTE), (0, 0), (0, 0)]
    assert gallery.files == before, "counting takes nothing"
    assert [(one.files, one.size) for one in await collect(instance, gallery.folder)] == counted
    assert len(gallery.files) == 1
    assert await Photo.filter(post_id=None).count() == 0
    assert {one.files for one in await waste(instance, gallery.folder)} == {0}
