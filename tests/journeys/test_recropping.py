"""A photo is cropped after it was posted: everybody sees the new picture, and nobody what was cut off."""

from __future__ import annotations

import re
from io import BytesIO

import orjson
import pytest
from PIL import Image, ImageStat

from tests.journeys.conftest import World
from tests.journeys.pages import Page
from tests.journeys.visitor import Visitor
from tests.rossgram_fed.media.samples import a_file, encoded

ACTIVITY = "application/activity+json"
REFUSED = {
    "a name that is unknown": "blur=3",
    "a number beyond its bounds": "zoom=100000",
    "no number": "zoom=near",
    "the same twice": "zoom=120&zoom=130",
    "a filter nobody made": "filter=../../etc/passwd",
    "a size that is none": "size=9000",
}


async def posted(visitor: Visitor) -> tuple[Page, str]:
    """A photo, 300 by 200, and its id."""
    page = await visitor.post("Wide", [("wide.jpg", a_file(width=300, height=200))], descriptions=["A field"])
    edit = await visitor.get(f"{page.address}/edit")
    return page, dict(edit.form("edit").fields)["photo"]


async def document_of(visitor: Visitor, page: Page) -> dict[str, object]:
    _, _, body = await visitor.fetch(page.path, Accept=ACTIVITY)
    (attachment,) = orjson.loads(body)["attachment"]
    return dict(attachment)


async def test_a_crop_afterwards_reaches_everybody(world: World) -> None:
    """A day later its author crops a photo: other servers are told of another address, size and blurhash and show the
    new picture; the old files go away, and the one that came in stays its owner's alone.
    """
    ana, bea = await world.admin("alpha", "ana"), await world.admin("beta", "bea")
    await bea.follow(ana.handle)
    await world.settle()
    page, photo = await posted(ana)
    await world.settle()
    before = await document_of(ana, page)
    edit = await ana.get(f"{page.address}/edit")
    look = {f"look-shape-{photo}": "4:5", f"look-filter-{photo}": "soot", f"look-contrast-{photo}": "30"}
    shown = await ana.submit(edit, "edit", press=f"look {photo}", **look)
    assert f"/photos/{photo}/proof?shape=4%3A5&amp;filter=soot&amp;contrast=30" in shown.html
    assert await document_of(ana, page) == before, "nothing changes before it is saved"
    saved = await ana.submit(shown, "edit", press="post")
    assert saved.address == page.address, saved.text
    await world.settle()
    after = await document_of(ana, page)
    assert (after["width"], after["height"]) == (160, 200)
    assert after["url"] != before["url"]
    assert after["blurhash"] != before["blurhash"]
    there = await bea.get(await world.place("beta", page))
    (row,) = await world.rows("beta", "SELECT remote_url, width, height, blurhash FROM photos")
    assert (row["remote_url"], row["width"], row["height"]) == (after["url"], 160, 200)
    assert row["blurhash"] == after["blurhash"]
    picture = re.search(r'src="(/photos/[0-9]+/[a-z]+)"', there.html)
    assert picture, there.html
    status, _, body = await bea.fetch(picture[1])
    assert status == 200
    assert Image.open(BytesIO(body)).size == (160, 200)
    assert (await world.stranger("alpha").fetch(str(before["url"])))[0] == 404, "it showed what was cut off"


