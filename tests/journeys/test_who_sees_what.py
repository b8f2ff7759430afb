"""Who gets to see a photo: audiences over servers, locked accounts, blocks and mutes."""

from __future__ import annotations

from dataclasses import dataclass

from tests.journeys.conftest import World
from tests.journeys.pages import Page
from tests.journeys.visitor import Visitor
from tests.rossgram_fed.media.samples import a_file

PHOTO = ("one.jpg", a_file())


@dataclass(frozen=True)
class Seen:
    """Who sees a post: by its page, in their home, or on the pages for everybody."""

    audience: str
    pages: frozenset[str]
    homes: frozenset[str]
    everywhere: bool
    because: str


EVERYBODY = frozenset({"ana", "fan", "named", "other", "neighbour", "visitor"})
TABLE = (
    Seen("public", EVERYBODY, frozenset({"ana", "fan"}), True, "everybody may, and it is shown around"),
    Seen("unlisted", EVERYBODY, frozenset({"ana", "fan"}), False, "everybody may, but it is not shown around"),
    Seen("followers", frozenset({"ana", "fan", "named"}), frozenset({"ana", "fan"}), False, "followers and the named"),
    Seen("direct", frozenset({"ana", "named"}), frozenset(), False, "the named only, and it is no news for feeds"),
)


async def test_audiences(world: World) -> None:
    """Each audience reaches those it is meant for, on both servers, and nobody else, by any page or address."""
    ana, fan = await world.admin("alpha", "ana"), await world.admin("beta", "fan")
    people = {
        "ana": ana,
        "fan": fan,
        "named": await world.person("beta", "named"),
        "other": await world.person("beta", "other"),
        "neighbour": await world.person("alpha", "neighbour"),
    }
    await fan.follow(ana.handle)
    await world.settle()
    for row in TABLE:
        people["visitor"] = world.stranger("alpha")
        posted = await ana.post(
            f"For @named@beta.test #{row.audience}", [PHOTO], descriptions=[row.audience], visibility=row.audience
        )
        await world.settle()
        for name, person in people.items():
            server = person.host.removesuffix(".test")
            path = await world.place(server, posted)
            status = (await person.get(path)).status
            assert status == (200 if name in row.pages else 404), (row, name)
            picture = posted.described[0].src if server == "alpha" else await _picture(world, path)
            looked = (await person.fetch(picture))[0]
            assert looked == 200 or name not in row.pages, (row, name)
            if server == "beta":
                assert (looked == 200) == (name in row.pages), (row, name)
            assert (row.audience in (await person.get("/")).alts) == (name in row.homes), (row, name)
            for shown in ("/explore?show=everywhere", f"/tags/{row.audience}"):
                found = any(row.audience in alt for alt in (await person.get(shown)).alts)
                assert found == row.everywhere, (row, name, shown)
        for address in await _addresses(world, posted):
            assert (await _unsigned(world, address))[0] == (200 if "visitor" in row.pages else 404), (row, address)
    _, listed = await _unsigned(world, "/users/ana/outbox?page=true")
    assert [f'"name":"{row.audience}"' in listed for row in TABLE] == [True, True, False, False]
    assert (await people["named"].get("/notifications")).text.count("mentioned you") == len(TABLE)


async def _picture(world: World, path: str) -> str:
    (row,) = await world.rows("beta", "SELECT id FROM photos WHERE post_id = $1", int(path.rpartition("/")[2]))
    return f"/photos/{row['id']}/feed"


async def _addresses(world: World, posted: Page) -> list[str]:
    """Where servers read a post, and what belongs to it."""
    (row,) = await world.rows("alpha", "SELECT thread_id FROM posts WHERE uri = $1", posted.uri)
    below = [f"{posted.path}/{one}" for one in ("activity", "replies", "likes", "shares")]
    return [posted.path, *below, f"/contexts/{row['thread_id']}"]


async def _unsigned(world: World, path: str) -> tuple[int, str]:
    """What a server that shows no signature is answered."""
    status, _, body = await world.stranger("alpha").fetch(path, Accept="application/activity+json")
    return status, body.decode()


