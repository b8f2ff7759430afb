"""Activities that are too much: lists without end, talks in circles, and work for nothing."""

from __future__ import annotations

import pytest

from tests.security.house import HERE, House
from tests.security.test_activities import ALICE, CAROL, a_note, a_scene, an_activity

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_lists_without_end(house: House) -> None:
    """Thousands of mentions, copies, tags and pictures are cut to what a post may have, and take no long time."""
    scene = await a_scene(house)
    many = [f"{HERE}/users/nobody{number}" for number in range(4000)]
    note = a_note(
        scene.mallory.id, "/notes/many", cc=[*many, CAROL, ALICE],
        tag=[{"type": "Mention", "href": one, "name": "@x"} for one in many[:1500]]
        + [{"type": "Hashtag", "name": f"#t{number}"} for number in range(1500)],
        attachment=[{"type": "Image", "url": f"https://there.test/{number}.jpg"} for number in range(2000)],
    )  # fmt: skip
    assert await house.post(an_activity("Create", scene.mallory.id, note, to=many), scene.mallory) == 202
    await house.settle()
    post = await house.value("SELECT id FROM posts WHERE uri = $1", note["id"])
    assert await house.value("SELECT COUNT(*) FROM photos WHERE post_id = $1", post) == 20
    assert await house.value("SELECT COUNT(*) FROM post_tags WHERE post_id = $1", post) <= 30
    assert await house.value("SELECT COUNT(*) FROM mentions WHERE post_id = $1", post) <= 50
    assert (await house.counts())["failed inbox_items"] == 0


async def test_answers_in_circles(house: House) -> None:
    """Posts that answer each other, themselves or each other's Creates end somewhere, and every page of them shows."""
    scene = await a_scene(house)
    mallory, there = scene.mallory, house.there
    circle = ["/notes/c1", "/notes/c2", "/notes/c3"]
    for path, above in zip(circle, [*circle[1:], circle[0]], strict=True):
        note = a_note(mallory.id, path, inReplyTo=f"https://there.test{above}")
        there.serve(path, note)
        assert await house.post(an_activity("Create", mallory.id, note), mallory) == 202
    itself = a_note(mallory.id, "/notes/self", inReplyTo="https://there.test/notes/self")
    assert await house.post(an_activity("Create", mallory.id, itself), mallory) == 202
    await house.settle()
    rows = await house.fetch("SELECT id FROM posts WHERE uri LIKE 'https://there.test/notes/c%' OR uri LIKE '%/self'")
    assert len(rows) == 4
    for row in rows:
        assert (await house.ask(f"/p/{row['id']}", by="carol")).status == 200
    assert (await house.counts())["failed inbox_items"] == 0


async def test_nobody_makes_us_ask_ourselves(house: House) -> None:
    """What is at an address of ours, however it is spelled, is not fetched, and no work is put down for it."""
    scene = await a_scene(house)
    await house.settle()
    before = await house.value("SELECT COUNT(*) FROM jobs")
    for host in ("here.test", "HERE.test", "here.test.", "here.test:443", "h\uff45re.test"):
        for number, (kind, thing) in enumerate(
            (
                ("Create", a_note(scene.mallory.id, id=f"https://{host}/p/1")),
                ("Create", f"https://{host}/p/1"),
                ("Update", a_note(scene.mallory.id, id=f"https://{host}/p/2")),
                ("Announce", f"https://{host}/p/1"),
            )
        ):
            document = an_activity(kind, scene.mallory.id, thing, id=f"{scene.mallory.id}#{host}{number}")
            assert await house.post(document, scene.mallory) in (202, 400), (kind, host)
        answer = await house.ask(f"/search?q=https://{host.replace(chr(0xFF45), '%EF%BD%85')}/p/1", by="carol")
        assert "nothing at that address on this server" in answer.text, host
    await house.settle()
    assert await house.value("SELECT COUNT(*) FROM jobs") == before
