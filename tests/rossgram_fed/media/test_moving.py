"""Files go from a folder to a bucket and back while the server runs: verified, resumable, and lost in no case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.media.bucket import Bucket
from rossgram_fed.media.checking import check
from rossgram_fed.media.moving import Place, move
from rossgram_fed.media.shelves import Shelves
from rossgram_fed.media.storage import Folder, Written
from rossgram_fed.models import MediaFile
from tests.builders import a_person
from tests.rossgram_fed.media.buckets import FailingStore, bucket_at, make_bucket, s3


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3() as address:
        yield address


@pytest.fixture
async def failing() -> AsyncIterator[FailingStore]:
    store = FailingStore()
    await store.server.start_server()
    yield store
    await store.server.close()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "media")
    made.prepare()
    return made


async def some_files(instance: Instance, storage: Folder | Bucket, count: int = 6) -> list[Written]:
    """Files with rows that somebody needs."""
    written = await storage.put_all([(bytes([number]) * 5000, ".jpg") for number in range(count)])
    async with instance.change() as change:
        person = await a_person(change)
        for one in written:
            await MediaFile.create(
                id=change.new_id(), account_id=person.id, size=5000, created_at=0, key=one.key, digest=one.digest
            )
    return written


async def keys_in(storage: Folder | Bucket) -> list[str]:
    return sorted([key async for keys in storage.old_keys(-5) for key in keys])


async def test_there_and_back(instance: Instance, folder: Folder, endpoint: str, tmp_path: Path) -> None:
    """Everything goes to the bucket and back; in between it is found wherever it is, and nothing is copied twice."""
    bucket = bucket_at(endpoint, make_bucket(endpoint))
    written = await some_files(instance, folder)
    keys = sorted(one.key for one in written)
    storage = Shelves(tmp_path / "media", bucket, copies=tmp_path / "copies", most=1 << 30, in_bucket=True)
    reader = instance.database

    done = await move(reader, Place(folder), Place(bucket))
    assert (done.copied, done.size, done.deleted, done.failed) == (6, 30_000, 0, 0)
    assert await keys_in(folder) == await keys_in(bucket) == keys
    done = await move(reader, Place(folder), Place(bucket), delete_source=True)
    assert (done.copied, done.there_already, done.deleted, done.failed) == (0, 6, 6, 0)
    assert (await keys_in(folder), await keys_in(bucket)) == ([], keys)
    assert all([await storage.fetch(key) for key in keys])
    told: list[int] = []
    done = await move(
        reader, Place(bucket), Place(folder), delete_source=True, told=lambda moved: told.append(moved.copied)
    )
    assert (done.copied, done.deleted, done.failed, told) == (6, 6, 0, [6])
    assert (await keys_in(folder), await keys_in(bucket)) == (keys, [])
    checked = await check(reader, (Place(folder), Place(bucket)))
    assert (checked.well, checked.bad) == (6, 0)


async def test_what_is_stopped_goes_on(instance: Instance, folder: Folder, failing: FailingStore) -> None:
    """A run that is broken off anywhere leaves every file in at least one place, and the next one ends the work."""
    bucket = bucket_at(failing.endpoint)
    written = await some_files(instance, folder)
    for stop in range(1, 30, 4):
        work = asyncio.create_task(move(instance.database, Place(folder), Place(bucket), delete_source=True))
        begun = len(failing.asked)
        while len(failing.asked) < begun + stop and not work.done():
            await asyncio.sleep(0)
        work.cancel()
        await asyncio.wait([work])
        in_folder = set(await keys_in(folder))
        in_bucket = {name.rpartition("/")[2] for name in failing.objects}
        assert in_folder | in_bucket == {one.key for one in written}
    done = await move(instance.database, Place(folder), Place(bucket), delete_source=True)
    assert done.failed == 0
    assert await keys_in(folder) == []
    assert len(failing.objects) == 6


@pytest.mark.parametrize("trouble", ["500", "cut", "slow", "checksum"])
async def test_an_outage_deletes_nothing(
    instance: Instance, folder: Folder, failing: FailingStore, trouble: str
) -> None:
    """Files that a failing bucket did not take stay where they are, and each is named with its reason."""
    written = await some_files(instance, folder, 3)
    bucket = bucket_at(failing.endpoint, seconds=0.3)
    sizes, patient = bucket.sizes, bucket_at(failing.endpoint)

    async def then_fail(keys: list[str]) -> dict[str, int]:
        found = await (sizes(keys) if failing.trouble else patient.sizes(keys))
        failing.trouble, failing.spared = trouble, 0
        return found

    bucket.sizes = then_fail  # type: ignore[method-assign, assignment]
    done = await move(instance.database, Place(folder), Place(bucket), delete_source=True)
    assert (done.copied, done.deleted) == (0, 0)
    assert done.problems[0].partition(":")[0] in {one.key for one in written}
    assert done.stopped
    assert await keys_in(folder) == sorted(one.key for one in written)


async def test_a_changed_file_is_not_passed_on(instance: Instance, folder: Folder, endpoint: str) -> None:
    """A file whose bytes are not those of its checksum is named, stays where it is, and arrives nowhere."""
    bucket = bucket_at(endpoint, make_bucket(endpoint))
    first, second, third = await some_files(instance, folder, 3)
    folder.path(first.key).write_bytes(b"rotten" * 100)
    done = await move(instance.database, Place(folder), Place(bucket), delete_source=True)
    assert (done.copied, done.deleted, done.failed) == (2, 2, 1)
    assert first.key in done.problems[0]
    assert await keys_in(folder) == [first.key]
    assert await keys_in(bucket) == sorted([second.key, third.key])
    await bucket.delete(third.key)
    checked = await check(instance.database, (Place(folder), Place(bucket)))
    assert (checked.well, checked.changed, checked.missing) == (1, (first.key,), (third.key,))