async def test_nobody_else_sees_what_was_cut_off(world: World) -> None:
    """The file that came in and all proofs are their owner's, of public posts too; others learn nothing, and whatever
    is no look of ours is refused before anything is made.
    """
    ana, stranger = await world.admin("alpha", "ana"), world.stranger("alpha")
    bob = await world.person("alpha", "bob")
    page, photo = await posted(ana)
    edit = await ana.get(f"{page.address}/edit")
    await ana.submit(edit, "edit", press="post", **{f"look-zoom-{photo}": "300"})
    (row,) = await world.rows("alpha", "SELECT renditions FROM photos")
    files = orjson.loads(row["renditions"])
    for path in (f"/media/{files['original']['key']}", f"/photos/{photo}/proof", f"/photos/{photo}/proof?zoom=120"):
        status, kind, _ = await ana.fetch(path)
        assert (status, kind) == (200, "image/jpeg"), path
        assert (await bob.fetch(path))[0] == 404, path
        assert (await stranger.fetch(path))[0] in (303, 404), path
    _, _, proof = await ana.fetch(f"/photos/{photo}/proof")
    assert Image.open(BytesIO(proof)).size == (300, 200), "the photo as it came in"
    assert (await stranger.fetch(f"/media/{files['feed']['key']}"))[0] == 200
    assert (await ana.fetch(f"/photos/{int(photo) + 1}/proof"))[0] == 404
    for reason, query in REFUSED.items():
        assert (await ana.fetch(f"/photos/{photo}/proof?{query}"))[0] == 400, reason


async def test_what_must_stay_in_sight(world: World) -> None:
    """A point that is chosen is told as ``focalPoint``, is in the square of the grids, and stays on what it showed when
    the crop moves under it, before posting and after; a form sent again changes nothing.
    """
    ana = await world.admin("alpha", "ana")
    page = await ana.submit(await ana.get("/new"), "/new", press="add", files=[("wide.jpg", left_to_right())])
    photo = dict(page.form("/new").fields)["photo"]
    point = {f"look-across-{photo}": "100", f"look-down-{photo}": "-20"}
    page = await ana.submit(page, "/new", press=f"look {photo}", **point)
    assert await brightness(ana, world) > 200, "the right end, where it is bright"
    page = await ana.submit(page, "/new", press=f"look {photo}", **{f"look-mirrored-{photo}": "1"})
    assert dict(page.form("/new").fields)[f"look-across-{photo}"] == "-100", "it went with what it showed"
    posted = await ana.submit(page, "/new", press="post", **{f"description-{photo}": "A slope"})
    before = await document_of(ana, posted)
    assert before["focalPoint"] == [-1.0, 0.2]
    saved = await ana.submit(await ana.get(f"{posted.address}/edit"), "edit", press="post", caption="Again")
    assert saved.address == posted.address
    assert (await document_of(ana, posted))["url"] == before["url"]
    edit = await ana.get(f"{posted.address}/edit")
    await ana.submit(edit, "edit", press="post", **{f"look-across-{photo}": "100"})
    assert (await document_of(ana, posted))["focalPoint"] == [1.0, 0.2]
    assert await brightness(ana, world) < 60, "the other end, which is dark now"


def left_to_right() -> bytes:
    """A photo, 300 by 100, black on its left and white on its right."""
    return encoded(Image.linear_gradient("L").rotate(90).resize((300, 100)).convert("RGB"), quality=95)


async def brightness(ana: Visitor, world: World) -> float:
    """How bright the grid's square is on the whole."""
    (row,) = await world.rows("alpha", "SELECT renditions FROM photos")
    status, _, body = await ana.fetch(f"/media/{orjson.loads(row['renditions'])['grid']['key']}")
    assert status == 200
    return float(ImageStat.Stat(Image.open(BytesIO(body)).convert("L")).mean[0])


@pytest.mark.parametrize("field", ["look-zoom", "look-tilt", "look-fade", "look-across"])
async def test_nonsense_is_refused_when_saving(world: World, field: str) -> None:
    """A form with a look that is none is shown again with a sentence, and the post stays as it is."""
    ana = await world.admin("alpha", "ana")
    page, photo = await posted(ana)
    before = await document_of(ana, page)
    edit = await ana.get(f"{page.address}/edit")
    again = await ana.submit(edit, "edit", press="post", **{f"{field}-{photo}": "none of these", "caption": "New"})
    assert again.status == 422
    assert "this form can send" in again.text
    assert await document_of(ana, page) == before
