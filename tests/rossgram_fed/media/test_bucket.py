"""Photos in a bucket: whole or not at all, private, found wherever they are, and no loss when the bucket fails."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from rossgram_fed.config import S3Settings, Settings, StorageSettings
from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.bucket import Bucket
from rossgram_fed.media.configured import storage_from
from rossgram_fed.media.errors import NotKept, NotReachable, UnknownKey
from rossgram_fed.media.shelves import Shelves
from rossgram_fed.media.storage import STORAGE, Folder
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.models import Photo
from rossgram_fed.posts.uploads import RefusedUpload, Uploaded, receive
from rossgram_fed.secrets_file import BadSecrets, load_or_create
from rossgram_fed.web.forms import Upload
from tests.builders import a_person
from tests.rossgram_fed.media.buckets import FailingStore, bucket_at, make_bucket, s3
from tests.rossgram_fed.media.conftest import Gallery
from tests.rossgram_fed.media.samples import a_file

BIG = bytes(range(256)) * (6 << 12)
"""6 MiB: more than one part."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3() as address:
        yield address


@pytest.fixture
def bucket(endpoint: str) -> Bucket:
    return bucket_at(endpoint, make_bucket(endpoint), prefix="a/b")


@pytest.fixture
async def failing() -> AsyncIterator[FailingStore]:
    store = FailingStore()
    await store.server.start_server()
    yield store
    await store.server.close()


def shelves(path: Path, bucket: Bucket, *, in_bucket: bool = True, most: int = 1 << 30) -> Shelves:
    made = Shelves(path / "media", bucket, copies=path / "copies", most=most, in_bucket=in_bucket)
    made.prepare()
    return made


async def keys_in(storage: Folder | Bucket) -> list[str]:
    return sorted([key async for keys in storage.old_keys(-5) for key in keys])


async def bytes_of(bucket: Bucket, key: str) -> bytes:
    return b"".join([piece async for piece in bucket.pieces(key)])


async def test_what_is_put_in_comes_out(bucket: Bucket) -> None:
    """Objects small and large are listed, sized, read and removed under keys that nobody can guess."""
    small, large = await bucket.put_all([(b"bytes", ".webp"), (BIG, ".jpg")])
    assert await bucket.sizes([small.key, large.key, "0" * 32 + ".jpg"]) == {small.key: 5, large.key: len(BIG)}
    assert await keys_in(bucket) == sorted([small.key, large.key])
    assert await bytes_of(bucket, large.key) == BIG
    assert len(small.digest) == 64
    await bucket.delete(small.key, large.key, small.key)
    assert await keys_in(bucket) == []
    with pytest.raises(UnknownKey):
        await bytes_of(bucket, small.key)


async def test_nobody_reads_the_bucket_but_us(endpoint: str) -> None:
    """A whole address of an object is of no use to who has not the keys."""
    name = make_bucket(endpoint)
    (one,) = await bucket_at(endpoint, name).put_all([(b"bytes", ".jpg")])
    with pytest.raises(urllib.error.HTTPError) as refused:
        await asyncio.to_thread(urllib.request.urlopen, f"{endpoint}/{name}/{one.key[:2]}/{one.key}", timeout=60)
    assert refused.value.code == 403


async def test_what_is_in_either_place_is_found(tmp_path: Path, bucket: Bucket) -> None:
    """New files go where they should; those in the other place are served as well, and deleted with one word."""
    before = await Folder(tmp_path / "media").put(b"before", ".jpg")
    storage = shelves(tmp_path, bucket)
    (after,) = await storage.put_all([(b"after", ".jpg")])
    assert storage.find(after.key) is None, "it is only in the bucket"
    for key, data in ((before, b"before"), (after.key, b"after")):
        path = await storage.fetch(key)
        assert path is not None
        assert path.read_bytes() == data
    assert await storage.fetch("0" * 32 + ".jpg") is None
    assert await storage.fetch("../../etc/passwd") is None
    back = shelves(tmp_path, bucket, in_bucket=False)
    (local,) = await back.put_all([(b"local", ".jpg")])
    assert Folder(tmp_path / "media").find(local.key)
    assert sorted({before, after.key, local.key}) == await keys_in(storage)
    await storage.delete(before, after.key, local.key)
    assert await keys_in(storage) == []
    assert storage.find(after.key) is None


async def test_many_who_look_fetch_once(tmp_path: Path, failing: FailingStore) -> None:
    """A file that everybody wants at once is brought from the bucket a single time, and is whole for all."""
    storage = shelves(tmp_path, bucket_at(failing.endpoint))
    (one,) = await storage.put_all([(b"wanted", ".jpg")])
    paths = await asyncio.gather(*(storage.fetch(one.key) for _ in range(20)))
    assert {path.read_bytes() for path in paths if path} == {b"wanted"}
    assert len([what for what in failing.asked if what[0] == "GET"]) == 1


async def test_copies_stay_within_their_size(tmp_path: Path, failing: FailingStore) -> None:
    """Copies beyond their bound go, and are had again from the bucket."""
    storage = shelves(tmp_path, bucket_at(failing.endpoint), most=2500)
    written = await storage.put_all([(bytes([number]) * 1000, ".jpg") for number in range(4)])
    for one in written:
        await storage.fetch(one.key)
    assert storage.drop_copies() == 2
    assert sum(storage.find(one.key) is not None for one in written) == 2
    assert all([await storage.fetch(one.key) for one in written])
    assert len(failing.objects) == 4


