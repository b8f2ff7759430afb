"""Everything that becomes of one post, and of one video, reaches three strict servers, and none refuses any of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.emulators.peers import emulator
from tests.emulators.test_whole_life import ALPHA, Life
from tests.journeys.conftest import World
from tests.journeys.pages import Page
from tests.journeys.visitor import File
from tests.rossgram_fed.media.clips import a_clip
from tests.rossgram_fed.media.heic import HEIC_FROM_A_PHONE
from tests.rossgram_fed.media.samples import a_file

HOUR = 3_600_000
ALBUM = [
    ("phone.heic", HEIC_FROM_A_PHONE),
    ("wide.jpg", a_file(width=600, height=300)),
    ("clip.mov", a_clip(kind="mov")),
]


@pytest.fixture
async def life(world: World) -> Life:
    """Ana, and somebody at a server of each make who follows her."""
    ana = await world.member("alpha", "ana")
    peers = [await emulator(world.fediverse, make, world.clock) for make in ("pixelfed", "mastodon", "gotosocial")]
    life = Life(world, ana, peers)
    for peer in peers:
        await life.hear(peer, "Follow", f"{ALPHA}/users/ana")
    return life


async def test_the_life_of_an_album(life: Life) -> None:
    """Posted with all that can be told, cropped, cut around a point, with a photo more and one less, hidden and brought
    back, for fewer people and for more again, and gone: whatever is sent about it is taken everywhere.
    """
    page = await composed(life, ALBUM)
    cards = [value for name, value in page.form("/new").fields if name == "photo"]
    told = {f"exif-{cards[0]}": "1", f"licence-{cards[1]}": "cc-by", "people": "@sam@mastodon.test"}
    words = {f"description-{card}": f"Number {card}" for card in cards}
    album = await life.ana.submit(page, "/new", press="post", caption="One day #lake", **told, **words)
    assert album.path.startswith("/p/"), album.text
    await life.world.settle()
    assert [one["mediaType"] for one in sent(life, "Create")[-1]] == ["image/jpeg", "image/jpeg", "video/mp4"]

    life.world.clock.advance(24 * HOUR)
    await changed(life, album, **{f"look-shape-{cards[0]}": "4:5", f"look-across-{cards[1]}": "-80"})
    cropped = sent(life, "Update")[-1]
    assert (cropped[0]["width"], cropped[0]["height"], cropped[1]["focalPoint"]) == (256, 320, [-0.8, 0])
    edit = await life.ana.get(f"{album.path}/edit")
    edit = await life.ana.submit(edit, "edit", press="add", files=[("more.png", a_file("PNG", seed=9))])
    edit = await life.ana.submit(edit, "edit", press=f"remove {cards[1]}")
    edit = await life.ana.submit(edit, "edit", press=f"earlier {cards[2]}")
    await changed(life, album, edit, caption="Another day #lake")
    assert [one["mediaType"] for one in sent(life, "Update")[-1]] == ["video/mp4", "image/jpeg", "image/jpeg"]

    hidden = await life.ana.press(f"{album.path}/archive", f"{album.path}/archive")
    await life.world.settle()
    await life.ana.submit(hidden, "unarchive")
    await life.world.settle()
    for audience in ("unlisted", "followers", "public", "direct"):
        await changed(life, album, caption="For @sam@pixelfed.test #lake", visibility=audience)
    await life.ana.press(f"{album.path}/delete", "delete")
    await life.world.settle()
    taken_by_all(life, {"Create Note", "Update Note", "Delete Tombstone"})
    for peer in life.peers:
        there = {one["object"]["id"] for one in peer.taken if one["type"] == "Create"}
        gone = {one["object"]["id"] for one in peer.taken if one["type"] == "Delete"}
        assert there == gone, f"{peer.host} keeps something"


async def test_at_its_time(life: Life) -> None:
    """A video alone that waited for its time is taken, and comes after it."""
    when = life.world.clock.now + 24 * HOUR
    typed = datetime.fromtimestamp(when / 1000, UTC).strftime("%Y-%m-%dT%H:%M")
    page = await composed(life, ALBUM[2:])
    (card,) = (value for name, value in page.form("/new").fields if name == "photo")
    waiting = await life.ana.submit(
        page, "/new", press="schedule", at=typed, zone="UTC", caption="Waves", **{f"description-{card}": "Waves"}
    )
    assert waiting.path == "/scheduled", waiting.text
    await life.world.settle()
    assert not [one for peer in life.peers for one in peer.taken if one["type"] == "Create"]
    life.world.clock.advance(25 * HOUR)
    await life.world.settle()
    taken_by_all(life, {"Create Note"})
    (video,) = sent(life, "Create")[-1]
    assert (video["mediaType"], video["duration"][:2]) == ("video/mp4", "PT")


async def composed(life: Life, files: list[File]) -> Page:
    """The composer with these files, whose videos are prepared."""
    page = await life.ana.submit(await life.ana.get("/new"), "/new", press="add", files=files)
    await life.world.settle()
    return await life.ana.submit(page, "/new", press="look")


async def changed(life: Life, post: Page, edit: Page | None = None, **typed: str) -> None:
    """Save an edit, and let everybody hear of it."""
    saved = await life.ana.submit(edit or await life.ana.get(f"{post.path}/edit"), "edit", press="post", **typed)
    assert saved.path == post.path, saved.text
    life.world.clock.advance(1000)
    await life.world.settle()


def sent(life: Life, kind: str) -> list[list[dict[str, Any]]]:
    """The attachments of each such activity that the first server took."""
    return [one["object"]["attachment"] for one in life.peers[0].taken if one["type"] == kind]


def taken_by_all(life: Life, kinds: set[str]) -> None:
    assert [problem for peer in life.peers for problem in peer.refused] == []
    for peer in life.peers:
        assert peer.kinds >= kinds, peer.host
