"""What is said between two servers: answers at any depth, edits, ends, and thinking better of it."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import World
from tests.journeys.visitor import Visitor
from tests.rossgram_fed.media.samples import a_file

DEEP = 5
PHOTO = ("one.jpg", a_file())


async def two_who_follow(world: World) -> tuple[Visitor, Visitor]:
    """Ana on alpha and Bo on beta, who follow one another."""
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    await bo.follow(ana.handle)
    await ana.follow(bo.handle)
    await world.settle()
    return ana, bo


async def test_answers_at_any_depth(world: World) -> None:
    """Two people answer each other in turn five deep, and both servers show the same tree in the same order."""
    ana, bo = await two_who_follow(world)
    posted = await ana.post("Talk to me", [PHOTO], descriptions=["A hill"])
    await world.settle()
    above = posted
    for depth in range(1, DEEP + 1):
        name, person = ("beta", bo) if depth % 2 else ("alpha", ana)
        world.clock.advance(60_000)
        above = await person.comment(await world.place(name, above), f"answer {depth}")
        await world.settle()
    for name, person in (("alpha", ana), ("beta", bo)):
        page = await person.get(await world.place(name, posted))
        places = [page.text.find(f"answer {depth}") for depth in range(1, DEEP + 1)]
        assert places == sorted(places)
        assert places[0] > 0
        rows = await world.rows(name, "SELECT p.content_html AS said, q.content_html AS above FROM posts p "
                                "JOIN posts q ON q.id = p.in_reply_to_id ORDER BY p.id")  # fmt: skip
        assert [(row["above"], row["said"]) for row in rows][1:] == [
            (f"<p>answer {depth}</p>", f"<p>answer {depth + 1}</p>") for depth in range(1, DEEP)
        ]
        assert len({row["thread_id"] for row in await world.rows(name, "SELECT thread_id FROM posts")}) == 1
    deepest = await ana.get(await world.place("alpha", above))
    assert "the whole talk" in deepest.text


async def test_an_edit_arrives(world: World) -> None:
    """Words, warning, descriptions and order change on the other server too, and the post says that it was edited."""
    ana, bo = await two_who_follow(world)
    photos = [("one.jpg", a_file(seed=1)), ("two.jpg", a_file(seed=2)), ("three.jpg", a_file(seed=3))]
    posted = await ana.post("Frist light #dawn", photos, descriptions=["one", "two", "three"])
    await world.settle()
    there = await world.place("beta", posted)
    world.clock.advance(60_000)

    page = await ana.get(f"{posted.path}/edit")
    cards = [value for name, value in page.form("edit").fields if name == "photo"]
    page = await ana.submit(page, "edit", press=f"later {cards[0]}")
    page = await ana.submit(page, "edit", press=f"remove {cards[2]}")
    page = await ana.submit(
        page, "edit", caption="First light #morning", warning="Bright", **{f"description-{cards[0]}": "The first"}
    )
    assert "Saved." in page.text
    assert page.alts == ["two", "The first"]
    await world.settle()

    shown = await bo.get(there)
    assert shown.alts == ["two", "The first"]
    for words in ("First light #morning", "Bright", "edited"):
        assert words in shown.text
    assert posted.path not in (await ana.get("/tags/dawn")).text
    assert "No photos" in (await bo.get("/tags/dawn")).text
    assert "Bright" in (await bo.get("/tags/morning")).text


async def test_an_edited_comment_arrives(world: World) -> None:
    """An answer's edit and its end reach the server of the post that it answers."""
    ana, bo = await two_who_follow(world)
    posted = await ana.post("Hello", [PHOTO], descriptions=["A hill"])
    await world.settle()
    comment = await bo.comment(await world.place("beta", posted), "Nise")
    await world.settle()
    assert "Nise" in (await ana.get(posted.path)).text
    await bo.submit(await bo.get(f"{comment.path}/edit"), "edit", caption="Nice")
    await world.settle()
    page = await ana.get(posted.path)
    assert "Nice" in page.text
    assert "Nise" not in page.text
    await bo.press(f"{comment.path}/delete", "delete")
    await world.settle()
    page = await ana.get(posted.path)
    assert "Nice" not in page.text
    assert "No comments yet" in page.text
    assert "Comments 1" not in page.text


async def test_a_delete_arrives(world: World) -> None:
    """A deleted post is gone on its own server, by 410 for people and servers, and gone where it had arrived."""
    ana, bo = await two_who_follow(world)
    posted = await ana.post("Soon gone #gone", [PHOTO], descriptions=["A hill"])
    await world.settle()
    there = await world.place("beta", posted)
    picture = (await bo.get(there)).described[0].src
    assert (await bo.fetch(picture))[0] == 200
    await bo.press(there, f"{there}/like")
    await bo.comment(there, "Stay")
    await world.settle()

    page = await ana.press(f"{posted.path}/delete", "delete")
    assert "Deleted." in page.text
    await world.settle()

    assert (await ana.get(posted.path)).status == 410
    assert (await ana.fetch(posted.path, Accept="application/activity+json"))[0] == 410
    assert (await bo.get(there)).status in (404, 410)
    assert "A hill" not in (await bo.get("/")).html
    assert "No photos" in (await bo.get("/tags/gone")).text
    assert (await bo.fetch(picture))[0] == 404
    assert "liked" not in (await ana.get("/notifications")).text
    assert "0 posts" in (await bo.get("/@ana@alpha.test")).text


