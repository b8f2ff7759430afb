"""The sweep: what nobody needs goes, what somebody needs stays."""

from __future__ import annotations

import os
import time
from dataclasses import replace

from rossgram_fed.instance import Instance
from rossgram_fed.media.developing import develop
from rossgram_fed.media.keeping import Files, note_avatar, note_photo_files, write_files
from rossgram_fed.media.pictures import Recipe
from rossgram_fed.media.sweeping import DAY, Sweep
from rossgram_fed.models import Account, Photo, Post
from rossgram_fed.models.posts import PhotoState
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.samples import a_file

LOCAL = 4
"""Files of a small local photo: what is sent, a WebP of it, and the tile in two types."""


async def copy_of(gallery: Gallery, photo: Photo) -> Files:
    """Give a remote photo files, as if it had been fetched just now."""
    picture = develop(a_file(), gallery.instance.settings.limits, recipe=Recipe.COPY)
    files = await write_files(gallery.folder, picture)
    async with gallery.instance.change() as change:
        await note_photo_files(change, files, photo_id=photo.id, remote=True)
        await Photo.filter(id=photo.id).update(state=PhotoState.READY, renditions='{"grid": {}}')
    return files


async def test_files_go_with_their_post(gallery: Gallery) -> None:
    """Deleting a post is enough: the rows let go of the files, and the sweep removes both."""
    gone, stays = await gallery.a_remote_photo(), await gallery.a_remote_photo()
    await copy_of(gallery, gone)
    kept = await copy_of(gallery, stays)
    await Post.filter(id=gone.post_id).delete()
    assert await gallery.sweep.work_once() == 2
    assert gallery.files == await gallery.known_files() == sorted({file["key"] for file in kept.values()})
    assert await gallery.sweep.work_once() == 0


async def test_files_go_with_their_account(gallery: Gallery) -> None:
    """An account that is deleted leaves no avatar behind; a new avatar replaces the old one's file."""
    limits = gallery.instance.settings.limits
    pictures = [develop(a_file(seed=seed), limits, recipe=Recipe.AVATAR) for seed in (1, 2)]
    first, second = [await write_files(gallery.folder, picture) for picture in pictures]
    async with gallery.instance.change() as change:
        alice = await a_person(change)
        await note_avatar(change, first, account_id=alice.id)
        key = await note_avatar(change, second, account_id=alice.id)
    await gallery.sweep.work_once()
    assert gallery.files == [key] == [second["avatar"]["key"]]
    await Account.filter(id=alice.id).delete()
    await gallery.sweep.work_once()
    assert gallery.files == await gallery.known_files() == []


def with_cache_of(instance: Instance, megabytes: int) -> Instance:
    limits = replace(instance.settings.limits, remote_media_cache_megabytes=megabytes)
    return replace(instance, settings=replace(instance.settings, limits=limits))


async def test_the_cache_keeps_its_size(gallery: Gallery, clock: SettableClock) -> None:
    """Copies are dropped, the oldest first, until there is room; their photos are remote again and nothing else is."""
    photos = []
    for number in range(4):
        photo = await gallery.a_remote_photo(f"https://there.test/{number}.jpg")
        await copy_of(gallery, photo)
        clock.advance(1000)
        photos.append(photo)
    async with gallery.instance.change() as change:
        await change.tx.execute("UPDATE media_files SET size = 300000")
    sweep = Sweep(with_cache_of(gallery.instance, 1), gallery.folder)
    assert await sweep.work_once() == 6, "2.4 MB are held; down to 90 % of 1 MiB means three photos less"
    states = [(await Photo.get(id=photo.id)).state for photo in photos]
    assert states == [PhotoState.REMOTE] * 3 + [PhotoState.READY]
    assert (await Photo.get(id=photos[0].id)).renditions == "{}"
    assert gallery.files == await gallery.known_files()
    assert len(gallery.files) == 2


async def test_local_photos_are_never_evicted(gallery: Gallery) -> None:
    """The cache's bound concerns copies; people's own photos are no copies."""
    async with gallery.instance.change() as change:
        alice = await a_person(change)
        photo = await Photo.create(
            id=change.new_id(), account_id=alice.id, state=PhotoState.READY, created_at=change.now
        )
    files = await write_files(gallery.folder, develop(a_file(), gallery.instance.settings.limits))
    async with gallery.instance.change() as change:
        await note_photo_files(change, files, photo_id=photo.id)
        await change.tx.execute("UPDATE media_files SET size = 900000000")
    assert await Sweep(with_cache_of(gallery.instance, 1), gallery.folder).work_once() == 0
    assert len(gallery.files) == LOCAL


async def test_orphans_are_found_after_a_day(gallery: Gallery, clock: SettableClock) -> None:
    """A file that no row knows goes when it is a day old; a young one may still get its row."""
    photo = await gallery.a_remote_photo()
    kept = await copy_of(gallery, photo)
    old, young = await gallery.folder.put(b"old", ".jpg"), await gallery.folder.put(b"young", ".jpg")
    for key in (old, kept["grid"]["key"]):
        os.utime(gallery.folder.path(key), (time.time() - 2 * 24 * 3600,) * 2)
    assert await gallery.sweep.work_once() == 1
    assert old not in gallery.files
    assert {young, kept["grid"]["key"]} <= set(gallery.files)


async def test_what_is_never_posted_goes(gallery: Gallery, clock: SettableClock) -> None:
    """An upload waits a day for its post; then its row goes, and its files with it."""
    async with gallery.instance.change() as change:
        alice = await a_person(change)
        photo = await Photo.create(
            id=change.new_id(), account_id=alice.id, state=PhotoState.READY, created_at=change.now
        )
    files = await write_files(gallery.folder, develop(a_file(), gallery.instance.settings.limits))
    async with gallery.instance.change() as change:
        await note_photo_files(change, files, photo_id=photo.id)
    await gallery.sweep.work_once()
    assert len(gallery.files) == LOCAL
    clock.advance(DAY + 1)
    while await gallery.sweep.work_once():
        pass
    await gallery.sweep.work_once()
    assert await Photo.all().count() == 0
    assert gallery.files == await gallery.known_files() == []
