"""A photo crosses from one server to another, and what people there say about it comes back."""

from __future__ import annotations

from tests.journeys.conftest import World
from tests.journeys.pages import Page, Picture
from tests.journeys.visitor import Visitor
from tests.rossgram_fed.media.samples import a_file


def picture_said(page: Page, words: str) -> Picture:
    """The picture on a page whose description holds these words."""
    (found,) = [picture for picture in page.pictures if words in picture.alt]
    return found


async def looked_at(visitor: Visitor, picture: Picture) -> None:
    """A picture's bytes come from the visitor's own server: JPEG where it was posted, WebP as a copy elsewhere."""
    assert picture.src.startswith("/"), "a page never sends its reader to another server for a picture"
    status, content_type, body = await visitor.fetch(picture.src)
    assert status == 200
    assert (content_type, body[:2]) == ("image/jpeg", b"\xff\xd8") or (content_type, body[8:12]) == (
        "image/webp",
        b"WEBP",
    )


async def test_a_photo_crosses(world_on_either: World) -> None:
    """Ana posts on alpha; Bo on beta finds her, follows, sees, likes, comments and boosts, and she learns of it."""
    world = world_on_either
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    before = await ana.post("Before anybody came #early", [("zero.jpg", a_file(seed=3))], descriptions=["A jetty"])

    found = await bo.find(ana.handle)
    assert found.path == "/@ana@alpha.test"
    assert "being fetched" in found.text
    await world.settle()
    profile = await bo.get(found.path)
    assert profile.alts == ["Photo by ana: A jetty"]
    await looked_at(bo, profile.described[0])

    assert (await bo.submit(profile, "follow")).offers("unfollow")
    await world.settle()
    profile = await bo.get(found.path)
    assert profile.offers("unfollow")
    assert "1 post 1 follower" in profile.text
    assert "bo follows you" in (await ana.get("/notifications")).text

    posted = await ana.post(
        "Fog over the #Harbour with @bo@beta.test",
        [("one.jpg", a_file(seed=1)), ("two.png", a_file("PNG", seed=2))],
        descriptions=["Boats in fog", "A gull"],
        warning="Weather",
    )
    await looked_at(ana, picture_said(posted, "Boats in fog"))
    await world.settle()
    assert "ana mentioned you" in (await bo.get("/notifications")).text
    home = await bo.get("/")
    assert home.alts == ["Boats in fog", "A gull", "A jetty"]
    assert "Weather" in home.text
    assert "Fog over the #Harbour with @bo" in home.text
    for words in ("Boats in fog", "A gull", "A jetty"):
        await looked_at(bo, picture_said(home, words))
    tagged = await bo.get("/tags/harbour")
    assert len(tagged.links) and "Weather by ana" in tagged.text

    there = await world.place("beta", posted)
    for act in ("like", "boost"):
        await bo.press(there, f"{there}/{act}")
    await bo.comment(there, "I can hear it")
    await world.settle()
    news = (await ana.get("/notifications")).text
    for words in ("bo liked your post", "bo boosted your post", "bo commented"):
        assert words in news
    here = await ana.get(posted.path)
    assert "I can hear it" in here.text
    assert "Like 1 Comments 1 Boost 1" in here.text

    comment = (await world.rows("alpha", "SELECT id FROM posts WHERE local = FALSE"))[0]["id"]
    await ana.comment(f"/p/{comment}", "@bo@beta.test Come by")
    await world.settle()
    assert "Come by" in (await bo.get(there)).text
    assert "ana commented" in (await bo.get("/notifications")).text
    assert before.path in (await ana.get("/@ana")).links