@pytest.mark.parametrize(
    ("act", "undo", "table"),
    [pytest.param("like", "unlike", "likes", id="like"), pytest.param("boost", "unboost", "boosts", id="boost")],
)
async def test_a_reaction_is_taken_back(world: World, act: str, undo: str, table: str) -> None:
    """What is taken back on one server is taken back on the other, and can be done anew."""
    ana, bo = await two_who_follow(world)
    posted = await ana.post("Hello", [PHOTO], descriptions=["A hill"])
    await world.settle()
    there = await world.place("beta", posted)
    for pressed, count in ((act, 1), (undo, 0), (act, 1)):
        await bo.press(there, f"{there}/{pressed}")
        await world.settle()
        for name in ("alpha", "beta"):
            assert len(await world.rows(name, f"SELECT id FROM {table}")) == count
            (row,) = await world.rows(name, f"SELECT {table}_count AS counted FROM posts")
            assert row["counted"] == count


async def test_a_boost_shows_a_strangers_post(world: World) -> None:
    """Whom Ana boosts, her followers elsewhere see, though nobody there ever heard of the author."""
    ana, bo = await two_who_follow(world)
    cy = await world.admin("gamma", "cy")
    posted = await cy.post("From a third place", [PHOTO], descriptions=["A tower"])
    found = await ana.find(posted.uri)
    assert found.alts == ["A tower"]
    await ana.submit(found, "boost")
    await world.settle()
    home = await bo.get("/")
    assert "ana boosted this" in home.text
    assert home.alts == ["A tower"]
    assert (await bo.fetch(home.described[0].src))[0] == 200
    await ana.submit(await ana.get(found.path), "unboost")
    await world.settle()
    assert "A tower" not in (await bo.get("/")).html
    assert "ana boosted your post" not in (await cy.get("/notifications")).text


async def test_a_follow_is_taken_back(world: World) -> None:
    """Who unfollows gets nothing more, and is no longer counted or listed on either side."""
    ana, bo = await two_who_follow(world)
    assert (await bo.press("/@ana@alpha.test", "unfollow")).offers("follow")
    await world.settle()
    assert "0 followers" in (await ana.get("/@ana")).text
    assert "Nobody yet" in (await ana.get("/@ana/followers")).text
    await ana.post("To those who are left", [PHOTO], descriptions=["A hill"])
    await world.settle()
    assert not await world.rows("beta", "SELECT id FROM posts")


async def test_a_talk_between_three_servers(world: World) -> None:
    """When Ana answers Cy, Ana's followers see what she answers, though their server never heard of Cy."""
    ana, bo = await two_who_follow(world)
    cy = await world.admin("gamma", "cy")
    posted = await ana.post("What bird is this?", [PHOTO], descriptions=["A bird"])
    await world.settle()
    question = await cy.comment((await cy.find(posted.uri)).path, "A wren, I think")
    await world.settle()
    assert "A wren, I think" in (await ana.get(posted.path)).text
    answer = await ana.comment(await world.place("alpha", question), "@cy@gamma.test A wren it is")
    await world.settle()
    for name, person in (("beta", bo), ("gamma", cy)):
        page = await person.get(await world.place(name, posted))
        assert 0 < page.text.find("A wren, I think") < page.text.find("A wren it is"), name
        assert await world.place(name, answer)
    assert "ana commented" in (await cy.get("/notifications")).text
    third = await bo.comment(await world.place("beta", question), "@ana@alpha.test Or a robin?")
    await world.settle()
    for name in ("alpha", "gamma"):
        assert await world.place(name, third), f"{name} hears what answers its own or names its own"
    await cy.press(f"{question.path}/delete", "delete")
    await world.settle()
    for person, path in ((ana, posted.path), (cy, await world.place("gamma", posted))):
        page = await person.get(path)
        assert "A wren, I think" not in page.text
        assert "A wren it is" in page.text, "answers stay"


async def test_a_saved_photo(world: World) -> None:
    """What Bo saved is on his list only, its author never hears of it, and it goes when the post goes."""
    ana, bo = await two_who_follow(world)
    posted = await ana.post("Keep me", [PHOTO], descriptions=["A kite"])
    await world.settle()
    there, sent = await world.place("beta", posted), await world.rows("beta", "SELECT id FROM deliveries")
    await bo.press(there, "bookmark")
    assert (await bo.get("/saved")).alts == ["Photo by ana: A kite"]
    assert await world.rows("beta", "SELECT id FROM deliveries") == sent
    await ana.press(f"{posted.path}/delete", "delete")
    await world.settle()
    assert "Nothing saved" in (await bo.get("/saved")).text
