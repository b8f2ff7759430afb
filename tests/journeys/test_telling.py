"""What photos tell: nothing but what their authors choose, the same on every server, and people may take it back."""

from __future__ import annotations

import re
from fractions import Fraction

import orjson

from tests.journeys.conftest import World
from tests.rossgram_fed.media.samples import a_file
from tests.rossgram_fed.media.test_facts import exif_with, xmp_with

CAMERA = {0x010F: "FUJIFILM", 0x0110: "X100V", 0x8298: "CC BY-SA 4.0", 0x010E: "A heron on a post"}
SETTINGS = {
    0x829A: Fraction(1, 250),
    0x829D: Fraction(28, 10),
    0x8827: 400,
    0x920A: Fraction(23, 1),
    0x9003: "2026:05:01 06:30:00",
}
GPS = {1: "N", 2: (48.0, 12.0, 13.37), 3: "E", 4: (16.0, 22.0, 41.99)}
"""In Vienna, by St. Stephen's."""
EXACT = ("48.20", "16.37", "48,2", "13.37", "41.99", "GPS")


def a_photo(seed: int = 1) -> bytes:
    """A file that tells everything, its place most of all."""
    xmp = xmp_with(' xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48,12.2228N">')
    return a_file(seed=seed, exif=exif_with(CAMERA, SETTINGS, GPS), xmp=xmp)


async def everything_said(world: World, name: str) -> str:
    """All that a server keeps of posts and photos and all that it sent, as text."""
    tables = {"photos": "taken_near", "posts": "", "outbox_activities": "", "deliveries": ""}
    rows = [dict(row) for table in tables for row in await world.rows(name, f"SELECT * FROM {table}")]
    return orjson.dumps(rows, default=str).decode()


async def test_nothing_is_told_unless_somebody_chooses_to(world: World) -> None:
    """By default neither pages, documents, tables nor files say how or where a photo was taken, here or elsewhere."""
    ana, bea = await world.admin("alpha", "ana"), await world.admin("beta", "bea")
    await bea.follow(ana.handle)
    await world.settle()
    page = await ana.submit(await ana.get("/new"), "/new", press="add", files=[("heron.jpg", a_photo())])
    assert "X100V" in page.text, "its author sees what could be told"
    assert "Suggest from photo" in page.text
    card = dict(page.form("/new").fields)["photo"]
    assert dict(page.form("/new").fields)[f"description-{card}"] == "A heron on a post"
    assert dict(page.form("/new").fields)[f"licence-{card}"] == "cc-by-sa"
    (waiting,) = await world.rows("alpha", "SELECT taken_near FROM photos")
    assert waiting["taken_near"], "until it is posted"
    posted = await ana.submit(page, "/new", caption="At dawn", **{f"licence-{card}": ""})
    await world.settle()
    _, _, document = await ana.fetch(posted.path, Accept="application/activity+json")
    there = await bea.get(await world.place("beta", posted))
    spoken = [posted.html, document.decode(), there.html, await everything_said(world, "beta")]
    for said in [*spoken, await everything_said(world, "alpha")]:
        for exact in EXACT:
            assert exact not in said
    for said in spoken:
        for fact in ("X100V", "FUJIFILM", "1/250", "exifData", "location", "2026:05:01", "Vienna", "schema:license"):
            assert fact not in said, fact
    for key in re.findall(r"/media/[\w.-]+|/photos/\d+/[\w-]+", posted.html + document.decode()):
        _, _, data = await ana.fetch(key)
        for trace in (b"Exif", b"X100V", b"GPS", b"photoshop", b"48,12"):
            assert trace not in data, key


