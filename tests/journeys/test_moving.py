"""Moving house: somebody takes their followers to another server, and everybody's servers play along."""

from __future__ import annotations

from tests.journeys.conftest import World
from tests.journeys.visitor import PASSWORD
from tests.rossgram_fed.media.samples import a_file

PHOTO = ("one.jpg", a_file())


async def follows(world: World, name: str) -> set[tuple[str, str, int]]:
    """Who follows whom, as a server has it, and whether the followed said yes."""
    rows = await world.rows(
        name,
        "SELECT a.uri AS one, b.uri AS two, f.state FROM follows f JOIN accounts a ON a.id = f.follower_id "
        "JOIN accounts b ON b.id = f.followed_id",
    )
    return {(row["one"].partition("/users/")[2], row["two"].partition("//")[2], row["state"]) for row in rows}


async def test_followers_come_along(world: World) -> None:
    """Ana leaves alpha for beta: those on alpha, on beta and on a third server follow her there, once, and are told."""
    ana, cy = await world.member("alpha", "ana"), await world.person("alpha", "cy")
    annie, dee = await world.member("beta", "annie"), await world.person("beta", "dee")
    bo = await world.admin("gamma", "bo")
    for person in (cy, dee, bo):
        await person.follow(ana.handle)
    await world.settle()

    page = await ana.submit(await ana.get("/settings/move"), "/settings/move", target=annie.handle, password=PASSWORD)
    assert page.status == 422, "the new account has not agreed"
    assert "does not say that it is yours" in page.text
    page = await annie.submit(await annie.get("/settings/move"), "/settings/move/aliases", alias=ana.handle)
    assert "@ana@alpha.test" in page.text
    await world.settle()
    page = await ana.submit(await ana.get("/settings/move"), "/settings/move", target=annie.handle, password="wrong")
    assert page.status == 422, "and the password was another"
    await world.settle()
    assert ("cy", "alpha.test/users/ana", 1) in await follows(world, "alpha")

    page = await ana.submit(await ana.get("/settings/move"), "/settings/move", target=annie.handle, password=PASSWORD)
    assert "You have moved" in page.text
    await world.settle()
    there = {(name, "beta.test/users/annie", 1) for name in ("bo", "cy", "dee")}
    assert await follows(world, "beta") == there
    for name, who in (("alpha", "cy"), ("gamma", "bo")):
        assert await follows(world, name) == {(who, "beta.test/users/annie", 1)}
    for person in (bo, cy):
        page = await person.get("/notifications")
        assert "has moved to @annie@beta.test" in page.text
        assert "has moved to @annie@beta.test" in (await person.get("/@ana@alpha.test")).text

    await annie.post("From the new house", [PHOTO], descriptions=["A hill"])
    await world.settle()
    for person in (bo, cy, dee):
        assert (await person.get("/")).alts == ["A hill"]


async def test_who_moved_away_only_looks(world: World) -> None:
    """After the move Ana posts, comments, boosts and follows nothing, nobody new follows her, and taking it back ends
    that without bringing anybody back; to move again she has to wait for a week.
    """
    ana, eve = await world.member("alpha", "ana"), await world.person("alpha", "eve")
    annie = await world.admin("beta", "annie")
    posted = await eve.post("Look", [PHOTO], descriptions=["A hill"])
    await annie.submit(await annie.get("/settings/move"), "/settings/move/aliases", alias=ana.handle)
    search = await ana.find("@eve@alpha.test")
    await ana.submit(await ana.get("/settings/move"), "/settings/move", target=annie.handle, password=PASSWORD)
    await world.settle()

    for action, typed in (("comment", {"caption": "Nice"}), (f"{posted.path}/boost", {})):
        page = await ana.submit(await ana.get(posted.path), action, **typed)
        assert "You moved away from this account" in page.text, action
    page = await ana.submit(search, "follow")
    assert page.status == 403
    page = await eve.submit(await eve.get("/@ana"), "follow")
    assert page.status == 403
    await annie.follow(ana.handle)
    await world.settle()
    assert await follows(world, "alpha") == set()
    assert await follows(world, "beta") == set(), "the request was refused"
    assert len(await world.rows("alpha", "SELECT id FROM posts")) == 1

    page = await ana.press("/settings/move", "/settings/move/cancel")
    assert "You can move again" in page.text
    assert not page.offers("/settings/move")
    assert (await ana.press("/@eve", "follow")).status == 200
    world.clock.advance(7 * 86_400_000)
    assert (await ana.get("/settings/move")).offers("/settings/move")