@pytest.mark.parametrize(
    ("trouble", "spared"),
    [
        ("500", 0),  # an outage from the start
        ("500", 1),  # an outage in the middle of a picture's files
        ("cut", 1),  # a connection that breaks
        ("slow", 1),  # a store that takes the bytes and never answers
        ("checksum", 1),  # bytes that were changed on the way
        ("late", 1),  # a store that keeps a file and says that it did not
    ],
)
async def test_a_bucket_that_fails_keeps_nothing(failing: FailingStore, trouble: str, spared: int) -> None:
    """Of a picture that cannot be kept whole nothing is named, and what is left is taken away when it can be."""
    failing.trouble, failing.spared = trouble, spared
    bucket = bucket_at(failing.endpoint, seconds=1)
    work = asyncio.create_task(bucket.put_all([(b"one", ".jpg"), (b"two", ".webp"), (b"three", ".webp")]))
    with pytest.raises(NotKept) as refused:
        await work
    assert "does not answer as it should" in refused.value.reason
    assert "secret" not in str(refused.value)
    assert any("delete" in path or method == "DELETE" for method, path in failing.asked), "it tries to clean up"


async def test_what_failed_is_taken_back(failing: FailingStore) -> None:
    """When only one of the files is refused, the others go again at once."""
    failing.trouble, failing.spared = "checksum", 2
    bucket = bucket_at(failing.endpoint)
    delete, cleaned = bucket.delete, asyncio.Event()

    async def when_well(*keys: str) -> None:
        failing.trouble = ""
        await delete(*keys)
        cleaned.set()

    bucket.delete = when_well  # type: ignore[method-assign]
    with pytest.raises(NotKept):
        await bucket.put_all([(b"one", ".jpg"), (b"two", ".webp"), (b"three", ".webp")])
    assert cleaned.is_set()
    assert failing.objects == {}


async def test_an_outage_is_no_loss(tmp_path: Path, failing: FailingStore) -> None:
    """While the bucket is away a file counts as out of reach, not as gone, and half of one is never shown."""
    patient, storage = [shelves(tmp_path, bucket_at(failing.endpoint, seconds=seconds)) for seconds in (10, 0.3)]
    (one,) = await patient.put_all([(b"kept", ".jpg")])
    for trouble in ("500", "cut", "slow"):
        failing.trouble = trouble
        with pytest.raises(NotReachable):
            await storage.fetch(one.key)
        assert not storage.surely_missing(one.key)
        assert storage.find(one.key) is None
    await storage.delete(one.key)
    failing.trouble = ""
    path = await patient.fetch(one.key)
    assert path is not None
    assert path.read_bytes() == b"kept"
    assert not list((tmp_path / "copies" / "unfinished").iterdir())


async def test_an_outage_in_a_form(gallery: Gallery, tmp_path: Path, failing: FailingStore) -> None:
    """When the bucket fails in the middle of a form, each file is named with the reason, and no row is written."""
    storage = shelves(tmp_path / "apart", bucket_at(failing.endpoint, seconds=2))
    app = web.Application()
    app[INSTANCE], app[STUDIO], app[STORAGE] = gallery.instance, gallery.studio, storage
    request = make_mocked_request("POST", "/new", app=app)
    async with gallery.instance.change() as change:
        alice = (await a_person(change)).id
    failing.trouble, failing.spared = "500", 3
    outcomes = await receive(request, [an_upload("one.jpg"), an_upload("two.jpg")], account_id=alice)
    refused = [outcome for outcome in outcomes if isinstance(outcome, RefusedUpload)]
    assert refused, "three objects are fewer than two photos have"
    assert all(one.again and "does not answer as it should" in one.reason for one in refused)
    assert await Photo.all().count() == len(outcomes) - len(refused)
    failing.trouble = ""
    (late,) = await receive(request, [an_upload("one.jpg")], account_id=alice)
    assert isinstance(late, Uploaded)
    keys = {row["key"] for row in await gallery.instance.database.fetch("SELECT key FROM media_files")}
    assert keys <= {name.rpartition("/")[2] for name in failing.objects}, "a row never speaks of what is not there"
    assert gallery.files == [], "nothing of it is on the disk"


def an_upload(name: str) -> Upload:
    file = SpooledTemporaryFile()  # noqa: SIM115 - it goes with the test
    size = file.write(a_file(width=900, height=700))
    return Upload("files", name, "image/jpeg", file, size=size)


def test_keys_come_from_secrets_alone(tmp_path: Path) -> None:
    """The bucket's keys are read from the environment or the secrets, are needed, and are in no repr."""
    settings = Settings(storage=StorageSettings(data=tmp_path), s3=S3Settings(bucket="photos"))
    with pytest.raises(BadSecrets, match="ROSSGRAM_S3_ACCESS_KEY_ID"):
        storage_from(settings, {})
    load_or_create(tmp_path)
    with pytest.raises(BadSecrets, match=r"access_key_id"):
        storage_from(settings, {})
    with (tmp_path / "secrets.toml").open("a") as file:
        file.write('[s3]\naccess_key_id = "IDENTITY"\nsecret_access_key = "HIDDEN"\n')
    made = storage_from(settings, {})
    assert isinstance(made, Shelves)
    assert "HIDDEN" not in repr(made.bucket) + repr(vars(made.bucket))
    assert load_or_create(tmp_path).csrf
    environment = {"ROSSGRAM_S3_ACCESS_KEY_ID": "a", "ROSSGRAM_S3_SECRET_ACCESS_KEY": "b"}
    assert isinstance(storage_from(settings, environment), Shelves)
    assert type(storage_from(Settings(), {})) is Folder