async def test_a_locked_account(world: World) -> None:
    """Who asks a locked account waits; accepted they see its posts for followers, declined they see nothing."""
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    cy = await world.person("beta", "cy")
    saved = await ana.submit(await ana.get("/settings/profile"), "/settings/profile", locked="1")
    assert saved.status == 200
    for person in (bo, cy):
        page = await person.find(ana.handle)
        assert page.form("follow").buttons[0].label.endswith("Ask to follow")
        page = await person.submit(page, "follow")
        assert "Requested" in page.text
    await world.settle()
    await ana.post("For followers", [PHOTO], descriptions=["A secret hill"], visibility="followers")
    await world.settle()
    assert not await world.rows("beta", "SELECT id FROM posts")

    asking = await ana.get("/notifications")
    assert asking.text.count("Accept") == 2
    (bo_id,) = await world.rows("alpha", "SELECT id FROM accounts WHERE username = 'bo'")
    (cy_id,) = await world.rows("alpha", "SELECT id FROM accounts WHERE username = 'cy'")
    page = await ana.submit(asking, f"/accounts/{bo_id['id']}/accept")
    page = await ana.submit(page, f"/accounts/{cy_id['id']}/decline")
    assert "Asking to follow you" not in page.text
    await world.settle()
    assert "ana accepted your request" in (await bo.get("/notifications")).text
    assert "accepted" not in (await cy.get("/notifications")).text
    assert "Ask to follow" in (await cy.get("/@ana@alpha.test")).text

    await ana.post("For followers again", [PHOTO], descriptions=["A hill for you"], visibility="followers")
    await world.settle()
    assert (await bo.get("/")).alts == ["A hill for you"]
    assert (await cy.get("/")).alts == []

    await ana.submit(await ana.get("/@bo@beta.test"), "remove")
    await world.settle()
    assert "0 followers" in (await ana.get("/@ana")).text
    assert "Ask to follow" in (await bo.get("/@ana@alpha.test")).text
    assert (await bo.get("/")).alts == []


async def test_a_request_taken_back(world: World) -> None:
    """Who takes a request back before it is answered is not accepted by mistake, and asks for nothing any more."""
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    await ana.submit(await ana.get("/settings/profile"), "/settings/profile", locked="1")
    await bo.follow(ana.handle)
    await world.settle()
    asking = await ana.get("/notifications")
    await bo.press("/@ana@alpha.test", "unfollow")
    await world.settle()
    assert "Asking" not in (await ana.get("/notifications")).text
    late = await ana.submit(asking, "accept")
    assert late.status == 404
    assert "no such request" in late.text
    await world.settle()
    for name in ("alpha", "beta"):
        assert not await world.rows(name, "SELECT id FROM follows"), name


async def test_what_was_there_before_a_follow(world: World) -> None:
    """A profile is filled with what everybody may see, the newest first, and with nothing that was for others."""
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    await world.person("alpha", "friend")
    for audience in ("public", "followers", "unlisted", "direct"):
        world.clock.advance(60_000)
        await ana.post(f"@friend {audience}", [PHOTO], descriptions=[audience], visibility=audience)
    await bo.follow(ana.handle)
    await world.settle()
    profile = await bo.get("/@ana@alpha.test")
    assert profile.alts == ["Photo by ana: unlisted", "Photo by ana: public"]
    assert (await bo.get("/")).alts == ["unlisted", "public"]
    assert "mentioned you" not in (await bo.get("/notifications")).text


async def blocked_and_blocking(world: World) -> tuple[Visitor, Visitor, str, str]:
    """Ana and Bo follow each other and have a post each; also where Bo's server has Ana's post and the reverse."""
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    await bo.follow(ana.handle)
    await ana.follow(bo.handle)
    await world.settle()
    hers = await ana.post("Hers", [PHOTO], descriptions=["Her hill"])
    his = await bo.post("His", [PHOTO], descriptions=["His hill"])
    await world.settle()
    return ana, bo, await world.place("beta", hers), await world.place("alpha", his)


async def test_a_block(world: World) -> None:
    """A block ends both follows; neither sees the other's photos, and nothing of what one does reaches the other."""
    ana, bo, hers, his = await blocked_and_blocking(world)
    page = await ana.press("/@bo@beta.test", "block")
    assert "Blocked." in page.text
    await world.settle()
    for name in ("alpha", "beta"):
        assert not await world.rows(name, "SELECT id FROM follows"), name
    assert (await ana.get("/")).alts == ["Her hill"]
    assert (await bo.get("/")).alts == ["His hill"]
    assert (await bo.get(hers)).status == 404
    assert (await ana.get(his)).status == 404
    assert "You cannot see their photos" in (await bo.get("/@ana@alpha.test")).text
    assert (await ana.get("/explore?show=everywhere")).alts == ["Photo by ana: Her hill"]

    await bo.post("@ana@alpha.test look", [PHOTO], descriptions=["Look"])
    await world.settle()
    assert "mentioned you" not in (await ana.get("/notifications")).text

    page = await ana.press("/settings/blocks", "unblock")
    await world.settle()
    assert (await bo.get("/@ana@alpha.test")).offers("follow")
    assert (await bo.get(hers)).status == 200


async def test_a_mute(world: World) -> None:
    """A mute keeps somebody out of the home and the news, still lets one look, and they are not told."""
    ana, bo, hers, his = await blocked_and_blocking(world)
    sent = len(await world.rows("alpha", "SELECT id FROM deliveries"))
    await ana.press("/@bo@beta.test", "mute")
    assert len(await world.rows("alpha", "SELECT id FROM deliveries")) == sent
    assert (await ana.get("/")).alts == ["Her hill"]
    assert (await ana.get(his)).status == 200
    await bo.press(hers, f"{hers}/like")
    await world.settle()
    assert "liked" not in (await ana.get("/notifications")).text
    await ana.press("/settings/blocks", "unmute")
    assert sorted((await ana.get("/")).alts) == ["Her hill", "His hill"]
