"""How people come, change and go: the first run, sign-up, profiles that arrive elsewhere, accounts that end."""

from __future__ import annotations

import pytest

from rossgram_fed.config import Registration
from tests.journeys.conftest import World
from tests.journeys.visitor import PASSWORD
from tests.rossgram_fed.media.samples import a_file

PHOTO = ("one.jpg", a_file())


async def test_the_first_run(world: World) -> None:
    """Before anybody runs the server every page leads to the first one; only the token opens it, and only once."""
    await world.server("alpha")
    visitor = world.stranger("alpha")
    for path in ("/", "/explore", "/sign-up", "/@ana"):
        page = await visitor.get(path)
        assert page.path == "/setup", path
    page = await visitor.submit(page, "/setup", token="guessed", username="eve", password=PASSWORD)
    assert page.status == 422
    assert "not the token" in page.text
    ana = await world.admin("alpha", "ana")
    assert "This server is yours, @ana" not in (await ana.get("/")).text, "said once"
    assert (await visitor.get("/setup")).status == 404
    late = await visitor.submit(page, "/setup", token="setup-alpha", username="eve", password=PASSWORD)
    assert late.status == 404
    assert len(await world.rows("alpha", "SELECT id FROM users")) == 1


async def test_sign_up_by_invitation(world: World) -> None:
    """On a server for the invited a link from somebody there lets in one person, once; nobody comes without."""
    await world.server("alpha", registration=Registration.INVITE)
    ana, visitor = await world.admin("alpha", "ana"), world.stranger("alpha")
    page = await visitor.submit(
        await visitor.get("/sign-up"), "/sign-up", username="bo", password=PASSWORD, invite="made-up"
    )
    assert page.status == 422
    assert "never was one" in page.text
    shown = await ana.press("/settings/invites", "/settings/invites")
    (link,) = [word for word in shown.text.split() if word.startswith("https://alpha.test/sign-up?invite=")]
    path = link.removeprefix("https://alpha.test")
    await world.person("alpha", "bo", path=path)
    page = await visitor.submit(await visitor.get(path), "/sign-up", username="cy", password=PASSWORD)
    assert page.status == 422
    assert "used up" in page.text


async def test_sign_up_closed(world: World) -> None:
    """A closed server says so, shows no form, and takes nobody by a form from elsewhere."""
    await world.server("alpha", registration=Registration.CLOSED)
    await world.admin("alpha", "ana")
    page = await world.stranger("alpha").get("/sign-up")
    assert page.status == 403
    assert not page.offers("/sign-up")


async def test_in_and_out(world: World) -> None:
    """Who signs out is nobody, who signs in again is themselves; a wrong password says nothing about the name."""
    ana = await world.admin("alpha", "ana")
    assert (await ana.press("/settings", "/sign-out")).status == 200
    page = await ana.get("/notifications")
    assert page.path == "/sign-in"
    for username in ("ana", "nobody"):
        wrong = await ana.submit(page, "/sign-in", username=username, password="not this one")
        assert wrong.status == 422
        assert "do not belong together" in wrong.text
    page = await ana.submit(page, "/sign-in", username="ana", password=PASSWORD)
    assert page.path == "/notifications", "where they wanted to go"


async def test_a_profile_edit_arrives(world: World) -> None:
    """Name, bio, links and picture change where somebody follows, and the old picture is not shown any more."""
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    await bo.follow(ana.handle)
    await world.settle()
    seen: list[bytes] = []
    for number, name in enumerate(("Ana Lind", "Ana Berg")):
        world.clock.advance(60_000)
        page = await ana.submit(
            await ana.get("/settings/profile"),
            "/settings/profile",
            files=[("me.jpg", a_file(width=300, seed=number))],
            name=name,
            bio=f"Up early {number}",
        )
        assert page.status == 200, page.text
        await world.settle()
        profile = await bo.get("/@ana@alpha.test")
        assert name in profile.text
        assert f"Up early {number}" in profile.text
        avatar = profile.pictures[0].src
        status, content_type, body = await bo.fetch(avatar)
        assert status == 200, avatar
        assert content_type.startswith("image/")
        seen.append(body)
    assert seen[0] != seen[1]


@pytest.mark.parametrize("followed", [True, False], ids=["followed", "not followed any more"])
async def test_an_account_ends(world: World, followed: bool) -> None:
    """What Ana did disappears from beta with her account, whoever followed her, and nobody takes her name."""
    ana, bo = await world.member("alpha", "ana"), await world.admin("beta", "bo")
    await bo.follow(ana.handle)
    await ana.follow(bo.handle)
    await world.settle()
    posted = await ana.post("Mine", [PHOTO], descriptions=["Her hill"])
    his = await bo.post("His", [PHOTO], descriptions=["His hill"])
    await world.settle()
    there = await world.place("alpha", his)
    await ana.press(there, f"{there}/like")
    await ana.comment(there, "Farewell")
    await world.settle()
    if not followed:
        await bo.press("/@ana@alpha.test", "unfollow")
        await world.settle()

    page = await ana.submit(
        await ana.get("/settings/account"), "/settings/account/delete", username="ana", password=PASSWORD
    )
    assert page.status == 200, page.text
    assert (await ana.get("/settings")).path == "/sign-in"
    await world.settle()

    assert (await ana.get("/@ana")).status == 410
    assert (await ana.get(posted.path)).status == 410
    assert (await bo.get("/@ana@alpha.test")).status == 410
    assert (await bo.get("/")).alts == ["His hill"]
    page = await bo.get(his.path)
    assert "Farewell" not in page.text
    assert "Like Comments Boost" in page.text
    assert "0 followers 0 following" in (await bo.get("/@bo")).text
    assert "ana" not in (await bo.get("/notifications")).text
    visitor = world.stranger("alpha")
    page = await visitor.submit(await visitor.get("/sign-up"), "/sign-up", username="ana", password=PASSWORD)
    assert page.status == 422
