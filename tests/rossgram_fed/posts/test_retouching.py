"""Photos get another crop and look: rows and files agree afterwards, and nobody sees what was cut off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import MultiDict

from rossgram_fed.config import LimitSettings
from rossgram_fed.instance import INSTANCE, Instance
from rossgram_fed.media.editing import UNTOUCHED, Edits
from rossgram_fed.media.keeping import write_files
from rossgram_fed.media.proofs import PROOFS, Proofs
from rossgram_fed.media.quota import set_quota
from rossgram_fed.media.storage import STORAGE, Folder
from rossgram_fed.media.studio import STUDIO, Studio
from rossgram_fed.media.sweeping import Sweep
from rossgram_fed.models import MediaFile, Photo
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.retouching import keep_retouched, retouch_waiting, retouched
from rossgram_fed.posts.uploads import Developed, store_photo
from rossgram_fed.sizes import FEDERATED, GRID, ORIGINAL
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.forms import Form
from tests.builders import a_person
from tests.rossgram_fed.media.samples import a_file

SQUARE = Edits(shape="1:1", filter="slate")


@dataclass
class Darkroom:
    """Alice's photo, which waits in her composer, and all that is needed to change it."""

    instance: Instance
    request: web.Request
    folder: Folder
    alice: int
    bob: int
    photo_id: int

    async def look(self, edits: Edits, **how: Any) -> None:
        """Give Alice's photo a look."""
        made = await retouched(self.request, {self.photo_id: edits}, account_id=self.alice, **how)
        async with self.instance.change() as change:
            await keep_retouched(change, made)

    async def photo(self) -> tuple[Photo, dict[str, Any]]:
        photo = await Photo.get(id=self.photo_id)
        return photo, orjson.loads(photo.renditions)

    async def noted(self) -> set[str]:
        """The keys that rows say the photo needs."""
        rows = await self.instance.database.fetch("SELECT key FROM media_files WHERE photo_id = $1", self.photo_id)
        return {row["key"] for row in rows}

    def stored(self) -> set[str]:
        return {file.name for file in Path(self.instance.settings.media_folder).glob("[0-9a-f][0-9a-f]/*")}


@pytest.fixture
async def darkroom(instance: Instance) -> AsyncIterator[Darkroom]:
    studio, folder = Studio(LimitSettings(picture_processes=1)), Folder(instance.settings.media_folder)
    folder.prepare()
    app = web.Application()
    app[INSTANCE], app[STUDIO], app[STORAGE], app[PROOFS] = instance, studio, folder, Proofs(studio, folder)
    picture = await studio.develop(a_file(width=300, height=200))
    developed = Developed(name="", picture=picture.without_bytes(), files=await write_files(folder, picture))
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        photo_id = await store_photo(change, alice.id, photo=developed, folder=folder, description="A hill")
    request = make_mocked_request("POST", "/new", app=app)
    yield Darkroom(instance, request, folder, alice.id, bob.id, photo_id)
    await studio.close()


async def test_a_look_is_put_on_and_taken_off(darkroom: Darkroom) -> None:
    """Every change is made of the file that came in, which stays; taken off, the photo is what it was; what nobody
    needs any more is swept, and nothing else.
    """
    before, first = await darkroom.photo()
    await darkroom.look(SQUARE)
    photo, files = await darkroom.photo()
    assert (photo.width, photo.height, photo.edits) == (200, 200, SQUARE.as_json())
    assert photo.blurhash != before.blurhash
    assert files[ORIGINAL] == first[ORIGINAL]
    assert not {one["key"] for name, one in files.items() if name != ORIGINAL} & {one["key"] for one in first.values()}
    assert await darkroom.noted() == {one["key"] for one in files.values()}
    await darkroom.look(Edits(turns=1))
    photo, files = await darkroom.photo()
    assert (photo.width, photo.height) == (200, 300), "not of the square, which is 200 by 200"
    await darkroom.look(UNTOUCHED)
    photo, files = await darkroom.photo()
    assert (photo.width, photo.height, photo.edits, photo.blurhash) == (300, 200, "{}", before.blurhash)
    assert {name: one["size"] for name, one in files.items()} == {name: one["size"] for name, one in first.items()}
    await Sweep(darkroom.instance, darkroom.folder).unneeded()
    assert darkroom.stored() == await darkroom.noted() == {one["key"] for one in files.values()}


async def test_a_photo_without_its_original(darkroom: Darkroom) -> None:
    """Of a photo whose file could not be kept, the best picture becomes the original with the first change."""
    _, files = await darkroom.photo()
    best = files[FEDERATED]
    del files[ORIGINAL]
    await Photo.filter(id=darkroom.photo_id).update(renditions=orjson.dumps(files).decode())
    await darkroom.look(SQUARE)
    _, files = await darkroom.photo()
    assert files[ORIGINAL] == best
    assert await darkroom.noted() == {one["key"] for one in files.values()}
    await darkroom.look(Edits(turns=2))
    photo, _ = await darkroom.photo()
    assert (photo.width, photo.height) == (300, 200)