async def test_what_somebody_chose_is_told_everywhere(world: World) -> None:
    """Camera, licence, place and people go to the other server as they were chosen, and are shown there too."""
    ana, bea = await world.admin("alpha", "ana"), await world.admin("beta", "bea")
    await bea.follow(ana.handle)
    await world.settle()
    page = await ana.submit(await ana.get("/new"), "/new", press="add", files=[("heron.jpg", a_photo())])
    page = await ana.submit(page, "/new", press="suggest-place")
    assert "Vienna, Austria" in page.text
    page = await ana.submit(page, "/new", press="find-place", **{"place-name": "gra"})
    assert "Graz, Austria" in page.text
    page = await ana.submit(page, "/new", press="find-place", **{"place-name": "wien"})
    card = dict(page.form("/new").fields)["photo"]
    chosen = {f"exif-{card}": "1", f"licence-{card}": "cc-by-nc", "place": "2761369", "people": "bea@beta.test"}
    posted = await ana.submit(page, "/new", caption="At dawn", **chosen)
    assert posted.path.startswith("/p/"), posted.text
    await world.settle()
    _, _, text = await ana.fetch(posted.path, Accept="application/activity+json")
    document = orjson.loads(text)
    assert document["location"] == {
        "type": "Place",
        "name": "Vienna",
        "country": "Austria",
        "geonameId": "2761369",
    }, "no coordinates unless asked for"
    attached = document["attachment"][0]
    assert (attached["license"], attached["name"]) == ("CC BY-NC", "A heron on a post")
    assert {one["name"]: one["value"] for one in attached["exifData"]} == {
        "Make": "FUJIFILM",
        "Model": "X100V",
        "FNumber": "f/2.8",
        "ExposureTime": "1/250",
        "PhotographicSensitivity": "400",
        "FocalLength": "23 mm",
        "DateTime": "2026:05:01 06:30:00",
    }
    assert [tag["href"] for tag in document["tag"] if tag["type"] == "Mention"] == ["https://beta.test/users/bea"]
    there = await bea.get(await world.place("beta", posted))
    for shown in (posted, there):
        for words in ("Vienna, Austria", "FUJIFILM X100V", "1/250 s", "f/2.8", "CC BY-NC"):
            assert words in shown.text, words
    assert "With bea" in posted.text
    assert "mentioned you" in (await bea.get("/notifications")).text
    assert (await ana.get("/places/2761369")).links.count(posted.path) >= 1
    assert (await ana.get("/places?q=wien")).links.count("/places/2761369") == 1
    edited = await ana.submit(await ana.get(f"{posted.path}/edit"), f"{posted.path}/edit", coordinates="1")
    assert "FUJIFILM X100V" in edited.text, "an edit leaves what it does not change"
    _, _, text = await ana.fetch(posted.path, Accept="application/activity+json")
    location = orjson.loads(text)["location"]
    assert (location["latitude"], location["longitude"]) == ("48.21", "16.37"), "the city's, once asked for"
    edited = await ana.submit(
        await ana.get(f"{posted.path}/edit"), f"{posted.path}/edit", **{"place": "", f"exif-{card}": None, "people": ""}
    )
    await world.settle()
    there = await bea.get(await world.place("beta", posted))
    for shown in (edited, there):
        for words in ("Vienna", "X100V", "With bea"):
            assert words not in shown.text, words
    _, _, text = await ana.fetch(posted.path, Accept="application/activity+json")
    assert "exifData" not in orjson.loads(text)["attachment"][0]
    before = (await ana.get(f"{posted.path}/history")).text
    for words in ("Vienna, Austria", "With bea", "FUJIFILM X100V · f/2.8 · 1/250 s · ISO 400"):
        assert before.count(words) == 1, "what it said before"


async def test_people_take_their_names_back(world: World) -> None:
    """Who is named is told, may take the name off for good, and may let nobody name them at all."""
    ana, carl = await world.admin("alpha", "ana"), await world.person("alpha", "carl")
    bea = await world.admin("beta", "bea")
    await bea.follow(ana.handle)
    await world.settle()
    posted = await ana.post("Us", [("us.jpg", a_file())], descriptions=["Two people"], people="@carl")
    await world.settle()
    assert "With carl" in posted.text
    news = await carl.get("/notifications")
    assert "says that you are in a photo" in news.text
    assert posted.path in (await carl.get("/@carl/tagged")).links
    assert posted.path in (await world.stranger("alpha").get("/@carl/tagged")).links
    assert not posted.offers("untag"), "nobody takes another's name off"
    await ana.submit(await ana.get(f"{posted.path}/edit"), "edit", caption="Us two")
    assert (await ana.get(f"{posted.path}/history")).text.count("With carl") == 2
    await carl.press(posted.path, "untag")
    await world.settle()
    assert "With carl" not in (await ana.get(posted.path)).text
    assert "carl" not in (await ana.get(f"{posted.path}/history")).text
    assert posted.path not in (await carl.get("/@carl/tagged")).links
    assert "says that you are in a photo" not in (await carl.get("/notifications")).text
    sent = await world.rows("alpha", "SELECT body FROM outbox_activities ORDER BY id DESC LIMIT 1")
    update = orjson.loads(sent[0]["body"])
    assert update["type"] == "Update"
    assert [tag for tag in update["object"]["tag"] if tag["type"] == "Mention"] == []
    again = await ana.submit(await ana.get(f"{posted.path}/edit"), f"{posted.path}/edit", people="@carl")
    assert again.status == 422
    assert "@carl does not want to be named here" in again.text
    saved = await carl.submit(await carl.get("/settings/photos"), "/settings/photos", tags="nobody")
    assert "Saved" in saved.text
    page = await ana.submit(await ana.get("/new"), "/new", press="add", files=[("b.jpg", a_file(seed=2))])
    card = dict(page.form("/new").fields)["photo"]
    refused = await ana.submit(page, "/new", people="@carl", **{f"description-{card}": "Him again"})
    assert "@carl does not want to be named here" in refused.text
    assert len(await world.rows("alpha", "SELECT id FROM posts")) == 1
    assert len(await world.rows("alpha", "SELECT id FROM people_in_posts WHERE withdrawn_at IS NULL")) == 0
