"""What becomes of a post after it was posted, as a server of other make takes it: nothing of it is refused."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.visitor import Visitor
from tests.peers.fedify import fedify
from tests.peers.here import Here, our_server
from tests.rossgram_fed.media.clips import a_clip
from tests.rossgram_fed.media.heic import HEIC_FROM_A_PHONE

FILES = [("phone.heic", HEIC_FROM_A_PHONE), ("clip.mov", a_clip(kind="mov"))]


async def test_the_life_of_an_album(tmp_path: Path) -> None:
    """An album with a video is posted, cropped, hidden, brought back, meant for fewer and for all again, and deleted:
    Fedify takes each activity, and no delivery fails.
    """
    async with our_server(tmp_path) as here, fedify() as peer:
        await peer.follow(here.actor)
        await here.settle()
        await peer.clear_log()
        alice = Visitor(here.instance.settings.base_url, username="alice")
        await alice.sign_in()
        try:
            path = await lived(here, alice)
        finally:
            await alice.close()
        log = await peer.log()
        assert [entry["type"] for entry in log] == [
            *("Create", "Update"),
            *("Delete", "Create"),  # hidden, brought back
            *("Delete", "Create"),  # for followers
            *("Delete", "Create"),  # for everybody again
            "Delete",
        ]
        ours = f"{here.instance.settings.base_url}{path}"
        created = [entry["object"] for entry in log if entry["type"] == "Create"]
        assert created[0].startswith(here.instance.settings.base_url)
        assert created[1:] == [f"{ours}/again/{number}" for number in (1, 2, 3)]
        photo, video = log[1]["document"]["object"]["attachment"]
        assert (photo["width"], photo["height"], video["mediaType"]) == (320, 320, "video/mp4")
        errors = await here.instance.database.fetch("SELECT last_error FROM deliveries WHERE last_error <> ''")
        assert [row["last_error"] for row in errors] == []


async def lived(here: Here, alice: Visitor) -> str:
    """Let all of it happen; the path of the post."""
    page = await alice.submit(await alice.get("/new"), "/new", press="add", files=FILES)
    await here.settle()
    page = await alice.submit(page, "/new", press="look")
    cards = [value for name, value in page.form("/new").fields if name == "photo"]
    words = {f"description-{card}": "Something" for card in cards}
    posted = await alice.submit(page, "/new", press="post", caption="Two", **{f"exif-{cards[0]}": "1"}, **words)
    path = posted.path
    await here.settle()
    await alice.submit(await alice.get(f"{path}/edit"), "edit", press="post", **{f"look-shape-{cards[0]}": "1:1"})
    await here.settle()
    hidden = await alice.press(f"{path}/archive", f"{path}/archive")
    await here.settle()
    await alice.submit(hidden, "unarchive")
    await here.settle()
    for audience in ("followers", "public"):
        await alice.submit(await alice.get(f"{path}/edit"), "edit", press="post", visibility=audience)
        await here.settle()
    await alice.press(f"{path}/delete", "delete")
    await here.settle()
    return path
