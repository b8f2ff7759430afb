"""Nothing is stored twice; what several need goes with the last of them; and nobody learns of another by it."""

from __future__ import annotations

import hashlib

import orjson
import pytest

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.developing import develop
from rossgram_fed.media.keeping import Files, note_avatar, note_photo_files, remove_files, shared, write_files
from rossgram_fed.media.pictures import Recipe
from rossgram_fed.models import Account, MediaFile, Photo
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.uploads import Developed, discard, store_photo
from tests.builders import a_person, a_stranger
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.samples import a_file
from tests.rossgram_fed.media.test_stripping import telling_jpeg

LIMITS = LimitSettings()
PICTURE = develop(a_file("PNG", 64, 48), LIMITS)
FACE = develop(a_file(seed=5), LIMITS, recipe=Recipe.AVATAR)


@pytest.fixture
async def people(gallery: Gallery) -> list[Account]:
    async with gallery.instance.change() as change:
        return [await a_person(change, name) for name in ("ana", "bo")]


async def upload(gallery: Gallery, account: Account) -> Photo:
    """A photo as an upload leaves it, and what the sweep then finds."""
    developed = Developed(name="a.png", picture=PICTURE, files=await write_files(gallery.folder, PICTURE))
    async with gallery.instance.change() as change:
        photo_id = await store_photo(change, account.id, photo=developed, folder=gallery.folder)
    await gallery.sweep.work_once()
    return await Photo.get(id=photo_id)


def keys_of(photo: Photo) -> dict[str, str]:
    return {name: one["key"] for name, one in orjson.loads(photo.renditions).items()}


async def test_the_same_photo_is_stored_once(gallery: Gallery, people: list[Account]) -> None:
    """Two people's uploads of one picture are two photos and one set of files, known by their SHA-256."""
    first = await upload(gallery, people[0])
    files = gallery.files
    second = await upload(gallery, people[1])
    assert gallery.files == files
    assert keys_of(first) == keys_of(second)
    for row in await MediaFile.all():
        assert hashlib.sha256(gallery.folder.path(row.key).read_bytes()).hexdigest() == row.digest
    assert "digest" not in first.renditions


async def test_files_go_with_the_last_who_needs_them(gallery: Gallery, people: list[Account]) -> None:
    """Removing one of the photos leaves the other whole; removing both leaves nothing; and then it can come again."""
    photos = [await upload(gallery, account) for account in people]
    files = gallery.files
    async with gallery.instance.change() as change:
        await discard(change, [photos[0].id], account_id=people[0].id)
    assert await gallery.sweep.work_once() == 0
    assert gallery.files == files
    async with gallery.instance.change() as change:
        await discard(change, [photos[1].id], account_id=people[1].id)
    assert await gallery.sweep.work_once() == len(files)
    assert gallery.files == await gallery.known_files() == []
    again = await upload(gallery, people[0])
    assert set(gallery.files) == set(keys_of(again).values())
    assert set(gallery.files).isdisjoint(files), "its addresses are new: those of what was deleted stay dead"


async def test_what_nobody_needs_any_more_is_not_joined(gallery: Gallery, people: list[Account]) -> None:
    """Between the deletion of a photo and the sweep, the same picture gets files of its own."""
    first = await upload(gallery, people[0])
    async with gallery.instance.change() as change:
        await discard(change, [first.id], account_id=people[0].id)
    files = await write_files(gallery.folder, PICTURE)
    async with gallery.instance.change() as change:
        developed = Developed(name="a.png", picture=PICTURE, files=files)
        second = await Photo.get(id=await store_photo(change, people[1].id, photo=developed, folder=gallery.folder))
    await gallery.sweep.work_once()
    assert set(keys_of(second).values()) == set(gallery.files)
    assert set(gallery.files).isdisjoint(keys_of(first).values())


async def test_lost_files_are_not_joined(gallery: Gallery, people: list[Account]) -> None:
    """Where a disk lost files, sending the picture again heals the new photo."""
    first = await upload(gallery, people[0])
    await gallery.folder.delete(*keys_of(first).values())
    second = await upload(gallery, people[1])
    assert all(gallery.folder.find(key) for key in keys_of(second).values())


async def test_a_change_that_fails_leaves_no_trace(gallery: Gallery, people: list[Account]) -> None:
    """Rows that are undone undo the sharing; what was written for them is removed, and nothing else."""
    first = await upload(gallery, people[0])
    files = await write_files(gallery.folder, PICTURE)
    with pytest.raises(RuntimeError):
        async with gallery.instance.change() as change:
            noted = await shared(change, files, folder=gallery.folder)
            assert {one["key"] for one in noted.values()} == set(keys_of(first).values())
            raise RuntimeError
    await remove_files(gallery.folder, files)
    await gallery.sweep.work_once()
    assert gallery.files == await gallery.known_files() == sorted(set(keys_of(first).values()))


async def face_of(gallery: Gallery, account: Account, source: str) -> str:
    files: Files = await write_files(gallery.folder, FACE)
    async with gallery.instance.change() as change:
        key = await note_avatar(change, files, account_id=account.id, source=source)
    await gallery.sweep.work_once()
    return key


async def test_the_face_that_everybody_starts_with_is_stored_once(gallery: Gallery) -> None:
    """Avatars that are the same are one file, which goes with the last account that shows it."""
    async with gallery.instance.change() as change:
        strangers = [await a_stranger(change, name) for name in ("sam", "kim")]
    one, other = [await face_of(gallery, account, "https://there.test/missing.png") for account in strangers]
    assert one == other
    assert gallery.files == [one]
    for account, left in zip(strangers, ([one], []), strict=True):
        await Account.filter(id=account.id).delete()
        await gallery.sweep.work_once()
        assert gallery.files == left


async def test_making_room_spares_what_people_here_sent(gallery: Gallery, people: list[Account]) -> None:
    """A copy that shares its files with somebody's own photo can be let go; the files stay for the photo."""
    mine = await upload(gallery, people[0])
    copy = await gallery.a_remote_photo()
    files = await write_files(gallery.folder, PICTURE)
    async with gallery.instance.change() as change:
        await note_photo_files(change, await shared(change, files), photo_id=copy.id, remote=True)
        await Photo.filter(id=copy.id).update(state=PhotoState.READY)
        await change.tx.execute("UPDATE media_files SET size = 9000000000 WHERE remote")
    await gallery.sweep.beyond_the_cache()
    assert (await Photo.get(id=copy.id)).state is PhotoState.REMOTE
    assert all(gallery.folder.find(key) for key in keys_of(mine).values())


async def test_the_rough_place_is_kept_until_it_is_posted(gallery: Gallery, people: list[Account]) -> None:
    """A photo that waits knows roughly where it is from; one that is stored for a post at once does not."""
    picture = develop(telling_jpeg(), LIMITS)
    for post, near in ((None, "52.52 13.41"), ((await gallery.a_remote_photo()).post_id, "")):
        files = await write_files(gallery.folder, picture)
        async with gallery.instance.change() as change:
            developed = Developed(name="a.jpg", picture=picture, files=files)
            photo_id = await store_photo(change, people[0].id, photo=developed, post_id=post)
        photo = await Photo.get(id=photo_id)
        assert photo.taken_near == near
        assert orjson.loads(photo.exif) == {"make": "SECRETMAKE", "creator": "SECRETARTIST"}