@pytest.mark.parametrize("what", ["somebody else's", "a stranger's", "a video", "of another post", "unchanged"])
async def test_photos_that_are_left_alone(darkroom: Darkroom, what: str) -> None:
    """Nothing is made of photos that are not one's own to change here, or that have the look already."""
    columns: dict[str, dict[str, object]] = {
        "somebody else's": {"account_id": darkroom.bob},
        "a stranger's": {"remote_url": "https://there.test/a.jpg"},
        "a video": {"kind": "video"},
        "unchanged": {"edits": SQUARE.as_json()},
    }
    if what == "of another post":
        await _post(darkroom)
    else:
        await Photo.filter(id=darkroom.photo_id).update(**columns[what])
    before, stored = await Photo.get(id=darkroom.photo_id).values(), darkroom.stored()
    await darkroom.look(SQUARE)
    assert await Photo.get(id=darkroom.photo_id).values() == before
    assert darkroom.stored() == stored


async def test_a_photo_that_is_gone_meanwhile(darkroom: Darkroom) -> None:
    """A photo that is posted while its look is made keeps the files it was posted with."""
    made = await retouched(darkroom.request, {darkroom.photo_id: SQUARE}, account_id=darkroom.alice)
    await _post(darkroom)
    before = await Photo.get(id=darkroom.photo_id).values()
    async with darkroom.instance.change() as change:
        await keep_retouched(change, made)
    assert await Photo.get(id=darkroom.photo_id).values() == before


async def test_a_look_that_outgrows_a_share(darkroom: Darkroom) -> None:
    """A new crop that does not fit is refused with a sentence, and the photo is what it was, with no file more; taking
    a look off, which leaves fewer bytes, fits however full the share is.
    """
    _, files = await darkroom.photo()
    async with darkroom.instance.change() as change:
        await set_quota(change, username="alice", megabytes=1)
        await change.tx.execute("UPDATE media_files SET size = 0")
        await change.tx.execute("UPDATE media_files SET size = $1 WHERE key = $2", 1 << 20, files[ORIGINAL]["key"])
    before, stored, noted = await Photo.get(id=darkroom.photo_id).values(), darkroom.stored(), await darkroom.noted()
    form = Form(MultiDict({f"look-shape-{darkroom.photo_id}": "1:1"}))
    with pytest.raises(Invalid, match="your share"):
        await retouch_waiting(darkroom.request, form, [darkroom.photo_id], account_id=darkroom.alice)
    assert await Photo.get(id=darkroom.photo_id).values() == before
    assert (darkroom.stored(), await darkroom.noted()) == (stored, noted)
    await MediaFile.filter(key=files[GRID]["key"]).update(size=2 << 20)
    await darkroom.look(SQUARE)
    assert (await Photo.get(id=darkroom.photo_id)).edits == SQUARE.as_json()


async def test_a_lost_original_is_said(darkroom: Darkroom) -> None:
    """When the file that came in is gone, the form says so in a sentence, and the photo stays as it is."""
    _, files = await darkroom.photo()
    await darkroom.folder.delete(files[ORIGINAL]["key"])
    with pytest.raises(Invalid, match="not here any more"):
        await darkroom.look(SQUARE)
    fields = {f"look-shape-{darkroom.photo_id}": "1:1"}
    form = Form(MultiDict(fields))
    await retouch_waiting(darkroom.request, form, [darkroom.photo_id], account_id=darkroom.alice)
    assert "not here any more" in form.errors[f"look-{darkroom.photo_id}"]
    assert (await darkroom.photo())[1] == files


async def test_nonsense_in_a_form_is_said(darkroom: Darkroom) -> None:
    """A number outside its bounds is refused in a sentence, and nothing is made."""
    stored = darkroom.stored()
    form = Form(MultiDict({f"look-shape-{darkroom.photo_id}": "1:1", f"look-zoom-{darkroom.photo_id}": "99999"}))
    await retouch_waiting(darkroom.request, form, [darkroom.photo_id], account_id=darkroom.alice)
    assert form.errors == {f"look-{darkroom.photo_id}": "The number for zoom is none that this form can send."}
    assert darkroom.stored() == stored


async def _post(darkroom: Darkroom) -> None:
    async with darkroom.instance.change() as change:
        await publish(change, author_id=darkroom.alice, draft=PostDraft(photos=(DraftPhoto(darkroom.photo_id),)))
